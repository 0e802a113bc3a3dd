"""LSTM, GRU and RNN: one product over all time steps, one a step, and the gates.

The input's product does not depend on the state, so it is one product over all steps. The
recurrence and the gates run once a step (``repeats``); the recurrence adds to the projection of
its step, and the state that passes from step to step is inside the node and no edge of the graph.
The two directions of a bidirectional node share the input (columns of one product) and step at the
same time (groups of one recurrence).

Element operations of the gates, for each element of the state and each step, by the equations of
the ONNX standard:

| operator | operations |
|---|---|
| RNN | 1 addition of the two products, 1 activation |
| GRU | 3 additions, 3 activations, 1 for the reset, 4 for the new state |
| LSTM | 4 additions, 4 activations, 3 for the cell, 2 for the new state; 6 more with peepholes |

A bias starts its accumulator and is no work of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from octant.errors import ImportFailedError
from octant.importers.onnx.nodes import Node, Operand, Piece, Rule
from octant.workload import VectorWork, matmul, with_formats

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
OPERATIONS = {"RNN": 2, "GRU": 11, "LSTM": 13}
PEEPHOLE_OPERATIONS = 6
STATES = {"RNN": 1, "GRU": 1, "LSTM": 2}


@dataclass(frozen=True, slots=True)
class _Sizes:
    steps: int
    batch: int
    inputs: int
    directions: int
    gates: int
    hidden: int


def recurrent(node: Node) -> tuple[Piece, ...]:
    """The three layers of a recurrent node; sizes come from the data and from W and R."""
    sizes = _sizes(node)
    return _projection(node, sizes), _recurrence(node, sizes), _gates(node, sizes)


def _sizes(node: Node) -> _Sizes:
    data, projection, recurrence = (node.operand(index) for index in range(3))
    if not len(data.shape) == len(projection.shape) == len(recurrence.shape) == 3:
        raise ImportFailedError("its X, W and R need three axes each")
    steps, batch, inputs = data.shape
    if node.integer("layout", 0):
        steps, batch = batch, steps
    directions, rows, hidden = recurrence.shape
    gates = GATES[node.operator]
    if projection.shape != (directions, gates * hidden, inputs) or rows != gates * hidden:
        raise ImportFailedError(
            f"its W {projection.shape} and R {recurrence.shape} do not fit inputs of {inputs}: "
            f"expected ({directions}, {gates * hidden}, {inputs}) and "
            f"({directions}, {gates * hidden}, {hidden})"
        )
    return _Sizes(steps, batch, inputs, directions, gates, hidden)


def _projection(node: Node, sizes: _Sizes) -> Piece:
    data, weights = node.operand(0), node.operand(1)
    columns = sizes.directions * sizes.gates * sizes.hidden
    einsum = matmul(rows=sizes.steps, inner=sizes.inputs, columns=columns, batch=sizes.batch)
    work = with_formats(einsum, inputs=data.format, weights=weights.format, outputs=data.format)
    return Piece(
        work,
        (data, weights),
        (f"{node.name}.projected",),
        suffix="projection",
        weights=_stored(weights),
    )


def _recurrence(node: Node, sizes: _Sizes) -> Piece:
    data, weights, start = node.operand(0), node.operand(2), node.given(5)
    einsum = matmul(
        rows=1,
        inner=sizes.hidden,
        columns=sizes.gates * sizes.hidden,
        batch=sizes.batch,
        groups=sizes.directions,
    )
    work = with_formats(einsum, inputs=data.format, weights=weights.format, outputs=data.format)
    return Piece(
        work,
        (_inner(node, "projected"), weights, *((start,) if start else ())),
        (f"{node.name}.recurrent",),
        suffix="recurrence",
        repeats=sizes.steps,
        weights=_stored(weights),
    )


def _gates(node: Node, sizes: _Sizes) -> Piece:
    bias, cell, peephole = node.given(3), node.given(6), node.given(7)
    state = sizes.directions * sizes.batch * sizes.hidden
    operations = OPERATIONS[node.operator] + (PEEPHOLE_OPERATIONS if peephole else 0)
    stored = peephole.elements if peephole else 0
    states = STATES[node.operator]
    old_states = state if node.operator != "RNN" else 0
    work = VectorWork(
        operations=operations * state,
        read_elements=2 * sizes.gates * state + old_states + stored,
        written_elements=states * state,
        format=node.operand(0).format,
    )
    products = tuple(_inner(node, part) for part in ("projected", "recurrent"))
    reads = (*products, *(operand for operand in (bias, cell, peephole) if operand))
    results = tuple(result.name for result in node.results)
    return Piece(work, reads, results, suffix="gates", repeats=sizes.steps)


def _inner(node: Node, part: str) -> Operand:
    """A tensor between the layers of one node."""
    data_format = node.operand(0).number_format
    return Operand(f"{node.name}.{part}", f"node {node.name!r}", None, data_format, stored=False)


def _stored(weights: Operand) -> int:
    return weights.elements if weights.stored else 0


RULES: dict[str, Rule] = dict.fromkeys(GATES, recurrent)
