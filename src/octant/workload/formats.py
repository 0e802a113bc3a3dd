"""Number formats: the nouns that the energy model and the accuracy run share, and their names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from octant.errors import InvalidWorkloadError, UnknownNameError, near_misses


class NumberKind(StrEnum):
    """How the bits of a number are read."""

    INT = "int"
    UINT = "uint"
    FLOAT = "float"
    BINARY = "binary"
    TERNARY = "ternary"


#: The bits of the kinds that have one width only.
_FIXED_BITS = {NumberKind.BINARY: 1, NumberKind.TERNARY: 2}
#: Exponent bits of the floating-point formats that IEEE 754 defines, by width.
_IEEE_EXPONENT_BITS = {16: 5, 32: 8, 64: 11, 128: 15}
_BFLOAT16 = (16, 8)
_SHARED_EXPONENT_BITS = 8


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number format: kind and bits.

    Args:
        kind: how the bits are read; a binary number is -1 or +1, a ternary one -1, 0 or +1.
        bits: of one element, a shared exponent not included.
        exponent_bits: of a floating-point number; 0 is the split of IEEE 754 for that width.
        block: elements that share one exponent of 8 bits (OCP MX: 32); 0 where none is shared.

    >>> str(NumberFormat(NumberKind.INT, 8)), str(NumberFormat(NumberKind.FLOAT, 8, 4, 32))
    ('int8', 'mxfp8_e4m3')
    """

    kind: NumberKind
    bits: int
    exponent_bits: int = 0
    block: int = 0

    def __post_init__(self) -> None:
        if self.bits < 1:
            raise InvalidWorkloadError(f"a number format needs at least 1 bit, not {self.bits}")
        if self.bits != _FIXED_BITS.get(self.kind, self.bits):
            raise InvalidWorkloadError(
                f"a {self.kind.value} number has {_FIXED_BITS[self.kind]} bits, not {self.bits}"
            )
        most = self.bits - 2 if self.kind is NumberKind.FLOAT else 0
        if not 0 <= self.exponent_bits <= max(most, 0):
            raise InvalidWorkloadError(
                f"{self.kind.value}{self.bits} with {self.exponent_bits} exponent bits: allowed "
                f"are 0 to {max(most, 0)}, which leaves a sign and a bit of mantissa"
            )
        if self.block < 0:
            raise InvalidWorkloadError(f"a block has {self.block} elements: 0 or more")

    @property
    def is_integer(self) -> bool:
        """Whether its values are whole numbers times one scale."""
        return self.kind is not NumberKind.FLOAT and not self.block

    @property
    def split(self) -> tuple[int, int]:
        """Exponent and mantissa bits of a floating-point number.

        Raises:
            InvalidWorkloadError: the split is not stated, and IEEE 754 defines none of that width.

        >>> NumberFormat(NumberKind.FLOAT, 16).split, NumberFormat(NumberKind.FLOAT, 16, 8).split
        ((5, 10), (8, 7))
        """
        exponent = self.exponent_bits or _IEEE_EXPONENT_BITS.get(self.bits, 0)
        if self.kind is not NumberKind.FLOAT or not exponent:
            raise InvalidWorkloadError(
                f"{self} does not say how its bits are split into exponent and mantissa: name one "
                "that does, such as fp8_e4m3 or fp8_e5m2"
            )
        return exponent, self.bits - 1 - exponent

    @property
    def storage_bits(self) -> float:
        """Bits that one element takes, its part of a shared exponent included; else whole.

        A shared exponent is an E8M0 number (OCP Microscaling Formats v1.0, section 5.3). Blocks are
        counted as full ones: where the summed axis is no multiple of them, hardware stores more.

        >>> NumberFormat(NumberKind.INT, 8, block=32).storage_bits
        8.25
        >>> NumberFormat(NumberKind.INT, 8).storage_bits
        8
        """
        return self.bits + _SHARED_EXPONENT_BITS / self.block if self.block else self.bits

    @property
    def element(self) -> NumberFormat:
        """The format of one element by itself: what a multiplier sees of a block.

        >>> str(NumberFormat(NumberKind.FLOAT, 8, 4, 32).element)
        'fp8_e4m3'
        """
        return replace(self, block=0)

    def __str__(self) -> str:
        if self.kind in _FIXED_BITS:
            return self.kind.value
        if self.kind is not NumberKind.FLOAT:
            return f"{'mx' if self.block else ''}{self.kind.value}{self.bits}"
        if (self.bits, self.exponent_bits) == _BFLOAT16 and not self.block:
            return "bfloat16"
        stated = self.exponent_bits and self.exponent_bits != _IEEE_EXPONENT_BITS.get(self.bits)
        if not stated and not self.block:
            return f"float{self.bits}"
        exponent, mantissa = self.split
        return f"{'mx' if self.block else ''}fp{self.bits}_e{exponent}m{mantissa}"


