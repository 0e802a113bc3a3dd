"""Hypothesis strategies: a small search whose layer has zeros, and a chip that sees them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from octant.arch import (
    Architecture,
    Compression,
    Fanout,
    FormatRank,
    Intersection,
    Level,
    Packing,
    RankFormat,
    Saving,
    Slots,
    SpatialSkipping,
    Store,
    ZeroOperands,
)
from octant.sparsity import mask_of
from octant.workload import UNIFORM, Einsum, Even, Role, Structured, Tensor
from tests.properties.problems import searches
from tests.properties.twin import Search

INPUT, WEIGHT = Role.INPUT, Role.WEIGHT


@st.composite
def thin_searches(draw: st.DrawFn, mappings: int) -> tuple[Search, Einsum]:
    """A search where nothing is zero, and its layer with zeros."""
    case = draw(searches(mappings))
    chip = draw(_chips(case.architecture, case.einsum))
    tensors = tuple(draw(_tensors(tensor, case.einsum)) for tensor in case.einsum.tensors)
    return replace(case, architecture=chip), replace(case.einsum, tensors=tensors)


@st.composite
def _tensors(draw: st.DrawFn, tensor: Tensor, einsum: Einsum) -> Tensor:
    shape = tensor.shape(einsum.sizes)
    many = int(np.prod(shape))
    some = draw(st.integers(1, many))
    kind = draw(st.sampled_from(["uniform", "uniform", "even", "structured", "mask"]))
    ranks = [axis[0].rank for axis in tensor.axes if len(axis) == 1 and axis[0].coefficient == 1]
    if kind == "structured" and ranks:
        keep = draw(st.integers(1, 4))
        pattern = Structured(keep, 4, draw(st.sampled_from(ranks)))
        return replace(tensor, density=keep / 4, pattern=pattern)
    if kind == "mask":
        flat = np.zeros(many, bool)
        flat[np.random.default_rng(draw(st.integers(0, 999))).permutation(many)[:some]] = True
        return replace(tensor, density=some / many, pattern=mask_of(flat.reshape(shape)))
    return replace(tensor, density=some / many, pattern=Even() if kind == "even" else UNIFORM)


@st.composite
def _chips(draw: st.DrawFn, chip: Architecture, einsum: Einsum) -> Architecture:
    zeros = st.builds(
        ZeroOperands,
        st.sampled_from(Saving),
        st.sampled_from([(INPUT,), (WEIGHT,), (INPUT, WEIGHT)]),
        st.booleans(),
    )
    names = list(einsum.sizes)
    packing = st.builds(
        Packing,
        st.sampled_from([INPUT, WEIGHT]),
        st.sampled_from(names),
        st.just(4),
        st.just(2),
        st.booleans(),
    )
    return replace(
        chip,
        nodes=tuple(draw(_nodes(node, names)) for node in chip.nodes),
        compute=replace(
            chip.compute,
            zeros=draw(st.none() | zeros),
            packing=tuple(draw(st.lists(packing, max_size=1))),
        ),
    )


@st.composite
def _nodes(draw: st.DrawFn, node: Level | Fanout, names: list[str]) -> Level | Fanout:
    if isinstance(node, Fanout):
        skipping = st.builds(SpatialSkipping, st.sampled_from([INPUT, WEIGHT]), st.integers(2, 6))
        often = st.none() | st.none() | skipping
        axes = (replace(axis, skipping=draw(often)) for axis in node.axes)
        return replace(node, axes=tuple(axes), queue=draw(st.sampled_from([0, 0, 2])))
    intersections = []
    for target in Role:
        leaders = tuple(role for role in (INPUT, WEIGHT) if role is not target and draw(_rarely))
        if leaders:
            saving = draw(st.sampled_from(Saving))
            intersections.append(Intersection(saving, target, leaders))
    return replace(
        node,
        stores=tuple(draw(_stores(store, names)) for store in node.stores),
        intersections=tuple(intersections),
    )


_rarely = st.integers(0, 2).map(lambda number: number == 0)


@st.composite
def _stores(draw: st.DrawFn, store: Store, names: list[str]) -> Store:
    forms = tuple(draw(_compressions(role, names)) for role in store.roles if draw(_rarely))
    apart = bool(forms) and draw(_rarely)
    return replace(
        store,
        compression=forms,
        overflow=bool(forms) and draw(_rarely),
        metadata_bits=64 if apart else None,
        metadata_bits_per_cycle=8.0 if apart else None,
    )


@st.composite
def _compressions(draw: st.DrawFn, role: Role, names: list[str]) -> Compression:
    cut = draw(st.integers(0, len(names)))
    outer = draw(st.sampled_from(RankFormat))
    inner = draw(st.sampled_from([each for each in RankFormat if each is not RankFormat.OFFSETS]))
    if draw(st.integers(0, 3)) == 0:
        slots = Slots(draw(st.sampled_from(names)), 4, draw(st.integers(1, 4)))
        return Compression(role, (FormatRank(RankFormat.COORDINATES, (), 2),), slots=slots)
    counted = inner in (RankFormat.COORDINATES, RankFormat.RUN_LENGTH) and draw(_rarely)
    ranks = [FormatRank(inner, tuple(names[cut:]), draw(st.integers(1, 4)), included=counted)]
    if draw(st.booleans()):
        ranks.insert(0, FormatRank(outer, tuple(names[:cut]), draw(st.integers(1, 6))))
    block = ((names[-1], 2),) if draw(_rarely) else ()
    return Compression(role, tuple(ranks), optional=draw(st.booleans()), block=block)
