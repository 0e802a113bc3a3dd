"""What a chip does about zeros: formats that leave them out, and work that they spare."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from octant.errors import InvalidArchitectureError
from octant.workload import Role


class RankFormat(StrEnum):
    """How one rank of a tensor says where its nonzeros are.

    ``UNCOMPRESSED``: every coordinate is there. ``BITMASK``: a bit a coordinate, zeros left out.
    ``FLAGGED``: a bit a coordinate, zeros kept. ``COORDINATES``: each nonzero with its coordinate.
    ``RUN_LENGTH``: each nonzero with the number of zeros before it. ``OFFSETS``: where each fiber
    of the next rank starts and ends (the row pointers of CSR).
    """

    UNCOMPRESSED = "uncompressed"
    BITMASK = "bitmask"
    FLAGGED = "flagged"
    COORDINATES = "coordinates"
    RUN_LENGTH = "run-length"
    OFFSETS = "offsets"


#: Formats that hold nothing for an empty coordinate.
COMPRESSED = frozenset({RankFormat.BITMASK, RankFormat.COORDINATES, RankFormat.RUN_LENGTH})


@dataclass(frozen=True, slots=True)
class FormatRank:
    """One rank of a format: some ranks of the layer, flattened into one.

    Args:
        format: how it says where nonzeros are.
        ranks: the layer's ranks in it; the innermost rank of a format also takes those that no
            rank names.
        bits: of one coordinate, run, offset or flag; a bitmask has 1.
        included: of a coordinate or run, the bits are part of the element's word: the width of the
            element counts them.
    """

    format: RankFormat
    ranks: tuple[str, ...] = ()
    bits: int = 1
    included: bool = False

    def __post_init__(self) -> None:
        if self.bits < 0 or (self.bits < 1 and self.format is RankFormat.RUN_LENGTH):
            raise InvalidArchitectureError(
                f"a rank in the format {self.format} has {self.bits} bits: a run length has 1 or "
                "more, the others 0 (not stored) or more"
            )
        if self.included and self.format not in (RankFormat.COORDINATES, RankFormat.RUN_LENGTH):
            raise InvalidArchitectureError(
                f"a rank in the format {self.format} is included in the element: allowed are "
                "coordinates and run lengths, of which each element has one"
            )

    @property
    def added_bits(self) -> int:
        """Of one coordinate, run, offset or flag, beside the element's width."""
        return 0 if self.included else self.bits


@dataclass(frozen=True, slots=True)
class Slots:
    """Room for so many elements of each group of neighbours, zeros where there are fewer nonzeros.

    This is what N:M hardware has (2 slots for 4). A tensor with more nonzeros in some group does
    not fit, and gets nothing from it.

    Args:
        rank: along which neighbours are grouped.
        group: neighbours of a group.
        slots: of each group.
    """

    rank: str
    group: int
    slots: int

    def __post_init__(self) -> None:
        if not 1 <= self.slots <= self.group:
            raise InvalidArchitectureError(
                f"{self.slots} slots for {self.group} neighbours along {self.rank}: allowed are 1 "
                f"to {self.group}"
            )


@dataclass(frozen=True, slots=True)
class Compression:
    """The format in which a memory holds a role, outermost rank first.

    CSR is ``offsets`` over the rows with ``coordinates`` inside; a list of coordinates is one rank
    of ``coordinates`` over everything.

    Args:
        role: of the tensors.
        ranks: at least one.
        optional: a tensor that the format would make larger is held as it is.
        block: (rank, neighbours) that are one entry of the format together: held whole where any of
            them is not zero.
        slots: what the format has room for, where it has no more: it is then one rank of
            coordinates, those of the slots. A tensor that does not fit is held as it is.
    """

    role: Role
    ranks: tuple[FormatRank, ...]
    optional: bool = False
    block: tuple[tuple[str, int], ...] = ()
    slots: Slots | None = None

    def __post_init__(self) -> None:
        if not self.ranks:
            raise InvalidArchitectureError(f"the compression of {self.role} has no rank")
        named = [rank for each in self.ranks for rank in each.ranks]
        if len(set(named)) != len(named):
            raise InvalidArchitectureError(
                f"the compression of {self.role} names a rank twice: {', '.join(named)}"
            )

        if any(size < 1 for _, size in self.block):
            raise InvalidArchitectureError(
                f"the compression of {self.role} has blocks of {dict(self.block)}: 1 or more each"
            )
        formats = [each.format for each in self.ranks]
        if self.slots and (self.block or formats != [RankFormat.COORDINATES]):
            raise InvalidArchitectureError(
                f"the compression of {self.role} has slots: its ranks are one of "
                f"{RankFormat.COORDINATES}, without blocks"
            )

    @property
    def leaves_zeros_out(self) -> bool:
        """Only nonzero elements are stored; slots that nothing fills hold zeros."""
        single = self.slots is None and all(size == 1 for _, size in self.block)
        return single and self.ranks[-1].format in COMPRESSED


