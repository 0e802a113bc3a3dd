"""Zeros from the command line to the sheet: densities given, pruned, measured."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import octant
from octant.accuracy.dataset import Part, share
from octant.accuracy.sources import load_data
from octant.api.accuracy import load_runnable
from octant.api.zeros import given, measured
from octant.arch import Level
from octant.files import architecture_names
from octant.scorecard import Figure, Missing, Scorecard
from octant.sparsity import array_of
from octant.workload import Einsum, Layer, Mask, Role, Structured, Workload, matmul
from tests.against.sparseloop.designs import CASES
from tests.against.sparseloop.test_designs import with_channels


def value(card: Scorecard, metric: str, row: str) -> float:
    figure = getattr(card, metric)[row]
    assert isinstance(figure, Figure)
    return figure.value


def product(columns: int, inner: int, rows: int, pattern: Structured | None = None) -> Workload:
    einsum = matmul(rows=rows, inner=inner, columns=columns)
    if pattern is not None:
        tensors = tuple(
            replace(tensor, density=pattern.keep / pattern.of, pattern=pattern)
            if tensor.role is Role.WEIGHT
            else tensor
            for tensor in einsum.tensors
        )
        einsum = replace(einsum, tensors=tensors)
    return Workload("product", (Layer("product", "Gemm", einsum, ("x",), ("y",)),))


def test_zeros_save_energy_and_the_sheet_has_both() -> None:
    dense = octant.evaluate("digits-lenet", "eyeriss")
    thin = octant.evaluate("digits-lenet", "eyeriss", densities={"input": 0.4, "output": 0.4})
    assert value(thin, "energy", "per_inference") < value(dense, "energy", "per_inference")
    assert value(thin, "energy", "on_dense_data") == pytest.approx(
        value(dense, "energy", "per_inference")
    )
    assert value(thin, "throughput", "effectual_operations") == pytest.approx(
        0.4 * value(thin, "throughput", "operations_per_s")
    )
    assert any("the best that were found for these zeros" in said for said in thin.assumptions)
    with pytest.raises(KeyError):
        dense.energy["on_dense_data"]


def test_figures_on_dense_data_are_those_of_an_evaluation_on_dense_data() -> None:
    """Formats always code here, and the vector unit waits for what the array then takes."""
    dense, thin = (
        octant.evaluate("digits-lenet", "eyeriss2-pe", objective="energy", densities=densities)
        for densities in (None, {"input": 0.4, "weight": 0.3})
    )
    for metric, row in (("energy", "per_inference"), ("latency", "latency")):
        assert value(thin, metric, "on_dense_data") == pytest.approx(value(dense, metric, row))
    layer = dense.layers[0]
    assert layer.run is not None and layer.energy_j is not None
    leaked = sum(part.energy_j or 0.0 for part in layer.energy if part.action == "leakage")
    assert layer.run.value == pytest.approx(layer.energy_j - leaked)


def test_nothing_changes_where_nothing_is_zero() -> None:
    plain = octant.evaluate("digits-lenet", "eyeriss", densities={})
    chip = octant.load_architecture("eyeriss")
    blind = replace(
        chip,
        nodes=tuple(
            replace(node, intersections=()) if isinstance(node, Level) else node
            for node in chip.nodes
        ),
        compute=replace(chip.compute, zeros=None),
    )
    same = octant.evaluate("digits-lenet", blind)
    assert value(plain, "energy", "per_inference") == pytest.approx(
        value(same, "energy", "per_inference")
    )
    assert value(plain, "latency", "latency") == value(same, "latency", "latency")


def test_chips_that_see_no_zeros_say_so() -> None:
    thin = octant.evaluate("digits-lenet", "teaching", densities={"input": 0.4})
    dense = octant.evaluate("digits-lenet", "teaching")
    assert value(thin, "energy", "per_inference") == value(dense, "energy", "per_inference")
    assert any("save neither time nor energy" in said for said in thin.assumptions)
    assert isinstance(thin.throughput["effectual_operations"], Missing)


def test_a_format_loses_on_dense_data() -> None:
    """The PE of Eyeriss v2 always codes: dense data takes more than values alone."""
    card = octant.evaluate(product(16, 8, 4), "eyeriss2-pe")
    layer = card.layers[0]
    metadata = [part for part in layer.energy if part.action.endswith("metadata")]
    assert metadata and all((part.energy_j or 0) >= 0 for part in metadata)
    assert sum(part.bits for part in metadata) > 0


def test_the_built_in_pe_takes_the_real_cycles() -> None:
    """Layer L27 of sparse MobileNet: the sum over channels of nonzeros times nonzeros."""
    case = CASES["eyeriss2_pe"]["L27"]
    einsum = matmul(rows=case["rows"], inner=case["inner"], columns=case["columns"])
    shaped = _shaped(einsum, case)
    network = Workload("L27", (Layer("L27", "Conv", shaped, ("x",), ("y",)),))
    card = octant.evaluate(network, "eyeriss2-pe", time_limit_s=5, objective="latency")
    assert card.layers[0].cycles == case["exact_cycles"]


def _shaped(einsum: Einsum, case: dict[str, list[int]]) -> Einsum:
    """Masks for inputs[N, G, C, P] and weights[G, K, C]."""
    from octant.sparsity import array_of, mask_of

    plain = Einsum(
        (("K", case["columns"]), ("C", case["inner"]), ("P", case["rows"])),  # type: ignore[arg-type]
        tuple(
            replace(
                tensor,
                axes=tuple(axis for axis in tensor.axes if axis[0].rank not in "NG")
                if tensor.role is not Role.INPUT
                else tuple(tensor.axes[index] for index in (3, 2)),
            )
            if tensor.role is not Role.WEIGHT
            else replace(tensor, axes=(tensor.axes[2], tensor.axes[1]))
            for tensor in einsum.tensors
        ),
    )
    masked = with_channels(plain, case)
    found = []
    for tensor in einsum.tensors:
        pattern = masked.tensor(tensor.name).pattern
        if isinstance(pattern, Mask):
            turned = array_of(pattern).T.reshape(tensor.shape(einsum.sizes))
            tensor = replace(tensor, density=float(turned.mean()), pattern=mask_of(turned))
        found.append(tensor)
    return replace(einsum, tensors=tuple(found))


def test_two_of_four_halve_the_steps_until_a_port_limits() -> None:
    dense = octant.evaluate(product(128, 1152, 256), "sparse-tensor-core", time_limit_s=5)
    pattern = Structured(2, 4, "C")
    thin = octant.evaluate(product(128, 1152, 256, pattern), "sparse-tensor-core", time_limit_s=5)
    full, half = dense.layers[0].cycles, thin.layers[0].cycles
    assert full == 36864 and half is not None
    assert 36864 / 2 <= half < 36864
    sparse = thin.layers[0].run
    assert sparse is not None and sparse.effectual == 128 * 1152 * 256 / 2
    assert sparse.timed == pytest.approx(sparse.effectual)
    assert sparse.utilization <= 1
    products = [part for part in thin.layers[0].energy if part.action == "MAC"]
    assert products[0].count == 128 * 1152 * 256 / 2


def test_measured_zeros_are_those_of_the_network() -> None:
    workload = octant.load_network("digits-lenet")
    found = measured(workload, "digits-lenet", "digits").mean
    first, second = (layer.work for layer in found.mac_layers[:2])
    assert isinstance(first, Einsum) and isinstance(second, Einsum)
    inputs = first.operands[0]
    assert 0.2 < inputs.density < 0.6  # digits are half background
    assert 0.1 < first.output.density < 0.9  # behind its ReLU
    assert second.operands[0].density < 1
    card = octant.evaluate("digits-lenet", "eyeriss", data="digits", zeros=True)
    assert any(
        "Zeros are those of input element by element, output by chance" in s
        for s in card.assumptions
    )
    assert any("means over 8 runs" in said for said in card.assumptions)


def test_pruned_weights_are_masks() -> None:
    recipe = octant.recipe_of(prune="layer=50%")
    from octant.api.formats import with_densities

    thin = with_densities(octant.load_network("digits-lenet"), "digits-lenet", recipe)
    work = thin.mac_layers[0].work
    assert isinstance(work, Einsum)
    weights = work.operands[1]
    assert isinstance(weights.pattern, Mask)
    stored = load_runnable("digits-lenet").layers[0].weights
    assert stored is not None
    kept = np.abs(stored) > np.median(np.abs(stored))
    assert weights.density == pytest.approx(kept.mean(), abs=0.02)


def test_densities_of_a_layer_come_before_those_of_all() -> None:
    thin = given(octant.load_network("digits-lenet"), {"weight": 0.5, "fc1.weight": 0.25})
    found = {layer.name: layer.work.operands[1].density for layer in thin.mac_layers
             if isinstance(layer.work, Einsum)}  # fmt: skip
    assert found["fc1"] == 0.25 and found["fc2"] == 0.5


def small_pads(overflow: str) -> str:
    """A chip whose pad holds 64 weights of 8 b, coded, beside as many 4 b coordinates."""
    return f"""octant: architecture 1
