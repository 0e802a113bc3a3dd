"""The form of an architecture file: one pydantic model a part, strict, no unknown key.

The models say what a file may hold; what its parts mean together is checked by the nouns.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from octant.files.part import Count, Name, Part, Ranks, RoleName, SourceName
from octant.files.price_parts import EstimatedComponent, PriceForm
from octant.files.quantity import (
    Area,
    Bandwidth,
    Bits,
    Capacity,
    DefectDensity,
    Format,
    Frequency,
    Length,
    Money,
    Power,
    Share,
    Voltage,
    fault,
)
from octant.files.zero_parts import (
    CompressionPart,
    IntersectionPart,
    PackingPart,
    SpatialSkippingPart,
    ZeroOperandsPart,
)

HEADER = "architecture 1"


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


class MetadataPart(Part):
    """The memory of its own that runs, coordinates and offsets have."""

    capacity: Bits
    bandwidth: Bandwidth


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
    compression: dict[RoleName, CompressionPart] = {}
    overflow: Annotated[
        bool, Field(description="what does not fit is fetched from further out each time")
    ] = False
    metadata: Annotated[
        MetadataPart | None, Field(description="the memory of formats, where it is apart")
    ] = None

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
    intersections: list[IntersectionPart] = []
    source: SourceName | None = None


class SplitLevel(Part):
    """A storage level of several memories that share a block of loops."""

    level: Name
    stores: dict[Name, Memory]
    optional: list[RoleName] = []
    intersections: list[IntersectionPart] = []
    source: SourceName | None = None


class Axis(Part):
    """One axis of a fanout; ranks that are left out are all allowed."""

    size: Count
    ranks: Ranks | None = None
    skipping: SpatialSkippingPart | None = None


class FanoutNode(Part):
    """Many instances of everything further in."""

    fanout: Name
    axes: dict[Name, Axis]
    multicast: list[RoleName]
    reduction: bool
    word: Bits
    energy: PriceForm = "unknown"
    queue: Annotated[int, Field(ge=0, description="passes that wait before an instance")] = 0
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
    zeros: ZeroOperandsPart | None = None
    packing: list[PackingPart] = []
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
    utilization: Annotated[
        Share, Field(description="of the compute units that compute, at least")
    ] = 0.0


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
