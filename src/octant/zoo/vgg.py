"""VGG-16: thirteen 3x3 convolutions and three fully connected layers."""

from __future__ import annotations

from octant.workload import Layer
from octant.zoo import images
from octant.zoo.draft import Activation, Draft

CHANNELS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


def vgg16(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of configuration D; a 2x2 pooling ends each of the five blocks."""
    draft = Draft()
    current = Activation("image", batch, (3, resolution, resolution))
    for block, channels in enumerate(CHANNELS, start=1):
        for number, depth in enumerate(channels, start=1):
            place = f"{block}_{number}"
            current = images.conv(draft, f"conv{place}", current, depth, 3, padding=1)
            current = images.relu(draft, f"relu{place}", current)
        current = images.pool(draft, f"pool{block}", current, 2, 2)
    current = images.relu(draft, "relu6", images.dense(draft, "fc6", current, 4096))
    current = images.relu(draft, "relu7", images.dense(draft, "fc7", current, 4096))
    images.softmax(draft, "prob", images.dense(draft, "fc8", current, 1000))
    return draft.layers
