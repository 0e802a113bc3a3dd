"""Eyexam: where the performance of a chip goes, step by step."""

from octant.eyexam.examination import examine, examine_network
from octant.eyexam.pipeline import PipelineRun, simulate
from octant.eyexam.records import STEPS, Eyexam, LayerExam, NetworkExam, Roof, Step, WinBack
from octant.eyexam.slope import (
    SkiSlope,
    Slope,
    SlopePoint,
    capacities,
    slope_of,
    together,
)
from octant.eyexam.standing import ChipPoint, chip_point

__all__ = [
    "STEPS",
    "ChipPoint",
    "Eyexam",
    "LayerExam",
    "NetworkExam",
    "PipelineRun",
    "Roof",
    "SkiSlope",
    "Slope",
    "SlopePoint",
    "Step",
    "WinBack",
    "capacities",
    "chip_point",
    "examine",
    "examine_network",
    "simulate",
    "slope_of",
    "together",
]
