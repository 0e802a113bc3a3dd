"""Compares with another tool: `python -m benchmarks.peers --python ZIGZAGS_PYTHON`.

Both search the same layer on the same architecture, each under its own model; then Octant's model
evaluates both mappings. That is a fair comparison of mappers only as far as the models agree, so
the other tool's own figures stand beside. No test and no other benchmark runs this.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers import zigzag_form
from benchmarks.searches import SIZES, architecture
from octant.api import load_network
from octant.arch import Architecture
from octant.errors import InvalidMappingError
from octant.mapper import dataflow_named, prepare, search
from octant.mapping.text import to_text
from octant.model import Evaluation, evaluate
from octant.workload import Einsum, Role, with_formats

_RUNNER = Path(__file__).parent / "run_zigzag.py"
_HEAD = ("", "energy J", "latency s", "EDP J*s", "x least", "processor s")


def main() -> None:
    """Prints a table for each layer that was asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="the interpreter with zigzag-dse")
    parser.add_argument("--on", default="free.yaml", help="a chip, or an architecture of the bench")
    parser.add_argument("--network", default="resnet50")
    parser.add_argument("--layer", action="append", help="of the network; may be repeated")
    parser.add_argument("--loops", type=int, default=6, help="prime factors that ZigZag permutes")
    parser.add_argument("--spatial", type=int, default=3, help="spatial mappings that it tries")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds of each of Octant's")
    parser.add_argument("--mappings", action="store_true", help="print the loop nests, too")
    asked = parser.parse_args()
    _require_installed(asked.python)
    chip = architecture(asked.on)
    layers = load_network(asked.network, dims=SIZES.get(asked.network)).mac_layers
    names = [layer.name for layer in layers]
    chosen = asked.layer or names[:1]
    if set(chosen) - set(names):
        parser.error(f"{asked.network} has the layers {', '.join(names)}")
    prepare()
    for layer in layers:
        if layer.name in chosen:
            assert isinstance(layer.work, Einsum), "a layer with multiply-accumulates"
            print(f"{asked.network} {layer.name}: {layer.work}")
            for line in compared(_in_formats(layer.work, chip), chip, asked):
                print(line, flush=True)


def _require_installed(python: str) -> None:
    done = subprocess.run(
        [python, "-c", "import zigzag.api"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SystemExit(
            f"error: {python} does not import zigzag.api ({said}); install zigzag-dse and six in "
            "an environment of their own, and name its interpreter with --python"
        )


def _in_formats(work: Einsum, chip: Architecture) -> Einsum:
    formats = {role: chip.compute.format(role) for role in Role}
    return with_formats(
        work, inputs=formats[Role.INPUT], weights=formats[Role.WEIGHT], outputs=formats[Role.OUTPUT]
    )


def compared(work: Einsum, chip: Architecture, asked: argparse.Namespace) -> Iterator[str]:
    """Yields a line for each search, Octant's first, then the nests where they are wanted."""
    question = _question(work, chip, asked)
    nests, rows = [], []
    for words, divisors in (("all factors", False), ("divisors", True)):
        start = time.process_time()
        found = search(
            work,
            chip,
            dataflow=dataflow_named(chip, "any"),
            divisors_only=divisors,
            time_limit_s=asked.limit,
        )
        took = time.process_time() - start
        if found.evaluation is not None:
            end = "proven" if found.gap == 0 else f"stopped, gap {100 * found.gap:.3g} %"
            rows.append((f"octant, {words}, {end}", found.evaluation, took))
            nests.append((words, found.evaluation))
    theirs = _zigzag(question, asked.python)
    name = f"zigzag {theirs['version']}"
    try:
        nest = zigzag_form.mapping(theirs, work, chip)
        evaluation = evaluate(work, chip, nest)
        rows.append((f"{name}'s mapping, Octant's model", evaluation, theirs["processor_s"]))
        nests.append((name, evaluation))
    except InvalidMappingError as error:
        yield f"  {name}: its mapping is none of Octant's: {error}"
    least = min(_product(evaluation) for _, evaluation, _ in rows)
    yield _row(_HEAD)
    for label, evaluation, took in rows:
        yield _figures(label, evaluation.energy_j or 0.0, evaluation.latency_s, least, took)
    latency_s = theirs["cycles"] / chip.clock_hz
    yield _figures(f"{name} itself, its model", theirs["energy_j"], latency_s, None, None)
    if asked.mappings:
        for label, evaluation in nests:
            yield f"\n  {label}\n{to_text(evaluation.mapping, chip)}"


def _question(work: Einsum, chip: Architecture, asked: argparse.Namespace) -> dict[str, Any]:
    return {
        "workload": zigzag_form.workload(work, chip),
        "accelerator": zigzag_form.accelerator(chip),
        "mapping": zigzag_form.links(),
        "loops": asked.loops,
        "spatial": asked.spatial,
    }


def _zigzag(question: dict[str, Any], python: str) -> dict[str, Any]:
    done = subprocess.run(
        [python, str(_RUNNER)],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"error: zigzag failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _product(evaluation: Evaluation) -> float:
    return (evaluation.energy_j or 0.0) * evaluation.latency_s


def _figures(
    label: str, energy_j: float, latency_s: float, least: float | None, took: float | None
) -> str:
    product = energy_j * latency_s
    return _row(
        (
            label,
            f"{energy_j:.4g}",
            f"{latency_s:.4g}",
            f"{product:.4g}",
            "" if least is None else f"{product / least:.3f}",
            "" if took is None else f"{took:.2f}",
        )
    )


def _row(cells: tuple[str, ...]) -> str:
    first, *others = cells
    return f"  {first:<44}" + "".join(f"{cell:>12}" for cell in others)


if __name__ == "__main__":
    main()
