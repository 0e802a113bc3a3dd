"""The sentences that a scorecard's figures rest on."""

from __future__ import annotations

import math
from collections.abc import Iterator

from octant.accuracy.results import Accuracy
from octant.arch import Architecture, Slots
from octant.mapper.result import Status
from octant.scorecard.leakage import leaking, not_known
from octant.scorecard.records import Coverage, LayerResult, OperatorTotal, Place
from octant.scorecard.references import prices
from octant.scorecard.uncertainty import extrapolated, unlimited
from octant.scorecard.zeros import losing, overflowing
from octant.source import Origin
from octant.sparsity import unfit
from octant.units import text
from octant.workload import Einsum, Mask, Role, Tensor, VectorWork, Workload

_NAMED = 4


def assumptions(
    workload: Workload,
    architecture: Architecture,
    layers: tuple[LayerResult, ...],
    covered: Coverage,
    measured: Accuracy | None = None,
    overbooked: bool = False,
    sampled: int = 0,
) -> tuple[str, ...]:
    """What is taken for granted, left out, or taken over from the user, a sentence each."""
    return (
        *_left_out(architecture, covered),
        *_formats(workload, architecture, sampled),
        *_formats_and_room(architecture, layers, overbooked),
        *(measured.notes if measured else ()),
        *_running(architecture, layers),
        *_limits(architecture),
        *_searches(layers, architecture.sees_zeros and bool(sampled)),
        *_assumed(architecture),
        "The cost is that of making a die, packaging and testing it, and what is stated beside it: "
        "design, masks, volume, margins and the rest of the system are in no figure.",
    )


def _left_out(architecture: Architecture, covered: Coverage) -> Iterator[str]:
    if covered.not_understood:
        share = f"{_share(covered)} of the parameters"
        yield (
            f"Not understood and not costed ({share}): {_listed(covered.not_understood)}; the "
            "figures are of the rest of the network."
        )
    if covered.not_run:
        yield (
            f"Not run on {architecture.name}: {_listed(covered.not_run)}; their time and energy "
            "elsewhere are in no figure."
        )
    if covered.not_costed:
        yield (
            f"No source prices the operations of {_listed(covered.not_costed)}: their time is "
            "counted, the energy of the operations is not."
        )


def _share(covered: Coverage) -> str:
    unknown = sum(total.parameters for total in covered.not_understood)
    return text(unknown / covered.parameters if covered.parameters else 0.0, "share")


def _listed(operators: tuple[OperatorTotal, ...]) -> str:
    return ", ".join(
        f"{total.operator} ({total.layers} layer{'s' if total.layers > 1 else ''}"
        + (f", {total.operations:,} operations)" if total.operations else ")")
        for total in operators
    )


def _formats(workload: Workload, architecture: Architecture, sampled: int) -> Iterator[str]:
    chip = ", ".join(f"{role} {architecture.compute.format(role)}" for role in Role)
    own = {str(tensor.format) for layer in workload.layers for tensor in _tensors(layer.work)} | {
        str(layer.work.format) for layer in workload.layers if isinstance(layer.work, VectorWork)
    }
    given = f"; as given it is in {', '.join(sorted(own))}" if own else ""
    yield f"The network runs in the number formats {chip}{given}."
    if architecture.sees_zeros and _thin(workload):
        yield from _zeros(workload, architecture, sampled)
        return
    zeros = "; its zeros save neither time nor energy here" if _thin(workload) else ""
    yield f"All values are taken as nonzero, and padding is computed like any other value{zeros}."


def _thin(workload: Workload) -> bool:
    """Some values of the network are known to be zero."""
    return any(
        tensor.density < 1 for layer in workload.mac_layers for tensor in _tensors(layer.work)
    )


def _zeros(workload: Workload, architecture: Architecture, sampled: int) -> Iterator[str]:
    """What is taken for granted of zeros."""
    tensors = [tensor for layer in workload.mac_layers for tensor in _tensors(layer.work)]
    chance = {tensor.role for tensor in tensors if tensor.density < 1}
    real = {tensor.role for tensor in tensors if isinstance(tensor.pattern, Mask)}
    real |= {Role.INPUT} if sampled else set()
    words = ", ".join(
        f"{role} {'element by element' if role in real else 'by chance'}"
        for role in Role
        if role in chance
    )
    full = ", ".join(role for role in Role if role not in chance)
    unused = ", ".join(role for role in Role if role in chance - _used(architecture))
    yield (
        f"Zeros are those of {words}"
        + (f"; every value of {full} is taken as nonzero" if full else "")
        + ". Gated work costs no energy, skipped work neither energy nor time; finding zeros and "
        "coding them have no price."
        + (f" Those of {unused} spare {architecture.name} nothing." if unused else "")
    )
    yield from _unfit(workload, architecture)
    if sampled:
        yield (
            f"Costs are means over {sampled} runs with the activations of their samples; inputs of "
            "layers that are too large, or whose places are not known, have the runs' densities."
        )
    yield (
        "The mappings are the best that were found for these zeros"
        + (", in their mean over the runs" if sampled else "")
        + "; figures on dense data are those of the best that were found for dense data."
    )


def _unfit(workload: Workload, architecture: Architecture) -> Iterator[str]:
    """The layers whose zeros do not lie as the multipliers need them."""
    missed: dict[tuple[Role, Slots], list[str]] = {}
    layers = [layer for layer in workload.mac_layers if isinstance(layer.work, Einsum)]
    for layer in layers:
        assert isinstance(layer.work, Einsum)
        for tensor, slots in unfit(layer.work, architecture):
            missed.setdefault((tensor.role, slots), []).append(layer.name)
    for (role, slots), names in missed.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield (
            f"In {len(names)} of {len(layers)} layers ({', '.join(names[:_NAMED])}{more}) the "
            f"{role} does not keep to {slots.slots} nonzeros in every {slots.group} along "
            f"{slots.rank}: {architecture.name} holds and multiplies it there as if dense."
        )


