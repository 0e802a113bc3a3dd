"""Kernels of the search that only other kernels call, compiled for tests to call."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from octant.counting.kernel import compiled, totals
from octant.mapper.kernel import bounds, laps, leaves

bound_orders = compiled(leaves.bound_orders.py_func)
bound_storage_hops = compiled(bounds.bound_storage_hops.py_func)
common_of_orders = compiled(leaves.common_of_orders.py_func)
count_children = compiled(totals.count_children.py_func)
worst_chain = compiled(laps.worst_chain.py_func)
worst_stray = compiled(laps.worst_stray.py_func)


def plain(kernel: Any) -> Any:
    """A kernel as Python, with all kernels that it calls."""
    own = kernel.py_func
    called = {
        name: own.__globals__[name] for name in own.__code__.co_names if name in own.__globals__
    }
    others = {name: plain(value) for name, value in called.items() if hasattr(value, "py_func")}
    return FunctionType(own.__code__, own.__globals__ | others)
