"""The model: counts and prices become energy, latency and limits."""

from octant.model.evaluation import CyclesEntry, EnergyEntry, Evaluation, evaluate
from octant.model.prices import costs, element_bits, missing_prices
from octant.model.sparse import evaluate_sparse, mean_evaluation

__all__ = [
    "CyclesEntry",
    "EnergyEntry",
    "Evaluation",
    "costs",
    "element_bits",
    "evaluate",
    "evaluate_sparse",
    "mean_evaluation",
    "missing_prices",
]
