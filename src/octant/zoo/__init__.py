"""Built-in networks, made in code from published layer tables, without weights.

Every image classifier ends in its softmax, also where torchvision leaves it to the loss; dropout
and the auxiliary classifiers of training are left out. Element operations follow the table in
``octant.zoo.operations``.

>>> network("alexnet").macs
724406816
>>> network("mobilenet-v1", width=0.5, resolution=128).description
'MobileNetV1: width=0.5, resolution=128'
"""

from __future__ import annotations

from octant.errors import InvalidWorkloadError, UnknownNameError, near_misses
from octant.workload import Workload
from octant.zoo.catalog import ENTRIES
from octant.zoo.entry import NetworkEntry, Parameter

__all__ = ["NetworkEntry", "Parameter", "describe", "names", "network"]


def names() -> tuple[str, ...]:
    """The names of the built-in networks, image networks first.

    >>> names()[0]
    'alexnet'
    """
    return tuple(entry.name for entry in ENTRIES)


def describe(name: str) -> NetworkEntry:
    """The entry of a built-in network.

    Raises:
        UnknownNameError: when there is none of that name; the message has near misses.

    >>> str(describe("bert-base").parameters[0])
    'sequence=128'
    """
    for entry in ENTRIES:
        if entry.name == name:
            return entry
    raise UnknownNameError(f"no built-in network is called {name!r}: {near_misses(name, names())}")


def network(name: str, *, batch: int = 1, **parameters: int | float) -> Workload:
    """A built-in network with every size known.

    Args:
        name: one of ``names()``.
        batch: inferences that one run of the layers computes.
        parameters: sizes of the network's own (``resolution``, ``width``, ``sequence`` ...);
            what is not given has the default that ``describe`` shows.

    Raises:
        UnknownNameError: when the network or a parameter is unknown.
        InvalidWorkloadError: when a value is not allowed, or too small for a layer.

    >>> network("vgg16").weights
    138344128
    """
    entry = describe(name)
    if isinstance(batch, bool) or not isinstance(batch, int) or batch < 1:
        raise InvalidWorkloadError(
            f"network {name!r}: batch {batch!r} is not an integer of 1 or more"
        )
    arguments = entry.arguments(parameters)
    chosen = ", ".join(f"{key}={value}" for key, value in arguments.items())
    return Workload(
        name=entry.name,
        layers=entry.build(batch, **arguments),
        batch=batch,
        description=f"{entry.title}: {chosen}",
        source=entry.citation,
    )
