"""The nouns of a scorecard: figures, layers, coverage, the sheet itself.

Every amount is in SI; a figure that is not known is a ``Missing`` that says what to add. Amounts of
a layer are those of one run of the network (``batch`` inferences), the layer's repeats included.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from octant.mapper.result import Objective, SearchResult, Status
from octant.mapping import Mapping
from octant.model import Evaluation
from octant.source import Origin
from octant.sparsity import Occupancy
from octant.workload import Einsum, UnknownWork, VectorWork

#: The name and version of the JSON form; another version is refused when read.
SCHEMA = "octant.scorecard/3"

#: A multiply-accumulate is a multiplication and an addition: two operations.
OPERATIONS_PER_MAC = 2


class Unit(StrEnum):
    """The unit of a figure; the value is in it, without a prefix."""

    SHARE = "share"
    POINTS = "percentage points"
    NUMBER = "number"
    COUNT = "count"
    SECOND = "s"
    JOULE_PER_INFERENCE = "J/inference"
    INFERENCES_PER_JOULE = "inferences/J"
    INFERENCES_PER_SECOND = "inferences/s"
    OPERATIONS_PER_SECOND = "operations/s"
    WATT = "W"
    USD = "USD"
    USD_PER_INFERENCE_PER_SECOND = "USD/(inference/s)"
    METRE = "m"
    SQUARE_METRE = "m^2"
    SQUARE_METRE_PER_MAC_UNIT = "m^2/MAC unit"
    BIT = "b"
    BIT_PER_INFERENCE = "b/inference"
    BIT_PER_MAC_UNIT = "b/MAC unit"
    BIT_PER_SECOND = "b/s"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, how it came to be, and on what it rests.

    Args:
        value: nominal, in the unit.
        unit: of the value.
        origin: how it came to be.
        basis: on what it rests.
        low: the low end of its interval; None where nothing is known about its limits.
        high: the high end.

    >>> print(Figure(2.0, Unit.SECOND, Origin.MODELLED, "all layers in sequence").unit)
    s
    """

    value: float
    unit: Unit
    origin: Origin
    basis: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that is not evaluated: why, and what to add to have it.

    Args:
        reason: why there is no figure.
        add: what to add, as it follows the word "add".

    >>> str(Missing("accuracy needs the network to be run", "a data set"))
    'not evaluated: add a data set (accuracy needs the network to be run)'
    """

    reason: str
    add: str

    def __str__(self) -> str:
        return f"not evaluated: add {self.add} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a metric.

    Args:
        name: an identifier, stable across versions (``per_inference``).
        label: the words before the figure (``energy per inference``).
        figure: the number, or why there is none.
    """

    name: str
    label: str
    figure: Figure | Missing


