"""Sparse designs: what Octant computes beside what was measured on them or simulated of them."""

from __future__ import annotations

import math

from octant.sparsity.density import hypergeometric
from octant.sparsity.packing import mean_fill, share_of_passes
from octant.workload import Uniform
from tests.against.sparseloop.designs import CASES
from tests.against.sparseloop.test_designs import pe
from tests.published import eyeriss2_page, scnn_page
from tests.published.eie_layers import ALEX7_UJ, BENCHMARKS, POWER_MW, evaluated
from tests.published.pages import residual, table

SIDE = 4096
TILE = 32
PEAK_OVER_PORT = 128 / 116
"""Products a cycle over the words a cycle of the port that takes their sums."""


def pe_table() -> str:
    """Returns cycles of one PE of Eyeriss v2 on sparse layers of MobileNet."""
    rows = []
    for name, case in CASES["eyeriss2_pe"].items():
        real, masks, chance = case["exact_cycles"], pe(None, name), pe(Uniform(), name)
        rows.append(
            [
                name,
                f"{real:,}",
                f"{masks.cycles:,.0f}",
                residual(masks.cycles, real),
                f"{chance.cycles:,.0f}",
                residual(chance.cycles, real),
            ]
        )
    header = ["layer", "cycles", "nonzeros of each channel", "", "densities alone", ""]
    return table(header, rows)


def packed(a: float, b: float) -> tuple[float, float]:
    """Latency over that of dense data, by passes and by lanes in use."""
    chances = [hypergeometric(SIDE**2, math.ceil(density * SIDE**2), TILE) for density in (a, b)]
    passes = share_of_passes(chances[0], 8) * share_of_passes(chances[1], 16)
    filled = mean_fill(chances[0], 8) * mean_fill(chances[1], 16)
    sums = a * b * PEAK_OVER_PORT
    return max(passes, sums) / PEAK_OVER_PORT, max(a * b / filled, sums) / PEAK_OVER_PORT


def packing_table() -> str:
    """Returns the latency of a dual-side sparse tensor core by two rules."""
    rows: list[list[str]] = []
    errors: tuple[list[float], list[float]] = ([], [])
    for a in ("0.9", "0.7", "0.5", "0.3"):
        for b in ("1.0", "0.4"):
            real = CASES["dual_side_tensor_core"]["paper"][a][b]
            found = packed(float(a), float(b))
            for value, error in zip(found, errors, strict=True):
                error.append(abs(value / real - 1))
            cells = [x for value in found for x in (f"{value:.3f}", residual(value, real))]
            rows.append([f"{a}, {b}", f"{real:.3f}", *cells])
    means = [f"{100 * sum(error) / len(error):.1f} %" for error in errors]
    rows.append(["mean error", "", "", means[0], "", means[1]])
    return table(["densities", "published", "passes", "", "lanes in use", ""], rows)


def eie_table() -> str:
    """Returns the latencies of EIE on the layers of its paper."""
    rows = []
    for case in BENCHMARKS:
        found = evaluated(case)
        assert found.latency_s is not None and found.run is not None
        zeros = found.run.zeros
        assert zeros is not None
        ours = 1e6 * found.latency_s
        rows.append(
            [
                case.name,
                f"{case.actual_us:.1f} us",
                f"{ours:.1f} us",
                residual(ours, case.actual_us),
                f"{case.actual_us / case.theoretical_us:.2f}",
                f"{zeros.imbalance:.2f}",
            ]
        )
    return table(["layer", "published", "Octant", "", "waiting, published", "Octant"], rows)


def eie_energy() -> str:
    """Returns the power and the energy of Alex-7 in a sentence."""
    found = evaluated(BENCHMARKS[1])
    assert found.energy_j is not None and found.latency_s is not None
    power = 1e3 * found.energy_j / found.latency_s
    energy = 1e6 * found.energy_j
    return (
        f"Alex-7 takes {power:.0f} mW here and {POWER_MW} mW there ({residual(power, POWER_MW)}), "
        f"{energy:.1f} uJ and {ALEX7_UJ:.1f} uJ ({residual(energy, ALEX7_UJ)})."
    )


def section() -> str:
    """Returns the page's section on sparse designs."""
    return f"""## Sparse designs

### One PE of Eyeriss v2 on sparse MobileNet

Cycles of the 1 x 1 layers with the real nonzeros, as the artifact of Wu et al. (Sparseloop, MICRO
2022) gives them. A PE takes a cycle for each product of two nonzeros. Of the real masks the
artifact gives the nonzeros of each channel, which is all that the cycles depend on.

{pe_table()}

Densities alone are low in every layer: channels with many nonzero weights have many nonzero inputs.

{eyeriss2_page.section()}
### Packing on a dual-side sparse tensor core

Latency of a product of 4096 x 4096 matrices over that of dense ones, read off Fig. 21 of Wang et
al., ISCA 2021. Passes are Octant's rule, lanes in use Sparseloop's; both with the port of 116 words
a cycle that takes the sums.

{packing_table()}

### EIE on fully connected layers

Latencies of Table IV of Han et al., ISCA 2016, from their cycle-accurate simulator, and the waiting
in them (actual over theoretical time), beside those from the densities of Table III alone. These
are whole per cents: 4 % of VGG-6 may be 3.5 or 4.5. Nonzeros are by chance, zeros that pad runs are
multiplied, each PE has a queue of 8.

{eie_table()}

{eie_energy()}
Its energies are powers of one PE in its steady state; pointers are priced as weights.

{scnn_page.section()}"""
