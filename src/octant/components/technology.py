"""Energy at another process node and supply voltage, after Stillmaker and Baas.

Their polynomial gives the energy of one switching operation at a node as ``a*V^2 + b*V + c``; the
ratio of two values scales a price. Only the tabulated nodes are known, nothing in between: a price
at 28 nm has to come from somewhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from octant.components.price import Price
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
    return Price(price.energy_j * energy_factor(origin, target), Source(worst, citation))


def _coefficients(technology: Technology) -> tuple[float, float, float]:
    for node, coefficients in ENERGY_COEFFICIENTS.items():
        if abs(technology.process_m - node * 1e-9) < 1e-12:
            return coefficients
    nodes = ", ".join(str(node) for node in ENERGY_COEFFICIENTS)
    raise NotEstimatedError(
        f"the process is {text(technology.process_m, 'length')}; Stillmaker and Baas tabulate "
        f"{nodes} nm and nothing in between: give the energy itself, with its source"
    )
