"""A data set as a noun: samples that are read when they are needed, and which part is for what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from octant.errors import DataSetError

Indices: TypeAlias = NDArray[np.int64]
#: Arrays by the name of the network's input; the empty name is the network's only input.
Inputs: TypeAlias = dict[str, NDArray[Any]]
Samples: TypeAlias = tuple[Inputs, NDArray[Any]]

CALIBRATION_SHARE = 0.1


class Task(StrEnum):
    """What a network is asked to do, which decides what a right answer is."""

    CLASSIFICATION = "classification"
    SEGMENTATION = "segmentation"
    DETECTION = "detection"
    REGRESSION = "regression"
    LANGUAGE = "language"
    SPEECH = "speech"


class Part(StrEnum):
    """What a sample is for. No sample is for two things."""

    TRAIN = "train"
    CALIBRATION = "calibration"
    TEST = "test"


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Samples with their right answers.

    Args:
        name: as the user gave it.
        title: one line: what it is.
        samples: how many.
        task: what the answers are of.
        fingerprint: changes when the contents change.
        read: the inputs and answers of some samples, in the order of the indices.
        train_share: the share of the samples that networks may have been trained on.
        source: the publication that it comes from; empty for the user's own.
        classes: how many the answers are of, where they are numbered among themselves only; None
            where their numbers are those of the network's outputs.
    """

    name: str
    title: str
    samples: int
    task: Task
    fingerprint: str
    read: Callable[[Indices], Samples] = field(repr=False)
    train_share: float = 0.0
    source: str = ""
    classes: int | None = None

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise DataSetError(f"data set {self.name!r} is empty: give one with samples")


def share(data: DataSet, part: Part | str, limit: int | None = None) -> Indices:
    """The samples of a part, in ascending order: the same ones on every machine and every run.

    Samples are ranked by a hash of their number (SplitMix64, Steele et al., OOPSLA 2014). The first
    ranks train, where a data set has a part for that; the next tenth calibrates; the rest tests.

    Args:
        data: whose samples.
        part: which.
        limit: at most so many, the first in rank; None for all.

    >>> data = DataSet("d", "", 10, Task.CLASSIFICATION, "", lambda _: ({}, np.zeros(0)), 0.5)
    >>> [share(data, part).tolist() for part in Part]
    [[2, 4, 5, 6, 8], [1], [0, 3, 7, 9]]
    """
    ranked = np.argsort(_mixed(np.arange(data.samples, dtype=np.uint64)), kind="stable")
    trained = round(data.samples * data.train_share)
    calibrating = trained + max(round(data.samples * CALIBRATION_SHARE), 1)
    bounds = {
        Part.TRAIN: (0, trained),
        Part.CALIBRATION: (trained, calibrating),
        Part.TEST: (calibrating, data.samples),
    }
    start, stop = bounds[Part(part)]
    chosen = ranked[start:stop][:limit]
    return np.sort(chosen).astype(np.int64)


def batches(data: DataSet, chosen: Indices, size: int) -> Iterator[Samples]:
    """The chosen samples, ``size`` at a time, checked: no more than one batch is held.

    Raises:
        DataSetError: an input is not a number, or answers and inputs differ in count.
    """
    for start in range(0, len(chosen), size):
        numbers = chosen[start : start + size]
        inputs, answers = data.read(numbers)
        for name, values in inputs.items():
            _check(data, numbers, values, name)
        _check(data, numbers, answers, "its answer")
        yield inputs, answers


def _check(data: DataSet, numbers: Indices, values: NDArray[Any], name: str) -> None:
    label = name or "its input"
    if len(values) != len(numbers):
        raise DataSetError(
            f"data set {data.name!r}: {len(numbers)} samples were asked for, {len(values)} of "
            f"{label} came: give inputs and answers of one length"
        )
    if not np.issubdtype(values.dtype, np.floating):
        return
    finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
    if not finite.all():
        first = int(numbers[int(np.argmin(finite))])
        raise DataSetError(
            f"data set {data.name!r}, sample {first}: {label} holds NaN or infinity; "
            f"{int((~finite).sum())} of the {len(values)} samples read with it do: repair or "
            "leave them out"
        )


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The SplitMix64 hash of each number."""
    with np.errstate(over="ignore"):
        z = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))
