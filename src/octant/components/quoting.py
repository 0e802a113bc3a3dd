"""Everything that an estimator says of one component, and why it does not say the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from octant.components.compound import Compound, Overhead
from octant.components.estimator import (
    About,
    AbstractEstimator,
    area,
    energy,
    latency,
    leakage,
    prepared,
)
from octant.components.price import Estimate, Price
from octant.components.spec import ComponentSpec
from octant.components.uncertainty import Spread
from octant.errors import NotEstimatedError
from octant.source import Source
from octant.units import text

#: The name and version of the JSON form.
SCHEMA = "octant.price/1"


@dataclass(frozen=True, slots=True)
class Installed:
    """An estimator or a compound that is installed.

    Args:
        name: what it is asked for by.
        owner: the package that brings it.
        about: what it says of itself; None where it cannot be loaded.
        quantities: energy, area, leakage, latency: what it gives at all.
        fault: why it cannot be loaded.
    """

    name: str
    owner: str
    about: About | None
    quantities: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One figure of a component.

    Args:
        quantity: energy, area, leakage or latency.
        action: that it is of; empty for area and leakage.
        dimension: what ``units`` prints it as.
        value: in SI; None where no source gives it.
        low: the low end of its interval; None where nothing is known about its limits.
        high: the high end.
        source: where it comes from.
        spreads: the assumptions that the interval rests on.
        extrapolated: what lies outside of the source's range.
        reason: why there is no value.
    """

    quantity: str
    action: str
    dimension: str
    value: float | None
    low: float | None = None
    high: float | None = None
    source: Source | None = None
    spreads: tuple[Spread, ...] = ()
    extrapolated: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What one part of a compound contributes to one of its figures."""

    quantity: str
    action: str
    part: str
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class Quote:
    """A component with everything that its estimator says of it.

    Args:
        component: the estimator's name.
        title: of the estimator.
        technology: node and supply of the figures; empty where they belong to none.
        given: each attribute's word with its text, defaults included.
        answers: energy and latency of each action, area, leakage.
        shares: what each part of a compound contributes; empty for others.
        equation: how the numbers come about.
        validity: where they hold.
        sources: citations.
        schema: name and version of the JSON form.
    """

    component: str
    title: str
    technology: str
    given: tuple[tuple[str, str], ...]
    answers: tuple[Answer, ...]
    shares: tuple[Share, ...]
    equation: str
    validity: str
    sources: tuple[str, ...]
    schema: str = SCHEMA

    def __getitem__(self, name: str) -> Answer:
        """The answer called ``read energy``, ``area`` and so on."""
        for answer in self.answers:
            if f"{answer.action} {answer.quantity}".strip() == name:
                return answer
        raise KeyError(name)


def quote(estimator: AbstractEstimator, spec: ComponentSpec) -> Quote:
    """Everything that an estimator says of a component.

    Raises:
        InvalidComponentError: the spec lacks an attribute, or has one that it cannot have.
        NotEstimatedError: the spec is outside of what the source covers, or no figure is known.

    >>> from octant.components import ComponentSpec, estimator
    >>> asked = quote(estimator("integer-add"), ComponentSpec.of("integer-add", width_bits=8))
    >>> asked["add energy"].value, asked["area"].reason
    (3e-14, 'no source gives the area of integer-add')
    """
    ready, _ = prepared(estimator, spec)
    about = estimator.description
    answers = [
        _answer("energy", action, "energy", lambda a=action: energy(estimator, spec, a))  # type: ignore[misc]
        for action in about.actions
    ]
    answers.append(_answer("area", "", "area", lambda: area(estimator, spec)))
    answers.append(_answer("leakage", "", "power", lambda: leakage(estimator, spec)))
    answers += [
        _answer("latency", action, "time", lambda a=action: latency(estimator, spec, a))  # type: ignore[misc]
        for action in about.actions
    ]
    if all(answer.value is None for answer in answers):
        raise NotEstimatedError(answers[0].reason)
    return Quote(
        about.name,
        about.title,
        _technology(ready),
        tuple((each.word, each.shown(ready[each.name])) for each in about.attributes),
        tuple(answers),
        _shares(estimator) if isinstance(estimator, Compound) else (),
        about.equation,
        about.validity,
        about.sources,
    )


def _answer(
    quantity: str, action: str, dimension: str, ask: Callable[[], Price | Estimate]
) -> Answer:
    try:
        found = ask()
    except NotEstimatedError as error:
        return Answer(quantity, action, dimension, None, reason=str(error))
    value, ends = (
        (found.energy_j, (found.low_j, found.high_j))
        if isinstance(found, Price)
        else (found.value, (found.low, found.high))
    )
    low, high = ends if found.spreads else (None, None)
    return Answer(
        quantity,
        action,
        dimension,
        value,
        low,
        high,
        found.source,
        found.spreads,
        found.extrapolated,
    )


def _technology(spec: ComponentSpec) -> str:
    if spec.process_m is None:
        return ""
    node = text(spec.process_m, "length")
    supply = "supply not stated" if spec.voltage_v is None else text(spec.voltage_v, "voltage")
    return f"{node}, {supply}"


def _shares(compound: Compound) -> tuple[Share, ...]:
    """What the parts contribute; what belongs to none of them comes last."""
    found: list[Share] = []
    for action in compound.description.actions:
        energies = [(part, price.energy_j) for part, price in compound.energies(action)]
        found += _of_the_whole("energy", action, energies, compound.control)
    try:
        areas = [(part, estimate.value) for part, estimate in compound.areas()]
    except NotEstimatedError:
        return tuple(found)
    return (*found, *_of_the_whole("area", "", areas, compound.layout))


def _of_the_whole(
    quantity: str, action: str, parts: list[tuple[str, float]], overhead: Overhead | None
) -> list[Share]:
    known = sum(value for _, value in parts)
    whole = known * (overhead.factor if overhead else 1.0)
    rest = [(overhead.name, whole - known)] if overhead else []
    return [
        Share(quantity, action, part, value, value / whole if whole else 0.0)
        for part, value in (*parts, *rest)
    ]
