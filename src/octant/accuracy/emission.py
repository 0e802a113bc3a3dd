"""Rounding as ONNX nodes: standard operators, whose results equal those of ``rounding``.

QuantizeLinear and Cast round to nearest, ties to even, and saturate; both run on every backend. The
formats that ONNX has no type for (6 and 4 bits, blocks) are made of arithmetic on powers of two,
which is exact.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from octant.accuracy.ranges import Grid
from octant.accuracy.rounding import largest
from octant.workload import NumberFormat, NumberKind

PREFIX = "octant"
_CAST_TYPES = {
    (16, 5): TensorProto.FLOAT16,
    (16, 8): TensorProto.BFLOAT16,
    (8, 4): TensorProto.FLOAT8E4M3FN,
    (8, 5): TensorProto.FLOAT8E5M2,
}
#: Formats without a type: the type with as many mantissa bits that rounds for them.
_ROUND_ALIKE = {(6, 3): TensorProto.FLOAT8E5M2, (6, 2): TensorProto.FLOAT8E4M3FN}
_LEAST_POWER, _MOST_POWER = -149, 127


@dataclass(slots=True)
class Emission:
    """Nodes and stored tensors that the pass adds, in order; names are made unique.

    Args:
        nodes: added so far.
        stored: stored tensors by name.
        prefix: of the names of nodes; inside a loop one of its own.
    """

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    stored: dict[str, onnx.TensorProto] = field(default_factory=dict)
    prefix: str = PREFIX

    def add(self, operator: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Adds a node of one result, and returns the result's name."""
        name = f"{self.prefix}/{operator}/{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name, **attributes))
        return name

    def slice(self, source: str, axis: int, start: int, stop: int) -> str:
        """Adds what takes a part of a tensor along one axis."""
        ends = [self.constant([end], np.int64) for end in (start, stop, axis)]
        return self.add("Slice", [source, *ends])

    def constant(self, values: object, dtype: npt.DTypeLike = np.float32) -> str:
        """Stores a tensor, equal ones once, and returns its name."""
        array: NDArray[Any] = np.asarray(values, dtype)
        tensor = numpy_helper.from_array(array)
        key = f"{PREFIX}/{array.dtype}/{array.shape}/{_digest(array)}"
        tensor.name = key
        self.stored.setdefault(key, tensor)
        return key


def _digest(array: NDArray[Any]) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()[:16]


def emit_rounding(out: Emission, source: str, grid: Grid, axis: int, extent: int | None) -> str:
    """Adds the nodes that round a tensor to a grid; returns the name of what they make.

    Args:
        out: where to.
        source: the tensor.
        grid: what values it may take.
        axis: along which blocks run.
        extent: of the tensor along that axis, for blocks.
    """
    number = grid.number
    if number.block:
        assert extent is not None, "the pass checks that the extent is known"
        return _blocks(out, source, number, axis, extent)
    if number.kind is NumberKind.FLOAT:
        return _scaled_float(out, source, grid)
    if (grid.low, grid.high, number.kind) == (-1, 1, NumberKind.BINARY):
        positive = out.add("GreaterOrEqual", [source, out.constant(0.0)])
        return out.add("Where", [positive, out.constant(grid.scale), out.constant(-grid.scale)])
    return emit_levels(out, source, grid, scale=grid.scale)


def emit_levels(out: Emission, source: str, grid: Grid, *, scale: float) -> str:
    """Adds the nodes that make ``scale * (level - zero_point)`` of a tensor, on an integer grid."""
    signed = grid.low < 0
    wide = grid.number.bits > 8
    dtype = np.dtype(f"{'int' if signed else 'uint'}{16 if wide else 8}")
    limits = np.iinfo(dtype)
    if (grid.low, grid.high) != (limits.min, limits.max):
        ends = [(level - grid.zero_point) * grid.scale for level in (grid.low, grid.high)]
        source = out.add("Clip", [source, *map(out.constant, ends)])
    zero = out.constant(grid.zero_point, dtype)
    stored = out.add("QuantizeLinear", [source, out.constant(grid.scale), zero])
    return out.add("DequantizeLinear", [stored, out.constant(scale), zero])


def emit_cast(out: Emission, source: str, number: NumberFormat) -> str:
    """Adds the nodes that round to a floating-point format, without a scale."""
    if number.bits > 16:
        return source
    top = largest(number)
    source = out.add("Clip", [source, out.constant(-top), out.constant(top)])
    kind = _CAST_TYPES.get((number.bits, number.split[0]))
    if kind is None:
        return _small_float(out, source, number)
    return out.add("Cast", [out.add("Cast", [source], to=kind)], to=TensorProto.FLOAT)


def emit_overflow(out: Emission, source: str, bits: int, wrap: bool) -> str:
    """Adds what an accumulator of some bits does with whole numbers that do not fit."""
    half = 2.0 ** (bits - 1)
    if not wrap:
        return out.add("Clip", [source, out.constant(-half), out.constant(half - 1)])
    lifted = out.add("Add", [source, out.constant(half)])
    turns = out.add("Floor", [out.add("Mul", [lifted, out.constant(0.5 / half)])])
    return out.add("Sub", [source, out.add("Mul", [turns, out.constant(2 * half)])])


