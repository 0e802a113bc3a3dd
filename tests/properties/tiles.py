"""The slow twin of the pipeline: every step, every tile as a set, every port with a list of jobs.

Nothing is compressed and nothing is closed: tiles are sets of elements, and when a port is done is
the maximum over all its jobs of a job's release and the work released from then on. A whole run of
a few thousand steps takes seconds.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from octant.arch import Architecture, Fanout, Level
from octant.counting import count
from octant.mapping import Mapping, TemporalBlock
from octant.workload import Einsum, Role, Tensor

Elements = frozenset[tuple[int, ...]]


@dataclass(frozen=True)
class Loop:
    node: int
    rank: str
    factor: int
    stride: int
    temporal: bool


@dataclass
class Way:
    """A tensor's way from a level to the next: what its instances hold, and its jobs' urgency."""

    tensor: Tensor
    parent: int
    child: int
    depth: int
    held: dict[tuple[int, ...], Elements] = field(default_factory=dict)
    began: dict[tuple[str, str, int], float] = field(default_factory=dict)
    first: int = -1


@dataclass
class Port:
    """A port: (release, work) of every job, for each urgency those of at least this depth."""

    rate: float
    jobs: dict[int, list[tuple[float, float]]] = field(default_factory=dict)

    def done(self, depth: int) -> float:
        """When the last of these jobs is done: what is released late waits for nothing earlier."""
        end, after = 0.0, 0.0
        for release, work in sorted(self.jobs.get(depth, []), reverse=True):
            after += work
            end = max(end, release + after)
        return end

    def latest(self, depth: int) -> float:
        """The latest release so far."""
        return max((release for release, _ in self.jobs.get(depth, [])), default=0.0)


def loops_of(einsum: Einsum, mapping: Mapping) -> list[Loop]:
    extent = dict.fromkeys(einsum.sizes, 1)
    found = []
    for node in reversed(range(len(mapping.blocks))):
        block = mapping.blocks[node]
        for loop in reversed(block.loops):
            if loop.factor > 1:
                temporal = isinstance(block, TemporalBlock)
                found.append(Loop(node, loop.rank, loop.factor, extent[loop.rank], temporal))
            extent[loop.rank] *= loop.factor
    return found[::-1]


class Twin:
    """One run, step by step."""

    def __init__(self, einsum: Einsum, architecture: Architecture, mapping: Mapping) -> None:
        self.einsum, self.chip, self.mapping = einsum, architecture, mapping
        self.nodes = len(architecture.nodes)
        loops = loops_of(einsum, mapping)
        self.time = [loop for loop in loops if loop.temporal]
        self.space = [loop for loop in loops if not loop.temporal]
        self.loops = loops
        self.ways = list(self._ways())
        self.depths = sorted({way.depth for way in self.ways})
        self.ports = {
            (store.name, kind): Port(1 / rate)
            for level in architecture.levels
            for store in level.stores
            for kind, rate in (
                ("read", store.read_bits_per_cycle),
                ("write", store.write_bits_per_cycle),
                ("shared", store.shared_bits_per_cycle),
            )
            if rate is not None
        }
        self.busy = {
            node: self._busy(node) for node in range(self.nodes) if self._level(node) is not None
        }
        self.counts = count(einsum, architecture, mapping)
        self.now = 0.0
        self.moved: dict[tuple[str, int], list[int]] = {}

    def _name(self, node: int) -> str:
        return (*self.chip.nodes, self.chip.compute)[node].name

    def _level(self, node: int) -> Level | None:
        found = self.chip.nodes[node]
        return found if isinstance(found, Level) else None

    def _ways(self) -> Iterator[Way]:
        for tensor in self.einsum.tensors:
            keepers = [
                node
                for node, block in enumerate(self.mapping.blocks)
                if isinstance(block, TemporalBlock) and tensor.name in block.keeps
            ]
            for parent, child in zip(keepers, [*keepers[1:], self.nodes], strict=True):
                own = [
                    i
                    for i, loop in enumerate(self.time)
                    if loop.node < child and (loop.rank in tensor.ranks or child == self.nodes)
                ]
                yield Way(tensor, parent, child, max(own, default=-1))

    def _width(self, rank: str, node: int) -> int:
        return math.prod(x.factor for x in self.loops if x.rank == rank and x.node >= node)

    def _busy(self, node: int) -> float:
        """Existing tiles over the times at which the first instance begins one."""
        tiles = math.prod(-(-size // self._width(r, node)) for r, size in self.einsum.ranks)
        outer = [loop for loop in self.time if loop.node < node]
        states = [
            digits
            for digits in itertools.product(*(range(loop.factor) for loop in outer))
            if self._exists(self._offsets(outer, digits))
        ]
        return tiles / len(states)

    def _offsets(self, loops: list[Loop], digits: tuple[int, ...]) -> dict[str, int]:
        offsets = dict.fromkeys(self.einsum.sizes, 0)
        for loop, digit in zip(loops, digits, strict=True):
            offsets[loop.rank] += digit * loop.stride
        return offsets

    def _exists(self, offsets: dict[str, int]) -> bool:
        return all(offsets[rank] < size for rank, size in self.einsum.ranks)

    def run(self) -> tuple[float, float, float]:
        """Cycles until the first step, the last step, and the last result."""
        before: tuple[int, ...] | None = None
        first = 0.0
        for digits in itertools.product(*(range(loop.factor) for loop in self.time)):
            if not self._exists(self._offsets(self.time, digits)):
                continue
            moment = -1
            if before is not None:
                moment = next(
                    i for i, (a, b) in enumerate(zip(before, digits, strict=True)) if a != b
                )
            self._advance(moment, digits)
            first = self.now if before is None else first
            before = digits
            self.now += 1
        end = self.now
        self._last_results()
        return (
            first,
            end,
            max([end, *(port.done(min(self.depths)) for port in self.ports.values())]),
        )

    def _instances(self, way: Way):  # type: ignore[no-untyped-def]
        outside = [loop for loop in self.space if loop.node < way.child]
        yield from itertools.product(*(range(loop.factor) for loop in outside))

    def _tile(self, way: Way, digits: tuple[int, ...], place: tuple[int, ...]) -> Elements | None:
        outside = [loop for loop in self.space if loop.node < way.child]
        when = [
            (loop, d) for loop, d in zip(self.time, digits, strict=True) if loop.node < way.child
        ]
        offsets = self._offsets([x for x, _ in when] + outside, tuple(d for _, d in when) + place)
        if not self._exists(offsets):
            return None
        sizes = self.einsum.sizes
        spans = []
        for axis in way.tensor.axes:
            low = sum(term.coefficient * offsets[term.rank] for term in axis)
            high = sum(
                term.coefficient
                * (
                    min(offsets[term.rank] + self._width(term.rank, way.child), sizes[term.rank])
                    - 1
                )
                for term in axis
            )
            spans.append(range(low, high + 1))
        return frozenset(itertools.product(*spans))

    def _move(self, way: Way, digits: tuple[int, ...]) -> tuple[int, int, int]:
        """Deliveries, accesses, and different elements at a moment."""
        outside = [loop for loop in self.space if loop.node < way.child]
        shared: dict[tuple[int, ...], set[tuple[Elements, Elements]]] = {}
        merged: dict[tuple[int, ...], set[tuple[Elements, Elements]]] = {}
        deliveries = 0
        for place in self._instances(way):
            tile = self._tile(way, digits, place)
            if tile is None:
                continue
            new = tile - way.held.get(place, frozenset())
            if way.child < self.nodes:
                way.held[place] = tile
            deliveries += len(new)
            apart = []
            for loop, digit in zip(outside, place, strict=True):
                fanout = self.chip.nodes[loop.node]
                assert isinstance(fanout, Fanout)
                output = way.tensor.role is Role.OUTPUT
                shares = fanout.reduction if output else way.tensor.role in fanout.multicast
                if loop.node < way.parent or not shares:
                    apart.append((loop.node, loop.rank, digit))
            key = tuple(map(hash, apart))
            shared.setdefault(key, set()).add((tile, new))
            upper = tuple(d for x, d in zip(outside, place, strict=True) if x.node < way.parent)
            merged.setdefault(upper, set()).add((tile, new))
        return deliveries, _sum(shared), _sum(merged)

    def _advance(self, moment: int, digits: tuple[int, ...]) -> None:
        ways = [way for way in self.ways if way.depth >= moment]
        jobs = {}
        for way in ways:
            deliveries, accesses, distinct = self._move(way, digits)
            if way.first < 0:
                way.first = accesses
            jobs[id(way)] = self._job(way, deliveries, accesses, distinct, digits)
        self._shares(ways, jobs)
        end = self.now
        arrived: dict[int, float] = {}
        early = [True] if moment < 0 else [True, False]
        stuck = {} if moment < 0 else self._stuck(ways, jobs)
        for ahead in early:
            if not ahead:
                self._drain(ways, jobs, stuck, end)
            self._fill(ways, jobs, arrived, end, ahead=ahead, first=moment < 0)
        for way in ways:
            self.now = max([self.now, *(port.done(way.depth) for port in self.ports.values())])
        if moment >= 0:
            rest = {id(w): 1 - stuck[id(w)] for w in ways if id(w) in stuck}
            self._drain(ways, jobs, rest, end)
        for way in ways:
            for name, port in self.ports.items():
                for depth in self.depths:
                    way.began[*name, depth] = max(self.now, port.latest(depth))

    def _job(self, way: Way, deliveries: int, accesses: int, distinct: int, digits):  # type: ignore[no-untyped-def]
        output = way.tensor.role is Role.OUTPUT
        again = any(
            digit > 0 and loop.rank in self.einsum.reduced_ranks
            for loop, digit in list(zip(self.time, digits, strict=True))[: way.depth + 1]
        )
        fill: dict[tuple[str, str], float] = {}
        drain: dict[tuple[str, str], float] = {}
        reads: float = accesses if again or not output else accesses - distinct
        writes: float = deliveries if again or not output else 0
        if output and any(len(axis) > 1 for axis in way.tensor.axes):
            # tiles of results overlap: what comes back is spread evenly, and exact in all
            hop = next(
                hop
                for hop in self.counts.hops
                if hop.tensor == way.tensor.name and hop.child == self._name(way.child)
            )
            name, tensor = self._name(way.parent), way.tensor.name
            reads = accesses * self.counts.tensor(name, tensor).reads / hop.accesses
            fills = 0
            if way.child < self.nodes:
                fills = self.counts.tensor(self._name(way.child), tensor).fills
            writes = deliveries * fills / hop.deliveries
        self._load(fill, way, way.parent, "read", reads)
        if way.child < self.nodes:
            self._load(fill, way, way.child, "write", writes)
        if output:
            self._load(drain, way, way.parent, "write", accesses)
        self._note(way, accesses, deliveries)
        return {"fill": fill, "drain": drain, "arrives": writes > 0, "deliveries": deliveries}

    def _note(self, way: Way, *numbers: int) -> None:
        sums = self.moved.setdefault((way.tensor.name, way.child), [0] * len(numbers))
        for place, number in enumerate(numbers):
            sums[place] += number

    def _load(
        self, work: dict[tuple[str, str], float], way: Way, node: int, kind: str, n: float
    ) -> None:
        level = self._level(node)
        assert level is not None
        store = level.store(way.tensor.role)
        assert store is not None
        bits = n * self.chip.element_bits(store, way.tensor.role) / self.busy[node]
        for port in ((store.name, kind), (store.name, "shared")):
            if port in self.ports and n:
                work[port] = work.get(port, 0.0) + bits * self.ports[port].rate

    def _shares(self, ways: list[Way], jobs) -> None:  # type: ignore[no-untyped-def]
        for way in ways:
            jobs[id(way)]["share"] = 1.0
            if way.child == self.nodes:
                continue
            level = self._level(way.child)
            assert level is not None
            store = level.store(way.tensor.role)
            assert store is not None
            if store.capacity_bits is None:
                continue
            taken = sum(
                self.counts.tensor(level.name, t.name).occupancy
                * self.chip.element_bits(store, t.role)
                for t in self.einsum.tensors
                if t.role in store.roles and t.name in self._kept(way.child)
            )
            need = sum(
                jobs[id(w)]["deliveries"]
                * self.chip.element_bits(store, w.tensor.role)
                / self.busy[way.child]
                for w in ways
                if w.child == way.child and w.tensor.role in store.roles
            )
            free = store.capacity_bits - taken
            jobs[id(way)]["share"] = 1.0 if need <= free else free / need

    def _kept(self, node: int) -> tuple[str, ...]:
        block = self.mapping.blocks[node]
        assert isinstance(block, TemporalBlock)
        return block.keeps

    def _serve(self, way: Way, port: tuple[str, str], work: float, release: float | None) -> None:
        server = self.ports[port]
        for depth in self.depths:
            if depth > way.depth:
                continue
            # in the order of the program: not before what was released earlier
            start = way.began[*port, depth] if release is None else release
            start = start if release is None else max(start, server.latest(depth))
            server.jobs.setdefault(depth, []).append((start, work))

    def _fill(
        self,
        ways: list[Way],
        jobs: dict[int, Any],
        arrived: dict[int, float],
        end: float,
        *,
        ahead: bool,
        first: bool,
    ) -> None:
        outer = {
            id(w): next(
                (o for o in self.ways if o.tensor is w.tensor and o.child == w.parent), None
            )
            for w in ways
        }
        waits = {
            id(w)
            for w in ways
            if (o := outer[id(w)]) is not None and id(o) in jobs and jobs[id(o)]["arrives"]
        }
        alone = sorted((w for w in ways if id(w) not in waits), key=lambda w: -w.depth)
        chained = sorted((w for w in ways if id(w) in waits), key=lambda w: w.child)
        for way in (*alone, *chained):
            job = jobs[id(way)]
            share = 1.0 if first else job["share"]
            part = share if ahead else 1 - share
            release = None if ahead and not first else end
            if id(way) in waits:
                release = arrived[id(outer[id(way)])]
                release = release if ahead else max(release, end)
            for port, work in job["fill"].items():
                if work * part > 0:
                    self._serve(way, port, work * part, release)
            ready = -math.inf if release is None else release
            for port in job["fill"]:
                ready = max(ready, self.ports[port].done(way.depth))
            arrived[id(way)] = max(arrived.get(id(way), -math.inf), ready)
            if id(way) in waits or first:
                self.now = max(self.now, ready)

    def _stuck(self, ways: list[Way], jobs) -> dict[int, float]:  # type: ignore[no-untyped-def]
        mine = [way for way in ways if way.tensor.role is Role.OUTPUT]
        return {
            id(w): 1.0
            if any(
                o.child < w.child and jobs[id(o)]["share"] < 1 and jobs[id(o)]["drain"]
                for o in mine
            )
            else 1.0 - jobs[id(w)]["share"]
            for w in mine
        }

    def _drain(self, ways, jobs, parts, end) -> None:  # type: ignore[no-untyped-def]
        release = end
        for way in sorted((w for w in ways if id(w) in parts), key=lambda w: -w.child):
            drain, part = jobs[id(way)]["drain"], parts[id(way)]
            for port, work in drain.items():
                if work * part > 0:
                    self._serve(way, port, work * part, release)
            if drain and part > 0:
                release = max([release, *(self.ports[port].done(way.depth) for port in drain)])

    def _last_results(self) -> None:
        release = self.now
        mine = [way for way in self.ways if way.tensor.role is Role.OUTPUT]
        for way in sorted(mine, key=lambda w: -w.child):
            work: dict[tuple[str, str], float] = {}
            self._load(work, way, way.parent, "write", way.first)
            for port, cycles in work.items():
                self._serve(way, port, cycles, release)
            if work:
                release = max([release, *(self.ports[port].done(way.depth) for port in work)])


def _sum(groups: dict[tuple[int, ...], set[tuple[Elements, Elements]]]) -> int:
    """The new elements of all groups, of tiles that are equal and bring the same."""
    return sum(len(new) for group in groups.values() for _, new in group)
