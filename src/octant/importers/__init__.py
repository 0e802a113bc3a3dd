"""Networks from other people's files: ``read_onnx`` turns an ONNX model into a Workload."""

from octant.importers.onnx import read_onnx

__all__ = ["read_onnx"]
