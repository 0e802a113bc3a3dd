"""Recurrent nodes and Einsums in the pass: the same in float32, and rounded as NumPy rounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import helper, numpy_helper

import octant
from octant.accuracy.dataset import Part, Task, share
from octant.accuracy.execution import Session
from octant.accuracy.measurement import accuracy, calibrated, trial
from octant.accuracy.ranges import Seen, extended, grid
from octant.accuracy.recipe import Recipe
from octant.accuracy.rewrite import needed, rewritten
from octant.accuracy.rounding import rounded_block, to_levels
from octant.accuracy.runnable import Runnable, load_runnable
from octant.accuracy.weights import stored
from octant.accuracy.wording import recipe_of
from octant.workload import Einsum, format_named
from tests.unit.accuracy.models import model, runnable, samples

CHANCE = np.random.default_rng(11)
STEPS, BATCH, INPUTS, HIDDEN = 6, 5, 4, 3
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
Floats = NDArray[np.float32]


def _normal(*shape: int) -> Floats:
    return CHANCE.normal(size=shape).astype(np.float32)


def _recurrent(
    operator: str, direction: str = "forward", shape: Any = (STEPS, "n", INPUTS), **more: Any
) -> Runnable:
    many = 2 if direction == "bidirectional" else 1
    rows = GATES[operator] * HIDDEN
    held = {"w": _normal(many, rows, INPUTS), "r": _normal(many, rows, HIDDEN)}
    held["b"] = _normal(many, 2 * rows)
    if operator == "GRU":
        more = {"linear_before_reset": 1} | more
    node = helper.make_node(
        operator, ["x", "w", "r", "b"], ["y", "last"], "cell", hidden_size=HIDDEN,
        direction=direction, **more,
    )  # fmt: skip
    return runnable([node], shape, held)


def _run(network: Runnable, proto: Any, x: Floats) -> Floats:
    return np.asarray(Session(proto.SerializeToString(), network).run({"x": x})["y"])


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("operator", GATES)
def test_a_loop_computes_what_the_node_does(operator: str, direction: str) -> None:
    network, x = _recurrent(operator, direction), _normal(STEPS, BATCH, INPUTS)
    assert [layer.name for layer in network.layers] == ["cell.projection", "cell.recurrence"]
    assert network.unrounded == ()
    before, after = (_run(network, proto, x) for proto in (network.given, network.proto))
    assert before.shape == (STEPS, 2 if direction == "bidirectional" else 1, BATCH, HIDDEN)
    assert np.allclose(before, after, atol=1e-6)


def test_a_loop_starts_where_the_node_does() -> None:
    held = {"w": _normal(1, 12, INPUTS), "r": _normal(1, 12, HIDDEN)}
    held |= {"h": _normal(1, BATCH, HIDDEN), "c": _normal(1, BATCH, HIDDEN)}
    names = ["x", "w", "r", "", "", "h", "c"]
    for outputs in (["y"], ["", "y"], ["", "", "y"]):
        node = helper.make_node("LSTM", names, outputs, "cell", hidden_size=HIDDEN)
        network, x = runnable([node], (STEPS, BATCH, INPUTS), held), _normal(STEPS, BATCH, INPUTS)
        before, after = (_run(network, proto, x) for proto in (network.given, network.proto))
        assert np.allclose(before, after, atol=1e-6)


LEFT: dict[str, dict[str, Any]] = {
    "clip": {"clip": 1.0},
    "activations": {"activations": ["Sigmoid", "Tanh", "Relu"]},
}


@pytest.mark.parametrize("name", LEFT)
def test_what_no_loop_is_known_for_stays(name: str) -> None:
    network = _recurrent("LSTM", **LEFT[name])
    assert network.unrounded == ("LSTM (1)",)
    assert network.layers == ()
    assert _recurrent("GRU", linear_before_reset=0).unrounded == ("GRU (1)",)


def _rounded(values: Floats, low: float, high: float, bits: int) -> Floats:
    """The values on the grid of a range, zero point and all."""
    chosen = grid(Seen(low, high), format_named(str(bits)), Recipe())
    level = to_levels(
        values, np.float32(chosen.scale), np.float32(chosen.zero_point), (chosen.low, chosen.high)
    )
    return ((level - chosen.zero_point) * np.float32(chosen.scale)).astype(np.float32)


def _sigmoid(x: Floats) -> Floats:
    return (1 / (1 + np.exp(-x))).astype(np.float32)


def test_the_state_is_rounded_in_every_step() -> None:
    """An LSTM of int6 in NumPy, by the equations of the ONNX standard."""
    network, x = _recurrent("LSTM"), _normal(STEPS, BATCH, INPUTS)
    recipe = recipe_of(formats="6")
    held = {item.name: item for item in network.proto.graph.initializer}
    w, r, b = (numpy_helper.to_array(held[name]) for name in ("w", "r", "b"))
    states = np.concatenate([np.zeros((1, BATCH, HIDDEN), "f4"), _run(network, network.given, x)[
        :-1, 0]])  # fmt: skip
    seen = {
        name: extended(Seen(), x if name == "x" else states) for name in needed(network, recipe)
    }
    found = np.asarray(Session(rewritten(network, recipe, seen).model, network).run({"x": x})["y"])
    number = format_named("6")
    wq, rq = (
        stored(m, number, channel_axis=-1, summed_axis=-2, per_channel=True).values
        for m in (np.ascontiguousarray(w[0].T), np.ascontiguousarray(r[0].T))
    )
    low, high = float(states.min()), float(states.max())
    gates = _rounded(x, float(x.min()), float(x.max()), 6) @ wq + b[0, :12] + b[0, 12:]
    h = c = np.zeros((BATCH, HIDDEN), np.float32)
    for step in range(STEPS):
        i, o, f, new = np.split(gates[step] + _rounded(h, low, high, 6) @ rq, 4, axis=-1)
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(new)
        h = _sigmoid(o) * np.tanh(c)
        assert np.allclose(found[step, 0], h, atol=1e-5)
    assert not np.allclose(found, _run(network, network.given, x), atol=1e-2)


@pytest.mark.parametrize("operator", GATES)
@pytest.mark.parametrize(
    "words",
    [
        {"formats": "8", "accumulator": "20"},
        {"formats": "mxint8"},
        {"formats": "e4m3", "accumulator": "fp16"},
        {"formats": "binary"},
        {"noise": "weights=5%,outputs=5%"},
    ],
)
def test_every_kind_of_rounding_reaches_into_the_loop(operator: str, words: dict[str, str]) -> None:
    chance = np.random.default_rng(3)
    network = _recurrent(operator, "bidirectional", (STEPS, BATCH, INPUTS))
    x = chance.normal(size=(STEPS, BATCH, INPUTS)).astype(np.float32)
    recipe = recipe_of(**words)  # type: ignore[arg-type]
    names = needed(network, recipe)
    values = {"x": x} | dict(
        Session(network.proto.SerializeToString(), network, names).run({"x": x})
    )
    seen = {name: extended(Seen(), values[name]) for name in names}
    variant = rewritten(network, recipe, seen)
    found = np.asarray(Session(variant.model, network).run({"x": x})["y"])
    exact = _run(network, network.given, x)
    assert found.shape == exact.shape
    assert 0 < np.abs(found - exact).max() < 2
    only = replace(recipe, formats=type(recipe.formats)(), noise=None,
                   overrides=(("cell.projection", recipe.formats),))  # fmt: skip
    if recipe.noise is None:
        other = rewritten(network, only, seen).model
        assert not np.array_equal(Session(other, network).run({"x": x})["y"], found)


def _classifier(operator: str) -> bytes:
    """Reads sequences samples first, and answers by the last state."""
    rows = GATES[operator] * 16
    chance = np.random.default_rng(1)
    held = {
        "w": chance.normal(size=(1, rows, 8)).astype(np.float32),
        "r": chance.normal(size=(1, rows, 16)).astype(np.float32) / 4,
        "fc": chance.normal(size=(16, 10)).astype(np.float32),
        "axis": np.array([0], np.int64),
    }
    more: Any = {"linear_before_reset": 1} if operator == "GRU" else {}
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], "turn", perm=[1, 0, 2]),
        helper.make_node(operator, ["t", "w", "r"], ["", "last"], "cell", hidden_size=16, **more),
        helper.make_node("Squeeze", ["last", "axis"], ["h"], "squeeze"),
        helper.make_node("MatMul", ["h", "fc"], ["y"], "fc"),
    ]
    return model(nodes, ["n", 8, 8], held)


@pytest.mark.parametrize("operator", GATES)
def test_layers_of_a_recurrent_network_are_those_of_its_workload(operator: str) -> None:
    source = _classifier(operator)
    workload = octant.load_network(source, batch=1)
    names = [layer.name for layer in workload.mac_layers]
    assert names == ["cell.projection", "cell.recurrence", "fc"]
    x = np.random.default_rng(2).normal(size=(40, 8, 8)).astype(np.float32)
    network = load_runnable(source, "rows")
    labels = Session(source, network).run({"x": x})["y"].argmax(1)
    found = accuracy(trial(network, samples(x, labels)), recipe_of(formats="8"), sensitivity=True)
    assert [layer.name for layer in found.layers] == names
    assert found.baseline.value == 1.0
    assert found.score.value > 0.8
    assert [layer.operator for layer in found.layers][:2] == ["MatMul", operator]
    assert all((layer.output_sqnr_db or 0) > 20 for layer in found.layers)
    recipe = recipe_of(
        formats="8", layers=["cell.recurrence:weights=16,activations=16"], prune="layer=50%"
    )
    works = [layer.work for layer in octant.evaluate(source, "eyeriss", recipe=recipe).layers]
    densities = [x.tensor("weights").density for x in works if isinstance(x, Einsum)]
    assert densities == [0.5, 0.5, 0.5]


def test_nodes_without_names_or_of_one_name_are_told_apart() -> None:
    held = {"w": _normal(1, 12, INPUTS), "r": _normal(1, 12, HIDDEN), "v": _normal(HIDDEN, HIDDEN)}
    nodes = [
        helper.make_node("LSTM", ["x", "w", "r"], ["", "h"], hidden_size=HIDDEN),
        helper.make_node("LSTM", ["x", "w", "r"], ["", "g"], hidden_size=HIDDEN),
        helper.make_node("MatMul", ["h", "v"], ["a"], "product"),
        helper.make_node("MatMul", ["g", "v"], ["b"], "product"),
        helper.make_node("Add", ["a", "b"], ["y"], "sum"),
    ]
    source = model(nodes, [STEPS, BATCH, INPUTS], held)
    network, x = load_runnable(source, "twins"), _normal(STEPS, BATCH, INPUTS)
    names = [layer.name for layer in network.layers]
    assert len(set(names)) == 6
    assert names == [layer.name for layer in octant.load_network(source).mac_layers]
    before, after = (_run(network, proto, x) for proto in (network.given, network.proto))
    assert np.allclose(before, after, atol=1e-6)


EINSUMS = {
    "nk,km->nm": ((7, 12), (12, 9)),
    "nsk,khd->nshd": ((7, 4, 12), (12, 3, 5)),
    "nk,mk->nm": ((7, 12), (9, 12)),
    "nik,k->ni": ((7, 4, 12), (12,)),
    "nik,ik->n": ((7, 4, 12), (4, 12)),
}


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("equation", EINSUMS)
def test_an_einsum_is_that_of_integers(equation: str, first: bool) -> None:
    shapes = EINSUMS[equation]
    x, w = _normal(*shapes[0]), _normal(*shapes[1])
    left, right = equation.split("->")[0].split(",")
    written = f"{right},{left}->{equation.split('->')[1]}" if first else equation
    names = ["w", "x"] if first else ["x", "w"]
    node = helper.make_node("Einsum", names, ["y"], "sum", equation=written)
    network = runnable([node], ["n", *shapes[0][1:]], {"w": w})
    recipe = recipe_of(formats="8", accumulator="24")
    seen = {"x": extended(Seen(), x)}
    found = np.asarray(Session(rewritten(network, recipe, seen).model, network).run({"x": x})["y"])
    chosen = grid(seen["x"], format_named("8"), recipe)
    whole = to_levels(x, np.float32(chosen.scale), np.float32(chosen.zero_point), (0, 255)).astype(
        np.int64
    ) - chosen.zero_point  # fmt: skip
    result = equation.split("->")[1]
    own = next((letter for letter in right if letter in result and letter not in left), "")
    made = stored(w, format_named("8"), channel_axis=right.index(own) if own else 0, summed_axis=0,
                  per_channel=bool(own))  # fmt: skip
    sums = np.einsum(equation, whole, made.levels.astype(np.int64))
    scale = np.float32(chosen.scale) * made.scale.reshape(-1)
    behind = len(result) - 1 - result.index(own) if own else 0
    factor = scale.reshape(-1, *[1] * behind) if scale.size > 1 else scale.reshape(())
    assert np.array_equal(found, sums.astype(np.float32) * factor)


def test_an_einsum_of_two_activations_rounds_both() -> None:
    x = _normal(3, 4, 32)
    node = helper.make_node("Einsum", ["x", "x"], ["y"], "scores", equation="nik,njk->nij")
    network = runnable([node], [3, 4, 32], {})
    recipe = recipe_of(formats="mxfp4")
    found = np.asarray(Session(rewritten(network, recipe, {}).model, network).run({"x": x})["y"])
    rounded = rounded_block(x, format_named("mxfp4"), 2)
    assert np.allclose(found, np.einsum("nik,njk->nij", rounded, rounded), atol=1e-5)


@pytest.mark.parametrize("equation", ["ii,ij->j", "i...,ij->j...", "nk,ml->nm", "nk,km,m->n"])
def test_einsums_that_the_pass_does_not_know_stay(equation: str) -> None:
    operands = [f"w{number}" for number in range(equation.count(","))]
    node = helper.make_node("Einsum", ["x", *operands], ["y"], "sum", equation=equation)
    network = runnable([node], ["n", 4], {name: _normal(4, 4) for name in operands})
    assert network.layers == ()
    assert network.unrounded == ("Einsum (1)",)


def test_the_range_of_a_state_is_that_of_all_steps() -> None:
    """More steps than samples: no step is left out with the samples that fill a batch up."""
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], "turn", perm=[1, 0, 2]),
        helper.make_node("RNN", ["t", "w", "r"], ["", "last"], "cell", hidden_size=1),
        helper.make_node("Squeeze", ["last", "axis"], ["y"], "squeeze"),
    ]
    held = {"w": np.ones((1, 1, 1), "f4"), "r": np.ones((1, 1, 1), "f4"), "axis": np.array([0])}
    network = load_runnable(model(nodes, ["n", 50, 1], held), "sum")
    x = np.linspace(0, 0.2, 50 * 20, dtype=np.float32).reshape(20, 50, 1)
    on = trial(network, samples(x, np.zeros(20, int), Task.REGRESSION))
    seen = calibrated(on, (recipe_of(formats="8"),))
    chosen = share(on.data, Part.CALIBRATION)
    h, most = np.zeros((len(chosen), 1), np.float32), 0.0
    for step in range(50):
        most = max(most, float(h.max()))
        h = np.tanh(x[chosen, step] + h)
    assert seen["cell/states"].high == pytest.approx(most, abs=1e-6)
    assert seen["cell/states"].count == 50 * len(chosen)
