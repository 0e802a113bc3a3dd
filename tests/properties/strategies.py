"""Hypothesis strategies: small layers, architectures around them, valid mappings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from octant.arch import Architecture, Compute, Fanout, FanoutAxis, Level, Store
from octant.mapping import Loop, Mapping, SpatialBlock, TemporalBlock
from octant.mapping.text import to_text
from octant.workload import (
    Einsum,
    NumberFormat,
    NumberKind,
    Role,
    Tensor,
    Term,
    convolution,
    matmul,
    transposed_convolution,
)

ROLES = tuple(Role)
FORMATS = tuple((role, NumberFormat(NumberKind.INT, 8)) for role in Role)


@dataclass(frozen=True, repr=False)
class Case:
    """A layer, an architecture and a mapping that fits both."""

    einsum: Einsum
    architecture: Architecture
    mapping: Mapping

    def __repr__(self) -> str:
        """What a failing test must show: the layer, what each fanout can do, the nest."""
        networks = [
            f"{fanout.name}: multicast {[str(role) for role in fanout.multicast]}, "
            f"reduction {fanout.reduction}"
            for fanout in self.architecture.fanouts
        ]
        return "\n".join([str(self.einsum), *networks, to_text(self.mapping, self.architecture)])

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        printer.text(repr(self))


@st.composite
def _sizes(draw: st.DrawFn, count: int, points: int, largest: int = 6) -> list[int]:
    """So many sizes with a product of at most ``points``."""
    sizes = []
    for _ in range(count):
        size = draw(st.integers(1, max(1, min(largest, points))))
        points //= size
        sizes.append(size)
    return draw(st.permutations(sizes))


@st.composite
def matrix_products(draw: st.DrawFn, points: int = 200) -> Einsum:
    rows, inner, columns, batch, groups = draw(_sizes(5, points))
    return matmul(rows=rows, inner=inner, columns=columns, batch=batch, groups=groups)


@st.composite
def convolutions(draw: st.DrawFn, points: int = 200) -> Einsum:
    """Convolutions and transposed ones of one or two dimensions."""
    dimensions = draw(st.integers(1, 2))
    output, kernel = (draw(_sizes(dimensions, 24)) for _ in range(2))
    left = points // math.prod(output + kernel)
    batch, groups, inputs, outputs = draw(_sizes(4, max(1, left), largest=3))
    steps = st.lists(st.integers(1, 3), min_size=dimensions, max_size=dimensions)
    if draw(st.integers(0, 2)) == 2:
        make = partial(transposed_convolution, input_extents=output)
    else:
        make = partial(convolution, output=output)
    return make(
        batch=batch,
        groups=groups,
        in_channels=inputs * groups,
        out_channels=outputs * groups,
        kernel=kernel,
        stride=draw(steps),
        dilation=draw(steps),
    )


@st.composite
def _axes(draw: st.DrawFn, ranks: list[str]) -> tuple[tuple[Term, ...], ...]:
    """Axes of one to three of some ranks, each with a coefficient; none at all for a scalar."""
    axes: list[tuple[Term, ...]] = []
    for rank in draw(st.permutations(ranks))[: draw(st.integers(0, len(ranks)))]:
        term = Term(rank, draw(st.integers(1, 3)))
        if axes and len(axes[-1]) < 3 and draw(st.booleans()):
            axes[-1] = (*axes[-1], term)
        else:
            axes.append((term,))
    return tuple(axes)


@st.composite
def any_einsums(draw: st.DrawFn, points: int = 200) -> Einsum:
    """Einsums that are no layer of a network: every tensor has any of the ranks on any axes."""
    ranks = list("ABCD")[: draw(st.integers(1, 4))]
    sizes = draw(_sizes(len(ranks), points))
    names = ("inputs", Role.INPUT), ("weights", Role.WEIGHT), ("outputs", Role.OUTPUT)
    tensors = tuple(Tensor(name, role, draw(_axes(ranks))) for name, role in names)
    return Einsum(tuple(zip(ranks, sizes, strict=True)), tensors)


def layers(points: int = 200) -> st.SearchStrategy[Einsum]:
    """Small layers of every kind."""
    return st.one_of(matrix_products(points), convolutions(points))


@st.composite
def skeletons(draw: st.DrawFn) -> list[list[str]]:
    """Node by node, outermost first, the names of a fanout's axes; none for a storage level."""
    nodes: list[list[str]] = []
    for _ in range(draw(st.integers(1, 4))):
        nodes.append([])
        nodes += draw(st.sampled_from([[], [], [["X"]], [["Y", "X"]]]))
    return nodes


