"""The built-in architectures, against the numbers of their papers."""

import math

import pytest

from octant.arch import Level
from octant.errors import UnknownNameError
from octant.files import (
    architecture_names,
    architecture_text,
    builtin_architecture,
    load_architecture,
)
from octant.mapping.validity import check, tile_sizes, violations
from octant.source import Origin
from octant.workload import Role
from tests.published.eyeriss_alexnet import KIB, LAYERS, mapping


@pytest.mark.parametrize("name", architecture_names())
def test_each_is_a_whole_architecture(name: str) -> None:
    chip = builtin_architecture(name)
    assert chip.name == name
    assert chip.title and chip.sources and chip.dataflows
    assert all(dataflow.description and dataflow.source for dataflow in chip.dataflows)
    assert load_architecture(name) == chip == builtin_architecture(name)
    assert hash(chip) == hash(builtin_architecture(name))


@pytest.mark.parametrize("name", ["eyeriss", "eyeriss-isca16", "eyeriss2", "teaching"])
def test_energies_are_complete_where_sources_give_them(name: str) -> None:
    chip = builtin_architecture(name)
    assert chip.compute.mac_energy is not None
    for level in chip.levels:
        for store in level.stores:
            assert store.read_energy is not None and store.write_energy is not None
    assert all(fanout.transfer_energy is not None for fanout in chip.fanouts)


