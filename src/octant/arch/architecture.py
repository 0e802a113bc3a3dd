"""An architecture: nodes from the outermost memory to the compute unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.arch.dataflow import Dataflow
from octant.arch.nodes import Compute, CostInputs, Fanout, Level, Store, VectorUnit
from octant.errors import InvalidArchitectureError
from octant.workload import Einsum, Role
from octant.workload.operators import with_formats


@dataclass(frozen=True, slots=True)
class Architecture:
    """A DNN processor as Octant evaluates it.

    Args:
        name: short, as on the command line.
        title: one line.
        nodes: levels and fanouts, outermost first; the first is a level that keeps every role.
        compute: the innermost node.
        clock_hz: of the compute array.
        vector: the unit for layers without multiply-accumulates; None where there is none.
        dataflows: the named constraint sets that this chip supports; the first is its default,
            none is an unconstrained chip.
        process_m: the process node's name as a length (65 nm is 65e-9); None is unknown.
        voltage_v: supply; None is unknown.
        area_m2: of the chip or core as ``area_note`` says; None is unknown.
        die_m2: of the whole die, where that is more than ``area_m2`` speaks of; None is unknown.
        layout_share: of the chip, what is wires and space between its parts; None is unknown.
        cost: what its owner states of its cost.
        leakage_w: of everything that no node counts; None is unknown.
        sources: citations of its numbers, as (what, citation) pairs.
    """

    name: str
    title: str
    nodes: tuple[Level | Fanout, ...]
    compute: Compute
    clock_hz: float
    vector: VectorUnit | None = None
    dataflows: tuple[Dataflow, ...] = ()
    process_m: float | None = None
    voltage_v: float | None = None
    area_m2: float | None = None
    area_note: str = ""
    leakage_w: float | None = None
    die_m2: float | None = None
    layout_share: float | None = None
    cost: CostInputs | None = None
    sources: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        where = f"architecture {self.name!r}"
        if not self.nodes or not isinstance(self.nodes[0], Level):
            raise InvalidArchitectureError(f"{where}: its first node must be a storage level")
        missing = set(Role) - set(self.nodes[0].roles)
        if missing or self.nodes[0].optional:
            raise InvalidArchitectureError(
                f"{where}: its outermost level {self.nodes[0].name!r} must keep input, weight and "
                f"output, none of them optional; missing: {', '.join(sorted(missing)) or 'none'}"
            )
        names = [node.name for node in self.nodes] + [self.compute.name]
        names += [
            store.name
            for level in self.levels
            for store in level.stores
            if store.name != level.name
        ]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidArchitectureError(f"{where}: names used twice: {', '.join(twice)}")
        if not (math.isfinite(self.clock_hz) and self.clock_hz > 0):
            raise InvalidArchitectureError(
                f"{where}: clock is {self.clock_hz} Hz, allowed is above 0"
            )
        if self.layout_share is not None and not 0 <= self.layout_share < 1:
            raise InvalidArchitectureError(
                f"{where}: its layout takes {self.layout_share:g} of it, allowed is 0 to below 1"
            )
        self._check_dataflows(where)

    def _check_dataflows(self, where: str) -> None:
        places = {level.name for level in self.levels}
        places |= {f"{fanout.name}.{axis.name}" for fanout in self.fanouts for axis in fanout.axes}
        for dataflow in self.dataflows:
            for constraint in dataflow.constraints:
                if constraint.node not in places:
                    raise InvalidArchitectureError(
                        f"{where}: dataflow {dataflow.name!r} constrains {constraint.node!r}, "
                        "which is no level and no fanout axis; there are "
                        f"{', '.join(sorted(places))}"
                    )

    @property
    def levels(self) -> tuple[Level, ...]:
        """The storage levels, outermost first."""
        return tuple(node for node in self.nodes if isinstance(node, Level))

    @property
    def fanouts(self) -> tuple[Fanout, ...]:
        """The fanouts, outermost first."""
        return tuple(node for node in self.nodes if isinstance(node, Fanout))

    def element_bits(self, store: Store | None, role: Role) -> float:
        """The width of an element of a role: the memory's own where it has one, else the compute's.

        It is whole, except for formats whose elements share an exponent: 8.25 b with 8 b for 32.

        Args:
            store: the memory; None for the compute units and what lies between.
            role: of the tensor.
        """
        own = dict(store.element_bits) if store else {}
        return own.get(role, self.compute.format(role).storage_bits)

    def in_own_formats(self, einsum: Einsum) -> Einsum:
        """The work in the number formats of the compute units, densities kept."""
        return with_formats(
            einsum,
            inputs=self.compute.format(Role.INPUT),
            weights=self.compute.format(Role.WEIGHT),
            outputs=self.compute.format(Role.OUTPUT),
        )

    @property
    def compute_units(self) -> int:
        """Multiply-accumulate units of the whole chip."""
        return math.prod(fanout.instances for fanout in self.fanouts)

    @property
    def peak_macs_per_s(self) -> float:
        """Multiply-accumulates a second with every unit busy."""
        return self.compute_units * self.clock_hz

    @property
    def sees_zeros(self) -> bool:
        """Zeros spare it something: it compresses, gates or skips."""
        return (
            self.compute.zeros is not None
            or bool(self.compute.packing)
            or any(level.intersections for level in self.levels)
            or any(store.compression for level in self.levels for store in level.stores)
            or any(axis.skipping for fanout in self.fanouts for axis in fanout.axes)
        )

    def instances(self, name: str) -> int:
        """Instances of a node on the whole chip."""
        count = 1
        for node in self.nodes:
            if node.name == name:
                return count
            if isinstance(node, Fanout):
                count *= node.instances
        if name == self.compute.name:
            return count
        raise KeyError(name)
