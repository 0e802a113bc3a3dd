"""What a die costs: wafer price by node, dies on a wafer, the share of them that works.

It is the price of manufacturing alone, at volume: no design, no masks, no margin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.components.price import Estimate, weakest
from octant.components.uncertainty import Spread, between
from octant.errors import NotEstimatedError
from octant.source import Origin, Source
from octant.units import text

CSET = (
    "Khan and Mann, AI chips: What they are and why they matter, CSET 2020: a model of what a "
    "foundry charges"
)
DIGITIMES = "300 mm wafer prices as DigiTimes reported them in 2022"
ANANDTECH = (
    "defect densities that TSMC showed in 2020 (AnandTech 16028): N7 at 0.09/cm^2 three quarters "
    "after volume production, N5 at 0.10 to 0.11/cm^2"
)
HENNESSY = "Hennessy and Patterson, Computer Architecture: A Quantitative Approach, Section 1.6"
MURPHY = "Murphy's yield model, as Cunningham (IEEE Trans. Semicond. Manuf. 3(2), 1990) compares it"

WAFER_DIAMETER_M = 0.3
#: Node in nanometres to what each source says, in USD a wafer; the first is taken.
WAFER_USD: dict[int, tuple[tuple[float, str], ...]] = {
    90: ((1650, CSET), (2000, DIGITIMES)),
    40: ((2600, DIGITIMES),),
    28: ((3000, DIGITIMES),),
    16: ((3984, CSET),),
    12: ((3984, CSET),),
    10: ((5992, CSET), (6000, DIGITIMES)),
    7: ((9346, CSET), (10000, DIGITIMES)),
    5: ((16988, CSET), (16000, DIGITIMES)),
}
#: Assembly, test and packaging as a share of the foundry's price of the die (CSET).
PACKAGE_SHARE = 0.3348
#: Defects a square metre: N7 in volume, taken for every mature process; N5's upper one as limit.
DEFECTS_PER_M2, DEFECTS_HIGH_PER_M2 = 0.09e4, 0.11e4


@dataclass(frozen=True, slots=True)
class Yields:
    """The share of dies that work, by model.

    Args:
        poisson: ``exp(-A D)``: defects fall one by one, the least that is claimed.
        murphy: ``((1 - exp(-A D)) / (A D))^2``: their density varies over wafers.
        negative_binomial: ``(1 + A D / alpha)^-alpha``: they cluster.
        seeds: ``1 / (1 + A D)``: they cluster as much as that model allows.
    """

    poisson: float
    murphy: float
    negative_binomial: float
    seeds: float


def dies_per_wafer(area_m2: float, diameter_m: float = WAFER_DIAMETER_M) -> int:
    """Whole dies on a wafer: its area over theirs, less those that its edge cuts.

    ``pi (d/2)^2 / A - pi d / sqrt(2 A)`` (Hennessy and Patterson). It leaves no room between dies
    and allows for the edge on average: square dies on a grid are up to 10 % more (a test cuts
    them).

    Args:
        area_m2: of a die.
        diameter_m: of the wafer.

    Raises:
        NotEstimatedError: the wafer has no room for one.

    >>> dies_per_wafer(100e-6)  # 706.86 - 66.64
    640
    """
    if not area_m2 > 0:
        raise NotEstimatedError(f"a die of {area_m2} m^2 has no price: an area above 0")
    whole = math.pi * (diameter_m / 2) ** 2 / area_m2
    dies = math.floor(whole - math.pi * diameter_m / math.sqrt(2 * area_m2))
    if dies < 1:
        raise NotEstimatedError(
            f"a wafer of {text(diameter_m, 'length')} has no room for a die of "
            f"{text(area_m2, 'area')}"
        )
    return dies


def yields(area_m2: float, defects_per_m2: float, alpha: float = 3.0) -> Yields:
    """The share of dies that work, by four models that differ in how defects cluster.

    Args:
        area_m2: of a die.
        defects_per_m2: killing defects.
        alpha: of the negative binomial; large is no clustering (Poisson), 1 is Seeds'.

    >>> found = yields(1e-4, 1e4)  # one defect a die on average
    >>> [round(x, 4) for x in (found.poisson, found.murphy, found.negative_binomial, found.seeds)]
    [0.3679, 0.3996, 0.4219, 0.5]
    """
    defects = area_m2 * defects_per_m2
    if not (defects >= 0 and alpha > 0):
        raise NotEstimatedError(f"{defects} defects a die, clustering {alpha}: 0 or more, above 0")
    murphy = (-math.expm1(-defects) / defects) ** 2 if defects else 1.0
    return Yields(math.exp(-defects), murphy, (1 + defects / alpha) ** -alpha, 1 / (1 + defects))


def yield_share(area_m2: float, defects_per_m2: float | None = None) -> Estimate:
    """The share of dies that work after Murphy, between Poisson's and Seeds'.

    Args:
        area_m2: of a die.
        defects_per_m2: the user's; by default what was published for mature processes.

    >>> round(yield_share(100e-6).value, 4)  # 0.09 defects a die
    0.9145
    """
    density = DEFECTS_PER_M2 if defects_per_m2 is None else defects_per_m2
    found = yields(area_m2, density)
    spreads = [between("how defects cluster", found.poisson, found.murphy, found.seeds)]
    if defects_per_m2 is None:
        worse = yields(area_m2, DEFECTS_HIGH_PER_M2).murphy
        spreads.append(Spread("the defect density of a mature process", worse / found.murphy, 1.0))
        citation = f"the same density at every node: {ANANDTECH}; {MURPHY}"
        return Estimate(found.murphy, "share", Source(Origin.ASSUMED, citation), tuple(spreads))
    return Estimate(found.murphy, "share", Source(Origin.MODELLED, MURPHY), tuple(spreads))


def wafer_price(process_m: float) -> Estimate:
    """The price of a wafer at a node, in USD.

    Between two nodes it is interpolated, linear in the logarithms of both; the interval then goes
    from one neighbour's price to the other's.

    Raises:
        NotEstimatedError: the node is smaller or larger than every published one.

    >>> wafer_price(7e-9).value
    9346.0
    >>> between_nodes = wafer_price(65e-9)
    >>> round(between_nodes.value), round(between_nodes.low), round(between_nodes.high)
    (1980, 1650, 2600)
    """
    nodes = sorted(WAFER_USD)
    nm = process_m / 1e-9
    for node in nodes:
        if math.isclose(nm, node, rel_tol=1e-6):
            return _published(node)
    if not nodes[0] < nm < nodes[-1]:
        raise NotEstimatedError(
            f"the process is {text(process_m, 'length')}; wafer prices are published from "
            f"{nodes[0]} nm to {nodes[-1]} nm: give the price of a wafer"
        )
    low = max(node for node in nodes if node < nm)
    high = min(node for node in nodes if node > nm)
    ends = [WAFER_USD[node][0][0] for node in (high, low)]
    place = math.log(high / nm) / math.log(high / low)
    value = math.exp((1 - place) * math.log(ends[0]) + place * math.log(ends[1]))
    citation = (
        f"no source at {text(process_m, 'length')}: interpolated between {high} nm "
        f"({WAFER_USD[high][0][1]}) and {low} nm ({WAFER_USD[low][0][1]})"
    )
    spread = between("the price of a wafer between two published nodes", ends[0], value, ends[1])
    return Estimate(value, "money", Source(Origin.ASSUMED, citation), (spread,))


def _published(node: int) -> Estimate:
    listed = WAFER_USD[node]
    usd, citation = listed[0]
    values = [value for value, _ in listed]
    spreads: tuple[Spread, ...] = ()
    if len(values) > 1:
        spreads = (
            between(
                "the price of a wafer as its first source has it", min(values), usd, max(values)
            ),
        )
    return Estimate(float(usd), "money", Source(Origin.PUBLISHED, citation), spreads)


@dataclass(frozen=True, slots=True)
class DieCost:
    """What one good die costs, and of what that is made.

    Args:
        wafer: USD a wafer.
        dies: on a wafer.
        working: share of them that works.
        die: USD a good die: wafer / (dies x working).
        package: USD for assembly, test and package, a share of the die's.
    """

    wafer: Estimate
    dies: int
    working: Estimate
    die: Estimate
    package: Estimate


def die_cost(
    area: Estimate | float,
    process_m: float | None,
    *,
    wafer: Estimate | None = None,
    defects_per_m2: float | None = None,
) -> DieCost:
    """What one good die costs, its assembly, test and package besides.

    Args:
        area: of the die, in m^2; the limits of an estimate become limits of the cost.
        process_m: node, for the price of a wafer; not needed where that is given.
        wafer: the price of a wafer in USD, the user's.
        defects_per_m2: the user's.

    Raises:
        NotEstimatedError: no wafer price is known, or no die fits a wafer.

    >>> cost = die_cost(100e-6, 7e-9)
    >>> cost.dies, round(cost.die.value, 2)  # 9346 / (640 x 0.9145)
    (640, 15.97)
    """
    if wafer is None and process_m is None:
        raise NotEstimatedError("neither the process node nor the price of a wafer is given")
    price = wafer_price(process_m) if wafer is None and process_m is not None else wafer
    assert price is not None, "one of the two is given"
    area_m2 = area.value if isinstance(area, Estimate) else area
    dies, working = dies_per_wafer(area_m2), yield_share(area_m2, defects_per_m2)
    origin = weakest([Origin.MODELLED, price.source.origin, working.source.origin])
    words = f"wafer / (dies x yield), {HENNESSY}; wafer: {price.source}; yield: {working.source}"
    inverse = tuple(
        Spread(each.assumption, 1 / each.high, 1 / each.low) for each in working.spreads
    )
    die = Estimate(
        price.value / (dies * working.value),
        "money",
        Source(origin, words),
        (*price.spreads, *inverse, *_of_the_area(area, defects_per_m2)),
    )
    package = Estimate(
        PACKAGE_SHARE * die.value,
        "money",
        Source(origin, f"{text(PACKAGE_SHARE, 'share')} of the die's price, {CSET}"),
        die.spreads,
    )
    return DieCost(price, dies, working, die, package)


def _of_the_area(area: Estimate | float, defects_per_m2: float | None) -> tuple[Spread, ...]:
    """What each assumption of the area does to the cost of a die: fewer of them, less yield.

    The cost is evaluated at both ends of each assumption, because it is not proportional to the
    area; a larger die never costs less.
    """
    if not isinstance(area, Estimate):
        return ()

    def wafers(area_m2: float) -> float:
        return 1 / (dies_per_wafer(area_m2) * yield_share(area_m2, defects_per_m2).value)

    nominal = wafers(area.value)
    return tuple(
        Spread(
            each.assumption,
            min(1.0, wafers(area.value * each.low) / nominal),
            max(1.0, wafers(area.value * each.high) / nominal),
        )
        for each in area.spreads
    )
