"""Convolutions as Einsums: Conv, ConvTranspose, ConvInteger, QLinearConv."""

from __future__ import annotations

from octant.errors import ImportFailedError
from octant.importers.onnx.nodes import Node, Operand, Piece, Rule, unknown
from octant.workload import convolution, transposed_convolution, with_formats


def conv(node: Node) -> tuple[Piece, ...]:
    """Conv and ConvInteger: data, kernel [K, C/group, ...], for Conv a bias.

    Multiply-accumulates are the elements of the output times those of one filter, padding
    included: the extents of the output come from shape inference, so pads and auto_pad are in
    them. The zero points of a ConvInteger are numbers of its format, no parameters.
    """
    bias = (node.operand(2),) if node.operator == "Conv" and node.given(2) else ()
    return _convolution(node, node.operand(0), node.operand(1), bias)


def quantised_conv(node: Node) -> tuple[Piece, ...]:
    """QLinearConv: data and kernel each followed by scale and zero point, the bias last."""
    bias = (node.operand(8),) if node.given(8) else ()
    return _convolution(node, node.operand(0), node.operand(3), bias)


def conv_transpose(node: Node) -> tuple[Piece, ...]:
    """ConvTranspose: kernel [C, K/group, ...]; each input element meets a whole filter.

    Multiply-accumulates are the elements of the input times those of ``kernel[1:]``.
    """
    data, kernel, result = node.operand(0), node.operand(1), node.result()
    spatial = _spatial(node, data, kernel)
    if spatial > 3:
        return unknown(node, f"a transposed convolution of {spatial} dimensions: up to 3 are known")
    group = node.integer("group", 1)
    _check_channels(data, kernel, data.shape[1], kernel.shape[0])
    einsum = transposed_convolution(
        batch=data.shape[0],
        groups=group,
        in_channels=data.shape[1],
        out_channels=kernel.shape[1] * group,
        input_extents=data.shape[2:],
        kernel=kernel.shape[2:],
        stride=node.integers("strides", (1,) * spatial),
        dilation=node.integers("dilations", (1,) * spatial),
    )
    work = with_formats(einsum, inputs=data.format, weights=kernel.format, outputs=result.format)
    reads = (data, kernel, *((node.operand(2),) if node.given(2) else ()))
    return (Piece(work, reads, (result.name,), weights=_stored_weights(kernel)),)


def _convolution(
    node: Node, data: Operand, kernel: Operand, bias: tuple[Operand, ...]
) -> tuple[Piece, ...]:
    result = node.result()
    spatial = _spatial(node, data, kernel)
    if spatial > 3:
        return unknown(node, f"a convolution of {spatial} dimensions: up to 3 are known")
    group = node.integer("group", 1)
    _check_channels(data, kernel, data.shape[1], kernel.shape[1] * group)
    einsum = convolution(
        batch=data.shape[0],
        groups=group,
        in_channels=data.shape[1],
        out_channels=kernel.shape[0],
        output=result.shape[2:],
        kernel=kernel.shape[2:],
        stride=node.integers("strides", (1,) * spatial),
        dilation=node.integers("dilations", (1,) * spatial),
    )
    work = with_formats(einsum, inputs=data.format, weights=kernel.format, outputs=result.format)
    return (Piece(work, (data, kernel, *bias), (result.name,), weights=_stored_weights(kernel)),)


def _spatial(node: Node, data: Operand, kernel: Operand) -> int:
    axes = len(kernel.shape)
    if axes < 3 or len(data.shape) != axes or len(node.result().shape) != axes:
        raise ImportFailedError(
            f"its data {data.shape}, kernel {kernel.shape} and result {node.result().shape} need "
            "equally many axes, 3 or more"
        )
    return axes - 2


def _check_channels(data: Operand, kernel: Operand, have: int, need: int) -> None:
    if have != need:
        raise ImportFailedError(
            f"its data {data.name!r} {data.shape} has {have} channels, its kernel {kernel.name!r} "
            f"{kernel.shape} is for {need}"
        )


def _stored_weights(kernel: Operand) -> int:
    return kernel.elements if kernel.stored else 0


RULES: dict[str, Rule] = {
    "Conv": conv,
    "ConvInteger": conv,
    "ConvTranspose": conv_transpose,
    "QLinearConv": quantised_conv,
}
