"""The model: counts and prices become energy, latency and limits."""

from octant.model.evaluation import CyclesEntry, EnergyEntry, Evaluation, evaluate, priced
from octant.model.prices import costs, missing_prices
from octant.model.sparse import evaluate_sparse, mean_evaluation
from octant.model.thinning import Thinning, least_thinning, thin_cost, thinning_of

__all__ = [
    "CyclesEntry",
    "EnergyEntry",
    "Evaluation",
    "Thinning",
    "costs",
    "evaluate",
    "evaluate_sparse",
    "least_thinning",
    "mean_evaluation",
    "missing_prices",
    "priced",
    "thin_cost",
    "thinning_of",
]
