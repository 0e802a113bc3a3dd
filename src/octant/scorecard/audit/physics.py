"""What no chip can do: traffic below what must move, energy below what arithmetic takes.

Both are bounds, chosen low: what stays above them may still be wrong. Where a claim does not say
enough, or no source gives a bound, the check is listed as not made, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from octant.chips import Kind, Quantity, Record, Run, derive, fact
from octant.components import ComponentSpec, Estimate, Price, Technology, estimator
from octant.components.cacti import BANK_BITS
from octant.components.estimator import area as area_of
from octant.components.estimator import energy
from octant.components.price import total_estimate
from octant.components.scaling import Scaled
from octant.components.technology import ENERGY_COEFFICIENTS, neighbours
from octant.errors import NotEstimatedError, OctantError
from octant.scorecard.audit.findings import Finding, Severity, Unchecked
from octant.scorecard.audit.networks import Covered, least_traffic_bits
from octant.units import text
from octant.workload import NumberFormat, NumberKind

_MEMORY = "area against the memory in it"
_TRAFFIC = "traffic against what must move"
_ENERGY = "energy against what the process allows"
#: Horowitz's figures begin at 8 b; a narrower operand is no bound's subject.
_NARROWEST_BITS = 8
#: The largest bank that CACTI was run for: the larger, the denser.
_LARGEST_BANK_BITS = BANK_BITS[1]
#: A supply just above the one at which the scaling's polynomial is least.
_JUST_ABOVE = 1.001


def below_compulsory(
    claim: Record, run: Run, part: Covered | None
) -> Iterator[Finding | Unchecked]:
    """Off-chip traffic below what the network and the storage of the chip leave no choice of."""
    stated = fact(run["off_chip"])
    if stated is None:
        return
    storage, batch = fact(claim["on_chip_memory"]), fact(run["batch"])
    for lacks, reason in (
        (part is None, "the claim names no built-in network (workload)"),
        (not run.layers, "it is not said which layers ran"),
        (storage is None, "the on-chip memory is not given"),
        (batch is None, "the batch is not given"),
        (bool(run.counts_skipped), "zeros are skipped, so weights may be stored without them"),
    ):
        if lacks:
            yield Unchecked(_TRAFFIC, run.network, reason)
            return
    assert part is not None and storage is not None and batch is not None
    least = least_traffic_bits(part, run, storage.value, batch.value)
    if least is None:
        yield Unchecked(_TRAFFIC, run.network, "the number formats are not given")
    elif stated.value < least:
        yield Finding(
            "energy.traffic-below-compulsory",
            Severity.CONTRADICTION,
            "energy",
            run.network,
            f"the off-chip traffic of an inference is {_bytes(stated.value)}, and at least "
            f"{_bytes(least)} must move: {_bytes(part.weights * _bits(run.weights))} of weights, "
            f"{_bytes(storage.value)} of storage, a batch of {batch.value:g}, and the inputs",
            "what the chip cannot keep comes in again",
            "the traffic of the whole inference, weights included",
        )


def below_the_memory(claim: Record) -> Iterator[Finding | Unchecked]:
    """An area below that of the on-chip memory alone, in the largest banks that CACTI was run for.

    A doubt and no contradiction: a foundry's own cells may be denser than CACTI's.
    """
    area = derive.area_at_most(claim)
    memory, process = derive.at_least(claim["on_chip_memory"]), fact(claim["process"])
    if area is None or memory is None or process is None or not memory.value:
        return
    try:
        least = least_memory_m2(memory.value, process.value)
    except OctantError as error:
        yield Unchecked(_MEMORY, "specification", str(error))
        return
    if area.value < least.low:
        yield Finding(
            "cost.memory-above-area",
            Severity.DOUBT,
            "cost",
            "specification",
            f"the area is {area.limit}{text(area.value, 'area')}, and {memory.limit}"
            f"{_bytes(memory.value)} of SRAM alone take {text(least.low, 'area')} or more at "
            f"{text(process.value, 'length')}",
            f"a whole is no smaller than its parts ({least.source.citation})",
            "the area of the whole, or the memory that is in it",
        )


def least_memory_m2(bits: float, process_m: float) -> Estimate:
    """The least area of an on-chip memory: in the fewest and so densest banks.

    Raises:
        NotEstimatedError: CACTI was not run for the process, or for so little memory.

    >>> round(least_memory_m2(8 * 2**20, 45e-9).value / 1e-6, 1)  # 1 MiB; CACTI has 3.26 mm^2
    3.4
    """
    banks = math.ceil(bits / _LARGEST_BANK_BITS)
    bank = ComponentSpec.of(
        "sram", process_m=round(process_m * 1e9) * 1e-9, capacity_bits=bits / banks, width_bits=64
    )
    least = area_of(estimator("sram"), bank)
    words = f"{banks} x {text(bits / banks, 'capacity')}, {least.source.citation}"
    return total_estimate([(banks, least)], "area", words)


def below_the_process(claim: Record) -> Iterator[Finding | Unchecked]:
    """Operations a joule beyond what one multiplier alone allows at the claim's process."""
    stated = derive.peak_efficiency(claim)
    if stated is not None:
        formats = (claim.weights, claim.activations)
        yield from _efficiency(claim, "specification", stated, formats, claim.counts_skipped)
    for run in claim.runs:
        found = derive.efficiency(run)
        if found is not None:
            formats = (run.weights or claim.weights, run.activations or claim.activations)
            yield from _efficiency(claim, run.network, found, formats, run.counts_skipped)


