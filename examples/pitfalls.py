"""The pitfall study: what optimisations gain in throughput and energy, and lose in accuracy.

    python examples/pitfalls.py
    python examples/pitfalls.py --network digits-depthwise --chip eyeriss

Every line is a run of the network on the test digits, and an evaluation of the same formats on the
chip; nothing is retrained. Pruning is tried on a chip that skips zeros, too. "End to end" adds what
the host does before and after the network on this machine: pixels to numbers, the image to the
chip's format, scores to an answer. Then the two cases of the field: the tiny binary network and the
chip of multipliers only.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import octant
from octant.accuracy.dataset import share
from octant.accuracy.digits import digits
from octant.accuracy.recipe import Recipe
from octant.accuracy.results import Comparison
from octant.scorecard import Figure, Metric, Scorecard
from octant.units import count_text, text

HERE = Path(__file__).parent
#: What is tried: a name, and the words of a recipe. Formats that are not named are the chip's.
TRIED: tuple[tuple[str, dict[str, str]], ...] = (
    ("as the chip is: int16", {}),
    ("int8", {"formats": "8"}),
    ("int4", {"formats": "4"}),
    ("binary weights, int8", {"weights": "binary", "activations": "8"}),
    ("binary throughout", {"formats": "binary"}),
    ("50 % pruned", {"prune": "layer=50%"}),
    ("75 % pruned", {"prune": "layer=75%"}),
    ("90 % pruned", {"prune": "layer=90%"}),
    ("int8, 16 b sums that saturate", {"formats": "8", "accumulator": "16"}),
    (
        "int8, 16 b sums that wrap",
        {"formats": "8", "accumulator": "16", "overflow": "wrap"},
    ),
)
#: On a chip that skips zeros.
SKIPPING = "eyeriss2-pe"
PRUNED: tuple[tuple[str, dict[str, str]], ...] = (
    ("as the chip is: int8", {}),
    ("50 % pruned", {"prune": "layer=50%"}),
    ("75 % pruned", {"prune": "layer=75%"}),
    ("90 % pruned", {"prune": "layer=90%"}),
    ("2:4 pruned", {"prune": "2:4"}),
    ("25 % of the channels pruned", {"prune": "channel=25%"}),
)
BATCH = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One optimisation, measured and modelled.

    Args:
        name: of it.
        accuracy: share of right answers on the test samples.
        against: the paired comparison with float32; None for a batch, which changes no answer.
        inferences_per_s: of the chip.
        end_to_end_per_s: with the host's work before and after.
        energy_j: an inference, off-chip memory included.
        latency_s: until the first answer is there.
    """

    name: str
    accuracy: float
    against: Comparison | None
    inferences_per_s: float
    end_to_end_per_s: float
    energy_j: float
    latency_s: float

    @property
    def loses_the_task(self) -> bool:
        """Whether more answers are lost than chance explains."""
        return (
            self.against is not None and self.against.is_significant and self.against.difference < 0
        )


def study(network: str, chip: str, tried: tuple[tuple[str, dict[str, str]], ...]) -> list[Line]:
    """The lines of a network on a chip, and of the first optimisation in a batch of 16."""
    architecture = octant.load_architecture(chip)
    host_s = host_seconds()
    lines = []
    for name, words in tried:
        recipe = octant.recipe_of(**words, base=octant.api.formats_of(architecture))  # type: ignore[arg-type]
        card = octant.evaluate(network, architecture, recipe=recipe, data="digits")
        against = octant.measure_accuracy(network, recipe=recipe).comparison
        lines.append(_line(name, card, against, host_s))
    large = octant.evaluate(network, architecture, batch=BATCH)
    first = lines[0]
    rate = value(large.throughput, "inferences_per_s")
    lines.insert(
        1,
        Line(
            f"a batch of {BATCH}",
            first.accuracy,
            None,
            rate,
            1 / (1 / rate + host_s),
            value(large.energy, "per_inference"),
            value(large.latency, "latency"),
        ),
    )
    return lines


def host_seconds(runs: int = 200) -> float:
    """Seconds that the host takes for an image on this machine, in NumPy: the least of some."""
    data = digits()
    images = data.read(share(data, "test"))[0]["image"]
    raw = np.rint(images[0] * 16).astype(np.uint8)
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        pixels = raw.astype(np.float32) / 16
        levels = np.clip(np.rint(pixels * 32767), -32767, 32767).astype(np.int16)
        scores = levels.reshape(-1)[:10].astype(np.float32)
        answer = int(scores.argmax())
        times.append(time.perf_counter() - start)
        assert 0 <= answer < 10
    return min(times)


