"""Components made of components: a PE of a multiplier, scratch pads and control.

An action of a compound is so many actions of its parts; area and leakage are the parts' sums. What
no part is, the clock network and control, is a stated share of the whole: with a share ``s`` the
parts are ``1 - s`` of it, so the whole is their sum over ``1 - s``. Likewise a layout overhead: of
the area of a block of cells, so much is wires and space between them.
"""

from __future__ import annotations

from dataclasses import dataclass

from octant.components.estimator import About, AbstractEstimator, area, energy, leakage
from octant.components.price import Estimate, Price, total, total_estimate
from octant.components.spec import ComponentSpec
from octant.components.uncertainty import Spread, between
from octant.errors import InvalidComponentError, NotEstimatedError, near_misses
from octant.source import Source
from octant.units import text


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a compound.

    Args:
        name: unique in the compound.
        estimator: what prices it; a compound may be a part of another.
        spec: the component.
        count: how many there are.
    """

    name: str
    estimator: AbstractEstimator
    spec: ComponentSpec
    count: int = 1


@dataclass(frozen=True, slots=True)
class Overhead:
    """What belongs to no part, as a share of the whole.

    Args:
        name: of what it is: ``clock and control``.
        share: of the whole, at least 0 and below 1.
        low: the least share that it may be.
        high: the largest.
        source: of the share.
    """

    name: str
    share: float
    low: float
    high: float
    source: Source

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.share <= self.high < 1:
            raise InvalidComponentError(
                f"{self.name} takes {self.share:g} of the whole ({self.low:g} to {self.high:g}); "
                "allowed is a share from 0 to below 1, between its limits"
            )

    @property
    def factor(self) -> float:
        """The whole over the sum of the parts.

        >>> from octant.source import Origin
        >>> Overhead("clock", 0.2, 0.2, 0.2, Source(Origin.ASSUMED, "an example")).factor
        1.25
        """
        return 1 / (1 - self.share)

    @property
    def spread(self) -> Spread:
        """How far the whole may be off because of it."""
        ends = [1 / (1 - share) for share in (self.low, self.share, self.high)]
        return between(f"{self.name} as a share of the whole", *ends)


@dataclass(frozen=True, slots=True)
class PartAction:
    """So many actions of one part."""

    part: str
    action: str
    count: float


class Compound(AbstractEstimator):
    """A component of several parts, priced by pricing them.

    Args:
        name: of the compound.
        title: one line.
        parts: what it is made of.
        actions: what each of its actions is made of.
        control: energy that belongs to no part; None for none.
        layout: area that belongs to no part; None for none.
        sources: citations.

    Raises:
        InvalidComponentError: an action names a part or an action that there is not.

    >>> from octant.components import ComponentSpec, estimator
    >>> from octant.components.estimator import energy
    >>> add = Part("adder", estimator("integer-add"), ComponentSpec.of("integer-add", width_bits=8))
    >>> both = Compound("two", "two adders", (add,), {"add": (PartAction("adder", "add", 2),)})
    >>> round(energy(both, ComponentSpec("two"), "add").energy_j / 1e-12, 6)  # 2 x 0.03
    0.06
    """

    def __init__(
        self,
        name: str,
        title: str,
        parts: tuple[Part, ...],
        actions: dict[str, tuple[PartAction, ...]],
        *,
        control: Overhead | None = None,
        layout: Overhead | None = None,
        sources: tuple[str, ...] = (),
    ) -> None:
        self._name, self._title, self._sources = name, title, sources
        self._parts = {part.name: part for part in parts}
        self._actions, self._control, self._layout = actions, control, layout
        for action, needed in actions.items():
            for each in needed:
                _require(name, action, each, self._parts)

    @property
    def description(self) -> About:
        """What it is; its parts have the attributes."""
        listed = ", ".join(
            f"{part.count} x {part.name}" if part.count > 1 else part.name
            for part in self._parts.values()
        )
        cited = [source for part in self._parts.values() for source in _sources(part)]
        return About(
            self._name,
            "compound",
            self._title,
            tuple(self._actions),
            (),
            f"the sum of its parts: {listed}",
            "; ".join(
                f"{overhead.name} as {text(overhead.share, 'share')} of the whole "
                f"({overhead.source})"
                for overhead in (self._control, self._layout)
                if overhead is not None
            )
            or "what is no part is not in it",
            tuple(dict.fromkeys((*self._sources, *cited))),
        )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of an action: its parts' actions, and the share of control."""
        parts = self.energies(action)
        price = total(((1, part) for _, part in parts), f"the parts of {self._name}")
        if self._control is None:
            return price
        return Price(
            price.energy_j * self._control.factor,
            Source(price.source.origin, f"{price.source.citation}; {self._control.source}"),
            (*price.spreads, self._control.spread),
            price.extrapolated,
        )

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of all parts, and the share of the layout."""
        areas = [(1.0, estimate) for _, estimate in self.areas()]
        estimate = total_estimate(areas, "area", f"the parts of {self._name}")
        if self._layout is None:
            return estimate
        return Estimate(
            estimate.value * self._layout.factor,
            "area",
            Source(estimate.source.origin, f"{estimate.source.citation}; {self._layout.source}"),
            (*estimate.spreads, self._layout.spread),
            estimate.extrapolated,
        )

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """The leakage of all parts."""
        leaks = [(part.count, leakage(part.estimator, part.spec)) for part in self._parts.values()]
        return total_estimate(leaks, "power", f"the parts of {self._name}")

    @property
    def control(self) -> Overhead | None:
        """What the clock network and control take; None where it is not stated."""
        return self._control

    @property
    def layout(self) -> Overhead | None:
        """What of the area belongs to no part; None where it is not stated."""
        return self._layout

    def energies(self, action: str) -> tuple[tuple[str, Price], ...]:
        """The energy of each part in one action of the whole."""
        found = []
        for each in self._actions[action]:
            part = self._parts[each.part]
            price = energy(part.estimator, part.spec, each.action)
            found.append(
                (f"{each.part} {each.action}", total([(each.count, price)], str(price.source)))
            )
        return tuple(found)

    def areas(self) -> tuple[tuple[str, Estimate], ...]:
        """The area of each part, all of its instances together."""
        return tuple(
            (
                part.name,
                total_estimate(
                    [(part.count, area(part.estimator, part.spec))], "area", f"{part.name}"
                ),
            )
            for part in self._parts.values()
        )


def _sources(part: Part) -> tuple[str, ...]:
    return part.estimator.description.sources


def _require(name: str, action: str, each: PartAction, parts: dict[str, Part]) -> None:
    if each.part not in parts:
        raise InvalidComponentError(
            f"{name}: its action {action!r} names the part {each.part!r}; "
            f"{near_misses(each.part, parts)}"
        )
    known = parts[each.part].estimator.description.actions
    if each.action not in known:
        raise InvalidComponentError(
            f"{name}: its action {action!r} names {each.part}.{each.action}; "
            f"{near_misses(each.action, known)}"
        )
    if not each.count > 0:
        raise NotEstimatedError(
            f"{name}: its action {action!r} counts {each.count} of {each.part}.{each.action}: "
            "allowed is more than 0"
        )
