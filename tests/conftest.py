"""Settings of every test: the same examples on every run, a search that is ready, no cache."""

import os

import pytest
from hypothesis import settings

from octant.mapper import prepare

os.environ["OCTANT_CACHE"] = "off"

settings.register_profile("octant", derandomize=True, deadline=None, database=None)
settings.load_profile("octant")


@pytest.fixture(scope="session", autouse=True)
def search_is_compiled() -> None:
    """Compiles the search before the first test, so that no test waits for it or prints of it."""
    prepare()
