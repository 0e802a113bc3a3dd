"""The sheet as a whole: sums, what is missing, what is cited."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.errors import InfeasibleError
from octant.eyexam.scaling import Scalability, ScalePoint
from octant.mapper.result import Objective, SearchResult, Status
from octant.report import layers_page
from octant.report.mappings import status_text
from octant.scorecard import (
    Figure,
    Missing,
    Place,
    Scorecard,
    Unit,
    assemble,
    by_component,
    by_level,
    by_tensor,
)
from octant.scorecard.metrics import scalability
from octant.source import Origin
from octant.workload import Workload
from tests.unit.scorecard.support import card, chip, mapped, product, unknown, vector


def value(figure: Figure | Missing) -> float:
    assert isinstance(figure, Figure)
    return figure.value


def test_latency_and_energy_are_sums_over_the_layers_with_their_repeats() -> None:
    found = card(product("a", "image"), product("b", "a", repeats=5))
    a, b = found.layers
    assert a.latency_s is not None
    assert b.latency_s == pytest.approx(5 * a.latency_s)
    assert value(found.latency["latency"]) == pytest.approx(6 * a.latency_s)
    assert a.energy_j is not None
    assert value(found.energy["per_inference"]) == pytest.approx(6 * a.energy_j)


def test_a_product_costs_what_a_hand_count_says() -> None:
    # 24 MACs, two at a time: 12 steps. K is the innermost loop, so a step reads one input (shared
    # by both columns), two weights, and reads and writes two sums (not read the first time)
    (found,) = card(product("fc", "image")).layers
    reads = {part.tensor: part.count for part in found.energy if part.action == "read"}
    assert reads["input"] == 12
    assert sum(part.count for part in found.energy if part.action == "MAC") == 24
    assert found.run is not None
    assert (found.run.active_units, found.run.units) == (2, 2)
    assert found.energy_j == pytest.approx(sum(part.energy_j or 0 for part in found.energy))


def test_batch_divides_energy_and_multiplies_throughput() -> None:
    one, four = card(product("a", "image")), card(product("a", "image"), batch=4)
    assert value(four.latency["latency"]) == value(one.latency["latency"])
    ratio = value(four.throughput["inferences_per_s"]) / value(one.throughput["inferences_per_s"])
    assert ratio == pytest.approx(4)
    ratio = value(four.energy["per_inference"]) / value(one.energy["per_inference"])
    assert ratio == pytest.approx(1 / 4)
    assert value(four.power["average"]) == pytest.approx(value(one.power["average"]))


def test_power_is_energy_over_latency_off_chip_included() -> None:
    found = card(product("a", "image"))
    energy, latency = value(found.energy["per_inference"]), value(found.latency["latency"])
    assert value(found.power["average"]) == pytest.approx(energy / latency)
    assert value(found.power["off_chip"]) < value(found.power["average"])


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(1, 7), st.integers(1, 5), st.integers(1, 3)),
        min_size=1,
        max_size=3,
    ),
    st.integers(1, 4),
    st.booleans(),
)
def test_the_factors_multiply_to_the_throughput(
    shapes: list[tuple[int, int, int, int]], batch: int, pooled: bool
) -> None:
    layers = [
        product(f"layer{index}", "x", rows=rows, inner=inner, columns=columns, repeats=repeats)
        for index, (rows, inner, columns, repeats) in enumerate(shapes)
    ]
    pools = [vector("pool", "MaxPool", "x", operations=40)] if pooled else []
    found = card(*layers, *pools, batch=batch, on=chip(width=4))
    factors = found.decomposition
    assert factors is not None
    product_of_factors = (
        factors.operations_per_cycle_per_unit
        * factors.clock_hz
        * factors.units
        * factors.active_share
        * factors.utilization_of_active
        / factors.operations_per_inference
    )
    assert product_of_factors == pytest.approx(factors.inferences_per_s)
    assert value(found.throughput["inferences_per_s"]) == factors.inferences_per_s
    assert 0 < factors.active_share <= 1
    assert 0 < factors.utilization_of_active <= 1 + 1e-12


def test_energy_groups_sum_to_the_energy() -> None:
    found = card(product("a", "image"), vector("pool", "MaxPool", "a"))
    total = value(found.energy["per_inference"])
    for group in (by_component, by_level, by_tensor):
        assert sum(part.energy_j or 0 for part in group(found.energy_parts)) == pytest.approx(total)
    assert [part.name for part in by_component(found.energy_parts)] == [
        "DRAM",
        "row",
        "mac",
        "vector",
    ]
    off_chip = next(part for part in by_component(found.energy_parts) if part.off_chip)
    assert off_chip.energy_j == pytest.approx(value(found.energy["off_chip"]))


def test_without_a_price_energy_and_power_say_which_one_to_add() -> None:
    found = card(product("a", "image"), on=chip(read_j=None))
    assert found.layers[0].energy_j is None
    for figure in (found.energy["per_inference"], found.power["average"]):
        assert isinstance(figure, Missing)
        assert str(figure).startswith("not evaluated: add the energy of: DRAM read")
    assert isinstance(found.throughput["inferences_per_s"], Figure)


def test_without_a_price_of_a_vector_operation_energy_stands_and_says_so() -> None:
    found = card(product("a", "image"), vector("pool", "MaxPool", "a"), on=chip(vector_j=None))
    figure = found.energy["per_inference"]
    assert isinstance(figure, Figure)
    assert "6 element operations that have no price" in figure.basis
    assert [(total.operator, total.operations) for total in found.coverage.not_costed] == [
        ("MaxPool", 6)
    ]
    assert any("No source prices" in sentence for sentence in found.assumptions)


def test_coverage_lists_what_is_not_run_and_what_is_not_understood() -> None:
    found = card(
        product("a", "image"), vector("norm", "LRN", "a"), unknown("what", "norm", parameters=24)
    )
    covered = found.coverage
    assert (covered.layers, covered.layers_run) == (3, 1)
    assert (covered.operations, covered.operations_run) == (6, 0)
    assert (covered.parameters, covered.parameters_run) == (8 + 24, 8)
    assert [total.operator for total in covered.not_run] == ["LRN"]
    assert [total.operator for total in covered.not_understood] == ["Mystery"]
    assert found.layers[2].place is Place.UNKNOWN
    text = "\n".join(found.assumptions)
    assert "Not run on tiny: LRN (1 layer, 6 operations)" in text
    assert "Not understood and not costed (75 % of the parameters): Mystery (1 layer)" in text
    assert value(found.flexibility["layers_run"]) == pytest.approx(1 / 3)


def test_what_this_version_does_not_evaluate_says_what_to_add() -> None:
    found = card(product("a", "image"))
    rows = [row for _, metric in found.metrics for row in metric.rows]
    missing = [str(row.figure) for row in rows if isinstance(row.figure, Missing)]
    assert all(text.startswith("not evaluated: add ") for text in missing)
    assert isinstance(found.accuracy["accuracy"], Missing)
    assert isinstance(found.scalability["chip"], Missing)
    assert isinstance(found.cost["area"], Missing)


def test_the_eight_metrics_stand_in_the_order_of_the_sheet() -> None:
    assert [name for name, _ in card(product("a", "image")).metrics] == [
        "accuracy",
        "throughput",
        "latency",
        "energy",
        "power",
        "cost",
        "flexibility",
        "scalability",
    ]


def test_cost_comes_from_the_description_with_its_origin() -> None:
    found = card(product("a", "image"), on=chip(area_m2=4e-6))
    area = found.cost["area"]
    assert isinstance(area, Figure)
    assert (area.value, area.unit, area.origin) == (4e-6, Unit.SQUARE_METRE, Origin.PUBLISHED)
    assert value(found.cost["area_per_unit"]) == 2e-6
    assert value(found.cost["storage"]) == 0
    bandwidth = found.cost["bandwidth_DRAM_shared"]
    assert isinstance(bandwidth, Figure)
    assert (bandwidth.value, bandwidth.origin) == (640.0, Origin.ASSUMED)
    assert "an eight-byte link" in bandwidth.basis


def test_a_network_that_runs_nothing_has_no_throughput() -> None:
    found = card(vector("norm", "LRN", "image"))
    assert found.decomposition is None
    for figure in (
        found.throughput["inferences_per_s"],
        found.latency["latency"],
        found.energy["per_inference"],
        found.power["average"],
    ):
        assert isinstance(figure, Missing)


def test_references_name_each_source_once_with_what_rests_on_it() -> None:
    found = {ref.citation: ref.used_for for ref in card(product("a", "image")).references}
    assert found["A network, 2021"] == ("network net",)
    assert found["A paper, 2020"] == ("tiny: chip", "dataflow plain")
    assert found["assumed: an eight-byte link"] == ("tiny: DRAM",)
    assert "energy of DRAM read" in found["assumed: made for the test"]
    assert "energy of vector operation" in found["assumed: made for the test"]


def test_assumptions_name_formats_leakage_and_what_is_assumed() -> None:
    text = "\n".join(card(product("a", "image")).assumptions)
    assert "input int8, weight int8, output int8; as given it is in float32" in text
    assert "padding" in text
    assert "Leakage" in text
    assert "Assumed of tiny, DRAM: an eight-byte link." in text
    assert "Assumed prices (made for the test): DRAM read" in text


def test_an_infeasible_layer_is_named_with_the_reason() -> None:
    workload = Workload("net", (product("fc", "image"),))
    (mapping,) = mapped(workload, chip())
    nothing = replace(
        mapping.result,
        status=Status.INFEASIBLE,
        mapping=None,
        evaluation=None,
        reason="no tile fits",
    )
    with pytest.raises(InfeasibleError, match=r"layer 'fc' \(MatMul\).* tiny: no tile fits"):
        assemble(
            workload,
            chip(),
            (replace(mapping, result=nothing),),
            objective=Objective.EDP,
            dataflow=None,
            versions=(),
        )


def with_gap(share: float) -> tuple[SearchResult, Scorecard]:
    """A search that knows a bound of that share of its value, and the sheet of its one layer."""
    workload = Workload("net", (product("fc", "image"),))
    (mapping,) = mapped(workload, chip())
    value = mapping.result.value
    result = replace(mapping.result, status=Status.GAP, bound=value * share, reason="a test")
    found = assemble(
        workload,
        chip(),
        (replace(mapping, result=result),),
        objective=Objective.LATENCY,
        dataflow=None,
        versions=(),
    )
    return result, found


def test_a_search_that_stopped_early_is_an_assumption() -> None:
    _, found = with_gap(0.5)
    assert any("at most 100 % above the optimum" in sentence for sentence in found.assumptions)


def test_a_search_without_a_bound_says_so() -> None:
    result, found = with_gap(0.0)
    far = "(a test), and no bound above 0 is known."
    assert f"The mapping of 1 layer is not proven to be the best {far}" in found.assumptions
    assert status_text(result) == "not proven, and no bound above 0 is known (a test)"
    assert "gap" in layers_page(found)


def test_an_unknown_row_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        card(product("a", "image")).energy["nothing"]


def test_a_larger_chip_without_a_mapping_is_missing_and_not_left_out() -> None:
    def point(factor: float, efficiency: float | None, why: str) -> ScalePoint:
        return ScalePoint(False, factor, int(4 * factor), None, None, efficiency, None, why, 0.5)

    chips = (point(4.0, 0.5, "array shape"), point(64.0, None, "no mapping was found"))
    rows = scalability(Scalability("x", "teaching", "any", 1, chips, (), ()))
    known, missing = rows["chip_strong_4"], rows["chip_strong_64"]
    assert isinstance(known, Figure) and known.value == 0.5
    assert isinstance(missing, Missing) and missing.reason == "no mapping was found"
