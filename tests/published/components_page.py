"""What the estimators say of parts that were published, beside what was published."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from octant.components import ComponentSpec, Technology, estimator
from octant.components.cacti import CELLS, NODES_NM, QUANTITIES, fits, terms
from octant.components.ddr import (
    BURST_BITS,
    OPEN_A,
    PIN_BITS_PER_S,
    PINS,
    READ_A,
    READ_PIN_W,
    ROW_BITS,
    SUPPLY_V,
    WRITE_A,
    WRITE_PIN_W,
    ddr4_energy_j,
)
from octant.components.estimator import area, energy
from octant.components.isaac import PARTS
from octant.components.scaling import Scaled
from octant.files.components import load_component
from octant.model import Evaluation
from tests.published import eyeriss_page
from tests.published.eyeriss_alexnet import LAYERS
from tests.published.pages import residual, table
from tests.unit.components.cacti_runs import points

KIB = 8192
PES = 168
CORE_M2 = 12.25e-6
EYERISS = Technology(65e-9, 1.0)
PADS = ("filter_spad", "ifmap_spad", "psum_spad")
#: One 16 b access at 65 nm over a 16 b MAC (Chen, Emer, Sze, ISCA 2016, Table IV).
RATIOS: dict[str, float] = {
    "register file, 0.5 KiB": 1,
    "inter-PE, 1 to 2 mm": 2,
    "buffer": 6,
    "DRAM": 200,
}
#: The layers with zeros, by which the chip gates its PEs.
GATED = ("CONV2", "CONV3", "CONV4", "CONV5")
#: Shares of the chip's power on AlexNet (Chen et al., ISSCC 2016); 3.9 % is not named.
POWER_SHARES = {"PE array": 0.778, "network": 0.156, "buffer": 0.027}
#: Capacity in KiB to pJ for 64 b at 45 nm, 0.9 V: the caches of Horowitz, ISSCC 2014, Fig. 1.1.9.
CACHES_PJ = {8: 10, 32: 20, 1024: 100}


def ratios(cells: str = "low-standby") -> dict[str, float]:
    """Returns the estimators' energies of Table IV's accesses, over their MAC."""

    def joules(name: str, action: str, **attributes: float | str) -> float:
        node = 65e-9 if name == "sram" else None
        if name == "sram":
            attributes["cells"] = cells
        spec = ComponentSpec(name, node, None, tuple(sorted(attributes.items())))
        return energy(estimator(name), spec, action).energy_j

    mac_spec = ComponentSpec.of("integer-mac", width_bits=16, accumulator_bits=16)
    mac = energy(Scaled(estimator("integer-mac"), EYERISS), mac_spec, "compute").energy_j
    found = {
        "register file, 0.5 KiB": joules("sram", "read", capacity_bits=KIB / 2, width_bits=16.0),
        "inter-PE, 1 to 2 mm": joules(
            "wire", "transfer", length_m=1.5e-3, width_bits=16.0, swing_v=1.0
        ),
        "buffer": joules("sram", "read", capacity_bits=108.0 * KIB, width_bits=64.0, banks=27.0)
        / 4,
        "DRAM": joules("dram", "read", type="DRAM-horowitz", width_bits=16.0),
    }
    return {name: energy_j / mac for name, energy_j in found.items()}


def areas_m2() -> dict[str, float]:
    """Returns the estimators' areas of Eyeriss's cells at 65 nm, of the whole chip."""

    def scaled(name: str, **attributes: float) -> float:
        spec = ComponentSpec(name, None, None, tuple(sorted(attributes.items())), True)
        return area(Scaled(estimator(name), EYERISS, supply_v=0.9), spec).value

    def sram(capacity_bits: float, width_bits: float, banks: float = 1.0) -> float:
        spec = ComponentSpec.of(
            "sram",
            process_m=65e-9,
            capacity_bits=capacity_bits,
            width_bits=width_bits,
            banks=banks,
        )
        return area(estimator("sram"), spec).value

    registers = scaled("register-file", width_bits=16.0, depth=12.0)
    registers += scaled("register-file", width_bits=16.0, depth=24.0)
    return {
        "scratch pads": PES * (sram(448 * 8, 16) + registers),
        "buffer": sram(108 * KIB, 64, 27),
        "multipliers and adders": PES
        * scaled("aladdin-mac", width_bits=16.0, accumulator_bits=16.0),
    }


@cache
def energies_j() -> dict[str, float]:
    """Returns the modelled energy of AlexNet's five convolutions by component, batch 4."""
    found: dict[str, float] = {}
    for name in LAYERS:
        for entry in eyeriss_page.evaluation(name).energy:
            found[entry.component] = found.get(entry.component, 0.0) + (entry.energy_j or 0.0)
    return found


