"""Counting: from a mapping to exact access counts."""

from octant.counting.counts import AccessCounts, HopCounts, TensorCounts, TransferCounts, count

__all__ = ["AccessCounts", "HopCounts", "TensorCounts", "TransferCounts", "count"]
