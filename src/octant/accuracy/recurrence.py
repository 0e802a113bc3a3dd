"""Recurrent nodes as what they compute: a product over all steps, and a loop with one a step.

Rounding must reach into the recurrence, for the state is rounded again in every step. So an LSTM,
GRU or RNN becomes a matrix product of its inputs (``.projection``), and a Scan whose body
multiplies the state (``.recurrence``) and computes the gates by the equations of the ONNX
standard: the layers that the node is in a workload. The Scan also hands out the states that were
multiplied, and the sums, for calibration and for the signal to noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
_DIRECTIONS = {"forward": (0,), "reverse": (1,), "bidirectional": (0, 1)}
#: Attributes that the loop knows; a node with another one stays as it is.
_KNOWN = frozenset({"activations", "direction", "hidden_size", "layout", "linear_before_reset"})
_ACTIVATIONS = {
    "RNN": (["Tanh"], ["Relu"]),
    "GRU": (["Sigmoid", "Tanh"],),
    "LSTM": (["Sigmoid", "Tanh", "Tanh"],),
}
#: Inputs by place: X, W, R, B, lengths of sequences, first state, first cell, peepholes.
_LENGTHS, _STATE, _CELL, _PEEPHOLES = 4, 5, 6, 7

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop that a recurrent node has become.

    Args:
        operator: of the node that it was.
        layer: the name of the product in it.
        states: outer name of the states that were multiplied, of all steps.
        state: inner name of the state that a step multiplies.
        weights: name of the stored weights.
        sums: outer name of the sums, of all steps.
        sum: inner name of a step's sums.
    """

    operator: str
    layer: str
    states: str
    state: str
    weights: str
    sums: str
    sum: str


@dataclass(frozen=True, slots=True, eq=False)
class _Cell:
    """A recurrent node whose weights are stored.

    Args:
        operator: LSTM, GRU or RNN.
        name: of the node.
        node: itself.
        projection: (inputs, directions x gates x hidden) weights of the inputs.
        recurrence: ([directions,] hidden, gates x hidden) weights of the state.
        bias: (2, directions, gates x hidden): of the inputs and of the state.
        directions: 0 forward, 1 backward.
        squash: the activation of an RNN.
    """

    operator: str
    name: str
    node: onnx.NodeProto
    projection: Floats
    recurrence: Floats
    bias: Floats
    directions: tuple[int, ...]
    squash: str


@dataclass(slots=True)
class _Nodes:
    """Nodes under construction, their names under a prefix.

    Args:
        prefix: of every name.
        made: in order.
    """

    prefix: str
    made: list[onnx.NodeProto] = field(default_factory=list)

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Adds a node of one result, and returns the result's name."""
        return self.split(operator, inputs, [output], **attributes)[0]

    def split(
        self, operator: str, inputs: list[str], outputs: list[str], **attributes: Any
    ) -> list[str]:
        """Adds a node of several results, and returns their names."""
        names = [f"{self.prefix}{output}" for output in outputs]
        self.made.append(helper.make_node(operator, inputs, names, names[0], **attributes))
        return names


def unroll(graph: onnx.GraphProto) -> dict[str, Loop]:
    """Puts loops in the place of a graph's recurrent nodes; returns them by the Scan's name.

    Every node has a name of its own. Nodes stay as they are where weights are not stored in
    float32, sequences have lengths of their own, or the node has peepholes, a clip, other
    activations than the usual ones, or a reset in front of the product.
    """
    stored = {item.name: item for item in graph.initializer}
    loops: dict[str, Loop] = {}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        cell = _cell(node, stored) if node.op_type in GATES and not node.domain else None
        if cell is None:
            nodes.append(node)
            continue
        made, loop = _looped(cell, graph)
        nodes += made
        loops[loop.layer] = loop
    del graph.node[:]
    graph.node.extend(nodes)
    return loops


