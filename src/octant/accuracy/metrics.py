"""Right answers counted, task by task, a batch at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.dataset import Indices, Task
from octant.accuracy.results import Score
from octant.accuracy.statistics import Flags, wilson
from octant.errors import DataSetError, OctantError

#: Sums and lists of one batch, as JSON has them; those of two batches add up, lists in order.
Tally = dict[str, Any]
_TOP = 5
#: What somebody scores who does not look: how hard a task is.
COMMONEST = "always the commonest answer"


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a variant scored.

    Args:
        scores: the task's first metric, then the others.
        right: for each test sample whether the answer is right; None where an answer is not simply
            right or wrong.
    """

    scores: tuple[Score, ...]
    right: Flags | None


def tally(task: Task, outputs: NDArray[Any], answers: NDArray[Any], numbers: Indices) -> Tally:
    """What a batch adds to the score.

    Args:
        task: what the answers are of.
        outputs: the network's first output; scores of the classes along axis 1 for classification
            and segmentation, along the last axis for language and speech (of each frame; class 0
            is CTC's blank); for detection (samples, boxes, 6): two corners, score, class.
        answers: the right ones; those of speech are filled up with -1, and so are those of
            detection, (samples, boxes, 5): two corners, class.
        numbers: of the samples, for messages.

    Raises:
        DataSetError: outputs and answers do not fit, a label is out of range, an output is NaN.
    """
    if not np.isfinite(outputs).all():
        bad = int(numbers[int(np.argmin(np.isfinite(outputs).reshape(len(outputs), -1).all(1)))])
        raise DataSetError(
            f"sample {bad}: the network's output holds NaN or infinity: there is no answer to "
            "count; look at the network, or at the sample"
        )
    return _TALLIES[task](outputs, answers, numbers)


def joined(tallies: Sequence[Tally]) -> Tally:
    """The tally of several batches.

    >>> joined([{"right": [1], "count": 1}, {"right": [0], "count": 1}])
    {'right': [1, 0], 'count': 2}
    """
    total: Tally = {}
    for part in tallies:
        for key, value in part.items():
            total[key] = total[key] + value if key in total else value
    return total


def outcome(task: Task, total: Tally) -> Outcome:
    """The scores of a tally."""
    return _OUTCOMES[task](total)


def word_error_rate(references: Sequence[str], hypotheses: Sequence[str]) -> float:
    """Substitutions, deletions and insertions over the words of the references, by jiwer.

    Raises:
        OctantError: jiwer is not installed.
        DataSetError: the two have different lengths, or are empty.
    """
    if len(references) != len(hypotheses) or not references:
        raise DataSetError(
            f"{len(references)} references and {len(hypotheses)} hypotheses: give one of each for "
            "every utterance"
        )
    return float(_jiwer().wer(list(references), list(hypotheses)))


def require_library(task: Task) -> None:
    """Returns where the library that counts a task's answers is installed.

    Raises:
        OctantError: it is not; better said before a long run than after it.
    """
    if task is Task.SPEECH:
        _jiwer()
    if task is Task.DETECTION:
        _pycocotools()


def _jiwer() -> Any:
    try:
        import jiwer
    except ImportError as error:
        raise OctantError(
            "word error rates need jiwer, which is not installed: pip install 'octant-eval[speech]'"
        ) from error
    return jiwer


def _pycocotools() -> tuple[Any, Any]:
    try:
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval
    except ImportError as error:
        raise OctantError(
            "mean average precision needs pycocotools, which is not installed: "
            "pip install 'octant-eval[detection]'"
        ) from error
    return COCO, COCOeval


def mean_average_precision(
    truths: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> float:
    """COCO's mean average precision at intersections over union of 0.50 to 0.95, by pycocotools.

    Args:
        truths: for each box ``image_id``, ``category_id`` and ``bbox`` (x, y, width, height).
        found: the same with ``score``.

    Raises:
        OctantError: pycocotools is not installed.
        DataSetError: there is no true box.
    """
    if not truths:
        raise DataSetError("there is no true box: mean average precision has nothing to find")
    coco, evaluator = _pycocotools()
    if not found:
        return 0.0
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()):
        truth, results = coco(), coco()
        truth.dataset = results.dataset = {}
        shared = {
            "images": [{"id": x} for x in sorted({box["image_id"] for box in (*truths, *found)})],
            "categories": [
                {"id": x} for x in sorted({box["category_id"] for box in (*truths, *found)})
            ],
        }
        truth.dataset = shared | {"annotations": _annotations(truths)}
        results.dataset = shared | {"annotations": _annotations(found)}
        truth.createIndex()
        results.createIndex()
        evaluation = evaluator(truth, results, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return float(evaluation.stats[0])


def _annotations(boxes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**box, "id": number, "area": box["bbox"][2] * box["bbox"][3], "iscrowd": 0}
        for number, box in enumerate(boxes, start=1)
    ]


