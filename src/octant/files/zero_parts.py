"""What a file says of zeros: formats that leave them out, accesses and products that they spare."""

from __future__ import annotations

from typing import Literal

from octant.arch import (
    Compression,
    FormatRank,
    Intersection,
    Packing,
    RankFormat,
    Saving,
    Slots,
    SpatialSkipping,
    ZeroOperands,
)
from octant.files.part import Count, Name, Part, Ranks, RoleName
from octant.files.quantity import Bits
from octant.workload import Role

FormatName = Literal["uncompressed", "bitmask", "flagged", "coordinates", "run-length", "offsets"]
SavingName = Literal["gating", "skipping"]
OperandName = Literal["input", "weight"]


class FormatRankPart(Part):
    """One rank of a format; ``bits`` are of a coordinate, run or offset."""

    format: FormatName
    ranks: Ranks = []
    bits: Bits = 1
    included: bool = False


class SlotsPart(Part):
    """Room for so many elements of each group of neighbours along a rank."""

    rank: Name
    group: Count
    slots: Count


class CompressionPart(Part):
    """The format of a role in a memory, outermost rank first."""

    ranks: list[FormatRankPart]
    optional: bool = False
    block: dict[Name, Count] = {}
    slots: SlotsPart | None = None


class IntersectionPart(Part):
    """Accesses of a target that happen only where its leaders are not zero."""

    saving: SavingName
    target: RoleName
    leaders: list[OperandName]


class ZeroOperandsPart(Part):
    """Products that are spared where one of these operands is zero."""

    saving: SavingName
    operands: list[OperandName]
    padding: bool = False


class PackingPart(Part):
    """Nonzeros of so many neighbours along a rank, packed onto fewer lanes."""

    role: OperandName
    rank: Name
    group: Count
    lanes: Count
    fixed: bool = False


class SpatialSkippingPart(Part):
    """Coordinates along an axis that instances get only where a leader is not all zero."""

    leader: OperandName
    group: Count


def compression(role: str, part: CompressionPart) -> Compression:
    """The format of a role as a noun."""
    ranks = tuple(
        FormatRank(RankFormat(each.format), tuple(each.ranks), each.bits, each.included)
        for each in part.ranks
    )
    room = part.slots
    slots = None if room is None else Slots(room.rank, room.group, room.slots)
    return Compression(Role(role), ranks, part.optional, tuple(part.block.items()), slots)


def intersection(part: IntersectionPart) -> Intersection:
    """An intersection as a noun."""
    leaders = tuple(Role(leader) for leader in part.leaders)
    return Intersection(Saving(part.saving), Role(part.target), leaders)


def zero_operands(part: ZeroOperandsPart | None) -> ZeroOperands | None:
    """The operands whose zeros spare products, as a noun."""
    if part is None:
        return None
    operands = tuple(Role(role) for role in part.operands)
    return ZeroOperands(Saving(part.saving), operands, part.padding)


def packing(part: PackingPart) -> Packing:
    """A packed operand as a noun."""
    return Packing(Role(part.role), part.rank, part.group, part.lanes, part.fixed)


def spatial_skipping(part: SpatialSkippingPart | None) -> SpatialSkipping | None:
    """What zeros spare the instances along an axis, as a noun."""
    return None if part is None else SpatialSkipping(Role(part.leader), part.group)
