"""The layers of image networks: each verb appends to a draft and returns what it made."""

from __future__ import annotations

import math
from collections.abc import Sequence

from octant.errors import InvalidWorkloadError
from octant.workload import FLOAT32, VectorWork, convolution, matmul
from octant.zoo import operations
from octant.zoo.draft import Activation, Draft

Extents = int | tuple[int, int]


def conv(
    draft: Draft,
    name: str,
    source: Activation,
    channels: int,
    kernel: Extents,
    *,
    stride: int = 1,
    padding: Extents = 0,
    groups: int = 1,
    bias: bool = True,
) -> Activation:
    """Appends a 2-D convolution.

    Args:
        draft: the network so far.
        name: the layer's.
        source: what it reads: (channels, height, width).
        channels: output channels of all groups together.
        kernel: extents, one number for a square.
        stride: step along both axes.
        padding: zeros at each side of an axis.
        groups: channel groups.
        bias: whether it stores one a channel.

    Raises:
        InvalidWorkloadError: when the kernel is larger than the padded input.
    """
    window, pads = _pair(kernel), _pair(padding)
    depth, *extents = source.shape
    output = tuple(
        slide(name, extent, k, stride, pad)
        for extent, k, pad in zip(extents, window, pads, strict=True)
    )
    work = convolution(
        batch=source.batch,
        groups=groups,
        in_channels=depth,
        out_channels=channels,
        output=output,
        kernel=window,
        stride=(stride, stride),
    )
    weights = channels * (depth // groups) * math.prod(window)
    parameters = weights + (channels if bias else 0)
    shape = (channels, *output)
    return draft.add(name, "Conv", work, (source,), shape, weights=weights, parameters=parameters)


def conv_bn_relu(
    draft: Draft,
    name: str,
    source: Activation,
    channels: int,
    kernel: Extents,
    *,
    stride: int = 1,
    padding: Extents = 0,
    groups: int = 1,
    activation: str = "Relu",
) -> Activation:
    """Appends convolution without bias, batch normalisation (``.bn``) and Relu (``.relu``)."""
    convolved = conv(
        draft,
        name,
        source,
        channels,
        kernel,
        stride=stride,
        padding=padding,
        groups=groups,
        bias=False,
    )
    return relu(
        draft, f"{name}.relu", batch_norm(draft, f"{name}.bn", convolved), activation=activation
    )


def batch_norm(draft: Draft, name: str, source: Activation) -> Activation:
    """Appends a batch normalisation; it stores scale and shift, 2 parameters a channel.

    The running statistics are buffers that fold into them, not parameters.
    """
    parameters = 2 * source.shape[0]
    work = operations.elementwise(
        "BatchNormalization", source.elements, read_elements=source.elements + parameters
    )
    return draft.add(
        name, "BatchNormalization", work, (source,), source.shape, parameters=parameters
    )


def relu(draft: Draft, name: str, source: Activation, *, activation: str = "Relu") -> Activation:
    """Appends a Relu, or a Relu6 where ``activation`` says so."""
    work = operations.elementwise(activation, source.elements)
    return draft.add(name, activation, work, (source,), source.shape)


def local_response_norm(draft: Draft, name: str, source: Activation, size: int = 5) -> Activation:
    """Appends a local response normalisation across ``size`` channels."""
    work = operations.local_response(source.elements, size)
    return draft.add(name, "LRN", work, (source,), source.shape)


def pool(
    draft: Draft,
    name: str,
    source: Activation,
    kernel: int,
    stride: int,
    *,
    padding: int = 0,
    round_up: bool = False,
    operator: str = "MaxPool",
) -> Activation:
    """Appends a pooling with a square window.

    Args:
        draft: the network so far.
        name: the layer's.
        source: what it reads.
        kernel: extent of the window.
        stride: step of the window.
        padding: at each side.
        round_up: whether a window that only partly fits still counts, as in Caffe.
        operator: ``MaxPool`` or ``AveragePool``.
    """
    channels, *extents = source.shape
    output = tuple(
        slide(name, extent, kernel, stride, padding, round_up=round_up) for extent in extents
    )
    shape = (channels, *output)
    written = source.batch * math.prod(shape)
    work = operations.pooling(operator, kernel * kernel, source.elements, written)
    return draft.add(name, operator, work, (source,), shape)


def global_average(draft: Draft, name: str, source: Activation, extent: int = 1) -> Activation:
    """Appends an average over the whole map, or torchvision's adaptive one onto extent x extent.

    The windows of an adaptive pooling run from floor(i * n / m) to ceil((i + 1) * n / m).
    """
    channels, height, width = source.shape
    windows = _adaptive_total(height, extent) * _adaptive_total(width, extent)
    shape = (channels, extent, extent)
    written = source.batch * math.prod(shape)
    operations_in_all = windows * channels * source.batch
    work = VectorWork(operations_in_all, source.elements, written, FLOAT32)
    return draft.add(name, "GlobalAveragePool", work, (source,), shape)


def dense(
    draft: Draft, name: str, source: Activation, features: int, *, bias: bool = True
) -> Activation:
    """Appends a fully connected layer over the flattened source: one row an inference."""
    inner = math.prod(source.shape)
    work = matmul(rows=1, inner=inner, columns=features, batch=source.batch)
    weights = inner * features
    parameters = weights + (features if bias else 0)
    return draft.add(
        name, "Gemm", work, (source,), (features,), weights=weights, parameters=parameters
    )


def add(draft: Draft, name: str, first: Activation, second: Activation) -> Activation:
    """Appends the element-wise sum of two activations of one shape."""
    work = operations.elementwise("Add", first.elements, read_elements=2 * first.elements)
    return draft.add(name, "Add", work, (first, second), first.shape)


def concat(draft: Draft, name: str, sources: Sequence[Activation]) -> Activation:
    """Appends the concatenation of activations along their channels."""
    shape = (sum(source.shape[0] for source in sources), *sources[0].shape[1:])
    work = operations.elementwise("Concat", sum(source.elements for source in sources))
    return draft.add(name, "Concat", work, sources, shape)


def softmax(draft: Draft, name: str, source: Activation) -> Activation:
    """Appends a softmax over the features."""
    work = operations.elementwise("Softmax", source.elements)
    return draft.add(name, "Softmax", work, (source,), source.shape)


def slide(
    name: str, extent: int, kernel: int, stride: int, padding: int, *, round_up: bool = False
) -> int:
    """The number of windows along an axis.

    A window that starts in the padding behind the input does not count, even when rounding up
    (the rule of Caffe and of torchvision).

    Raises:
        InvalidWorkloadError: when not one window fits.

    >>> slide("conv1", 227, 11, 4, 0)
    55
    >>> slide("pool", 112, 3, 2, 0), slide("pool", 112, 3, 2, 0, round_up=True)
    (55, 56)
    """
    room = extent + 2 * padding - kernel
    if room < 0:
        raise InvalidWorkloadError(
            f"layer {name!r}: its kernel of {kernel} does not fit an input of {extent} with "
            f"padding {padding}: give the network a greater resolution"
        )
    count = (room + stride - 1 if round_up else room) // stride + 1
    return count - 1 if (count - 1) * stride >= extent + padding else count


def _pair(extents: Extents) -> tuple[int, int]:
    return (extents, extents) if isinstance(extents, int) else extents


def _adaptive_total(extent: int, outputs: int) -> int:
    return sum(
        -(-(index + 1) * extent // outputs) - index * extent // outputs for index in range(outputs)
    )
