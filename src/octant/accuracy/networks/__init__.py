"""The embedded networks: trained on digits by ``examples/train_digits.py``, stored as ONNX.

>>> names()
('digits-lenet', 'digits-depthwise', 'digits-transformer')
"""

from __future__ import annotations

from pathlib import Path

_TITLES = {
    "digits-lenet": "two convolutions and three fully connected layers, like LeNet-5",
    "digits-depthwise": "depthwise separable convolutions, like MobileNet",
    "digits-transformer": "two Transformer encoder blocks over the rows of the image",
}
SOURCE = "trained by examples/train_digits.py of Octant on scikit-learn's digits"


def names() -> tuple[str, ...]:
    """The names of the embedded networks."""
    return tuple(_TITLES)


def title(name: str) -> str:
    """What an embedded network is, in a few words."""
    return _TITLES[name]


def path(name: str) -> Path:
    """Where the ONNX file of an embedded network is."""
    return Path(__file__).with_name(f"{name}.onnx")
