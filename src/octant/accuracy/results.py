"""The nouns of an accuracy run: scores with intervals, comparisons, layers, the whole."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = "octant.accuracy/1"
SWEEP_SCHEMA = "octant.accuracy-sweep/1"
#: A difference is called a loss or a gain where chance makes one as large at most this often.
SIGNIFICANT = 0.05
#: Metrics that are no shares.
_NUMBERS = frozenset({"root mean square error", "mean absolute error", "R^2", "perplexity"})


@dataclass(frozen=True, slots=True)
class Score:
    """A figure of merit on the test samples.

    Args:
        metric: its name (``top-1 accuracy``).
        value: a share for accuracies, in the answers' unit for errors.
        samples: that it was taken on.
        low: lower end of the 95 % interval; None where the metric has none.
        high: upper end.
    """

    metric: str
    value: float
    samples: int
    low: float | None = None
    high: float | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a share of something, from 0 to 1, and not an error in some unit.

        >>> Score("top-1 accuracy", 0.9, 10).is_share, Score("perplexity", 21.0, 10).is_share
        (True, False)
        """
        return self.metric not in _NUMBERS


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two variants on the same samples.

    Args:
        difference: value of this one less that of the other.
        lost: samples that only the other gets right.
        gained: samples that only this one gets right.
        p_value: how often chance alone makes a difference as large (McNemar, exact).
    """

    difference: float
    lost: int
    gained: int
    p_value: float

    @property
    def is_significant(self) -> bool:
        """Whether chance is no good explanation of the difference."""
        return self.p_value <= SIGNIFICANT


@dataclass(frozen=True, slots=True)
class LayerAccuracy:
    """A layer that multiplies, as it ran.

    Args:
        name: the layer's.
        operator: the operator's name.
        weights: number format of the second operand.
        activations: number format of the first operand.
        accumulator: number format of the sums; empty for sums without loss.
        stored: weights that it stores; 0 where both operands are activations.
        density: share of the stored weights that is not zero; None where it stores none.
        weight_sqnr_db: signal to quantisation noise of the weights in decibels, infinite without
            noise; None where it stores none.
        output_sqnr_db: the same of the layer's output, noise from earlier layers included.
        alone: score with only this layer in its formats; None where that was not run.
        alone_against_float: that score against the float network.
    """

    name: str
    operator: str
    weights: str
    activations: str
    accumulator: str
    stored: int
    density: float | None
    weight_sqnr_db: float | None
    output_sqnr_db: float | None
    alone: Score | None = None
    alone_against_float: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well a network does its task under a recipe.

    Args:
        network: its name.
        network_digest: SHA-256 of the model's bytes.
        data: name of the data set.
        data_title: what it is.
        data_source: its publication; empty for the user's own.
        task: classification, segmentation, detection, regression, language or speech.
        recipe: what was done to the network, in words.
        score: of the variant, the task's first metric.
        others: further metrics of the variant.
        baseline: the same first metric of the network as given, in float32.
        comparison: with that baseline; None where the metric is no share of right answers.
        calibration_samples: samples that ranges were chosen on; none of them is tested.
        layers: each layer that multiplies; empty where only the baseline ran.
        notes: what to know about the figures.
        versions: (program, version) pairs.
        schema: name and version of the JSON form.
    """

    network: str
    network_digest: str
    data: str
    data_title: str
    data_source: str
    task: str
    recipe: str
    score: Score
    others: tuple[Score, ...]
    baseline: Score
    comparison: Comparison | None
    calibration_samples: int
    layers: tuple[LayerAccuracy, ...]
    notes: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    schema: str = SCHEMA


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One recipe of a sweep, with what the chip makes of the same formats.

    Args:
        label: the value that varies (``int4``).
        accuracy: of the variant.
        energy_j: joules an inference on the chip, modelled; None without a chip or a price.
        latency_s: seconds of a run on the chip, modelled; None without a chip.
    """

    label: str
    accuracy: Accuracy
    energy_j: float | None = None
    latency_s: float | None = None


@dataclass(frozen=True, slots=True)
class Sweep:
    """Accuracy against one number that varies.

    Args:
        varied: what varies (``weights``).
        chip: the chip that energy and latency are of; empty for none.
        points: in the order in which they were asked for.
        schema: name and version of the JSON form.
    """

    varied: str
    chip: str
    points: tuple[SweepPoint, ...]
    schema: str = SWEEP_SCHEMA