def power_shares() -> dict[str, float]:
    """Returns the modelled shares of the energy without DRAM."""
    found = energies_j()
    parts = {
        "PE array": sum(found[pad] for pad in PADS) + found["mac"],
        "network": found["array"],
        "buffer": found["buffer"],
    }
    whole = sum(parts.values())
    return {name: joules / whole for name, joules in parts.items()}


def power_w(joules: Callable[[str], float]) -> float:
    """Returns the modelled power of the five layers over the time that the model gives them.

    Args:
        joules: a layer's name to its energy without DRAM.
    """
    energy_j = sum(joules(name) for name in LAYERS)
    return energy_j / sum(eyeriss_page.evaluation(name).latency_s for name in LAYERS)


def dense_j(name: str) -> float:
    """Returns a layer's energy without DRAM, as the prices have it."""
    return eyeriss_page.chip_j(eyeriss_page.evaluation(name))


def controlled_j(name: str) -> float:
    """Returns the same with the PEs' clock and control."""
    return dense_j(name) + _control_j(eyeriss_page.evaluation(name))


def never_stopping_j(name: str) -> float:
    """Returns the same with zeros, where clock and control go on as if there were none."""
    gated = eyeriss_page.chip_j(eyeriss_page.with_zeros(name))
    return gated + _control_j(eyeriss_page.evaluation(name))


def stopping_j(name: str) -> float:
    """Returns the same with zeros, where clock and control rest as pads and multipliers do."""
    found = eyeriss_page.with_zeros(name)
    return eyeriss_page.chip_j(found) + _control_j(found)


def _pes_j(found: Evaluation) -> float:
    return sum(each.energy_j or 0.0 for each in found.energy if each.component in (*PADS, "mac"))


def _control_j(found: Evaluation) -> float:
    overhead = load_component("eyeriss-pe").control
    assert overhead is not None
    return _pes_j(found) * (overhead.factor - 1)


def gating_saves(name: str) -> tuple[float, float]:
    """Returns the shares of the PEs' energy that zeros save: clock going on, and resting."""
    dense, gated = eyeriss_page.evaluation(name), eyeriss_page.with_zeros(name)
    whole = _pes_j(dense) + _control_j(dense)
    going_on = _pes_j(gated) + _control_j(dense)
    return 1 - going_on / whole, 1 - _pes_j(gated) / _pes_j(dense)


def measured_w() -> float:
    """Returns the measured power, averaged over the layers' time (the paper has 278 mW)."""
    measured = [published.measured for published in LAYERS.values()]
    return sum(m.power_w * m.total_s for m in measured) / sum(m.total_s for m in measured)


def converter() -> tuple[float, float]:
    """Returns the regression's energy and area of ISAAC's converter: 8 b, 1.2 GS/s, 32 nm."""
    spec = ComponentSpec.of("adc", process_m=32e-9, resolution_bits=8, rate_hz=1.2e9)
    model = estimator("adc")
    return energy(model, spec, "convert").energy_j, area(model, spec).value


def cache_pj(kib: int, cells: str = "low-standby") -> float:
    """Returns the SRAM fit's read of 64 b at 45 nm."""
    spec = ComponentSpec.of(
        "sram", process_m=45e-9, capacity_bits=kib * KIB, width_bits=64, cells=cells
    )
    return energy(estimator("sram"), spec, "read").energy_j / 1e-12


def _fit_table() -> str:
    rows = []
    for cells in CELLS:
        for node in NODES_NM:
            row = [f"{cells}, {node} nm"]
            for quantity in QUANTITIES:
                fit = fits()[cells, node, quantity]
                row += [_ends(fit.fitted), _ends(fit.held_out)]
            rows.append(row)
    names = [name.partition("_")[0] for name in QUANTITIES]
    return table(["fit over CACTI", *[word for name in names for word in (name, "held out")]], rows)


def _ends(ends: tuple[float, float]) -> str:
    low, high = ends
    return f"{100 * low:+.0f} to {100 * high:+.0f} %"


def _typical_misses() -> tuple[float, float]:
    """Returns the root mean squares of the residuals of the read energy: fitted, held out."""
    missed: dict[bool, list[float]] = {False: [], True: []}
    for point in points():
        fit = fits()[point.cells, point.node_nm, "read_pj"]
        bank = point.capacity_bits / point.banks
        known = terms(bank, point.width_bits, point.ports, point.banks)
        fitted = math.exp(sum(c * x for c, x in zip(fit.coefficients, known, strict=True)))
        missed[point.held_out].append(fitted / point.read_pj - 1)
    seen, held = (float(np.sqrt(np.mean(np.square(missed[each])))) for each in (False, True))
    return seen, held


