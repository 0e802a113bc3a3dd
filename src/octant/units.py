"""Quantities as text: the only place where a unit is read or printed.

An own table and not ``pint``: the command line must start within 0.3 s, and there ``b`` is the
barn. Bits inside, never bytes; SI otherwise. ``KB`` is refused, because half of the field writes it
for 1000 bytes and the other half for 1024.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from octant.errors import UnitError, near_misses

_DECIMAL = {
    "a": 1e-18,
    "f": 1e-15,
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
}
_BINARY = {"": 1.0, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50}
_NUMBER = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*", re.ASCII)
_SPELLINGS = {"µ": "u", "μ": "u", "²": "^2", "bits": "b", "bit": "b", "bytes": "B", "byte": "B"}
_WORDS = re.compile("|".join(re.escape(word) for word in _SPELLINGS))


@dataclass(frozen=True, slots=True)
class _Dimension:
    """What a quantity may be measured in.

    Args:
        units: every unit that is read, to its size in SI (bits for information).
        printed: the units that are printed, smallest first.
        examples: the units that a message names.
    """

    units: dict[str, float]
    printed: tuple[str, ...]
    examples: tuple[str, ...]


def _prefixed(unit: str, prefixes: str, size: float = 1.0, power: int = 1) -> dict[str, float]:
    names = [prefix.strip("-") for prefix in prefixes.split()]
    return {name + unit: size * _DECIMAL[name] ** power for name in names}


def _binary(unit: str, size: float) -> dict[str, float]:
    return {prefix + unit: size * factor for prefix, factor in _BINARY.items()}


def _information(suffix: str) -> dict[str, float]:
    units: dict[str, float] = {}
    for unit, size in (("b", 1.0), ("B", 8.0)):
        units |= _prefixed(unit + suffix, "- k M G T P", size) | _binary(unit + suffix, size)
    return units


def _operations(suffix: str) -> dict[str, float]:
    """Operations and multiply-accumulates of two operations each."""
    return _prefixed("op" + suffix, "- k M G T P") | _prefixed("MAC" + suffix, "- k M G T P", 2.0)


def _things(suffix: str) -> dict[str, float]:
    """What an inference is called where it is one of an image, a frame or a query."""
    return {word + suffix: 1.0 for word in ("inferences", "frames", "images", "queries")}


def _dimension(units: dict[str, float], printed: str, examples: str) -> _Dimension:
    return _Dimension(units, tuple(printed.split()), tuple(examples.split()))


_SMALL = "a f p n u m - k M G T"
_DIMENSIONS = {
    "capacity": _dimension(_information(""), "b B KiB MiB GiB TiB PiB", "b B KiB MiB GiB kB"),
    "width": _dimension(_information(""), "b", "b B"),
    "frequency": _dimension(
        _prefixed("Hz", "m - k M G T"), "mHz Hz kHz MHz GHz THz", "kHz MHz GHz"
    ),
    "time": _dimension(
        _prefixed("s", "a f p n u m -") | {"min": 60.0, "h": 3600.0},
        "as fs ps ns us ms s",
        "s ms us ns",
    ),
    "energy": _dimension(
        _prefixed("J", _SMALL), "aJ fJ pJ nJ uJ mJ J kJ MJ GJ TJ", "J mJ uJ nJ pJ fJ"
    ),
    "power": _dimension(_prefixed("W", _SMALL), "aW fW pW nW uW mW W kW MW GW TW", "W mW uW nW"),
    "voltage": _dimension(_prefixed("V", "u m - k"), "uV mV V kV", "V mV"),
    "conductance": _dimension(_prefixed("S", "p n u m -"), "pS nS uS mS S", "S mS uS nS"),
    "length": _dimension(
        _prefixed("m", "p n u m - k") | {"cm": 1e-2}, "pm nm um mm m km", "nm um mm m"
    ),
    "area": _dimension(
        _prefixed("m^2", "p n u m -", power=2) | {"cm^2": 1e-4},
        "nm^2 um^2 mm^2 m^2",
        "mm^2 um^2 cm^2",
    ),
    "bandwidth": _dimension(
        _information("/s"), "b/s B/s kB/s MB/s GB/s TB/s PB/s", "GB/s Gb/s GiB/s MB/s"
    ),
    "bandwidth per cycle": _dimension(_information("/cycle"), "b/cycle", "b/cycle B/cycle"),
    "energy per bit": _dimension(
        _prefixed("J/b", "a f p n u m -"), "aJ/b fJ/b pJ/b nJ/b uJ/b mJ/b J/b", "pJ/b fJ/b nJ/b"
    ),
    "money": _dimension({"USD": 1.0, "kUSD": 1e3}, "USD", "USD kUSD"),
    "defect density": _dimension(
        {"/cm^2": 1e4, "/mm^2": 1e6, "/m^2": 1.0}, "/cm^2", "/cm^2 /mm^2 /m^2"
    ),
    "share": _dimension({"%": 0.01}, "%", "%"),
    "operations": _dimension(
        _operations("") | _prefixed("OP", "k M G T"), "op kop Mop Gop Top", "op MAC Gop GMAC"
    ),
    "operation rate": _dimension(
        _operations("/s") | _prefixed("OPS", "M G T P"),
        "op/s kop/s Mop/s Gop/s Top/s Pop/s",
        "Gop/s Top/s GMAC/s TOPS",
    ),
    "efficiency": _dimension(
        _operations("/J") | _prefixed("OPS/W", "M G T P"),
        "op/J kop/J Mop/J Gop/J Top/J Pop/J",
        "Gop/J Top/J GMAC/J TOPS/W",
    ),
    "operation density": _dimension(
        {f"{unit}/mm^2": size * 1e6 for unit, size in _prefixed("OPS", "M G T P").items()},
        "MOPS/mm^2 GOPS/mm^2 TOPS/mm^2 POPS/mm^2",
        "GOPS/mm^2 TOPS/mm^2",
    ),
    "inference rate": _dimension(_things("/s"), "inferences/s", "inferences/s frames/s"),
    "inferences per energy": _dimension(_things("/J"), "inferences/J", "inferences/J frames/J"),
}


def dimensions() -> tuple[str, ...]:
    """The names of the dimensions that ``parse`` and ``text`` know."""
    return tuple(_DIMENSIONS)


def unit_names(dimension: str) -> tuple[str, ...]:
    """The usual units of a dimension, as a message names them."""
    return _dimension_of(dimension).examples


def parse(quantity: str, dimension: str, *, positive: bool = False) -> float:
    """The SI value of a quantity's text: bits, hertz, seconds, joules, watts, metres, volts.

    A percentage becomes a fraction. No quantity here is ever negative, so a sign is an error.

    Args:
        quantity: a number and a unit (``108 KiB``, ``6.5e-3 V``); the space may be missing.
        dimension: one of ``dimensions()``.
        positive: refuse zero, too.

    Raises:
        UnitError: a number without a unit, an unknown unit, one of another dimension, a negative
            or an infinite value.

    >>> parse("108 KiB", "capacity")
    884736.0
    >>> parse("34 GB/s", "bandwidth")
    272000000000.0
    """
    known = _dimension_of(dimension)
    match = _NUMBER.fullmatch(quantity)
    if match is None:
        raise UnitError(
            f"is {quantity!r}; allowed is a number and a unit; {_wanted(known, dimension)}"
        )
    number, unit = float(match[1]), _canonical(match[2])
    if unit not in known.units:
        raise UnitError(f"is {quantity!r}; {_why_not(match[2], unit, known, dimension)}")
    value = number * known.units[unit]
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        raise UnitError(f"is {quantity!r}; allowed for {dimension}: finite, {_range(positive)}")
    return value


#: From here on numbers in the largest unit of a dimension are printed with an exponent.
_LONG = 1e6
#: The least number that is printed in a unit, where it is not 1.
_LEAST = {"mm^2": 0.1}


def text(value: float, dimension: str) -> str:
    """A quantity with the prefix that suits it, to four significant digits.

    Information that is a whole number of bytes prints in bytes with binary prefixes, bandwidths in
    bytes with decimal ones: as data sheets do. From a million of the largest unit on, numbers have
    an exponent.

    Args:
        value: in SI (bits for information, a fraction for a share).
        dimension: one of ``dimensions()``.

    Raises:
        UnitError: the value is infinite or not a number.

    >>> text(884736, "capacity"), text(200e6, "frequency"), text(12.8e9, "bandwidth")
    ('108 KiB', '200 MHz', '1.6 GB/s')
    >>> text(8.0204e-3, "energy"), text(12, "capacity"), text(0.25, "share")
    ('8.02 mJ', '12 b', '25 %')
    >>> text(0.84e-6, "area"), text(72920e-12, "area")
    ('0.84 mm^2', '72920 um^2')
    >>> text(999900, "time"), text(726e6, "time")
    ('999900 s', '7.26e+08 s')
    """
    known = _dimension_of(dimension)
    if not math.isfinite(value):
        raise UnitError(f"a {dimension} of {value} cannot be printed")
    if value < 0:
        return "-" + text(-value, dimension)
    units = _printable(value, dimension, known)
    if value == 0:
        return f"0 {_neutral(units, known)}"
    return _best(value, units, known)


def count_text(value: float, noun: str) -> str:
    """A count or a rate with a decimal prefix, to four significant digits.

    >>> count_text(724406816, "MAC"), count_text(33.6e9, "MAC/s"), count_text(34.7, "inferences/s")
    ('724.4 MMAC', '33.6 GMAC/s', '34.7 inferences/s')
    """
    if not math.isfinite(value):
        raise UnitError(f"a count of {value} {noun} cannot be printed")
    if value == 0:
        return f"0 {noun}"
    if value < 0:
        return "-" + count_text(-value, noun)
    units = {prefix + noun: size for prefix, size in _DECIMAL.items() if size >= 1}
    return _best(value, tuple(units), _Dimension(units, tuple(units), (noun,)))


def _dimension_of(name: str) -> _Dimension:
    if name not in _DIMENSIONS:
        raise UnitError(f"{name!r} is no dimension; {near_misses(name, _DIMENSIONS)}")
    return _DIMENSIONS[name]


def _canonical(unit: str) -> str:
    unit = _WORDS.sub(lambda match: _SPELLINGS[match[0]], unit)
    return re.sub(r"(?<=m)2$", "^2", unit)


def _range(positive: bool) -> str:
    return "above 0" if positive else "0 or more"


def _why_not(written: str, unit: str, known: _Dimension, dimension: str) -> str:
    if not written:
        return f"a number needs a unit; {_wanted(known, dimension)}"
    if unit.startswith(("KB", "Kb")):
        rest = unit[1:]
        return f"{written!r} is ambiguous: 1024 is Ki ('Ki{rest}'), 1000 is k ('k{rest}')"
    others = [name for name, other in _DIMENSIONS.items() if unit in other.units]
    if others:
        return f"{written!r} is a unit of {' and '.join(others)}; {_wanted(known, dimension)}"
    same = [name for name in known.units if name.lower() == unit.lower()]
    hint = "did you mean " + " or ".join(map(repr, same)) + "?" if same else ""
    return f"{written!r} is no unit; {_wanted(known, dimension)}{'; ' + hint if hint else ''}"


def _wanted(known: _Dimension, dimension: str) -> str:
    return f"units of {dimension}: {', '.join(known.examples)}"


def _printable(value: float, dimension: str, known: _Dimension) -> tuple[str, ...]:
    if dimension != "capacity":
        return known.printed
    return known.printed[1:] if value >= 8 and value % 8 == 0 else known.printed[:1]


def _neutral(units: tuple[str, ...], known: _Dimension) -> str:
    return next((unit for unit in units if known.units[unit] == 1.0), units[0])


def _best(value: float, units: tuple[str, ...], known: _Dimension) -> str:
    """The text in the largest unit whose rounded number is at least 1, else in the smallest.

    Square millimetres begin at a tenth: a million square micrometres make one.
    """
    for unit in reversed(units):
        number = _rounded(value / known.units[unit])
        if number >= _LEAST.get(unit, 1) or unit == units[0]:
            long = number >= _LONG and unit == known.printed[-1]
            digits = f"{number:.4g}" if long else _plain(number)
            return f"{digits} {unit}"
    raise UnitError(f"no unit for {value}")


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")


def _plain(number: float) -> str:
    digits = max(0, 3 - math.floor(math.log10(number))) if number > 0 else 0
    fixed = f"{number:.{digits}f}"
    return fixed.rstrip("0").rstrip(".") if "." in fixed else fixed
