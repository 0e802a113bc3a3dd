"""The cache of proven mappings: what it holds, and an empty one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octant.mapper.cache import Contents


def cached_mappings() -> Contents:
    """What the user's cache of proven mappings holds, and where it is.

    The variable ``OCTANT_CACHE`` names another folder, or is ``off``.
    """
    from octant.mapper.cache import contents

    return contents()


def clear_cache() -> Contents:
    """Removes all that the cache holds; returns what that was.

    Raises:
        FileFormatError: a file cannot be removed.
    """
    from octant.mapper.cache import clear

    return clear()
