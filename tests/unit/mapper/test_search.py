from __future__ import annotations

import importlib
import itertools
import math
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest

from octant.arch import Constraint, Fanout, FanoutAxis
from octant.errors import InvalidArchitectureError, InvalidWorkloadError, NotEstimatedError
from octant.files import load_architecture
from octant.mapper import Objective, SearchResult, Status, dataflow_named, front, search
from octant.mapper.space import MOST_SIZE, Space
from octant.mapper.walk import Found, new_found
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.workload import Role, convolution, matmul
from tests.unit.mapper.chips import FREE, array, chip, level, only, picojoules

ALL = ("inputs", "weights", "outputs")


def close(value: float) -> object:
    """Equal but for rounding: values in joules and seconds are small."""
    return pytest.approx(value, rel=1e-12, abs=0)


def test_a_tiny_optimum_by_hand() -> None:
    """A buffer for one element of each tensor: all loops are outside, and only their order is open.

    Inputs are C x P, weights C, outputs P, with C = P = 2, so 4 multiply-accumulates.

    =====================  ==========================  ====================================
    elements               P outside, C inside         C outside, P inside
    =====================  ==========================  ====================================
    DRAM reads             4 inputs, 4 weights         4 inputs, 2 weights, 2 partial sums
    DRAM writes            2 results                   4 partial sums and results
    buffer writes          8 fills, 4 updates          6 + 2 fills, 4 updates
    buffer reads           4 + 4 operands, 2 sums      4 + 4 operands, 2 sums
    energy, 10 and 1 pJ    100 + 12 + 10 + 4 MACs      120 + 12 + 10 + 4 MACs
    =====================  ==========================  ====================================
    """
    found = search(
        matmul(rows=2, inner=2, columns=1),
        chip(level("buffer", 1, elements=3)),
        objective=Objective.EDP,
        dataflow=FREE,
    )
    assert found.status is Status.OPTIMAL
    assert found.mapping == Mapping(
        (
            TemporalBlock("DRAM", (Loop("P", 2), Loop("C", 2)), ALL),
            TemporalBlock("buffer", (), ALL),
        )
    )
    assert found.evaluation is not None
    assert found.evaluation.energy_j == close(126e-12)
    assert found.evaluation.latency_s == close(4e-6)  # a MAC a cycle, at 1 MHz
    assert found.value == found.bound == close(126e-12 * 4e-6)
    assert (found.reason, found.gap) == ("", 0.0)


def test_an_axis_takes_the_smallest_factor_for_its_passes() -> None:
    """Five columns on four units take two passes; three units are enough for that."""
    found = search(
        matmul(rows=1, inner=1, columns=5),
        chip(array(4), level("register", 0)),
        objective=Objective.LATENCY,
        dataflow=FREE,
    )
    assert found.mapping is not None
    assert found.mapping.blocks[1] == SpatialBlock("array", ((Loop("K", 3),),))
    assert found.value == found.bound == close(2e-6)


def test_a_level_that_costs_more_than_it_saves_is_bypassed() -> None:
    """Nothing is used twice: a buffer would only add its own accesses."""
    layer = matmul(rows=1, inner=1, columns=1)
    optional = chip(level("buffer", 5, optional=tuple(layer.tensors[i].role for i in range(3))))
    found = search(layer, optional, objective=Objective.ENERGY, dataflow=FREE)
    assert found.mapping is not None
    assert found.mapping.temporal[1].keeps == ()
    assert found.value == close((2 * 10 + 10 + 1) * 1e-12)


def test_the_innermost_level_follows_a_prescribed_order() -> None:
    """Its order costs nothing, but the dataflow asks for it."""
    order = only(Constraint("buffer", inside=("P", "K", "C"), order=("K", "C", "P")))
    found = search(
        matmul(rows=2, inner=2, columns=2),
        chip(level("buffer", 1)),
        objective=Objective.ENERGY,
        dataflow=order,
    )
    assert found.mapping is not None
    assert [loop.rank for loop in found.mapping.temporal[1].loops] == ["K", "C", "P"]


def limited(seconds: float | None) -> SearchResult:
    return search(
        matmul(rows=4, inner=4, columns=4),
        chip(level("buffer", 2, elements=12), array(3), level("register", 0.5, elements=5)),
        objective=Objective.EDP,
        dataflow=FREE,
        time_limit_s=seconds,
    )


def test_no_time_gives_a_bound_and_no_mapping() -> None:
    found, optimum = limited(0.0), limited(None)
    assert (found.status, found.mapping, found.evaluation) == (Status.GAP, None, None)
    assert found.reason == "the time limit was reached before any mapping was found"
    assert math.isinf(found.value)
    assert 0 < found.bound <= optimum.value