def _scaled_float(out: Emission, source: str, grid: Grid) -> str:
    if grid.scale == 1.0:
        return emit_cast(out, source, grid.number)
    scale = out.constant(grid.scale)
    small = emit_cast(out, out.add("Div", [source, scale]), grid.number)
    return out.add("Mul", [small, scale])


def _small_float(out: Emission, source: str, number: NumberFormat) -> str:
    """Rounds clipped values to a format of 6 or 4 bits.

    From its least normal number on, E3M2 rounds as E5M2 does, and E2M3 as E4M3: they have as many
    mantissa bits. Below, values lie evenly apart. E2M1 has three distances: 1/2, 1 and 2.
    """
    size = out.add("Abs", [source])
    kind = _ROUND_ALIKE.get((number.bits, number.split[0]))
    exponent, mantissa = number.split
    least = 2.0 ** (2 - 2 ** (exponent - 1))
    below = _multiples(out, source, least * 2.0**-mantissa)
    if kind is not None:
        normal = out.add("Cast", [out.add("Cast", [source], to=kind)], to=TensorProto.FLOAT)
    else:
        far = out.add("Less", [size, out.constant(4.0)])
        normal = out.add("Where", [far, _multiples(out, source, 1.0), _multiples(out, source, 2.0)])
        least = 2.0
    return out.add("Where", [out.add("Less", [size, out.constant(least)]), below, normal])


def _multiples(out: Emission, source: str, apart: float) -> str:
    steps = out.add("Round", [out.add("Mul", [source, out.constant(1 / apart)])])
    return out.add("Mul", [steps, out.constant(apart)])


def _blocks(out: Emission, source: str, number: NumberFormat, axis: int, extent: int) -> str:
    """Rounds blocks along an axis that share a power of two.

    The axis is filled up with zeros to whole blocks and split in two: blocks, and places in one.
    """
    shape = out.add("Shape", [source])
    blocks = -(-extent // number.block)
    fill = blocks * number.block - extent
    padded = source
    if fill:
        pads = out.constant([0, fill], np.int64)
        axes = out.constant([axis], np.int64)
        padded = out.add("Pad", [source, pads, "", axes])
    before = out.add("Slice", [shape, out.constant([0], np.int64), out.constant([axis], np.int64)])
    after = (
        []
        if axis == -1
        else [
            out.add(
                "Slice",
                [shape, out.constant([axis + 1], np.int64), out.constant([2**31], np.int64)],
            )
        ]
    )
    split = out.constant([blocks, number.block], np.int64)
    grouped = out.add("Reshape", [padded, out.add("Concat", [before, split, *after], axis=0)])
    along = axis if axis < 0 else axis + 1
    top = out.add(
        "ReduceMax",
        [out.add("Abs", [grouped]), out.constant([along], np.int64)],
        keepdims=1,
    )
    scale = _shared_scale(out, top, number)
    elements = _element(out, out.add("Div", [grouped, scale]), number)
    joined = out.add(
        "Concat", [before, out.constant([blocks * number.block], np.int64), *after], axis=0
    )
    result = out.add("Reshape", [out.add("Mul", [elements, scale]), joined])
    if fill:
        ends = out.constant([extent], np.int64)
        start, axes = out.constant([0], np.int64), out.constant([axis], np.int64)
        result = out.add("Slice", [result, start, ends, axes])
    return result


def _element(out: Emission, source: str, number: NumberFormat) -> str:
    if number.kind is NumberKind.FLOAT:
        return emit_cast(out, source, number)
    top = largest(number)
    clipped = out.add("Clip", [source, out.constant(-top), out.constant(top)])
    return _multiples(out, clipped, 2.0 ** (2 - number.bits))


def _shared_scale(out: Emission, top: str, number: NumberFormat) -> str:
    """The power of two of a block: a logarithm guesses the exponent, two comparisons correct it."""
    greatest = math.frexp(largest(number))[1] - 1
    powers = out.constant(np.ldexp(1.0, np.arange(_LEAST_POWER, _MOST_POWER + 1)))
    shift = out.constant(1 / math.log(2))
    guess = out.add("Floor", [out.add("Mul", [out.add("Log", [top]), shift])])
    limits = [out.constant(float(end)) for end in (_LEAST_POWER + 1, _MOST_POWER - 1)]
    index = out.add("Add", [out.add("Clip", [guess, *limits]), out.constant(float(-_LEAST_POWER))])
    whole = out.add("Cast", [index], to=TensorProto.INT64)
    power = out.add("Gather", [powers, whole])
    double = out.add("Mul", [power, out.constant(2.0)])
    power = out.add("Where", [out.add("GreaterOrEqual", [top, double]), double, power])
    halved = out.add("Mul", [power, out.constant(0.5)])
    power = out.add("Where", [out.add("Less", [top, power]), halved, power])
    scale = out.add("Mul", [power, out.constant(2.0**-greatest)])
    scale = out.add("Max", [scale, out.constant(2.0**-127)])
    return out.add(
        "Where", [out.add("Greater", [top, out.constant(0.0)]), scale, out.constant(1.0)]
    )