def test_eyeriss_is_that_of_jssc_2017() -> None:
    chip = builtin_architecture("eyeriss")
    assert chip.compute_units == 168
    assert chip.peak_macs_per_s == 33.6e9  # Section VI
    assert chip.area_m2 == pytest.approx(12.25e-6)
    dram, buffer, spads = chip.levels
    assert dram.stores[0].shared_bits_per_cycle == pytest.approx(64 * 60 / 200)
    assert buffer.stores[0].capacity_bits == 25 * 512 * 64 == 100 * KIB
    assert set(buffer.roles) == {Role.INPUT, Role.OUTPUT}
    words = {store.name: (store.capacity_bits or 0) // 16 for store in spads.stores}
    assert words == {"filter_spad": 224, "ifmap_spad": 12, "psum_spad": 24}
    filters_bits = 168 * (spads.stores[0].capacity_bits or 0)
    assert filters_bits + 108 * KIB == 181.5 * KIB  # Table IV: on-chip SRAM


@pytest.mark.parametrize("name", ["eyeriss", "eyeriss-isca16"])
def test_prices_are_the_ratios_of_isca_2016(name: str) -> None:
    chip = builtin_architecture(name)
    mac = chip.compute.mac_energy
    assert mac is not None
    assert mac.energy_j == pytest.approx((math.sqrt(0.2 * 3.1) + 0.05) * 1e-12 * 1.332 / 0.84433)
    ratios = {}
    for level in chip.levels:
        for store in level.stores:
            assert store.read_energy == store.write_energy and store.read_energy is not None
            assert store.read_energy.source.origin is Origin.MODELLED
            assert "ISCA 2016" in store.read_energy.source.citation
            assert "Horowitz" in store.read_energy.source.citation
            ratios[level.name] = store.read_energy.energy_j / mac.energy_j
    assert list(ratios.values()) == pytest.approx([200, 6, 1])
    transfer = chip.fanouts[0].transfer_energy
    assert transfer is not None and transfer.energy_j == pytest.approx(2 * mac.energy_j)


def test_eyeriss_isca16_has_256_units() -> None:
    chip = builtin_architecture("eyeriss-isca16")
    assert chip.compute_units == 256
    sizes = [level.stores[0].capacity_bits for level in chip.levels]
    assert sizes == [None, 128 * KIB, 512 * 8]


def test_eyeriss2_is_that_of_jetcas_2019() -> None:
    chip = builtin_architecture("eyeriss2")
    clusters, array, pair = chip.fanouts
    assert (clusters.instances, array.instances, pair.instances) == (16, 12, 2)  # Section II, IV-B
    assert 2 * chip.peak_macs_per_s == 153.6e9  # Table IV: GOPS
    dram, buffer, routers, spads = chip.levels
    assert dram.stores[0].shared_bits_per_cycle == 25.6e9 * 8 / 200e6
    banks = {store.name: (store.capacity_bits or 0) // 16 for store in buffer.stores}
    assert banks == {"iact_banks": 3 * 1.5 * KIB, "psum_banks": 4 * 1.875 * KIB}  # Section II
    weights = spads.store(Role.WEIGHT)
    assert weights is not None and weights.capacity_bits is not None
    assert sum(banks.values()) * 16 + 192 * weights.capacity_bits == 246 * KIB  # Table IV
    for role in Role:  # routers hold what the 12 pads below them hold
        inner, outer = spads.store(role), routers.store(role)
        assert inner is not None and outer is not None
        assert inner.capacity_bits is not None and outer.capacity_bits == 12 * inner.capacity_bits


def test_eyeriss2_codes_in_words_of_12_b_and_goes_to_columns() -> None:
    """Everywhere on the chip a word is 8 b of value and 4 b of run; dense values take as much."""
    chip = builtin_architecture("eyeriss2")
    coded = [
        (store, form)
        for level in chip.levels[1:]
        for store in level.stores
        for form in store.compression
    ]
    assert {form.role for _, form in coded} == {Role.INPUT, Role.WEIGHT}
    for store, form in coded:
        assert store.element_bits == ((form.role, 12),)
        run = form.ranks[-1]
        assert (run.bits, run.included) == (4, True)
    pads = chip.levels[-1]
    assert {each.target for each in pads.intersections} == {Role.WEIGHT, Role.OUTPUT}
    weights = pads.store(Role.WEIGHT)
    assert weights is not None and weights.metadata_bits == 17 * 7
    (lane,) = chip.fanouts[-1].axes
    assert lane.size == 2 and lane.skipping is not None and lane.skipping.leader is Role.WEIGHT


def test_prices_of_eyeriss2_are_the_ratios_of_isca_2016() -> None:
    mac = builtin_architecture("eyeriss").compute.mac_energy
    assert mac is not None
    chip = builtin_architecture("eyeriss2")
    priced = [(store, 1) for store in chip.levels[3].stores] + [(chip.levels[0].stores[0], 200)]
    for store, ratio in priced:
        assert store.read_energy is not None and store.read_energy == store.write_energy
        assert store.read_energy.energy_j == pytest.approx(ratio * mac.energy_j, rel=1e-3)
    for fanout in chip.fanouts[:2]:
        assert fanout.transfer_energy is not None
        assert fanout.transfer_energy.energy_j == pytest.approx(2 * mac.energy_j, rel=1e-3)


def test_tpu1_is_that_of_isca_2017() -> None:
    chip = builtin_architecture("tpu1")
    assert chip.compute_units == 65536
    assert 2 * chip.peak_macs_per_s == pytest.approx(92e12, rel=0.005)  # Table 2: 92 TOPS
    weights = chip.levels[0].store(Role.WEIGHT)
    assert weights is not None
    assert weights.read_bits_per_cycle == pytest.approx(34e9 * 8 / 700e6)
    # Figure 5: the roofline's knee is near 1350 multiply-accumulates a byte of weights.
    knee = chip.compute_units / (weights.read_bits_per_cycle or 0) * 8
    assert knee == pytest.approx(1350, rel=0.001)
    on_chip = [store.capacity_bits for store in chip.levels[1].stores]
    assert sum(bits or 0 for bits in on_chip) == 28 * 1024 * KIB  # Table 2: 28 MiB
    register = chip.levels[2].stores[0]
    assert register.usable_bits == 8  # one weight in use
    assert chip.compute.mac_energy is None  # no source: unknown, not zero


def test_teaching_can_be_counted_by_hand() -> None:
    chip = builtin_architecture("teaching")
    assert (len(chip.levels), chip.compute_units, chip.peak_macs_per_s) == (2, 4, 4e8)
    assert [dataflow.name for dataflow in chip.dataflows] == [
        "output-stationary",
        "weight-stationary",
    ]


@pytest.mark.parametrize("name", LAYERS)
def test_eyeriss_takes_its_published_mappings(name: str) -> None:
    einsum, chosen = LAYERS[name].layer, LAYERS[name].parameters
    nest = mapping(einsum, chosen)
    chip = builtin_architecture("eyeriss")
    check(einsum, chip, nest)
    assert violations(einsum, chip, chip.dataflows[0], nest) == ()
    tile = dict(zip((node.name for node in chip.nodes), tile_sizes(einsum, nest), strict=True))
    spatial = {rank: tile["array"][rank] / tile["spads"][rank] for rank in einsum.sizes}
    assert math.prod(spatial.values()) == LAYERS[name].measured.active
    for tensor, kib in (("inputs", chosen.inputs_kib), ("outputs", chosen.sums_kib)):
        used = einsum.tensor(tensor).elements(tile["buffer"]) * 16 / KIB
        assert used == pytest.approx(kib, abs=0.051)


def test_names() -> None:
    assert architecture_text("tpu1").startswith("octant: architecture 1\n")
    with pytest.raises(UnknownNameError, match=r"no architecture 'eyeris'; did you mean 'eyeriss'"):
        builtin_architecture("eyeris")
    with pytest.raises(UnknownNameError, match="no architecture 'tpu2'; did you mean 'tpu1'"):
        load_architecture("tpu2")
    with pytest.raises(UnknownNameError):
        architecture_text("../../etc/passwd")


def test_every_level_keeps_something_and_the_first_keeps_all() -> None:
    for name in architecture_names():
        first = builtin_architecture(name).nodes[0]
        assert isinstance(first, Level) and set(first.roles) == set(Role)