class Saving(StrEnum):
    """What a zero spares: gating the energy of an access, skipping its time as well."""

    GATING = "gating"
    SKIPPING = "skipping"


@dataclass(frozen=True, slots=True)
class Intersection:
    """Accesses of a target that happen only where its leaders are not zero.

    ``B`` follows ``A``: a tile of B is moved only where the part of A that meets it during its
    stay is not all zero. Two intersections, each of the other, are double-sided.

    Args:
        saving: gating or skipping.
        target: the role whose accesses are spared: those by which the level hands it inwards, and
            those of its partial sums that arrive.
        leaders: the roles that decide; any one of them all zero spares the access.
    """

    saving: Saving
    target: Role
    leaders: tuple[Role, ...]

    def __post_init__(self) -> None:
        if not self.leaders or self.target in self.leaders or Role.OUTPUT in self.leaders:
            raise InvalidArchitectureError(
                f"{self.saving} of {self.target} on {', '.join(self.leaders) or 'nothing'}: the "
                "leaders are one or two operands other than the target"
            )


@dataclass(frozen=True, slots=True)
class ZeroOperands:
    """Multiply-accumulates that are spared where one of these operands is zero.

    Args:
        saving: gating or skipping.
        operands: input, weight or both.
        padding: zeros that a run-length format stores because a run is too long are multiplied
            like nonzeros.
    """

    saving: Saving
    operands: tuple[Role, ...]
    padding: bool = False

    def __post_init__(self) -> None:
        if not self.operands or Role.OUTPUT in self.operands:
            raise InvalidArchitectureError(
                f"{self.saving} of multiply-accumulates on {', '.join(self.operands) or 'nothing'}:"
                " name input, weight or both"
            )


@dataclass(frozen=True, slots=True)
class Packing:
    """Nonzeros of neighbours packed onto few lanes: position skipping.

    Args:
        role: the operand that is packed.
        rank: along which neighbours are packed.
        group: neighbours that are packed together.
        lanes: nonzeros taken at a time; a group with x nonzeros takes ceil(x / lanes) steps, one
            without packing ceil(group / lanes).
        fixed: groups have no other way: each takes its one step, however few nonzeros it has, and
            a tensor with more of them in some group is not packed at all.
    """

    role: Role
    rank: str
    group: int
    lanes: int
    fixed: bool = False

    @property
    def slots(self) -> Slots | None:
        """What a tensor has to fit; None where every tensor is packed as its groups allow."""
        return Slots(self.rank, self.group, self.lanes) if self.fixed else None

    def __post_init__(self) -> None:
        if not 1 <= self.lanes <= self.group or self.role is Role.OUTPUT:
            raise InvalidArchitectureError(
                f"packing {self.group} of {self.role} onto {self.lanes} lanes: allowed are 1 to "
                f"{self.group} lanes, of an operand"
            )


@dataclass(frozen=True, slots=True)
class SpatialSkipping:
    """Instances along an axis that get only coordinates where a leader is not all zero.

    Of each ``group`` neighbours along the axis, those whose part of the leader has a nonzero are
    handed to the instances, as many at a time as there are instances in use.

    Args:
        leader: the operand that decides.
        group: neighbours among which the instances can choose.
    """

    leader: Role
    group: int

    def __post_init__(self) -> None:
        if self.group < 2 or self.leader is Role.OUTPUT:
            raise InvalidArchitectureError(
                f"spatial skipping of groups of {self.group} on {self.leader}: allowed are groups "
                "of 2 or more, on input or weight"
            )
