"""What is installed that prices components, and what one component costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from octant.api.loading import Chip, load_architecture
from octant.components import AbstractEstimator, ComponentSpec, Technology, estimator
from octant.components import installed as installed_estimators
from octant.components.quoting import Installed, Quote, quote
from octant.components.scaling import Scaled
from octant.components.spec import RESERVED, from_words
from octant.errors import InvalidComponentError, PluginError, near_misses


def estimators() -> tuple[Installed, ...]:
    """Everything that prices a component, by name: estimators, plug-ins, built-in compounds.

    A plug-in that cannot be loaded is listed with what is wrong with it; the others work.

    >>> [each.name for each in estimators() if each.name.startswith("d")]
    ['dac', 'dram']
    """
    from octant.files.components import component_names, load_component

    found = [_installed(plugin.name, plugin.owner) for plugin in installed_estimators()]
    for name in component_names():
        compound = load_component(name)
        found.append(Installed(name, "octant", compound.description, ("energy", "area", "leakage")))
    return tuple(sorted(found, key=lambda each: (each.name, each.owner)))


def estimator_in(name: str) -> Installed:
    """What an estimator says of itself that is not installed: one in a file, or of hwcomponents.

    Args:
        name: a path, or ``hwcomponents:NAME``.

    Raises:
        FileFormatError: the file is malformed.
        PluginError: hwcomponents is not installed.
        NotEstimatedError: it knows no such component.
    """
    from octant.components.adapters import hwcomponents
    from octant.files.estimators import estimator_named

    if name.startswith(hwcomponents.PREFIX):
        return _described(hwcomponents.from_words(name, {}), "hwcomponents")
    return _described(estimator_named(name), name)


def price(
    component: str | Path,
    *,
    node: float | None = None,
    voltage: float | None = None,
    supply: float | None = None,
    scale: bool = False,
    extrapolate: bool = False,
    attributes: Mapping[str, str] | None = None,
) -> Quote:
    """Everything that is known of the cost of one component.

    Args:
        component: an estimator's name, a built-in compound's, or the path of a file that prices
            components: a compound, a table of one's own (.yaml, .csv), Accelergy's ERT or ART.
        node: process node in metres; None where the estimator has only one.
        voltage: supply in volts; None for that of the estimator's figures.
        supply: of figures whose source states none, in volts, for scaling them.
        scale: to ``node`` and ``voltage``, from the figures' own.
        extrapolate: allow what lies outside of the source's range, and mark it.
        attributes: each attribute's word (``capacity``) to its text (``108 KiB``).

    Raises:
        UnknownNameError: no such component.
        InvalidComponentError: an attribute is unknown, missing or malformed.
        NotEstimatedError: it is outside of what the source covers.
        FileFormatError: the compound's file is malformed.
        PluginError: the plug-in that prices it is broken.

    >>> words = {"capacity": "108 KiB", "width": "64 b"}
    >>> quote = price("sram", node=65e-9, attributes=words)
    >>> quote["read energy"].value is not None
    True
    """
    from octant.components.adapters import hwcomponents
    from octant.files.estimators import estimator_named

    if str(component).startswith(hwcomponents.PREFIX):
        wrapped = hwcomponents.from_words(str(component), attributes or {})
        return quote(wrapped, ComponentSpec(str(component)))
    model = estimator_named(str(component))
    if scale:
        if node is None or voltage is None:
            raise InvalidComponentError(
                f"{component}: scaling needs both a node and a voltage to scale to"
            )
        model = Scaled(model, Technology(node, voltage), supply_v=supply)
    elif supply is not None:
        raise InvalidComponentError(
            f"{component}: a supply of the figures is given, which only scaling needs"
        )
    return quote(
        model,
        _spec(model, dict(attributes or {}), node, voltage, extrapolate),
    )


def reference_tables(on: Chip, *, energies: bool = True, areas: bool = False) -> str:
    """A chip's prices as Accelergy's reference tables, for use in other tools.

    Args:
        on: a built-in chip's name, a YAML file's path, or an architecture.
        energies: write the energy reference table (ERT), in pJ.
        areas: write the area reference table (ART), in um^2.

    Raises:
        NotEstimatedError: an energy, or every area, is unknown.

    >>> print(reference_tables("teaching").splitlines()[0])
    ERT:
    """
    from octant.files.reference_tables import to_art, to_ert

    chip = load_architecture(on)
    return (to_ert(chip) if energies else "") + (to_art(chip) if areas else "")


def _spec(
    model: AbstractEstimator,
    words: dict[str, str],
    node: float | None,
    voltage: float | None,
    extrapolate: bool,
) -> ComponentSpec:
    about = model.description
    known = [attribute.word for attribute in about.attributes]
    for word in words:
        if word not in known:
            hint = near_misses(word, [*known, *RESERVED])
            raise InvalidComponentError(f"{about.name} has no attribute {word!r}; {hint}")
    return from_words(
        about.name,
        words,
        about.attributes,
        process_m=node,
        voltage_v=voltage,
        extrapolate=extrapolate,
    )


def _installed(name: str, owner: str) -> Installed:
    try:
        model = estimator(name)
    except PluginError as error:
        return Installed(name, owner, None, (), str(error))
    return replace(_described(model, owner), name=name)


def _described(model: AbstractEstimator, owner: str) -> Installed:
    """What an estimator says of itself, and which questions it has an answer to at all."""
    base = AbstractEstimator
    given = {
        "area": type(model).area is not base.area,
        "leakage": type(model).leakage is not base.leakage,
        "latency": type(model).latency is not base.latency,
    }
    quantities = ("energy", *(quantity for quantity, there in given.items() if there))
    about = model.description
    return Installed(about.name, owner, about, quantities)