def _efficiency(
    claim: Record,
    where: str,
    economy: Quantity,
    formats: tuple[NumberFormat | None, NumberFormat | None],
    skipped: bool | None,
) -> Iterator[Finding | Unchecked]:
    weights, activations = formats
    process = fact(claim["process"])
    if process is None or weights is None or activations is None:
        lacking = "process" if process is None else "number format"
        yield Unchecked(_ENERGY, where, f"the {lacking} is not given")
        return
    if claim.kind is Kind.ANALOG or skipped:
        reason = "zeros are skipped" if skipped else "the chip multiplies in analog"
        yield Unchecked(_ENERGY, where, f"{reason}: a multiplier's energy is no bound")
        return
    supply = fact(claim["voltage"])
    try:
        least = least_mac_j(weights, activations, process.value, supply.value if supply else None)
    except NotEstimatedError as error:
        yield Unchecked(_ENERGY, where, str(error))
        return
    claimed = 2 / economy.value
    if claimed < least.low_j:
        at = text(supply.value, "voltage") if supply else "the lowest supply that scales"
        yield Finding(
            "energy.below-process",
            Severity.CONTRADICTION,
            "energy",
            where,
            f"{text(economy.value, 'efficiency')}{_note(economy)} leave "
            f"{text(claimed, 'energy')} for a multiply-accumulate, and the arithmetic alone takes "
            f"{text(least.low_j, 'energy')} or more in {weights} at "
            f"{text(process.value, 'length')} and {at}",
            f"arithmetic is not that cheap ({least.source.citation})",
            "power and rate of one and the same run, at one supply",
        )


def least_mac_j(
    weights: NumberFormat, activations: NumberFormat, process_m: float, supply_v: float | None
) -> Price:
    """The least energy of a multiply-accumulate: of arithmetic alone, in the narrower format.

    Its low end is the bound. Without a supply the lowest is taken for which the scaling holds.

    Raises:
        NotEstimatedError: no source prices the format, or reaches the process or the supply.

    >>> from octant.workload.formats import format_named
    >>> wide = format_named("16")
    >>> price = least_mac_j(wide, wide, 65e-9, 1.0)
    >>> round(price.energy_j / 1e-12, 3)  # (0.7874 + 0.05) x 1.5776
    1.321
    """
    narrower = min(weights, activations, key=lambda each: each.bits)
    if narrower.bits < _NARROWEST_BITS:
        raise NotEstimatedError(
            f"no source prices a multiplication of {narrower.bits} b; Horowitz begins at "
            f"{_NARROWEST_BITS} b"
        )
    name = "float-mac" if narrower.kind is NumberKind.FLOAT else "integer-mac"
    node_m = next((n * 1e-9 for n in ENERGY_COEFFICIENTS if abs(process_m - n * 1e-9) < 1e-12), 0)
    technology = Technology(node_m or process_m, supply_v or _lowest_supply(node_m or process_m))
    spec = ComponentSpec.of(
        name,
        extrapolate=True,
        width_bits=narrower.bits,
        accumulator_bits=narrower.bits,
    )
    return energy(Scaled(estimator(name), technology), spec, "compute")


def _lowest_supply(process_m: float) -> float:
    """The supply above which the polynomials of the nodes on both sides grow."""
    low, high, _ = neighbours(process_m)
    ends = [ENERGY_COEFFICIENTS[round(node * 1e9)] for node in (low, high)]
    return _JUST_ABOVE * max(-b / (2 * a) for a, b, _ in ends)


def _bits(number: NumberFormat | None) -> float:
    return number.storage_bits if number else 0.0


def _bytes(bits: float) -> str:
    """Bits as whole bytes: a byte more or less is no matter here."""
    return text(8.0 * round(bits / 8), "capacity")


def _note(quantity: Quantity) -> str:
    return f" ({quantity.note})" if quantity.sure == "derived" and quantity.note else ""
