"""The parts of an architecture: storage levels, fanouts, compute, vector unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.arch.sparsity import (
    Compression,
    Intersection,
    Packing,
    SpatialSkipping,
    ZeroOperands,
)
from octant.components import Price, Spread
from octant.errors import InvalidArchitectureError
from octant.workload import NumberFormat, Role


def _require_positive(where: str, **values: float | None) -> None:
    for field, value in values.items():
        if value is not None and not (math.isfinite(value) and value > 0):
            raise InvalidArchitectureError(
                f"{where}: {field} is {value}, allowed are finite values above 0"
            )


@dataclass(frozen=True, slots=True)
class Store:
    """One memory of a storage level, shared by the roles that it keeps.

    All figures are per instance. A level with one store is a unified memory; a level with a store
    for each role has per-tensor memories (Eyeriss's three scratch pads).

    Args:
        name: unique in the architecture.
        roles: the tensors that it can keep.
        word_bits: the width that one priced access moves; narrower elements are packed.
        capacity_bits: None is unbounded.
        double_buffered: half of the capacity is the next tile's.
        read_bits_per_cycle: None is not a limit; so for the next two.
        write_bits_per_cycle: fills and updates.
        shared_bits_per_cycle: reads and writes together.
        read_energy: of one word; None is unknown, and costing it is an error.
        write_energy: of one word, for fills and updates.
        leakage_w: None is unknown.
        area_m2: None is unknown.
        leakage_spreads: the assumptions that the leakage rests on, each with its limits.
        area_spreads: so, of the area.
        element_bits: (role, bits) where this memory holds a role in another width than the
            compute unit's format (finished outputs are narrower than partial sums).
        compression: the format of each role that is not simply held element by element.
        overflow: what does not fit is fetched from further out each time it is used; otherwise a
            tile must fit, at its largest.
        metadata_bits: capacity of the memory of its own that the bits of formats have; None where
            they take capacity and ports of the elements.
        metadata_bits_per_cycle: of that memory, both directions together; None is not a limit.
    """

    name: str
    roles: tuple[Role, ...]
    word_bits: int
    capacity_bits: int | None = None
    double_buffered: bool = False
    read_bits_per_cycle: float | None = None
    write_bits_per_cycle: float | None = None
    shared_bits_per_cycle: float | None = None
    read_energy: Price | None = None
    write_energy: Price | None = None
    leakage_w: float | None = None
    area_m2: float | None = None
    leakage_spreads: tuple[Spread, ...] = ()
    area_spreads: tuple[Spread, ...] = ()
    element_bits: tuple[tuple[Role, float], ...] = ()
    compression: tuple[Compression, ...] = ()
    overflow: bool = False
    metadata_bits: int | None = None
    metadata_bits_per_cycle: float | None = None

    def __post_init__(self) -> None:
        where = f"memory {self.name!r}"
        _require_positive(
            where,
            word_bits=self.word_bits,
            capacity_bits=self.capacity_bits,
            metadata_bits=self.metadata_bits,
            metadata_bits_per_cycle=self.metadata_bits_per_cycle,
            read_bits_per_cycle=self.read_bits_per_cycle,
            write_bits_per_cycle=self.write_bits_per_cycle,
            shared_bits_per_cycle=self.shared_bits_per_cycle,
            area_m2=self.area_m2,
            **{f"element_bits of {role}": bits for role, bits in self.element_bits},
        )
        if not self.roles or len(set(self.roles)) != len(self.roles):
            raise InvalidArchitectureError(
                f"{where} keeps [{', '.join(self.roles)}]: name each of input, weight, output at "
                "most once, and at least one of them"
            )
        if self.leakage_w is not None and not self.leakage_w >= 0:
            raise InvalidArchitectureError(f"{where}: leakage is {self.leakage_w} W, below 0")
        for role in {each.role for each in self.compression} - set(self.roles):
            raise InvalidArchitectureError(f"{where} compresses {role}, which it does not keep")
        if len({each.role for each in self.compression}) != len(self.compression):
            raise InvalidArchitectureError(f"{where} compresses a role in two formats")

    def format_of(self, role: Role) -> Compression | None:
        """The format in which it holds a role; None where that is element by element."""
        return next((each for each in self.compression if each.role is role), None)

    @property
    def usable_bits(self) -> int | None:
        """The capacity that one tile may take: half where it is double buffered."""
        if self.capacity_bits is None:
            return None
        return self.capacity_bits // 2 if self.double_buffered else self.capacity_bits


@dataclass(frozen=True, slots=True)
class Level:
    """A storage level: its stores share one block of temporal loops.

    Args:
        name: unique in the architecture.
        stores: each role is kept by at most one of them; roles in none always bypass the level.
        optional: the roles that a mapping may either keep here or let bypass.
        intersections: accesses that zeros elsewhere spare; where a mapping lets the target bypass
            the level, those of the next level further out that keeps it.
    """

    name: str
    stores: tuple[Store, ...]
    optional: tuple[Role, ...] = ()
    intersections: tuple[Intersection, ...] = ()

    def __post_init__(self) -> None:
        kept = [role for store in self.stores for role in store.roles]
        if not kept or len(set(kept)) != len(kept):
            raise InvalidArchitectureError(
                f"level {self.name!r}: its memories keep {[str(role) for role in kept]}; each role "
                "may be kept by one memory of a level, and a level keeps at least one role"
            )
        if set(self.optional) - set(kept):
            raise InvalidArchitectureError(
                f"level {self.name!r}: optional roles {[str(role) for role in self.optional]} must "
                f"be among those it can keep, {[str(role) for role in kept]}"
            )

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that the level can keep."""
        return tuple(role for store in self.stores for role in store.roles)

    def store(self, role: Role) -> Store | None:
        """The memory that keeps a role here, None where the role always bypasses."""
        return next((store for store in self.stores if role in store.roles), None)


@dataclass(frozen=True, slots=True)
class FanoutAxis:
    """One axis of a fanout: how many instances, and which ranks may be unrolled along it.

    Args:
        name: X, Y ...; unique in the fanout.
        size: instances along the axis.
        ranks: the ranks allowed here; None allows all.
        skipping: coordinates that zeros spare the instances; None where they get all.
    """

    name: str
    size: int
    ranks: tuple[str, ...] | None = None
    skipping: SpatialSkipping | None = None

    def __post_init__(self) -> None:
        _require_positive(f"fanout axis {self.name!r}", size=self.size)


@dataclass(frozen=True, slots=True)
class Fanout:
    """Many instances of everything further in, below one instance of what is further out.

    Args:
        name: unique in the architecture.
        axes: one or two.
        multicast: the roles whose data one read of the parent can bring to many instances.
        reduction: partial sums of several instances meet in the network before the parent.
        transfer_energy: of one word of ``word_bits`` delivered to (or sent by) one instance; None
            is unknown, and costing a network with more than one instance is an error.
        word_bits: the width that one priced transfer moves.
        queue: passes that wait before each instance, so that one may run ahead of the slowest; 0
            where all start each pass together.
    """

    name: str
    axes: tuple[FanoutAxis, ...]
    multicast: tuple[Role, ...] = (Role.INPUT, Role.WEIGHT, Role.OUTPUT)
    reduction: bool = True
    transfer_energy: Price | None = None
    word_bits: int = 16
    queue: int = 0

    def __post_init__(self) -> None:
        names = [axis.name for axis in self.axes]
        if not 1 <= len(names) <= 2 or len(set(names)) != len(names):
            raise InvalidArchitectureError(
                f"fanout {self.name!r} has axes {names}: one or two, with different names"
            )
        _require_positive(f"fanout {self.name!r}", word_bits=self.word_bits)
        if self.queue < 0:
            raise InvalidArchitectureError(
                f"fanout {self.name!r}: a queue of {self.queue} passes; allowed is 0 or more"
            )

    @property
    def instances(self) -> int:
        """Instances below one parent."""
        return math.prod(axis.size for axis in self.axes)


@dataclass(frozen=True, slots=True)
class Compute:
    """The innermost node: one multiply-accumulate unit.

    Args:
        name: unique in the architecture.
        formats: (role, format) for input, weight and output (the partial sum); networks are
            evaluated in these formats.
        mac_energy: of one multiply-accumulate; None is unknown, and costing it is an error.
        area_m2: None is unknown.
        leakage_w: None is unknown.
        leakage_spreads: the assumptions that the leakage rests on, each with its limits.
        area_spreads: so, of the area.
        zeros: multiply-accumulates that zero operands spare; None where they spare none.
        packing: operands whose nonzeros are packed onto fewer lanes.
    """

    name: str
    formats: tuple[tuple[Role, NumberFormat], ...]
    mac_energy: Price | None = None
    area_m2: float | None = None
    leakage_w: float | None = None
    leakage_spreads: tuple[Spread, ...] = ()
    area_spreads: tuple[Spread, ...] = ()
    zeros: ZeroOperands | None = None
    packing: tuple[Packing, ...] = ()

    def __post_init__(self) -> None:
        if {role for role, _ in self.formats} != set(Role) or len(self.formats) != len(Role):
            raise InvalidArchitectureError(
                f"compute {self.name!r}: formats must name input, weight and output once each"
            )
        _require_positive(f"compute {self.name!r}", area_m2=self.area_m2)

    def format(self, role: Role) -> NumberFormat:
        """The number format of a role."""
        return dict(self.formats)[role]


@dataclass(frozen=True, slots=True)
class VectorUnit:
    """The unit that runs layers without multiply-accumulates.

    Args:
        name: unique in the architecture.
        operators: the operators that it can run (``Relu``, ``MaxPool``), by ONNX name.
        operations_per_cycle: element operations a cycle.
        energy: of one element operation; None is unknown.
    """

    name: str
    operators: tuple[str, ...]
    operations_per_cycle: float
    energy: Price | None = None

    def __post_init__(self) -> None:
        _require_positive(
            f"vector unit {self.name!r}", operations_per_cycle=self.operations_per_cycle
        )


@dataclass(frozen=True, slots=True)
class CostInputs:
    """What a chip's owner states of its cost; None is left to what was published, or unknown.

    Args:
        source: where these figures come from, as a citation.
        wafer_usd: price of a wafer.
        defects_per_m2: killing defects of the process.
        dram_usd: off-chip memory of one chip.
        interface_usd: what connects it: board, connector, controller.
    """

    source: str
    wafer_usd: float | None = None
    defects_per_m2: float | None = None
    dram_usd: float | None = None
    interface_usd: float | None = None
