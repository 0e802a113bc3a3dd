"""Published accuracies of the built-in networks, with the number format that each was taken in."""

from __future__ import annotations

from dataclasses import dataclass

from octant.workload import FLOAT32, NumberFormat

_TORCHVISION = "weights IMAGENET1K_V1 of torchvision, their metadata"


@dataclass(frozen=True, slots=True)
class PublishedAccuracy:
    """What somebody else measured.

    Args:
        network: the built-in network.
        top1: share of right answers.
        top5: share of samples whose right answer is among the first five; None where not given.
        data: the data set.
        number: the format of weights and activations.
        citation: where it is published.
    """

    network: str
    top1: float
    top5: float | None
    data: str
    number: NumberFormat
    citation: str


def _torchvision(network: str, top1_pct: float, top5_pct: float) -> PublishedAccuracy:
    return PublishedAccuracy(
        network, top1_pct / 100, top5_pct / 100, "ImageNet-1K validation", FLOAT32, _TORCHVISION
    )


#: Only networks whose layers are those of the published weights: other variants score otherwise.
_PUBLISHED = (
    _torchvision("alexnet-torchvision", 56.522, 79.066),
    _torchvision("vgg16", 71.592, 90.382),
    _torchvision("googlenet-torchvision", 69.778, 89.530),
    _torchvision("inception-v3", 77.294, 93.450),
    _torchvision("resnet18", 69.758, 89.078),
    _torchvision("resnet50-v1.5", 76.130, 92.862),
    _torchvision("squeezenet1.0", 58.092, 80.420),
    _torchvision("squeezenet1.1", 58.178, 80.624),
    _torchvision("mobilenet-v2", 71.878, 90.286),
)


def published(network: str) -> PublishedAccuracy | None:
    """The published accuracy of a built-in network; None where nobody cited here gives one.

    >>> published("resnet18").top1
    0.69758
    """
    return next((item for item in _PUBLISHED if item.network == network), None)
