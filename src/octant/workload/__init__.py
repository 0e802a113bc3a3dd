"""Networks as nouns: Einsums, and the graph of layers around them."""

from octant.workload.density import UNIFORM, Banded, Even, Mask, Pattern, Structured, Uniform
from octant.workload.einsum import Einsum, Role, Tensor, Term
from octant.workload.formats import FLOAT32, NumberFormat, NumberKind, format_named, format_names
from octant.workload.network import Layer, UnknownWork, VectorWork, Workload
from octant.workload.operators import (
    convolution,
    matmul,
    transposed_convolution,
    with_formats,
)

__all__ = [
    "FLOAT32",
    "UNIFORM",
    "Banded",
    "Einsum",
    "Even",
    "Layer",
    "Mask",
    "NumberFormat",
    "NumberKind",
    "Pattern",
    "Role",
    "Structured",
    "Tensor",
    "Term",
    "Uniform",
    "UnknownWork",
    "VectorWork",
    "Workload",
    "convolution",
    "format_named",
    "format_names",
    "matmul",
    "transposed_convolution",
    "with_formats",
]
