"""ResNet-18 and ResNet-50, with torchvision's layer names.

ResNet-50 has two forms: as published (v1) the first 1x1 convolution of a stage's first block
steps by 2; in the later v1.5 its 3x3 convolution does, which costs 6 % more.
"""

from __future__ import annotations

from collections.abc import Callable

from octant.workload import Layer
from octant.zoo import images
from octant.zoo.draft import Activation, Draft

BLOCKS_18 = (2, 2, 2, 2)
BLOCKS_50 = (3, 4, 6, 3)
WIDTHS = (64, 128, 256, 512)

Block = Callable[[Draft, str, Activation, int, int], Activation]


def resnet18(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of the 18-layer network: basic blocks of two 3x3 convolutions."""
    return _resnet(batch, resolution, BLOCKS_18, _basic)


def resnet50(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of the 50-layer network as published (v1)."""
    return _resnet(batch, resolution, BLOCKS_50, _bottleneck_v1)


def resnet50_v1_5(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of the 50-layer network in its v1.5 form, which torchvision and MLPerf use."""
    return _resnet(batch, resolution, BLOCKS_50, _bottleneck_v1_5)


def _resnet(
    batch: int, resolution: int, counts: tuple[int, ...], block: Block
) -> tuple[Layer, ...]:
    draft = Draft()
    image = Activation("image", batch, (3, resolution, resolution))
    current = images.conv(draft, "conv1", image, 64, 7, stride=2, padding=3, bias=False)
    current = images.relu(draft, "relu", images.batch_norm(draft, "bn1", current))
    current = images.pool(draft, "maxpool", current, 3, 2, padding=1)
    for stage, (count, width) in enumerate(zip(counts, WIDTHS, strict=True), start=1):
        for number in range(count):
            stride = 2 if stage > 1 and number == 0 else 1
            current = block(draft, f"layer{stage}.{number}", current, width, stride)
    pooled = images.global_average(draft, "avgpool", current)
    images.softmax(draft, "prob", images.dense(draft, "fc", pooled, 1000))
    return draft.layers


def _basic(draft: Draft, name: str, source: Activation, width: int, stride: int) -> Activation:
    inner = _unit(draft, name, 1, source, width, 3, stride)
    inner = _unit(draft, name, 2, inner, width, 3, 1, last=True)
    return _join(draft, name, source, inner, stride)


def _bottleneck_v1(
    draft: Draft, name: str, source: Activation, width: int, stride: int
) -> Activation:
    return _bottleneck(draft, name, source, width, (stride, 1))


def _bottleneck_v1_5(
    draft: Draft, name: str, source: Activation, width: int, stride: int
) -> Activation:
    return _bottleneck(draft, name, source, width, (1, stride))


def _bottleneck(
    draft: Draft, name: str, source: Activation, width: int, strides: tuple[int, int]
) -> Activation:
    inner = _unit(draft, name, 1, source, width, 1, strides[0])
    inner = _unit(draft, name, 2, inner, width, 3, strides[1])
    inner = _unit(draft, name, 3, inner, 4 * width, 1, 1, last=True)
    return _join(draft, name, source, inner, strides[0] * strides[1])


def _unit(
    draft: Draft,
    block: str,
    number: int,
    source: Activation,
    channels: int,
    kernel: int,
    stride: int,
    *,
    last: bool = False,
) -> Activation:
    name = f"{block}.conv{number}"
    padding = kernel // 2
    made = images.conv(
        draft, name, source, channels, kernel, stride=stride, padding=padding, bias=False
    )
    made = images.batch_norm(draft, f"{block}.bn{number}", made)
    return made if last else images.relu(draft, f"{block}.relu{number}", made)


def _join(
    draft: Draft, name: str, source: Activation, inner: Activation, stride: int
) -> Activation:
    shortcut = source
    if source.shape != inner.shape:
        shortcut = images.conv(
            draft, f"{name}.downsample.0", source, inner.shape[0], 1, stride=stride, bias=False
        )
        shortcut = images.batch_norm(draft, f"{name}.downsample.1", shortcut)
    return images.relu(draft, f"{name}.relu", images.add(draft, f"{name}.add", inner, shortcut))
