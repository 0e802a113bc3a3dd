"""Where a number comes from."""

from __future__ import annotations

import dataclasses

import pytest

from octant.source import Origin, Source


@pytest.mark.parametrize("origin", list(Origin))
def test_a_source_prints_its_origin_and_citation(origin: Origin) -> None:
    assert str(Source(origin, "Table IV")) == f"{origin.value}: Table IV"


@pytest.mark.parametrize("citation", ["", "  ", "\n"])
def test_a_source_without_a_citation_is_refused(citation: str) -> None:
    with pytest.raises(ValueError, match="which paper, table or assumption"):
        Source(Origin.PUBLISHED, citation)


def test_a_source_is_a_value() -> None:
    source = Source(Origin.ASSUMED, "an example")
    assert source == Source(Origin.ASSUMED, "an example")
    assert len({source, Source(Origin.ASSUMED, "an example")}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        source.citation = "another"  # type: ignore[misc]


def test_origins_are_the_four_of_the_house() -> None:
    assert [origin.value for origin in Origin] == ["measured", "modelled", "published", "assumed"]
