"""AlexNet in the Eyeriss group's analysis of dataflows: published energies, recorded mappings.

The figures are those of Chen, Emer, Sze, Eyeriss: A spatial architecture for energy-efficient
dataflow for convolutional neural networks, ISCA 2016, Fig. 10 (row stationary, 256 PEs, 512 B
register files, 128 KiB buffer, batch 16), digitised from the vector figure: in energies of a
multiply-accumulate, for each multiply-accumulate.

A search takes longer than a test may. ``make validate`` searches and records the mappings in
``isca16_alexnet.json``; the tests evaluate the recorded ones.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from octant.files import builtin_architecture
from octant.mapper import Objective, Status, search
from octant.mapping import Mapping, from_text, to_text
from octant.mapping.validity import check
from octant.model import Evaluation, evaluate
from octant.workload import Einsum, Role
from octant.zoo import network

CHIP = builtin_architecture("eyeriss-isca16")
RECORDS = Path(__file__).with_name("isca16_alexnet.json")
BATCH = 16
LEVELS = ("mac", "DRAM", "buffer", "array", "register_file")
"""Components in the order of the figure: ALU, DRAM, Buffer, Array, RF."""

# Layer: ALU, DRAM, Buffer, Array, RF.
FIGURE_10: dict[str, tuple[float, ...]] = {
    "CONV1": (1, 1.298, 0.089, 0.223, 3.818),
    "CONV2": (1, 0.620, 0.082, 0.163, 3.942),
    "CONV3": (1, 0.768, 0.124, 0.196, 3.904),
    "CONV4": (1, 0.874, 0.099, 0.201, 3.917),
    "CONV5": (1, 0.874, 0.111, 0.198, 3.917),
    "FC1": (1, 12.620, 0.074, 0.396, 3.834),
    "FC2": (1, 12.647, 0.072, 0.385, 3.875),
    "FC3": (1, 12.750, 0.077, 0.384, 3.866),
}
_ZOO_NAMES = {"FC1": "FC6", "FC2": "FC7", "FC3": "FC8"}


@dataclass(frozen=True, slots=True)
class Record:
    """What a search answered.

    Args:
        mapping: the best one found.
        status: whether it is proven to be the best.
        bound_j: no mapping of the space takes less.
        time_limit_s: after which the search was stopped.
    """

    mapping: Mapping
    status: Status
    bound_j: float
    time_limit_s: float


def layer(name: str) -> Einsum:
    """Returns a layer of AlexNet by the paper's name."""
    workload = network("alexnet", batch=BATCH)
    wanted = _ZOO_NAMES.get(name, name)
    work = next(one.work for one in workload.mac_layers if one.name == wanted)
    assert isinstance(work, Einsum)
    return work


def searched(name: str, time_limit_s: float) -> Record:
    """Searches the mapping of least energy that the row-stationary dataflow allows."""
    [row_stationary] = CHIP.dataflows
    result = search(
        layer(name),
        CHIP,
        objective=Objective.ENERGY,
        dataflow=row_stationary,
        time_limit_s=time_limit_s,
    )
    assert result.mapping is not None, (name, result.reason)
    return Record(result.mapping, result.status, result.bound, time_limit_s)


def better(name: str, before: Record | None, found: Record) -> Record:
    """Returns the mapping of less energy of a recorded one and a new one, with the new proof."""
    if before is None:
        return found
    energies = [evaluate(layer(name), CHIP, one.mapping).energy_j for one in (before, found)]
    assert energies[0] is not None and energies[1] is not None
    return replace(found, mapping=before.mapping) if energies[0] < energies[1] else found


def record(records: dict[str, Record]) -> None:
    """Writes records to their file."""
    plain = {
        name: {
            "status": str(one.status),
            "bound_j": one.bound_j,
            "time_limit_s": one.time_limit_s,
            "mapping": to_text(one.mapping, CHIP).splitlines(),
        }
        for name, one in records.items()
    }
    RECORDS.write_text(json.dumps(plain, indent=1) + "\n", "utf-8")


@cache
def recorded() -> dict[str, Record]:
    """Returns the records of the file, none where there is no file."""
    if not RECORDS.exists():
        return {}
    return {
        name: Record(
            from_text("\n".join(one["mapping"])),
            Status(one["status"]),
            one["bound_j"],
            one["time_limit_s"],
        )
        for name, one in json.loads(RECORDS.read_text("utf-8")).items()
    }


