"""The prices that a file states, multiplies or asks a model for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from octant.components import (
    AbstractEstimator,
    ComponentSpec,
    Estimate,
    Price,
    Spread,
    Technology,
    dram_access,
    estimator,
    float_mac,
    integer_mac,
    multiple_of,
)
from octant.components.adapters import hwcomponents
from octant.components.adapters.hwcomponents import PREFIX
from octant.components.estimator import area, leakage
from octant.components.estimator import energy as price_of_action
from octant.components.scaling import Scaled
from octant.components.spec import from_words
from octant.components.uncertainty import between
from octant.errors import InvalidArchitectureError, NotEstimatedError, OctantError
from octant.files.document import Fault, FieldPath
from octant.files.parts import ArchitectureFile, ComputeNode, Memory, SourceForm
from octant.files.price_parts import (
    DramAccess,
    EstimatedComponent,
    EstimatedEnergy,
    HorowitzFloatMac,
    HorowitzMac,
    StatedEnergy,
)
from octant.files.quantity import Multiple
from octant.source import Origin, Source

PriceModel = StatedEnergy | EstimatedEnergy | HorowitzMac | HorowitzFloatMac | DramAccess
_Noun = TypeVar("_Noun")


@dataclass(frozen=True, slots=True)
class Estimated:
    """What an estimator says of a part; None where no source gives it."""

    read: Price | None = None
    write: Price | None = None
    energy: Price | None = None
    area: Estimate | None = None
    leakage: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Builder:
    """What every part needs of the whole file, and the faults found so far."""

    file: ArchitectureFile
    sources: dict[str, Source]
    find: Callable[[str], AbstractEstimator] = estimator
    faults: list[Fault] = field(default_factory=list)
    citations: list[tuple[str, str]] = field(default_factory=list)

    def cite(self, name: str, estimated: Estimated) -> None:
        """Notes the sources of a part's estimated area and leakage; prices carry their own."""
        for what, estimate in (("area", estimated.area), ("leakage", estimated.leakage)):
            if estimate is not None:
                self.citations.append((f"{what} of {name}", str(estimate.source)))

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
    compute = builder.file.compute
    if compute.component is not None and "energy" not in compute.model_fields_set:
        return compute_component(builder).energy
    energy = compute.energy
    if isinstance(energy, StatedEnergy) and isinstance(energy.value, Multiple):
        message = "is a multiple of the MAC, which it is itself; allowed is an energy or a model"
        builder.faults.append(Fault(("compute", "energy", "value"), message))
        return None
    return price_of(builder, energy, ("compute", "energy"), None, 1)


def price_of(
    builder: Builder,
    energy: PriceModel | str,
    path: FieldPath,
    mac: Price | None,
    word_bits: int,
    action: str = "read",
) -> Price | None:
    """The price of one action, None where the file calls it unknown."""
    if isinstance(energy, str):
        return None
    return builder.attempt(path, lambda: _priced(builder, energy, path, mac, word_bits, action))


def _priced(
    builder: Builder,
    energy: PriceModel,
    path: FieldPath,
    mac: Price | None,
    word_bits: int,
    action: str,
) -> Price | None:
    match energy:
        case HorowitzMac():
            technology = Technology(energy.process, energy.voltage)
            return integer_mac(energy.bits, energy.accumulator_bits, technology)
        case HorowitzFloatMac():
            technology = Technology(energy.process, energy.voltage)
            return float_mac(energy.bits, energy.accumulator_bits, technology)
        case DramAccess():
            return dram_access(energy.type, word_bits, action)
        case EstimatedEnergy():
            model, spec = asked(energy, builder.find)
            _require_width(spec, word_bits)
            return price_of_action(model, spec, energy.action)
    source = builder.sources[energy.source]
    spreads = _stated_spreads(energy)
    if not isinstance(energy.value, Multiple):
        return Price(energy.value, source, spreads)
    if mac is None and any(fault.path[:1] == ("compute",) for fault in builder.faults):
        return None
    if mac is None:
        message = f"is {energy.value.ratio:g} MAC, but the energy of 'compute' is unknown; give it"
        builder.faults.append(Fault((*path, "value"), message))
        return None
    return multiple_of(mac, energy.value.ratio, source, spreads)


