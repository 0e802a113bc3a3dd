"""The embedded data set: scikit-learn's handwritten digits, which need no download."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.dataset import DataSet, Indices, Samples, Task, share

__all__ = ["SOURCE", "digits", "share"]

SOURCE = (
    "Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, "
    "1998; the 1797 test images, as scikit-learn has them"
)
_WHITE = 16.0
_TRAIN_SHARE = 0.5


def digits() -> DataSet:
    """1797 grey images of 8 x 8 pixels with the digit that each shows, pixels from 0 to 1.

    Half of them train the networks of ``examples/train_digits.py``, a tenth calibrates, and 719
    test.

    >>> data = digits()
    >>> data.samples, share(data, "test").size
    (1797, 719)
    """

    def read(chosen: Indices) -> Samples:
        images, answers = _stored()
        return {"image": images[chosen]}, answers[chosen]

    images, _ = _stored()
    return DataSet(
        "digits",
        "scikit-learn's handwritten digits: 8 x 8 grey pixels, 10 classes",
        len(images),
        Task.CLASSIFICATION,
        "scikit-learn-digits",
        read,
        train_share=_TRAIN_SHARE,
        source=SOURCE,
    )


@cache
def _stored() -> tuple[NDArray[Any], NDArray[Any]]:
    from sklearn.datasets import load_digits

    found = load_digits()
    images = (found.images / _WHITE).astype(np.float32)[:, np.newaxis]
    return images, found.target.astype(np.int64)