@st.composite
def rank_factors(draw: st.DrawFn, size: int, slots: int) -> list[int]:
    """Factors for slots, outermost first, that cover a size without useless iterations."""
    inside, factors = 1, []
    for _ in range(slots - 1):
        useful = -(-size // inside)
        divisors = [factor for factor in range(1, useful + 1) if useful % factor == 0]
        factor = draw(st.one_of(st.sampled_from(divisors), st.integers(1, useful)))
        factors.append(factor)
        inside *= factor
    factors.append(-(-size // inside))
    return factors[::-1]


@st.composite
def _blocks(
    draw: st.DrawFn, einsum: Einsum, nodes: list[list[str]]
) -> list[TemporalBlock | SpatialBlock]:
    slots = [(node, axis) for node, axes in enumerate(nodes) for axis in axes or [""]]
    factors = {name: draw(rank_factors(size, len(slots))) for name, size in einsum.ranks}
    loops: list[tuple[Loop, ...]] = []
    for slot in range(len(slots)):
        order = draw(st.permutations(list(factors)))
        shown = draw(st.booleans())  # loops of one iteration may be written or left out
        mine = [Loop(name, factors[name][slot]) for name in order]
        loops.append(tuple(loop for loop in mine if shown or loop.factor > 1))
    blocks: list[TemporalBlock | SpatialBlock] = []
    names = [tensor.name for tensor in einsum.tensors]
    for node, axes in enumerate(nodes):
        parts = tuple(loops[slot] for slot, (owner, _) in enumerate(slots) if owner == node)
        if axes:
            blocks.append(SpatialBlock(f"fanout{node}", parts))
        else:
            keeps = names if node == 0 else [name for name in names if draw(st.booleans())]
            blocks.append(TemporalBlock(f"level{node}", parts[0], tuple(keeps)))
    return blocks


@st.composite
def _node(
    draw: st.DrawFn, axes: list[str], block: TemporalBlock | SpatialBlock, first: bool
) -> Level | Fanout:
    if isinstance(block, TemporalBlock):
        return Level(block.level, (Store(block.level, ROLES, 8),), () if first else ROLES)
    used = [math.prod(loop.factor for loop in loops) for loops in block.axes]
    return Fanout(
        block.fanout,
        tuple(
            FanoutAxis(name, size + draw(st.integers(0, 1)))
            for name, size in zip(axes, used, strict=True)
        ),
        multicast=tuple(role for role in ROLES if draw(st.booleans())),
        reduction=draw(st.booleans()),
    )


@st.composite
def cases(draw: st.DrawFn, points: int = 200) -> Case:
    """A small Einsum with a random architecture and a random valid mapping, imperfect ones too."""
    einsum = draw(st.one_of(layers(points), any_einsums(points)))
    nodes = draw(skeletons())
    blocks = draw(_blocks(einsum, nodes))
    built = tuple(
        draw(_node(axes, block, first=index == 0))
        for index, (axes, block) in enumerate(zip(nodes, blocks, strict=True))
    )
    architecture = Architecture("drawn", "drawn", built, Compute("mac", FORMATS), 1e6)
    return Case(einsum, architecture, Mapping(tuple(blocks)))


def _loops() -> st.SearchStrategy[tuple[Loop, ...]]:
    loop = st.builds(Loop, st.text(min_size=1, max_size=3), st.integers(1, 10**6))
    return st.lists(loop, max_size=3).map(tuple)


def any_mappings() -> st.SearchStrategy[Mapping]:
    """Mappings with whatever names and loops: valid for nothing in particular."""
    names = st.text(max_size=4)
    temporal = st.builds(TemporalBlock, names, _loops(), st.lists(names, max_size=3).map(tuple))
    spatial = st.builds(SpatialBlock, names, st.lists(_loops(), max_size=2).map(tuple))
    return st.builds(Mapping, st.lists(st.one_of(temporal, spatial), max_size=4).map(tuple))
