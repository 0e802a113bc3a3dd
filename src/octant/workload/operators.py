"""The layers that carry multiply-accumulates, each as an Einsum over one set of rank names.

| rank | is |
|---|---|
| N | batch |
| G | group (convolution), batch and heads (batched matrix products) |
| K | output channel of a group; column of a matrix product |
| C | input channel of a group; summed index of a matrix product |
| Z, P, Q | output depth, height, width; P also the rows of a matrix product |
| T, R, S | kernel depth, height, width |

A matrix product is a 1x1 convolution, so one dataflow constraint speaks of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from octant.errors import InvalidWorkloadError
from octant.workload.einsum import Einsum, Role, Tensor, Term
from octant.workload.formats import FLOAT32, NumberFormat

SPATIAL_RANKS = {1: ("Q",), 2: ("P", "Q"), 3: ("Z", "P", "Q")}
KERNEL_RANKS = {1: ("S",), 2: ("R", "S"), 3: ("T", "R", "S")}


def convolution(
    *,
    batch: int = 1,
    groups: int = 1,
    in_channels: int,
    out_channels: int,
    output: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int] | None = None,
    dilation: Sequence[int] | None = None,
) -> Einsum:
    """The Einsum of a convolution of 1 to 3 dimensions; channels are those of the whole layer.

    Args:
        batch: images.
        groups: channel groups; as many as channels is a depthwise layer.
        in_channels: input channels of all groups together.
        out_channels: output channels of all groups together.
        output: output extents (depth, height, width: as many as the kernel has).
        kernel: kernel extents.
        stride: a step for each dimension, 1 where not given.
        dilation: kernel spacing for each dimension, 1 where not given.

    Raises:
        InvalidWorkloadError: when the groups do not divide the channels, or extents disagree.

    >>> convolution(in_channels=3, out_channels=96, output=(55, 55), kernel=(11, 11),
    ...             stride=(4, 4)).macs
    105415200
    """
    spatial = _kernel_dimensions(output, kernel)
    ranks = _channel_ranks(batch, groups, in_channels, out_channels)
    ranks += tuple(zip(SPATIAL_RANKS[spatial], output, strict=True))
    ranks += tuple(zip(KERNEL_RANKS[spatial], kernel, strict=True))
    windows = _windows(spatial, stride, dilation)
    plain = tuple((Term(rank),) for rank in SPATIAL_RANKS[spatial])
    return _layer(ranks, inputs=windows, outputs=plain, kernel=KERNEL_RANKS[spatial])


def transposed_convolution(
    *,
    batch: int = 1,
    groups: int = 1,
    in_channels: int,
    out_channels: int,
    input_extents: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int] | None = None,
    dilation: Sequence[int] | None = None,
) -> Einsum:
    """The Einsum of a transposed convolution: every input element is spread over the output.

    P and Q (and Z) run over the *input*; the output's axes are the windows
    ``stride*p + dilation*r``, so multiply-accumulates are exactly inputs times kernel times output
    channels, without the zeros that an equivalent convolution would insert.

    >>> transposed_convolution(in_channels=2, out_channels=3, input_extents=(4, 4),
    ...                        kernel=(2, 2), stride=(2, 2)).macs
    384
    """
    spatial = _kernel_dimensions(input_extents, kernel)
    ranks = _channel_ranks(batch, groups, in_channels, out_channels)
    ranks += tuple(zip(SPATIAL_RANKS[spatial], input_extents, strict=True))
    ranks += tuple(zip(KERNEL_RANKS[spatial], kernel, strict=True))
    windows = _windows(spatial, stride, dilation)
    plain = tuple((Term(rank),) for rank in SPATIAL_RANKS[spatial])
    return _layer(ranks, inputs=plain, outputs=windows, kernel=KERNEL_RANKS[spatial])


def matmul(*, rows: int, inner: int, columns: int, batch: int = 1, groups: int = 1) -> Einsum:
    """The Einsum of ``groups`` independent products of (batch*rows x inner) by (inner x columns).

    Args:
        rows: rows of one product (P).
        inner: the summed index (C).
        columns: columns (K).
        batch: products that share the second operand (N).
        groups: products that share nothing: the batch and heads of attention (G).

    >>> str(matmul(rows=4, inner=8, columns=2))
    'outputs[N, G, K, P] += inputs[N, G, C, P] * weights[G, K, C]  (N=1, G=1, K=2, C=8, P=4)'
    """
    ranks = (("N", batch), ("G", groups), ("K", columns), ("C", inner), ("P", rows))
    plain = ((Term("P"),),)
    return _layer(ranks, inputs=plain, outputs=plain, kernel=())


def with_formats(
    einsum: Einsum, *, inputs: NumberFormat, weights: NumberFormat, outputs: NumberFormat
) -> Einsum:
    """The same Einsum with the number formats of its tensors set by role."""
    formats = {Role.INPUT: inputs, Role.WEIGHT: weights, Role.OUTPUT: outputs}
    tensors = tuple(replace(tensor, format=formats[tensor.role]) for tensor in einsum.tensors)
    return replace(einsum, tensors=tensors)


def _kernel_dimensions(extents: Sequence[int], kernel: Sequence[int]) -> int:
    if len(extents) != len(kernel) or len(kernel) not in SPATIAL_RANKS:
        raise InvalidWorkloadError(
            "a convolution has 1 to 3 dimensions, as many extents as its kernel: got "
            f"{tuple(extents)} and kernel {tuple(kernel)}"
        )
    return len(kernel)


def _channel_ranks(
    batch: int, groups: int, in_channels: int, out_channels: int
) -> tuple[tuple[str, int], ...]:
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise InvalidWorkloadError(
            f"{groups} groups do not divide {in_channels} input and {out_channels} output channels"
        )
    return (
        ("N", batch),
        ("G", groups),
        ("K", out_channels // groups),
        ("C", in_channels // groups),
    )


def _windows(
    spatial: int, stride: Sequence[int] | None, dilation: Sequence[int] | None
) -> tuple[tuple[Term, ...], ...]:
    return tuple(
        (Term(position, step), Term(offset, spacing))
        for position, offset, step, spacing in zip(
            SPATIAL_RANKS[spatial],
            KERNEL_RANKS[spatial],
            stride or (1,) * spatial,
            dilation or (1,) * spatial,
            strict=True,
        )
    )


def _layer(
    ranks: tuple[tuple[str, int], ...],
    *,
    inputs: tuple[tuple[Term, ...], ...],
    outputs: tuple[tuple[Term, ...], ...],
    kernel: tuple[str, ...],
) -> Einsum:
    def axes(*names: str) -> tuple[tuple[Term, ...], ...]:
        return tuple((Term(name),) for name in names)

    return Einsum(
        ranks,
        (
            Tensor("inputs", Role.INPUT, axes("N", "G", "C") + inputs, FLOAT32),
            Tensor("weights", Role.WEIGHT, axes("G", "K", "C", *kernel), FLOAT32),
            Tensor("outputs", Role.OUTPUT, axes("N", "G", "K") + outputs, FLOAT32),
        ),
    )
