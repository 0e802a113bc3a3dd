"""GoogLeNet (Inception v1) as published, with floored poolings, and as torchvision has it.

The auxiliary classifiers of training are not part of the network that runs.
"""

from __future__ import annotations

from collections.abc import Callable

from octant.workload import Layer
from octant.zoo import images
from octant.zoo.draft import Activation, Draft

# Szegedy et al., CVPR 2015, Table 1: #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj.
Widths = tuple[int, int, int, int, int, int]
MODULES: tuple[tuple[tuple[str, Widths], ...], ...] = (
    (("3a", (64, 96, 128, 16, 32, 32)), ("3b", (128, 128, 192, 32, 96, 64))),
    (
        ("4a", (192, 96, 208, 16, 48, 64)),
        ("4b", (160, 112, 224, 24, 64, 64)),
        ("4c", (128, 128, 256, 24, 64, 64)),
        ("4d", (112, 144, 288, 32, 64, 64)),
        ("4e", (256, 160, 320, 32, 128, 128)),
    ),
    (("5a", (256, 160, 320, 32, 128, 128)), ("5b", (384, 192, 384, 48, 128, 128))),
)

Module = Callable[[Draft, str, Activation, Widths], Activation]


def googlenet(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of the published network: maps of 112, 56, 28, 14 and 7 (poolings round up)."""
    return _published(batch, resolution, round_up=True)


def googlenet_floor(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The same layers with poolings that round down: maps of 112, 55, 27, 13 and 6.

    So it comes out of frameworks that drop the windows at the border, and out of the ONNX model
    zoo's file of it; 1.43 instead of 1.58 G multiply-accumulates.
    """
    return _published(batch, resolution, round_up=False)


def googlenet_torchvision(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of torchvision's network: batch normalisation, no LRN, 3x3 in place of 5x5."""
    draft = Draft()
    current = Activation("image", batch, (3, resolution, resolution))
    current = images.conv_bn_relu(draft, "conv1", current, 64, 7, stride=2, padding=3)
    current = images.pool(draft, "maxpool1", current, 3, 2, round_up=True)
    current = images.conv_bn_relu(draft, "conv2", current, 64, 1)
    current = images.conv_bn_relu(draft, "conv3", current, 192, 3, padding=1)
    current = images.pool(draft, "maxpool2", current, 3, 2, round_up=True)
    for stage, modules in enumerate(MODULES, start=3):
        current = _stage(draft, current, modules, "inception", _torchvision_module)
        if stage < 5:
            window = 3 if stage == 3 else 2
            current = images.pool(draft, f"maxpool{stage}", current, window, 2, round_up=True)
    pooled = images.global_average(draft, "avgpool", current)
    images.softmax(draft, "prob", images.dense(draft, "fc", pooled, 1000))
    return draft.layers


def _published(batch: int, resolution: int, *, round_up: bool) -> tuple[Layer, ...]:
    draft = Draft()
    current = Activation("image", batch, (3, resolution, resolution))
    current = _conv_relu(draft, "conv1/7x7_s2", current, 64, 7, stride=2, padding=3)
    current = images.pool(draft, "pool1/3x3_s2", current, 3, 2, round_up=round_up)
    current = images.local_response_norm(draft, "pool1/norm1", current)
    current = _conv_relu(draft, "conv2/3x3_reduce", current, 64, 1)
    current = _conv_relu(draft, "conv2/3x3", current, 192, 3, padding=1)
    current = images.local_response_norm(draft, "conv2/norm2", current)
    current = images.pool(draft, "pool2/3x3_s2", current, 3, 2, round_up=round_up)
    for stage, modules in enumerate(MODULES, start=3):
        current = _stage(draft, current, modules, "inception_", _published_module)
        if stage < 5:
            name = f"pool{stage}/3x3_s2"
            current = images.pool(draft, name, current, 3, 2, round_up=round_up)
    pooled = images.global_average(draft, "pool5/7x7_s1", current)
    images.softmax(draft, "prob", images.dense(draft, "loss3/classifier", pooled, 1000))
    return draft.layers


def _stage(
    draft: Draft,
    source: Activation,
    modules: tuple[tuple[str, Widths], ...],
    prefix: str,
    module: Module,
) -> Activation:
    for suffix, widths in modules:
        source = module(draft, prefix + suffix, source, widths)
    return source


def _published_module(draft: Draft, name: str, source: Activation, widths: Widths) -> Activation:
    one, reduce_three, three, reduce_five, five, projected = widths
    left = _conv_relu(draft, f"{name}/1x1", source, one, 1)
    inner = _conv_relu(draft, f"{name}/3x3_reduce", source, reduce_three, 1)
    middle = _conv_relu(draft, f"{name}/3x3", inner, three, 3, padding=1)
    inner = _conv_relu(draft, f"{name}/5x5_reduce", source, reduce_five, 1)
    right = _conv_relu(draft, f"{name}/5x5", inner, five, 5, padding=2)
    inner = images.pool(draft, f"{name}/pool", source, 3, 1, padding=1)
    last = _conv_relu(draft, f"{name}/pool_proj", inner, projected, 1)
    return images.concat(draft, f"{name}/output", (left, middle, right, last))


def _torchvision_module(draft: Draft, name: str, source: Activation, widths: Widths) -> Activation:
    one, reduce_three, three, reduce_five, five, projected = widths
    left = images.conv_bn_relu(draft, f"{name}.branch1", source, one, 1)
    inner = images.conv_bn_relu(draft, f"{name}.branch2.0", source, reduce_three, 1)
    middle = images.conv_bn_relu(draft, f"{name}.branch2.1", inner, three, 3, padding=1)
    inner = images.conv_bn_relu(draft, f"{name}.branch3.0", source, reduce_five, 1)
    right = images.conv_bn_relu(draft, f"{name}.branch3.1", inner, five, 3, padding=1)
    inner = images.pool(draft, f"{name}.branch4.0", source, 3, 1, padding=1)
    last = images.conv_bn_relu(draft, f"{name}.branch4.1", inner, projected, 1)
    return images.concat(draft, f"{name}.concat", (left, middle, right, last))


def _conv_relu(
    draft: Draft,
    name: str,
    source: Activation,
    channels: int,
    kernel: int,
    *,
    stride: int = 1,
    padding: int = 0,
) -> Activation:
    convolved = images.conv(draft, name, source, channels, kernel, stride=stride, padding=padding)
    return images.relu(draft, f"{name}.relu", convolved)
