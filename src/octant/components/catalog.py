"""Every estimator that is installed, by name and by kind."""

from __future__ import annotations

from functools import cache

from octant.components.estimator import AbstractEstimator
from octant.registry import Plugin, find, load, plugins

#: The entry-point group of estimators.
GROUP = "octant.estimators"

_PRIMITIVES = "octant.components.primitives"

#: Octant's own estimators: name to ``module:class``.
BUILT_IN: dict[str, str] = {
    "adc": f"{_PRIMITIVES}.adc:Adc",
    "aladdin-add": f"{_PRIMITIVES}.aladdin_units:AladdinAdd",
    "aladdin-float-mac": f"{_PRIMITIVES}.aladdin_units:AladdinFloatMac",
    "aladdin-mac": f"{_PRIMITIVES}.aladdin_units:AladdinMac",
    "crossbar-cell": f"{_PRIMITIVES}.analog:CrossbarCell",
    "dac": f"{_PRIMITIVES}.analog:Dac",
    "dram": f"{_PRIMITIVES}.dram_access:Dram",
    "edram": f"{_PRIMITIVES}.analog:Edram",
    "float-add": f"{_PRIMITIVES}.floating:FloatAdd",
    "float-mac": f"{_PRIMITIVES}.floating:FloatMac",
    "float-multiply": f"{_PRIMITIVES}.floating:FloatMultiply",
    "integer-add": f"{_PRIMITIVES}.integer:IntegerAdd",
    "integer-mac": f"{_PRIMITIVES}.integer:IntegerMac",
    "integer-multiply": f"{_PRIMITIVES}.integer:IntegerMultiply",
    "multicast-bus": f"{_PRIMITIVES}.network:MulticastBus",
    "reduction": f"{_PRIMITIVES}.network:Reduction",
    "register-file": f"{_PRIMITIVES}.register_file:RegisterFile",
    "router": f"{_PRIMITIVES}.network:Router",
    "shift-add": f"{_PRIMITIVES}.analog:ShiftAdd",
    "sram": f"{_PRIMITIVES}.sram:Sram",
    "wire": f"{_PRIMITIVES}.wire:Wire",
}

#: Kind to the estimator that Timeloop's users have by default (Accelergy with Aladdin's table).
TIMELOOP_COMPATIBLE: dict[str, str] = {
    "float-mac": "aladdin-float-mac",
    "integer-add": "aladdin-add",
    "integer-mac": "aladdin-mac",
}


def installed() -> tuple[Plugin, ...]:
    """Every estimator by name, the built-in ones and those of installed packages; none is loaded.

    >>> "sram" in [plugin.name for plugin in installed()]
    True
    """
    return plugins(GROUP, BUILT_IN)


def estimator(name: str, *, timeloop_compatible: bool = False) -> AbstractEstimator:
    """The estimator of that name, loaded on first use.

    Args:
        name: of an estimator.
        timeloop_compatible: take the one that Timeloop's users have for its kind, where there is
            one.

    Raises:
        UnknownNameError: there is none of that name.
        PluginError: two packages bring one of that name, or it cannot be loaded.

    >>> estimator("sram").about.title
    'on-chip SRAM'
    >>> estimator("integer-mac", timeloop_compatible=True).about.name
    'aladdin-mac'
    """
    chosen = TIMELOOP_COMPATIBLE.get(name, name) if timeloop_compatible else name
    return _made(find(chosen, installed(), "component"))


@cache
def _made(plugin: Plugin) -> AbstractEstimator:
    return load(plugin, AbstractEstimator)()  # type: ignore[type-abstract]
