"""What the rules of the operators see: nodes with typed operands; what they return: pieces."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from octant.errors import ImportFailedError
from octant.workload import Einsum, NumberFormat, UnknownWork, VectorWork

Values = npt.NDArray[Any]
Root = tuple[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Operand:
    """A tensor as one node sees it.

    Args:
        name: the tensor's name in the graph.
        maker: what makes it, in words, for messages.
        extents: its extents, None for each that is not known; None where not even their number is.
        number_format: its numbers; None for strings and types that are not known.
        stored: known before the first inference: stored, or computed from stored tensors or shapes.
        roots: the stored tensors (name, elements) that its values come from.
        values: its values, where they are known and few (shapes, axes, scalars).
    """

    name: str
    maker: str
    extents: tuple[int | None, ...] | None
    number_format: NumberFormat | None
    stored: bool
    roots: tuple[Root, ...] = ()
    values: Values | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The extents, all known; ``ImportFailedError`` names the tensor where they are not."""
        known = tuple(extent for extent in self.extents or () if extent is not None)
        if self.extents is None or len(known) < len(self.extents):
            raise ImportFailedError(
                f"tensor {self.name!r} (made by {self.maker}) has shape {self._described()}, which "
                f"the file does not settle: {self._remedy()}"
            )
        return known

    def _described(self) -> str:
        if self.extents is None:
            return "(...)"
        return "(" + ", ".join("?" if x is None else str(x) for x in self.extents) + ")"

    def _remedy(self) -> str:
        """What settles the shape: sizes where the type is known, else only a declaration."""
        if self.extents is None and self.number_format is None:
            return (
                "its element type is open, too: add both to the file's value_info (an entry as "
                "onnx.helper.make_tensor_value_info makes it)"
            )
        axes: Sequence[int | None] = (None, None) if self.extents is None else self.extents
        open_axes = [axis for axis, extent in enumerate(axes) if extent is None]
        options = " ".join(f"--dim {self.name}.{axis}=1" for axis in open_axes)
        what = "the size of every axis" if self.extents is None else "what is open"
        return f"give {what}, for example {options}"

    @property
    def elements(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def format(self) -> NumberFormat:
        """The number format; ``ImportFailedError`` where the tensor holds no known numbers."""
        if self.number_format is None:
            raise ImportFailedError(
                f"tensor {self.name!r} (made by {self.maker}) has no numeric element type"
            )
        return self.number_format


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One node of the graph, its operands resolved; an operand left out is None.

    Args:
        name: unique within the network.
        operator: with its domain where that is not the standard one (``com.microsoft.Gelu``).
        inputs: operands in the operator's order.
        outputs: results in the operator's order.
        attributes: values by name, as ``onnx.helper.get_attribute_value`` gives them.
        captured: outer tensors that nested graphs read.
        batch: the network's batch.
        fused: a QuantizeLinear or DequantizeLinear that is only a neighbour's number format.
    """

    name: str
    operator: str
    inputs: tuple[Operand | None, ...]
    outputs: tuple[Operand | None, ...]
    attributes: Mapping[str, Any]
    captured: tuple[Operand, ...] = ()
    batch: int = 1
    fused: bool = False

    def given(self, index: int) -> Operand | None:
        """The operand at a place, None where it is left out."""
        return self.inputs[index] if index < len(self.inputs) else None

    def operand(self, index: int) -> Operand:
        """The operand at a place that the operator requires."""
        found = self.given(index)
        if found is None:
            raise ImportFailedError(f"it lacks its input {index}")
        return found

    def result(self, index: int = 0) -> Operand:
        """The result at a place that the operator requires."""
        found = self.outputs[index] if index < len(self.outputs) else None
        if found is None:
            raise ImportFailedError(f"it lacks its output {index}")
        return found

    @property
    def operands(self) -> tuple[Operand, ...]:
        """The operands that are there."""
        return tuple(operand for operand in self.inputs if operand is not None)

    @property
    def results(self) -> tuple[Operand, ...]:
        """The results that are there."""
        return tuple(result for result in self.outputs if result is not None)

    def integer(self, name: str, default: int) -> int:
        """An integer attribute, or what the standard says where it is left out."""
        value = self.attributes.get(name, default)
        if not isinstance(value, int):
            raise ImportFailedError(f"its attribute {name!r} is {value!r}, not an integer")
        return value

    def integers(self, name: str, default: Sequence[int]) -> tuple[int, ...]:
        """A list of integers, or what the standard says where it is left out."""
        value = self.attributes.get(name, default)
        if isinstance(value, (str, bytes, int, float)) or not all(
            isinstance(item, int) for item in value
        ):
            raise ImportFailedError(f"its attribute {name!r} is {value!r}, not a list of integers")
        return tuple(value)

    def text(self, name: str, default: str) -> str:
        """A text attribute, or what the standard says where it is left out."""
        value = self.attributes.get(name, default)
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if not isinstance(value, str):
            raise ImportFailedError(f"its attribute {name!r} is {value!r}, not text")
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One layer that a node becomes.

    Args:
        work: what it does once.
        reads: its operands; the activations among them are the layer's inputs.
        writes: names of the tensors that it makes.
        suffix: added to the node's name where a node becomes several layers.
        repeats: how often it runs in sequence.
        weights: stored weights that it multiplies by.
    """

    work: Einsum | VectorWork | UnknownWork
    reads: tuple[Operand, ...]
    writes: tuple[str, ...]
    suffix: str = ""
    repeats: int = 1
    weights: int = 0


Rule = Callable[[Node], tuple[Piece, ...]]


def unknown(node: Node, reason: str) -> tuple[Piece, ...]:
    """The piece of a node that cannot be costed, with the reason."""
    results = tuple(result.name for result in node.results)
    return (Piece(UnknownWork(reason), node.operands + node.captured, results),)
