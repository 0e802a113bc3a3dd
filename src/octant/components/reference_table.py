"""Accelergy's energy and area reference tables as an estimator: what they list, and no more."""

from __future__ import annotations

from dataclasses import dataclass

from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Estimate, Price
from octant.components.spec import CHOICE, Attribute, ComponentSpec
from octant.errors import NotEstimatedError
from octant.source import Origin, Source


@dataclass(frozen=True, slots=True)
class Listed:
    """What the tables say of one component.

    Args:
        name: of the component.
        energies: (action, joules) pairs; the action ``leak`` is joules a cycle.
        area_m2: of one instance; None where no area table lists it.
        cycle_s: of the clock that ``leak`` is for; None where the table does not say.
    """

    name: str
    energies: tuple[tuple[str, float], ...]
    area_m2: float | None = None
    cycle_s: float | None = None


class ReferenceTable(AbstractEstimator):
    """The components of an energy reference table (ERT) and, where given, an area one (ART).

    >>> from octant.components import ComponentSpec
    >>> from octant.components.estimator import energy
    >>> ert = ReferenceTable("mine", (Listed("buffer", (("read", 5e-12),)),), "my ERT")
    >>> energy(ert, ComponentSpec.of("mine", component="buffer"), "read").energy_j
    5e-12
    """

    def __init__(self, name: str, listed: tuple[Listed, ...], citation: str) -> None:
        self._name, self._citation = name, citation
        self._listed = {each.name: each for each in listed}

    @property
    def description(self) -> About:
        """What it is; the component is its one attribute."""
        actions = dict.fromkeys(
            action for each in self._listed.values() for action, _ in each.energies
        )
        return About(
            self._name,
            "reference-table",
            "Accelergy's reference tables",
            tuple(action for action in actions if action != "leak"),
            (
                Attribute(
                    "component",
                    "component",
                    CHOICE,
                    "of the tables",
                    choices=tuple(self._listed),
                ),
            ),
            "as listed",
            "as listed: what the tables rest on is not in them",
            (self._citation,),
        )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy that is listed."""
        energies = dict(self._of(spec).energies)
        if action not in energies:
            raise NotEstimatedError(
                f"{self._citation} has no action {action!r} of {spec.word('component')}; it has "
                f"{', '.join(energies) or 'none'}"
            )
        return Price(energies[action], self._source)

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area that is listed."""
        area_m2 = self._of(spec).area_m2
        if area_m2 is None:
            raise NotEstimatedError(f"{self._citation} has no area of {spec.word('component')}")
        return Estimate(area_m2, "area", self._source)

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """The energy of a leaking cycle over the cycle."""
        listed = self._of(spec)
        leak_j = dict(listed.energies).get("leak")
        if leak_j is None or listed.cycle_s is None:
            raise NotEstimatedError(
                f"{self._citation} has no leakage of {spec.word('component')} with the cycle that "
                "it is for"
            )
        return Estimate(leak_j / listed.cycle_s, "power", self._source)

    @property
    def _source(self) -> Source:
        return Source(Origin.ASSUMED, self._citation)

    def _of(self, spec: ComponentSpec) -> Listed:
        return self._listed[spec.word("component")]
