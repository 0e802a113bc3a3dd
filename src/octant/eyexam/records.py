"""The nouns of Eyexam: steps, what wins a loss back, roofs, a layer's and a network's exam."""

from __future__ import annotations

from dataclasses import dataclass

#: The name and version of the JSON form.
SCHEMA = "octant.eyexam/1"

#: The constraint that each step adds, in order; step 1 is the first.
STEPS = (
    "layer shape",
    "dataflow",
    "number of PEs",
    "array shape",
    "storage capacity",
    "average bandwidth",
    "instantaneous bandwidth",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the best performance that its constraint and all before it leave.

    Args:
        number: 1 to 7.
        constraint: the one that it adds.
        cycles: the least that are needed.
        macs_per_cycle: multiply-accumulates over those cycles.
        lost_share: of what the step before allows, what this one takes; 0 for the first.
        reason: why, in words.
    """

    number: int
    constraint: str
    cycles: float
    macs_per_cycle: float
    lost_share: float
    reason: str


@dataclass(frozen=True, slots=True)
class WinBack:
    """What one constraint costs: the best performance without it, all others kept.

    Args:
        constraint: the step that is relaxed, in the words of ``STEPS``.
        relaxed: how, in words.
        cycles: the least that are needed then; at the average bandwidth, except for the relaxed
            instantaneous bandwidth, which starts from the pipeline's cycles.
        gain: of performance, as a share of what there is with the constraint; 0 is none.
        least_cycles: no mapping takes fewer then; below ``cycles`` only where a search was stopped.
        proof: how the number is known: ``bound`` (no mapping can gain, whatever it is), ``search``
            (the best mapping, proven), ``found`` (not searched to the end: at least this), or
            ``pipeline``.
    """

    constraint: str
    relaxed: str
    cycles: float
    gain: float
    least_cycles: float
    proof: str

    @property
    def at_most(self) -> float:
        """The gain that no mapping exceeds."""
        return self.cycles * (1 + self.gain) / self.least_cycles - 1


@dataclass(frozen=True, slots=True)
class Roof:
    """The sloped part of a roofline: one port of a memory under the mapping of step 6.

    Args:
        memory: its name.
        port: read, write or shared.
        bits_per_cycle: of the busy instances together: the slope.
        macs_per_bit: of what the mapping moves there: where the layer stands on the x axis.
        macs_per_cycle: the slope at that place: what the port allows.
    """

    memory: str
    port: str
    bits_per_cycle: float
    macs_per_bit: float
    macs_per_cycle: float


@dataclass(frozen=True, slots=True)
class LayerExam:
    """The seven steps of one layer.

    Args:
        layer: its name.
        operator: as its source has it.
        repeats: how often it runs; cycles are those of one run.
        macs: of one run.
        steps: all seven.
        win_back: what relaxing one constraint would gain; empty where that was not asked for.
        roofs: one for each port with a limit that the mapping uses.
        peak_macs_per_cycle: of the chip.
        active_units: PEs that the mapping of step 6 uses.
        mapping: of steps 6 and 7, as a loop nest.
        optimal: the searches of steps 5 and 6 ended with their proof.
        energy_j: of one run under that mapping; None where a price is missing.
        off_chip_bits: that it moves to and from the outermost memory.
        compulsory_bits: that every mapping moves there.
    """

    layer: str
    operator: str
    repeats: int
    macs: int
    steps: tuple[Step, ...]
    win_back: tuple[WinBack, ...]
    roofs: tuple[Roof, ...]
    peak_macs_per_cycle: float
    active_units: int
    mapping: str
    optimal: bool
    energy_j: float | None
    off_chip_bits: int
    compulsory_bits: int


@dataclass(frozen=True, slots=True)
class NetworkExam:
    """The seven steps of a network on a chip under a dataflow.

    Args:
        network: its name.
        batch: inferences of one run.
        architecture: the chip's name.
        dataflow: the constraints; ``any`` for none.
        peak_macs_per_cycle: of the chip.
        steps: of all layers one after the other: their cycles are sums.
        win_back: of all layers together; a relaxation that no layer lists is not there.
        layers: with multiply-accumulates, in the network's order.
        notes: sentences that the numbers rest on.
    """

    network: str
    batch: int
    architecture: str
    dataflow: str
    peak_macs_per_cycle: float
    steps: tuple[Step, ...]
    win_back: tuple[WinBack, ...]
    layers: tuple[LayerExam, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Eyexam:
    """The exams of a network under one dataflow or several.

    Args:
        exams: one for each dataflow.
        schema: name and version of the JSON form.
    """

    exams: tuple[NetworkExam, ...]
    schema: str = SCHEMA
