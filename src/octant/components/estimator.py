"""The contract of an estimator, and the questions that may be put to one.

An estimator says what it is (``about``) and answers up to four questions about a component. The
verbs below ask them: they complete and check the component first, so that an estimator only ever
sees attributes that exist, values that its source covers (or that the user wants extrapolated) and
a technology that it knows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from octant.components.price import Estimate, Price
from octant.components.spec import Attribute, ComponentSpec, completed, outside
from octant.errors import InvalidComponentError, NotEstimatedError, UnknownNameError, near_misses
from octant.source import Source
from octant.units import text

_Answer = TypeVar("_Answer", Price, Estimate)


@dataclass(frozen=True, slots=True)
class About:
    """What an estimator prices, how, and on whose word.

    Args:
        name: what it is asked for by; unique.
        kind: what it prices; several estimators may price one kind.
        title: one line.
        actions: what has an energy, the usual one first.
        attributes: what it wants to know.
        equation: how the numbers come about.
        validity: where they hold and what they leave out.
        sources: citations.
        nodes_m: the process nodes that it knows; none where the node plays no part.
        voltage_v: the supply of its figures; None where it is not stated or plays no part.
        any_node: every node between the least and the largest of ``nodes_m`` is known.
    """

    name: str
    kind: str
    title: str
    actions: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    equation: str
    validity: str
    sources: tuple[str, ...]
    nodes_m: tuple[float, ...] = ()
    voltage_v: float | None = None
    any_node: bool = False


class AbstractEstimator(ABC):
    """Prices one kind of component. A plug-in derives from this; two methods are enough.

    The spec that a method gets is complete and checked. What no source gives raises
    ``NotEstimatedError``: never a guess, never zero.
    """

    about: ClassVar[About]

    @property
    def description(self) -> About:
        """What it is; a wrapper around another estimator has its own."""
        return self.about

    @abstractmethod
    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one action, one of ``about.actions``."""

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of one instance."""
        raise NotEstimatedError(f"no source gives the area of {spec.kind}")

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """The power that one instance leaks while it does nothing."""
        raise NotEstimatedError(f"no source gives the leakage of {spec.kind}")

    def latency(self, spec: ComponentSpec, action: str) -> Estimate:
        """The time that one action takes."""
        raise NotEstimatedError(f"no source gives the latency of {spec.kind}")


def energy(estimator: AbstractEstimator, spec: ComponentSpec, action: str) -> Price:
    """The price of an action of a component.

    Raises:
        InvalidComponentError: the spec lacks an attribute, or has one that it cannot have.
        UnknownNameError: the component has no such action.
        NotEstimatedError: the spec is outside of what the source covers.
    """
    ready, reasons = prepared(estimator, spec)
    actions = estimator.description.actions
    if action not in actions:
        hint = near_misses(action, actions)
        raise UnknownNameError(f"{spec.kind} has no action {action!r}; {hint}")
    return _answered(ready, lambda: estimator.energy(ready, action), reasons)


def area(estimator: AbstractEstimator, spec: ComponentSpec) -> Estimate:
    """The area of a component. Raises as ``energy`` does, and where no source gives it."""
    ready, reasons = prepared(estimator, spec)
    return _answered(ready, lambda: estimator.area(ready), reasons)


def leakage(estimator: AbstractEstimator, spec: ComponentSpec) -> Estimate:
    """The leakage power of a component. Raises as ``area`` does."""
    ready, reasons = prepared(estimator, spec)
    return _answered(ready, lambda: estimator.leakage(ready), reasons)


def latency(estimator: AbstractEstimator, spec: ComponentSpec, action: str) -> Estimate:
    """The time of an action of a component. Raises as ``area`` does."""
    ready, reasons = prepared(estimator, spec)
    return _answered(ready, lambda: estimator.latency(ready, action), reasons)


def prepared(
    estimator: AbstractEstimator, spec: ComponentSpec
) -> tuple[ComponentSpec, tuple[str, ...]]:
    """The spec as the estimator gets it, and what of it lies outside of the source's range."""
    about = estimator.description
    ready = _at_a_node(completed(spec, about.attributes), about)
    return ready, outside(ready, about.attributes)


def _at_a_node(spec: ComponentSpec, about: About) -> ComponentSpec:
    """The spec with the technology that its figures are for."""
    spec = replace(spec, process_m=_node(spec, about))
    if spec.voltage_v is None:
        return replace(spec, voltage_v=about.voltage_v)
    if about.voltage_v is None:
        raise NotEstimatedError(
            f"{spec.kind}: a voltage of {text(spec.voltage_v, 'voltage')} is given, but its source "
            "states none; leave the voltage out"
        )
    if abs(spec.voltage_v - about.voltage_v) > 1e-6:
        raise NotEstimatedError(
            f"{spec.kind}: the voltage is {text(spec.voltage_v, 'voltage')}; its figures are for "
            f"{text(about.voltage_v, 'voltage')}: scale it to another technology, or leave the "
            "voltage out"
        )
    return spec


def _node(spec: ComponentSpec, about: About) -> float | None:
    nodes = about.nodes_m
    if not nodes:
        if spec.process_m is not None:
            raise NotEstimatedError(
                f"{spec.kind} is priced by itself, at no process node; leave the node out"
            )
        return None
    listed = ", ".join(text(node, "length") for node in nodes)
    if about.any_node:
        listed = f"{text(min(nodes), 'length')} to {text(max(nodes), 'length')}"
    if spec.process_m is None:
        if len(nodes) > 1:
            raise InvalidComponentError(f"{spec.kind} needs a process node; there are {listed}")
        return nodes[0]
    for node in nodes:
        if abs(spec.process_m - node) < 1e-12:
            return node
    if about.any_node and min(nodes) <= spec.process_m <= max(nodes):
        return spec.process_m
    raise NotEstimatedError(
        f"{spec.kind}: the process is {text(spec.process_m, 'length')}; its figures are for "
        f"{listed}: scale it from there, or give the value itself with its source"
    )


def _answered(spec: ComponentSpec, ask: Callable[[], _Answer], reasons: tuple[str, ...]) -> _Answer:
    """The answer; a refusal where the equation has no value, as it may far outside of its range."""
    try:
        return _marked(ask(), reasons)
    except (ArithmeticError, ValueError) as error:
        raise NotEstimatedError(
            f"{spec.kind}: its equation has no value there ({error}); stay near the range of its "
            "source"
        ) from error


def _marked(answer: _Answer, reasons: tuple[str, ...]) -> _Answer:
    """The answer, marked as extrapolated where something lay outside of the source's range."""
    every = (*answer.extrapolated, *reasons)
    if not every:
        return answer
    citation = f"{answer.source.citation}; extrapolated: {', '.join(every)}"
    return replace(answer, source=Source(answer.source.origin, citation), extrapolated=every)
