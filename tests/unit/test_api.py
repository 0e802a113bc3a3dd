"""The use cases: what names stand for, searches once a shape, errors, tables."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

import octant
from octant import mapper
from octant.api import Progress
from octant.errors import (
    CoverageError,
    ImportFailedError,
    InfeasibleError,
    InvalidWorkloadError,
    NotEstimatedError,
    OctantError,
    UnknownNameError,
)
from octant.files import load_architecture
from octant.scorecard import Figure, Place, Scorecard
from octant.workload import Workload
from tests.unit.scorecard.support import chip, product, unknown, vector

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def workload() -> Workload:
    return Workload(
        "net",
        (
            product("a", "image"),
            vector("relu", "Relu", "a"),
            product("b", "relu"),
            product("c", "b", rows=5),
            vector("norm", "LRN", "c"),
        ),
    )


@pytest.fixture(scope="module")
def scorecard(workload: Workload) -> Scorecard:
    return octant.evaluate(workload, "teaching")


def model(*shape: int | str) -> bytes:
    """A model of one product with an open or fixed input."""
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"]), helper.make_node("Relu", ["y"], ["z"])],
        "little",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
        [helper.make_tensor("w", TensorProto.FLOAT, (4, 2), [0.0] * 8)],
    )
    made = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 20)])
    data: bytes = made.SerializeToString()
    return data


def test_the_scorecard_is_of_the_network_on_the_chip(scorecard: Scorecard) -> None:
    assert (scorecard.network, scorecard.architecture, scorecard.batch) == ("net", "teaching", 1)
    assert (scorecard.objective, scorecard.dataflow) == ("edp", "output-stationary")
    assert [layer.place for layer in scorecard.layers] == [
        Place.ARRAY,
        Place.FUSED,
        Place.ARRAY,
        Place.ARRAY,
        Place.NOT_RUN,
    ]
    assert isinstance(scorecard.energy["per_inference"], Figure)
    assert [name for name, _ in scorecard.versions] == ["octant", "python", "numpy", "numba"]


def test_layers_of_one_shape_are_searched_once(
    workload: Workload, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = []
    real = mapper.search

    def spy(einsum: Any, *arguments: Any, **options: Any) -> Any:
        searched.append(einsum)
        return real(einsum, *arguments, **options)

    monkeypatch.setattr("octant.mapper.layers.search", spy)
    seen: list[Progress] = []
    mappings = octant.map_network(workload, "teaching", progress=seen.append)
    assert [mapping.layer for mapping in mappings] == ["a", "b", "c"]
    assert len(searched) == len(set(searched)) == 2
    assert seen[0] == Progress(0, 2, "")
    assert [step.done for step in seen] == [0, 1, 2]
    assert {step.layer for step in seen[1:]} == {"a", "c"}
    assert mappings[0].result is mappings[1].result


def test_layers_are_searched_in_the_number_formats_of_the_chip(workload: Workload) -> None:
    mappings = octant.map_network(workload, "teaching")
    formats = {str(tensor.format) for mapping in mappings for tensor in mapping.einsum.tensors}
    assert formats == {"int16"}


def test_an_interrupt_passes_through(workload: Workload) -> None:
    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        octant.evaluate(workload, "teaching", progress=stop)


def test_the_fastest_mapping_needs_no_more_than_another_as_fast(workload: Workload) -> None:
    on = load_architecture("teaching")
    free = mapper.dataflow_named(on, "any")
    for found in octant.map_network(workload, on, objective="latency", dataflow="any"):
        assert found.result.evaluation is not None
        fastest, *_ = mapper.front(found.einsum, on, dataflow=free).evaluations
        assert found.result.evaluation.energy_j == pytest.approx(fastest.energy_j, rel=1e-9)
        assert found.result.value == fastest.latency_s


def test_the_dataflow_and_objective_are_chosen_by_name(workload: Workload) -> None:
    found = octant.evaluate(workload, "teaching", dataflow="any", objective="latency")
    assert (found.dataflow, found.objective) == ("any", "latency")
    with pytest.raises(UnknownNameError, match="did you mean 'energy'"):
        octant.evaluate(workload, "teaching", objective="enery")
    with pytest.raises(UnknownNameError, match="did you mean 'weight-stationary'"):
        octant.evaluate(workload, "teaching", dataflow="weight-stationery")


def test_a_missing_price_stops_the_objectives_that_need_it(workload: Workload) -> None:
    with pytest.raises(NotEstimatedError, match=r"DRAM read.*objective latency"):
        octant.evaluate(workload, chip(read_j=None))
    found = octant.evaluate(workload, chip(read_j=None), objective="latency")
    assert isinstance(found.throughput["inferences_per_s"], Figure)
    assert "DRAM read" in str(found.energy["per_inference"])


def test_strict_refuses_what_is_not_understood() -> None:
    network = Workload("net", (product("a", "image"), unknown("what", "a")))
    found = octant.evaluate(network, "teaching")
    assert found.layers[1].place is Place.UNKNOWN
    with pytest.raises(CoverageError, match=r"1 of 2 layers .*\n  'what' \(Mystery\)"):
        octant.evaluate(network, "teaching", strict=True)


def test_an_infeasible_layer_is_named(workload: Workload, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any, **__: Any) -> mapper.SearchResult:
        return mapper.SearchResult(
            mapper.Status.INFEASIBLE,
            mapper.Objective.EDP,
            None,
            None,
            float("inf"),
            float("inf"),
            0,
            "nothing",
            "the tile fits nowhere",
        )

    monkeypatch.setattr("octant.mapper.layers.search", nothing)
    with pytest.raises(InfeasibleError, match=r"layer 'a' \(MatMul: .* fits nowhere"):
        octant.evaluate(workload, "teaching")


def test_chips_are_names_paths_or_architectures(tmp_path: Path) -> None:
    named = octant.load_architecture("teaching")
    assert octant.load_architecture(named) is named
    from octant.files import architecture_text

    (tmp_path / "chip.yaml").write_text(architecture_text("teaching"))
    assert octant.load_architecture(tmp_path / "chip.yaml") == named
    assert octant.load_architecture(str(tmp_path / "chip.yaml")) == named
    assert "teaching" in octant.architectures()
    with pytest.raises(UnknownNameError, match="did you mean 'eyeriss'"):
        octant.load_architecture("eyeris")


def test_built_in_networks_take_sizes() -> None:
    assert octant.load_network("alexnet", batch=4).batch == 4
    small = octant.load_network("mobilenet-v1", dims={"resolution": 128, "width": 0.5})
    assert small.macs < octant.load_network("mobilenet-v1").macs
    assert "alexnet" in octant.networks()


def test_an_unknown_network_has_near_misses() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'alexnet'.*\.onnx"):
        octant.load_network("alexnett")


def test_a_missing_file_is_no_unknown_name() -> None:
    with pytest.raises(ImportFailedError, match="there is no such file"):
        octant.load_network("nowhere/net.onnx")


def test_a_workload_stands_for_itself(workload: Workload) -> None:
    assert octant.load_network(workload) is workload
    assert octant.load_network(workload, batch=1) is workload
    with pytest.raises(InvalidWorkloadError, match="fixed batch of 1, not 2"):
        octant.load_network(workload, batch=2)
    with pytest.raises(UnknownNameError, match="all known; dims gives width"):
        octant.load_network(workload, dims={"width": 1})


@pytest.mark.parametrize("symbol", ["batch_size", "N", "rows"])
def test_the_batch_sets_the_open_batch_dimension_of_a_file(symbol: str) -> None:
    assert octant.load_network(model(symbol, 4), batch=8).batch == 8


def test_an_open_batch_is_one_where_nothing_is_said() -> None:
    found = octant.load_network(model("batch", 4))
    assert found.batch == 1
    assert "batch=1" in found.description
    with pytest.raises(ImportFailedError, match="'rows'"):
        octant.load_network(model("rows", 4))


def test_dims_come_before_the_batch() -> None:
    assert octant.load_network(model("batch", 4), dims={"batch": 3}).batch == 3
    with pytest.raises(InvalidWorkloadError, match="batch of 3, not 5"):
        octant.load_network(model("batch", 4), batch=5, dims={"batch": 3})
    with pytest.raises(InvalidWorkloadError, match=r"'batch' is given size 1\.5"):
        octant.load_network(model("batch", 4), dims={"batch": 1.5})


def test_a_fixed_batch_cannot_be_set() -> None:
    assert octant.load_network(model(6, 4)).batch == 6
    assert octant.load_network(model(6, 4), batch=6).batch == 6
    with pytest.raises(InvalidWorkloadError, match="fixed batch of 6, not 2: export it"):
        octant.load_network(model(6, 4), batch=2)


def test_bytes_that_are_no_model_are_refused() -> None:
    with pytest.raises(ImportFailedError, match="<bytes>: not an ONNX model"):
        octant.load_network(b"a cat", batch=2)


def test_a_file_is_evaluated(tmp_path: Path) -> None:
    onnx.save(onnx.load_from_string(model("n", 4)), tmp_path / "little.onnx")
    found = octant.evaluate(str(tmp_path / "little.onnx"), "teaching", batch=2)
    assert (found.network, found.batch) == ("little", 2)
    assert [layer.place for layer in found.layers] == [Place.ARRAY, Place.FUSED]


def test_a_scorecard_is_written_and_read(scorecard: Scorecard, tmp_path: Path) -> None:
    octant.write_scorecard(tmp_path / "card.json", scorecard)
    assert octant.read_scorecard(tmp_path / "card.json") == scorecard


def test_layers_become_a_table(scorecard: Scorecard) -> None:
    table = octant.layers_table(scorecard)
    assert list(table["name"]) == ["a", "relu", "b", "c", "norm"]
    assert table["latency_s"].sum() == pytest.approx(
        sum(layer.latency_s or 0 for layer in scorecard.layers)
    )
    assert table["latency_s"].isna().tolist() == [False, False, False, False, True]
    assert table.loc[0, "active_units"] == 4


def test_energy_becomes_a_table(scorecard: Scorecard) -> None:
    table = octant.energy_table(scorecard)
    figure = scorecard.energy["per_inference"]
    assert isinstance(figure, Figure)
    assert table["energy_j"].sum() == pytest.approx(figure.value)
    assert set(table["tensor"]) == {"input", "weight", "output", ""}


def test_without_pandas_a_table_says_how_to_get_it(
    scorecard: Scorecard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(OctantError, match="pip install 'octant-eval"):
        octant.layers_table(scorecard)


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert octant.__version__ == project["version"]


def test_every_public_name_is_there() -> None:
    assert [name for name in octant.__all__ if not hasattr(octant, name)] == []
    assert set(octant.__all__) <= set(dir(octant))
    with pytest.raises(AttributeError, match="has no attribute 'evalute'"):
        _ = octant.evalute


def test_importing_the_package_loads_next_to_nothing() -> None:
    program = "import sys, octant; print([n for n in sys.modules if n.startswith('octant.')])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    assert done.stdout.strip() == "[]"


def test_a_chip_file_serves_as_well_as_its_name(workload: Workload) -> None:
    assert octant.evaluate(workload, load_architecture("teaching")).architecture == "teaching"


def test_the_batch_of_a_built_in_network_may_be_given_as_a_size() -> None:
    assert octant.load_network("alexnet", dims={"batch": 4}).batch == 4
    with pytest.raises(OctantError, match="batch is given as 2 and, among the sizes, as 4"):
        octant.load_network("alexnet", batch=2, dims={"batch": 4})
    with pytest.raises(OctantError, match="allowed are whole numbers"):
        octant.load_network("alexnet", dims={"batch": 1.5})
