"""Writes docs/explanation/validation.md: `make validate`.

Searches the mappings that take too long for a test, records them, and writes the page from them.
With ``--page`` it does not search.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.published import (
    a100_page,
    components_page,
    dataflows_page,
    eyeriss2_sparse,
    eyeriss_counted,
    eyeriss_page,
    eyeriss_passes,
    eyeriss_vgg,
    isca16_alexnet,
    isca16_page,
    mi210_page,
    nvdla_page,
    scaling,
    scaling_page,
    scnn_networks,
    sparse_page,
    targets_page,
    tpu_page,
)

PAGE = Path(__file__).parents[2] / "docs/explanation/validation.md"
TIME_LIMIT_S = 600.0
MANY_LAYERS_TIME_LIMIT_S = 60.0

_HEAD = """# Validation

A model is believed as far as its residuals against published silicon are shown. This page is
written by `make validate`; a test evaluates everything on it anew and compares it with the file, so
it is current. Residuals are recorded, not targets: nothing was tuned to make one smaller, and the
tests fail when one grows.

Counts are checked elsewhere: see [counting](counting.md).
"""


def page() -> str:
    """Returns the page from what is computed now and the recorded mappings."""
    return "\n".join(
        [
            _HEAD,
            targets_page.section(),
            eyeriss_page.section(),
            eyeriss_passes.section(),
            eyeriss_counted.section(),
            eyeriss_vgg.section(),
            isca16_page.section(),
            dataflows_page.section(),
            scaling_page.section(),
            tpu_page.section(),
            a100_page.section(),
            mi210_page.section(),
            nvdla_page.section(),
            sparse_page.section(),
            components_page.section().rstrip("\n"),
            "",
        ]
    )


def search_and_record() -> None:
    """Searches every recorded mapping anew; one that takes less energy than a new one stays."""
    records = dict(isca16_alexnet.recorded())
    for name in isca16_alexnet.FIGURE_10:
        print(f"searching {name}", file=sys.stderr)
        found = isca16_alexnet.searched(name, TIME_LIMIT_S)
        records[name] = isca16_alexnet.better(name, records.get(name), found)
        isca16_alexnet.record(records)
    isca16_alexnet.recorded.cache_clear()
    isca16_alexnet.evaluation.cache_clear()
    scaling.search_and_record(MANY_LAYERS_TIME_LIMIT_S)
    eyeriss2_sparse.search_and_record(MANY_LAYERS_TIME_LIMIT_S)
    scnn_networks.search_and_record(MANY_LAYERS_TIME_LIMIT_S)


if __name__ == "__main__":
    if "--page" not in sys.argv:
        search_and_record()
    PAGE.write_text(page(), "utf-8")