name: pads
title: a pad of coded weights and one of inputs
source: me
sources:
  me: {{assumed: a chip of this test}}
clock: 1 GHz
nodes:
  - level: far
    keeps: [input, weight, output]
    word: 8 b
    capacity: unbounded
    bandwidth: 8 b/cycle
    energy: {{value: 100 pJ, source: me}}
  - level: pads
    stores:
      inputs:
        keeps: [input]
        word: 8 b
        capacity: 64 b
        bandwidth: unlimited
        energy: {{value: 1 pJ, source: me}}
      weights:
        keeps: [weight]
        word: 8 b
        capacity: 768 b
        bandwidth: unlimited
        overflow: {overflow}
        compression:
          weight: {{ranks: [{{format: coordinates, bits: 4 b}}]}}
        energy: {{value: 1 pJ, source: me}}
compute:
  name: mac
  formats: {{input: int8, weight: int8, output: int20}}
  energy: {{value: 1 pJ, source: me}}
"""


def thin_weights(overflow: str, tmp_path: Path, *, overbook: bool) -> Scorecard:
    path = tmp_path / "pads.yaml"
    path.write_text(small_pads(overflow), encoding="utf-8")
    network = product(256, 4, 64)
    densities = {"weight": 0.25}
    return octant.evaluate(
        network, path, densities=densities, overbook=overbook, objective="energy", time_limit_s=5
    )


def test_tiles_in_their_format_may_be_larger(tmp_path: Path) -> None:
    """Of 256 weights a quarter is there, at 12 b each: 768 b. Inputs come once for all of them."""
    plain = thin_weights("true", tmp_path, overbook=False)
    larger = thin_weights("true", tmp_path, overbook=True)
    tiles = [card.layers[0].run.mapping for card in (plain, larger) if card.layers[0].run]
    held = [
        math.prod(loop.factor for loop in tile.temporal[1].loops if loop.rank in "KC")
        for tile in tiles
    ]
    assert held[0] <= 96 < held[1] <= 256
    run = larger.layers[0].run
    assert run is not None and run.zeros is not None
    (pad,) = run.zeros.occupancy
    assert 0 < pad.overflow_chance < 1
    assert any("fetched from further out each time" in said for said in larger.assumptions)
    assert any("fits in their formats" in said for said in larger.assumptions)


def test_without_overflow_a_tile_fits_but_for_one_in_a_million(tmp_path: Path) -> None:
    """128 weights with 32 nonzeros, 5 more or less, of 12 b: 768 b are 7 deviations off."""
    sure = thin_weights("false", tmp_path, overbook=True)
    run = sure.layers[0].run
    assert run is not None and run.zeros is not None
    (pad,) = run.zeros.occupancy
    assert pad.expected_bits == 384 and pad.overflow_chance < 1e-6


def test_formats_that_lose_are_named() -> None:
    """Runs of 4 b before 8 b: half as much again where nothing is zero."""
    card = octant.evaluate(
        product(16, 8, 4), "eyeriss2-pe", densities={"input": 0.4}, time_limit_s=5
    )
    said = next(said for said in card.assumptions if said.startswith("Formats add bits"))
    assert "outside input 60 % (150 % on dense data)" in said
    run = card.layers[0].run
    assert run is not None and run.zeros is not None
    coded = {(use.store, use.role): use for use in run.zeros.formats}
    use = coded["outside", "input"]
    assert use.bits / use.plain_bits == pytest.approx(0.4 * 1.5, rel=0.01)
    assert use.dense_bits / use.dense_plain_bits == pytest.approx(1.5)
    assert run.zeros.skipped == pytest.approx(0.6)


def test_inputs_of_runs_are_where_the_network_has_them() -> None:
    """Border pixels of a convolution are padding; a mean density is the mean of its runs."""
    workload = octant.load_network("digits-lenet")
    found = measured(workload, "digits-lenet", "digits")
    assert len(found.samples) == 8
    works = [run.mac_layers[0].work for run in found.samples]
    images = []
    for work in works:
        assert isinstance(work, Einsum)
        pattern = work.operands[0].pattern
        assert isinstance(pattern, Mask)
        images.append(array_of(pattern)[0, 0, 0])
    assert all(image.shape == (12, 12) for image in images)
    assert not any(image[:2].any() or image[:, :2].any() or image[-2:].any() for image in images)
    source = load_data("digits", shape=(None, 1, 8, 8), task="classification")
    inputs, _ = source.read(share(source, Part.TEST, 64))
    pixels = next(iter(inputs.values()))[:8, 0]
    for image, sample in zip(images, pixels, strict=True):
        assert (image[2:10, 2:10] == (sample != 0)).all()


def test_costs_are_means_over_runs() -> None:
    """The same as evaluating each run by itself."""
    chip = octant.load_architecture("eyeriss2-pe")
    together = octant.evaluate(
        "digits-lenet", chip, data="digits", zeros=True, time_limit_s=2, objective="latency"
    )
    found = measured(octant.load_network("digits-lenet"), "digits-lenet", "digits")
    alone = [
        octant.evaluate(run, chip, time_limit_s=2, objective="latency") for run in found.samples
    ]
    for number, layer in enumerate(layer for layer in together.layers if layer.run):
        mine = [[each for each in card.layers if each.run][number] for card in alone]
        cycles = [each.cycles or 0 for each in mine]
        energies = [each.energy_j or 0 for each in mine]
        assert len(set(cycles)) > 1
        assert layer.cycles == pytest.approx(sum(cycles) / 8)
        assert layer.energy_j == pytest.approx(sum(energies) / 8)
        products = [each.run.effectual for each in mine if each.run]
        assert layer.run is not None and layer.run.effectual == pytest.approx(
            sum(x for x in products if x is not None) / 8
        )


@pytest.mark.parametrize(
    "chip",
    [name for name in architecture_names() if octant.load_architecture(name).sees_zeros],
)
def test_every_sparse_chip_stands_beside_itself_on_dense_data(chip: str) -> None:
    """Both on its sheet, latency and energy; dense data never cost it less."""
    pruned = product(16, 32, 8, Structured(2, 4, "C"))
    card = octant.evaluate(pruned, chip, densities={"input": 0.5}, time_limit_s=3)
    assert value(card, "latency", "on_dense_data") >= value(card, "latency", "latency")
    assert value(card, "energy", "on_dense_data") > value(card, "energy", "per_inference")
    run = card.layers[0].run
    assert run is not None and run.zeros is not None
    assert run.zeros.skipped + run.zeros.gated > 0


def test_overbooked_searches_report_once(tmp_path: Path) -> None:
    """Layers have rooms of their own; who watches sees one run of searches, to its end."""
    path = tmp_path / "pads.yaml"
    path.write_text(small_pads("true"), encoding="utf-8")
    seen: list[octant.Progress] = []
    card = octant.evaluate(
        "digits-lenet",
        path,
        densities={"weight": 0.5, "fc1.weight": 0.1},
        overbook=True,
        time_limit_s=2,
        progress=seen.append,
    )
    assert [each.done for each in seen] == list(range(len(seen)))
    assert {each.total for each in seen} == {5} and seen[-1].done == 5
    assert [layer.name for layer in card.layers if layer.run] == [
        layer.name for layer in octant.load_network("digits-lenet").mac_layers
    ]
