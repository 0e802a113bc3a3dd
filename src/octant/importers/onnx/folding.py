"""Values of small tensors: the arithmetic of shapes, never that of weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from octant.importers.onnx.nodes import Values
from octant.importers.onnx.stored import KEPT_ELEMENTS, has_data
from octant.importers.onnx.tables import names

FOLDED = names(
    """Abs Add And Cast CastLike Ceil Concat ConstantOfShape CumSum Div Equal Expand Flatten Floor
    Gather GatherElements GatherND Greater GreaterOrEqual Identity Less LessOrEqual Max Min Mod Mul
    Neg NonZero Not Or Pow Range ReduceMax ReduceMin ReduceProd ReduceSum Reshape Round ScatterND
    Sign Slice Split Sqrt Squeeze Sub Tile Transpose Unsqueeze Where Xor"""
)


def stored_values(tensor: onnx.TensorProto) -> Values | None:
    """The values of a stored tensor that is small and in the model itself, else None."""
    if not has_data(tensor) or tensor.data_type == onnx.TensorProto.STRING:
        return None
    values: Values = numpy_helper.to_array(tensor)
    return values if values.size <= KEPT_ELEMENTS else None


def constant_values(node: onnx.NodeProto) -> Values | None:
    """The values of a Constant node, where they are small numbers, else None."""
    for attribute in node.attribute:
        if attribute.name == "value":
            return stored_values(attribute.t)
        if attribute.name in ("value_int", "value_ints"):
            return np.asarray(onnx.helper.get_attribute_value(attribute), dtype=np.int64)
        if attribute.name in ("value_float", "value_floats"):
            return np.asarray(onnx.helper.get_attribute_value(attribute), dtype=np.float32)
    return None


def shape_values(node: onnx.NodeProto, extents: Sequence[int | None] | None) -> Values | None:
    """What Shape or Size makes of these extents; None where they are not all known."""
    known = [extent for extent in extents or () if extent is not None]
    if extents is None or len(known) < len(extents):
        return None
    if node.op_type == "Size":
        return np.asarray(np.prod(known, dtype=np.int64), dtype=np.int64)
    bounds = {item.name: item.i for item in node.attribute}
    start, end = bounds.get("start", 0), bounds.get("end", len(known))
    return np.asarray(known[slice(start, end)], dtype=np.int64)


def folded(node: onnx.NodeProto, inputs: Mapping[str, Values], opset: int) -> dict[str, Values]:
    """The values of a node's outputs, by the onnx package's own reference implementation.

    Only for the operators of ``FOLDED``, and only where the caller knows the outputs to be small.
    Empty where the reference refuses: the values then stay unknown, which is never wrong.
    """
    if node.op_type not in FOLDED:
        return {}
    try:
        with np.errstate(all="ignore"):
            evaluator = ReferenceEvaluator(node, opsets={"": opset})
            results = evaluator.run(None, dict(inputs))
    except Exception:  # whatever a malformed node makes of the reference
        return {}
    outputs = [name for name in node.output if name]
    return {
        name: np.asarray(value)
        for name, value in zip(outputs, results, strict=False)
        if np.size(value) <= KEPT_ELEMENTS
    }
