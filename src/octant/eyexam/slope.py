"""The ski slope: the least traffic beyond a buffer of any size, whatever the mapping.

After Huang et al., "Mind the Gap: Attainable Data Movement and Operational Intensity Bounds for
Tensor Algorithms" (Orojenesis), ISCA 2024. One buffer that holds a tile of every tensor stands for
all on-chip storage; the mapper finds, with proof, the tiles and the order of loops that move the
fewest bits beyond it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from octant.arch import Architecture, Compute, Level, Store
from octant.bounds import distinct_elements
from octant.components import Price
from octant.eyexam.folding import ROOMS
from octant.eyexam.orders import parts_of
from octant.eyexam.relaxing import FREE
from octant.eyexam.standing import COUNTED, ChipPoint, on_chip_bits
from octant.mapper import (
    Ask,
    Objective,
    Question,
    SearchResult,
    Status,
    search_layers,
    side_by_side,
)
from octant.workload import Einsum, NumberFormat, NumberKind, Role

OUTSIDE, BUFFER = "outside", "buffer"
#: The name and version of the JSON form.
SCHEMA = "octant.slope/1"


@dataclass(frozen=True, slots=True)
class SlopePoint:
    """The least traffic beyond a buffer of one size.

    Args:
        capacity_bits: of the buffer.
        traffic_bits: the fewest that any mapping moves beyond it.
        proven: the search ended with its proof.
        flat_from_bits: what was found fits a buffer of so many bits, so that from there to the
            capacity the curve is flat.
    """

    capacity_bits: int
    traffic_bits: float
    proven: bool
    flat_from_bits: int


@dataclass(frozen=True, slots=True)
class Slope:
    """The curve of one layer, or of a network's layers one after the other.

    Args:
        name: the layer's or the network's.
        repeats: of the layer; its traffic is of one run.
        compulsory_bits: every element once: no buffer goes below.
        points: by capacity, which doubles from one to the next; the chip's own is one of them.
        knee_bits: the capacity where the curve bends most (the farthest below the straight line
            between its ends, both axes logarithmic); None for a curve without a bend.
        compulsory_at_bits: the smallest capacity of the points that reaches the compulsory traffic.
        chip: None without a chip.
    """

    name: str
    repeats: int
    compulsory_bits: float
    points: tuple[SlopePoint, ...]
    knee_bits: int | None
    compulsory_at_bits: int | None
    chip: ChipPoint | None

    def least_at(self, capacity_bits: int) -> float:
        """The least traffic known beyond a buffer: exact on a flat part, else at most so much.

        >>> points = (SlopePoint(16, 40.0, True, 16), SlopePoint(32, 24.0, True, 28))
        >>> curve = Slope("fc", 1, 24.0, points, None, 32, None)
        >>> curve.least_at(26), curve.least_at(30)
        (40.0, 24.0)
        """
        fitting = [p.traffic_bits for p in self.points if p.flat_from_bits <= capacity_bits]
        return min(fitting, default=math.inf)


@dataclass(frozen=True, slots=True)
class SkiSlope:
    """The curves of a network and of each of its layers.

    Args:
        network: its name.
        architecture: the chip's name; empty without one.
        formats: in whose widths bits are counted.
        whole: all layers.
        layers: with multiply-accumulates; of equal ones the first.
        schema: name and version of the JSON form.
    """

    network: str
    architecture: str
    formats: str
    whole: Slope
    layers: tuple[Slope, ...]
    schema: str = SCHEMA


def capacities(einsums: tuple[Einsum, ...], bits: Mapping[Role, float]) -> tuple[int, ...]:
    """Powers of two from an element of each tensor of a layer to all tensors of the largest.

    >>> from octant.workload import matmul
    >>> capacities((matmul(rows=2, inner=2, columns=2),), dict.fromkeys(Role, 8))
    (32, 64, 128)
    """
    least = max(sum(bits[t.role] for t in einsum.tensors) for einsum in einsums)
    most = max(
        sum(t.elements(einsum.sizes) * bits[t.role] for t in einsum.tensors) for einsum in einsums
    )
    first, last = math.ceil(math.log2(least)), math.ceil(math.log2(most))
    return tuple(2**power for power in range(first, last + 1))


def with_own(sizes: tuple[int, ...], architecture: Architecture) -> tuple[int, ...]:
    """Some capacities, ascending, and among them that of a chip, where it lies between them.

    >>> from octant.files import load_architecture
    >>> with_own((1024, 4096), load_architecture("teaching"))
    (1024, 2048, 4096)
    """
    own = on_chip_bits(architecture)
    return tuple(sorted({*sizes, own})) if sizes[0] < own < sizes[-1] else sizes


def slope_of(
    name: str,
    einsum: Einsum,
    bits: Mapping[Role, float],
    sizes: tuple[int, ...],
    *,
    repeats: int = 1,
    time_limit_s: float | None = None,
) -> Slope:
    """Returns the curve of a layer at some capacities; see ``curves``.

    Args:
        name: of the layer.
        einsum: the layer.
        bits: of an element, by role.
        sizes: capacities in bits, ascending.
        repeats: of the layer.
        time_limit_s: for each search.
    """
    points = curves((einsum,), bits, sizes, time_limit_s=time_limit_s)[einsum]
    return slope_through(name, einsum, bits, points, repeats=repeats)


def slope_through(
    name: str,
    einsum: Einsum,
    bits: Mapping[Role, float],
    points: tuple[SlopePoint, ...],
    *,
    repeats: int = 1,
    chip: ChipPoint | None = None,
) -> Slope:
    """Returns the curve through some points of a layer."""
    return _slope(name, repeats, _compulsory(einsum, bits), points, chip)


def curves(
    einsums: Sequence[Einsum],
    bits: Mapping[Role, float],
    sizes: tuple[int, ...],
    *,
    time_limit_s: float | None = None,
    on_point: Callable[[Einsum, int], None] | None = None,
) -> dict[Einsum, tuple[SlopePoint, ...]]:
    """Returns the points of each layer at some capacities, ascending.

    From the largest capacity down; where the best tiles at one capacity fit into the next, too,
    they are the best there, because less room cannot help, and what does not fit fits no smaller
    one. Layers are searched side by side, none waiting for another.

    Args:
        einsums: layers; equal ones are searched once.
        bits: of an element, by role.
        sizes: capacities in bits.
        time_limit_s: for each search.
        on_point: called with a layer and a capacity when that point is there; from the threads
            that search, one at a time.
    """
    points: dict[Einsum, tuple[SlopePoint, ...]] = {}
    alone = threading.Lock()

    def note(einsum: Einsum, capacity: int) -> None:
        if on_point:
            with alone:
                on_point(einsum, capacity)

    def down(einsum: Einsum, ask: Ask) -> tuple[SlopePoint, ...]:
        mine: list[SlopePoint] = []
        needed = math.inf
        for capacity in sorted(sizes, reverse=True):
            if _open(mine, needed, capacity):
                least = mine[-1].traffic_bits if mine and mine[-1].proven else 0.0
                question = _question(einsum, bits, capacity, time_limit_s, least)
                traffic, needed, proven = _told(einsum, bits, ask(einsum, question))
                flat = capacity if math.isinf(needed) else math.ceil(needed)
                mine.append(SlopePoint(capacity, traffic, proven, flat))
            else:
                flat = min(mine[-1].flat_from_bits, capacity)
                mine.append(replace(mine[-1], capacity_bits=capacity, flat_from_bits=flat))
            note(einsum, capacity)
        return tuple(reversed(mine))

    longest_first = sorted(dict.fromkeys(einsums), key=lambda einsum: -einsum.macs)
    side_by_side(longest_first, down, points.__setitem__)
    return {einsum: points[einsum] for einsum in einsums}


def _open(points: list[SlopePoint], needed: float, capacity_bits: int) -> bool:
    """Whether the answer at the capacity before says nothing of this one."""
    if not points:
        return True
    nowhere = points[-1].proven and math.isinf(points[-1].traffic_bits)
    return needed > capacity_bits and not nowhere


def least_traffic(
    einsum: Einsum,
    bits: Mapping[Role, float],
    capacity_bits: int,
    time_limit_s: float | None = None,
) -> tuple[float, float, bool]:
    """The fewest bits beyond a buffer, the bits of it that this takes, and whether it is proven.

    A product of 2 x 2 matrices of bytes beyond a buffer of 3 bytes, an element of each tensor:
    the inner loop over the summed index keeps each sum until it is complete (4 bytes out), and
    one of each operand comes in at every step (8 bytes each):

    >>> from octant.workload import matmul
    >>> least_traffic(matmul(rows=2, inner=2, columns=2), dict.fromkeys(Role, 8), 24)[0] / 8
    20.0
    """
    question = _question(einsum, bits, capacity_bits, time_limit_s)
    return _told(einsum, bits, search_layers([einsum], question)[einsum])


def _question(
    einsum: Einsum,
    bits: Mapping[Role, float],
    capacity_bits: int,
    time_limit_s: float | None = None,
    least_bits: float = 0.0,
) -> Question:
    """The question for the fewest bits beyond a buffer, which are no fewer than ``least_bits``."""
    return Question(
        _two_levels(bits, capacity_bits),
        Objective.ENERGY,
        FREE,
        time_limit_s=time_limit_s,
        floor=max(least_bits, _compulsory(einsum, bits)),
        parts=parts_of(einsum, OUTSIDE, BUFFER),
        rooms=ROOMS,
    )


def _compulsory(einsum: Einsum, bits: Mapping[Role, float]) -> float:
    return float(sum(distinct_elements(einsum, t) * bits[t.role] for t in einsum.tensors))


def _told(
    einsum: Einsum, bits: Mapping[Role, float], result: SearchResult
) -> tuple[float, float, bool]:
    """Traffic, what of the buffer it takes, and whether it is proven."""
    if result.evaluation is None:
        return math.inf, math.inf, result.status is Status.INFEASIBLE
    held = sum(
        counts.occupancy * bits[einsum.tensor(counts.tensor).role]
        for counts in result.evaluation.counts.tensors
        if counts.level == BUFFER
    )
    return float(result.value), float(held), result.status is Status.OPTIMAL


def _two_levels(bits: Mapping[Role, float], capacity_bits: int) -> Architecture:
    one, none = Price(1.0, COUNTED), Price(0.0, COUNTED)
    roles = tuple(Role)
    widths = tuple((role, bits[role]) for role in roles)
    outside = Store(OUTSIDE, roles, 1, read_energy=one, write_energy=one, element_bits=widths)
    buffer = Store(
        BUFFER, roles, 1, capacity_bits, read_energy=none, write_energy=none, element_bits=widths
    )
    number = NumberFormat(NumberKind.INT, 8)  # of no consequence: the memories say their own widths
    compute = Compute("mac", tuple((role, number) for role in roles), none)
    nodes = (Level(OUTSIDE, (outside,)), Level(BUFFER, (buffer,)))
    return Architecture("slope", "a buffer", nodes, compute, clock_hz=1.0)


def together(name: str, slopes: tuple[Slope, ...]) -> Slope:
    """The curve of layers one after the other, each with the whole buffer to itself."""
    points = tuple(
        SlopePoint(
            capacity_bits=column[0].capacity_bits,
            traffic_bits=sum(
                slope.repeats * point.traffic_bits
                for slope, point in zip(slopes, column, strict=True)
            ),
            proven=all(point.proven for point in column),
            flat_from_bits=max(point.flat_from_bits for point in column),
        )
        for column in zip(*(slope.points for slope in slopes), strict=True)
    )
    compulsory = sum(slope.repeats * slope.compulsory_bits for slope in slopes)
    chips = [(slope.repeats, slope.chip) for slope in slopes if slope.chip is not None]
    chip = None
    if chips:
        chip = ChipPoint(
            chips[0][1].capacity_bits,
            sum(repeats * point.traffic_bits for repeats, point in chips),
            all(point.proven for _, point in chips),
        )
    return _slope(name, 1, compulsory, points, chip)


def _slope(
    name: str,
    repeats: int,
    compulsory: float,
    points: tuple[SlopePoint, ...],
    chip: ChipPoint | None,
) -> Slope:
    reached = [p.capacity_bits for p in points if p.traffic_bits <= compulsory]
    return Slope(
        name=name,
        repeats=repeats,
        compulsory_bits=compulsory,
        points=points,
        knee_bits=knee(points),
        compulsory_at_bits=min(reached, default=None),
        chip=chip,
    )


def knee(points: tuple[SlopePoint, ...]) -> int | None:
    """The capacity of the point farthest below the line between the curve's ends, in logarithms.

    The right end is the first point of the least traffic: beyond it the curve is flat.

    >>> curve = [(1, 64.0), (2, 16.0), (4, 8.0), (8, 8.0)]
    >>> knee(tuple(SlopePoint(c, t, True, c) for c, t in curve))
    2
    """
    real = [
        (math.log(p.capacity_bits), math.log(p.traffic_bits), p)
        for p in points
        if math.isfinite(p.traffic_bits)
    ]
    if not real:
        return None
    floor = min(y for _, y, _ in real)
    end = next(i for i, (_, y, _) in enumerate(real) if y == floor)
    real = real[: end + 1]
    if len(real) < 3:
        return None
    (x_left, y_left, _), (x_right, y_right, _) = real[0], real[-1]
    rise = (y_right - y_left) / (x_right - x_left)
    below = [(y_left + rise * (x - x_left) - y, p) for x, y, p in real]
    depth, point = max(below, key=lambda pair: pair[0])
    return point.capacity_bits if depth > 1e-9 else None