def _labels(answers: NDArray[Any], classes: int, numbers: Indices) -> NDArray[np.int64]:
    """The answers as class numbers, all of them in range."""
    whole = np.asarray(answers)
    if not np.issubdtype(whole.dtype, np.number):
        raise DataSetError(
            f"labels are whole numbers from 0; these are {whole.dtype}: number the classes"
        )
    if not np.issubdtype(whole.dtype, np.integer):
        if not np.array_equal(whole, np.rint(whole)):
            raise DataSetError("labels are whole numbers from 0; these are not: check the answers")
        whole = whole.astype(np.int64)
    outside = ((whole < 0) | (whole >= classes)).reshape(len(whole), -1).any(axis=1)
    if outside.any():
        first = int(np.argmax(outside))
        raise DataSetError(
            f"sample {int(numbers[first])}: label {np.asarray(whole[first]).max()} is out of "
            f"range: the network tells {classes} classes apart, 0 to {classes - 1}"
        )
    return whole.astype(np.int64)


def _shape_fault(task: Task, outputs: NDArray[Any], answers: NDArray[Any]) -> DataSetError:
    return DataSetError(
        f"{task.value}: the network's output is {' x '.join(map(str, outputs.shape))} and the "
        f"answers are {' x '.join(map(str, answers.shape))}, samples first: they do not fit; name "
        "another task, or give another network"
    )


def _classified(outputs: NDArray[Any], answers: NDArray[Any], numbers: Indices) -> Tally:
    scores = outputs.reshape(len(outputs), -1)
    if answers.ndim > 2 or answers.size != len(answers) or scores.shape[1] < 2:
        raise _shape_fault(Task.CLASSIFICATION, outputs, answers)
    labels = _labels(answers.reshape(-1), scores.shape[1], numbers)
    found = scores.argmax(axis=1)
    result: Tally = {"predicted": found.tolist(), "answers": labels.tolist()}
    if scores.shape[1] > _TOP:
        # Ranks by score; equal scores rank in the order of the classes, as argmax does.
        own = np.take_along_axis(scores, labels[:, None], axis=1)
        before = (scores > own).sum(axis=1)
        equal = (scores == own) & (np.arange(scores.shape[1]) < labels[:, None])
        result["top"] = int((before + equal.sum(axis=1) < _TOP).sum())
    return result


def _classification(total: Tally) -> Outcome:
    from sklearn.metrics import f1_score

    predicted, answers = np.array(total["predicted"]), np.array(total["answers"])
    right = predicted == answers
    scores = [_proportion("top-1 accuracy", int(right.sum()), right.size)]
    if "top" in total:
        scores.append(_proportion("top-5 accuracy", total["top"], right.size))
    f1 = float(f1_score(answers, predicted, average="macro", zero_division=0.0))
    scores.append(Score("F1, mean of the classes", f1, right.size))
    commonest = float(np.bincount(answers).max() / right.size)
    scores.append(Score(COMMONEST, commonest, right.size))
    return Outcome(tuple(scores), right)


def _proportion(metric: str, right: int, samples: int) -> Score:
    low, high = wilson(right, samples)
    return Score(metric, right / samples, samples, low, high)


def _segmented(outputs: NDArray[Any], answers: NDArray[Any], numbers: Indices) -> Tally:
    if outputs.ndim < 3 or outputs.shape[2:] != answers.shape[1:]:
        raise _shape_fault(Task.SEGMENTATION, outputs, answers)
    classes = outputs.shape[1]
    labels = _labels(answers, classes, numbers)
    pairs = labels.ravel() * classes + outputs.argmax(axis=1).ravel()
    confusion = np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
    counts = {f"{a},{b}": int(confusion[a, b]) for a, b in zip(*np.nonzero(confusion), strict=True)}
    return {"samples": len(outputs), "classes": [classes], **counts}


def _segmentation(total: Tally) -> Outcome:
    classes = total["classes"][0]
    confusion = np.zeros((classes, classes))
    for key, count in total.items():
        if "," in key:
            a, b = map(int, key.split(","))
            confusion[a, b] = count
    inside = np.diag(confusion)
    union = confusion.sum(axis=0) + confusion.sum(axis=1) - inside
    there = union > 0
    value = float((inside[there] / union[there]).mean())
    pixels = float(inside.sum() / confusion.sum())
    samples = total["samples"]
    return Outcome((Score("mIoU", value, samples), Score("pixel accuracy", pixels, samples)), None)


def _regressed(outputs: NDArray[Any], answers: NDArray[Any], numbers: Indices) -> Tally:
    if outputs.size != answers.size:
        raise _shape_fault(Task.REGRESSION, outputs, answers)
    truth = answers.reshape(len(answers), -1).astype(np.float64)
    off = outputs.reshape(truth.shape) - truth
    return {
        "samples": len(outputs),
        "values": truth.size,
        "squares": float((off**2).sum()),
        "sizes": float(np.abs(off).sum()),
        "sum": float(truth.sum()),
        "power": float((truth**2).sum()),
    }


