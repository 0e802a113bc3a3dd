"""Eyexam: where the performance of a chip goes, step by step."""

from octant.eyexam.examination import examine, examine_network
from octant.eyexam.pipeline import PipelineRun, simulate
from octant.eyexam.records import STEPS, Eyexam, LayerExam, NetworkExam, Roof, Step, WinBack

__all__ = [
    "STEPS",
    "Eyexam",
    "LayerExam",
    "NetworkExam",
    "PipelineRun",
    "Roof",
    "Step",
    "WinBack",
    "examine",
    "examine_network",
    "simulate",
]
