"""Step 7 of Eyexam: the pipeline of tiles, with fills, drains and bursts."""

from octant.eyexam.pipeline.simulation import PipelineRun, simulate

__all__ = ["PipelineRun", "simulate"]
