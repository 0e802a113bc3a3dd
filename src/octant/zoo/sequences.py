"""The layers of sequence networks: each verb appends to a draft and returns what it made."""

from __future__ import annotations

from octant.workload import matmul
from octant.zoo import operations
from octant.zoo.draft import Activation, Draft


def linear(
    draft: Draft,
    name: str,
    source: Activation,
    features: int,
    *,
    bias: bool = True,
    rows: int | None = None,
    tied: bool = False,
) -> Activation:
    """Appends a product of every position with one matrix.

    Args:
        draft: the network so far.
        name: the layer's.
        source: what it reads: (positions, features).
        features: columns of the matrix.
        bias: whether it stores one a column.
        rows: positions that are multiplied (the last ones); all where not given.
        tied: whether the matrix is stored elsewhere (an embedding's table) and so adds no
            parameters.
    """
    positions, inner = source.shape
    rows = positions if rows is None else rows
    work = matmul(rows=rows, inner=inner, columns=features, batch=source.batch)
    weights = inner * features
    parameters = (0 if tied else weights) + (features if bias else 0)
    shape = (rows, features)
    return draft.add(name, "MatMul", work, (source,), shape, weights=weights, parameters=parameters)


def attention(
    draft: Draft,
    name: str,
    *,
    query: Activation,
    keys: tuple[Activation, ...],
    values: tuple[Activation, ...],
    heads: int,
    width: int,
    key_positions: int,
) -> Activation:
    """Appends softmax(Q K^T / sqrt(d)) V of all heads: ``.scores``, ``.softmax``, ``.context``.

    Both products multiply two activations, so they have no weights. The whole rectangle of scores
    is counted, as dense hardware computes it, also where a causal mask hides half of it.

    Args:
        draft: the network so far.
        name: the block's.
        query: (positions, any features): the positions are those of the result.
        keys: what the keys are read from, a cache included.
        values: what the values are read from, a cache included.
        heads: independent products.
        width: features of all heads together.
        key_positions: positions that are attended to, cached ones included.
    """
    rows, groups = query.shape[0], query.batch * heads
    products = {
        "scores": matmul(rows=rows, inner=width // heads, columns=key_positions, groups=groups),
        "context": matmul(rows=rows, inner=key_positions, columns=width // heads, groups=groups),
    }
    scores = draft.add(
        f"{name}.scores",
        "MatMul",
        products["scores"],
        _once(query, *keys),
        (heads, rows, key_positions),
    )
    work = operations.elementwise("AttentionSoftmax", scores.elements)
    shares = draft.add(f"{name}.softmax", "Softmax", work, (scores,), scores.shape)
    context = _once(shares, *values)
    return draft.add(f"{name}.context", "MatMul", products["context"], context, (rows, width))


def layer_norm(draft: Draft, name: str, source: Activation) -> Activation:
    """Appends a layer normalisation over the features, with scale and shift."""
    parameters = 2 * source.shape[-1]
    work = operations.elementwise(
        "LayerNormalization", source.elements, read_elements=source.elements + parameters
    )
    return draft.add(
        name, "LayerNormalization", work, (source,), source.shape, parameters=parameters
    )


def pointwise(draft: Draft, name: str, source: Activation, operator: str) -> Activation:
    """Appends an operator of the table of operations that maps each element by itself."""
    work = operations.elementwise(operator, source.elements)
    return draft.add(name, operator, work, (source,), source.shape)


def embed(
    draft: Draft,
    name: str,
    source: Activation,
    features: int,
    *,
    rows: tuple[int, ...],
    operations_an_element: int = 0,
    tied: bool = False,
) -> Activation:
    """Appends the sum of one row of each table for every position.

    Args:
        draft: the network so far.
        name: the layer's.
        source: the token numbers: (positions,).
        features: the width of every table.
        rows: the rows of each stored table (vocabulary, positions, segments).
        operations_an_element: what else is done to each element.
        tied: whether the tables are stored elsewhere and so add no parameters.
    """
    shape = (source.shape[0], features)
    elements = source.elements * features
    work = operations.embedding(
        elements, tables=len(rows), operations_an_element=operations_an_element
    )
    parameters = 0 if tied else sum(rows) * features
    return draft.add(name, "Embedding", work, (source,), shape, parameters=parameters)


def lstm(
    draft: Draft, name: str, source: Activation, cells: int, *, state: Activation | None = None
) -> Activation:
    """Appends one LSTM layer over all steps: ``.input``, ``.recurrence``, ``.cell``.

    The four gates' products with the layer's input need no earlier step, so they are one product
    over all steps; the products with the last output run once a step, and so does the cell. The
    feedback from step to step is inside these two layers' repeats, not an edge of the graph.

    Args:
        draft: the network so far.
        name: the layer's.
        source: what it reads: (steps, features).
        cells: cells, and features of the result.
        state: the layer whose last state it starts from; zeros where not given.
    """
    steps, batch = source.shape[0], source.batch
    gates = linear(draft, f"{name}.input", source, 4 * cells)
    recurrent = draft.add(
        f"{name}.recurrence",
        "MatMul",
        matmul(rows=1, inner=cells, columns=4 * cells, batch=batch),
        (gates,) if state is None else (gates, state),
        (steps, 4 * cells),
        repeats=steps,
        weights=4 * cells * cells,
        parameters=4 * cells * cells,
    )
    cell = operations.elementwise(
        "LSTMCell", batch * cells, read_elements=9 * batch * cells, written=2 * batch * cells
    )
    return draft.add(
        f"{name}.cell", "LSTMCell", cell, (gates, recurrent), (steps, cells), repeats=steps
    )


def _once(*sources: Activation) -> tuple[Activation, ...]:
    return tuple(dict.fromkeys(sources))