@dataclass(frozen=True, slots=True)
class Metric:
    """One of the eight metrics: its rows, the most important one first."""

    rows: tuple[Row, ...]

    def __getitem__(self, name: str) -> Figure | Missing:
        for row in self.rows:
            if row.name == name:
                return row.figure
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Throughput as a product of factors.

    ``inferences_per_s = operations_per_cycle_per_unit * clock_hz * units * active_share *
    utilization_of_active / operations_per_inference``; both utilisations are averages over the
    cycles of the whole run, in which cycles of the vector unit count with no unit active.

    Args:
        operations_per_cycle_per_unit: 2, the multiplication and the addition.
        clock_hz: of the compute array.
        units: compute units (PEs) of the chip.
        active_share: compute units in use over those of the chip.
        utilization_of_active: multiply-accumulates over what the units in use could have done.
        operations_per_inference: 2 for each multiply-accumulate of the network.
        inferences_per_s: the throughput.
    """

    operations_per_cycle_per_unit: float
    clock_hz: float
    units: int
    active_share: float
    utilization_of_active: float
    operations_per_inference: float
    inferences_per_s: float

    @property
    def utilization(self) -> float:
        """Multiply-accumulates over what all compute units could have done."""
        return self.active_share * self.utilization_of_active


class Place(StrEnum):
    """Where a layer runs."""

    ARRAY = "array"
    VECTOR = "vector unit"
    FUSED = "fused"
    NOT_RUN = "not run"
    UNKNOWN = "not understood"


@dataclass(frozen=True, slots=True)
class EnergyPart:
    """The energy of one kind of action.

    Args:
        component: the memory, fanout, compute or vector unit.
        level: the storage level that the memory belongs to; the component's own name elsewhere.
        action: read, write, transfer, MAC, operation or leakage.
        tensor: the role of what is moved: input, weight, output; empty where nothing moves.
        count: actions, in elements, multiply-accumulates or operations.
        bits: bits moved (0 where nothing moves).
        energy_j: joules; None where no source gives the price.
        off_chip: it is the outermost memory's.
    """

    component: str
    level: str
    action: str
    tensor: str
    count: int
    bits: int
    energy_j: float | None
    off_chip: bool


@dataclass(frozen=True, slots=True)
class FormatUse:
    """What a format makes of the bits of a tensor that a memory moves.

    Args:
        store: the memory.
        role: of the tensor.
        bits: moved in the format, metadata among them.
        metadata_bits: of them, those of the format.
        plain_bits: moved, were the same tiles held element by element.
        dense_bits: as ``bits``, where nothing is zero.
        dense_plain_bits: as ``plain_bits``, where nothing is zero.
    """

    store: str
    role: str
    bits: float
    metadata_bits: float
    plain_bits: float
    dense_bits: float
    dense_plain_bits: float


@dataclass(frozen=True, slots=True)
class ZeroEffects:
    """What zeros make of a layer, on a chip that does something about them.

    Args:
        skipped: of the multiply-accumulates, what takes neither time nor energy.
        gated: of them, what takes time and no energy.
        filling: factor on the time: groups of coordinates that do not fill the instances.
        imbalance: factor on the time: the busiest instance beside the average one.
        formats: of each memory and role with a format.
        occupancy: of each bounded memory with a format.
    """

    skipped: float
    gated: float
    filling: float
    imbalance: float
    formats: tuple[FormatUse, ...]
    occupancy: tuple[Occupancy, ...]


@dataclass(frozen=True, slots=True)
class ArrayRun:
    """How the compute array runs a layer: the mapping that was found, and its proof.

    Args:
        mapping: the loop nest of one repeat.
        status: how the search ended.
        value: the objective of one repeat (J, s or J*s); the search minimised it.
        bound: no mapping of the space has a lower value.
        gap: how far the value may be above the optimum, as a share of it.
        priced: mappings priced in full.
        space: the space that was searched, in words.
        reason: why it is not proven to be the best; empty when optimal.
        units: compute units of the chip.
        active_units: compute units in use.
        utilization: multiply-accumulates over what all units could have done.
        active_share: ``active_units / units``.
        utilization_of_active: multiply-accumulates over what the units in use could have done;
            ``utilization = active_share * utilization_of_active``.
        timed: multiply-accumulates that take time: all but those that zeros spare.
        effectual: multiply-accumulates of which no operand is zero; None where it is not known.
        zeros: what zeros make of it; None where the chip does nothing about them.
    """

    mapping: Mapping
    status: Status
    value: float
    bound: float
    gap: float
    priced: int
    space: str
    reason: str
    units: int
    active_units: int
    utilization: float
    active_share: float
    utilization_of_active: float
    timed: float
    effectual: float | None
    zeros: ZeroEffects | None = None


@dataclass(frozen=True, slots=True)
class LayerResult:
    """What became of one layer of the network.

    Args:
        name: the layer's.
        operator: the operator's name as its source has it.
        work: what it does once.
        repeats: how often it runs in sequence; every amount below includes them.
        place: where it runs.
        note: why it is fused, not run or not understood; empty elsewhere.
        macs: multiply-accumulates.
        operations: element operations (0 for layers with multiply-accumulates).
        traffic_bits: bits read and written when the layer is run by itself, each element once, in
            the formats of the chip; 0 for layers with multiply-accumulates, see ``off_chip_bits``.
        off_chip_bits: bits that it moves to and from the outermost memory.
        parameters: stored parameters.
        cycles: that it adds to the run; None where it is not run.
        latency_s: cycles over the clock; None where it is not run.
        limited_by: the slowest resource; empty where it is not run.
        energy_j: joules of the parts that are priced; None where a price of the array or of a
            memory is missing, where nothing is priced, and where it is not run.
        missing: the actions of the array and the memories without a price.
        not_costed: element operations that run but have no price; ``energy_j`` is without them.
        energy: parts that sum to ``energy_j``.
        run: how the array runs it; None elsewhere.
        dense_latency_s: where nothing is zero, of the mapping for that; None where zeros change
            nothing.
        dense_energy_j: so, too.
    """

    name: str
    operator: str
    work: Einsum | VectorWork | UnknownWork
    repeats: int
    place: Place
    note: str = ""
    macs: int = 0
    operations: int = 0
    traffic_bits: int = 0
    off_chip_bits: int = 0
    parameters: int = 0
    cycles: float | None = None
    latency_s: float | None = None
    limited_by: str = ""
    energy_j: float | None = None
    missing: tuple[str, ...] = ()
    not_costed: int = 0
    energy: tuple[EnergyPart, ...] = ()
    run: ArrayRun | None = None
    dense_latency_s: float | None = None
    dense_energy_j: float | None = None


@dataclass(frozen=True, slots=True)
class OperatorTotal:
    """All layers of one operator that share a fate.

    Args:
        operator: its name.
        layers: how many.
        operations: element operations (0 where not understood: nobody knows them).
        traffic_bits: bits that they would read and write.
        parameters: stored parameters.
        reason: why they are listed.
    """

    operator: str
    layers: int
    operations: int
    traffic_bits: int
    parameters: int
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the network the figures speak of.

    Args:
        layers: of the network.
        layers_run: on the array, on the vector unit, or fused.
        macs: multiply-accumulates of one run, all of them on the array.
        operations: element operations of the layers that are understood.
        operations_run: of those that the chip runs.
        parameters: stored parameters of the network.
        parameters_run: of the layers that the chip runs.
        not_run: operators that the chip does not list: neither time nor energy is counted.
        not_understood: operators that nobody understands: never costed.
        not_costed: operators that run, with their time counted, but whose operations have no
            price: the energy of their operations is not in any figure.
    """

    layers: int
    layers_run: int
    macs: int
    operations: int
    operations_run: int
    parameters: int
    parameters_run: int
    not_run: tuple[OperatorTotal, ...]
    not_understood: tuple[OperatorTotal, ...]
    not_costed: tuple[OperatorTotal, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one assumption alone does to the energy of an inference.

    Args:
        assumption: in words.
        low_j: joules an inference with the assumption at its low end and all else nominal.
        high_j: and at its high end.
    """

    assumption: str
    low_j: float
    high_j: float


@dataclass(frozen=True, slots=True)
class Reference:
    """A citation, and what rests on it."""

    citation: str
    used_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The evaluation of a network on a chip, along the eight metrics.

    Args:
        network: its name.
        network_note: variant, resolution, sequence length.
        architecture: its name.
        architecture_note: its title.
        batch: inferences of one run.
        objective: what each layer's search minimised.
        dataflow: the constraints that the mappings obey; empty for none.
        formats: (role, number format) pairs in which the network runs.
        nonzero: (role, share of its values that are not zero) pairs over the layers that multiply,
            where some are known to be zero, whatever the chip makes of them.
        accuracy, throughput, latency, energy, power, cost, flexibility, scalability: the metrics.
        decomposition: throughput as a product; None where the network multiplies nothing.
        energy_parts: energy of the run by component, action and tensor, summed over the layers.
        contributions: the assumptions that the energy's interval rests on, the largest first.
        layers: every layer of the network, in order.
        coverage: how much of the network the figures speak of.
        assumptions: sentences that the figures rest on.
        references: the sources of every price used, the architecture and the network.
        versions: (program, version) pairs.
        schema: name and version of the JSON form.
    """

    network: str
    network_note: str
    architecture: str
    architecture_note: str
    batch: int
    objective: Objective
    dataflow: str
    formats: tuple[tuple[str, str], ...]
    nonzero: tuple[tuple[str, float], ...]
    accuracy: Metric
    throughput: Metric
    latency: Metric
    energy: Metric
    power: Metric
    cost: Metric
    flexibility: Metric
    scalability: Metric
    decomposition: Decomposition | None
    energy_parts: tuple[EnergyPart, ...]
    contributions: tuple[Contribution, ...]
    layers: tuple[LayerResult, ...]
    coverage: Coverage
    assumptions: tuple[str, ...]
    references: tuple[Reference, ...]
    versions: tuple[tuple[str, str], ...]
    schema: str = SCHEMA

    @property
    def metrics(self) -> tuple[tuple[str, Metric], ...]:
        """The eight metrics with their names, in the order of the sheet."""
        found = ((field.name, getattr(self, field.name)) for field in fields(self))
        return tuple((name, value) for name, value in found if isinstance(value, Metric))

    @property
    def spaces(self) -> tuple[str, ...]:
        """The spaces that the searches went through, in words: one, where all were asked alike."""
        runs = (layer.run for layer in self.layers)
        return tuple(dict.fromkeys(run.space for run in runs if run is not None))


@dataclass(frozen=True, slots=True)
class LayerMapping:
    """A layer that multiplies, in the chip's number formats, and the answer of its search.

    Args:
        layer: its name.
        operator: the operator's name as its source has it.
        repeats: how often it runs in sequence.
        einsum: what it does once, every value taken as nonzero.
        result: of the search.
        with_zeros: what the mapping costs with the layer's zeros; None where the chip sees none.
        on_dense_data: what the best mapping costs the same chip where nothing is zero.
        zeros_known: some values of the network are known to be zero.
    """

    layer: str
    operator: str
    repeats: int
    einsum: Einsum
    result: SearchResult
    with_zeros: Evaluation | None = None
    on_dense_data: Evaluation | None = None
    zeros_known: bool = False


@dataclass(frozen=True, slots=True)
class NetworkMappings:
    """The mappings of a network on a chip, as ``octant map --json`` writes them.

    Args:
        network, architecture: their names.
        layers: in the network's order.
        schema: name and version of the JSON form.
    """

    network: str
    architecture: str
    layers: tuple[LayerMapping, ...]
    schema: str = "octant.mappings/1"