def _formats_and_room(
    architecture: Architecture, layers: tuple[LayerResult, ...], overbooked: bool
) -> Iterator[str]:
    """Where formats add bits, and where tiles in them do not fit."""
    if overbooked:
        yield (
            "Tiles are as large as fits in their formats: on average where a memory may overflow, "
            "but for one tile in a million elsewhere."
        )
    lost = ", ".join(
        f"{what} {100 * here:.0f} % ({100 * dense:.0f} % on dense data)"
        for what, here, dense in losing(layers)
    )
    if lost:
        yield f"Formats add bits of their own; of the bits of plain values they move: {lost}."
    for store, count, chance, again in overflowing(layers, architecture):
        many = "1 layer" if count == 1 else f"{count} layers"
        fate = "fetched from further out each time" if again else "taken as if it fitted"
        yield (
            f"Tiles do not always fit {store}: in {many}, up to {text(chance, 'share')} of them; "
            f"what does not fit is {fate}."
        )


def _used(architecture: Architecture) -> set[Role]:
    """The roles whose zeros the chip does anything about."""
    compute = architecture.compute
    found = set(compute.zeros.operands if compute.zeros else ())
    found |= {each.role for each in compute.packing}
    for level in architecture.levels:
        found |= {leader for each in level.intersections for leader in each.leaders}
        found |= {each.role for store in level.stores for each in store.compression}
    axes = [axis for fanout in architecture.fanouts for axis in fanout.axes]
    found |= {axis.skipping.leader for axis in axes if axis.skipping}
    return found


def _tensors(work: object) -> tuple[Tensor, ...]:
    return work.tensors if isinstance(work, Einsum) else ()


def _running(architecture: Architecture, layers: tuple[LayerResult, ...]) -> Iterator[str]:
    outermost = architecture.levels[0].name
    yield (
        "Layers run one after the other; each reads its inputs from and leaves its outputs in "
        f"{outermost}, and within a layer transfers overlap with computation."
    )
    if any(layer.repeats > 1 for layer in layers):
        yield "A layer that repeats runs its steps in sequence and fetches its weights in each."
    if any(layer.place is Place.FUSED for layer in layers):
        yield (
            "Element-wise layers right behind a layer of the array work on its outputs as they "
            "leave, without traffic; their stored scales and shifts are taken as held on the chip."
        )
    if any(layer.place is Place.VECTOR for layer in layers):
        yield (
            f"Other layers of the {architecture.vector and architecture.vector.name} read each "
            f"element from {outermost} once and write it once."
        )
    leaks = [name for name, _, _ in leaking(architecture)]
    if leaks:
        yield (
            f"Leakage of {', '.join(leaks)} is included: of every instance, busy or not, over the "
            "whole run; the searches do not know it."
        )
    unknown = not_known(architecture)
    if unknown:
        yield f"Leakage of {', '.join(unknown)} is not included: no source gives it."
    yield "The clock network and control are not included, save where a price holds them."


def _limits(architecture: Architecture) -> Iterator[str]:
    """What the interval of the energy leaves out, and which prices are stretched."""
    fixed, known = unlimited(architecture), prices(architecture)
    if known and len(fixed) < len(known):
        yield (
            "The interval of the energy holds what the prices rest on, each assumption taken as "
            "independent of the others; how the network is mapped and counted is not in it."
        )
    if known and len(fixed) == len(known):
        yield "No source gives the limits of any price, so that the energy has no interval."
    elif fixed:
        yield (
            f"No source gives the limits of the energy of {', '.join(fixed)}; the interval takes "
            "it as it is."
        )
    for action, reasons in extrapolated(architecture):
        yield f"Extrapolated, the energy of {action}: {reasons}."


def _searches(layers: tuple[LayerResult, ...], averaged: bool) -> Iterator[str]:
    """Of which mappings nothing is proven, and how far they may be from the best."""
    gaps: dict[str, list[float]] = {}
    for layer in layers:
        if layer.run and layer.run.status is Status.GAP:
            gaps.setdefault(layer.run.reason, []).append(layer.run.gap)
    for reason, those in gaps.items():
        one = len(those) == 1
        many = "The mapping of 1 layer is" if one else f"The mappings of {len(those)} layers are"
        worst = max(those)
        far = (
            f"but to be at most {text(worst, 'share')} above the optimum"
            if math.isfinite(worst)
            else "and no bound above 0 is known"
        )
        yield f"{many} not proven to be the best ({reason}), {far}."
    if averaged:
        yield (
            "What is proven of mappings is proven for the mean zeros of the runs, not for the mean "
            "of their costs."
        )


def _assumed(architecture: Architecture) -> Iterator[str]:
    prefix = f"{Origin.ASSUMED}: "
    for what, citation in architecture.sources:
        if citation.startswith(prefix):
            yield f"Assumed of {architecture.name}, {what}: {citation.removeprefix(prefix)}."
    assumed: dict[str, list[str]] = {}
    for action, price in prices(architecture):
        if price.source.origin is Origin.ASSUMED:
            assumed.setdefault(price.source.citation, []).append(action)
    for citation, actions in assumed.items():
        yield f"Assumed prices ({citation}): {', '.join(actions)}."
