"""SqueezeNet 1.0 and 1.1: fire modules and no fully connected layer."""

from __future__ import annotations

from octant.workload import Layer
from octant.zoo import images
from octant.zoo.draft import Activation, Draft

# Fire module: squeeze channels, channels of each of the two expansions.
FIRES = {
    2: (16, 64),
    3: (16, 64),
    4: (32, 128),
    5: (32, 128),
    6: (48, 192),
    7: (48, 192),
    8: (64, 256),
    9: (64, 256),
}


def squeezenet_1_0(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of the published network: a first kernel of 7x7, poolings after 1, 4 and 8."""
    return _squeezenet(batch, resolution, first=(96, 7), pooled=(1, 4, 8))


def squeezenet_1_1(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of the authors' later form: a first kernel of 3x3, poolings after 1, 3 and 5."""
    return _squeezenet(batch, resolution, first=(64, 3), pooled=(1, 3, 5))


def _squeezenet(
    batch: int, resolution: int, *, first: tuple[int, int], pooled: tuple[int, ...]
) -> tuple[Layer, ...]:
    draft = Draft()
    image = Activation("image", batch, (3, resolution, resolution))
    current = images.relu(draft, "relu_conv1", images.conv(draft, "conv1", image, *first, stride=2))
    current = images.pool(draft, "pool1", current, 3, 2, round_up=True)
    for number, (squeezed, expanded) in FIRES.items():
        current = _fire(draft, f"fire{number}", current, squeezed, expanded)
        if number in pooled:
            current = images.pool(draft, f"pool{number}", current, 3, 2, round_up=True)
    scores = images.relu(draft, "relu_conv10", images.conv(draft, "conv10", current, 1000, 1))
    images.softmax(draft, "prob", images.global_average(draft, "pool10", scores))
    return draft.layers


def _fire(draft: Draft, name: str, source: Activation, squeezed: int, expanded: int) -> Activation:
    inner = images.conv(draft, f"{name}/squeeze1x1", source, squeezed, 1)
    inner = images.relu(draft, f"{name}/relu_squeeze1x1", inner)
    left = images.conv(draft, f"{name}/expand1x1", inner, expanded, 1)
    left = images.relu(draft, f"{name}/relu_expand1x1", left)
    right = images.conv(draft, f"{name}/expand3x3", inner, expanded, 3, padding=1)
    right = images.relu(draft, f"{name}/relu_expand3x3", right)
    return images.concat(draft, f"{name}/concat", (left, right))
