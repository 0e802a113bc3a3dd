"""Field types of a file: text with a unit on the outside, SI values on the inside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from octant.errors import InvalidWorkloadError, UnitError, near_misses
from octant.files.document import kind_of
from octant.units import parse, unit_names
from octant.workload import NumberFormat, NumberKind


@dataclass(frozen=True, slots=True)
class Rate:
    """A bandwidth as written: bits a cycle or bits a second."""

    bits: float
    per_cycle: bool

    def bits_per_cycle(self, clock_hz: float) -> float:
        """The bits of one cycle of a clock.

        >>> Rate(34e9 * 8, per_cycle=False).bits_per_cycle(700e6)
        388.57142857142856
        """
        return self.bits if self.per_cycle else self.bits / clock_hz


@dataclass(frozen=True, slots=True)
class Multiple:
    """An energy as a multiple of the chip's multiply-accumulate."""

    ratio: float


def fault(message: str) -> PydanticCustomError:
    """The error that a field's reader raises: the message as it is shown."""
    return PydanticCustomError("octant", "{message}", {"message": message})


def _read(dimension: str, *, positive: bool) -> Callable[[object], float]:
    def read(value: object) -> float:
        if not isinstance(value, str):
            units = ", ".join(unit_names(dimension))
            raise fault(f"is {kind_of(value)}; write a number with its unit: {units}")
        try:
            return parse(value, dimension, positive=positive)
        except UnitError as error:
            raise fault(str(error)) from None

    return read


def _read_bits(value: object) -> int:
    bits = _read("capacity", positive=True)(value)
    if bits != int(bits):
        raise fault(f"is {value!r}, {bits:g} bits; allowed is a whole number of bits")
    return int(bits)


def _read_capacity(value: object) -> int | None:
    return None if value == "unbounded" else _read_bits(value)


def _read_rate(value: object) -> Rate | None:
    if value == "unlimited":
        return None
    per_cycle = isinstance(value, str) and value.rstrip().endswith("/cycle")
    dimension = "bandwidth per cycle" if per_cycle else "bandwidth"
    try:
        return Rate(_read(dimension, positive=True)(value), per_cycle)
    except PydanticCustomError as error:
        raise fault(f"{error.message()}; or b/cycle, or 'unlimited'") from None


def _read_energy(value: object) -> float | Multiple:
    written = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]*)?)\s*MAC\s*", str(value), re.ASCII)
    if written:
        return Multiple(float(written[1]))
    try:
        return _read("energy", positive=False)(value)
    except PydanticCustomError as error:
        raise fault(f"{error.message()}; or a multiple of the MAC's energy: 6 MAC") from None


def _read_format(value: object) -> NumberFormat:
    written = (
        re.fullmatch(r"([a-z]+)([0-9]{1,4})", value, re.ASCII) if isinstance(value, str) else None
    )
    kinds = [kind.value for kind in NumberKind]
    if written is None:
        raise fault(f"is {kind_of(value)}; allowed is a kind with its bits: int8, uint8, float16")
    if written[1] not in kinds:
        raise fault(
            f"is {value!r}; the kind {written[1]!r} is unknown, {near_misses(written[1], kinds)}"
        )
    try:
        return NumberFormat(NumberKind(written[1]), int(written[2]))
    except InvalidWorkloadError as error:
        raise fault(f"is {value!r}; {error}") from None


def _schema(description: str, *examples: str) -> WithJsonSchema:
    schema: dict[str, Any] = {"type": "string", "description": description}
    return WithJsonSchema(schema | {"examples": list(examples)})


def _quantity(dimension: str, *, positive: bool = True) -> PlainValidator:
    return PlainValidator(_read(dimension, positive=positive))


def quantity_type(dimension: str, example: str, *, positive: bool = True) -> Any:
    """The field type of a quantity of any dimension, read to SI."""
    quantity = _quantity(dimension, positive=positive)
    return Annotated[float, quantity, _schema(f"a quantity: {dimension}", example)]


def share_type(example: str) -> Any:
    """The field type of a share above 0 that is at most 100 %."""
    return Annotated[float, PlainValidator(_read_part), _schema("a share", example)]


def _read_part(value: object) -> float:
    share = _read("share", positive=True)(value)
    if share > 1:
        raise fault(f"is {value!r}; no share is above 100 %")
    return share


def _read_count(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise fault(f"is {kind_of(value)}; allowed is a bare number above 0")
    return float(value)


CountedNumber = Annotated[
    float, PlainValidator(_read_count), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})
]
Bits = Annotated[int, PlainValidator(_read_bits), _schema("bits or bytes", "16 b", "2 B")]
Capacity = Annotated[
    int | None,
    PlainValidator(_read_capacity),
    _schema("bits or bytes, or 'unbounded'", "108 KiB", "24 MiB", "unbounded"),
]
Bandwidth = Annotated[
    Rate | None,
    PlainValidator(_read_rate),
    _schema("of one instance, or 'unlimited'", "64 b/cycle", "34 GB/s", "unlimited"),
]
Energy = Annotated[
    float | Multiple, PlainValidator(_read_energy), _schema("of one action", "2.6 pJ", "6 MAC")
]
Frequency = Annotated[float, _quantity("frequency"), _schema("a frequency", "200 MHz")]
Length = Annotated[float, _quantity("length"), _schema("the node's name as a length", "65 nm")]
Voltage = Annotated[float, _quantity("voltage"), _schema("a supply voltage", "1.0 V")]
Area = Annotated[float, _quantity("area"), _schema("an area", "12.25 mm^2")]
Money = Annotated[float, _quantity("money", positive=False), _schema("a price", "3000 USD")]
DefectDensity = Annotated[
    float, _quantity("defect density"), _schema("killing defects", "0.1 /cm^2")
]
Share = Annotated[float, _quantity("share", positive=False), _schema("a share", "25 %")]
Power = Annotated[float, _quantity("power", positive=False), _schema("a power", "2 mW")]
Format = Annotated[
    NumberFormat,
    PlainValidator(_read_format),
    _schema("kind and bits", "int16", "uint8", "float32"),
]
