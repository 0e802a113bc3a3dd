"""Amounts as text, each by its unit; every unit is printed by ``octant.units``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from octant.mapper import Objective
from octant.scorecard import Figure, Unit
from octant.units import count_text, text

UNKNOWN = "unknown"


def bare(value: float) -> str:
    """A count without a noun, with a decimal prefix.

    >>> bare(60954656), bare(12)
    ('60.95 M', '12')
    """
    return count_text(value, "").strip()


def share(value: float) -> str:
    """A share in percent, to a tenth: columns of them line up.

    >>> share(0.0456), share(1.0)
    ('4.6 %', '100.0 %')
    """
    return f"{100 * value:.1f} %"


def points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign.

    >>> points(-0.0153), points(0.0)
    ('-1.53 points', '0 points')
    """
    return f"{100 * difference:+.2f} points" if difference else "0 points"


def joules(energy_j: float | None) -> str:
    """An energy in joules, or that it is unknown.

    >>> joules(8.02e-3), joules(None)
    ('8.02 mJ', 'unknown')
    """
    return UNKNOWN if energy_j is None else text(energy_j, "energy")


def seconds(latency_s: float | None) -> str:
    """A time in seconds, or that it is unknown.

    >>> seconds(0.0288)
    '28.8 ms'
    """
    return UNKNOWN if latency_s is None else text(latency_s, "time")


def objective_words(objective: Objective) -> str:
    """What a search made least, in words.

    >>> objective_words(Objective.LATENCY), objective_words(Objective.ED2P)
    ('latency', 'energy x latency^2')
    """
    products = {Objective.EDP: "energy x latency", Objective.ED2P: "energy x latency^2"}
    return products.get(objective, objective.value)


def objective_text(objective: Objective, value: float) -> str:
    """An objective's value: J, s, J*s, or J*s^2.

    >>> objective_text(Objective.EDP, 2.5e-7), objective_text(Objective.ENERGY, 2e-3)
    ('2.5e-07 J*s', '2 mJ')
    """
    match objective:
        case Objective.ENERGY:
            return joules(value)
        case Objective.LATENCY:
            return seconds(value)
        case Objective.EDP:
            return f"{value:.4g} J*s"
        case Objective.ED2P:
            return f"{value:.4g} J*s^2"


def figure_text(figure: Figure) -> str:
    """A figure of a scorecard with its unit.

    >>> from octant.source import Origin
    >>> figure_text(Figure(34.7, Unit.INFERENCES_PER_SECOND, Origin.MODELLED, "an example"))
    '34.7 inferences/s'
    >>> figure_text(Figure(33.6e9, Unit.OPERATIONS_PER_SECOND, Origin.MODELLED, "an example"))
    '33.6 Gop/s'
    """
    return _FORMS[figure.unit](figure.value)


def interval_text(figure: Figure) -> str:
    """The interval of a figure, its unit once; empty where nothing is known about its limits.

    >>> from octant.source import Origin
    >>> figure = Figure(8e-3, Unit.JOULE_PER_INFERENCE, Origin.MODELLED, "x", 6.9e-3, 9.6e-3)
    >>> interval_text(figure)
    '6.9 to 9.6 mJ/inference'
    """
    if figure.low is None or figure.high is None:
        return ""
    ends = [figure_text(replace(figure, value=digits(end, 3))) for end in (figure.low, figure.high)]
    (low, _, unit), (_, _, other) = (end.partition(" ") for end in ends)
    return " to ".join([low if unit == other else ends[0], ends[1]])


def digits(value: float, kept: int) -> float:
    """The value to so many significant digits.

    >>> digits(15.583, 3)
    15.6
    """
    return float(f"{value:.{kept}g}")


def _of(dimension: str, suffix: str = "") -> Callable[[float], str]:
    return lambda value: text(value, dimension) + suffix


def _whole_bytes(bits: float) -> float:
    """The bits of an average rounded to bytes, from a few of them on: an average is never whole."""
    return 8.0 * round(bits / 8) if bits >= 64 else bits


def _counted(words: str) -> Callable[[float], str]:
    return lambda value: f"{bare(value)} {words}"


def _count(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) and value < 1e6 else bare(value)


_FORMS: dict[Unit, Callable[[float], str]] = {
    Unit.SHARE: share,
    Unit.POINTS: points,
    Unit.NUMBER: lambda value: f"{value:.4g}",
    Unit.COUNT: _count,
    Unit.SECOND: _of("time"),
    Unit.JOULE_PER_INFERENCE: _of("energy", "/inference"),
    Unit.INFERENCES_PER_JOULE: _counted("inferences/J"),
    Unit.INFERENCES_PER_SECOND: _counted("inferences/s"),
    Unit.OPERATIONS_PER_SECOND: lambda value: count_text(value, "op/s"),
    Unit.WATT: _of("power"),
    Unit.USD: _of("money"),
    Unit.USD_PER_INFERENCE_PER_SECOND: _of("money", "/(inference/s)"),
    Unit.METRE: _of("length"),
    Unit.SQUARE_METRE: _of("area"),
    Unit.SQUARE_METRE_PER_MAC_UNIT: _of("area", "/MAC unit"),
    Unit.BIT: _of("capacity"),
    Unit.BIT_PER_MAC_UNIT: lambda value: text(_whole_bytes(value), "capacity") + "/MAC unit",
    Unit.BIT_PER_SECOND: _of("bandwidth"),
    Unit.BIT_PER_INFERENCE: _of("capacity", "/inference"),
}
