"""The pass: a network in, the same network with rounding wherever the hardware would round out.

Around each layer that multiplies and accumulates, the activation is rounded in front of it, the
stored weights are rounded in place, and the sums behind it are cut to the accumulator. With an
accumulator of integers the layer runs on levels instead of real values, so that its sums are whole
numbers; float32 adds them without loss up to 2^24. Everything else (pooling, normalisation,
softmax) stays in float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from octant.accuracy.emission import (
    PREFIX,
    Emission,
    emit_cast,
    emit_levels,
    emit_overflow,
    emit_rounding,
)
from octant.accuracy.ranges import Grid, Seen, grid
from octant.accuracy.recipe import LayerFormats, Overflow, Recipe
from octant.accuracy.runnable import MacLayer, Runnable, stored_tensors
from octant.accuracy.weights import StoredWeights, stored
from octant.errors import RunFailedError, UnknownNameError, near_misses
from octant.workload import NumberFormat

#: Whole numbers up to here are exact in float32, whatever the order in which they are added.
EXACT_IN_FLOAT = 2**24


@dataclass(frozen=True, slots=True, eq=False)
class RewrittenLayer:
    """What became of a layer.

    Args:
        layer: as it was.
        formats: its number formats.
        weights: as they are multiplied by, real values; None where both operands are activations.
        bound: no sum of the layer can be larger in magnitude, in products of levels; None where it
            does not run on levels.
    """

    layer: MacLayer
    formats: LayerFormats
    weights: NDArray[np.float32] | None
    bound: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """A network as the hardware would run it.

    Args:
        model: as ONNX bytes.
        layers: what became of each layer that multiplies.
    """

    model: bytes
    layers: tuple[RewrittenLayer, ...]


def needed(network: Runnable, recipe: Recipe) -> tuple[str, ...]:
    """The activations whose ranges the pass needs, for calibration."""
    names: list[str] = []
    for layer in network.layers:
        formats = recipe.of(layer.name)
        if _has_range(formats.activations):
            names.append(layer.activation)
        if layer.weights is None and _has_range(formats.weights):
            names.append(layer.second)
        if recipe.noise and recipe.noise.outputs:
            names.append(layer.output)
    return tuple(dict.fromkeys(names))


def rewritten(
    network: Runnable,
    recipe: Recipe,
    seen: Mapping[str, Seen],
    weights: Mapping[str, NDArray[np.float32]] | None = None,
) -> Variant:
    """The network with rounding in place.

    Args:
        network: as it was given.
        recipe: formats, noise; pruning has been done where ``weights`` are given.
        seen: what the activations of ``needed`` held on the calibration samples.
        weights: stored weights by layer, in place of the network's own.

    Raises:
        UnknownNameError: the recipe names a layer that the network does not have.
        RunFailedError: a block format along an axis of unknown extent.
    """
    _check_overrides(network, recipe)
    model = onnx.ModelProto()
    model.CopyFrom(network.proto)
    work = _Work(recipe, seen, Emission(), {}, _extents(model.graph))
    by_position = {layer.position: layer for layer in network.layers}
    layers = []
    for position, node in enumerate(list(model.graph.node)):
        layer = by_position.get(position)
        if layer is None:
            work.out.nodes.append(node)
        else:
            own = weights.get(layer.name, layer.weights) if weights else layer.weights
            change = _rewrite if layer.inner is None else _rewrite_in_loop
            layers.append(change(work, model.graph, layer, node, own))
    nodes = list(work.out.nodes)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(work.out.stored.values())
    return Variant(model.SerializeToString(deterministic=True), tuple(layers))


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """What the pass carries along.

    Args:
        recipe: what to do.
        seen: ranges of activations.
        out: the nodes so far.
        rounded: tensor, grid, axis and form to the name of the rounded tensor: made once.
        extents: known extents of tensors.
    """

    recipe: Recipe
    seen: Mapping[str, Seen]
    out: Emission
    rounded: dict[tuple[str, Grid, int, bool], str]
    extents: Mapping[str, tuple[int | None, ...]]


def _has_range(number: NumberFormat) -> bool:
    return number.is_integer or (not number.block and number.bits <= 8)


def _check_overrides(network: Runnable, recipe: Recipe) -> None:
    known = [layer.name for layer in network.layers]
    for name, _ in recipe.overrides:
        if name not in known:
            raise UnknownNameError(
                f"network {network.name!r} has no layer {name!r} that multiplies; "
                f"{near_misses(name, known)}"
            )


def _extents(graph: onnx.GraphProto) -> dict[str, tuple[int | None, ...]]:
    return {
        item.name: tuple(
            dim.dim_value if dim.HasField("dim_value") else None
            for dim in item.type.tensor_type.shape.dim
        )
        for item in (*graph.input, *graph.value_info, *graph.output)
        if item.type.tensor_type.HasField("shape")
    }


def _rewrite(
    work: _Work,
    graph: onnx.GraphProto,
    layer: MacLayer,
    node: onnx.NodeProto,
    weights: NDArray[np.float32] | None,
) -> RewrittenLayer:
    """Adds a layer, and the rounding around it, to the nodes."""
    formats = work.recipe.of(layer.name)
    accumulator = formats.accumulator
    on_levels = accumulator is not None and accumulator.is_integer
    first, first_scale = _rounded(work, layer.activation, formats.activations, layer, on_levels)
    made: StoredWeights | None = None
    if weights is None:
        second, unit = _rounded(work, layer.second, formats.weights, layer, on_levels, second=True)
        second_scale = np.array(unit, np.float32)
    else:
        made = _noisy(_stored(weights, formats, layer, work.recipe), work.recipe, layer)
        second = _store(graph, layer, made.levels if on_levels else made.values)
        second_scale = made.scale
    scale = np.asarray(np.float32(first_scale) * second_scale)
    names = [second, first] if layer.weights_first else [first, second]
    if not on_levels:
        raw = _append(work, node, names, node.input[2:])
        _finish(work, layer, _floating(work, raw, accumulator))
        return RewrittenLayer(layer, formats, None if made is None else made.values, None)
    bound = _on_levels(work, graph, layer, node, names, scale, made)
    return RewrittenLayer(layer, formats, None if made is None else made.values, bound)


def _rewrite_in_loop(
    work: _Work,
    graph: onnx.GraphProto,
    layer: MacLayer,
    node: onnx.NodeProto,
    weights: NDArray[np.float32] | None,
) -> RewrittenLayer:
    """Adds a loop, with rounding around the product in its body."""
    assert layer.inner is not None, "only products inside a loop"
    inside = dict(zip((layer.activation, layer.output), layer.inner, strict=True))
    within = replace(layer, activation=layer.inner[0], output=layer.inner[1], operator="MatMul")
    body = next(item.g for item in node.attribute if item.name == "body")
    seen = {inside[name]: work.seen[name] for name in inside if name in work.seen}
    out = Emission(stored=work.out.stored, prefix=f"{PREFIX}/{layer.position}")
    step, made = replace(work, seen=seen, out=out, rounded={}), None
    for part in list(body.node):
        if part.output[0] == within.output:
            made = _rewrite(step, graph, within, part, weights)
        else:
            out.nodes.append(part)
    assert made is not None, "the body holds the product"
    nodes = list(out.nodes)
    del body.node[:]
    body.node.extend(nodes)
    work.out.nodes.append(node)
    return replace(made, layer=layer)


def _stored(
    weights: NDArray[np.float32], formats: LayerFormats, layer: MacLayer, recipe: Recipe
) -> StoredWeights:
    return stored(
        weights,
        formats.weights,
        channel_axis=layer.channel_axis,
        summed_axis=layer.summed_axis,
        per_channel=recipe.per_channel and layer.has_channels,
    )


def _noisy(made: StoredWeights, recipe: Recipe, layer: MacLayer) -> StoredWeights:
    """The weights, each multiplied by 1 plus noise, drawn once for the layer."""
    if recipe.noise is None or not recipe.noise.weights:
        return made
    chance = np.random.default_rng([recipe.noise.seed, layer.position])
    factor = 1 + recipe.noise.weights * chance.standard_normal(made.levels.shape)
    return StoredWeights((made.levels * factor).astype(np.float32), made.scale)


def _store(graph: onnx.GraphProto, layer: MacLayer, values: NDArray[np.float32]) -> str:
    """Stores a layer's weights under a name of its own: others may share the network's."""
    name = f"{PREFIX}/weights/{layer.position}"
    graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
    return name


def _rounded(
    work: _Work,
    tensor: str,
    number: NumberFormat,
    layer: MacLayer,
    on_levels: bool,
    *,
    second: bool = False,
) -> tuple[str, float]:
    """The name of a rounded activation, and what its level 1 stands for."""
    axis = layer.summed_axis if second else layer.activation_axis
    levels = grid(work.seen[tensor], number, work.recipe) if _has_range(number) else Grid(number)
    if number.bits > 16 and not number.block:
        return tensor, 1.0
    key = (tensor, levels, axis if number.block else 0, on_levels)
    if key not in work.rounded:
        if on_levels and (levels.low, levels.high) != (-1, 1):
            name = emit_levels(work.out, tensor, levels, scale=1.0)
        else:
            chosen = Grid(number, 1.0, 0, -1, 1) if on_levels else levels
            extent = _extent(work, tensor, number, axis, layer)
            name = emit_rounding(work.out, tensor, chosen, axis, extent)
        work.rounded[key] = name
    return work.rounded[key], levels.scale if on_levels else 1.0


def _extent(
    work: _Work, tensor: str, number: NumberFormat, axis: int, layer: MacLayer
) -> int | None:
    if not number.block:
        return None
    shape = work.extents.get(tensor)
    extent = shape[axis] if shape else None
    if extent is None and layer.weights is not None and not layer.operator.startswith("Conv"):
        extent = int(layer.weights.shape[layer.summed_axis])
    if extent is None:
        raise RunFailedError(
            f"tensor {tensor!r} in {number}: the extent of its axis {axis}, along which blocks "
            "run, is not stored in the model: export it with that extent fixed"
        )
    return extent


def _append(
    work: _Work, node: onnx.NodeProto, names: list[str], rest: list[str], part: str = ""
) -> str:
    """Adds the node with other operands and a result of another name, and returns that name."""
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    del copy.input[:], copy.output[:]
    copy.input.extend([*names, *rest])
    raw = f"{PREFIX}/sums/{node.output[0]}{part}"
    copy.name = f"{node.name}{part}"
    copy.output.append(raw)
    work.out.nodes.append(copy)
    return raw


def _floating(work: _Work, raw: str, accumulator: NumberFormat | None) -> str:
    if accumulator is None or accumulator.bits > 16:
        return raw
    return emit_cast(work.out, raw, accumulator)


def _on_levels(
    work: _Work,
    graph: onnx.GraphProto,
    layer: MacLayer,
    node: onnx.NodeProto,
    names: list[str],
    scale: NDArray[np.float32],
    made: StoredWeights | None,
) -> float | None:
    """Adds the layer on whole numbers, its accumulator and its scale; returns its bound."""
    formats = work.recipe.of(layer.name)
    attributes = {item.name: item for item in node.attribute}
    gain = attributes["alpha"].f if layer.operator == "Gemm" and "alpha" in attributes else 1.0
    share = attributes["beta"].f if layer.operator == "Gemm" and "beta" in attributes else 1.0
    plain = onnx.NodeProto()
    plain.CopyFrom(node)
    del plain.attribute[:]
    plain.attribute.extend(item for key, item in attributes.items() if key not in ("alpha", "beta"))
    flat = np.asarray(scale, np.float32).reshape(-1)
    column = flat.reshape(-1, 1) if layer.weights_first and flat.size > 1 else flat
    bias, rest = _bias(work, graph, node, column * np.float32(gain), share)
    bound = _bound(work, layer, formats, made, bias)
    raw = _sums(work, layer, plain, names, rest, made, bound)
    shape = (-1, *[1] * layer.behind) if flat.size > 1 else ()
    factor = (flat * np.float32(gain)).reshape(shape)
    _finish(work, layer, work.out.add("Mul", [raw, work.out.constant(factor)]))
    return bound


def _sums(
    work: _Work,
    layer: MacLayer,
    node: onnx.NodeProto,
    names: list[str],
    rest: list[str],
    made: StoredWeights | None,
    bound: float | None,
) -> str:
    """Adds the sums of a layer on whole numbers, cut to the accumulator where they may not fit.

    Sums that are cut on the way are made of one node for every few input channels, each added to
    what the accumulator holds, the bias first. A product of two activations is cut when complete.
    """
    formats = work.recipe.of(layer.name)
    assert formats.accumulator is not None, "only layers with an accumulator run on whole numbers"
    bits, wrap = formats.accumulator.bits, formats.overflow is Overflow.WRAP
    if bound is not None and bound <= 2.0 ** (bits - 1) - 1:
        return _append(work, node, names, rest)
    every = 0 if wrap or made is None else formats.cut_every
    extent = int(made.levels.shape[layer.summed_axis]) if made is not None and every else 0
    if not every or extent <= every:
        return emit_overflow(work.out, _append(work, node, names, rest), bits, wrap)
    if any(item.name == "group" and item.i > 1 for item in node.attribute):
        raise RunFailedError(
            f"layer {layer.name!r} sums {extent} channels of each of several groups: its sums can "
            f"be cut every {extent} channels or more, not every {every}"
        )
    held = ""
    for start in range(0, extent, every):
        axes = (layer.activation_axis, layer.summed_axis)
        parts = [
            work.out.slice(name, axis, start, min(start + every, extent))
            for name, axis in zip(names, axes[::-1] if layer.weights_first else axes, strict=True)
        ]
        part = _append(work, node, parts, [] if held else rest, f"/{start}")
        whole = work.out.add("Add", [held, part]) if held else part
        held = emit_overflow(work.out, whole, bits, wrap)
    return held


def _bias(
    work: _Work,
    graph: onnx.GraphProto,
    node: onnx.NodeProto,
    scale: NDArray[np.float32],
    share: float,
) -> tuple[NDArray[np.float32] | None, list[str]]:
    """The bias as whole numbers of the accumulator, as integer hardware adds it."""
    if len(node.input) < 3 or not node.input[2]:
        return None, []
    held = stored_tensors(graph).get(node.input[2])
    if held is None:
        raise RunFailedError(
            f"layer {node.name!r}: its bias is no stored tensor, which an integer accumulator "
            "needs: fold it, or leave the accumulator out"
        )
    values = numpy_helper.to_array(held).astype(np.float32) * np.float32(share)
    whole = np.rint(values / scale).astype(np.float32)
    return whole, [work.out.constant(whole)]


def _bound(
    work: _Work,
    layer: MacLayer,
    formats: LayerFormats,
    made: StoredWeights | None,
    bias: NDArray[np.float32] | None,
) -> float | None:
    """No sum is larger than this; None where nobody knows (both operands are activations)."""
    if made is None:
        return None
    levels = grid(work.seen[layer.activation], formats.activations, work.recipe)
    largest = max(levels.high - levels.zero_point, levels.zero_point - levels.low)
    channel = layer.channel_axis % made.levels.ndim if layer.has_channels else None
    axes = tuple(axis for axis in range(made.levels.ndim) if axis != channel)
    sums = np.abs(made.levels).sum(axis=axes).max() * largest
    return float(sums + (np.abs(bias).max() if bias is not None and bias.size else 0.0))


def _finish(work: _Work, layer: MacLayer, name: str) -> None:
    """Gives what was made last the name of the layer's output, noise added."""
    noise = work.recipe.noise
    if noise and noise.outputs:
        size = noise.outputs * work.seen[layer.output].root_mean_square
        seed = float(noise.seed * 8191 + layer.position)
        drawn = work.out.add("RandomNormalLike", [name], scale=size, seed=seed)
        name = work.out.add("Add", [name, drawn])
    for node in reversed(work.out.nodes):
        if name in node.output:
            node.output[list(node.output).index(name)] = layer.output
            return
    raise AssertionError(f"nothing makes {name}")
