"""The mapper: the best mapping of a layer, with its proof."""

from octant.mapper.layers import Ask, Question, keep, known, search_layers, side_by_side
from octant.mapper.preparation import prepare
from octant.mapper.result import FrontResult, Objective, SearchResult, Status
from octant.mapper.search import front, search
from octant.mapper.space import dataflow_named

__all__ = [
    "Ask",
    "FrontResult",
    "Objective",
    "Question",
    "SearchResult",
    "Status",
    "dataflow_named",
    "front",
    "keep",
    "known",
    "prepare",
    "search",
    "search_layers",
    "side_by_side",
]
