"""The time of Eyexam, and the time and size of pages, in processes of their own.

Eyexam is timed as a command that finds no mappings of an earlier run, without and with what would
win its losses back, and the second time it is asked. The bar is for either.

A page needs the mappings that the evaluation needs anyway; their search is timed with the other
searches and is no part of these figures. What is timed here starts with the scorecard in memory
and ends with the file written, the imports of the page's libraries included.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.apart import process
from benchmarks.bars import Bar, lines

#: Eyexam of ResNet-50 on Eyeriss takes at most so many seconds; it is ended after so many.
EXAM_S, EXAM_LIMIT_S = 10.0, 300.0
#: A page of ResNet-50 on Eyeriss takes at most so many seconds, and bytes.
PAGE_S, PAGE_BYTES = 2.0, 6_000_000
RUNS = 5

_TIMED = """
import json, sys, time
from pathlib import Path
import octant
card = octant.read_scorecard(sys.argv[1])
chip = octant.load_architecture("eyeriss")
folder = Path(sys.argv[2])
start = time.perf_counter()
octant.write_report(folder / "report.html", card, on=chip)
page = time.perf_counter()
written = octant.write_figures(folder / "figures", card, on=chip)
end = time.perf_counter()
print(json.dumps({
    "page_s": page - start, "figures_s": end - page, "figures": len(written),
    "bytes": (folder / "report.html").stat().st_size,
}))
"""


def _runs(scorecard: Path, folder: Path) -> list[dict[str, float]]:
    """What some processes say that writing took them."""
    command = [sys.executable, "-c", _TIMED, str(scorecard), str(folder)]
    return [
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(RUNS)
    ]


_EXAM = (
    "-c",
    "import sys; from octant.cli import main; sys.argv[0] = 'octant'; sys.exit(main())",
    *("eyexam", "resnet50", "--on", "eyeriss", "--quiet"),
)


def _exams() -> list[str]:
    """The lines of Eyexam: the steps alone, with the win-back, and the latter once more."""
    found = [f"{'Eyexam, no mappings kept':<40}{'wall':>9}{'processor':>11}"]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        for name, kept, more in (
            ("the seven steps", one, ("--no-win-back",)),
            ("and what wins losses back", other, ()),
            ("the same again, mappings kept", other, ()),
        ):
            where = os.environ | {"OCTANT_CACHE": kept}
            run, _ = process((*_EXAM, *more), where, EXAM_LIMIT_S)
            found.append(f"{name:<40}{run.wall_s:>9.3f}{run.processor_s:>11.3f}")
            found += lines(
                "resnet50 on eyeriss", [Bar("wall", run.wall_s, EXAM_S, "s", stopped=run.stopped)]
            )
    return found


def table() -> str:
    """Returns the lines of every figure against its bar; evaluates ResNet-50 once for them."""
    exams = _exams()
    import octant

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        octant.write_scorecard(folder / "card.json", octant.evaluate("resnet50", "eyeriss"))
        runs = _runs(folder / "card.json", folder)
    first, page = runs[0]["page_s"], statistics.median(run["page_s"] for run in runs)
    figures = statistics.median(run["figures_s"] for run in runs)
    size = int(runs[0]["bytes"])
    late = "  above the bar" if page > PAGE_S else ""
    large = "  above the bar" if size > PAGE_BYTES else ""
    name = "page of resnet50 on eyeriss"
    return "\n".join(
        [
            *exams,
            f"{'pages, the search excluded':<40}{'first':>9}{'median':>9}",
            f"{name:<40}{first:>9.3f}{page:>9.3f} s, bar {PAGE_S:g} s{late}",
            f"{'its size':<40}{size / 1e6:>18.2f} MB, bar {PAGE_BYTES / 1e6:g} MB{large}",
            f"{'its ' + str(runs[0]['figures']) + ' figure files':<40}{figures:>18.3f} s",
        ]
    )


if __name__ == "__main__":
    print(table())
