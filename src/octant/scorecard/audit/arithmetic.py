"""What a claim says in two ways that do not agree.

Only facts are compared, and values; a limit only where it decides (parts against an area that is
given as a limit from above). Published figures are rounded: two that differ by less than
``TOLERANCE`` agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from octant.chips import Kind, Quantity, Record, Run, derive, fact
from octant.scorecard.audit.findings import Finding, Severity
from octant.scorecard.audit.networks import Covered
from octant.units import text

#: Above what rounding to two digits does.
TOLERANCE = 0.06
_BOTH = "both cannot be true"


@dataclass(frozen=True, slots=True)
class Pair:
    """The same quantity, stated and implied by others.

    Args:
        code: of the finding.
        metric: that it spoils.
        label: of the quantity.
        stated: the value as stated.
        implied: the value as the others have it.
        how: what implies it.
        dimension: of both.
        severity: contradiction, or doubt where conditions may differ.
    """

    code: str
    metric: str
    label: str
    stated: float
    implied: float
    how: str
    dimension: str
    severity: Severity = Severity.CONTRADICTION

    @property
    def agree(self) -> bool:
        """Whether the two differ by less than rounding may do.

        >>> Pair("", "", "", 34.7, 34.69, "", "").agree, Pair("", "", "", 2.0, 1.0, "", "").agree
        (True, False)
        """
        larger = max(abs(self.stated), abs(self.implied))
        return abs(self.stated - self.implied) <= TOLERANCE * larger

    def finding(self, where: str) -> Finding:
        """The finding that they do not agree."""
        stated, implied = (text(x, self.dimension) for x in (self.stated, self.implied))
        return Finding(
            self.code,
            self.severity,
            self.metric,
            where,
            f"{self.label} is {stated}, and {self.how} is {implied}",
            _BOTH if self.severity is Severity.CONTRADICTION else "the conditions may differ",
            "the numbers of one and the same run",
        )


def whole_disagreements(claim: Record) -> Iterator[Finding]:
    """What the specification says in two ways."""
    yield from (pair.finding("specification") for pair in _of_the_chip(claim) if not pair.agree)
    yield from _beyond_the_multipliers(claim)
    yield from _parts(claim)


def run_disagreements(claim: Record, run: Run, part: Covered | None) -> Iterator[Finding]:
    """What a run says in two ways, or beyond the peak."""
    pairs = [*_of_energy(run), *_of_speed(claim, run), *_of_operations(run, part)]
    yield from (pair.finding(run.network) for pair in pairs if not pair.agree)
    yield from _above_the_peak(claim, run)
    yield from _shares(run)


def _values(source: Record | Run, *names: str) -> tuple[float, ...] | None:
    """The facts of these names; None where one is missing."""
    found = [fact(source[name]) for name in names]
    present = [each.value for each in found if each is not None]
    return tuple(present) if len(present) == len(names) else None


def _of_the_chip(claim: Record) -> Iterator[Pair]:
    if known := _values(claim, "area_per_multiplier", "multipliers", "core_area"):
        each, count, area = known
        how = "area a multiplier x multipliers"
        yield Pair("cost.area", "cost", "the core area", area, each * count, how, "area")
    if known := _values(claim, "memory_per_multiplier", "multipliers", "on_chip_memory"):
        each, count, memory = known
        how = "memory a multiplier x multipliers"
        yield Pair("cost.memory", "cost", "the memory", memory, each * count, how, "capacity")
    if known := _values(claim, "density", "core_area", "peak"):
        density, area, peak = known
        how, rate = "peak of an area x core area", "operation rate"
        doubt = Severity.DOUBT
        yield Pair("cost.density", "cost", "the peak", peak, density * area, how, rate, doubt)


def _beyond_the_multipliers(claim: Record) -> Iterator[Finding]:
    known = _values(claim, "peak", "multipliers", "clock")
    if claim.kind is not Kind.DIGITAL or claim.counts_skipped or known is None:
        return
    peak, multipliers, clock = known
    most = 2 * multipliers * clock
    if peak > most * (1 + TOLERANCE):
        yield Finding(
            "throughput.peak-above-multipliers",
            Severity.CONTRADICTION,
            "throughput",
            "specification",
            f"the peak is {text(peak, 'operation rate')}, and {multipliers:,.0f} multipliers at "
            f"{text(clock, 'frequency')} make at most {text(most, 'operation rate')}",
            "a multiplier makes a multiplication and an addition in a cycle, two operations",
            "the multipliers, or a peak without the operations that zeros spare",
        )


def _parts(claim: Record) -> Iterator[Finding]:
    area = derive.area_at_most(claim)
    if area is None:
        return
    known = (derive.at_least(quantity) for _, quantity in claim.parts)
    together = sum(quantity.value for quantity in known if quantity is not None)
    if together > area.value * (1 + TOLERANCE):
        yield Finding(
            "cost.parts-above-area",
            Severity.CONTRADICTION,
            "cost",
            "specification",
            f"the area is {area.limit}{text(area.value, 'area')}, and its parts have "
            f"{text(together, 'area')} together",
            "a whole is no smaller than its parts",
            "the area of the whole, or parts that do not hold each other",
        )


def _of_energy(run: Run) -> Iterator[Pair]:
    stated = fact(run["energy"])
    if stated and (known := _values(run, "power", "throughput")):
        implied, how = known[0] / known[1], "power / throughput"
        yield Pair("energy.power-time", "energy", "energy", stated.value, implied, how, "energy")
    elif stated and (known := _values(run, "power", "latency", "batch")):
        implied, how = known[0] * known[1] / known[2], "power x run time / batch"
        yield Pair("energy.power-time", "energy", "energy", stated.value, implied, how, "energy")
    economy = fact(run["inferences_per_j"])
    if economy and (known := _values(run, "power", "throughput")):
        yield Pair(
            "energy.inferences-per-joule",
            "energy",
            "inferences a joule",
            economy.value,
            known[1] / known[0],
            "throughput / power",
            "inferences per energy",
        )
    if stated and economy:
        implied, how = 1 / stated.value, "1 / energy an inference"
        yield Pair(
            "energy.inferences-per-joule",
            "energy",
            "inferences a joule",
            economy.value,
            implied,
            how,
            "inferences per energy",
        )
    operations = fact(run["efficiency"])
    speed, power = derive.rate(run), fact(run["power"])
    if operations and speed and power:
        yield Pair(
            "energy.efficiency",
            "energy",
            "efficiency",
            operations.value,
            speed.value / power.value,
            "rate / power",
            "efficiency",
        )


def _of_speed(claim: Record, run: Run) -> Iterator[Pair]:
    rate = fact(run["achieved"])
    if rate and (known := _values(run, "throughput", "operations")):
        implied, how = known[0] * known[1], "throughput x operations an inference"
        yield Pair(
            "throughput.operations",
            "throughput",
            "the rate achieved",
            rate.value,
            implied,
            how,
            "operation rate",
        )
    peak, used, speed = derive.peak(claim), fact(run["utilization"]), derive.rate(run)
    if peak and used and speed:
        yield Pair(
            "throughput.utilization",
            "throughput",
            "the rate achieved",
            speed.value,
            used.value * peak.value,
            "utilisation x peak",
            "operation rate",
            Severity.DOUBT,
        )
    if known := _values(run, "throughput", "batch", "latency"):
        throughput, batch, latency = known
        yield Pair(
            "latency.batch-over-time",
            "latency",
            "throughput",
            throughput,
            batch / latency,
            "batch / run time",
            "inference rate",
            Severity.DOUBT,
        )


def _of_operations(run: Run, part: Covered | None) -> Iterator[Pair]:
    stated = fact(run["operations"])
    if stated and part and run.layers:
        yield Pair(
            "throughput.network",
            "throughput",
            "operations an inference",
            stated.value,
            2.0 * part.macs,
            f"what {run.workload} takes in these layers",
            "operations",
            Severity.DOUBT,
        )


def _above_the_peak(claim: Record, run: Run) -> Iterator[Finding]:
    peak, rate = derive.peak(claim), derive.rate(run)
    if peak is None or rate is None or rate.value <= peak.value * (1 + TOLERANCE):
        return
    spared = bool(run.counts_skipped) and not claim.counts_skipped
    formats = (run.weights, run.activations), (claim.weights, claim.activations)
    narrower = None not in (*formats[0], *formats[1]) and formats[0] != formats[1]
    reason = (
        "possible only because operations that zeros spared are counted: it is no rate of the chip"
        if spared
        else "the run is in other formats than the peak"
        if narrower
        else "no chip does more than its peak"
    )
    yield Finding(
        "throughput.above-peak",
        Severity.DOUBT if spared or narrower else Severity.CONTRADICTION,
        "throughput",
        run.network,
        f"the rate is {text(rate.value, 'operation rate')}{_how(rate)}, and the peak "
        f"{text(peak.value, 'operation rate')}",
        reason,
        "the operations that were done" if spared else "a peak in the formats of the run",
    )


def _how(quantity: Quantity) -> str:
    return f" ({quantity.note})" if quantity.sure == "derived" and quantity.note else ""


def _shares(run: Run) -> Iterator[Finding]:
    for name, metric in (("utilization", "throughput"), ("accuracy", "accuracy")):
        quantity = fact(run[name])
        if quantity and quantity.value > 1:
            yield Finding(
                f"{metric}.above-all",
                Severity.CONTRADICTION,
                metric,
                run.network,
                f"the {name} is {text(quantity.value, 'share')}",
                "no share is above 100 %",
                "the right number",
            )
