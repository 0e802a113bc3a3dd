"""ONNX element types as number formats."""

from __future__ import annotations

from onnx import TensorProto

from octant.workload import NumberFormat, NumberKind

_KINDS: dict[NumberKind, dict[int, int]] = {
    NumberKind.FLOAT: {
        TensorProto.FLOAT: 32,
        TensorProto.FLOAT16: 16,
        TensorProto.BFLOAT16: 16,
        TensorProto.DOUBLE: 64,
        TensorProto.COMPLEX64: 64,
        TensorProto.COMPLEX128: 128,
        TensorProto.FLOAT8E4M3FN: 8,
        TensorProto.FLOAT8E4M3FNUZ: 8,
        TensorProto.FLOAT8E5M2: 8,
        TensorProto.FLOAT8E5M2FNUZ: 8,
    },
    NumberKind.INT: {
        TensorProto.INT8: 8,
        TensorProto.INT16: 16,
        TensorProto.INT32: 32,
        TensorProto.INT64: 64,
    },
    NumberKind.UINT: {
        TensorProto.BOOL: 8,  # ONNX stores a truth value in a byte
        TensorProto.UINT8: 8,
        TensorProto.UINT16: 16,
        TensorProto.UINT32: 32,
        TensorProto.UINT64: 64,
    },
}
# Types that came with later releases of the onnx package.
_LATER: tuple[tuple[str, NumberKind, int], ...] = (
    ("FLOAT8E8M0", NumberKind.FLOAT, 8),
    ("FLOAT6E2M3", NumberKind.FLOAT, 6),
    ("FLOAT6E3M2", NumberKind.FLOAT, 6),
    ("FLOAT4E2M1", NumberKind.FLOAT, 4),
    ("INT4", NumberKind.INT, 4),
    ("UINT4", NumberKind.UINT, 4),
    ("INT2", NumberKind.INT, 2),
    ("UINT2", NumberKind.UINT, 2),
)

_FORMATS: dict[int, NumberFormat] = {
    element_type: NumberFormat(kind, bits)
    for kind, types in _KINDS.items()
    for element_type, bits in types.items()
} | {
    TensorProto.DataType.Value(name): NumberFormat(kind, bits)
    for name, kind, bits in _LATER
    if name in TensorProto.DataType.keys()  # noqa: SIM118 - an enum wrapper, not a dict
}


def number_format(element_type: int) -> NumberFormat | None:
    """The number format of an ONNX element type; None for strings and undefined types.

    >>> str(number_format(TensorProto.INT4))
    'int4'
    """
    return _FORMATS.get(element_type)


def element_bits(element_type: int) -> int:
    """Bits that one element takes in a file; 0 where the type is not a number."""
    known = number_format(element_type)
    return known.bits if known else 0
