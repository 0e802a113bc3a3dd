"""Draws searches for as long as is wanted, for what the few hundred of the tests do not show.

A bound that is too high may show in one of thousands of searches. Each round draws anew, with a
seed that brings the same again::

    python -m tests.properties.hunt --seconds 600
    python -m tests.properties.hunt --seed 8102
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, seed, settings

from tests.properties import (
    test_bounds,
    test_counting,
    test_mapper,
    test_nests,
    test_tables,
    test_zeros,
)
from tests.properties.problems import searches
from tests.properties.strategies import cases
from tests.properties.thinned import thin_searches

ROUND = 25
"""Searches of each check in a round."""
CHECKS: tuple[tuple[Any, Any], ...] = (
    (test_bounds.test_no_bound_is_above_a_price, searches(mappings=1500)),
    (test_nests.test_no_bound_is_above_a_nest, test_nests.layers_on_chips()),
    (test_tables.test_no_shared_cell_is_above_those_of_its_tiles, searches(mappings=100_000)),
    (test_mapper.test_the_optimum_is_that_of_the_twin, searches()),
    (test_mapper.test_the_front_is_that_of_the_twin, searches()),
    (test_mapper.test_ties_are_settled_as_by_the_twin, searches()),
    (test_zeros.test_no_mapping_goes_below_the_bound, thin_searches(mappings=40)),
    (test_counting.test_counts_equal_the_walk, cases()),
)


def hunted(number: int, check: Any, drawn: Any) -> Callable[[], None]:
    """A check on searches that a seed draws; a failure is made small before it is raised."""
    drawing: Any = given(drawn)
    health = list(HealthCheck)
    own = settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=health)
    seeded: Any = seed
    test: Callable[[], None] = seeded(number)(own(drawing(check.hypothesis.inner_test)))
    return test


def main() -> None:
    """Hunts, a line a round, until the time is up or something is found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=0.0, help="how long; 0 for one round")
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    asked = parser.parse_args()
    end = time.monotonic() + asked.seconds
    for number in itertools.count(asked.seed):
        for check, drawn in CHECKS:
            hunted(number, check, drawn)()
        print(f"seed {number}: {ROUND} searches of each of {len(CHECKS)} checks pass", flush=True)
        if time.monotonic() >= end:
            return


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
