"""Which noun a name on the command line means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from octant import api
from octant.components.quoting import Installed
from octant.errors import PluginError, UnknownNameError, near_misses
from octant.workload import Workload


def is_chip(name: str) -> bool:
    """Whether a name is a chip's, not a network's.

    Raises:
        UnknownNameError: it is neither a built-in name nor the path of a file.

    >>> is_chip("eyeriss"), is_chip("alexnet"), is_chip("my.yaml"), is_chip("my.onnx")
    (True, False, True, False)
    """
    known = {**dict.fromkeys(api.architectures(), True), **dict.fromkeys(api.networks(), False)}
    if name in known:
        return known[name]
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        return True
    if path.suffix == ".onnx" or path.is_file():
        return False
    raise UnknownNameError(
        f"there is no chip and no network {name!r}; {near_misses(name, known)}; or give the path "
        "of a .yaml or .onnx file"
    )


def with_layers(workload: Workload, names: Sequence[str] | None) -> Workload:
    """The network with these layers only, in its own order; with all of them when none is named.

    Raises:
        UnknownNameError: a name is no layer's, or that of a layer that multiplies nothing.
    """
    known = [layer.name for layer in workload.mac_layers]
    for name in names or ():
        if name not in known:
            raise UnknownNameError(
                f"network {workload.name!r} has no layer {name!r} that multiplies; "
                f"{near_misses(name, known)}"
            )
    if not names:
        return workload
    return replace(
        workload, layers=tuple(layer for layer in workload.layers if layer.name in names)
    )


def installed_component(name: str) -> Installed:
    """The estimator or compound of that name, or the one in the file of that path.

    Raises:
        UnknownNameError: there is none of that name.
        PluginError: it cannot be loaded, or two packages bring it.

    >>> installed_component("sram").owner
    'octant'
    """
    from octant.components.adapters.hwcomponents import PREFIX

    known = api.estimators()
    for each in known:
        if each.name == name:
            if each.fault:
                raise PluginError(each.fault)
            return each
    if name.startswith(PREFIX) or Path(name).suffix in (".yaml", ".yml", ".csv"):
        return api.estimator_in(name)
    hint = near_misses(name, {each.name for each in known})
    raise UnknownNameError(
        f"there is no component {name!r}; {hint}; or give the path of a .yaml or .csv file"
    )
