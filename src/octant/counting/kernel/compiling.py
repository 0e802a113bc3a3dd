"""How kernels are compiled: ahead of nothing, cached on disk."""

from numba import njit

compiled = njit(cache=True, error_model="numpy")
"""Compiles a function at its first call and keeps the machine code on disk for later processes."""
