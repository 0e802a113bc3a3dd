"""Prices as multiples of the multiply-accumulate, as the Eyeriss papers give them."""

from __future__ import annotations

import math

from octant.components.price import Price, weakest
from octant.components.uncertainty import Spread
from octant.errors import NotEstimatedError
from octant.source import Origin, Source

CHEN_ISCA_2016 = (
    "Chen, Emer, Sze, Eyeriss: A spatial architecture for energy-efficient dataflow for "
    "convolutional neural networks, ISCA 2016, Table IV"
)

#: One 16-bit access at 65 nm as a multiple of one 16-bit multiply-accumulate (Table IV).
EYERISS_RATIOS: dict[str, float] = {
    "MAC": 1.0,
    "register file (0.5 KiB)": 1.0,
    "inter-PE (1 to 2 mm)": 2.0,
    "buffer (above 100 KiB)": 6.0,
    "DRAM": 200.0,
}


def multiple_of(
    mac: Price, ratio: float, source: Source, spreads: tuple[Spread, ...] = ()
) -> Price:
    """The price ``ratio * mac``, as far to be trusted as the weaker of its two sources.

    It is modelled at best: the ratio was published for the energy of another circuit's MAC.

    Args:
        mac: of one multiply-accumulate.
        ratio: finite, 0 or more.
        source: of the ratio.
        spreads: how far the ratio may be off; those of the MAC are added.

    Raises:
        NotEstimatedError: the ratio is negative or not finite.

    >>> mac = Price(1e-12, Source(Origin.PUBLISHED, "a paper"))
    >>> price = multiple_of(mac, 6, Source(Origin.PUBLISHED, CHEN_ISCA_2016))
    >>> price.energy_j, price.source.origin
    (6e-12, <Origin.MODELLED: 'modelled'>)
    """
    if not (math.isfinite(ratio) and ratio >= 0):
        raise NotEstimatedError(f"a multiple of {ratio} MAC: finite and 0 or more")
    origin = weakest([Origin.MODELLED, mac.source.origin, source.origin])
    citation = f"{ratio:g} MAC ({source.citation}); MAC: {mac.source.citation}"
    return Price(
        ratio * mac.energy_j, Source(origin, citation), (*mac.spreads, *spreads), mac.extrapolated
    )
