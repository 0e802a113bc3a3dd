"""Sizes for the open dimensions of a graph's inputs, and the batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import onnx

from octant.errors import ImportFailedError, UnknownNameError, near_misses
from octant.importers.onnx.stored import LARGEST_TENSOR

BATCH_NAMES = frozenset({"b", "batch", "batch_dim", "batch_size", "batchsize", "bs", "n"})


@dataclass(frozen=True, slots=True)
class OpenDimension:
    """A dimension of an input that the file leaves open.

    Args:
        symbol: its symbolic name, or ``<tensor>.<axis>`` where it has none.
    """

    tensor: str
    axis: int
    symbol: str


def open_dimensions(inputs: Sequence[onnx.ValueInfoProto]) -> tuple[OpenDimension, ...]:
    """The open dimensions of the inputs, in order."""
    return tuple(
        OpenDimension(item.name, axis, dimension.dim_param or f"{item.name}.{axis}")
        for item in inputs
        for axis, dimension in enumerate(item.type.tensor_type.shape.dim)
        if not dimension.HasField("dim_value")
    )


def check_bindings(
    opened: Sequence[OpenDimension], made: Collection[str], dims: Mapping[str, int]
) -> None:
    """Checks that ``dims`` gives every open dimension a size, and nothing else.

    Args:
        opened: the open dimensions of the inputs.
        made: tensors whose shapes may depend on data; ``<tensor>.<axis>`` may bind their axes.
        dims: the sizes given.

    Raises:
        UnknownNameError: for a name that is no open dimension.
        ImportFailedError: for a size that no tensor may have, and for dimensions without one.
    """
    symbols = {item.symbol for item in opened}
    for symbol, size in dims.items():
        whole = isinstance(size, int) and not isinstance(size, bool)
        if not whole or not 1 <= size <= LARGEST_TENSOR:
            raise ImportFailedError(
                f"dimension {symbol!r} is given size {size!r}: allowed are 1 to 2^48"
            )
        tensor, _, axis = symbol.rpartition(".")
        if symbol not in symbols and not (tensor in made and axis.isdecimal()):
            hint = near_misses(symbol, symbols) if symbols else "all its dimensions have sizes"
            raise UnknownNameError(f"the model has no open dimension {symbol!r}: {hint}")
    unbound = [item for item in opened if item.symbol not in dims]
    if unbound:
        places = ", ".join(f"{x.symbol!r} (input {x.tensor!r}, axis {x.axis})" for x in unbound)
        options = " ".join(f"--dim {name}=1" for name in dict.fromkeys(x.symbol for x in unbound))
        raise ImportFailedError(
            f"dimensions without a size: {places}; give each one, for example {options}"
        )


def bound_type(name: str, declared: onnx.TypeProto, dims: Mapping[str, int]) -> onnx.TypeProto:
    """A copy of a tensor's declared type with the given sizes in its open dimensions."""
    result = onnx.TypeProto()
    result.CopyFrom(declared)
    for axis, dimension in enumerate(result.tensor_type.shape.dim):
        if not dimension.HasField("dim_value"):
            size = dims.get(dimension.dim_param, dims.get(f"{name}.{axis}"))
            if size is None:
                dimension.ClearField("dim_param")
            else:
                dimension.dim_value = size
    return result


def batch_size(inputs: Sequence[onnx.ValueInfoProto], dims: Mapping[str, int]) -> int:
    """The inferences of one run: the dimension called batch, else axis 0 of the first matrix.

    The first input with two or more axes decides; inputs of fewer axes (a sequence length, a
    threshold) say nothing about the batch.
    """
    for item in open_dimensions(inputs):
        if item.symbol.lower() in BATCH_NAMES:
            return dims[item.symbol]
    for info in inputs:
        extents = info.type.tensor_type.shape.dim
        if len(extents) >= 2:
            first = extents[0]
            symbol = first.dim_param or f"{info.name}.0"
            return max(1, first.dim_value if first.HasField("dim_value") else dims[symbol])
    return 1