def test_a_time_limit_gives_the_best_so_far_and_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clock that ticks at each look: the optimum is always between bound and value."""
    optimum = limited(None)
    endings = []
    for seconds in itertools.count(1):
        ticks = itertools.count()
        clock = SimpleNamespace(monotonic=lambda ticks=ticks: float(next(ticks)))
        for module in ("octant.mapper.search", "octant.mapper.walk"):
            monkeypatch.setattr(importlib.import_module(module), "time", clock)
        found = limited(float(seconds))
        assert found.bound <= optimum.value <= found.value
        endings.append(found)
        if found.status is Status.OPTIMAL:
            break
        assert found.status is Status.GAP
        assert found.gap > 0
        assert "time limit" in found.reason
    assert endings[-1].value == optimum.value
    bounds = [found.bound for found in endings]
    assert bounds == sorted(bounds)


def test_progress_is_told() -> None:
    shares: list[float] = []
    search(
        matmul(rows=4, inner=4, columns=4),
        chip(level("buffer", 1)),
        dataflow=FREE,
        on_progress=shares.append,
    )
    assert shares
    assert all(0 < share <= 1 for share in shares)


def test_both_searches_can_be_ended_by_who_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the factors that divide comes first: Ctrl-C must not wait for its end."""
    told: list[tuple[int, bool]] = []

    def walk(_layer: object, _costs: object, place: Space, _choices: object, found: Found) -> None:
        told.append((place.divisors, found.on_progress is not None))

    monkeypatch.setattr(importlib.import_module("octant.mapper.search"), "walk", walk)
    search(
        matmul(rows=4, inner=4, columns=4),
        chip(level("buffer", 1)),
        dataflow=FREE,
        on_progress=lambda _: None,
    )
    assert told == [(1, True), (0, True)]


def test_a_missing_price_is_named_where_energy_matters() -> None:
    layer, unpriced = matmul(rows=2, inner=1, columns=1), chip(level("buffer", None))
    for objective in (Objective.ENERGY, Objective.EDP):
        with pytest.raises(NotEstimatedError, match="no price for buffer read, buffer write"):
            search(layer, unpriced, objective=objective, dataflow=FREE)
    found = search(layer, unpriced, objective=Objective.LATENCY, dataflow=FREE)
    assert found.value == close(2e-6)
    assert found.evaluation is not None
    assert found.evaluation.energy_j is None


def test_a_least_utilisation_is_kept_and_named() -> None:
    """Idle units would save energy here: a transfer costs more than what it spares."""
    layer = matmul(rows=3, inner=3, columns=1)
    row = replace(array(3, "C"), transfer_energy=picojoules(50), multicast=(), reduction=False)
    on = chip(level("buffer", 1), row, level("register", 1))
    free = search(layer, on, objective=Objective.ENERGY, dataflow=FREE)
    full = search(
        layer, on, objective=Objective.ENERGY, dataflow=replace(FREE, least_utilization=0.9)
    )
    assert free.evaluation is not None and full.evaluation is not None
    assert free.evaluation.counts.active_units == 1
    assert full.evaluation.counts.active_units == 3
    assert free.value < full.value
    assert full.space.endswith("with at least 90 % of the units computing")


def test_all_units_can_be_wanted_where_a_fifth_of_a_step_is_no_float() -> None:
    """Five arrays of three units take three steps: 45 products in no less."""
    outer = replace(array(5), name="arrays")
    on = chip(level("buffer", 1), outer, level("register", 1), array(3))
    layer = matmul(rows=3, inner=5, columns=3)
    full = replace(FREE, least_utilization=1.0)
    found = search(layer, on, objective=Objective.LATENCY, dataflow=full)
    assert found.evaluation is not None
    assert found.evaluation.counts.steps == 3


def test_a_value_that_nothing_is_below_ends_the_search() -> None:
    """The first mapping that has it is the best, and is the one that a whole search finds."""
    ask = partial(search, dataflow=FREE, objective=Objective.LATENCY)
    layer, on = matmul(rows=6, inner=5, columns=7), chip(level("buffer", 1, elements=24), array(3))
    whole = ask(layer, on)
    told = ask(layer, on, floor=whole.value)
    assert told.status is Status.OPTIMAL and told.bound == told.value == whole.value
    assert told.mapping == whole.mapping
    assert told.priced <= whole.priced
    assert ask(layer, on, floor=whole.value / 2) == whole, "nothing has so little"


def test_cycles_are_whole_so_that_less_than_one_more_is_not_better() -> None:
    found = found_at(cycles=10.0, grain=1.0)
    assert not found.admits(0.0, 9.1) and not found.may_gain(0.0, 9.1, 9.1)
    assert found.admits(0.0, 9.0) and found.may_gain(0.0, 9.0, 9.0)
    exactly = found_at(cycles=10.0, grain=0.0)
    assert exactly.admits(0.0, 9.9) and not exactly.admits(0.0, 10.0)
    coarse = found_at(cycles=10.0, grain=4.0)
    assert not coarse.admits(0.0, 8.1) and coarse.admits(0.0, 8.0)


