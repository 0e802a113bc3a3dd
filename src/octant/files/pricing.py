"""The prices that a file states, multiplies or asks a model for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from octant.components import (
    Price,
    Technology,
    dram_access,
    float_mac,
    integer_mac,
    multiple_of,
)
from octant.errors import OctantError
from octant.files.document import Fault, FieldPath
from octant.files.parts import (
    ArchitectureFile,
    DramAccess,
    HorowitzFloatMac,
    HorowitzMac,
    SourceForm,
    StatedEnergy,
)
from octant.files.quantity import Multiple
from octant.source import Origin, Source

PriceModel = StatedEnergy | HorowitzMac | HorowitzFloatMac | DramAccess
_Noun = TypeVar("_Noun")


@dataclass(frozen=True, slots=True)
class Builder:
    """What every part needs of the whole file, and the faults found so far."""

    file: ArchitectureFile
    sources: dict[str, Source]
    faults: list[Fault] = field(default_factory=list)

    def attempt(self, path: FieldPath, make: Callable[[], _Noun]) -> _Noun | None:
        """What ``make`` returns; None, and a fault at ``path``, where it raises."""
        try:
            return make()
        except OctantError as error:
            self.faults.append(Fault(path, str(error)))
            return None


def source_of(form: SourceForm) -> Source:
    """The source that an entry of ``sources`` is; a bare text is a publication."""
    if isinstance(form, str):
        return Source(Origin.PUBLISHED, form)
    origin, citation = next((name, text) for name, text in form if text is not None)
    return Source(Origin(origin), citation)


def mac_price(builder: Builder) -> Price | None:
    """The price of the chip's multiply-accumulate, of which others may be multiples."""
    energy = builder.file.compute.energy
    if isinstance(energy, StatedEnergy) and isinstance(energy.value, Multiple):
        message = "is a multiple of the MAC, which it is itself; allowed is an energy or a model"
        builder.faults.append(Fault(("compute", "energy", "value"), message))
        return None
    return price_of(builder, energy, ("compute", "energy"), None, 1)


def price_of(
    builder: Builder, energy: PriceModel | str, path: FieldPath, mac: Price | None, word_bits: int
) -> Price | None:
    """The price of one action, None where the file calls it unknown."""
    if isinstance(energy, str):
        return None
    return builder.attempt(path, lambda: _priced(builder, energy, path, mac, word_bits))


def _priced(
    builder: Builder,
    energy: PriceModel,
    path: FieldPath,
    mac: Price | None,
    word_bits: int,
) -> Price | None:
    match energy:
        case HorowitzMac():
            technology = Technology(energy.process, energy.voltage)
            return integer_mac(energy.bits, energy.accumulator_bits, technology)
        case HorowitzFloatMac():
            technology = Technology(energy.process, energy.voltage)
            return float_mac(energy.bits, energy.accumulator_bits, technology)
        case DramAccess():
            return dram_access(energy.type, word_bits)
    source = builder.sources[energy.source]
    if not isinstance(energy.value, Multiple):
        return Price(energy.value, source)
    if mac is None and any(fault.path[:1] == ("compute",) for fault in builder.faults):
        return None
    if mac is None:
        message = f"is {energy.value.ratio:g} MAC, but the energy of 'compute' is unknown; give it"
        builder.faults.append(Fault((*path, "value"), message))
        return None
    return multiple_of(mac, energy.value.ratio, source)