def _cache_table() -> str:
    rows = []
    for kib, pj in CACHES_PJ.items():
        row = [f"{kib} KiB", f"{pj}"]
        for cells in CELLS:
            row += [f"{cache_pj(kib, cells):.1f}", residual(cache_pj(kib, cells), pj)]
        rows.append(row)
    return table(
        ["64 b at 45 nm", "published pJ", *[w for c in CELLS for w in (f"{c} pJ", "")]], rows
    )


def _ratio_table() -> str:
    found, fast = ratios(), ratios("high-performance")
    rows = [
        [
            name,
            f"{ratio}",
            f"{found[name]:.2f}",
            f"{found[name] / ratio:.2f}",
            f"{fast[name] / ratio:.2f}",
        ]
        for name, ratio in RATIOS.items()
    ]
    return table(
        ["access of 16 b", "published MAC", "estimators MAC", "over published", "with fast cells"],
        rows,
    )


def _area_table() -> str:
    found = areas_m2()
    ratio = found["scratch pads"] / found["buffer"]
    rows = [
        ["scratch pads over buffer", "2.5", f"{ratio:.2f}", residual(ratio, 2.5)],
    ]
    for name, share in (("multipliers and adders", 0.074), ("scratch pads", 0.5)):
        modelled = found[name] / CORE_M2
        rows.append(
            [
                f"{name}, of the core",
                f"{100 * share:.1f} %" if share != 0.5 else "about half",
                f"{100 * modelled:.1f} %",
                residual(modelled, share),
            ]
        )
    return table(["area", "published", "estimators", ""], rows)


def _share_table() -> str:
    found = power_shares()
    rows = [
        [name, f"{100 * share:.1f} %", f"{100 * found[name]:.1f} %"]
        for name, share in POWER_SHARES.items()
    ]
    return table(["power on AlexNet, without DRAM", "published", "modelled"], rows)


def _control_table() -> str:
    forms = (dense_j, controlled_j, never_stopping_j, stopping_j)
    rows = []
    for name in LAYERS:
        real = eyeriss_page.published_j(name)
        rows.append([name, *(residual(joules(name), real) for joules in forms)])
    whole = [residual(power_w(joules), measured_w()) for joules in forms]
    rows.append([f"power, {1e3 * measured_w():.0f} mW", *whole])
    return table(
        [
            "energy without DRAM",
            "as priced",
            "with clock and control",
            "and zeros",
            "clock resting with them",
        ],
        rows,
    )


def _ddr4_table() -> str:
    rows = []
    for action, current_a, pin_w in (("read", READ_A, READ_PIN_W), ("write", WRITE_A, WRITE_PIN_W)):
        parts_j = (
            SUPPLY_V * (current_a - OPEN_A) / (PIN_BITS_PER_S * PINS),
            pin_w / PIN_BITS_PER_S,
            ddr4_energy_j(action, ROW_BITS),
            ddr4_energy_j(action, BURST_BITS),
        )
        rows.append([action, *(f"{part_j / 1e-12:.2f}" for part_j in parts_j)])
    return table(["DDR4, pJ/b", "core", "data pins", "whole rows", "a burst of each row"], rows)


def pad_area_um2() -> float:
    """Returns the estimator's area of the memory of one filter pad."""
    spec = ComponentSpec.of("sram", process_m=65e-9, capacity_bits=448 * 8, width_bits=16)
    return area(estimator("sram"), spec).value / 1e-12


def area_factor() -> float:
    """Returns ISAAC's area of a converter over the regression's."""
    published = PARTS["adc"].area_m2
    assert published is not None
    return published / converter()[1]


def _isaac_table() -> str:
    energy_j, area_m2 = converter()
    part = PARTS["adc"]
    assert part.area_m2 is not None
    rows = [
        [
            "energy of a conversion",
            f"{part.energy_j / 1e-12:.3f} pJ",
            f"{energy_j / 1e-12:.3f} pJ",
            residual(energy_j, part.energy_j),
        ],
        [
            "area",
            f"{part.area_m2 / 1e-12:.0f} um^2",
            f"{area_m2 / 1e-12:.0f} um^2",
            residual(area_m2, part.area_m2),
        ],
    ]
    return table(["ISAAC's converter, 8 b", "published", "regression", ""], rows)


