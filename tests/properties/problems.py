"""Hypothesis strategies: small searches, a layer with an architecture and a dataflow for it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from hypothesis import strategies as st

from octant.arch import Architecture, Compute, Dataflow, Fanout, FanoutAxis, Level, Store
from octant.arch.dataflow import Constraint
from octant.components import Price
from octant.source import Origin, Source
from octant.workload import (
    Einsum,
    NumberFormat,
    NumberKind,
    Role,
    convolution,
    matmul,
    transposed_convolution,
)
from tests.properties.strategies import ROLES, any_einsums, layers
from tests.properties.twin import Place, Search, places, size_of_space

DRAWN = Source(Origin.ASSUMED, "drawn for a test")
BITS_PER_CYCLE = (None, None, 3.0, 8.0, 32.0)


@st.composite
def searches(draw: st.DrawFn, mappings: int = 2000, points: int = 200) -> Search:
    """A search over at most so many mappings of at most so many multiply-accumulates."""
    einsum = draw(st.one_of(few_ranks(), windows(), any_einsums(points), layers(points)))
    architecture = draw(architectures(einsum))
    dataflow = draw(dataflows(einsum, architecture))
    search = Search(einsum, architecture, dataflow, divisors=draw(st.booleans()))
    while search.einsum.macs > 1 and size_of_space(search, mappings) > mappings:
        search = replace(search, einsum=_smaller(search.einsum, divisible=search.divisors))
    return search


@st.composite
def few_ranks(draw: st.DrawFn) -> Einsum:
    """Products and one-dimensional convolutions, also transposed, of two to four ranks to speak of.

    Few ranks leave room for sizes that factors cut off, and for windows of several steps.
    """
    sizes = draw(st.permutations([1, 1, draw(_size), draw(_size), draw(_size)]))
    batch, groups, outputs, inputs, positions = sizes
    if draw(st.booleans()):
        return matmul(rows=positions, inner=inputs, columns=outputs, batch=batch, groups=groups)
    make = partial(convolution, output=(positions,))
    if draw(st.booleans()):
        make = partial(transposed_convolution, input_extents=(positions,))
    return make(
        batch=batch,
        groups=groups,
        in_channels=inputs * groups,
        out_channels=outputs * groups,
        kernel=(draw(st.integers(1, 4)),),
        stride=(draw(st.integers(1, 3)),),
        dilation=(draw(st.integers(1, 3)),),
    )


@st.composite
def windows(draw: st.DrawFn) -> Einsum:
    """Convolutions whose windows several loops move, in one or two dimensions, alike or not."""
    dimensions = draw(st.sampled_from([1, 2, 2]))
    alike = draw(st.booleans())
    many = [2, 3, 4, 6, 8][: 6 - dimensions]

    def extents(*choices: int) -> tuple[int, ...]:
        first = draw(st.sampled_from(choices))
        return first, *(
            first if alike else draw(st.sampled_from(choices)) for _ in range(dimensions - 1)
        )

    return convolution(
        groups=(groups := draw(st.sampled_from([1, 1, 2]))),
        out_channels=groups * draw(st.sampled_from([1, 2, 4, 6])),
        in_channels=groups * draw(st.sampled_from([1, 1, 2, 4])),
        output=extents(*many),
        kernel=extents(1, 2, 3, 4),
        stride=extents(1, 2, 3),
        dilation=extents(1, 2),
    )


_size = st.integers(1, 7)
#: With 8.25 b an element of a block, widths are not whole.
NUMBERS = [
    *(NumberFormat(NumberKind.INT, bits) for bits in (8, 8, 16)),
    NumberFormat(NumberKind.INT, 8, block=32),
]


def _smaller(einsum: Einsum, *, divisible: bool) -> Einsum:
    """The layer with its largest ranks cut by one: those that are alike stay so.

    Where factors must divide, to the next size that has some.
    """
    most = max(size for _, size in einsum.ranks)
    less = max(size for size in (1, 2, 3, 4, 6, 8, 12) if size < most) if divisible else most - 1
    return replace(
        einsum, ranks=tuple((rank, less if size == most else size) for rank, size in einsum.ranks)
    )


@st.composite
def architectures(draw: st.DrawFn, einsum: Einsum) -> Architecture:
    """Up to four storage levels, and at any places below the first up to two fanouts."""
    nodes: list[Level | Fanout] = []
    levels = draw(st.sampled_from([1, 2, 2, 3, 3, 3, 4]))
    fanouts = draw(st.lists(st.integers(1, levels), max_size=2))
    for number in range(levels):
        nodes.append(draw(_levels(f"level{number}", einsum, outermost=number == 0)))
        for _ in range(fanouts.count(number + 1)):
            nodes.append(draw(_fanouts(f"array{len(nodes)}", einsum)))
    formats = tuple((role, draw(st.sampled_from(NUMBERS))) for role in Role)
    compute = Compute("mac", formats, _price(draw(st.sampled_from([0.0, 1.0, 3.0]))))
    return Architecture("drawn", "drawn", tuple(nodes), compute, draw(st.sampled_from([1e6, 2e8])))


@st.composite
def _levels(draw: st.DrawFn, name: str, einsum: Einsum, *, outermost: bool) -> Level:
    roles = [ROLES] if outermost else [ROLES, ROLES, ROLES, ROLES[:2], ROLES[1:], ROLES[2:]]
    held = tuple(draw(st.permutations(draw(st.sampled_from(roles)))))
    parts = [held[:1], held[1:]] if draw(st.booleans()) else [(role,) for role in held]
    parts = [held] if draw(st.booleans()) else [part for part in parts if part]
    stores = tuple(
        draw(_stores(name if len(parts) == 1 else f"{name}.{part[0]}", part, einsum, outermost))
        for part in parts
    )
    optional = tuple(role for role in held if not outermost and draw(st.booleans()))
    return Level(name, stores, optional)


@st.composite
def _stores(
    draw: st.DrawFn, name: str, roles: tuple[Role, ...], einsum: Einsum, outermost: bool
) -> Store:
    held = [tensor for tensor in einsum.tensors if tensor.role in roles]
    largest = sum(tensor.elements(einsum.sizes) for tensor in held)
    bounded = draw(st.integers(0, 7)) == 7 if outermost else draw(st.booleans())
    elements = draw(st.integers(largest if outermost else len(held), 2 * largest))
    return Store(
        name,
        roles,
        word_bits=draw(st.sampled_from([8, 16, 64])),
        capacity_bits=elements * draw(st.sampled_from([8, 24, 32])) if bounded else None,
        double_buffered=draw(st.sampled_from([False, False, False, True])),
        read_bits_per_cycle=draw(st.sampled_from(BITS_PER_CYCLE)),
        write_bits_per_cycle=draw(st.sampled_from(BITS_PER_CYCLE)),
        shared_bits_per_cycle=draw(st.sampled_from(BITS_PER_CYCLE)),
        read_energy=_price(draw(st.sampled_from([0.0, 0.5, 1.0, 6.0, 200.0]))),
        write_energy=_price(draw(st.sampled_from([0.0, 0.5, 1.0, 6.0, 200.0]))),
        element_bits=tuple((role, 24) for role in roles if draw(st.integers(0, 5)) == 5),
    )


@st.composite
def _fanouts(draw: st.DrawFn, name: str, einsum: Einsum) -> Fanout:
    return Fanout(
        name,
        tuple(
            FanoutAxis(axis, draw(st.integers(1, 5)), draw(_some_ranks(einsum)))
            for axis in draw(st.sampled_from(["X", "YX"]))
        ),
        multicast=tuple(role for role in ROLES if draw(st.booleans())),
        reduction=draw(st.booleans()),
        transfer_energy=_price(draw(st.sampled_from([0.0, 1.0, 20.0]))),
        word_bits=8,
    )


@st.composite
def dataflows(draw: st.DrawFn, einsum: Einsum, architecture: Architecture) -> Dataflow:
    """No constraint at all, or some at some places."""
    constraints = []
    if draw(st.booleans()):
        for place in places(architecture):
            if draw(st.booleans()):
                constraints.append(draw(_constraints(einsum, place)))
    least = draw(st.sampled_from([0.0, 0.0, 0.0, 0.3, 0.5, 0.75]))
    return Dataflow("drawn", tuple(constraints), least_utilization=least)


@st.composite
def _constraints(draw: st.DrawFn, einsum: Einsum, place: Place) -> Constraint:
    names = list(einsum.sizes)
    constraint = Constraint(place.name)
    match draw(st.sampled_from(["ranks", "factors", "inside", "order", "keeping"])):
        case "ranks":
            return replace(constraint, ranks=draw(_some_ranks(einsum)))
        case "factors":
            rank = draw(st.sampled_from(names))
            factor = draw(st.integers(1, einsum.sizes[rank]))
            return replace(constraint, factors=((rank, factor),))
        case "inside":
            return replace(constraint, inside=(draw(st.sampled_from(names)),))
        case "order" if place.axis is None:
            order = draw(st.permutations(names))
            return replace(constraint, order=tuple(order[: draw(st.integers(1, len(names)))]))
        case "keeping" if place.axis is None:
            roles = (draw(st.sampled_from(ROLES)),)
            if draw(st.booleans()):
                return replace(constraint, keep=roles)
            return replace(constraint, bypass=roles)
    return constraint


@st.composite
def _some_ranks(draw: st.DrawFn, einsum: Einsum) -> tuple[str, ...] | None:
    if draw(st.booleans()):
        return None
    return tuple(rank for rank in einsum.sizes if draw(st.booleans()))


def _price(picojoules: float) -> Price:
    return Price(picojoules * 1e-12, DRAWN)
