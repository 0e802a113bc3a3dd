"""The form of an architecture file: one pydantic model a part, strict, no unknown key.

The models say what a file may hold; what its parts mean together is checked by the nouns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    model_validator,
)

from octant.errors import near_misses
from octant.files.quantity import (
    Area,
    Bandwidth,
    Bits,
    Capacity,
    DefectDensity,
    Energy,
    Format,
    Frequency,
    Length,
    Money,
    Power,
    Share,
    Voltage,
    fault,
)

HEADER = "architecture 1"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one validation knows of its file: the names of its sources, the keys of each part."""

    sources: frozenset[str]
    keys: dict[int, tuple[str, ...]] = field(default_factory=dict)


class Part(BaseModel):
    """A mapping of the file; it notes its keys, for the message about an unknown one."""

    model_config: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _note_keys(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, dict) and isinstance(info.context, Reading):
            info.context.keys[id(data)] = tuple(cls.model_fields)
        return data


def _known_source(name: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Reading) and name not in info.context.sources:
        hint = near_misses(name, info.context.sources) if info.context.sources else "there are none"
        raise fault(f"is {name!r}, which is not in 'sources'; {hint}")
    return name


def _identifier(name: str) -> str:
    if not name or any(character.isspace() or not character.isprintable() for character in name):
        raise fault(f"is {name!r}; allowed is a name without spaces")
    return name


Name = Annotated[str, AfterValidator(_identifier)]
SourceName = Annotated[
    str, AfterValidator(_known_source), Field(description="a key of 'sources', where it stands")
]
RoleName = Literal["input", "weight", "output"]
Count = Annotated[int, Field(ge=1)]
Ranks = list[Name]


class StatedEnergy(Part):
    """An energy as its source states it, with its limits where they are known."""

    value: Energy
    source: SourceName
    low: Energy | None = None
    high: Energy | None = None
    because: Annotated[str, Field(description="what the limits allow for, in words")] = ""

    @model_validator(mode="after")
    def _limits_belong_together(self) -> StatedEnergy:
        if (self.low is None) != (self.high is None) or bool(self.because) != bool(self.high):
            raise fault("has some of 'low', 'high' and 'because'; allowed is all three or none")
        return self


class EstimatedComponent(Part):
    """A component as an estimator wants it described (``octant components`` lists them)."""

    estimator: Name
    node: Length | None = None
    voltage: Voltage | None = None
    scale: Annotated[bool, Field(description="to node and voltage, from the figures' own")] = False
    supply: Annotated[
        Voltage | None, Field(description="of the figures, assumed where their source states none")
    ] = None
    extrapolate: Annotated[bool, Field(description="allow it, and mark the numbers")] = False
    attributes: dict[str, str | int | float] = {}

    @model_validator(mode="after")
    def _scaling_is_complete(self) -> EstimatedComponent:
        if self.scale and (self.node is None or self.voltage is None):
            raise fault("has 'scale' without both of 'node' and 'voltage' to scale to")
        if self.supply is not None and not self.scale:
            raise fault("has 'supply', which only scaling needs; leave it out or add 'scale: true'")
        return self


class EstimatedEnergy(EstimatedComponent):
    """The energy of one action of a component."""

    action: str


class HorowitzMac(Part):
    """A call of ``components.integer_mac``, as data."""

    model: Literal["horowitz-mac"]
    bits: Count
    accumulator_bits: Count
    process: Length
    voltage: Voltage


class HorowitzFloatMac(Part):
    """A call of ``components.float_mac``, as data."""

    model: Literal["horowitz-float-mac"]
    bits: Count
    accumulator_bits: Count
    process: Length
    voltage: Voltage


class DramAccess(Part):
    """A call of ``components.dram_access`` for one word, as data."""

    model: Literal["dram"]
    type: str


PRICE_MODELS = ("horowitz-mac", "horowitz-float-mac", "dram")


def _price_form(value: object) -> str | None:
    """The tag of a price's form; tags are in parentheses so that no key looks like one."""
    if isinstance(value, dict) and "model" in value:
        model = value["model"]
        return f"({model})" if model in PRICE_MODELS else None
    if isinstance(value, str):
        return "(unknown)" if value == "unknown" else None
    if isinstance(value, dict) and "estimator" in value:
        return "(estimated)"
    return "(stated)" if isinstance(value, dict) else None


PriceForm = Annotated[
    Annotated[Literal["unknown"], Tag("(unknown)")]
    | Annotated[StatedEnergy, Tag("(stated)")]
    | Annotated[EstimatedEnergy, Tag("(estimated)")]
    | Annotated[HorowitzMac, Tag("(horowitz-mac)")]
    | Annotated[HorowitzFloatMac, Tag("(horowitz-float-mac)")]
    | Annotated[DramAccess, Tag("(dram)")],
    Discriminator(_price_form, custom_error_type="price_form", custom_error_message="no price"),
]


class Bandwidths(Part):
    """Bandwidths by direction; one that is left out is no limit."""

    read: Bandwidth = None
    write: Bandwidth = None
    shared: Bandwidth = None


def _bandwidth_form(value: object) -> str:
    return "(by direction)" if isinstance(value, dict) else "(shared)"


BandwidthForm = Annotated[
    Annotated[Bandwidths, Tag("(by direction)")] | Annotated[Bandwidth, Tag("(shared)")],
    Discriminator(_bandwidth_form),
]