def _regression(total: Tally) -> Outcome:
    values, samples = total["values"], total["samples"]
    spread = total["power"] - total["sum"] ** 2 / values
    scores = [
        Score("root mean square error", math.sqrt(total["squares"] / values), samples),
        Score("mean absolute error", total["sizes"] / values, samples),
    ]
    if spread > 0:
        scores.append(Score("R^2", 1 - total["squares"] / spread, samples))
    return Outcome(tuple(scores), None)


def _predicted_tokens(outputs: NDArray[Any], answers: NDArray[Any], numbers: Indices) -> Tally:
    if outputs.shape[:-1] != answers.shape:
        raise _shape_fault(Task.LANGUAGE, outputs, answers)
    labels = _labels(answers, outputs.shape[-1], numbers)
    wide = outputs.astype(np.float64)
    top = wide.max(axis=-1, keepdims=True)
    logs = wide - top - np.log(np.exp(wide - top).sum(axis=-1, keepdims=True))
    own = np.take_along_axis(logs, labels[..., None], axis=-1)
    right = outputs.argmax(axis=-1) == labels
    return {
        "samples": len(outputs),
        "surprise": float(-own.sum()),
        "tokens": labels.size,
        "right": int(right.sum()),
    }


def _language(total: Tally) -> Outcome:
    samples, tokens = total["samples"], total["tokens"]
    perplexity = Score("perplexity", math.exp(total["surprise"] / tokens), samples)
    return Outcome((perplexity, _proportion("tokens right", total["right"], tokens)), None)


def _detected(outputs: NDArray[Any], answers: NDArray[Any], numbers: Indices) -> Tally:
    if outputs.ndim != 3 or outputs.shape[2] != 6 or answers.ndim != 3 or answers.shape[2] != 5:
        raise _shape_fault(Task.DETECTION, outputs, answers)

    def boxes(rows: NDArray[Any], number: int) -> list[dict[str, Any]]:
        return [
            {
                "image_id": int(number),
                "category_id": int(row[-1]),
                "bbox": [float(x) for x in (row[0], row[1], row[2] - row[0], row[3] - row[1])],
            }
            for row in rows
        ]

    result: Tally = {"samples": len(outputs), "truths": [], "found": []}
    for found, truth, number in zip(outputs, answers, numbers, strict=True):
        result["truths"] += boxes(truth[truth[:, 4] >= 0], number)
        kept = found[found[:, 4] > 0]
        scored = zip(boxes(kept, number), kept[:, 4], strict=True)
        result["found"] += [box | {"score": float(score)} for box, score in scored]
    return result


def _detection(total: Tally) -> Outcome:
    value = mean_average_precision(total["truths"], total["found"])
    return Outcome((Score("mean average precision", value, total["samples"]),), None)


def _transcribed(outputs: NDArray[Any], answers: NDArray[Any], numbers: Indices) -> Tally:
    if outputs.ndim != 3 or answers.ndim != 2:
        raise _shape_fault(Task.SPEECH, outputs, answers)
    said = [row[row >= 0] for row in answers]
    for row, number in zip(said, numbers, strict=True):
        _labels(row[None], outputs.shape[2], np.array([number]))
    best = outputs.argmax(axis=2)
    # Greedy decoding: one word for a run of equal frames, blanks left out (Graves et al., 2006).
    first = np.diff(best, axis=1, prepend=-1) != 0
    heard = [row[keep & (row > 0)] for row, keep in zip(best, first, strict=True)]
    return {
        "said": [" ".join(map(str, row)) for row in said],
        "heard": [" ".join(map(str, row)) for row in heard],
    }


def _speech(total: Tally) -> Outcome:
    said, heard = total["said"], total["heard"]
    right = np.array([a == b for a, b in zip(said, heard, strict=True)])
    rate = Score("word error rate", word_error_rate(said, heard), right.size)
    return Outcome((rate, _proportion("utterances right", int(right.sum()), right.size)), None)


_TALLIES: dict[Task, Callable[[NDArray[Any], NDArray[Any], Indices], Tally]] = {
    Task.CLASSIFICATION: _classified,
    Task.SEGMENTATION: _segmented,
    Task.DETECTION: _detected,
    Task.REGRESSION: _regressed,
    Task.LANGUAGE: _predicted_tokens,
    Task.SPEECH: _transcribed,
}
_OUTCOMES: dict[Task, Callable[[Tally], Outcome]] = {
    Task.CLASSIFICATION: _classification,
    Task.SEGMENTATION: _segmentation,
    Task.DETECTION: _detection,
    Task.REGRESSION: _regression,
    Task.LANGUAGE: _language,
    Task.SPEECH: _speech,
}