def test_a_value_is_known_as_exactly_as_was_asked_for() -> None:
    ask = partial(search, dataflow=FREE, objective=Objective.ENERGY)
    layer, on = matmul(rows=6, inner=5, columns=7), chip(level("buffer", 1, elements=24))
    whole = ask(layer, on)
    for grain in (whole.value / 1000, whole.value / 3, 2 * whole.value):
        rough = ask(layer, on, grain=grain)
        assert rough.status is Status.OPTIMAL
        assert whole.value <= rough.value < whole.value + grain


def test_of_equally_fast_mappings_the_one_of_the_least_energy_is_found() -> None:
    layer = convolution(in_channels=4, out_channels=6, output=(5, 5), kernel=(3, 3))
    on = load_architecture("teaching")
    free = dataflow_named(on, "any")
    ask = partial(search, layer, on, objective=Objective.LATENCY, dataflow=free)
    any_of_them, best = ask(), ask(ties=True)
    assert any_of_them.evaluation is not None
    assert best.evaluation is not None
    assert (best.status, best.value) == (Status.OPTIMAL, any_of_them.value)
    assert (best.evaluation.energy_j or 0.0) < (any_of_them.evaluation.energy_j or 0.0)
    stopped = ask(ties=True, time_limit_s=0.0)
    assert stopped.status is Status.GAP
    assert "time limit" in stopped.reason


def test_a_rank_of_more_steps_than_there_is_room_for_is_refused_at_once() -> None:
    long = matmul(rows=MOST_SIZE + 1, inner=1, columns=1)
    with pytest.raises(InvalidWorkloadError, match=r"rank P of .*P=4194305.*at most 4194304 steps"):
        search(long, chip(), objective=Objective.ENERGY, dataflow=FREE)
    fits = search(matmul(rows=MOST_SIZE, inner=1, columns=1), chip(), dataflow=FREE)
    assert fits.status is Status.OPTIMAL


def test_more_than_is_counted_is_refused_at_once() -> None:
    large = matmul(rows=1 << 18, inner=1 << 18, columns=(1 << 17) + 1)
    with pytest.raises(
        InvalidWorkloadError, match=r"9.01e\+15 multiply-accumulates: at most 2\^53"
    ):
        search(large, chip(), dataflow=FREE)
    wide = (Fanout(name, (FanoutAxis("X", 1 << 27),)) for name in ("clusters", "array"))
    with pytest.raises(InvalidArchitectureError, match=r"1.8e\+16 compute units: at most 2\^53"):
        search(
            matmul(rows=2, inner=2, columns=2),
            chip(*wide),
            objective=Objective.LATENCY,
            dataflow=FREE,
        )


def test_a_memory_of_more_bits_than_an_integer_holds_is_as_one_without_limit() -> None:
    layer = matmul(rows=4, inner=4, columns=4)
    huge = search(layer, chip(level("buffer", 1, elements=1 << 70)), dataflow=FREE)
    assert huge.value == search(layer, chip(level("buffer", 1)), dataflow=FREE).value


def test_many_bypasses_keep_to_a_time_limit() -> None:
    """One mapping is found however short it is: of those choices that there was time for."""
    layer = convolution(in_channels=8, out_channels=8, output=(8, 8), kernel=(3, 3))
    levels = (level(name, 1, optional=tuple(Role)) for name in ("outer", "inner"))
    found = search(layer, chip(*levels), dataflow=FREE, time_limit_s=1e-6)
    assert found.status is Status.GAP
    assert found.mapping is not None


def test_a_search_holds_no_arrays_when_it_is_over() -> None:
    """Numba counts the arrays that its kernels make, or hold for as long as they run."""
    runtime = importlib.import_module("numba.core.runtime")
    counting = importlib.import_module("numba.core.runtime._nrt_python")
    layer = convolution(in_channels=4, out_channels=6, output=(5, 5), kernel=(3, 3))
    on = load_architecture("teaching")
    free = dataflow_named(on, "any")
    counting.memsys_enable_stats()
    try:
        before = runtime.rtsys.get_allocation_stats()
        search(layer, on, dataflow=free, ties=True, objective=Objective.LATENCY)
        front(layer, on, dataflow=free)
        after = runtime.rtsys.get_allocation_stats()
    finally:
        counting.memsys_disable_stats()
    assert after.mi_alloc > before.mi_alloc
    assert after.mi_alloc - before.mi_alloc == after.mi_free - before.mi_free
    assert after.alloc - before.alloc == after.free - before.free


def found_at(cycles: float, grain: float) -> Found:
    found = new_found(list(Objective).index(Objective.LATENCY), (1, 1, 1))
    found.best, found.grain = cycles, grain
    return found
