"""What the estimators say of parts that were published, beside what was published."""

from __future__ import annotations

from functools import cache

import numpy as np

from octant.components import ComponentSpec, Technology, estimator
from octant.components.cacti import POINTS, RESIDUALS
from octant.components.estimator import area, energy
from octant.components.isaac import PARTS
from octant.components.scaling import Scaled
from octant.files.components import load_component
from tests.published import eyeriss_page
from tests.published.eyeriss_alexnet import LAYERS
from tests.published.pages import residual, table

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
#: Shares of the chip's power on AlexNet (Chen et al., ISSCC 2016); 3.9 % is not named.
POWER_SHARES = {"PE array": 0.778, "network": 0.156, "buffer": 0.027}
#: Capacity in KiB to pJ for 64 b at 45 nm, 0.9 V: the caches of Horowitz, ISSCC 2014, Fig. 1.1.9.
CACHES_PJ = {8: 10, 32: 20, 1024: 100}


def ratios() -> dict[str, float]:
    """Returns the estimators' energies of Table IV's accesses, over their MAC."""

    def joules(name: str, action: str, **attributes: float | str) -> float:
        node = 65e-9 if name == "sram" else None
        spec = ComponentSpec(name, node, None, tuple(sorted(attributes.items())), True)
        return energy(estimator(name), spec, action).energy_j

    mac_spec = ComponentSpec.of("integer-mac", width_bits=16, accumulator_bits=16)
    mac = energy(Scaled(estimator("integer-mac"), EYERISS), mac_spec, "compute").energy_j
    found = {
        "register file, 0.5 KiB": joules("sram", "read", capacity_bits=KIB / 2, width_bits=16.0),
        "inter-PE, 1 to 2 mm": joules(
            "wire", "transfer", length_m=1.5e-3, width_bits=16.0, swing_v=1.0
        ),
        "buffer": joules("sram", "read", capacity_bits=128.0 * KIB, width_bits=64.0) / 4,
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
            extrapolate=True,
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


def power_w(*, control: bool) -> float:
    """Returns the modelled power of the five layers over the time that the model gives them."""
    energy_j = sum(chip_j(name, control=control) for name in LAYERS)
    return energy_j / sum(eyeriss_page.evaluation(name).latency_s for name in LAYERS)


def chip_j(name: str, *, control: bool) -> float:
    """Returns a layer's energy without DRAM, with the PEs' clock and control or without."""
    evaluated = eyeriss_page.evaluation(name)
    pes = sum(
        entry.energy_j or 0.0 for entry in evaluated.energy if entry.component in (*PADS, "mac")
    )
    overhead = load_component("eyeriss-pe").control
    assert overhead is not None
    more = pes * (overhead.factor - 1) if control else 0.0
    return eyeriss_page.chip_j(evaluated) + more


def measured_w() -> float:
    """Returns the measured power, averaged over the layers' time (the paper has 278 mW)."""
    measured = [published.measured for published in LAYERS.values()]
    return sum(m.power_w * m.total_s for m in measured) / sum(m.total_s for m in measured)


def converter() -> tuple[float, float]:
    """Returns the regression's energy and area of ISAAC's converter: 8 b, 1.2 GS/s, 32 nm."""
    spec = ComponentSpec.of("adc", process_m=32e-9, resolution_bits=8, rate_hz=1.2e9)
    model = estimator("adc")
    return energy(model, spec, "convert").energy_j, area(model, spec).value


def cache_pj(kib: int) -> float:
    """Returns the SRAM fit's read of 64 b at 45 nm."""
    spec = ComponentSpec.of("sram", process_m=45e-9, capacity_bits=kib * KIB, width_bits=64)
    return energy(estimator("sram"), spec, "read").energy_j / 1e-12


def _fit_table() -> str:
    rows = []
    for node in sorted({point.node_nm for point in POINTS}, reverse=True):
        cells = [f"{node} nm"]
        for quantity in ("read_pj", "write_pj", "area_mm2", "latency_ns", "leakage_mw"):
            low, high = RESIDUALS[quantity, node]
            cells.append(f"{100 * low:+.0f} to {100 * high:+.0f} %")
        rows.append(cells)
    return table(["fit over CACTI", "read", "write", "area", "latency", "leakage"], rows)


def _typical_miss() -> float:
    """Returns the root mean square of the read energy's residuals, over all nodes."""
    missed = []
    for point in POINTS:
        spec = ComponentSpec.of(
            "sram",
            process_m=point.node_nm * 1e-9,
            capacity_bits=point.capacity_kib * KIB,
            width_bits=point.width_bits,
        )
        fitted = energy(estimator("sram"), spec, "read").energy_j / 1e-12
        missed.append(fitted / point.read_pj - 1)
    return float(np.sqrt(np.mean(np.square(missed))))


def _cache_table() -> str:
    rows = [
        [f"{kib} KiB", f"{pj}", f"{cache_pj(kib):.1f}", residual(cache_pj(kib), pj)]
        for kib, pj in CACHES_PJ.items()
    ]
    return table(["64 b at 45 nm", "published pJ", "fit pJ", ""], rows)


def _ratio_table() -> str:
    found = ratios()
    rows = [
        [name, f"{ratio}", f"{found[name]:.2f}", f"{found[name] / ratio:.2f}"]
        for name, ratio in RATIOS.items()
    ]
    return table(["access of 16 b", "published MAC", "estimators MAC", "over published"], rows)


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
    rows = []
    for name in LAYERS:
        real = eyeriss_page.published_j(name)
        with_it, without = chip_j(name, control=True), chip_j(name, control=False)
        rows.append([name, residual(without, real), residual(with_it, real)])
    rows.append(
        [
            f"power, {1e3 * measured_w():.0f} mW",
            residual(power_w(control=False), measured_w()),
            residual(power_w(control=True), measured_w()),
        ]
    )
    return table(["energy without DRAM", "as priced", "with the PEs' clock and control"], rows)


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
    return f"""## Components

The estimators of `octant components` against figures that they were not made from, unless a table
says that they were. Horowitz's points and ISAAC's parts are tables themselves and are met exactly.

### SRAM: the fit to CACTI 7

The coefficients are fitted to these very runs: 22 a node, 1 KiB to 1 MiB, 64 b and 128 b wide. What
is shown is by how much the fit misses its own data at most; that is the interval of the price. For
reads the root mean square is {100 * _typical_miss():.0f} %.

{_fit_table()}

The caches of Horowitz (ISSCC 2014, Fig. 1.1.9; 45 nm, 0.9 V) are held out. CACTI was run for cells
of low standby power, and a cache has tags.

{_cache_table()}

### The ratios of the Eyeriss analysis

Chen, Emer, Sze, ISCA 2016, Table IV, for a commercial 65 nm process. The estimators know nothing of
it: the MAC is Horowitz's scaled from 45 nm to 65 nm, 1.0 V; the register file an SRAM of 512 B and
16 b, extrapolated; the network a wire of 1.5 mm; the buffer a quarter of a read of 64 b from one
bank of 128 KiB; DRAM Horowitz's.

{_ratio_table()}

Each is met within a factor of 2.5, the register file and the wire from below, buffer and DRAM from
above. This is why the built-in `eyeriss` keeps the published ratios: they are of its own process.

### Areas of Eyeriss

Chen et al., JSSC 2017, Fig. 15 and Section VI: 12.25 mm^2 of core. The estimators price cells: a
buffer of 27 banks, register files and multipliers of Aladdin's table from 40 nm, interpolated.

{_area_table()}

The ratio of pads to buffer is met within a fifth; the absolute areas are a fraction of the core's,
because placed and routed cells are not packed, and small memories have more around their bits than
the tables know. No layout overhead was fitted to hide it.

### Power of Eyeriss

Shares as the chip's authors gave them (ISSCC 2016; 3.9 % is not named), and as the built-in
`eyeriss` has them over AlexNet's five convolutions.

{_share_table()}

The PE's clock and control are in no price. As a *calibrated* constant, `eyeriss-pe` takes them as
33.9 % of a PE, which is what the chip's published breakdown of CONV1 leaves beside pads and
arithmetic. CONV2 to CONV5 and the total are held out.

{_control_table()}

With it CONV1 is still too low, and CONV4 and CONV5 become too high: there the chip gates its PEs
where inputs are zero, which this model does not know. The constant is therefore in no built-in
chip, only in the compound, where it shows.

### ISAAC's converter

{_isaac_table()}

The regression's energy is that of the best fifth of all published converters; its area is that of
stand-alone ones, several times the small converter that ISAAC assumes.
"""
