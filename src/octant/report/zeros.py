"""What a chip does about zeros, in words."""

from __future__ import annotations

from collections.abc import Iterator

from octant.arch import Architecture, Fanout, Saving, Slots, Store

_DONE = {Saving.GATING: "gated", Saving.SKIPPING: "skipped"}


def zeros_of(architecture: Architecture) -> str:
    """One line of words; "nothing" where zeros cost what other values cost.

    >>> from octant import load_architecture
    >>> zeros_of(load_architecture("teaching"))
    'nothing: a zero costs what any value costs'
    """
    words = [
        *(phrase for level in architecture.levels for phrase in _formats(level.stores)),
        *(
            f"{level.name}: {each.target} {_DONE[each.saving]} on {' or '.join(each.leaders)}"
            for level in architecture.levels
            for each in level.intersections
        ),
        *(phrase for fanout in architecture.fanouts for phrase in _instances(fanout)),
        *_compute(architecture),
    ]
    return "; ".join(words) or "nothing: a zero costs what any value costs"


def _formats(stores: tuple[Store, ...]) -> Iterator[str]:
    for store in stores:
        for each in store.compression:
            ranks = ", ".join(
                f"{rank.format} of {rank.bits} b" + (" in the word" if rank.included else "")
                if rank.format != "bitmask"
                else "bitmask"
                for rank in each.ranks
            )
            where = _slots(each.slots) + (" where smaller" if each.optional else "")
            yield f"{store.name}: {each.role} as {ranks}{where}"
        if store.overflow:
            yield f"{store.name} may overflow"


def _slots(slots: Slots | None) -> str:
    return f" in {slots.slots} slots of {slots.group} along {slots.rank}" if slots else ""


def _instances(fanout: Fanout) -> Iterator[str]:
    for axis in fanout.axes:
        if axis.skipping is not None:
            group, leader = axis.skipping.group, axis.skipping.leader
            yield f"{fanout.name}.{axis.name}: of {group} neighbours those with nonzero {leader}"
    if fanout.queue:
        yield f"{fanout.name}: queues of {fanout.queue}"


def _compute(architecture: Architecture) -> Iterator[str]:
    compute = architecture.compute
    if compute.zeros is not None:
        done, operands = _DONE[compute.zeros.saving], " or ".join(compute.zeros.operands)
        yield f"{compute.name} {done} on {operands}"
    for each in compute.packing:
        packed = f"{each.role} of {each.group} along {each.rank} packed onto {each.lanes} lanes"
        yield packed + (" where each group fits" if each.fixed else "")
