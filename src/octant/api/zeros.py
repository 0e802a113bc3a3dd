"""The densities of a network's tensors: given, from stored weights, and measured on data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from octant.errors import InvalidWorkloadError, RunFailedError, UnknownNameError, near_misses
from octant.workload import UNIFORM, Einsum, Role, Tensor, Workload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from octant.accuracy.dataset import DataSet
    from octant.accuracy.runnable import MacLayer
    from octant.accuracy.zeros import LayerZeros

#: ``input``, ``weight`` or ``output``, or one of these of a layer (``CONV2.input``), to a share.
Densities: TypeAlias = Mapping[str, float]

_MOST_SAMPLES = 64
_MASKED_SAMPLES = 8
_MOST_POINTS = 1 << 21
_LEAST = 1e-9


def given(workload: Workload, densities: Densities) -> Workload:
    """The workload with densities by role, those of a single layer before those of all.

    Raises:
        UnknownNameError: no such layer or role.
        InvalidWorkloadError: a density is not above 0 up to 1.

    >>> from octant import load_network
    >>> thin = given(load_network("alexnet"), {"input": 0.5, "CONV2.input": 0.25})
    >>> [layer.work.operands[0].density for layer in thin.mac_layers[:3]]
    [0.5, 0.25, 0.5]
    """
    roles = [role.value for role in Role]
    names = [layer.name for layer in workload.mac_layers]
    found: dict[tuple[str, str], float] = {}
    for key, density in densities.items():
        layer, _, role = key.rpartition(".")
        if role not in roles:
            raise UnknownNameError(
                f"density of {key!r}: {role!r} is no role; {near_misses(role, roles)}; of one "
                "layer it is LAYER.input"
            )
        if layer and layer not in names:
            raise UnknownNameError(
                f"density of {key!r}: no layer {layer!r} that multiplies; "
                f"{near_misses(layer, names)}"
            )
        if not 0 < density <= 1:
            raise InvalidWorkloadError(
                f"density of {key!r} is {density:g}: allowed are values above 0 up to 1"
            )
        found[layer, role] = density

    def thinned(name: str, tensor: Tensor) -> Tensor:
        own = found.get((name, tensor.role.value), found.get(("", tensor.role.value)))
        return tensor if own is None else replace(tensor, density=own, pattern=UNIFORM)

    return _with_tensors(workload, thinned)


@dataclass(frozen=True, slots=True)
class Measured:
    """A network's zeros as they were measured.

    Args:
        mean: the workload with the real zeros of its weights, and mean densities of activations.
        samples: the same with the activations of single runs: inputs of layers element by element
            where their places are known and few enough, the others as the run's densities.
    """

    mean: Workload
    samples: tuple[Workload, ...]


def measured(
    workload: Workload,
    network: str | Path | bytes | Workload,
    data: str | Path | DataSet,
    task: str = "classification",
) -> Measured:
    """The workload with the real zeros of stored weights, and those of activations on data.

    Weights are masks, element by element. Mean densities of activations are shares over up to 64
    test samples of the data, in float32, with the padding of a convolution counted as zeros; of up
    to 8 of them the inputs of each layer are masks, too.

    Raises:
        RunFailedError: the network is a workload without weights, or cannot be executed.
        DataSetError: the data set cannot be read, or does not fit the network.
    """
    if isinstance(network, Workload):
        raise RunFailedError(
            f"network {network.name!r} is a workload: shapes, no weights and nothing to run. To "
            "measure its zeros, give an .onnx file, or give densities"
        )
    from octant.accuracy.dataset import Part
    from octant.accuracy.dataset import share as samples_of
    from octant.accuracy.sources import load_data
    from octant.accuracy.zeros import activations
    from octant.api.accuracy import load_runnable

    run = load_runnable(network)
    if not run.inputs:
        raise RunFailedError(f"network {run.name!r} has no input: there is nothing to feed")
    source = load_data(data, shape=run.inputs[0][1], task=task)
    inputs, _ = source.read(samples_of(source, Part.TEST, _MOST_SAMPLES))
    runs = max(1, _MASKED_SAMPLES // workload.batch) if workload.batch <= _MASKED_SAMPLES else 0
    kept = activations(run, inputs, runs * workload.batch)
    seen = {each.layer: each for each in kept}
    workload = with_weights(workload, run.layers, {})
    works = {layer.name: layer.work for layer in workload.mac_layers}

    def thinned(name: str, tensor: Tensor) -> Tensor:
        work, found = works[name], seen.get(name)
        assert isinstance(work, Einsum), "layers that multiply are Einsums"
        if found is None or (tensor.role is Role.WEIGHT and found.second is None):
            return tensor
        count = {Role.INPUT: found.inputs, Role.OUTPUT: found.outputs}.get(tensor.role)
        count = found.second if count is None else count
        share = (count or 0.0) * workload.batch / tensor.elements(work.sizes)
        return replace(tensor, density=min(1.0, max(share, _LEAST)), pattern=UNIFORM)

    mean = _with_tensors(workload, thinned)
    there = min((len(each.samples) for each in kept), default=0) // workload.batch
    return Measured(mean, tuple(_of_run(mean, seen, number) for number in range(there)))


def _of_run(mean: Workload, seen: Mapping[str, LayerZeros], number: int) -> Workload:
    """The workload with the activations of one run, which takes as many samples as the batch."""
    works = {layer.name: layer.work for layer in mean.mac_layers}
    mine = slice(number * mean.batch, (number + 1) * mean.batch)

    def thinned(name: str, tensor: Tensor) -> Tensor:
        work, found = works[name], seen.get(name)
        assert isinstance(work, Einsum), "layers that multiply are Einsums"
        if found is None or tensor.role is Role.WEIGHT:
            return tensor
        if tensor.role is Role.INPUT:
            return _with_mask(tensor, work, found.samples[mine], found.before)
        share = sum(found.each_output[mine]) / tensor.elements(work.sizes)
        return replace(tensor, density=min(1.0, max(share, _LEAST)), pattern=UNIFORM)

    return _with_tensors(mean, thinned)


def _with_mask(
    tensor: Tensor, work: Einsum, nonzero: NDArray[np.bool_], before: tuple[int, ...] | None
) -> Tensor:
    """The input with the nonzeros of a run, one by one where their places are known."""
    from octant.sparsity import mask_of

    shape = tensor.shape(work.sizes)
    points = math.prod(size for rank, size in work.ranks if rank in tensor.ranks)
    share = min(1.0, max(float(nonzero.sum()) / math.prod(shape), _LEAST))
    places = _placed(nonzero, shape, before) if points <= _MOST_POINTS else None
    if places is None or not places.any():
        return replace(tensor, density=share, pattern=UNIFORM)
    return replace(tensor, density=float(places.mean()), pattern=mask_of(places))


def _placed(
    nonzero: NDArray[np.bool_], shape: tuple[int, ...], before: tuple[int, ...] | None
) -> NDArray[np.bool_] | None:
    """Nonzeros in the axes of an Einsum's input, padding included; None where that is not known.

    Args:
        nonzero: (samples, channels, spatial axes), or (samples, features).
        shape: (samples, groups, channels of a group, spatial axes or samples).
        before: zeros that a convolution puts before each spatial axis.
    """
    import numpy as np

    if before is not None:
        if nonzero.shape[:2] != (shape[0], shape[1] * shape[2]) or len(before) != len(shape) - 3:
            return None
        extents = [
            min(there, whole - start)
            for there, whole, start in zip(nonzero.shape[2:], shape[3:], before, strict=True)
        ]
        places = np.zeros(shape, bool)
        inside = [slice(start, start + n) for start, n in zip(before, extents, strict=True)]
        taken = [slice(0, n) for n in extents]
        values = nonzero.reshape(*shape[:3], *nonzero.shape[2:])
        whole = [slice(None)] * 3
        places[tuple(whole + inside)] = values[tuple(whole + taken)]
        return places
    if nonzero.ndim != 2 or len(shape) != 4 or nonzero.size != math.prod(shape):
        return None
    turned = {shape[0]: nonzero, shape[3]: nonzero.T}.get(nonzero.shape[0])
    return None if turned is None else turned.reshape(shape)


def with_weights(
    workload: Workload, layers: Sequence[MacLayer], changed: Mapping[str, NDArray[np.float32]]
) -> Workload:
    """The workload with the real zeros of stored weights, element by element.

    Args:
        workload: the network.
        layers: those of it that multiply, with their weights.
        changed: weights in place of the stored ones (pruned), by layer.
    """
    stored = {layer.name: layer for layer in layers if layer.weights is not None}
    works = {layer.name: layer.work for layer in workload.mac_layers}

    def thinned(name: str, tensor: Tensor) -> Tensor:
        layer, work = stored.get(name), works[name]
        if layer is None or tensor.role is not Role.WEIGHT or not isinstance(work, Einsum):
            return tensor
        weights = changed.get(name, layer.weights)
        assert weights is not None, "only layers with weights are stored"
        return _by_mask(tensor, work, layer, weights)

    return _with_tensors(workload, thinned)


def with_weights_of(workload: Workload, other: Workload) -> Workload:
    """The workload with the zeros that the weights of another one of the same layers have."""
    works = {layer.name: layer.work for layer in other.mac_layers}

    def taken(name: str, tensor: Tensor) -> Tensor:
        work = works[name]
        assert isinstance(work, Einsum), "layers that multiply are Einsums"
        return work.tensor(tensor.name) if tensor.role is Role.WEIGHT else tensor

    return _with_tensors(workload, taken)


def _by_mask(tensor: Tensor, work: Einsum, layer: MacLayer, weights: NDArray[np.float32]) -> Tensor:
    """The tensor with the real zeros of a layer's weights, its axes in the Einsum's order."""
    import numpy as np

    from octant.sparsity import mask_of

    nonzero = weights != 0
    if nonzero.ndim > 1:
        ends = (layer.channel_axis % nonzero.ndim, layer.summed_axis % nonzero.ndim)
        if layer.operator != "ConvTranspose":
            nonzero = np.moveaxis(nonzero, ends, (0, 1))
    shape = tensor.shape(work.sizes)
    density = max(float(nonzero.mean()), _LEAST)
    if nonzero.all():
        return replace(tensor, density=1.0)
    if (
        nonzero.size != np.prod(shape)
        or nonzero.ndim < 2
        or layer.operator in ("ConvTranspose", "Einsum")
        or (nonzero.ndim > 2 and not layer.operator.startswith("Conv"))  # products side by side
    ):
        return replace(tensor, density=density, pattern=UNIFORM)
    return replace(tensor, density=density, pattern=mask_of(nonzero.reshape(shape)))


def _with_tensors(workload: Workload, change: Callable[[str, Tensor], Tensor]) -> Workload:
    layers = tuple(
        replace(
            layer,
            work=replace(
                layer.work,
                tensors=tuple(change(layer.name, tensor) for tensor in layer.work.tensors),
            ),
        )
        if isinstance(layer.work, Einsum)
        else layer
        for layer in workload.layers
    )
    return replace(workload, layers=layers)