def _cell(node: onnx.NodeProto, stored: dict[str, onnx.TensorProto]) -> _Cell | None:
    """The node with its weights; None where it is one that no loop is known for."""
    attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
    inputs = [*node.input, *[""] * (_PEEPHOLES + 1 - len(node.input))]
    default = _ACTIVATIONS[node.op_type][0]
    directions = _DIRECTIONS[attributes.get("direction", b"forward").decode()]
    squash = [word.decode() for word in attributes.get("activations", [])]
    known = [usual * len(directions) for usual in _ACTIVATIONS[node.op_type]]
    if (
        not attributes.keys() <= _KNOWN
        or (squash and squash not in known)
        or attributes.get("layout", 0)
        or (node.op_type == "GRU" and not attributes.get("linear_before_reset", 0))
        or inputs[_LENGTHS]
        or inputs[_PEEPHOLES]
        or any(name and name not in stored for name in inputs[1:4])
        or any(name not in stored for name in inputs[1:3])
    ):
        return None
    w, r = (numpy_helper.to_array(stored[name]) for name in inputs[1:3])
    if w.dtype != np.float32:
        return None
    rows = w.shape[1]
    given = numpy_helper.to_array(stored[inputs[3]]) if inputs[3] else np.zeros((len(w), 2 * rows))
    recurrence = np.ascontiguousarray(r.transpose(0, 2, 1))
    return _Cell(
        operator=node.op_type,
        name=node.name,
        node=node,
        projection=np.ascontiguousarray(w.reshape(-1, w.shape[2]).T),
        recurrence=recurrence[0] if len(w) == 1 else recurrence,
        bias=given.reshape(len(w), 2, rows).swapaxes(0, 1).astype(np.float32),
        directions=directions,
        squash=(squash or default)[0],
    )


def _looped(cell: _Cell, graph: onnx.GraphProto) -> tuple[list[onnx.NodeProto], Loop]:
    """The nodes that compute what a recurrent node does, and the loop among them."""
    out = _Nodes(f"{cell.name}/")
    hidden, many = cell.recurrence.shape[-2], len(cell.directions)

    def store(values: object, name: str) -> str:
        full = f"{cell.name}/{name}"
        graph.initializer.append(numpy_helper.from_array(np.asarray(values), full))
        return full

    weights = store(cell.recurrence, "recurrence weights")
    projected = helper.make_node(
        "MatMul",
        [cell.node.input[0], store(cell.projection, "projection weights")],
        [f"{cell.name}/projected"],
        f"{cell.name}.projection",
    )
    out.made.append(projected)
    own, state_bias = cell.bias
    start = own if cell.operator == "GRU" else own + state_bias
    gates = out.add("Add", [projected.output[0], store(start.reshape(-1), "bias")], "biased")
    parts = [gates]
    if many > 1:
        names = [f"gates {number}" for number in range(many)]
        parts = out.split("Split", [gates], names, axis=-1, num_outputs=many)
    one = store(np.array([1], np.int64), "one")
    parts = [out.add("Unsqueeze", [x, one], f"steps {i}") for i, x in enumerate(parts)]
    shape = out.add("Shape", [cell.node.input[0]], "batch", start=1, end=2)
    ends = {x: store(np.array([x], np.int64), f"size {x}") for x in sorted({many, hidden})}
    whole = out.add("Concat", [ends[many], shape, ends[hidden]], "state shape", axis=0)
    zeros = out.add("Expand", [store(np.float32(0), "zero"), whole], "zeros")
    body, loop = _body(cell, weights, store(state_bias[:, None], "state bias"))
    states = ["h", "c"] if cell.operator == "LSTM" else ["h"]
    inputs = [*cell.node.input, *[""] * _PEEPHOLES]
    first = [inputs[place] or zeros for place, _ in zip((_STATE, _CELL), states, strict=False)]
    turned = list(cell.directions)
    last = [f"last {state}" for state in states]
    steps = [f"outputs {number}" for number in range(many)]
    scan = out.split(
        "Scan",
        [*first, *parts],
        [*last, *steps, "states", "sums"],
        body=body,
        num_scan_inputs=many,
        scan_input_directions=turned,
        scan_output_directions=[*turned, 0, 0],
    )
    out.made[-1].name = loop.layer
    _outputs(out, cell, scan[: len(states)], scan[len(states) : len(states) + many])
    return out.made, loop