@cache
def evaluation(name: str) -> Evaluation:
    """Returns the evaluation of a layer's recorded mapping."""
    return evaluate(layer(name), CHIP, recorded()[name].mapping)


PUBLISHED_CONV1 = """
level DRAM keeps inputs, weights, outputs
for N in 0:8
  for P in 0:11
    for C in 0:3
      level buffer keeps inputs, outputs
      for K in 0:2
        for N in 0:2
          for Q in 0:55
            fanout array along Y, X
            for R in 0:11 along Y
              for P in 0:5 along X
                for K in 0:3 along X
                  level register_file keeps inputs, weights, outputs
                  for K in 0:16
                    for S in 0:11
                      compute
"""
"""The mapping that the figure's bars of CONV1 imply: pairs of images, strips of 5 output rows whose
partial sums fill the buffer, 48 filters at once, one channel a pass. The paper does not print it;
it was found by solving for the bars of register file, DRAM and buffer."""


@cache
def implied() -> Evaluation:
    """Returns the evaluation of ``PUBLISHED_CONV1``."""
    nest = from_text(PUBLISHED_CONV1)
    check(layer("CONV1"), CHIP, nest)
    return evaluate(layer("CONV1"), CHIP, nest)


def gap(name: str) -> float:
    """Returns how far a recorded mapping may be above the optimum, as a share of it."""
    found = evaluation(name).energy_j
    assert found is not None
    return found / recorded()[name].bound_j - 1


def energy_per_mac(evaluated: Evaluation) -> tuple[float, ...]:
    """Returns the energy of each of ``LEVELS`` as Octant counts it, as in the figure."""
    unit = mac_j() * evaluated.counts.macs
    return tuple(
        sum(entry.energy_j or 0.0 for entry in evaluated.energy if entry.component == level) / unit
        for level in LEVELS
    )


def energy_per_mac_of_paper(evaluated: Evaluation) -> tuple[float, ...]:
    """Returns the energy of each of ``LEVELS`` with the paper's equations (3) and (4).

    With a value used a*b*c*d times, of which a times from DRAM, b times out of the buffer for each
    of these, c times in the array, d times in the register file, the paper counts

    * operands: a in DRAM, ab in the buffer, abc in the array, abcd in the register file;
    * partial sums: 2a-1, 2a(b-1), ab(c-1), 2abc(d-1).

    So nothing is charged for writing operands into a memory, and each run of accumulations in a
    memory has two accesses less than Octant counts.
    """
    counts = evaluated.counts
    prices = {level.name: _level_price(level.name) for level in CHIP.levels}
    transfer = CHIP.fanouts[0].transfer_energy
    assert transfer is not None
    accesses = dict.fromkeys(LEVELS, 0.0)
    for at in counts.tensors:
        if evaluated.einsum.tensor(at.tensor).role is not Role.OUTPUT:
            accesses[at.level] += at.reads
    accesses["array"] = sum(
        one.elements
        for one in counts.transfers
        if evaluated.einsum.tensor(one.tensor).role is not Role.OUTPUT
    )
    sums = evaluated.einsum.output
    dram, buffer, register_file = (
        counts.tensor("DRAM", sums.name).updates,
        counts.tensor("buffer", sums.name).updates,
        sums_into_buffer(evaluated),
    )
    accesses["DRAM"] += 2 * dram - evaluated.einsum.elements(sums.name)
    accesses["buffer"] += 2 * (buffer - dram)
    accesses["array"] += register_file - buffer
    accesses["register_file"] += 2 * (counts.macs - register_file)
    energies = {level: accesses[level] * price for level, price in prices.items()}
    energies["array"] = accesses["array"] * transfer.energy_j
    energies["mac"] = counts.macs * mac_j()
    return tuple(energies[level] / (counts.macs * mac_j()) for level in LEVELS)


def sums_into_buffer(evaluated: Evaluation) -> int:
    """Returns the partial sums that leave the register files, before they meet in the array."""
    name = evaluated.einsum.output.name
    [hop] = [
        hop for hop in evaluated.counts.hops if hop.tensor == name and hop.child == "register_file"
    ]
    return hop.deliveries


def mac_j() -> float:
    """Returns the energy of a multiply-accumulate."""
    price = CHIP.compute.mac_energy
    assert price is not None
    return price.energy_j


def _level_price(name: str) -> float:
    [store] = next(level.stores for level in CHIP.levels if level.name == name)
    assert store.read_energy is not None and store.read_energy == store.write_energy
    return store.read_energy.energy_j
