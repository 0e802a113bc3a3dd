"""An estimator of Accelergy's plug-in interface, wrapped: the object, not its file.

Accelergy finds such estimators through files that name Python code to run. Octant runs no code that
a file names, so the object is made by its user, in Python, and handed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Estimate, Price
from octant.components.spec import ComponentSpec, Value
from octant.errors import NotEstimatedError
from octant.source import Origin, Source


@dataclass(frozen=True)
class Query:
    """What an estimator is asked, in the words of Accelergy's interface."""

    class_name: str
    class_attrs: dict[str, Any]
    action_name: str | None = None
    action_args: dict[str, Any] = field(default_factory=dict)

    def to_legacy_interface_dict(self) -> dict[str, Any]:
        """The same as a mapping, as interfaces before version 0.4 had it."""
        named = {"class_name": self.class_name, "attributes": self.class_attrs}
        if self.action_name is None:
            return named
        return named | {"action_name": self.action_name, "arguments": self.action_args or None}


class LegacyEstimator(AbstractEstimator):
    """A component class priced by one of Accelergy's estimators.

    The interface before version 0.4 takes a mapping and answers in pJ and um^2; that of 0.4 takes a
    query and answers with a value and its unit. Accuracy 0 means that it does not know.

    Args:
        estimator: with ``primitive_action_supported``, ``estimate_energy``,
            ``primitive_area_supported`` and ``estimate_area``.
        class_name: ``SRAM``, ``intmac`` and so on, in its words.
        actions: those of the class that are wanted.
        attributes: of the class, in its words and units.
        mappings: hand over mappings, as before version 0.4.

    >>> class Table:
    ...     def get_name(self): return "my table"
    ...     def primitive_action_supported(self, query): return 90
    ...     def estimate_energy(self, query): return 2.5
    ...     def primitive_area_supported(self, query): return 0
    ...     def estimate_area(self, query): return 0
    >>> from octant.components.estimator import energy
    >>> model = LegacyEstimator(Table(), "intmac", ("mac_random",), {"datawidth": 16})
    >>> energy(model, ComponentSpec("intmac"), "mac_random").energy_j
    2.5e-12
    """

    def __init__(
        self,
        estimator: Any,
        class_name: str,
        actions: tuple[str, ...],
        attributes: Mapping[str, Value],
        *,
        mappings: bool = False,
    ) -> None:
        self._estimator, self._class, self._actions = estimator, class_name, actions
        self._attributes, self._mappings = dict(attributes), mappings

    @property
    def description(self) -> About:
        """What it is; its attributes are fixed."""
        return About(
            self._class,
            "accelergy",
            f"{self._class} of Accelergy's estimator {self._name}",
            self._actions,
            (),
            "as that estimator has it",
            "as that estimator says; its limits are not known here",
            (self._source.citation,),
        )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one action; a bare number is in pJ."""
        value = self._asked("primitive_action_supported", "estimate_energy", action)
        return Price(_si(value, 1e-12), self._source)

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area; a bare number is in um^2."""
        value = self._asked("primitive_area_supported", "estimate_area", None)
        return Estimate(_si(value, 1e-12), "area", self._source)

    def _asked(self, supported: str, estimate: str, action: str | None) -> Any:
        query: Any = Query(self._class, dict(self._attributes), action)
        if self._mappings:
            query = query.to_legacy_interface_dict()
        what = f"{self._class} {action}" if action else f"the area of {self._class}"
        try:
            accuracy = getattr(self._estimator, supported)(query)
            known = float(getattr(accuracy, "value", accuracy)) > 0
            value = getattr(self._estimator, estimate)(query) if known else None
        except Exception as error:  # another package's code: anything may come out of it
            raise NotEstimatedError(
                f"Accelergy's estimator {self._name} fails for {what}: "
                f"{type(error).__name__}: {error}"
            ) from error
        if value is None or getattr(value, "success", True) is False:
            raise NotEstimatedError(f"Accelergy's estimator {self._name} does not know {what}")
        return value

    @property
    def _name(self) -> str:
        named = getattr(self._estimator, "get_name", None)
        return str(named() if callable(named) else type(self._estimator).__name__)

    @property
    def _source(self) -> Source:
        return Source(Origin.MODELLED, f"Accelergy's estimator {self._name}")


def _si(value: Any, size: float) -> float:
    """An estimation's own value in SI, or a bare number of the interface's unit."""
    own = getattr(value, "get_value", None)
    return float(own()) if callable(own) else float(value) * size
