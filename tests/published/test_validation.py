"""The page of residuals is what is computed now."""

from __future__ import annotations

from tests.published.validate import PAGE, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), (
        "run `python -m tests.published.validate --page` (or `make validate`, which searches the "
        "mappings again) and read the difference"
    )
