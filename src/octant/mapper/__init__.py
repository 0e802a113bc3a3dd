"""The mapper: the best mapping of a layer, with its proof."""

from octant.mapper.preparation import prepare
from octant.mapper.result import Objective, SearchResult, Status
from octant.mapper.search import search
from octant.mapper.space import dataflow_named

__all__ = ["Objective", "SearchResult", "Status", "dataflow_named", "prepare", "search"]
