"""AlexNet as published (two groups, LRN) and as torchvision has it."""

from __future__ import annotations

from dataclasses import dataclass

from octant.workload import Layer
from octant.zoo import images
from octant.zoo.draft import Activation, Draft


@dataclass(frozen=True, slots=True)
class Stage:
    """A row of AlexNet's table: a convolution and what follows it."""

    channels: int
    kernel: int
    stride: int = 1
    padding: int = 0
    groups: int = 1
    normalised: bool = False
    pooled: bool = False


PUBLISHED = (
    Stage(96, 11, stride=4, normalised=True, pooled=True),
    Stage(256, 5, padding=2, groups=2, normalised=True, pooled=True),
    Stage(384, 3, padding=1),
    Stage(384, 3, padding=1, groups=2),
    Stage(256, 3, padding=1, groups=2, pooled=True),
)

TORCHVISION = (
    Stage(64, 11, stride=4, padding=2, pooled=True),
    Stage(192, 5, padding=2, pooled=True),
    Stage(384, 3, padding=1),
    Stage(256, 3, padding=1),
    Stage(256, 3, padding=1, pooled=True),
)


def alexnet(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of the published network; pooling windows overlap (3x3, step 2)."""
    draft = Draft()
    image = Activation("image", batch, (3, resolution, resolution))
    _classify(draft, _features(draft, image, PUBLISHED))
    return draft.layers


def alexnet_torchvision(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of torchvision's network: one tower, no LRN, an adaptive pooling onto 6x6."""
    draft = Draft()
    image = Activation("image", batch, (3, resolution, resolution))
    features = _features(draft, image, TORCHVISION)
    _classify(draft, images.global_average(draft, "AVGPOOL", features, extent=6))
    return draft.layers


def _features(draft: Draft, image: Activation, stages: tuple[Stage, ...]) -> Activation:
    current = image
    for number, stage in enumerate(stages, start=1):
        current = images.conv(
            draft,
            f"CONV{number}",
            current,
            stage.channels,
            stage.kernel,
            stride=stage.stride,
            padding=stage.padding,
            groups=stage.groups,
        )
        current = images.relu(draft, f"RELU{number}", current)
        if stage.normalised:
            current = images.local_response_norm(draft, f"NORM{number}", current)
        if stage.pooled:
            current = images.pool(draft, f"POOL{number}", current, 3, 2)
    return current


def _classify(draft: Draft, features: Activation) -> None:
    hidden = images.relu(draft, "RELU6", images.dense(draft, "FC6", features, 4096))
    hidden = images.relu(draft, "RELU7", images.dense(draft, "FC7", hidden, 4096))
    images.softmax(draft, "PROB", images.dense(draft, "FC8", hidden, 1000))
