"""A user's own numbers: rows of attributes and figures, matched exactly or interpolated."""

from __future__ import annotations

import math
from dataclasses import dataclass

from octant.components.estimator import About, AbstractEstimator
from octant.components.price import Estimate, Price
from octant.components.spec import ComponentSpec, Value
from octant.errors import NotEstimatedError
from octant.source import Origin, Source

#: The node's place among a row's attributes.
NODE = "process_m"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Args:
        given: (attribute, value) pairs in SI; the node among them as ``process_m``.
        figures: (``energy of read``, ``area``, ``leakage`` or ``latency of read``, SI value).
        source: of its figures.
    """

    given: tuple[tuple[str, Value], ...]
    figures: tuple[tuple[str, float], ...]
    source: Source


class Table(AbstractEstimator):
    """Prices what stands in its rows.

    A component must stand in the table exactly, save for the attributes that the user lets it
    interpolate: between the two nearest rows the logarithm of the figure is linear in that of the
    attribute, so that powers stay powers. Nothing outside of the rows is known.

    Args:
        about: what it is; its attributes are the table's columns.
        rows: the lines.
        interpolated: names of the attributes between whose values it may interpolate.

    >>> from octant.components import About, Attribute, ComponentSpec
    >>> from octant.components.estimator import energy
    >>> size = Attribute("capacity_bits", "capacity", "capacity", "of it")
    >>> about = About("mine", "table", "mine", ("read",), (size,), "rows", "rows", ("me",))
    >>> me = Source(Origin.MEASURED, "my lab")
    >>> rows = [Row((("capacity_bits", bits),), (("energy of read", j),), me)
    ...         for bits, j in ((1024.0, 1e-12), (4096.0, 2e-12))]
    >>> table = Table(about, tuple(rows), ("capacity_bits",))
    >>> round(energy(table, ComponentSpec.of("mine", capacity_bits=2048.0), "read").energy_j, 15)
    1.414e-12
    """

    def __init__(
        self, about: About, rows: tuple[Row, ...], interpolated: tuple[str, ...] = ()
    ) -> None:
        self._about, self._rows, self._interpolated = about, rows, interpolated

    @property
    def description(self) -> About:
        """What it is, as its maker wrote it."""
        return self._about

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy in the row of the component, or between two rows."""
        value, source = self._figure(spec, f"energy of {action}")
        return Price(value, source)

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area in the row of the component, or between two rows."""
        value, source = self._figure(spec, "area")
        return Estimate(value, "area", source)

    def leakage(self, spec: ComponentSpec) -> Estimate:
        """The leakage in the row of the component, or between two rows."""
        value, source = self._figure(spec, "leakage")
        return Estimate(value, "power", source)

    def latency(self, spec: ComponentSpec, action: str) -> Estimate:
        """The latency in the row of the component, or between two rows."""
        value, source = self._figure(spec, f"latency of {action}")
        return Estimate(value, "time", source)

    def _figure(self, spec: ComponentSpec, name: str) -> tuple[float, Source]:
        rows = [row for row in self._rows if name in dict(row.figures)]
        if not rows:
            raise NotEstimatedError(f"{self._about.name} has no column '{name}'")
        wanted: dict[str, Value] = dict(spec.attributes)
        if spec.process_m is not None:
            wanted[NODE] = spec.process_m
        for attribute, value in wanted.items():
            if attribute not in self._interpolated:
                rows = self._exactly(rows, attribute, value)
        return self._between(rows, name, dict(wanted), self._interpolated)

    def _exactly(self, rows: list[Row], attribute: str, value: Value) -> list[Row]:
        """The rows with that value; rows that do not mention the attribute hold for all."""
        found = [row for row in rows if _same(dict(row.given).get(attribute, value), value)]
        if not found:
            known = sorted(
                {str(self._shown(attribute, dict(row.given)[attribute])) for row in rows}
            )
            raise NotEstimatedError(
                f"{self._about.name} has no row with {self._word(attribute)} "
                f"{self._shown(attribute, value)}; it has {', '.join(known)}: add a row, or let "
                "the table interpolate that column"
            )
        return found

    def _between(
        self, rows: list[Row], name: str, wanted: dict[str, Value], left: tuple[str, ...]
    ) -> tuple[float, Source]:
        """The figure of rows that differ in the attributes that are left, one after the other."""
        if not left:
            if len(rows) > 1:
                raise NotEstimatedError(
                    f"{self._about.name} has {len(rows)} rows for the same component; keep one"
                )
            return dict(rows[0].figures)[name], rows[0].source
        attribute, *others = left
        value = wanted[attribute]
        assert not isinstance(value, str), "only numbers are interpolated"
        values = sorted({_number(row, attribute) for row in rows})
        low = max((known for known in values if known <= value * (1 + 1e-9)), default=None)
        high = min((known for known in values if known >= value * (1 - 1e-9)), default=None)
        if low is None or high is None:
            ends = [self._shown(attribute, end) for end in (values[0], values[-1])]
            raise NotEstimatedError(
                f"{self._about.name}: {self._word(attribute)} {self._shown(attribute, value)} is "
                f"outside of its rows, {ends[0]} to {ends[1]}: add a row"
            )
        figures = [
            self._between(self._exactly(rows, attribute, end), name, wanted, tuple(others))
            for end in dict.fromkeys((low, high))
        ]
        if len(figures) == 1:
            return figures[0]
        (first, source), (second, _) = figures
        place = math.log(value / low) / math.log(high / low)
        figure = math.exp((1 - place) * math.log(first) + place * math.log(second))
        ends = [self._shown(attribute, end) for end in (low, high)]
        words = f"{source.citation}, interpolated in {self._word(attribute)} between {ends[0]} and "
        return figure, Source(
            Origin.ASSUMED if source.origin is Origin.ASSUMED else Origin.MODELLED, words + ends[1]
        )

    def _word(self, attribute: str) -> str:
        words = {each.name: each.word for each in self._about.attributes}
        return words.get(attribute, "node")

    def _shown(self, attribute: str, value: Value) -> str:
        for each in self._about.attributes:
            if each.name == attribute:
                return each.shown(value)
        return f"{float(value) / 1e-9:g} nm"


def _number(row: Row, attribute: str) -> float:
    value = dict(row.given)[attribute]
    assert not isinstance(value, str), "only numbers are interpolated"
    return value


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return math.isclose(one, other, rel_tol=1e-9)
