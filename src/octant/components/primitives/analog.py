"""What surrounds an analog array: the converter of a row, the cell, the shift-and-add behind it."""

from __future__ import annotations

from typing import ClassVar

from octant.components.estimator import About, AbstractEstimator
from octant.components.isaac import ISAAC, ISAAC_NODE_M, PARTS
from octant.components.price import Estimate, Price
from octant.components.spec import Attribute, ComponentSpec
from octant.errors import NotEstimatedError
from octant.source import Origin, Source

_PUBLISHED = Source(Origin.PUBLISHED, ISAAC)
_CELL = (
    "Ohm's law for a cell between two conductances, as CiMLoop (Andrulis et al., ISPASS 2024) "
    "averages it over inputs and weights"
)


class Dac(AbstractEstimator):
    """The driver of one row: a converter of 1 b.

    >>> from octant.components.estimator import energy
    >>> energy(Dac(), ComponentSpec("dac"), "convert").energy_j
    4.17e-13
    """

    about: ClassVar[About] = About(
        "dac",
        "dac",
        "digital-to-analog converter of a crossbar's row, 1 b",
        ("convert",),
        (),
        "0.417 pJ and 0.166 um^2 a row",
        "1 b, one row; no supply is stated",
        (ISAAC,),
        (ISAAC_NODE_M,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one row driven once."""
        return Price(PARTS["dac row"].energy_j, _PUBLISHED)

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of one row's converter."""
        return Estimate(PARTS["dac row"].area_m2 or 0.0, "area", _PUBLISHED)


class ShiftAdd(AbstractEstimator):
    """One shift-and-add of a converted column.

    >>> from octant.components.estimator import energy
    >>> energy(ShiftAdd(), ComponentSpec("shift-add"), "compute").energy_j
    2.1e-14
    """

    about: ClassVar[About] = About(
        "shift-add",
        "shift-add",
        "shift-and-add behind the converters of a crossbar",
        ("compute",),
        (),
        "0.021 pJ an operation",
        "as ISAAC has it; no area by itself; no supply is stated",
        (ISAAC,),
        (ISAAC_NODE_M,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one operation."""
        return Price(PARTS["shift-add"].energy_j, _PUBLISHED)


class Edram(AbstractEstimator):
    """The embedded DRAM of a tile, a word at a time.

    >>> from octant.components.estimator import energy
    >>> energy(Edram(), ComponentSpec.of("edram", width_bits=256), "read").energy_j
    2.045e-11
    """

    about: ClassVar[About] = About(
        "edram",
        "edram",
        "embedded DRAM of 64 KiB",
        ("read", "write"),
        (Attribute("width_bits", "width", "width", "of a word", 1, 256),),
        "20.45 pJ x width / 256 b; 83000 um^2",
        "the buffer of one tile of ISAAC, in proportion to the width; a write is taken to cost "
        "what a read does; refresh is not in it",
        (ISAAC,),
        (ISAAC_NODE_M,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one word."""
        width = spec.number("width_bits") / 256
        origin = Origin.PUBLISHED if width == 1 and action == "read" else Origin.MODELLED
        return Price(PARTS["edram"].energy_j * width, Source(origin, ISAAC))

    def area(self, spec: ComponentSpec) -> Estimate:
        """The area of the buffer."""
        return Estimate(PARTS["edram"].area_m2 or 0.0, "area", _PUBLISHED)


class CrossbarCell(AbstractEstimator):
    """One resistive cell read for one pulse.

    With the input as a share ``x`` of the pulse and the weight as a share ``w`` of the range of
    conductance, ``E = V^2 t x (Gmin + w (Gmax - Gmin))``. At 0.1 V, 1 ns, 250 kOhm to 1 MOhm and
    x = w = 1 that is 0.01 x 1e-9 x 4e-6 J.

    >>> from octant.components.estimator import energy
    >>> spec = ComponentSpec.of("crossbar-cell", pulse_v=0.1, pulse_s=1e-9, on_siemens=4e-6,
    ...                         off_siemens=1e-6, input_share=1.0, weight_share=1.0)
    >>> round(energy(CrossbarCell(), spec, "read").energy_j / 1e-18, 6)
    40.0
    """

    about: ClassVar[About] = About(
        "crossbar-cell",
        "crossbar-cell",
        "resistive cell of a crossbar",
        ("read",),
        (
            Attribute("pulse_v", "pulse-voltage", "voltage", "across the cell"),
            Attribute("pulse_s", "pulse", "time", "that a full input lasts"),
            Attribute("on_siemens", "on", "conductance", "the largest"),
            Attribute("off_siemens", "off", "conductance", "the least"),
            Attribute("input_share", "input", "share", "average input", 0, 1),
            Attribute("weight_share", "weight", "share", "average weight", 0, 1),
        ),
        "V^2 x pulse x input x (off + weight x (on - off))",
        "inputs and weights independent of each other; the charge of the lines is the drivers'; "
        "the device's figures are the user's",
        (_CELL,),
    )

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        """The energy of one cell in one pulse."""
        on, off = spec.number("on_siemens"), spec.number("off_siemens")
        if on < off:
            raise NotEstimatedError(
                f"crossbar-cell: the largest conductance {on:g} S is below the least, {off:g} S"
            )
        conductance = off + spec.number("weight_share") * (on - off)
        pulse_s = spec.number("pulse_s") * spec.number("input_share")
        energy_j = spec.number("pulse_v") ** 2 * pulse_s * conductance
        return Price(energy_j, Source(Origin.MODELLED, _CELL))
