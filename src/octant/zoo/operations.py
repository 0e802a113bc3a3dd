"""What the layers without multiply-accumulates do: one table of operations, and their traffic.

An operation is one addition, multiplication, division, comparison, power, or elementary function
of one argument (exponential, root, tanh, erf, sigmoid), as for imported networks. The counts
follow from the definitions of the functions, an element taking part in a sum or a maximum being
one operation. What occurs once a row (a normalisation's root and its divisions by the width) is
left out: fewer than one in a thousand at the widths of these networks.

| operator | operations an element |
|---|---|
| Relu | 1: comparison with 0 |
| Relu6 | 2: comparisons with 0 and 6 |
| Add | 1 |
| BatchNormalization | 2: scale and shift, statistics folded in |
| LRN over n channels | n + 4: square, n - 1 additions, scale, bias, power, division |
| MaxPool of k elements | k - 1 comparisons an output |
| AveragePool of k elements | k an output: k - 1 additions, one multiplication |
| Softmax | 5: maximum, subtraction, exponential, sum, division |
| AttentionSoftmax | 7: scale by 1/sqrt(width), add the mask, then Softmax |
| LayerNormalization | 7: sum, subtraction, square, sum, times 1/deviation, scale, shift |
| Gelu (erf) | 5: x * (0.5 * (1 + erf(x * c))) |
| GeluTanh | 9: 0.5 * x * (1 + tanh(c * (x + d * x * x * x))) |
| Tanh | 1 |
| Embedding | 0 for the look-up; 1 for each further table that is added, 1 for a scale |
| LSTMCell | 13 a cell: 4 gate sums, 3 sigmoids, 2 tanh, 3 multiplications, 1 addition |
| Concat | 0: it only moves |

Traffic: every input element is read once, every output element is written once, and so are the
parameters of a normalisation (2 a channel) read once. Views (flatten, reshape, the split into
heads) and dropout do nothing at inference and are no layers. A bias starts its accumulator and is
no work of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from octant.workload import FLOAT32, VectorWork

OPERATIONS_AN_ELEMENT: Mapping[str, int] = MappingProxyType(
    {
        "Relu": 1,
        "Relu6": 2,
        "Add": 1,
        "BatchNormalization": 2,
        "Softmax": 5,
        "AttentionSoftmax": 7,
        "LayerNormalization": 7,
        "Gelu": 5,
        "GeluTanh": 9,
        "Tanh": 1,
        "LSTMCell": 13,
        "Concat": 0,
    }
)


def elementwise(
    operator: str, elements: int, *, read_elements: int | None = None, written: int | None = None
) -> VectorWork:
    """The work of an operator of the table on so many elements.

    Args:
        operator: a name of ``OPERATIONS_AN_ELEMENT``.
        elements: elements of the result (cells, for ``LSTMCell``).
        read_elements: elements read; as many as ``elements`` where not given.
        written: elements written; as many as ``elements`` where not given.

    >>> elementwise("Softmax", 1000).operations
    5000
    """
    return VectorWork(
        operations=OPERATIONS_AN_ELEMENT[operator] * elements,
        read_elements=elements if read_elements is None else read_elements,
        written_elements=elements if written is None else written,
        format=FLOAT32,
    )


def local_response(elements: int, size: int) -> VectorWork:
    """The work of a local response normalisation across ``size`` channels.

    Krizhevsky et al., NIPS 2012, section 3.3: b = a / (k + alpha * sum of size squares) ** beta.

    >>> local_response(10, 5).operations
    90
    """
    return VectorWork((size + 4) * elements, elements, elements, FLOAT32)


def pooling(operator: str, window: int, read_elements: int, written_elements: int) -> VectorWork:
    """The work of a MaxPool or AveragePool: every window is taken as full, also at the border.

    >>> pooling("MaxPool", 9, 100, 25).operations
    200
    """
    each = window - 1 if operator == "MaxPool" else window
    return VectorWork(each * written_elements, read_elements, written_elements, FLOAT32)


def embedding(elements: int, *, tables: int = 1, operations_an_element: int = 0) -> VectorWork:
    """The work of summing one row each of ``tables`` tables: one addition less than tables.

    Args:
        elements: elements of the result.
        tables: stored tables that are looked up.
        operations_an_element: what else is done: a scale, the addition of a computed position.

    >>> embedding(768, tables=3).operations
    1536
    """
    operations = (tables - 1 + operations_an_element) * elements
    return VectorWork(operations, tables * elements, elements, FLOAT32)