def table(lines: list[Line]) -> str:
    """The lines as text, relative to the first."""
    first = lines[0]
    rows = [
        f"{'':<31}{'accuracy':>9}{'lost':>6}{'gained':>7}{'p':>9}"
        f"{'inf./s':>9}{'end to end':>11}{'energy':>8}{'latency':>9}"
    ]
    for line in lines:
        found = line.against
        tail = f"{found.lost:>6}{found.gained:>7}{found.p_value:>9.2g}" if found else " " * 22
        rows.append(
            f"{line.name:<31}{100 * line.accuracy:>7.1f} %{tail}"
            f"{line.inferences_per_s / first.inferences_per_s:>8.2f}x"
            f"{line.end_to_end_per_s / first.end_to_end_per_s:>10.2f}x"
            f"{line.energy_j / first.energy_j:>7.2f}x"
            f"{line.latency_s / first.latency_s:>8.2f}x"
        )
    return "\n".join(rows)


def tiny_binary(network: str = "digits-lenet", chip: str = "eyeriss") -> Scorecard:
    """The scorecard of the binary network: fast, low power, and of no use."""
    architecture = octant.load_architecture(chip)
    recipe: Recipe = octant.recipe_of(formats="binary", base=octant.api.formats_of(architecture))
    return octant.evaluate(network, architecture, recipe=recipe, data="digits")


def multipliers_only(network: str = "alexnet") -> tuple[Scorecard, Scorecard]:
    """The scorecards of the chip of multipliers only, and of Eyeriss, in the same formats."""
    bare = octant.evaluate(network, str(HERE / "multipliers.yaml"))
    return bare, octant.evaluate(network, "eyeriss")


def value(metric: Metric, name: str) -> float:
    """The value of a row that is evaluated.

    Raises:
        ValueError: it is not.
    """
    figure = metric[name]
    if not isinstance(figure, Figure):
        raise ValueError(f"{name}: {figure}")
    return figure.value


def case(card: Scorecard) -> str:
    """The figures of a scorecard that a claim would name, and those that it would leave out."""
    chip_j = value(card.energy, "per_inference") - value(card.energy, "off_chip")
    found = card.accuracy["accuracy"]
    accuracy = f"{100 * found.value:.1f} %" if isinstance(found, Figure) else "not run"
    rate = value(card.throughput, "inferences_per_s")
    system_j = value(card.energy, "per_inference")
    rows = (
        ("peak", count_text(value(card.throughput, "peak_operations_per_s"), "op/s")),
        ("on-chip storage", text(value(card.cost, "storage"), "capacity")),
        ("power of the chip alone", text(chip_j * rate, "power")),
        ("inferences a second", count_text(rate, "").strip() + " inferences/s"),
        ("energy of the chip alone", text(chip_j, "energy") + "/inference"),
        ("energy of the system", text(system_j, "energy") + "/inference"),
        ("accuracy", accuracy),
    )
    title = f"{card.network} on {card.architecture}"
    return "\n".join([title, *(f"  {name:<26}{words:>22}" for name, words in rows)])


def _line(name: str, card: Scorecard, against: Comparison | None, host_s: float) -> Line:
    rate = value(card.throughput, "inferences_per_s")
    return Line(
        name,
        value(card.accuracy, "accuracy"),
        against,
        rate,
        1 / (1 / rate + host_s),
        value(card.energy, "per_inference"),
        value(card.latency, "latency"),
    )


def main() -> None:
    """Prints the study and the two cases."""
    parser = argparse.ArgumentParser(description="Throughput and energy gained, accuracy lost.")
    parser.add_argument("--network", default="digits-lenet")
    parser.add_argument("--chip", default="eyeriss")
    arguments = parser.parse_args()
    lines = study(arguments.network, arguments.chip, TRIED)
    print(f"{arguments.network} on {arguments.chip}\n\n{table(lines)}\n")
    for line in lines:
        if line.loses_the_task and line.inferences_per_s > lines[0].inferences_per_s:
            print(f"faster, and loses the task: {line.name}")
    pruned = study(arguments.network, SKIPPING, PRUNED)
    print(f"\n{arguments.network} on {SKIPPING}\n\n{table(pruned)}")
    print(f"\n{case(tiny_binary(arguments.network, arguments.chip))}\n")
    for card in multipliers_only():
        print(case(card), end="\n\n")


if __name__ == "__main__":
    main()