def section() -> str:
    """Returns the page's section on the estimators."""
    seen, held = _typical_misses()
    shares = [[f"{100 * x[which]:.0f} %" for x in map(gating_saves, GATED)] for which in (0, 1)]
    saves = [(min(each), max(each)) for each in shares]
    return f"""## Components

The estimators of `octant components` against figures that they were not made from, unless a table
says that they were. Horowitz's points and ISAAC's parts are tables themselves and are met exactly.

### SRAM: the fit to CACTI 7

The coefficients are fitted to {len([p for p in points() if not p.held_out]):,} runs, 168 for each
node and kind of cells: banks of 64 B to 4 MiB, 8 b to 256 b wide, one to 64 of them, with one port
for reads and writes, one for each, or two for both. Runs of other capacities, widths and numbers of
banks are held out. What is shown is by how much the fit misses at most; the larger of both is the
interval of the price. For reads the root mean square is {100 * seen:.0f} % of the fitted runs and
{100 * held:.0f} % of the held-out ones: CACTI chooses among layouts of the array, and each change
of layout is a jump that no smooth fit follows.

{_fit_table()}

The caches of Horowitz (ISSCC 2014, Fig. 1.1.9; 45 nm, 0.9 V) are held out. They have tags, which a
memory has not.

{_cache_table()}

### The ratios of the Eyeriss analysis

Chen, Emer, Sze, ISCA 2016, Table IV, for a commercial 65 nm process. The estimators know nothing of
it: the MAC is Horowitz's scaled from 45 nm to 65 nm, 1.0 V; the register file an SRAM of 512 B and
16 b; the network a wire of 1.5 mm; the buffer a quarter of a read of 64 b from 27 banks of 4 KiB,
as the chip has them; DRAM Horowitz's.

{_ratio_table()}

Register file, buffer and DRAM are met within a factor of 1.5, the wire within 2.3: its estimator
has neither the latches at its ends nor repeaters, and with coupling to its neighbours it takes 1.6
times as much. The built-in `eyeriss` keeps the published ratios: they are of its own process.

### Areas of Eyeriss

Chen et al., JSSC 2017, Fig. 15 and Section VI: 12.25 mm^2 of core. The estimators price cells: a
buffer of 27 banks, pads of 448 B, register files and multipliers of Aladdin's table from 40 nm,
interpolated.

{_area_table()}

The ratio of pads to buffer is met within a quarter; the absolute areas are a fraction of the
core's. Placed and routed cells are not packed, multipliers are pipelined, and a memory of 224 words
has more around its bits than CACTI, made for caches, gives it: {pad_area_um2():,.0f} um^2 for one
pad. No layout overhead was fitted to hide it; a chip's file states its own.

### DDR4

The energy of a bit follows from a data sheet's currents by the method of the chip's maker. No
measurement of a bit is at hand to hold against it, so it has no residual; a data sheet states what
no chip exceeds, not what a typical one draws. The controller's end of the wires is not in it.

{_ddr4_table()}

### Power of Eyeriss

Shares as the chip's authors gave them (ISSCC 2016; 3.9 % is not named), and as the built-in
`eyeriss` has them over AlexNet's five convolutions.

{_share_table()}

The PE's clock and control are in no price. As a *calibrated* constant, `eyeriss-pe` takes them as
33.9 % of a PE, which is what the chip's published breakdown of CONV1 leaves beside pads and
arithmetic. CONV2 to CONV5 and the total are held out. CONV1 has no zeros; the other layers have
those of Table V, which gate filter pads and multipliers. Whether clock and control go on in a gated
PE is not published: the last two columns are both answers.

{_control_table()}

With zeros and control the power is within a tenth of the measured one under either answer, where
the prices alone miss it by a fifth. The layers are not: CONV1 stays too low, for its long loading
of filters is in the measured energy and in no mapping. By the model gating saves {saves[0][0]} to
{saves[0][1]} of a PE's energy in CONV2 to CONV5 when the clock goes on and {saves[1][0]} to
{saves[1][1]} when it rests; the chip's authors give 45 % (Section V-C), so the chip gates more than
the model knows. The constant is in no built-in chip, only in the compound, where it shows.

### ISAAC's converter

{_isaac_table()}

The regression agrees with its own code in 112 points, so that the area is no slip: it is that of
the survey's converters, which stand alone, with what each needs around it. ISAAC takes one small
published converter, eight of them beside each other. The interval of an area therefore reaches down
to {area_factor():.2f} of the regression: a limit that is *calibrated* on this one converter.
"""
