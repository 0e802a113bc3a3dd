"""Stored tensors: are they what they declare, do their files stay at home; then drop the data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

import onnx

from octant.errors import ImportFailedError
from octant.importers.onnx.formats import element_bits

KEPT_ELEMENTS = 4096  # a tensor up to this size may be a shape, so its values are kept
LARGEST_TENSOR = 2**48  # elements; more is no machine's, and would overflow the inference

_DATA_FIELDS = (
    "raw_data",
    "float_data",
    "int32_data",
    "string_data",
    "int64_data",
    "double_data",
    "uint64_data",
)


def check_and_strip(tensor: onnx.TensorProto, folder: Path | None) -> None:
    """Checks a stored tensor in place and drops its data where it is too large to be a shape.

    Args:
        tensor: an initializer or a constant.
        folder: the model's folder; None where the model came as bytes.

    Raises:
        ImportFailedError: for impossible extents or element types, data of another length than
            declared, or external data outside the model's folder.
    """
    elements = checked_elements(f"stored tensor {tensor.name!r}", tensor.dims)
    if tensor.data_type not in onnx.TensorProto.DataType.values():
        raise ImportFailedError(
            f"stored tensor {tensor.name!r} has element type {tensor.data_type}, which onnx "
            f"{onnx.__version__} does not know: the file is damaged, or needs a newer onnx"
        )
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        _check_location(tensor, folder)
    _check_length(tensor, elements)
    if elements > KEPT_ELEMENTS:
        for field in _DATA_FIELDS:
            tensor.ClearField(field)


def has_data(tensor: onnx.TensorProto) -> bool:
    """Whether the tensor's values are in the model itself."""
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        return False
    return any(len(getattr(tensor, field)) for field in _DATA_FIELDS) or 0 in tensor.dims


def checked_elements(what: str, extents: Sequence[int]) -> int:
    """The number of elements of a tensor with these extents.

    >>> checked_elements("tensor 'x'", (2, 3))
    6
    """
    if any(extent < 0 for extent in extents):
        raise ImportFailedError(f"{what} has extents {list(extents)}: allowed are 0 and more")
    elements = math.prod(extents)
    if elements > LARGEST_TENSOR:
        raise ImportFailedError(
            f"{what} has extents {list(extents)}, {elements} elements: allowed are up to 2^48"
        )
    return elements


def _check_length(tensor: onnx.TensorProto, elements: int) -> None:
    bits = element_bits(tensor.data_type)
    expected = (elements * bits + 7) // 8
    if bits and tensor.raw_data and len(tensor.raw_data) != expected:
        raise ImportFailedError(
            f"stored tensor {tensor.name!r} declares extents {list(tensor.dims)}, {expected} "
            f"bytes, but holds {len(tensor.raw_data)}: the file is damaged"
        )


def _check_location(tensor: onnx.TensorProto, folder: Path | None) -> None:
    location = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
    what = f"stored tensor {tensor.name!r} keeps its data in {location!r}"
    if not location or "\0" in location:
        raise ImportFailedError(f"{what}: external data needs the name of a file")
    windows, posix = PureWindowsPath(location), PurePosixPath(location)
    absolute = posix.is_absolute() or windows.drive or windows.root
    if absolute or ".." in windows.parts or ".." in posix.parts:
        raise ImportFailedError(f"{what}: refused, allowed are paths inside the model's folder")
    if folder is not None:
        home = folder.resolve()
        if not (home / location).resolve().is_relative_to(home):
            raise ImportFailedError(f"{what}: refused, a link leads out of the model's folder")
