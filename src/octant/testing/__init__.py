"""Contracts for the authors of plug-ins: classes of tests that theirs inherit."""

from octant.testing.contract import EstimatorContract

__all__ = ["EstimatorContract"]
