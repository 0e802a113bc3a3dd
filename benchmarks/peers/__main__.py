"""Compares with another tool: `python -m benchmarks.peers zigzag --python ITS_PYTHON`.

Both search the same layer on the same architecture, each under its own model; then Octant's model
evaluates both mappings. That is a fair comparison of mappers only as far as the models agree, so
the other tool's own figures stand beside; neither tool is told of the energy of a network. No test
and no other benchmark runs this.
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

from benchmarks.peers import accelforge_form, zigzag_form
from benchmarks.searches import SIZES, architecture
from octant.api import load_network
from octant.arch import Architecture
from octant.errors import InvalidMappingError
from octant.mapper import dataflow_named, prepare, search
from octant.mapping.text import to_text
from octant.model import Evaluation, evaluate
from octant.workload import Einsum, matmul

_HERE = Path(__file__).parent
#: What is imported of a tool, and what it is installed as.
_TOOLS = {"zigzag": ("zigzag.api", "zigzag-dse and six"), "accelforge": ("accelforge",) * 2}
_HEAD = ("", "energy J", "latency s", "EDP J*s", "x least", "processor s")


def main() -> None:
    """Prints a table for each layer that was asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description=__doc__)
    parser.add_argument("peer", choices=tuple(_TOOLS))
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has it")
    parser.add_argument("--on", default="free.yaml", help="a chip, or an architecture of the bench")
    parser.add_argument("--network", default="resnet50")
    parser.add_argument("--layer", action="append", help="of the network; may be repeated")
    parser.add_argument("--matmul", metavar="ROWS,INNER,COLUMNS", help="in place of a layer")
    parser.add_argument("--loops", type=int, default=6, help="prime factors that ZigZag permutes")
    parser.add_argument("--spatial", type=int, default=3, help="spatial mappings that it tries")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds of each of Octant's")
    parser.add_argument("--peer-limit", type=float, default=600.0, help="seconds of the other's")
    parser.add_argument("--mappings", action="store_true", help="print the loop nests, too")
    asked = parser.parse_args()
    _require_installed(asked.peer, asked.python)
    chip = architecture(asked.on)
    prepare()
    for name, work in _chosen(asked, parser):
        print(f"{name}: {work}")
        for line in compared(chip.in_own_formats(work), chip, asked):
            print(line, flush=True)


def _chosen(asked: argparse.Namespace, parser: argparse.ArgumentParser) -> list[tuple[str, Einsum]]:
    """The layers that were asked for, with their names."""
    if asked.matmul:
        sizes = asked.matmul.split(",")
        if len(sizes) != 3 or not all(size.isdecimal() and int(size) for size in sizes):
            parser.error(f"--matmul {asked.matmul!r}: three sizes, as in --matmul 64,64,32")
        rows, inner, columns = map(int, sizes)
        return [("matmul", matmul(rows=rows, inner=inner, columns=columns))]
    known = {
        layer.name: layer.work
        for layer in load_network(asked.network, dims=SIZES.get(asked.network)).mac_layers
        if isinstance(layer.work, Einsum)
    }
    names = asked.layer or list(known)[:1]
    if set(names) - set(known):
        parser.error(f"{asked.network} has the layers {', '.join(known)}")
    return [(f"{asked.network} {name}", known[name]) for name in names]


def _require_installed(peer: str, python: str) -> None:
    module, package = _TOOLS[peer]
    done = subprocess.run(
        [python, "-c", f"import {module}"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SystemExit(
            f"error: {python} does not import {module} ({said}); install {package} in an "
            "environment of its own, and name its interpreter with --python"
        )


def compared(work: Einsum, chip: Architecture, asked: argparse.Namespace) -> Iterator[str]:
    """Yields a line for each search, Octant's first, then the nests where they are wanted."""
    form = zigzag_form if asked.peer == "zigzag" else accelforge_form
    question = form.question(work, chip) | {"loops": asked.loops, "spatial": asked.spatial}
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
    theirs = _asked(question, asked)
    if theirs is None:
        yield f"  {asked.peer} did not end in {asked.peer_limit:g} s: nothing to compare"
        return
    name = f"{asked.peer} {theirs['version']}"
    try:
        evaluation = evaluate(work, chip, form.mapping(theirs, work, chip))
        rows.append((f"{name}'s mapping, Octant's model", evaluation, theirs["processor_s"]))
        nests.append((name, evaluation))
    except InvalidMappingError as error:
        yield f"  {name}: its mapping is none of Octant's: {error}"
    least = min(_product(evaluation) for _, evaluation, _ in rows)
    yield _row(_HEAD)
    for label, evaluation, took in rows:
        yield _figures(label, evaluation.energy_j or 0.0, evaluation.latency_s, least, took)
    yield _own(f"{name} itself, its model", theirs, chip.clock_hz)
    if asked.mappings:
        for label, evaluation in nests:
            yield f"\n  {label}\n{to_text(evaluation.mapping, chip)}"


def _asked(question: dict[str, Any], asked: argparse.Namespace) -> dict[str, Any] | None:
    """What the other tool answers; None where it takes too long."""
    try:
        done = subprocess.run(
            [asked.python, str(_HERE / f"run_{asked.peer}.py")],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=False,
            timeout=asked.peer_limit,
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        raise SystemExit(f"error: {asked.peer} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _own(label: str, theirs: dict[str, Any], clock_hz: float) -> str:
    """The other tool's own figures: energy and latency, or their product alone."""
    if "product" in theirs:
        return _row((label, "", "", f"{theirs['product']:.4g}", "", ""))
    return _figures(label, theirs["energy_j"], theirs["cycles"] / clock_hz, None, None)


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
