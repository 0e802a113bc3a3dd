"""MobileNetV1 and MobileNetV2 at any width and resolution."""

from __future__ import annotations

from octant.workload import Layer
from octant.zoo import images
from octant.zoo.draft import Activation, Draft

# MobileNetV1, Howard et al., Table 1: output channels and step of each separable block.
SEPARABLE = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)

# MobileNetV2, Sandler et al., Table 2: expansion, channels, repetitions, first step.
INVERTED = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def mobilenet_v1(batch: int, *, width: float, resolution: int) -> tuple[Layer, ...]:
    """The layers of MobileNetV1, named as in TensorFlow's reference.

    Channels are multiplied by ``width``, rounded down, and at least 8, as the authors' code does.
    """
    draft = Draft()
    image = Activation("image", batch, (3, resolution, resolution))
    first = _at_least_eight(32 * width)
    current = images.conv_bn_relu(draft, "Conv2d_0", image, first, 3, stride=2, padding=1)
    for number, (channels, stride) in enumerate(SEPARABLE, start=1):
        current = _depthwise(draft, f"Conv2d_{number}_depthwise", current, stride, "Relu")
        name, wide = f"Conv2d_{number}_pointwise", _at_least_eight(channels * width)
        current = images.conv_bn_relu(draft, name, current, wide, 1)
    pooled = images.global_average(draft, "AvgPool_1a", current)
    images.softmax(draft, "Predictions", images.dense(draft, "Logits", pooled, 1000))
    return draft.layers


def mobilenet_v2(batch: int, *, width: float, resolution: int) -> tuple[Layer, ...]:
    """The layers of MobileNetV2, numbered as in torchvision.

    Channels are multiplied by ``width`` and rounded to a multiple of 8; the last convolution
    keeps its 1280 channels below a width of 1.
    """
    draft = Draft()
    image = Activation("image", batch, (3, resolution, resolution))
    stem = round_to_eight(32 * width)
    current = images.conv_bn_relu(
        draft, "features.0", image, stem, 3, stride=2, padding=1, activation="Relu6"
    )
    number = 1
    for expansion, channels, count, first_stride in INVERTED:
        for repetition in range(count):
            stride = 1 if repetition else first_stride
            wide, name = round_to_eight(channels * width), f"features.{number}"
            current = _inverted_residual(draft, name, current, wide, expansion, stride)
            number += 1
    last = round_to_eight(1280 * max(1.0, width))
    current = images.conv_bn_relu(draft, f"features.{number}", current, last, 1, activation="Relu6")
    pooled = images.global_average(draft, "avgpool", current)
    images.softmax(draft, "prob", images.dense(draft, "classifier", pooled, 1000))
    return draft.layers


def round_to_eight(channels: float) -> int:
    """The multiple of 8 nearest to ``channels``, at least 8, and not below nine tenths of it.

    >>> round_to_eight(24.0), round_to_eight(18.0), round_to_eight(1.0)
    (24, 24, 8)
    """
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def _inverted_residual(
    draft: Draft, name: str, source: Activation, channels: int, expansion: int, stride: int
) -> Activation:
    inner = source
    if expansion != 1:
        expanded = expansion * source.shape[0]
        inner = images.conv_bn_relu(
            draft, f"{name}.expand", source, expanded, 1, activation="Relu6"
        )
    inner = _depthwise(draft, f"{name}.depthwise", inner, stride, "Relu6")
    inner = images.conv(draft, f"{name}.project", inner, channels, 1, bias=False)
    inner = images.batch_norm(draft, f"{name}.project.bn", inner)
    if inner.shape != source.shape:
        return inner
    return images.add(draft, f"{name}.add", inner, source)


def _depthwise(
    draft: Draft, name: str, source: Activation, stride: int, activation: str
) -> Activation:
    depth = source.shape[0]
    return images.conv_bn_relu(
        draft,
        name,
        source,
        depth,
        3,
        stride=stride,
        padding=1,
        groups=depth,
        activation=activation,
    )


def _at_least_eight(channels: float) -> int:
    return max(8, int(channels))