def _stated_spreads(energy: StatedEnergy) -> tuple[Spread, ...]:
    """The limits of a stated energy, in the same terms as the value."""
    if energy.low is None or energy.high is None:
        return ()
    ends = [energy.low, energy.value, energy.high]
    if len({isinstance(end, Multiple) for end in ends}) > 1:
        raise InvalidArchitectureError(
            "its value, 'low' and 'high' are not all energies or all multiples of the MAC"
        )
    low, value, high = (end.ratio if isinstance(end, Multiple) else end for end in ends)
    return (between(energy.because, low, value, high),)


def asked(
    part: EstimatedComponent, find: Callable[[str], AbstractEstimator]
) -> tuple[AbstractEstimator, ComponentSpec]:
    """The estimator that a part names, scaled where it asks for it, and the component.

    Args:
        part: as a file describes it.
        find: the estimator of that name, or in the file of that path.
    """
    words = {word: str(value) for word, value in part.attributes.items()}
    if part.estimator.startswith(PREFIX):
        return hwcomponents.from_words(part.estimator, words), ComponentSpec(part.estimator)
    model = find(part.estimator)
    if part.scale:
        assert part.node is not None and part.voltage is not None, "the form was checked"
        model = Scaled(model, Technology(part.node, part.voltage), supply_v=part.supply)
    spec = from_words(
        part.estimator,
        words,
        model.description.attributes,
        process_m=part.node,
        voltage_v=part.voltage,
        extrapolate=part.extrapolate,
    )
    return model, spec


def memory_component(builder: Builder, memory: Memory, path: FieldPath) -> Estimated:
    """What the estimator of a memory says: area and leakage, and both energies of a word.

    Where the file states energies itself, the estimator is not asked for any.
    """
    part = memory.component
    if part is None:
        return Estimated()
    stated = {"energy", "read_energy", "write_energy"} & memory.model_fields_set

    def ask() -> Estimated:
        model, spec = asked(part, builder.find)
        if stated:
            return Estimated(None, None, None, *_size(model, spec))
        _require_width(spec, memory.word)
        read, write = (price_of_action(model, spec, action) for action in ("read", "write"))
        return Estimated(read, write, None, *_size(model, spec))

    return builder.attempt((*path, "component"), ask) or Estimated()


def compute_component(builder: Builder) -> Estimated:
    """What the estimator of the compute unit says: the energy of its first action, and the rest."""
    node: ComputeNode = builder.file.compute
    part = node.component
    if part is None:
        return Estimated()

    def ask() -> Estimated:
        model, spec = asked(part, builder.find)
        if "energy" in node.model_fields_set:
            return Estimated(None, None, None, *_size(model, spec))
        price = price_of_action(model, spec, model.description.actions[0])
        return Estimated(None, None, price, *_size(model, spec))

    return builder.attempt(("compute", "component"), ask) or Estimated()


def _size(model: AbstractEstimator, spec: ComponentSpec) -> tuple[Estimate | None, Estimate | None]:
    """Area and leakage, each None where no source gives it: unknown, as in a file without it."""
    found: list[Estimate | None] = []
    for question in (area, leakage):
        try:
            found.append(question(model, spec))
        except NotEstimatedError:
            found.append(None)
    return found[0], found[1]


def _require_width(spec: ComponentSpec, word_bits: int) -> None:
    """A priced access must be the word that the file counts in."""
    width = dict(spec.attributes).get("width_bits", word_bits)
    if width != word_bits:
        raise InvalidArchitectureError(
            f"prices a word of {width:g} b, but the word here is {word_bits} b; make them equal"
        )
