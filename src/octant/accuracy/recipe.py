"""What is done to a network before it runs: number formats, pruning, noise. A recipe."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from octant.errors import InvalidWorkloadError
from octant.workload import FLOAT32, NumberFormat, NumberKind

WIDEST_INTEGER = 16


class Overflow(StrEnum):
    """What an accumulator does with a sum that does not fit."""

    SATURATE = "saturate"
    WRAP = "wrap"


class RangeMethod(StrEnum):
    """How the range of an activation is chosen from what it held on the calibration samples."""

    MIN_MAX = "min-max"
    PERCENTILE = "percentile"
    ENTROPY = "entropy"
    MSE = "mse"


@dataclass(frozen=True, slots=True)
class LayerFormats:
    """The number formats of one layer that multiplies and accumulates.

    Args:
        weights: of the second operand (also where that is an activation, as in attention).
        activations: of the first operand.
        accumulator: of the sums; None for sums without loss.
        overflow: what happens to a sum that does not fit the accumulator.
        cut_every: input channels (summed values, of a matrix product) after which a partial sum is
            cut to the accumulator; 0 cuts complete sums only. Wrapping gives the same either way.
    """

    weights: NumberFormat = FLOAT32
    activations: NumberFormat = FLOAT32
    accumulator: NumberFormat | None = None
    overflow: Overflow = Overflow.SATURATE
    cut_every: int = 0

    def __post_init__(self) -> None:
        if self.cut_every < 0 or (self.cut_every and self.accumulator is None):
            raise InvalidWorkloadError(
                f"sums cut every {self.cut_every} channels: 1 or more, and only with an accumulator"
            )
        for name, number in (("weights", self.weights), ("activations", self.activations)):
            if number.is_integer and number.bits > WIDEST_INTEGER:
                raise InvalidWorkloadError(
                    f"{name} in {number}: integers of 1 to {WIDEST_INTEGER} bits can be run"
                )
            if number.kind is NumberKind.FLOAT:
                _ = number.split  # refuses one whose exponent bits nobody knows
        both = self.weights.is_integer and self.activations.is_integer
        if self.accumulator is not None and self.accumulator.is_integer and not both:
            raise InvalidWorkloadError(
                f"an accumulator in {self.accumulator} adds products of integers; weights are in "
                f"{self.weights} and activations in {self.activations}: make both integers, or "
                "accumulate in fp16, bf16 or fp32"
            )
        if self.accumulator is not None and self.accumulator.block:
            raise InvalidWorkloadError(f"an accumulator cannot be in {self.accumulator}: one value "
                                       "shares its exponent with no other")  # fmt: skip

    @property
    def is_float(self) -> bool:
        """Whether nothing is rounded."""
        return self == LayerFormats()

    def __str__(self) -> str:
        text = f"weights {self.weights}, activations {self.activations}"
        if self.accumulator is None:
            return text
        if not self.accumulator.is_integer:
            return f"{text}, accumulator {self.accumulator}"
        how = "wraps" if self.overflow is Overflow.WRAP else "saturates"
        channels = "channel" if self.cut_every == 1 else f"{self.cut_every} channels"
        every = f" every {channels}" if self.cut_every else ""
        return f"{text}, accumulator {self.accumulator} ({how}{every})"


class PruneMethod(StrEnum):
    """Which weights become zero."""

    GLOBAL = "magnitude"
    LAYER = "layer"
    PATTERN = "pattern"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Pruning:
    """Weights set to zero, the least magnitudes first.

    Args:
        method: over the whole network, in each layer, in each group of ``of`` weights along the
            summed index, or whole output channels of least norm.
        share: of the weights (of the channels) that become zero; for a pattern ``1 - keep/of``.
        keep: weights that a group of a pattern keeps.
        of: weights of a group; 0 where there is no pattern.
    """

    method: PruneMethod
    share: float
    keep: int = 0
    of: int = 0

    def __post_init__(self) -> None:
        if self.method is PruneMethod.PATTERN and not 1 <= self.keep <= self.of:
            raise InvalidWorkloadError(
                f"pruning {self.keep}:{self.of}: keep at least 1 weight of each group, and at most "
                "all of them"
            )
        if not 0 <= self.share < 1:
            raise InvalidWorkloadError(
                f"pruning a share of {self.share:g}: allowed are 0 % to below 100 %"
            )

    def __str__(self) -> str:
        if self.method is PruneMethod.PATTERN:
            return f"pruned {self.keep}:{self.of}"
        where = {
            PruneMethod.GLOBAL: "of the weights, by magnitude over the network",
            PruneMethod.LAYER: "of each layer's weights, by magnitude",
            PruneMethod.CHANNEL: "of each layer's output channels, by norm",
        }[self.method]
        return f"pruned {self.share * 100:g} % {where}"


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise of analog compute, drawn from normal distributions.

    Args:
        weights: standard deviation of a factor on each stored weight, relative to 1; drawn once.
        outputs: standard deviation of what is added to each sum of products, relative to the root
            mean square of the layer's sums on the calibration samples; drawn for every sum.
        seed: of both.
    """

    weights: float = 0.0
    outputs: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, size in (("weights", self.weights), ("outputs", self.outputs)):
            if not (math.isfinite(size) and size >= 0):
                raise InvalidWorkloadError(f"noise of {name} is {size}: 0 or more")

    def __str__(self) -> str:
        return f"noise weights {self.weights:g}, outputs {self.outputs:g} (seed {self.seed})"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is done to a network: formats for every layer, exceptions by name, pruning, noise.

    Args:
        formats: of every layer without an exception.
        overrides: (layer, formats) pairs.
        per_channel: each output channel's weights have a scale of their own; else the tensor one.
        symmetric: integer activations are signed, with level 0 for 0; else unsigned with a zero
            point.
        ranges: how the range of an activation is chosen.
        percentile: share of the values that the range must hold, for ``percentile``.
        pruning: before weights are rounded; None for none.
        noise: after weights are rounded; None for none.

    >>> from octant.workload import format_named
    >>> print(Recipe(LayerFormats(format_named("int4"), format_named("int8"))))
    weights int4 per channel, activations int8 (asymmetric, min-max)
    >>> print(Recipe())
    float32 throughout
    """

    formats: LayerFormats = LayerFormats()
    overrides: tuple[tuple[str, LayerFormats], ...] = ()
    per_channel: bool = True
    symmetric: bool = False
    ranges: RangeMethod = RangeMethod.MIN_MAX
    percentile: float = 0.9999
    pruning: Pruning | None = None
    noise: Noise | None = None

    def __post_init__(self) -> None:
        names = [name for name, _ in self.overrides]
        if len(set(names)) != len(names):
            raise InvalidWorkloadError(f"layers with two overrides: {', '.join(sorted(names))}")
        if not 0.5 < self.percentile <= 1:
            raise InvalidWorkloadError(
                f"a percentile of {self.percentile * 100:g} %: above 50 % and up to 100 %"
            )

    def of(self, layer: str) -> LayerFormats:
        """The formats of a layer."""
        return dict(self.overrides).get(layer, self.formats)

    @property
    def is_float(self) -> bool:
        """Whether the network runs as it was given."""
        rounded = any(not formats.is_float for _, formats in self.overrides)
        return self.formats.is_float and not (rounded or self.pruning or self.noise)

    def __str__(self) -> str:
        return "; ".join(self._parts()) or "float32 throughout"

    def _parts(self) -> Iterator[str]:
        if not self.formats.is_float:
            yield self._described(self.formats)
        for name, formats in self.overrides:
            yield f"{name}: {'float32' if formats.is_float else formats}"
        if self.pruning:
            yield str(self.pruning)
        if self.noise:
            yield str(self.noise)

    def _described(self, formats: LayerFormats) -> str:
        text = str(formats)
        if formats.weights != FLOAT32 and not formats.weights.block and formats.weights.bits < 16:
            scale = "per channel" if self.per_channel else "per tensor"
            text = text.replace(f"weights {formats.weights}", f"weights {formats.weights} {scale}")
        if formats.activations.is_integer:
            kind = f"{'symmetric' if self.symmetric else 'asymmetric'}, {self.ranges.value}"
            old = f"activations {formats.activations}"
            text = text.replace(old, f"{old} ({kind})")
        return text
