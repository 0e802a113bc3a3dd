"""Energy at another process node and supply voltage, after Stillmaker and Baas.

Their polynomial gives the energy of one switching operation at a node as ``a*V^2 + b*V + c``; the
ratio of two values scales a price. Only the tabulated nodes are known, nothing in between: a price
at 28 nm has to come from somewhere else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeVar

from octant.components.price import Price
from octant.components.uncertainty import Spread
from octant.errors import NotEstimatedError
from octant.source import Origin, Source
from octant.units import text

STILLMAKER_2017 = (
    "Stillmaker and Baas, Scaling equations for the accurate prediction of CMOS device performance "
    "from 180 nm to 7 nm, Integration 58, 2017"
)

#: Node in nanometres to (a, b, c) of ``a*V^2 + b*V + c`` (Stillmaker and Baas 2017).
ENERGY_COEFFICIENTS: dict[int, tuple[float, float, float]] = {
    130: (7.171, -6.709, 2.904),
    90: (4.762, -4.781, 2.092),
    65: (3.755, -4.398, 1.975),
    45: (1.103, -0.362, 0.2767),
    32: (0.9559, -0.7823, 0.471),
    20: (0.373, -0.1582, 0.04104),
    16: (0.2958, -0.1241, 0.03024),
    14: (0.2363, -0.09675, 0.02239),
    10: (0.2068, -0.09311, 0.02375),
    7: (0.1776, -0.09097, 0.02447),
}

#: Node in nanometres to its area relative to 45 nm (Stillmaker and Baas 2017).
AREA_FACTORS: dict[int, float] = {
    130: 6.4,
    90: 2.8,
    65: 1.5,
    45: 1.0,
    32: 0.46,
    20: 0.21,
    16: 0.19,
    14: 0.17,
    10: 0.1,
    7: 0.059,
}

#: How far a ratio of two nodes may be off, from a check on data that the tables have not seen: for
#: CACTI's SRAMs the ratio of the energies at 65 nm and 45 nm is 1.44 times the polynomial's at the
#: same voltage (the median of 336; 1.00 to 1.95), that of the areas up to 1.53 times the table's. A
#: test computes both anew.
SCALING_SPREAD = 1.44
AREA_SPREAD = 1.53

#: Above the nominal supply of every tabulated node; Octant's own limit to the polynomial's use.
HIGHEST_VOLTAGE_V = 1.4


@dataclass(frozen=True, slots=True)
class Technology:
    """A process node, by the length in its name, and a supply voltage.

    >>> str(Technology(65e-9, 1.0))
    '65 nm, 1 V'
    """

    process_m: float
    voltage_v: float

    def __str__(self) -> str:
        return f"{text(self.process_m, 'length')}, {text(self.voltage_v, 'voltage')}"


def relative_energy(technology: Technology) -> float:
    """The energy of one switching operation, in the arbitrary unit of the published polynomial.

    At 45 nm and 0.9 V: 1.103*0.81 - 0.362*0.9 + 0.2767.

    Raises:
        NotEstimatedError: the node is not tabulated, or the voltage is outside of the polynomial's
            rising part (below its minimum it would claim that less voltage costs more energy).

    >>> round(relative_energy(Technology(45e-9, 0.9)), 5)
    0.84433
    """
    a, b, c = _coefficients(technology)
    voltage = technology.voltage_v
    lowest = max(0.0, -b / (2 * a))
    if not lowest < voltage <= HIGHEST_VOLTAGE_V:
        raise NotEstimatedError(
            f"the voltage is {text(voltage, 'voltage')}; the energy scaling of Stillmaker and "
            f"Baas is used at {text(technology.process_m, 'length')} above "
            f"{text(lowest, 'voltage')} and up to {text(HIGHEST_VOLTAGE_V, 'voltage')}: give the "
            "energy itself, with its source"
        )
    return a * voltage**2 + b * voltage + c


def energy_factor(origin: Technology, target: Technology) -> float:
    """What an energy at ``origin`` is multiplied by to hold at ``target``.

    >>> factor = energy_factor(Technology(45e-9, 0.9), Technology(65e-9, 1.0))
    >>> round(factor, 4)  # 1.332 / 0.84433
    1.5776
    """
    return relative_energy(target) / relative_energy(origin)


def scaled(price: Price, origin: Technology, target: Technology) -> Price:
    """The price at another node and voltage, citing both the price and the scaling.

    Raises:
        NotEstimatedError: one of the two is outside of the published table.

    >>> price = Price(1e-12, Source(Origin.PUBLISHED, "a paper"))
    >>> print(scaled(price, Technology(45e-9, 0.9), Technology(45e-9, 0.9)).source)
    published: a paper
    """
    if origin == target:
        return price
    citation = f"{price.source.citation}, scaled from {origin} to {target} after {STILLMAKER_2017}"
    worst = Origin.ASSUMED if price.source.origin is Origin.ASSUMED else Origin.MODELLED
    return replace(
        price,
        energy_j=price.energy_j * energy_factor(origin, target),
        source=Source(worst, citation),
        spreads=(*price.spreads, *scaling_spreads(origin, target)),
    )


def scaling_spreads(origin: Technology, target: Technology) -> tuple[Spread, ...]:
    """How far a scaled energy may be off: nothing where only the voltage changes.

    >>> scaling_spreads(Technology(45e-9, 0.9), Technology(65e-9, 1.0))[0].high
    1.44
    """
    if math.isclose(origin.process_m, target.process_m, rel_tol=1e-6):
        return ()
    nodes = [text(each.process_m, "length") for each in (origin, target)]
    words = f"energy scales from {nodes[0]} to {nodes[1]} as Stillmaker and Baas have it"
    return (Spread(words, 1 / SCALING_SPREAD, SCALING_SPREAD),)


def area_factor(origin_m: float, target_m: float) -> float:
    """What an area at one node is multiplied by to hold at another.

    Raises:
        NotEstimatedError: one of the two is not tabulated.

    >>> area_factor(45e-9, 65e-9)
    1.5
    """
    return _row(AREA_FACTORS, target_m) / _row(AREA_FACTORS, origin_m)


def tabulated(process_m: float) -> bool:
    """Whether the scaling tables have a node.

    >>> tabulated(65e-9), tabulated(28e-9)
    (True, False)
    """
    return any(abs(process_m - node * 1e-9) < 1e-12 for node in ENERGY_COEFFICIENTS)


def neighbours(process_m: float) -> tuple[float, float, float]:
    """The tabulated nodes on both sides of one that is not, and its place between them.

    The place goes from 0 at the smaller node to 1 at the larger one, linear in the logarithm of
    the node, as the tables' values are close to powers of it.

    Raises:
        NotEstimatedError: it is smaller or larger than all of them.

    >>> low, high, place = neighbours(40e-9)
    >>> round(low / 1e-9), round(high / 1e-9), round(place, 3)  # log(40/32) / log(45/32)
    (32, 45, 0.655)
    """
    nodes = sorted(node * 1e-9 for node in ENERGY_COEFFICIENTS)
    if not nodes[0] <= process_m <= nodes[-1]:
        raise NotEstimatedError(
            f"the process is {text(process_m, 'length')}; Stillmaker and Baas tabulate "
            f"{text(nodes[0], 'length')} to {text(nodes[-1], 'length')}: give the value itself, "
            "with its source"
        )
    low = max(node for node in nodes if node <= process_m)
    high = min(node for node in nodes if node >= process_m)
    place = math.log(process_m / low) / math.log(high / low) if high > low else 0.0
    return low, high, place


def _coefficients(technology: Technology) -> tuple[float, float, float]:
    return _row(ENERGY_COEFFICIENTS, technology.process_m)


_Row = TypeVar("_Row")


def _row(table: dict[int, _Row], process_m: float) -> _Row:
    for node, row in table.items():
        if abs(process_m - node * 1e-9) < 1e-12:
            return row
    nodes = ", ".join(map(str, table))
    raise NotEstimatedError(
        f"the process is {text(process_m, 'length')}; Stillmaker and Baas tabulate "
        f"{nodes} nm and nothing in between: give the energy itself, with its source"
    )
