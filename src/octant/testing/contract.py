"""What every estimator must keep, as tests to inherit.

>>> from octant.components import ComponentSpec, estimator
>>> class TestAdder(EstimatorContract):
...     estimator = estimator("integer-add")
...     examples = (ComponentSpec.of("integer-add", width_bits=16),)
>>> TestAdder().test_every_example_has_a_price()
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from octant.components import AbstractEstimator, ComponentSpec, Estimate, Price, installed
from octant.components.estimator import area, energy, latency, leakage, prepared
from octant.components.spec import CHOICE, RESERVED, Attribute
from octant.errors import (
    InvalidComponentError,
    NotEstimatedError,
    OctantError,
    UnknownNameError,
)


class EstimatorContract:
    """Tests of one estimator; pytest collects them in a class that derives from this one.

    Args:
        estimator: what is tested.
        examples: components that it prices, of as many kinds as it has.
        entry_point: whether it must be found by its name among the installed estimators.
    """

    estimator: ClassVar[AbstractEstimator]
    examples: ClassVar[tuple[ComponentSpec, ...]] = ()
    entry_point: ClassVar[bool] = True

    def test_it_is_found_by_its_name(self) -> None:
        """Its package declares it as an entry point, once."""
        name = self.estimator.description.name
        owners = [plugin.owner for plugin in installed() if plugin.name == name]
        assert not self.entry_point or len(owners) == 1, f"{name} is brought by {owners}"

    def test_it_says_what_it_is(self) -> None:
        """Every text that its page shows is there, and no attribute has another's word."""
        about = self.estimator.description
        for field in ("name", "kind", "title", "equation", "validity"):
            assert getattr(about, field).strip(), f"about.{field} is empty"
        assert about.actions, "about.actions names nothing that is priced"
        assert about.sources and all(map(str.strip, about.sources)), "a number has a source"
        words = [attribute.word for attribute in about.attributes]
        assert len(set(words)) == len(words), f"an attribute's word stands twice: {words}"
        taken = set(words) & set(RESERVED)
        assert not taken, f"the command line uses these words for all components: {taken}"

    def test_every_example_has_a_price(self) -> None:
        """The energy of each action, of at least one, is finite, sourced and inside its limits."""
        assert self.examples, "give examples: components that the estimator prices"
        for spec in self.examples:
            priced = 0
            for action in self.estimator.description.actions:
                try:
                    price = energy(self.estimator, spec, action)
                except NotEstimatedError:
                    continue
                priced += 1
                assert isinstance(price, Price), f"energy returns {price!r}, not a Price"
                assert 0 <= price.low_j <= price.energy_j <= price.high_j < math.inf
                assert price.source.citation.strip()
            assert priced, f"no action of {spec} has a price"

    def test_the_rest_is_estimated_or_refused(self) -> None:
        """Area, leakage and latency come with their dimension and source, or are refused."""
        action = self.estimator.description.actions[0]
        questions: tuple[tuple[str, Callable[[ComponentSpec], Estimate]], ...] = (
            ("area", lambda spec: area(self.estimator, spec)),
            ("power", lambda spec: leakage(self.estimator, spec)),
            ("time", lambda spec: latency(self.estimator, spec, action)),
        )
        for spec in self.examples:
            for dimension, ask in questions:
                try:
                    found = ask(spec)
                except NotEstimatedError as error:
                    assert str(error).strip(), "a refusal says why"
                    continue
                assert found.dimension == dimension
                assert 0 <= found.low <= found.value <= found.high < math.inf

    def test_the_same_question_has_the_same_answer(self) -> None:
        """An estimator holds no state that an answer depends on."""
        action = self.estimator.description.actions[0]
        first = [_asked(self.estimator, spec, action) for spec in self.examples]
        again = [_asked(self.estimator, spec, action) for spec in reversed(self.examples)]
        assert first == again[::-1]

    def test_what_it_does_not_know_it_refuses(self) -> None:
        """An action or an attribute that there is not, and one that is missing."""
        spec = self.examples[0]
        _refuses(UnknownNameError, lambda: energy(self.estimator, spec, "no such action"))
        extra = replace(spec, attributes=(*spec.attributes, ("no_such_attribute", 1.0)))
        _refuses(InvalidComponentError, lambda: prepared(self.estimator, extra))
        for attribute in self.estimator.description.attributes:
            if attribute.default is None:
                kept = tuple(pair for pair in spec.attributes if pair[0] != attribute.name)
                less = replace(spec, attributes=kept)
                _refuses(InvalidComponentError, lambda less=less: prepared(self.estimator, less))  # type: ignore[misc]

    def test_ranges_are_kept_unless_extrapolation_is_asked_for(self) -> None:
        """Outside of an attribute's range it refuses; what is extrapolated is marked."""
        action = self.estimator.description.actions[0]
        for attribute in self.estimator.description.attributes:
            beyond = _beyond(attribute)
            if beyond is None:
                continue
            given = dict(self.examples[0].attributes) | {attribute.name: beyond}
            spec = replace(self.examples[0], attributes=tuple(sorted(given.items())))
            spec = replace(spec, extrapolate=False)
            _refuses(NotEstimatedError, lambda spec=spec: energy(self.estimator, spec, action))  # type: ignore[misc]
            stretched = _asked(self.estimator, replace(spec, extrapolate=True), action)
            assert isinstance(stretched, str) or stretched.extrapolated, (
                f"{attribute.word}: no mark"
            )


def _asked(estimator: AbstractEstimator, spec: ComponentSpec, action: str) -> Price | str:
    try:
        return energy(estimator, spec, action)
    except OctantError as error:
        return str(error)


def _beyond(attribute: Attribute) -> float | None:
    """A value outside of an attribute's range; None where every value is inside."""
    if attribute.dimension == CHOICE:
        return None
    if attribute.high is not None:
        return 2 * attribute.high + 1
    if not attribute.low:
        return None
    return attribute.low - 1 if attribute.whole else attribute.low / 2


def _refuses(kind: type[OctantError], ask: Callable[[], object]) -> None:
    try:
        answer = ask()
    except kind as error:
        assert str(error).strip(), "a refusal says why"
        return
    raise AssertionError(f"answers {answer!r}; allowed is {kind.__name__}")
