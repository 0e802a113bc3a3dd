"""An estimator at another node and supply than its figures are for: wrapped, so that it shows."""

from __future__ import annotations

import math
from dataclasses import replace

from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Estimate, Price, weakest
from octant.components.spec import ComponentSpec
from octant.components.technology import (
    AREA_SPREAD,
    STILLMAKER_2017,
    Technology,
    area_factor,
    neighbours,
    relative_energy,
    scaling_spreads,
    tabulated,
)
from octant.components.uncertainty import Spread
from octant.errors import InvalidComponentError, NotEstimatedError
from octant.source import Origin, Source
from octant.units import text


class Scaled(AbstractEstimator):
    """Another estimator's energies and areas, scaled to a node and a supply.

    Energy goes with the polynomial of Stillmaker and Baas, area with their table. Leakage and
    latency are not scaled: no source says how. A node between two tabulated ones is interpolated
    only where the spec asks for extrapolation, and is marked as such; one beyond the table is
    refused.

    Args:
        inner: what is scaled.
        to: node and supply.
        supply_v: of the inner figures, where their source states none; the user's assumption.

    Raises:
        NotEstimatedError: the inner figures belong to no node, or state no supply and none is
            given.
        InvalidComponentError: a supply is given although the source states one.

    >>> from octant.components import ComponentSpec, Technology, estimator
    >>> from octant.components.estimator import energy
    >>> mac = Scaled(estimator("integer-mac"), Technology(65e-9, 1.0))
    >>> spec = ComponentSpec.of("integer-mac", width_bits=16, accumulator_bits=16)
    >>> round(energy(mac, spec, "compute").energy_j / 1e-12, 3)  # 0.8374 x 1.5776
    1.321
    """

    def __init__(
        self, inner: AbstractEstimator, to: Technology, *, supply_v: float | None = None
    ) -> None:
        self._inner, self._to = inner, to
        self._from = _origin(inner.description, to, supply_v)
        if math.isclose(self._from.process_m, to.process_m, rel_tol=1e-6):
            self._to = replace(to, process_m=self._from.process_m)  # 45 * 1e-9 is not 45e-9
        self._assumed = inner.description.voltage_v is None

    @property
    def description(self) -> About:
        """The inner estimator's, at the other node."""
        about = self._inner.description
        return replace(
            about,
            equation=f"{about.equation}; scaled from {self._from} to {self._to}",
            sources=(*about.sources, STILLMAKER_2017),
            nodes_m=(self._to.process_m,),
            voltage_v=self._to.voltage_v,
            any_node=False,
        )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The inner energy times the ratio of the polynomial at both ends."""
        price = self._inner.energy(self._at_home(spec), action)
        reasons = self._between(spec)
        factor = _energy(self._to) / _energy(self._from)
        return replace(
            price,
            energy_j=price.energy_j * factor,
            source=self._source(price.source),
            spreads=(*price.spreads, *scaling_spreads(self._from, self._to)),
            extrapolated=(*price.extrapolated, *reasons),
        )

    def area(self, spec: ComponentSpec) -> Estimate:
        """The inner area times the ratio of the table."""
        estimate = self._inner.area(self._at_home(spec))
        reasons = self._between(spec)
        same = self._from.process_m == self._to.process_m
        words = (
            f"area scales from {text(self._from.process_m, 'length')} to "
            f"{text(self._to.process_m, 'length')} as Stillmaker and Baas have it"
        )
        spreads = () if same else (Spread(words, 1 / AREA_SPREAD, AREA_SPREAD),)
        return replace(
            estimate,
            value=estimate.value * (_area(self._to.process_m) / _area(self._from.process_m)),
            source=self._source(estimate.source),
            spreads=(*estimate.spreads, *spreads),
            extrapolated=(*estimate.extrapolated, *reasons),
        )

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """Only at the inner technology: no source says how leakage scales."""
        if self._from == self._to:
            return self._inner.leakage(self._at_home(spec))
        raise NotEstimatedError(
            f"no source says how the leakage of {spec.kind} scales from {self._from} to {self._to}"
        )

    def latency(self, spec: ComponentSpec, action: str) -> Estimate:
        """Only at the inner technology: no source says how latency scales."""
        if self._from == self._to:
            return self._inner.latency(self._at_home(spec), action)
        raise NotEstimatedError(
            f"no source says how the latency of {spec.kind} scales from {self._from} to {self._to}"
        )

    def _at_home(self, spec: ComponentSpec) -> ComponentSpec:
        voltage_v = None if self._assumed else self._from.voltage_v
        return replace(spec, process_m=self._from.process_m, voltage_v=voltage_v)

    def _between(self, spec: ComponentSpec) -> tuple[str, ...]:
        """The nodes that the tables do not have, where the spec allows to interpolate them."""
        found = []
        for process_m in dict.fromkeys((self._from.process_m, self._to.process_m)):
            if not tabulated(process_m):
                low, high, _ = neighbours(process_m)
                found.append(
                    f"{text(process_m, 'length')} interpolated between the tabulated "
                    f"{text(low, 'length')} and {text(high, 'length')}"
                )
        if found and not spec.extrapolate and self._from != self._to:
            raise NotEstimatedError(
                f"{spec.kind}: scaling from {self._from} to {self._to} needs "
                f"{'; '.join(found)}: allow extrapolation, which marks the number, or give the "
                "value itself with its source"
            )
        return tuple(found) if self._from != self._to else ()

    def _source(self, source: Source) -> Source:
        if self._from == self._to:
            return source
        supply = f" (supply of {text(self._from.voltage_v, 'voltage')} assumed)"
        citation = (
            f"{source.citation}, scaled from {self._from}{supply * self._assumed} to {self._to} "
            f"after {STILLMAKER_2017}"
        )
        least = Origin.ASSUMED if self._assumed else Origin.MODELLED
        return Source(weakest([source.origin, least]), citation)


def _origin(about: About, to: Technology, supply_v: float | None) -> Technology:
    """The technology that is scaled from: the nearest of the inner nodes that the tables have.

    Where they have none of them, the nearest of all; so, too, for the inner node itself.
    """
    if not about.nodes_m:
        raise NotEstimatedError(
            f"{about.name} belongs to no process node; there is nothing to scale"
        )
    if about.voltage_v is not None and supply_v is not None:
        raise InvalidComponentError(
            f"{about.name}: its source states the supply, {text(about.voltage_v, 'voltage')}; "
            "leave the assumed one out"
        )
    voltage_v = supply_v if about.voltage_v is None else about.voltage_v
    if voltage_v is None:
        raise NotEstimatedError(
            f"{about.name}: its source states no supply, without which its energy cannot be "
            "scaled; assume one"
        )
    kept = [
        node
        for node in about.nodes_m
        if tabulated(node) or math.isclose(node, to.process_m, rel_tol=1e-6)
    ]
    nearest = min(kept or about.nodes_m, key=lambda node: abs(math.log(node / to.process_m)))
    return Technology(nearest, voltage_v)


def _energy(technology: Technology) -> float:
    """The polynomial's energy; between two tabulated nodes its logarithm is interpolated."""
    if tabulated(technology.process_m):
        return relative_energy(technology)
    low, high, place = neighbours(technology.process_m)
    ends = [relative_energy(replace(technology, process_m=node)) for node in (low, high)]
    return math.exp((1 - place) * math.log(ends[0]) + place * math.log(ends[1]))


def _area(process_m: float) -> float:
    """The table's area relative to 45 nm; between two nodes its logarithm is interpolated."""
    if tabulated(process_m):
        return area_factor(45e-9, process_m)
    low, high, place = neighbours(process_m)
    ends = [area_factor(45e-9, node) for node in (low, high)]
    return math.exp((1 - place) * math.log(ends[0]) + place * math.log(ends[1]))
