"""Compound components from YAML files: parts, actions made of their actions, overheads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from octant.components import AbstractEstimator, estimator
from octant.components.compound import Compound, Overhead, PartAction
from octant.components.compound import Part as CompoundPart
from octant.errors import OctantError, UnknownNameError, near_misses
from octant.files.builtin import builtin_names, builtin_text
from octant.files.complaint import validated
from octant.files.document import Document, Fault, parse_document
from octant.files.part import Count, Name, Part, SourceName
from octant.files.parts import SourceForm
from octant.files.price_parts import EstimatedComponent
from octant.files.pricing import asked, source_of
from octant.files.quantity import Share

COMPONENT_HEADER = "component 1"


class OverheadPart(Part):
    """What belongs to no part, as a share of the whole, with its limits."""

    name: str
    share: Share
    low: Share
    high: Share
    source: SourceName


class CountedComponent(EstimatedComponent):
    """A part: a component, and how many of it."""

    count: Count = 1


class ComponentFile(Part):
    """A compound component."""

    octant: Literal["component 1"]
    name: Name
    title: str
    sources: dict[Name, SourceForm]
    parts: dict[Name, CountedComponent]
    actions: dict[Name, dict[str, Annotated[float, Field(gt=0, strict=False)]]]
    control: OverheadPart | None = None
    layout: OverheadPart | None = None


def component_names() -> tuple[str, ...]:
    """The names of the built-in compounds, sorted.

    >>> component_names()
    ('eyeriss-pe',)
    """
    return builtin_names("compounds")


def load_component(name: str) -> Compound:
    """The built-in compound of that name.

    Raises:
        UnknownNameError: there is none.

    >>> load_component("eyeriss-pe").description.actions
    ('compute',)
    """
    if name not in component_names():
        hint = near_misses(name, component_names())
        raise UnknownNameError(f"there is no compound {name!r}; {hint}")
    text = builtin_text("compounds", name)
    return compound_of(parse_document(text, f"{name}.yaml"), estimator)


def compound_of(document: Document, find: Callable[[str], AbstractEstimator]) -> Compound:
    """The compound that a YAML document describes; nothing in it is evaluated.

    Args:
        document: that starts with ``octant: component 1``.
        find: the estimator of a part, by name.

    Raises:
        FileFormatError: it is malformed; every fault with its line.
    """
    file, faults = validated(ComponentFile, document)
    if file is None or faults:
        raise document.refusal(faults)
    parts: list[CompoundPart] = []
    for key, part in file.parts.items():
        try:
            model, spec = asked(part, find)
            parts.append(CompoundPart(key, model, spec, part.count))
        except OctantError as error:
            faults.append(Fault(("parts", key), str(error)))
    actions = _actions(file, faults)
    if faults:
        raise document.refusal(faults)
    try:
        return Compound(
            file.name,
            file.title,
            tuple(parts),
            actions,
            control=_overhead(file, file.control),
            layout=_overhead(file, file.layout),
            sources=tuple(str(source_of(form)) for form in file.sources.values()),
        )
    except OctantError as error:
        raise document.refusal([Fault(("actions",), str(error))]) from None


def _actions(file: ComponentFile, faults: list[Fault]) -> dict[str, tuple[PartAction, ...]]:
    """What each action is made of; ``part.action`` is split at its last dot."""
    actions = {}
    for name, needed in file.actions.items():
        made = []
        for where, count in needed.items():
            part, dot, action = where.rpartition(".")
            if not dot:
                message = "is no part's action; allowed is PART.ACTION, as in multiplier.compute"
                faults.append(Fault(("actions", name, where), message))
            made.append(PartAction(part, action, count))
        actions[name] = tuple(made)
    return actions


def _overhead(file: ComponentFile, part: OverheadPart | None) -> Overhead | None:
    if part is None:
        return None
    source = source_of(file.sources[part.source])
    return Overhead(part.name, part.share, part.low, part.high, source)
