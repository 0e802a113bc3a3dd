"""Right answers counted task by task, against the definitions written out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from octant.accuracy.dataset import Task
from octant.accuracy.metrics import (
    Outcome,
    joined,
    mean_average_precision,
    outcome,
    tally,
    word_error_rate,
)
from octant.errors import DataSetError

CHANCE = np.random.default_rng(3)
NUMBERS = np.arange(20)


def _in_parts(task: Task, outputs: Any, answers: Any) -> Outcome:
    """Returns the outcome of batches of seven."""
    parts = [
        tally(task, outputs[i : i + 7], answers[i : i + 7], NUMBERS[i : i + 7])
        for i in range(0, len(outputs), 7)
    ]
    return outcome(task, joined(parts))


def _scores(found: Outcome) -> dict[str, float]:
    return {score.metric: score.value for score in found.scores}


def test_classification() -> None:
    outputs, answers = CHANCE.normal(size=(20, 8)), CHANCE.integers(0, 8, 20)
    found = _in_parts(Task.CLASSIFICATION, outputs, answers)
    order = np.argsort(-outputs, axis=1)
    right = order[:, 0] == answers
    top5 = np.mean([answers[i] in order[i, :5] for i in range(20)])
    f1 = []
    for c in set(answers) | set(order[:, 0]):
        hit = ((order[:, 0] == c) & (answers == c)).sum()
        f1.append(2 * hit / ((order[:, 0] == c).sum() + (answers == c).sum()))
    assert found.right is not None
    assert np.array_equal(found.right, right)
    assert _scores(found) == pytest.approx(
        {
            "top-1 accuracy": right.mean(),
            "top-5 accuracy": top5,
            "F1, mean of the classes": np.mean(f1),
            "always the commonest answer": np.bincount(answers).max() / 20,
        }
    )


def test_equal_scores_count_as_argmax_has_them() -> None:
    found = outcome(
        Task.CLASSIFICATION,
        tally(Task.CLASSIFICATION, np.zeros((2, 8)), np.array([4, 5]), np.arange(2)),
    )
    assert _scores(found)["top-5 accuracy"] == 0.5


def test_segmentation() -> None:
    outputs, answers = CHANCE.normal(size=(20, 3, 4, 5)), CHANCE.integers(0, 3, (20, 4, 5))
    predicted = outputs.argmax(1)
    ious = [
        ((predicted == c) & (answers == c)).sum() / ((predicted == c) | (answers == c)).sum()
        for c in range(3)
    ]
    assert _scores(_in_parts(Task.SEGMENTATION, outputs, answers)) == pytest.approx(
        {"mIoU": np.mean(ious), "pixel accuracy": (predicted == answers).mean()}
    )


def test_regression() -> None:
    outputs, answers = CHANCE.normal(size=(20, 1)), CHANCE.normal(size=20)
    off = outputs[:, 0] - answers
    assert _scores(_in_parts(Task.REGRESSION, outputs, answers)) == pytest.approx(
        {
            "root mean square error": math.sqrt((off**2).mean()),
            "mean absolute error": np.abs(off).mean(),
            "R^2": 1 - (off**2).sum() / ((answers - answers.mean()) ** 2).sum(),
        }
    )


def test_language() -> None:
    outputs, answers = CHANCE.normal(size=(20, 6, 11)), CHANCE.integers(0, 11, (20, 6))
    chances = np.exp(outputs) / np.exp(outputs).sum(-1, keepdims=True)
    own = np.array([[chances[i, t, answers[i, t]] for t in range(6)] for i in range(20)])
    assert _scores(_in_parts(Task.LANGUAGE, outputs, answers)) == pytest.approx(
        {
            "perplexity": math.exp(-np.log(own).mean()),
            "tokens right": (outputs.argmax(-1) == answers).mean(),
        }
    )


def test_word_error_rate() -> None:
    pytest.importorskip("jiwer")
    assert word_error_rate(["the cat sat down"], ["the bat sat"]) == pytest.approx(2 / 4)
    with pytest.raises(DataSetError, match="1 references and 0 hypotheses"):
        word_error_rate(["a"], [])


def test_mean_average_precision() -> None:
    pytest.importorskip("pycocotools")
    boxes = [
        {"image_id": i, "category_id": c, "bbox": [10.0 * c, 5.0, 20.0, 10.0]}
        for i in range(3)
        for c in (1, 2)
    ]
    found = [{**box, "score": 0.9} for box in boxes]
    assert mean_average_precision(boxes, found) == pytest.approx(1.0)
    assert mean_average_precision(boxes, found[:3]) == pytest.approx(0.5, abs=0.1)
    assert mean_average_precision(boxes, []) == 0.0
    with pytest.raises(DataSetError, match="no true box"):
        mean_average_precision([], found)


WRONG: dict[str, tuple[Task, tuple[int, ...], Any, str]] = {
    "label": (Task.CLASSIFICATION, (2, 4), np.array([1, 4]), "sample 8: label 4 is out of range"),
    "negative": (Task.CLASSIFICATION, (2, 4), np.array([-1, 0]), "sample 7: label -1 is out of"),
    "parts": (Task.CLASSIFICATION, (2, 4), np.array([0.5, 1.0]), "labels are whole numbers"),
    "text": (Task.CLASSIFICATION, (2, 4), np.array(["a", "b"]), "number the classes"),
    "shape": (Task.CLASSIFICATION, (2, 4), np.zeros((2, 3), int), "they do not fit"),
    "one class": (Task.CLASSIFICATION, (2, 1), np.array([0, 0]), "they do not fit"),
    "pixels": (Task.SEGMENTATION, (2, 3, 4, 4), np.zeros((2, 5, 5), int), "they do not fit"),
    "values": (Task.REGRESSION, (2, 3), np.zeros(2), "they do not fit"),
    "tokens": (Task.LANGUAGE, (2, 3, 9), np.zeros((2, 4), int), "they do not fit"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit(name: str) -> None:
    task, shape, answers, message = WRONG[name]
    with pytest.raises(DataSetError, match=message):
        tally(task, np.zeros(shape), answers, np.array([7, 8]))


def test_an_output_that_is_no_number() -> None:
    outputs = np.zeros((3, 4))
    outputs[1, 2] = np.nan
    with pytest.raises(DataSetError, match="sample 21: the network's output holds NaN"):
        tally(Task.CLASSIFICATION, outputs, np.zeros(3, int), np.array([20, 21, 22]))


def test_errors_are_no_shares() -> None:
    regression = _in_parts(Task.REGRESSION, CHANCE.normal(size=(20, 1)), CHANCE.normal(size=20))
    language = _in_parts(
        Task.LANGUAGE, CHANCE.normal(size=(20, 6, 11)), CHANCE.integers(0, 11, (20, 6))
    )
    assert [score.is_share for score in regression.scores] == [False, False, False]
    assert [score.is_share for score in language.scores] == [False, True]


def test_detection_in_batches() -> None:
    pytest.importorskip("pycocotools")
    truth = np.full((20, 3, 5), -1.0)
    truth[:, 0] = [10, 20, 50, 80, 0]
    truth[::2, 1] = [60, 10, 90, 40, 1]
    found = np.zeros((20, 4, 6))
    for place, row in enumerate(truth):
        real = row[row[:, 4] >= 0]
        found[place, : len(real)] = np.insert(real, 4, 0.9, axis=1)
    exact = _in_parts(Task.DETECTION, found, truth)
    assert _scores(exact) == {"mean average precision": pytest.approx(1.0)}
    assert (exact.right, exact.scores[0].samples) == (None, 20)
    found[:, 0, :4] += 25  # far enough to overlap by less than half
    off = _scores(_in_parts(Task.DETECTION, found, truth))["mean average precision"]
    assert off == pytest.approx(0.5, abs=0.01)  # of the second class only
    with pytest.raises(DataSetError, match="detection: the network's output is 20 x 4 x 6"):
        tally(Task.DETECTION, found, truth[:, :, :4], NUMBERS)


def test_speech_is_decoded_greedily() -> None:
    pytest.importorskip("jiwer")
    frames = np.array([[0, 3, 3, 0, 3, 2, 0], [1, 1, 0, 0, 4, 4, 4], [0, 0, 0, 0, 0, 0, 0]])
    outputs = np.eye(5)[frames]
    said = np.array([[3, 3, 2, -1], [1, 4, 2, -1], [2, -1, -1, -1]])
    total = tally(Task.SPEECH, outputs, said, NUMBERS[:3])
    assert total == {"said": ["3 3 2", "1 4 2", "2"], "heard": ["3 3 2", "1 4", ""]}
    found = outcome(Task.SPEECH, total)
    assert _scores(found) == pytest.approx({"word error rate": 2 / 7, "utterances right": 1 / 3})
    with pytest.raises(DataSetError, match="label 9 is out of range: the network tells 5"):
        tally(Task.SPEECH, outputs, np.full((3, 2), 9), NUMBERS[:3])
    with pytest.raises(DataSetError, match="speech: the network's output is"):
        tally(Task.SPEECH, outputs[0], said, NUMBERS[:3])