def _outputs(out: _Nodes, cell: _Cell, last: list[str], steps: list[str]) -> None:
    """Gives the results of the loop the names of the node's outputs."""
    named = [*cell.node.output, "", "", ""]
    if named[0]:
        out.made.append(helper.make_node("Concat", steps, [named[0]], f"{cell.name}/Y", axis=1))
    for name, state in zip(named[1:], last, strict=False):
        if name:
            out.made.append(helper.make_node("Identity", [state], [name], f"{cell.name}/{name}"))


def _body(cell: _Cell, weights: str, state_bias: str) -> tuple[onnx.GraphProto, Loop]:
    """One step of all directions: the product of the state, then the gates."""
    step = _Nodes(f"{cell.name}/step/")
    many, prefix = len(cell.directions), step.prefix
    states = [f"{prefix}h", f"{prefix}c"] if cell.operator == "LSTM" else [f"{prefix}h"]
    parts = [f"{prefix}gates {number}" for number in range(many)]
    product = step.add("MatMul", [states[0], weights], "sum")
    gates = step.add("Concat", parts, "gates", axis=0)
    later = _STEPS[cell.operator](step, cell, states, gates, product, state_bias)
    rows = [step.add("Identity", [later[0]], "output 0")]
    if many > 1:
        names = [f"row {number}" for number in range(many)]
        rows = step.split("Split", [later[0]], names, axis=0, num_outputs=many)
    seen = [step.add("Identity", [states[0]], "seen"), step.add("Identity", [product], "sums")]

    def values(names: list[str]) -> list[onnx.ValueInfoProto]:
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]

    graph = helper.make_graph(
        step.made, f"{cell.name}/step", values([*states, *parts]), values([*later, *rows, *seen])
    )
    outer = f"{cell.name}/"
    loop = Loop(
        operator=cell.operator,
        layer=f"{cell.name}.recurrence",
        states=f"{outer}states",
        state=states[0],
        weights=weights,
        sums=f"{outer}sums",
        sum=product,
    )
    return graph, loop


def _lstm(
    step: _Nodes, cell: _Cell, states: list[str], gates: str, product: str, bias: str
) -> list[str]:
    added = step.add("Add", [gates, product], "added")
    i, o, f, c = step.split("Split", [added], ["i", "o", "f", "new"], axis=-1, num_outputs=4)
    i, o, f = (
        step.add("Sigmoid", [x], f"{name} gate") for x, name in ((i, "i"), (o, "o"), (f, "f"))
    )
    new = step.add("Mul", [i, step.add("Tanh", [c], "candidate")], "in")
    kept = step.add("Add", [step.add("Mul", [f, states[1]], "kept"), new], "cell")
    return [step.add("Mul", [o, step.add("Tanh", [kept], "shown")], "state"), kept]


def _gru(
    step: _Nodes, cell: _Cell, states: list[str], gates: str, product: str, bias: str
) -> list[str]:
    added = step.add("Add", [product, bias], "added")
    names = ["update", "reset", "new"]
    z, r, n = step.split("Split", [gates], [f"{x} in" for x in names], axis=-1, num_outputs=3)
    hz, hr, hn = step.split("Split", [added], [f"{x} own" for x in names], axis=-1, num_outputs=3)
    z = step.add("Sigmoid", [step.add("Add", [z, hz], "z")], "z gate")
    r = step.add("Sigmoid", [step.add("Add", [r, hr], "r")], "r gate")
    n = step.add("Add", [n, step.add("Mul", [r, hn], "remembered")], "n")
    n = step.add("Tanh", [n], "candidate")
    # (1 - z) n + z h = n + z (h - n)
    apart = step.add("Sub", [states[0], n], "apart")
    return [step.add("Add", [n, step.add("Mul", [z, apart], "kept")], "state")]


def _rnn(
    step: _Nodes, cell: _Cell, states: list[str], gates: str, product: str, bias: str
) -> list[str]:
    return [step.add(cell.squash, [step.add("Add", [gates, product], "added")], "state")]


_STEPS: dict[str, Callable[[_Nodes, _Cell, list[str], str, str, str], list[str]]] = {
    "LSTM": _lstm,
    "GRU": _gru,
    "RNN": _rnn,
}
