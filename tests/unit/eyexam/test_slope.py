from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest

from octant.api.evaluation import einsum_of
from octant.counting import count
from octant.eyexam.slope import (
    _two_levels,
    capacities,
    least_traffic,
    slope_of,
    together,
)
from octant.eyexam.standing import _only_outermost, chip_point
from octant.files import load_architecture
from octant.mapper import Objective, cache, search
from octant.mapping import Loop, Mapping, TemporalBlock
from octant.model import evaluate
from octant.workload import Einsum, Role, convolution, matmul

BYTES = dict.fromkeys(Role, 8)
NAMES = ("inputs", "weights", "outputs")


def every_mapping(einsum: Einsum) -> list[Mapping]:
    """Every tile that divides and every order of the loops outside it."""
    found = []
    divisors = [[f for f in range(1, size + 1) if size % f == 0] for _, size in einsum.ranks]
    names = [name for name, _ in einsum.ranks]
    for tile in itertools.product(*divisors):
        outer = [
            Loop(name, size // f)
            for (name, size), f in zip(einsum.ranks, tile, strict=True)
            if size // f > 1
        ]
        inner = tuple(Loop(name, f) for name, f in zip(names, tile, strict=True) if f > 1)
        for order in itertools.permutations(outer):
            blocks = (
                TemporalBlock("outside", order, NAMES),
                TemporalBlock("buffer", inner, NAMES),
            )
            found.append(Mapping(blocks))
    return found


@pytest.mark.parametrize(
    "einsum",
    [
        matmul(rows=4, inner=6, columns=3),
        convolution(in_channels=2, out_channels=2, output=(6,), kernel=(3,)),
        convolution(in_channels=2, out_channels=3, output=(4,), kernel=(2,), stride=(2,)),
    ],
    ids=str,
)
def test_the_curve_is_the_least_of_every_mapping(einsum: Einsum) -> None:
    """The slow twin: every mapping is counted; a search may use tiles that do not divide, too."""
    chip = _two_levels(BYTES, 10**9)
    points = []
    for mapping in every_mapping(einsum):
        counts = count(einsum, chip, mapping)
        held = sum(c.occupancy for c in counts.tensors if c.level == "buffer")
        moved = sum(c.reads + c.updates for c in counts.tensors if c.level == "outside")
        points.append((8 * held, 8 * moved))
    for capacity in capacities((einsum,), BYTES):
        fitting = [moved for held, moved in points if held <= capacity]
        traffic, held_bits, proven = least_traffic(einsum, BYTES, capacity)
        assert proven and held_bits <= capacity
        assert traffic <= min(fitting, default=math.inf)


def test_more_room_never_costs_and_enough_reaches_the_compulsory_traffic() -> None:
    einsum = convolution(in_channels=4, out_channels=8, output=(6, 6), kernel=(3, 3))
    slope = slope_of("layer", einsum, BYTES, capacities((einsum,), BYTES))
    traffic = [point.traffic_bits for point in slope.points]
    assert traffic == sorted(traffic, reverse=True)
    assert traffic[-1] == slope.compulsory_bits == 8 * (4 * 64 + 4 * 8 * 9 + 8 * 36)
    assert slope.compulsory_at_bits is not None
    assert slope.knee_bits in [point.capacity_bits for point in slope.points]


def test_a_chip_stands_on_the_curve_or_above_it() -> None:
    einsum = matmul(rows=16, inner=32, columns=16)
    chip = load_architecture("teaching")
    bits = dict.fromkeys(Role, 16)
    point = chip_point(einsum, chip, chip.dataflows[0])
    least, _, _ = least_traffic(einsum, bits, point.capacity_bits)
    assert point.proven
    assert point.traffic_bits >= least
    # the buffer alone holds 256 bytes, and no dataflow is in the way with 'weight-stationary'
    assert point.capacity_bits == 256 * 8


def test_a_network_is_the_sum_of_its_layers() -> None:
    one = matmul(rows=4, inner=4, columns=4)
    other = matmul(rows=2, inner=8, columns=2)
    sizes = capacities((one, other), BYTES)
    slopes = (
        slope_of("one", one, BYTES, sizes, repeats=3),
        slope_of("other", other, BYTES, sizes),
    )
    whole = together("both", slopes)
    assert whole.compulsory_bits == 3 * 48 * 8 + (16 + 16 + 4) * 8
    for first, second, both in zip(slopes[0].points, slopes[1].points, whole.points, strict=True):
        assert both.traffic_bits == 3 * first.traffic_bits + second.traffic_bits


def test_between_its_points_the_curve_is_flat_from_where_the_tiles_fit() -> None:
    """Whole searches at the ends of each flat part, and just before it."""
    einsum = convolution(in_channels=4, out_channels=8, output=(6, 6), kernel=(3, 3))
    slope = slope_of("layer", einsum, BYTES, capacities((einsum,), BYTES))
    shorter = 0
    for point in slope.points:
        assert point.flat_from_bits <= point.capacity_bits
        shorter += point.flat_from_bits < point.capacity_bits
        traffic, _, proven = least_traffic(einsum, BYTES, point.flat_from_bits)
        assert proven and traffic == point.traffic_bits
        assert slope.least_at(point.flat_from_bits) == traffic
        assert slope.least_at(point.flat_from_bits - 1) >= traffic
    assert shorter


def test_orders_in_parts_and_all_at_once_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, "off")
    einsum = convolution(in_channels=4, out_channels=8, output=(6, 6), kernel=(3, 3), groups=2)
    sizes = capacities((einsum,), BYTES)
    apart = slope_of("layer", einsum, BYTES, sizes)
    with_limit = slope_of("layer", einsum, BYTES, sizes, time_limit_s=1e-9)
    monkeypatch.setattr("octant.eyexam.slope.parts_of", lambda *_: ())
    whole = slope_of("layer", einsum, BYTES, sizes)
    assert [p.traffic_bits for p in apart.points] == [p.traffic_bits for p in whole.points]
    assert all(point.proven for point in apart.points)
    assert not all(point.proven for point in with_limit.points)
    for point, least in zip(with_limit.points, whole.points, strict=True):
        assert point.traffic_bits >= least.traffic_bits


