from __future__ import annotations

import pytest

from octant.workload import Workload
from tests.unit.importers.models import imported, node, sizes, value, vector_of, weight

STEPS, BATCH, INPUTS, HIDDEN = 5, 3, 7, 4


def recurrent(operator: str, gates: int, directions: int = 1) -> Workload:
    direction = "bidirectional" if directions == 2 else "forward"
    nodes = [
        node(
            operator, ["x", "w", "r", "b"], ["y"], "layer", hidden_size=HIDDEN, direction=direction
        )
    ]
    stored = [
        weight("w", [directions, gates * HIDDEN, INPUTS]),
        weight("r", [directions, gates * HIDDEN, HIDDEN]),
        weight("b", [directions, 2 * gates * HIDDEN]),
    ]
    return imported(nodes, [value("x", [STEPS, BATCH, INPUTS])], stored)


@pytest.mark.parametrize(("operator", "gates"), [("RNN", 1), ("GRU", 3), ("LSTM", 4)])
@pytest.mark.parametrize("directions", [1, 2])
def test_macs_come_from_w_and_r(operator: str, gates: int, directions: int) -> None:
    network = recurrent(operator, gates, directions)
    w, r = gates * HIDDEN * INPUTS, gates * HIDDEN * HIDDEN
    assert network.macs == directions * STEPS * BATCH * (w + r)
    assert network.weights == directions * (w + r)
    assert network.parameters == network.weights + directions * 2 * gates * HIDDEN


def test_the_three_layers_of_an_lstm() -> None:
    projection, recurrence, gates = recurrent("LSTM", 4, 2).layers
    assert [projection.name, recurrence.name, gates.name] == [
        "layer.projection",
        "layer.recurrence",
        "layer.gates",
    ]
    assert sizes(projection) == dict(N=BATCH, G=1, K=2 * 4 * HIDDEN, C=INPUTS, P=STEPS)
    assert projection.repeats == 1
    assert sizes(recurrence) == dict(N=BATCH, G=2, K=4 * HIDDEN, C=HIDDEN, P=1)
    assert recurrence.repeats == gates.repeats == STEPS
    assert set(gates.inputs) == {*projection.outputs, *recurrence.outputs}
    # 4 additions, 4 activations, 3 for the cell, 2 for the state
    assert vector_of(gates).operations == 13 * 2 * BATCH * HIDDEN
    # two products of four gates, and the old cell; the new cell and the new state
    assert vector_of(gates).read_elements == (2 * 4 + 1) * 2 * BATCH * HIDDEN
    assert vector_of(gates).written_elements == 2 * 2 * BATCH * HIDDEN


def test_batch_first_layout_and_peepholes() -> None:
    names = ["x", "w", "r", "", "", "h", "c", "p"]
    nodes = [node("LSTM", names, ["", "h1", "c1"], hidden_size=HIDDEN, layout=1)]
    stored = [
        weight("w", [1, 4 * HIDDEN, INPUTS]),
        weight("r", [1, 4 * HIDDEN, HIDDEN]),
        weight("p", [1, 3 * HIDDEN]),
    ]
    inputs = [
        value("x", [BATCH, STEPS, INPUTS]),
        value("h", [BATCH, 1, HIDDEN]),
        value("c", [BATCH, 1, HIDDEN]),
    ]
    network = imported(nodes, inputs, stored)
    projection, recurrence, gates = network.layers
    assert network.batch == BATCH
    assert sizes(projection)["P"] == recurrence.repeats == STEPS
    assert "h" in recurrence.inputs
    assert "c" in gates.inputs
    assert vector_of(gates).operations == (13 + 6) * BATCH * HIDDEN
    assert gates.parameters == 3 * HIDDEN