class Memory(Part):
    """One memory. Energies are of one word; one that is left out is unknown.

    With ``component`` an estimator gives both energies and, where it can, area and leakage; what
    the file states itself comes before it.
    """

    keeps: list[RoleName]
    word: Bits
    capacity: Capacity
    bandwidth: BandwidthForm
    double_buffered: bool = False
    energy: PriceForm = "unknown"
    read_energy: PriceForm = "unknown"
    write_energy: PriceForm = "unknown"
    component: EstimatedComponent | None = None
    leakage: Power | None = None
    area: Area | None = None
    element_width: dict[RoleName, Bits] = {}

    @model_validator(mode="after")
    def _one_way_to_price(self) -> Memory:
        split = {"read_energy", "write_energy"} & self.model_fields_set
        if "energy" in self.model_fields_set and split:
            raise fault(
                f"has 'energy' and {' and '.join(map(repr, sorted(split)))}; allowed is 'energy' "
                "for both directions, or one for each"
            )
        return self


class UnifiedLevel(Memory):
    """A storage level of one memory."""

    level: Name
    optional: list[RoleName] = []
    source: SourceName | None = None


class SplitLevel(Part):
    """A storage level of several memories that share a block of loops."""

    level: Name
    stores: dict[Name, Memory]
    optional: list[RoleName] = []
    source: SourceName | None = None


class Axis(Part):
    """One axis of a fanout; ranks that are left out are all allowed."""

    size: Count
    ranks: Ranks | None = None


class FanoutNode(Part):
    """Many instances of everything further in."""

    fanout: Name
    axes: dict[Name, Axis]
    multicast: list[RoleName]
    reduction: bool
    word: Bits
    energy: PriceForm = "unknown"
    source: SourceName | None = None


def _node_form(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    if "fanout" in value:
        return "(fanout)"
    if "level" in value:
        return "(split)" if "stores" in value else "(unified)"
    return None


NodeForm = Annotated[
    Annotated[UnifiedLevel, Tag("(unified)")]
    | Annotated[SplitLevel, Tag("(split)")]
    | Annotated[FanoutNode, Tag("(fanout)")],
    Discriminator(_node_form, custom_error_type="node_form", custom_error_message="no node"),
]


class Formats(Part):
    """The number format of each role; that of the output is the partial sum's."""

    input: Format
    weight: Format
    output: Format


class ComputeNode(Part):
    """One multiply-accumulate unit."""

    name: Name
    formats: Formats
    energy: PriceForm = "unknown"
    component: EstimatedComponent | None = None
    area: Area | None = None
    leakage: Power | None = None
    source: SourceName | None = None


class Vector(Part):
    """The unit for layers without multiply-accumulates."""

    name: Name
    operators: list[Name]
    operations_per_cycle: Count
    energy: PriceForm = "unknown"
    source: SourceName | None = None


class ConstraintPart(Part):
    """What a mapping may do at one level or axis."""

    ranks: Ranks | None = None
    factors: dict[Name, Count] = {}
    inside: Ranks = []
    order: Ranks = []
    keep: list[RoleName] = []
    bypass: list[RoleName] = []


class DataflowPart(Part):
    """A named set of constraints: level (``buffer``) or axis (``array.X``) to what it may do."""

    dataflow: Name
    description: str
    source: SourceName
    constraints: dict[str, ConstraintPart]


class AreaPart(Part):
    """An area and what it is the area of."""

    value: Area
    note: str


class CostPart(Part):
    """What the chip's owner states of its cost; the rest is published or unknown."""

    source: SourceName
    wafer: Money | None = None
    defects: DefectDensity | None = None
    dram: Money | None = None
    interface: Money | None = None


class Origins(Part):
    """A source that is not a publication: give exactly one."""

    measured: str | None = None
    modelled: str | None = None
    published: str | None = None
    assumed: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Origins:
        given = [text for _, text in self if text is not None]
        if len(given) != 1 or not given[0].strip():
            names = ", ".join(type(self).model_fields)
            raise fault(f"needs exactly one of {names}, with a text that lets a reader check it")
        return self


def _citation(text: str) -> str:
    if not text.strip():
        raise fault("is empty; cite the paper and table, or write {assumed: why}")
    return text


SourceForm = Annotated[
    Annotated[str, AfterValidator(_citation), Tag("(published)")]
    | Annotated[Origins, Tag("(origin)")],
    Discriminator(lambda value: "(published)" if isinstance(value, str) else "(origin)"),
]


class ArchitectureFile(Part):
    """A DNN processor. ``source`` stands for every number without one of its own."""

    octant: Literal["architecture 1"]
    name: Name
    title: str
    source: SourceName
    sources: dict[Name, SourceForm]
    clock: Frequency
    process: Length | None = None
    voltage: Voltage | None = None
    area: AreaPart | None = None
    die: Area | None = None
    layout: Annotated[
        Share | None, Field(description="of the chip: wires and space between its parts")
    ] = None
    cost: CostPart | None = None
    leakage: Power | None = None
    nodes: list[NodeForm]
    compute: ComputeNode
    vector: Vector | None = None
    dataflows: list[DataflowPart] = []


def schema() -> dict[str, Any]:
    """The JSON Schema of an architecture file, for editors.

    >>> schema()["title"]
    'Octant architecture'
    """
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Octant architecture",
    }
    return ArchitectureFile.model_json_schema() | head
