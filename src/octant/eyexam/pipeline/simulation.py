"""The run of a layer, tile by tile: what instantaneous bandwidth costs.

What is simulated, for every level and tensor that it keeps:

- a tile is used when it is there as a whole; what the old tile and the new have in common stays;
- the next tile is fetched while the present one is in use, as far as there is room beside it: all
  of it where a memory is double buffered, as much as its free words take elsewhere; the rest waits
  for the end of the present tile. The compute unit latches the operands of one step ahead;
- what is brought to a level that gets a new tile itself waits for that tile;
- results leave while the next tile is in use, as far as there is room for that one meanwhile;
- a port serves its jobs one after the other, those that are due first before the others, at its
  bandwidth; instances of a memory work in step, at their average load (as ``model.evaluate`` has
  it, so that the two agree on what each port does in all).

The first tiles are filled before the first step, the last results leave after the last one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from octant.arch import Architecture, Level
from octant.eyexam.pipeline import machine as rows
from octant.eyexam.pipeline.machine import ARRAY, Machine, Times
from octant.eyexam.pipeline.moves import Moved, Rooms, moved
from octant.eyexam.pipeline.schedule import Hop, Schedule, schedule
from octant.mapping import Mapping
from octant.model import costs
from octant.model.prices import Costs, stores
from octant.workload import Einsum

_READ, _WRITE, _SHARED = range(3)


@dataclass(frozen=True, slots=True)
class PipelineRun:
    """How long a mapping takes tile by tile.

    Args:
        cycles: from the first transfer to the last, rounded up.
        steps: of the loop nest; what the array itself takes.
        fill_cycles: before the first step.
        wait_cycles: of the array between its first step and its last.
        drain_cycles: after the last step.
    """

    cycles: float
    steps: int
    fill_cycles: float
    wait_cycles: float
    drain_cycles: float


@dataclass(frozen=True, slots=True)
class _Job:
    """What one hop does to the ports at one moment.

    Args:
        fill: cycles of each port for the child's new tile: operands, or sums that come back.
        drain: cycles of each port for the results of the tile that ends.
        share: of the new tile, what there is room for beside the present one.
        arrives: something reaches the child.
    """

    fill: dict[int, float]
    drain: dict[int, float]
    share: float
    arrives: bool


@dataclass(frozen=True)
class _Pipe:
    """The fixed parts of a simulation, and what it has worked out so far.

    Args:
        plan: loops of time, hops.
        outputs: of each hop, whether its tensor is the output.
        reduced: of each loop of time, whether the output sums over it.
        ports: the number of each port that has a limit: (memory, direction).
        rate: of each port, cycles for a bit.
        bits: (tensors, nodes) widths.
        store: (tensors, nodes) number of the memory.
        free: of each memory, the bits that its tiles leave free; infinite where unbounded.
        instances: (nodes) busy ones on average.
        parts: the rows of the times.
        again: of each hop of an output whose tiles overlap (transposed convolution), the shares of
            the parent's accesses that it reads, and of the children's deliveries that fill them, on
            average; None for the others, where each moment is known exactly.
    """

    plan: Schedule
    outputs: tuple[bool, ...]
    reduced: tuple[bool, ...]
    ports: dict[tuple[int, int], int]
    rate: tuple[float, ...]
    bits: tuple[tuple[float, ...], ...]
    store: tuple[tuple[int, ...], ...]
    free: tuple[float, ...]
    instances: tuple[float, ...]
    parts: Machine
    again: tuple[tuple[float, float] | None, ...]
    moves: dict[tuple[int, int, Rooms], Moved]
    bodies: dict[tuple[int, Rooms, int], Times]
    same: dict[tuple[int, int, bytes], int]


def simulate(einsum: Einsum, architecture: Architecture, mapping: Mapping) -> PipelineRun:
    """Returns how long a layer takes under a mapping when tiles move as they must.

    Never less than ``model.evaluate`` says: each port has the same work to do, and the array the
    same steps. Loops of many alike iterations cost no more than short ones: their iterations are a
    matrix in max-plus algebra, taken to a power.

    Args:
        einsum: the layer.
        architecture: where it runs.
        mapping: a valid mapping (``mapping.check``).

    DRAM moves a word a cycle: 4 inputs and 2 weights are 6 cycles. From the buffer, which reads 8
    words a cycle, the first step's 2 inputs are read while the weights come, and its 2 weights
    take a quarter of a cycle. Two steps; then the last sum goes to the buffer (a quarter of a
    cycle) and two results to DRAM (2 cycles):

    >>> from octant.files import load_architecture
    >>> from octant.mapping import from_text
    >>> from octant.workload import matmul
    >>> nest = from_text('''
    ... level DRAM keeps inputs, weights, outputs
    ... level buffer keeps inputs, weights, outputs
    ... for P in 0:2
    ...   fanout array along Y, X
    ...   for C in 0:2 along Y
    ...     compute
    ... ''')
    >>> run = simulate(matmul(rows=2, inner=2, columns=1), load_architecture("teaching"), nest)
    >>> run.steps, run.fill_cycles, run.drain_cycles
    (2, 6.25, 2.25)
    """
    from octant.counting import kernel as counting  # numba: loaded when something runs

    pipe = _pipe(einsum, architecture, mapping)
    rooms: Rooms = tuple(
        None if even else int(size)
        for even, size in zip(pipe.plan.even, pipe.plan.layer.sizes, strict=True)
    )
    revisit = len(pipe.plan.time)
    times = rows.nothing_yet(pipe.parts)
    _advance(pipe, times, -1, rooms, revisit)
    fill = float(times[ARRAY, 0])
    times = rows.product(_body(pipe, 0, rooms, revisit), times)
    end = float(times[ARRAY, 0])
    _drain_all(pipe, times, rooms)
    last = float(times.max())
    steps = int(
        counting.time_steps(
            pipe.plan.layer.sizes,
            pipe.plan.layer.temporal,
            pipe.plan.loops.factors,
            pipe.plan.loops.order,
        )
    )
    return PipelineRun(
        cycles=float(math.ceil(last - 1e-6)),
        steps=steps,
        fill_cycles=fill,
        wait_cycles=end - fill - steps,
        drain_cycles=last - end,
    )


def _pipe(einsum: Einsum, architecture: Architecture, mapping: Mapping) -> _Pipe:
    from octant.counting import kernel as counting  # numba: loaded when something runs

    plan, prices = schedule(einsum, architecture, mapping), costs(einsum, architecture)
    counts = counting.count_all(*plan.layer, *plan.loops)
    output = [bool(flag) for flag in plan.layer.is_output]
    ports = {
        (memory, direction): number
        for number, (memory, direction) in enumerate(np.argwhere(np.isfinite(prices.bandwidths)))
        for memory, direction in [(int(memory), int(direction))]
    }
    instances = [
        float(counting.average_instances(
            plan.layer.sizes, plan.layer.temporal, plan.loops.factors, plan.loops.order, node
        ))
        if isinstance(architecture.nodes[node], Level)
        else 1.0
        for node in range(len(architecture.nodes))
    ]  # fmt: skip
    axes = plan.layer.axes
    summed = [
        all(axes[row, x.rank] < 0 for row, flag in enumerate(output) if flag) for x in plan.time
    ]
    outputs = tuple(output[hop.tensor] for hop in plan.hops)
    return _Pipe(
        plan=plan,
        outputs=outputs,
        reduced=tuple(summed),
        ports=ports,
        rate=tuple(1 / float(prices.bandwidths[place]) for place in ports),
        bits=tuple(tuple(map(float, row)) for row in prices.bits),
        store=tuple(tuple(map(int, row)) for row in prices.store),
        free=_free(architecture, plan, prices, counts),
        instances=tuple(instances),
        parts=rows.machine(
            tuple(hop.depth for hop in plan.hops), _users(plan, outputs, prices.store, ports)
        ),
        again=_again(plan, outputs, counts),
        moves={},
        bodies={},
        same={},
    )


def _free(
    architecture: Architecture, plan: Schedule, prices: Costs, counts: np.ndarray
) -> tuple[float, ...]:
    """Of each memory, the bits that the largest tiles leave free."""
    free = [
        math.inf if store.capacity_bits is None else float(store.capacity_bits)
        for _, store in stores(architecture)
    ]
    for row, column in np.argwhere(plan.loops.keeps):
        free[prices.store[row, column]] -= float(counts[row, column, 3] * prices.bits[row, column])
    return tuple(free)


def _again(
    plan: Schedule, outputs: tuple[bool, ...], counts: np.ndarray
) -> tuple[tuple[float, float] | None, ...]:
    """Of hops whose results overlap, the shares of accesses and deliveries that come back."""
    found: list[tuple[float, float] | None] = []
    for hop, output in zip(plan.hops, outputs, strict=True):
        axes = [int(axis) for axis in plan.layer.axes[hop.tensor] if axis >= 0]
        if not output or len(set(axes)) == len(axes):
            found.append(None)
            continue
        of_child = counts[hop.tensor, hop.child]
        reads = counts[hop.tensor, hop.parent, 0]
        found.append((float(reads / of_child[4]), float(of_child[1] / of_child[5])))
    return tuple(found)


def _users(
    plan: Schedule,
    outputs: tuple[bool, ...],
    store: np.ndarray,
    ports: dict[tuple[int, int], int],
) -> dict[int, set[int]]:
    """The hops that use each port."""
    users: dict[int, set[int]] = {}
    for number, hop in enumerate(plan.hops):
        ways = [(hop.parent, _READ), (hop.parent, _SHARED)]
        if outputs[number]:
            ways.append((hop.parent, _WRITE))
        if hop.child < store.shape[1]:
            ways += [(hop.child, _WRITE), (hop.child, _SHARED)]
        for node, direction in ways:
            port = ports.get((int(store[hop.tensor, node]), direction))
            if port is not None:
                users.setdefault(port, set()).add(number)
    return users


def _body(pipe: _Pipe, place: int, rooms: Rooms, revisit: int) -> Times:
    """The stretch of all loops from a place on, begun when their first tiles are there."""
    if place == len(pipe.plan.time):
        step = rows.identity(pipe.parts)
        step[ARRAY] += 1
        return step
    rooms = _alike(pipe, place, rooms)
    key = (place, rooms, revisit)
    if key not in pipe.bodies:
        pipe.bodies[key] = _loop(pipe, place, rooms, revisit)
    return pipe.bodies[key]


def _loop(pipe: _Pipe, place: int, rooms: Rooms, revisit: int) -> Times:
    """All iterations of a loop: runs of alike ones are powers."""
    again = min(revisit, place) if pipe.reduced[place] else revisit
    total = rows.identity(pipe.parts)
    for number, (count, left) in enumerate(_iterations(pipe, place, rooms)):
        if number == 0:
            total = rows.product(_body(pipe, place + 1, left, revisit), total)
            count -= 1
        if count == 0:
            continue
        once = rows.identity(pipe.parts)
        _advance(pipe, once, place, left, again)
        once = rows.product(_body(pipe, place + 1, left, again), once)
        total = rows.product(rows.power(once, count), total)
    return total


def _iterations(pipe: _Pipe, place: int, rooms: Rooms) -> list[tuple[int, Rooms]]:
    """(how many, what is left of the ranks) of a loop's iterations, alike neighbours together."""
    loop = pipe.plan.time[place]
    room = rooms[loop.rank]
    if room is None:
        return [(loop.factor, rooms)]
    number = min(loop.factor, -(-room // loop.stride))
    whole = _span(pipe, place + 1, loop.rank)
    full = min(number, max(0, (room - whole) // loop.stride + 1)) if room >= whole else 0
    lefts = [whole] * min(full, 1)
    counts = [full] * min(full, 1)
    for step in range(full, number):
        left = _alike_room(pipe, place + 1, loop.rank, room - step * loop.stride)
        if lefts and lefts[-1] == left:
            counts[-1] += 1
        else:
            lefts.append(left)
            counts.append(1)
    return [
        (count, (*rooms[: loop.rank], left, *rooms[loop.rank + 1 :]))
        for count, left in zip(counts, lefts, strict=True)
    ]


def _span(pipe: _Pipe, place: int, rank: int) -> int:
    """How far the loops of time from a place on and all instances reach in a rank."""
    nodes = len(pipe.plan.loops.factors)
    reach = 1 + sum((x.factor - 1) * x.stride for x in pipe.plan.inner(rank, place, nodes))
    spots = pipe.plan.spots(rank, nodes, 0, (False,) * nodes)
    return reach + max(offset for offset, _ in spots)


def _alike(pipe: _Pipe, place: int, rooms: Rooms) -> Rooms:
    return tuple(
        None if room is None else _alike_room(pipe, place, rank, room)
        for rank, room in enumerate(rooms)
    )


def _alike_room(pipe: _Pipe, place: int, rank: int, room: int) -> int:
    """The first room seen under which the same points exist: alike ones share a matrix."""
    nodes = len(pipe.plan.loops.factors)
    spots = np.array([offset for offset, _ in pipe.plan.spots(rank, nodes, 0, (False,) * nodes)])
    reach = 1 + sum((x.factor - 1) * x.stride for x in pipe.plan.inner(rank, place, nodes))
    points = np.clip(room - spots, 0, reach)
    return pipe.same.setdefault((place, rank, points.tobytes()), room)


def _advance(pipe: _Pipe, times: Times, moment: int, rooms: Rooms, revisit: int) -> None:
    """What happens when a loop advances, in place: tiles end, move and begin.

    Args:
        pipe: the machine.
        times: of all rows.
        moment: the loop's place; -1 at the start.
        rooms: what is left of the ranks now.
        revisit: the place of the outermost loop over a summed rank that is past its first
            iteration: children of hops at least as deep take up sums again.
    """
    at = {number for number, hop in enumerate(pipe.plan.hops) if hop.depth >= moment}
    jobs = _jobs(pipe, at, moment, rooms, revisit)
    end = times[ARRAY].copy()
    arrived = _fills(pipe, times, jobs, end, early=True, first=moment < 0)
    pending = _stuck(pipe, jobs) if moment >= 0 else {}
    _drains(pipe, times, jobs, end, pending)
    arrived |= _fills(pipe, times, jobs, end, early=False, first=moment < 0, so_far=arrived)
    for number in at:
        ports = [
            port for port, depth in pipe.parts.classes if depth == pipe.plan.hops[number].depth
        ]
        if ports:
            ready = rows.done(pipe.parts, times, number, ports)
            times[ARRAY] = np.maximum(times[ARRAY], ready)
    if moment >= 0:
        rest = {number: 1.0 - share for number, share in pending.items()}
        _drains(pipe, times, jobs, end, rest)
    rows.begin_tile(pipe.parts, times, at)


def _jobs(pipe: _Pipe, at: set[int], moment: int, rooms: Rooms, revisit: int) -> dict[int, _Job]:
    found = {number: _moved(pipe, number, moment, rooms) for number in sorted(at)}
    needs: dict[int, float] = {}
    for number, elements in found.items():
        hop = pipe.plan.hops[number]
        if hop.child < len(pipe.instances):
            bits = pipe.bits[hop.tensor][hop.child] / pipe.instances[hop.child]
            memory = pipe.store[hop.tensor][hop.child]
            needs[memory] = needs.get(memory, 0.0) + elements.deliveries * bits
    return {
        number: _job(pipe, number, elements, revisit, needs) for number, elements in found.items()
    }


def _moved(pipe: _Pipe, number: int, moment: int, rooms: Rooms) -> Moved:
    key = (number, moment, rooms)
    if key not in pipe.moves:
        pipe.moves[key] = moved(pipe.plan, pipe.plan.hops[number], moment, rooms)
    return pipe.moves[key]


def _job(pipe: _Pipe, number: int, elements: Moved, revisit: int, needs: dict[int, float]) -> _Job:
    hop, output = pipe.plan.hops[number], pipe.outputs[number]
    fill: dict[int, float] = {}
    drain: dict[int, float] = {}
    again = revisit <= hop.depth
    read: float = elements.accesses
    written: float = elements.deliveries
    shares = pipe.again[number]
    if shares is not None:
        read, written = read * shares[0], written * shares[1]
    elif output and not again:
        read, written = read - elements.distinct, 0
    if output:
        _load(pipe, drain, hop.tensor, hop.parent, _WRITE, elements.accesses)
    _load(pipe, fill, hop.tensor, hop.parent, _READ, read)
    if hop.child < len(pipe.instances):
        _load(pipe, fill, hop.tensor, hop.child, _WRITE, written)
    return _Job(fill, drain, _share(pipe, hop, needs), written > 0)


def _load(
    pipe: _Pipe, work: dict[int, float], tensor: int, node: int, direction: int, elements: float
) -> None:
    """Adds to each port the cycles that some elements take."""
    memory = pipe.store[tensor][node]
    bits = elements * pipe.bits[tensor][node] / pipe.instances[node]
    for way in (direction, _SHARED):
        port = pipe.ports.get((memory, way))
        if port is not None and bits:
            work[port] = work.get(port, 0.0) + bits * pipe.rate[port]


def _share(pipe: _Pipe, hop: Hop, needs: dict[int, float]) -> float:
    """Of a new tile, what there is room for beside the present one."""
    if hop.child == len(pipe.instances):
        return 1.0
    memory = pipe.store[hop.tensor][hop.child]
    need = needs[memory]
    return 1.0 if need <= pipe.free[memory] else pipe.free[memory] / need


def _fills(
    pipe: _Pipe,
    times: Times,
    jobs: dict[int, _Job],
    end: Times,
    *,
    early: bool,
    first: bool,
    so_far: dict[int, Times] | None = None,
) -> dict[int, Times]:
    """Serves one part of the fills: what was fetched ahead, or the rest; when each is there.

    A child whose parent gets a new tile itself waits for it; the others go deepest first.
    """
    arrived = dict(so_far or {})
    outer = {number: _parent_of(pipe, number) for number in jobs}
    waits = {
        number: outer[number]
        for number in jobs
        if outer[number] in jobs and jobs[outer[number]].arrives
    }
    alone = sorted((n for n in jobs if n not in waits), key=lambda n: -pipe.plan.hops[n].depth)
    chained = sorted(waits, key=lambda n: pipe.plan.hops[n].child)
    for number in (*alone, *chained):
        job = jobs[number]
        share = 1.0 if first else job.share
        part = share if early else 1.0 - share
        release = None if early and not first else end
        if number in waits:
            release = arrived[waits[number]]
            release = release if early else np.maximum(release, end)
        for port, work in job.fill.items():
            if work * part > 0:
                rows.serve(pipe.parts, times, port, number, work * part, release)
        ready = release if release is not None else np.full(times.shape[1], -np.inf)
        if job.fill:
            ready = np.maximum(ready, rows.done(pipe.parts, times, number, job.fill))
        arrived[number] = np.maximum(arrived[number], ready) if number in arrived else ready
        if number in waits or first:
            times[ARRAY] = np.maximum(times[ARRAY], ready)
    return arrived


def _parent_of(pipe: _Pipe, number: int) -> int:
    """The hop that fills a hop's parent; -1 where that is the outermost level."""
    hop = pipe.plan.hops[number]
    for other, candidate in enumerate(pipe.plan.hops):
        if candidate.tensor == hop.tensor and candidate.child == hop.parent:
            return other
    return -1


def _stuck(pipe: _Pipe, jobs: dict[int, _Job]) -> dict[int, float]:
    """Of each output's hop, the share of the results that must be out before the next tile.

    All of it where a level further out needs its room, because that level waits for it.
    """
    shares: dict[int, float] = {}
    hops = [number for number in jobs if pipe.outputs[number]]
    for number in hops:
        shares[number] = 1.0 - jobs[number].share
        outer = [o for o in hops if pipe.plan.hops[o].child < pipe.plan.hops[number].child]
        if any(jobs[o].share < 1.0 and jobs[o].drain for o in outer):
            shares[number] = 1.0
    return shares


def _drains(
    pipe: _Pipe, times: Times, jobs: dict[int, _Job], end: Times, parts: dict[int, float]
) -> None:
    """Serves parts of the results' ways out, the innermost first: each waits for the one inside."""
    release = end
    for number in sorted(parts, key=lambda n: -pipe.plan.hops[n].child):
        for port, work in jobs[number].drain.items():
            if work * parts[number] > 0:
                rows.serve(pipe.parts, times, port, number, work * parts[number], release)
        if jobs[number].drain and parts[number] > 0:
            release = np.maximum(release, rows.done(pipe.parts, times, number, jobs[number].drain))


def _drain_all(pipe: _Pipe, times: Times, rooms: Rooms) -> None:
    """Lets the last results out."""
    at = set(range(len(pipe.plan.hops)))
    jobs = _jobs(pipe, at, -1, rooms, len(pipe.plan.time))
    _drains(pipe, times, jobs, times[ARRAY].copy(), {n: 1.0 for n in jobs if pipe.outputs[n]})
