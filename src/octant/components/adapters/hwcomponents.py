"""The models of ``hwcomponents`` (CACTI, NeuroSim, converters, a library) as estimators.

The package is optional: it needs Python 3.12, and some of its models bring programs that do not
start everywhere. Whatever goes wrong inside is a message that says so and what to do; nothing
stands in for a price.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from inspect import Parameter, signature
from types import ModuleType
from typing import Any

from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Estimate, Price
from octant.components.spec import ComponentSpec, Value
from octant.errors import NotEstimatedError, PluginError, UnitError
from octant.source import Origin, Source
from octant.units import dimensions, parse

_INSTALL = "pip install 'octant-eval[hwcomponents]' (it needs Python 3.12 or newer)"


#: What a name starts with that this adapter answers to.
PREFIX = "hwcomponents:"


class HwComponent(AbstractEstimator):
    """A component of ``hwcomponents`` by its name there, with attributes in its own terms.

    Its attributes are bare numbers in SI (``tech_node=45e-9``, sizes in bits), as that package has
    them; the model that it chooses is named in the source.

    Args:
        component: ``SRAM``, ``ADC`` and so on.
        attributes: what the model is made with.

    Raises:
        PluginError: the package is not installed.
        NotEstimatedError: it knows no such component.
    """

    def __init__(self, component: str, **attributes: Value) -> None:
        self._package = _package()
        self._component, self._attributes = component, attributes
        self._models = [model for model in _models(self._package) if self._is_mine(model)]
        if not self._models:
            raise NotEstimatedError(
                f"hwcomponents has no component {component!r}; install the package that brings it, "
                "or see its list (hwc --list)"
            )

    @property
    def description(self) -> About:
        """What the package says of the component; its attributes are fixed."""
        actions = dict.fromkeys(
            action for model in self._models for action in model.get_action_names()
        )
        return About(
            f"hwcomponents:{self._component}",
            "hwcomponents",
            f"{self._component} of hwcomponents",
            tuple(actions),
            (),
            f"the model that hwcomponents chooses for its attributes: {self._wanted()}",
            "as that model says; its limits are not known here",
            (self._citation(""),),
        )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one action of the chosen model."""
        model = self._model([action])
        cost = self._ask(f"the energy of {action}", lambda: getattr(model, action)())
        return Price(float(cost.energy), self._source(model))

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of the chosen model."""
        return self._above_zero("area", "area", "area")

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """The leakage of the chosen model."""
        return self._above_zero("leakage", "leak_power", "power")

    def latency(self, spec: ComponentSpec, action: str) -> Estimate:
        """The latency of one action of the chosen model."""
        model = self._model([action])
        cost = self._ask(f"the latency of {action}", lambda: getattr(model, action)())
        return Estimate(float(cost.latency), "time", self._source(model))

    def _above_zero(self, what: str, attribute: str, dimension: str) -> Estimate:
        """A figure of the model; models state 0 for what they leave out (off-chip memory)."""
        model = self._model([])
        value = float(self._ask(f"the {what}", lambda: getattr(model, attribute)))
        if not value:
            raise NotEstimatedError(
                f"{type(model).__qualname__} of hwcomponents does not model the {what} of "
                f"{self._component} (it states 0)"
            )
        return Estimate(value, dimension, self._source(model))

    def _wanted(self) -> str:
        """What the models are made with, in their words; what they do not need has its default."""
        wanted: dict[str, None] = {}
        for model in self._models:
            try:
                given = signature(model).parameters.values()
            except (TypeError, ValueError):
                continue
            for each in given:
                default = "" if each.default is Parameter.empty else f" = {each.default}"
                wanted[f"{each.name}{default}"] = None
        return ", ".join(wanted) or "as that model says"

    def _is_mine(self, model: Any) -> bool:
        names = getattr(model, "component_name", ())
        listed = [names] if isinstance(names, str) else list(names)
        return self._component.lower() in [str(name).lower() for name in listed]

    def _model(self, actions: list[str]) -> Any:
        return self._ask(
            "the component",
            lambda: self._package.get_model(
                self._component, dict(self._attributes), required_actions=actions
            ),
        )

    def _ask(self, what: str, ask: Any) -> Any:
        """What another package answers; whatever it raises becomes one message."""
        try:
            return ask()
        except Exception as error:
            raise NotEstimatedError(
                f"hwcomponents cannot give {what} of {self._component}: {_last_words(error)}"
            ) from error

    def _source(self, model: Any) -> Source:
        kind = type(model)
        return Source(Origin.MODELLED, self._citation(f", {kind.__module__}.{kind.__qualname__}"))

    def _citation(self, model: str) -> str:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = f" {version('hwcomponents')}"
        except PackageNotFoundError:
            number = ""
        return f"hwcomponents{number}{model}"


def from_words(name: str, words: Mapping[str, str]) -> HwComponent:
    """The component of that name, its attributes as files and the command line write them.

    Args:
        name: ``hwcomponents:SRAM``.
        words: each attribute, in the package's own words, to a bare number, a quantity with its
            unit, or a word.

    Raises:
        PluginError: the package is not installed.
        NotEstimatedError: it knows no such component.
    """
    return HwComponent(
        name.removeprefix(PREFIX), **{word: _free(text) for word, text in words.items()}
    )


def availability() -> str:
    """Whether the package is installed, in words."""
    from importlib.util import find_spec

    try:
        there = find_spec("hwcomponents") is not None
    except ValueError:
        there = False
    if there:
        return f"hwcomponents is installed: ask for its components as {PREFIX}NAME."
    return f"hwcomponents, which brings more, is not installed: {_INSTALL}."


def _free(written: str) -> Value:
    """A number in SI where the text is one, alone or with a unit; else the word itself."""
    try:
        return float(written)
    except ValueError:
        pass
    for dimension in dimensions():
        try:
            return parse(written, dimension)
        except UnitError:
            continue
    return written


@cache
def _models(package: ModuleType) -> tuple[Any, ...]:
    """The models of the package; asked once, for it cannot always list them again."""
    return tuple(package.get_models())


def _package() -> ModuleType:
    from importlib import import_module

    try:
        return import_module("hwcomponents")
    except ImportError as error:
        raise PluginError(f"hwcomponents cannot be imported ({error}): {_INSTALL}") from error


def _last_words(error: Exception) -> str:
    """The line of a long log that says what went wrong; else its last line."""
    lines = [line.strip(" |\t") for line in str(error).splitlines() if line.strip(" |\t")]
    causes = [line for line in lines if line.startswith("Exception:")]
    words = (causes or lines[-1:] or [type(error).__name__])[0].removeprefix("Exception: ")
    return words if len(words) <= 300 else words[:297] + "..."
