"""What a report implies: operations a second and a joule, from what it states.

Only facts are used, and a limit is not a value; it is a limit where one is asked for. What is
derived names every citation it rests on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from octant.chips.record import Bound, Quantity, Record, Run, Sureness

_RATE, _EFFICIENCY = "operation rate", "efficiency"


def fact(quantity: Quantity | None) -> Quantity | None:
    """The quantity where it is a fact and a value, else None."""
    usable = quantity is not None and quantity.is_fact and quantity.bound is Bound.EXACT
    return quantity if usable else None


def at_most(quantity: Quantity | None) -> Quantity | None:
    """The quantity where it is a fact that nothing exceeds: a value, or a limit from above.

    >>> from octant.chips.record import Quantity
    >>> die = Quantity(331e-6, "area", bound=Bound.AT_MOST)
    >>> at_most(die) is die, at_least(die) is None, fact(die) is None
    (True, True, True)
    """
    usable = quantity is not None and quantity.is_fact and quantity.bound is not Bound.AT_LEAST
    return quantity if usable else None


def at_least(quantity: Quantity | None) -> Quantity | None:
    """The quantity where it is a fact that nothing falls below: a value, or a limit from below."""
    usable = quantity is not None and quantity.is_fact and quantity.bound is not Bound.AT_MOST
    return quantity if usable else None


def area_at_most(record: Record) -> Quantity | None:
    """The area that the chip does not exceed: of the core, else of the die."""
    return at_most(record["core_area"]) or at_most(record["die_area"])


def rate(run: Run) -> Quantity | None:
    """The operations a second of a run; None where the report does not imply them.

    As stated; else inferences a second times the operations of one; else those of a batch over its
    run time.

    >>> from octant.chips.record import Quantity, Run
    >>> fps, work = Quantity(34.7, "inference rate", "a"), Quantity(1.332e9, "operations", "b")
    >>> found = rate(Run("alexnet", entries=(("throughput", fps), ("operations", work))))
    >>> print(f"{found.value:.4g}", found.note)
    4.622e+10 throughput x operations an inference
    """
    stated, known = fact(run["achieved"]), _Known(run)
    if stated is not None:
        return stated
    return known.derived(
        _RATE, "throughput x operations an inference", "throughput operations", lambda t, o: t * o
    ) or known.derived(
        _RATE,
        "batch x operations an inference / run time",
        "batch operations latency",
        lambda b, o, t: b * o / t,
    )


def efficiency(run: Run) -> Quantity | None:
    """The operations a joule of a run; None where the report does not imply them."""
    stated, known = fact(run["efficiency"]), _Known(run)
    if stated is not None:
        return stated
    found = known.derived(
        _EFFICIENCY,
        "inferences a joule x operations an inference",
        "inferences_per_j operations",
        lambda n, o: n * o,
    ) or known.derived(
        _EFFICIENCY,
        "operations an inference / energy an inference",
        "operations energy",
        lambda o, e: o / e,
    )
    speed, power = rate(run), fact(run["power"])
    if found is None and speed is not None and power is not None:
        return _joined(_EFFICIENCY, speed.value / power.value, "rate / power", (speed, power))
    return found


def throughput(run: Run) -> Quantity | None:
    """The inferences a second: as stated, else the batch over its run time."""
    return fact(run["throughput"]) or _Known(run).derived(
        "inference rate", "batch / run time", "batch latency", lambda b, t: b / t
    )


def energy(run: Run) -> Quantity | None:
    """The energy of an inference: as stated, else of its inverse, else power over throughput."""
    return (
        fact(run["energy"])
        or _Known(run).derived(
            "energy", "1 / inferences a joule", "inferences_per_j", lambda n: 1 / n
        )
        or _Known(run).derived(
            "energy", "power / throughput", "power throughput", lambda p, t: p / t
        )
    )


def inferences_per_j(run: Run) -> Quantity | None:
    """The inferences of a joule: as stated, else of the energy of one, else from the power."""
    return (
        fact(run["inferences_per_j"])
        or _Known(run).derived(
            "inferences per energy", "1 / energy an inference", "energy", lambda e: 1 / e
        )
        or _Known(run).derived(
            "inferences per energy", "throughput / power", "throughput power", lambda t, p: t / p
        )
    )


def power(run: Run) -> Quantity | None:
    """The power of a run: as stated, else the energy of an inference times the throughput.

    >>> from octant.chips.record import Quantity, Run
    >>> fast, frugal = Quantity(1470.6, "inference rate"), Quantity(2560.3, "inferences per energy")
    >>> found = power(Run("a", entries=(("throughput", fast), ("inferences_per_j", frugal))))
    >>> f"{found.value:.4f}", found.note
    ('0.5744', 'throughput / inferences a joule')
    """
    return (
        fact(run["power"])
        or _Known(run).derived(
            "power",
            "throughput / inferences a joule",
            "throughput inferences_per_j",
            lambda t, n: t / n,
        )
        or _Known(run).derived(
            "power", "energy an inference x throughput", "energy throughput", lambda e, t: e * t
        )
    )


def peak(record: Record) -> Quantity | None:
    """The peak: as stated, else two operations a cycle of each multiplier."""
    stated = fact(record["peak"])
    multipliers, clock = fact(record["multipliers"]), fact(record["clock"])
    if stated is not None or multipliers is None or clock is None:
        return stated
    value = 2 * multipliers.value * clock.value
    return _joined(_RATE, value, "2 x multipliers x clock", (multipliers, clock))


def peak_efficiency(record: Record) -> Quantity | None:
    """The peak efficiency: as stated, else the peak over the rated power."""
    stated, speed, power = fact(record["efficiency"]), peak(record), fact(record["power"])
    if stated is not None or speed is None or power is None:
        return stated
    return _joined(_EFFICIENCY, speed.value / power.value, "peak / rated power", (speed, power))


@dataclass(frozen=True, slots=True)
class _Known:
    """The facts of a run."""

    run: Run

    def derived(
        self, dimension: str, note: str, names: str, formula: Callable[..., float]
    ) -> Quantity | None:
        """What a formula makes of the entries of these names; None where one is missing."""
        found = [fact(self.run[name]) for name in names.split()]
        if any(quantity is None or not quantity.value for quantity in found):
            return None
        used = tuple(quantity for quantity in found if quantity is not None)
        return _joined(dimension, formula(*(quantity.value for quantity in used)), note, used)


def _joined(dimension: str, value: float, note: str, used: tuple[Quantity, ...]) -> Quantity:
    citation = "; ".join(dict.fromkeys(each.citation for each in used if each.citation))
    method = next((each.method for each in used if each.method), None)
    return Quantity(value, dimension, citation, sure=Sureness.DERIVED, method=method, note=note)
