"""The whole run: calibration, comparison, sensitivity, journal, and what cannot be run."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper

import octant
from octant.accuracy.dataset import DataSet, Task
from octant.accuracy.digits import digits
from octant.accuracy.journal import Journal
from octant.accuracy.measurement import Progress, accuracy, trial
from octant.accuracy.networks import names, path
from octant.accuracy.recipe import Recipe
from octant.accuracy.runnable import Runnable, load_runnable
from octant.accuracy.wording import recipe_of
from octant.errors import DataSetError, FileFormatError, ImportFailedError, RunFailedError
from octant.workload import Einsum
from tests.unit.accuracy.models import model, samples

LENET = load_runnable(path("digits-lenet"), "digits-lenet")


@pytest.mark.parametrize("name", names())
def test_embedded_networks_know_their_digits(name: str) -> None:
    found = octant.measure_accuracy(name)
    assert found.score.value > 0.96
    assert found.score.samples == 719
    assert found.score.low is not None
    assert found.score.low < found.score.value
    assert (found.comparison, found.layers, found.recipe) == (None, (), "float32 throughout")


@pytest.mark.parametrize("name", names())
def test_layers_are_called_as_in_the_workload(name: str) -> None:
    workload = octant.load_network(name)
    stored = {x.name: 0 if x.weights is None else x.weights.size for x in
              load_runnable(path(name)).layers}  # fmt: skip
    assert {layer.name: layer.weights for layer in workload.mac_layers} == stored


def test_a_difference_comes_with_its_significance() -> None:
    on = trial(LENET, digits())
    mild, rough = (accuracy(on, recipe_of(weights=bits)) for bits in ("8", "2"))
    assert mild.comparison is not None
    assert rough.comparison is not None
    assert not mild.comparison.is_significant
    assert rough.comparison.is_significant
    assert rough.comparison.difference == pytest.approx(rough.score.value - rough.baseline.value)
    assert mild.baseline == rough.baseline == on.baseline.scores[0]


def test_each_layer_alone() -> None:
    on = trial(LENET, digits(), limit=200)
    found = accuracy(on, recipe_of(weights="3", prune="layer=20%"), sensitivity=True)
    assert [layer.name for layer in found.layers] == ["conv1", "conv2", "fc1", "fc2", "fc3"]
    alone = [layer.alone.value for layer in found.layers if layer.alone]
    assert len(alone) == 5
    assert min(alone) > found.score.value
    assert all(layer.density is not None and layer.density <= 0.8 for layer in found.layers)
    assert all((layer.output_sqnr_db or 0) > 0 for layer in found.layers)


def test_more_bits_leave_more_signal_in_every_layer() -> None:
    on = trial(LENET, digits(), limit=50)
    runs = [accuracy(on, recipe_of(formats=bits)) for bits in ("4", "8", "12")]
    for few, more in pairwise(runs):
        for a, b in zip(few.layers, more.layers, strict=True):
            assert a.output_sqnr_db is not None
            assert b.output_sqnr_db is not None
            assert a.output_sqnr_db < b.output_sqnr_db


def test_an_exception_applies_to_its_layer_only() -> None:
    on = trial(LENET, digits(), limit=50)
    found = accuracy(on, recipe_of(weights="4", layers=["fc1:weights=8", "conv1:float"]))
    formats = {layer.name: layer.weights for layer in found.layers}
    assert formats == {
        "conv1": "float32", "conv2": "int4", "fc1": "int8", "fc2": "int4", "fc3": "int4",
    }  # fmt: skip


def _counting(data: DataSet, asked: list[int]) -> DataSet:
    def read(chosen: Any) -> Any:
        asked.append(len(chosen))
        return data.read(chosen)

    return replace(data, read=read)


def test_memory_holds_a_batch_not_the_data() -> None:
    asked: list[int] = []
    on = trial(LENET, _counting(digits(), asked), batch=32)
    accuracy(on, recipe_of(weights="4", activations="4", ranges="mse"))
    assert max(asked) == 32


def test_a_journal_saves_what_was_done(tmp_path: Path) -> None:
    file, recipe = tmp_path / "journal.jsonl", recipe_of(weights="4")

    def run() -> tuple[object, list[Progress]]:
        seen: list[Progress] = []
        on = trial(LENET, digits(), batch=64, journal=Journal(file), report=seen.append)
        return accuracy(on, recipe), seen

    first, worked = run()
    second, idle = run()
    assert first == second
    assert worked
    assert not idle
    whole = file.read_text("utf-8")
    file.write_text(whole[:-20], "utf-8")  # cut off while the last line was written
    third, resumed = run()
    assert third == first
    assert 0 < len(resumed) < len(worked)
    assert file.read_text("utf-8") == whole


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    file, recipe = tmp_path / "journal.jsonl", recipe_of(weights="4")
    again: list[Progress] = []

    def interrupt(now: Progress) -> None:
        if now.what != "float32" and now.done >= 140:
            raise KeyboardInterrupt

    def run(report: Any, journal: Path | None) -> Any:
        return octant.measure_accuracy(
            "digits-lenet", recipe=recipe, batch=16, limit=200, journal=journal, progress=report
        )

    with pytest.raises(KeyboardInterrupt):
        run(interrupt, file)
    kept = file.read_text("utf-8").count("\n")
    assert kept == 4 + 2  # of 64 samples: all of float32, and two of the variant
    found = run(again.append, file)
    assert found == run(None, None)
    assert [now.done for now in again] == [144, 160, 176, 192, 200]


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("my notes\nmore notes\n", "utf-8")
    with pytest.raises(FileFormatError, match=r"notes.txt:1: is no journal"):
        Journal(file)
    assert file.read_text("utf-8") == "my notes\nmore notes\n"


def test_a_fixed_batch_is_fed_in_its_size() -> None:
    data = digits()
    weights = np.random.default_rng(0).normal(size=(64, 10)).astype(np.float32)
    node = helper.make_node("MatMul", ["x", "w"], ["y"], "fc")
    fixed, free = (
        load_runnable(model([node], [batch, 64], {"w": weights}), "n") for batch in (7, "n")
    )
    assert trial(fixed, data).baseline.scores == trial(free, data).baseline.scores


def _classifier(shape: list[int | str], classes: int = 10) -> Runnable:
    size = int(np.prod([x for x in shape[1:] if isinstance(x, int)]))
    nodes = [
        helper.make_node("Flatten", ["x"], ["f"], "flatten"),
        helper.make_node("MatMul", ["f", "w"], ["y"], "fc"),
    ]
    return load_runnable(
        model(nodes, shape, {"w": np.ones((size, classes), np.float32)}), "classifier"
    )


def test_shapes_that_do_not_match() -> None:
    with pytest.raises(DataSetError, match="a sample of input 'x' is 3 x 9 x 9; the data set's is"):
        trial(_classifier(["n", 3, 9, 9]), digits())


def test_labels_out_of_range() -> None:
    with pytest.raises(DataSetError, match="the network tells 4 classes apart, 0 to 3"):
        trial(_classifier(["n", 1, 8, 8], 4), digits())


def test_nothing_left_to_test() -> None:
    one = samples(np.zeros((1, 1, 8, 8), np.float32), np.zeros(1, int))
    with pytest.raises(DataSetError, match="none of which is left for testing"):
        trial(_classifier(["n", 1, 8, 8]), one)


def test_another_task() -> None:
    chance = np.random.default_rng(0)
    data = samples(
        chance.normal(size=(50, 5)).astype(np.float32), chance.normal(size=50), Task.REGRESSION
    )
    found = accuracy(trial(_classifier(["n", 5], 1), data), recipe_of(weights="8"))
    assert found.score.metric == "root mean square error"
    assert found.comparison is None


def test_an_operator_that_onnx_runtime_does_not_know() -> None:
    node = helper.make_node("Teleport", ["x"], ["y"], "beam", domain="example")
    source = model([node], ["n", 1, 8, 8], {})
    with pytest.raises(RunFailedError, match=r"ONNX Runtime cannot run it: .*(Teleport|example)"):
        trial(load_runnable(source, "n"), digits())


def test_what_is_not_rounded_is_named() -> None:
    nodes = [
        helper.make_node("Einsum", ["x", "w", "u"], ["h"], "sum", equation="nk,km,m->nm"),
        helper.make_node("MatMul", ["h", "v"], ["y"], "fc"),
    ]
    stored = {
        "w": np.ones((64, 8), np.float32),
        "u": np.ones(8, np.float32),
        "v": np.ones((8, 10), np.float32),
    }
    network = load_runnable(model(nodes, ["n", 64], stored), "n")
    found = accuracy(trial(network, digits(), limit=20), recipe_of(weights="8"))
    assert any("does not know them: Einsum (1)" in note for note in found.notes)


@pytest.mark.parametrize("source", [b"a cat", b""])
def test_bytes_that_are_no_network(source: bytes) -> None:
    with pytest.raises(ImportFailedError, match="not an ONNX model"):
        load_runnable(source)


def test_a_network_of_an_old_operator_set_is_brought_up() -> None:
    node = helper.make_node("Gemm", ["x", "w"], ["y"], "fc")
    source = model([node], ["n", 64], {"w": np.eye(64, 10, dtype=np.float32)}, opset=11)
    on = trial(load_runnable(source, "n"), digits())
    assert accuracy(on, recipe_of(formats="12")).score == on.baseline.scores[0]


def test_pruning_reaches_the_workload() -> None:
    recipe = recipe_of(weights="8", activations="8", prune="2:4")
    card = octant.evaluate("digits-lenet", "eyeriss", recipe=recipe)
    densities = {
        layer.name: layer.work.tensor("weights").density
        for layer in card.layers
        if isinstance(layer.work, Einsum)
    }
    found = octant.measure_accuracy("digits-lenet", recipe=recipe_of(prune="2:4"), limit=20)
    assert densities == {layer.name: layer.density for layer in found.layers}
    assert densities["fc1"] == 0.5


def test_nothing_to_do_is_nothing_done() -> None:
    on = trial(LENET, digits(), limit=20)
    assert accuracy(on, Recipe()).score == on.baseline.scores[0]