def test_what_was_proven_in_parts_is_kept_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    einsum = convolution(in_channels=4, out_channels=8, output=(6, 6), kernel=(3, 3))
    first = least_traffic(einsum, BYTES, 512)
    monkeypatch.setattr("octant.mapper.layers.search", None)
    monkeypatch.setattr("octant.eyexam.slope.parts_of", lambda *_: ())
    assert least_traffic(einsum, BYTES, 512) == first


def test_a_buffer_that_is_too_small_has_no_mapping_in_any_part() -> None:
    assert least_traffic(matmul(rows=2, inner=2, columns=2), BYTES, 16) == (
        math.inf,
        math.inf,
        True,
    )


@pytest.mark.parametrize("name", ["teaching", "eyeriss", "eyeriss2"])
@pytest.mark.parametrize("stride", [1, 2])
def test_a_chip_without_its_array_moves_no_more(name: str, stride: int) -> None:
    """The chip's own point is that of a whole search, though the folded chip ends it sooner."""
    chip = load_architecture(name)
    flow = chip.dataflows[0]
    layers = (
        matmul(rows=4, inner=24, columns=18),
        convolution(
            in_channels=3, out_channels=4, output=(5, 4), kernel=(3, 2), stride=(stride, stride)
        ),
    )
    for layer in layers:
        einsum = einsum_of(layer, chip)
        whole = search(
            einsum, _only_outermost(chip), objective=Objective.ENERGY, dataflow=flow
        ).mapping
        assert whole is not None
        outermost = {store.name for store in chip.levels[0].stores}
        moved = sum(
            entry.bits_moved
            for entry in evaluate(einsum, chip, whole).energy
            if entry.component in outermost
        )
        assert chip_point(einsum, chip, flow).traffic_bits == moved
