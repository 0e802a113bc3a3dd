"""The number format of every tensor, QuantizeLinear and DequantizeLinear read as formats.

A quantised layer is written in ONNX as DequantizeLinear, the float layer, QuantizeLinear: the pair
says in which numbers the layer reads and writes. So what a DequantizeLinear makes has the format
that it reads, and what goes into a QuantizeLinear alone (directly, or through Relu, Clip and
operators that move nothing) has the format that it makes. The pair's own passes over memory do not
happen then; its arithmetic does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import onnx

from octant.importers.onnx.formats import number_format
from octant.importers.onnx.ordering import reads
from octant.importers.onnx.tables import METADATA, PASSES_FORMAT
from octant.workload import NumberFormat

_SEEN_THROUGH = METADATA | {"Relu", "Clip"}
_QUANTISERS = frozenset({"DequantizeLinear", "QuantizeLinear"})


@dataclass(frozen=True, slots=True)
class Formats:
    """Number formats by tensor, and the quantisers that are only formats.

    Args:
        of: tensor name to format; None where it is no number.
        fused: the first outputs of the quantisers that make no pass of their own.
    """

    of: Mapping[str, NumberFormat | None]
    fused: frozenset[str]


def formats(
    nodes: Sequence[onnx.NodeProto],
    types: Mapping[str, onnx.TypeProto],
    stored: frozenset[str],
    outputs: frozenset[str],
) -> Formats:
    """The formats of all tensors.

    Args:
        nodes: in an order in which they can run.
        types: the type of each tensor as far as it is known.
        stored: tensors known before the first inference.
        outputs: the graph's outputs: a real pass has to make them.
    """
    of = {name: number_format(known.tensor_type.elem_type) for name, known in types.items()}
    fused: set[str] = set()
    for node in nodes:
        if node.op_type == "DequantizeLinear" and node.input and node.output:
            of[node.output[0]] = of.get(node.input[0])
            if node.output[0] not in outputs:
                fused.add(node.output[0])
        elif node.op_type in PASSES_FORMAT and node.input and node.output:
            for name in node.output:
                of[name] = of.get(node.input[0])
    makers = {name: node for node in nodes for name in node.output if name}
    readers = Counter(name for node in nodes for name in reads(node))
    private = frozenset(name for name, count in readers.items() if count == 1) - outputs
    for node in reversed(nodes):
        if node.op_type == "QuantizeLinear" and node.output and node.input[0] not in stored:
            made = _made_for(node, makers, private)
            of.update(dict.fromkeys(made, of.get(node.output[0])))
            if made:
                fused.add(node.output[0])
    return Formats(of, frozenset(fused))


def _made_for(
    quantiser: onnx.NodeProto, makers: Mapping[str, onnx.NodeProto], private: frozenset[str]
) -> list[str]:
    """The tensors that only this quantiser reads; none where no layer makes one of them."""
    chain: list[str] = []
    computed = False
    name = quantiser.input[0]
    while name in private and name in makers and makers[name].op_type not in _QUANTISERS:
        maker = makers[name]
        chain.append(name)
        computed = computed or maker.op_type not in METADATA
        if maker.op_type not in _SEEN_THROUGH or not maker.input:
            break
        name = maker.input[0]
    return chain if computed else []
