"""The accuracy of a network under a recipe: calibrate, rewrite, run, count, compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import metadata

import numpy as np
from numpy.typing import NDArray

from octant.accuracy.dataset import DataSet, Indices, Inputs, Part, batches, share
from octant.accuracy.execution import Session
from octant.accuracy.journal import Journal, key
from octant.accuracy.metrics import (
    COMMONEST,
    Outcome,
    Tally,
    joined,
    outcome,
    require_library,
    tally,
)
from octant.accuracy.pruning import density, pruned
from octant.accuracy.ranges import Seen, counted, extended
from octant.accuracy.recipe import RangeMethod, Recipe
from octant.accuracy.results import Accuracy, Comparison, LayerAccuracy
from octant.accuracy.rewrite import EXACT_IN_FLOAT, RewrittenLayer, Variant, needed, rewritten
from octant.accuracy.runnable import Runnable
from octant.accuracy.statistics import mcnemar
from octant.accuracy.weights import decibels, sqnr_db
from octant.errors import DataSetError

BATCH = 256
_BATCH_BYTES = 2**24
#: With all tensors of a network watched, a batch takes as many times the memory.
_WATCHED_SHARE = 16
#: Batches between two entries of the journal.
_CHUNK = 4
CALIBRATION_LIMIT = 512

Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: samples of one variant.

    Args:
        done: samples.
        total: samples of the variant.
        what: the variant in words.
    """

    done: int
    total: int
    what: str


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A network and the samples that its variants are tried on; the float run is done.

    Args:
        network: as it was given.
        data: the data set.
        test: the samples that count.
        calibration: the samples that ranges are chosen on.
        baseline: what the network scores in float32.
        batch: samples that are held at once.
        journal: of finished work.
        report: called as the work goes on; None for silence.
    """

    network: Runnable
    data: DataSet
    test: Indices
    calibration: Indices
    baseline: Outcome
    batch: int
    journal: Journal
    report: Report | None


def trial(
    network: Runnable,
    data: DataSet,
    *,
    batch: int | None = None,
    limit: int | None = None,
    journal: Journal | None = None,
    report: Report | None = None,
) -> Trial:
    """A trial of a network, its float run done.

    Args:
        network: what to run.
        data: samples with their answers.
        batch: samples that are held at once; None takes 256, or fewer where samples are large.
        limit: at most so many test samples.
        journal: of work that was finished earlier.
        report: called as the work goes on.

    Raises:
        DataSetError: no sample is left to test, or data and network do not fit.
        RunFailedError: ONNX Runtime cannot run the network.
    """
    require_library(data.task)
    test = share(data, Part.TEST, limit)
    if not test.size:
        raise DataSetError(
            f"data set {data.name!r} has {data.samples} samples, none of which is left for "
            "testing once one calibrates: give more"
        )
    bare = Trial(
        network,
        data,
        test,
        share(data, Part.CALIBRATION, CALIBRATION_LIMIT),
        Outcome((), None),
        batch or _batch(data, test),
        journal or Journal(),
        report,
    )
    model = network.given.SerializeToString(deterministic=True)
    return replace(bare, baseline=_score(bare, model, "float32"))


def _batch(data: DataSet, test: Indices) -> int:
    """Samples whose inputs take 16 MiB, up to 256: what is between the layers takes a multiple."""
    inputs, _ = data.read(test[:1])
    most = _BATCH_BYTES // max(sum(np.asarray(x).nbytes for x in inputs.values()), 1)
    return int(min(max(most, 1), BATCH))


def accuracy(
    of: Trial, recipe: Recipe, *, seen: Mapping[str, Seen] | None = None, sensitivity: bool = False
) -> Accuracy:
    """The accuracy of a trial's network under a recipe, compared with its float run.

    Args:
        of: the trial.
        recipe: what to do to the network.
        seen: what ``calibrated`` returned; None calibrates here.
        sensitivity: run each layer alone in its formats, too.

    Raises:
        UnknownNameError: the recipe names a layer that the network does not have.
        DataSetError, RunFailedError: as for ``trial``.
    """
    if recipe.is_float:
        return _result(of, recipe, of.baseline, (), ())
    seen = calibrated(of, (recipe,)) if seen is None else seen
    weights = pruned(of.network.layers, recipe.pruning) if recipe.pruning else {}
    variant = rewritten(of.network, recipe, seen, weights)
    found = _score(of, variant.model, str(recipe), whole=recipe.noise is not None)
    noise = _output_sqnr(of, variant)
    layers = tuple(_layer(layer, noise) for layer in variant.layers)
    if sensitivity:
        layers = tuple(_alone(of, recipe, seen, weights, layer) for layer in layers)
    return _result(of, recipe, found, layers, tuple(_notes(of, recipe, variant)))


def calibrated(of: Trial, recipes: tuple[Recipe, ...]) -> dict[str, Seen]:
    """What the activations that some recipes need hold on the calibration samples.

    Extremes are taken first; a second pass counts histograms where a method needs them.
    """
    names = tuple(dict.fromkeys(name for recipe in recipes for name in needed(of.network, recipe)))
    if not names:
        return {}
    session = Session(of.network.proto.SerializeToString(), of.network, names)
    seen = dict.fromkeys(names, Seen())
    for values in _watched(of, session, names):
        seen = {name: extended(seen[name], values[name]) for name in names}
    if any(recipe.ranges is not RangeMethod.MIN_MAX for recipe in recipes):
        for values in _watched(of, session, names):
            seen = {name: counted(seen[name], values[name]) for name in names}
    return seen


def _watched(
    of: Trial, session: Session, names: tuple[str, ...]
) -> Iterator[dict[str, NDArray[np.float32]]]:
    """The tensors of these names on the calibration samples, a batch at a time."""
    for inputs, _ in batches(of.data, of.calibration, max(of.batch // _WATCHED_SHARE, 1)):
        found = session.run(inputs)
        yield {name: found[name] if name in found else _given(inputs, of, name) for name in names}


def _given(inputs: Inputs, of: Trial, name: str) -> NDArray[np.float32]:
    from octant.accuracy.execution import fitted

    return fitted(inputs, of.network)[name]


def _score(of: Trial, model: bytes, what: str, *, whole: bool = False) -> Outcome:
    """What a model scores on the test samples, chunk by chunk, each written down when finished.

    Args:
        of: the trial.
        model: as ONNX bytes.
        what: the variant in words.
        whole: in one chunk, because the order of samples decides the noise that each one gets.
    """
    session: list[Session] = []
    size = len(of.test) if whole else _CHUNK * of.batch
    total = len(of.test)

    def run(chosen: Indices, done: int) -> Tally:
        if not session:
            session.append(Session(model, of.network))
        parts: list[Tally] = []
        for inputs, answers in batches(of.data, chosen, of.batch):
            numbers = chosen[sum(map(_samples, parts)) :][: len(answers)]
            outputs = session[0].run(inputs)[session[0].outputs[0]]
            _require_classes(of.data, outputs)
            parts.append(tally(of.data.task, outputs, answers, numbers) | {"read": len(answers)})
            if of.report:
                of.report(Progress(done + sum(map(_samples, parts)), total, what))
        return joined(parts)

    tallies = []
    for start in range(0, total, size):
        chosen = of.test[start : start + size]
        name = key(model, of.data.fingerprint, of.data.task.value, chosen.tobytes())
        tallies.append(of.journal.result(name, lambda c=chosen, s=start: run(c, s)))  # type: ignore[misc]
    return outcome(of.data.task, joined(tallies))


def _require_classes(data: DataSet, outputs: NDArray[np.float32]) -> None:
    """Classes that are numbered among themselves must be all classes of the network."""
    told = outputs[0].size if len(outputs) else 0
    if data.classes is not None and told > data.classes:
        raise DataSetError(
            f"data set {data.name!r} has {data.classes} classes and the network tells {told} "
            "apart: which of its classes they are is not known. Name the folders by the numbers "
            f"of their classes (0 to {told - 1}), or put a classes.txt with the names of all "
            f"{told} beside them, a line each"
        )


def _samples(part: Tally) -> int:
    return int(part["read"])


def _output_sqnr(of: Trial, variant: Variant) -> dict[str, float]:
    """Signal to quantisation noise of each layer's output on the calibration samples, in dB."""
    names = tuple(made.layer.output for made in variant.layers)
    exact = Session(of.network.proto.SerializeToString(), of.network, names)
    rounded = Session(variant.model, of.network, names)
    power, noise = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for inputs, _ in batches(of.data, of.calibration, max(of.batch // _WATCHED_SHARE, 1)):
        right, off = exact.run(inputs), rounded.run(inputs)
        for name in names:
            signal = right[name].astype(np.float64)
            power[name] += float(np.square(signal).sum())
            noise[name] += float(np.square(off[name] - signal).sum())
    return {name: decibels(power[name], noise[name]) for name in names}


def _layer(made: RewrittenLayer, noise: Mapping[str, float]) -> LayerAccuracy:
    exact, weights = made.layer.weights, made.weights
    stored = exact is not None and weights is not None
    return LayerAccuracy(
        name=made.layer.name,
        operator=made.layer.operator,
        weights=str(made.formats.weights),
        activations=str(made.formats.activations),
        accumulator=str(made.formats.accumulator or ""),
        stored=exact.size if exact is not None else 0,
        density=density(weights) if weights is not None else None,
        weight_sqnr_db=sqnr_db(exact, weights) if stored and exact is not None else None,  # type: ignore[arg-type]
        output_sqnr_db=noise[made.layer.output],
    )


def _alone(
    of: Trial,
    recipe: Recipe,
    seen: Mapping[str, Seen],
    weights: Weights,
    layer: LayerAccuracy,
) -> LayerAccuracy:
    """The layer with its score when it alone is rounded and pruned."""
    only = replace(
        recipe,
        formats=type(recipe.formats)(),
        overrides=((layer.name, recipe.of(layer.name)),),
        pruning=None,
        noise=None,
    )
    own = {name: values for name, values in weights.items() if name == layer.name}
    variant = rewritten(of.network, only, seen, own)
    found = _score(of, variant.model, f"{layer.name} alone")
    return replace(layer, alone=found.scores[0], alone_against_float=_compared(of, found))


def _compared(of: Trial, found: Outcome) -> Comparison | None:
    if found.right is None or of.baseline.right is None:
        return None
    return mcnemar(found.right, of.baseline.right)


def _notes(of: Trial, recipe: Recipe, variant: Variant) -> Iterator[str]:
    wide = [x.layer.name for x in variant.layers if x.bound and x.bound > EXACT_IN_FLOAT]
    if wide:
        yield (
            f"Sums of {', '.join(wide)} may pass 2^24, where float32 rounds: their accumulators "
            "are exact up to there."
        )
    formats = [recipe.of(x.layer.name) for x in variant.layers]
    if any(x.accumulator is None and not x.is_float for x in formats):
        yield "Sums of products are not cut to an accumulator where none was asked for."
    if any(x.accumulator is not None and not x.cut_every for x in formats):
        yield (
            "An accumulator is cut once, when a sum is complete. For wrapping that is exact; one "
            "that saturates on the way may lose more."
        )
    whole = [x.layer.name for x in variant.layers if x.formats.cut_every and x.weights is None]
    if whole:
        yield f"Sums of two activations were cut when complete: {', '.join(whole)}."
    if recipe.noise is not None:
        yield "Noise was drawn once with this seed; another seed gives another figure."
    if of.network.unrounded:
        yield (
            "Not rounded, for the pass does not know them: "
            f"{', '.join(of.network.unrounded)}; they ran in float32, weights and all."
        )
    if needed(of.network, recipe):
        yield (
            f"Ranges come from {len(of.calibration)} calibration samples, which are not among "
            f"the {len(of.test)} tested ones."
        )
    yield (
        "Layers without multiply-accumulates (pooling, softmax, normalisation) and biases outside "
        "integer accumulators ran in float32."
    )


def _doubts(of: Trial) -> Iterator[str]:
    """What makes the float run itself look wrong."""
    blind = next((x for x in of.baseline.scores if x.metric == COMMONEST), None)
    first = of.baseline.scores[0]
    if blind is not None and first.value <= blind.value:
        yield (
            f"In float32 the network is no better than always the commonest answer "
            f"({100 * first.value:.1f} % and {100 * blind.value:.1f} %): look at how the samples "
            "are read (range of pixels, numbers of classes) before believing any difference."
        )


def _result(
    of: Trial,
    recipe: Recipe,
    found: Outcome,
    layers: tuple[LayerAccuracy, ...],
    notes: tuple[str, ...],
) -> Accuracy:
    return Accuracy(
        network=of.network.name,
        network_digest=of.network.digest,
        data=of.data.name,
        data_title=of.data.title,
        data_source=of.data.source,
        task=of.data.task.value,
        recipe=str(recipe),
        score=found.scores[0],
        others=found.scores[1:],
        baseline=of.baseline.scores[0],
        comparison=None if found is of.baseline else _compared(of, found),
        calibration_samples=0 if recipe.is_float else len(of.calibration),
        layers=layers,
        notes=(*_doubts(of), *notes),
        versions=tuple(
            (name, metadata.version(name))
            for name in ("numpy", "onnx", "onnxruntime", "scikit-learn", "scipy")
        ),
    )
