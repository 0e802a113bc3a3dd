"""AlexNet and VGG-16 as pruned by Han, Pool, Tran, Dally, NIPS 2015: shares of nonzeros.

Tables 4 and 5 there, in whole per cents, recalled, not read. They hold together: a layer's share of
products is that of its weights times that of the activations before it, which the tables give too
(``PRODUCTS``), and a test multiplies them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shares:
    """Of nonzeros in a layer's tensors."""

    weights: float
    inputs: float
    outputs: float


_ALEXNET = {
    "CONV1": (84, 88, 84), "CONV2": (38, 52, 33), "CONV3": (35, 37, 18), "CONV4": (37, 40, 14),
    "CONV5": (37, 34, 14), "FC6": (9, 36, 3), "FC7": (9, 40, 3), "FC8": (25, 100, 10),
}  # fmt: skip
_VGG = {
    "conv1_1": (58, 53, 58), "conv1_2": (22, 89, 12), "conv2_1": (34, 80, 30),
    "conv2_2": (36, 81, 29), "conv3_1": (53, 68, 43), "conv3_2": (24, 70, 16),
    "conv3_3": (42, 64, 29), "conv4_1": (32, 51, 21), "conv4_2": (27, 45, 14),
    "conv4_3": (34, 34, 15), "conv5_1": (35, 32, 12), "conv5_2": (29, 29, 9),
    "conv5_3": (36, 19, 11),
}  # fmt: skip
"""Weights, activations behind the layer, products: per cent."""


def _with_inputs(rows: dict[str, tuple[int, int, int]]) -> dict[str, Shares]:
    found, before = {}, 100
    for name, (weights, outputs, _) in rows.items():
        found[name] = Shares(weights / 100, before / 100, outputs / 100)
        before = outputs
    return found


SHARES = {"alexnet": _with_inputs(_ALEXNET), "vgg16": _with_inputs(_VGG)}
"""Of VGG-16 the convolutions."""

PRODUCTS = {
    "alexnet": {name: row[2] for name, row in _ALEXNET.items()},
    "vgg16": {name: row[2] for name, row in _VGG.items()},
}
