"""The page of ``octant cache``: where proven mappings are kept, and how many."""

from __future__ import annotations

from octant.mapper.cache import VARIABLE, Contents
from octant.report.layout import WIDTH, fields, page, paragraph
from octant.units import text


def cache_page(held: Contents, *, cleared: bool = False, width: int = WIDTH) -> str:
    """Where proven mappings are kept, how many, and how large they are.

    Args:
        held: what the cache holds, or held.
        cleared: all of it was removed just now.
        width: characters of a line.

    >>> print(cache_page(Contents(None)), end="")
    No mappings are kept: OCTANT_CACHE is off.
    """
    if held.folder is None:
        return page([f"No mappings are kept: {VARIABLE} is off."])
    title = "Mappings that were kept, removed now" if cleared else "Mappings that are kept"
    facts = [
        ("folder", str(held.folder)),
        ("mappings", f"{held.answers:,}"),
        ("size", text(held.size_bits, "capacity")),
    ]
    lines = paragraph(title, width=width)
    return page([*lines, *fields(facts, width=width, indent="  ")])
