"""Why no mapping fits: the smallest tile that is too large, or the constraint in the way."""

from __future__ import annotations

from collections.abc import Iterator

from octant.arch import Architecture, Constraint, Dataflow, Fanout, Level
from octant.mapper.space import slot_names
from octant.workload import Einsum


def why_infeasible(
    einsum: Einsum, architecture: Architecture, dataflow: Dataflow, *, divisors_only: bool = False
) -> str:
    """Returns every constraint that cannot be met by itself, else that they exclude each other.

    By itself: a level's rules on what it keeps, a memory and its smallest tile (the ranks that the
    dataflow wants inside it whole, the factors that it prescribes, one step of all others), the
    factors of one rank.
    """
    reasons = [
        *_keeping(einsum, architecture, dataflow),
        *_too_large(einsum, architecture, dataflow),
        *_dead_ends(einsum, architecture, dataflow, divisors_only),
    ]
    if reasons:
        return "; ".join(reasons)
    if dataflow.least_utilization > 0.0:
        return (
            f"no mapping that meets all else has {100 * dataflow.least_utilization:g} % of the "
            f"{architecture.compute_units} compute units computing: a lower least utilisation, or "
            "none, may help"
        )
    return (
        "each constraint can be met alone, but no factors meet all of them: fewer ranks inside, "
        "other ranks on an axis or a larger memory would help"
    )


def _keeping(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> Iterator[str]:
    """Roles that a dataflow wants kept, or not kept, where the level does not let it choose."""
    for level in architecture.levels:
        constraint = dataflow.constraint(level.name)
        for tensor in einsum.tensors:
            keep, bypass = tensor.role in constraint.keep, tensor.role in constraint.bypass
            what = f"{tensor.name} ({tensor.role})"
            if keep and bypass:
                yield f"{level.name} must both keep {what} and let it bypass"
            elif keep and tensor.role not in level.roles:
                yield f"{level.name} must keep {what}, for which it has no memory"
            elif bypass and tensor.role in level.roles and tensor.role not in level.optional:
                yield f"{what} must bypass {level.name}, which always keeps it"


def _too_large(einsum: Einsum, architecture: Architecture, dataflow: Dataflow) -> Iterator[str]:
    whole: set[str] = set()
    prescribed = dict.fromkeys(einsum.sizes, 1)
    for index, name in slot_names(architecture):
        constraint = dataflow.constraint(name)
        whole |= set(constraint.inside)
        for rank, factor in constraint.factors:
            prescribed[rank] = prescribed.get(rank, 1) * factor
        level = architecture.nodes[index]
        if not isinstance(level, Level):
            continue
        tile = {
            rank: size if rank in whole or index == 0 else min(prescribed[rank], size)
            for rank, size in einsum.ranks
        }
        for store in level.stores:
            kept = [
                tensor
                for tensor in einsum.tensors
                if tensor.role in store.roles
                and (tensor.role not in level.optional or tensor.role in constraint.keep)
            ]
            need = sum(
                tensor.elements(tile) * architecture.element_bits(store, tensor.role)
                for tensor in kept
            )
            if store.usable_bits is not None and need > store.usable_bits:
                names = " and ".join(tensor.name for tensor in kept)
                yield (
                    f"{store.name} can hold {store.usable_bits} bits, but the smallest tile of "
                    f"{names} takes {need}"
                )


def _dead_ends(
    einsum: Einsum, architecture: Architecture, dataflow: Dataflow, divisors_only: bool
) -> Iterator[str]:
    """For each rank the first slot, from the innermost outwards, that no factors of it get past.

    What may be left of a rank is followed from slot to slot, as if it had the axes to itself.
    """
    slots = slot_names(architecture)
    for rank, size in einsum.ranks:
        left = {size}
        for index, name in slots:
            constraint = dataflow.constraint(name)
            limit, open_to_rank = _hardware(architecture, index, name, rank)
            if constraint.ranks is not None:
                open_to_rank = open_to_rank and rank in constraint.ranks
            after = {
                -(-rest // factor)
                for rest in left
                for factor in _factors(constraint, rank, rest, limit, index == 0, divisors_only)
                if factor == 1 or open_to_rank
            }
            if rank in constraint.inside:
                after &= {1}
            if not after:
                where = f"rank {rank} of size {size}: at {name} "
                yield where + _obstacle(constraint, rank, sorted(left), index == 0)
                break
            left = after


def _hardware(
    architecture: Architecture, index: int, name: str, rank: str
) -> tuple[int | None, bool]:
    """The size of an axis (None for a level), and whether the hardware lets a rank loop there."""
    node = architecture.nodes[index]
    if isinstance(node, Fanout):
        axis = next(axis for axis in node.axes if name == f"{node.name}.{axis.name}")
        return axis.size, axis.ranks is None or rank in axis.ranks
    return None, True


def _factors(
    constraint: Constraint,
    rank: str,
    rest: int,
    limit: int | None,
    outermost: bool,
    divisors_only: bool,
) -> Iterator[int]:
    """The factors that a slot may take of what is left of a rank, were it open to it."""
    fixed = dict(constraint.factors).get(rank)
    for factor in [rest] if outermost else range(1, min(rest, limit or rest) + 1):
        divides = not divisors_only or rest % factor == 0
        if factor == fixed or (fixed is None and divides):
            yield factor


def _obstacle(constraint: Constraint, rank: str, left: list[int], outermost: bool) -> str:
    """What to say of a slot where every way of a rank ends."""
    rests = " or ".join(str(rest) for rest in left)
    fixed = dict(constraint.factors).get(rank)
    if fixed is not None:
        takes = "a level or an axis takes what fits, and only of ranks open to it"
        if outermost:
            takes = "the outermost level takes all of it"
        return f"the factor {fixed} is prescribed, where {rests} of it is left ({takes})"
    if rank in constraint.inside:
        return f"it must be complete, but at least {left[0]} of it is left and does not fit there"
    return f"it may not loop, but {rests} of it is left"