FLOAT32 = NumberFormat(NumberKind.FLOAT, 32)
_MX_BLOCK = 32


def _float(bits: int, exponent_bits: int = 0, block: int = 0) -> NumberFormat:
    return NumberFormat(NumberKind.FLOAT, bits, exponent_bits, block)


_NAMED = {
    "binary": NumberFormat(NumberKind.BINARY, 1),
    "ternary": NumberFormat(NumberKind.TERNARY, 2),
    "fp32": FLOAT32,
    "fp16": _float(16),
    "bf16": _float(16, 8),
    "fp8_e4m3": _float(8, 4),
    "fp8_e5m2": _float(8, 5),
    "fp6_e3m2": _float(6, 3),
    "fp6_e2m3": _float(6, 2),
    "fp4_e2m1": _float(4, 2),
    "mxfp8_e4m3": _float(8, 4, _MX_BLOCK),
    "mxfp8_e5m2": _float(8, 5, _MX_BLOCK),
    "mxfp6_e3m2": _float(6, 3, _MX_BLOCK),
    "mxfp6_e2m3": _float(6, 2, _MX_BLOCK),
    "mxfp4_e2m1": _float(4, 2, _MX_BLOCK),
    "mxint8": NumberFormat(NumberKind.INT, 8, block=_MX_BLOCK),
}
_OTHER_NAMES = {
    "float32": "fp32",
    "float": "fp32",
    "float16": "fp16",
    "bfloat16": "bf16",
    "e4m3": "fp8_e4m3",
    "e5m2": "fp8_e5m2",
    "mxfp4": "mxfp4_e2m1",
    "int1": "binary",
}
_INTEGER = re.compile(r"(u?int)?(\d{1,3})")
_WIDEST_INTEGER = 64


def format_names() -> tuple[str, ...]:
    """The names of number formats; ``intN`` and ``uintN`` stand for every width.

    >>> format_names()[:3]
    ('intN', 'uintN', 'binary')
    """
    return ("intN", "uintN", *_NAMED)


def format_named(name: str) -> NumberFormat:
    """The number format of a name; a bare number is a signed integer of that many bits.

    One bit is binary: a two's complement number of one bit would be 0 or -1.

    Raises:
        UnknownNameError: no format has the name.

    >>> [str(format_named(name)) for name in ("4", "uint8", "1", "e4m3", "bf16", "mxfp4")]
    ['int4', 'uint8', 'binary', 'fp8_e4m3', 'bfloat16', 'mxfp4_e2m1']
    """
    wanted = _OTHER_NAMES.get(name.strip().lower(), name.strip().lower())
    if wanted in _NAMED:
        return _NAMED[wanted]
    match = _INTEGER.fullmatch(wanted)
    if match and 1 <= int(match[2]) <= _WIDEST_INTEGER:
        kind, bits = NumberKind(match[1] or "int"), int(match[2])
        if (kind, bits) == (NumberKind.INT, 1):
            return _NAMED["binary"]
        return NumberFormat(kind, bits)
    raise UnknownNameError(
        f"there is no number format {name!r}; "
        f"{near_misses(wanted, (*format_names(), *_OTHER_NAMES))}"
    )
