"""Every built-in estimator keeps the contract, and the contract catches those that do not."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest

from octant.components import About, AbstractEstimator, ComponentSpec, Price, estimator, installed
from octant.components.price import Estimate
from octant.source import Origin, Source
from octant.testing import EstimatorContract

of = ComponentSpec.of
KIB = 8192.0

EXAMPLES: dict[str, tuple[ComponentSpec, ...]] = {
    "adc": (
        of("adc", process_m=32e-9, resolution_bits=8, rate_hz=1e8),
        of("adc", process_m=28e-9, resolution_bits=10, rate_hz=1e9, converters=4),
    ),
    "aladdin-add": (of("aladdin-add", width_bits=16),),
    "aladdin-float-mac": (of("aladdin-float-mac"),),
    "aladdin-mac": (of("aladdin-mac", width_bits=8, accumulator_bits=24),),
    "crossbar-cell": (
        of(
            "crossbar-cell",
            pulse_v=0.1,
            pulse_s=1e-9,
            on_siemens=4e-6,
            off_siemens=1e-6,
            input_share=0.5,
            weight_share=0.5,
        ),
    ),
    "dac": (of("dac"),),
    "dram": (of("dram", type="HBM2", width_bits=64), of("dram", type="DDR3", width_bits=8)),
    "edram": (of("edram", width_bits=256), of("edram", width_bits=64)),
    "float-add": (of("float-add", width_bits=16),),
    "float-mac": (of("float-mac", width_bits=16, accumulator_bits=32),),
    "float-multiply": (of("float-multiply", width_bits=32),),
    "integer-add": (of("integer-add", width_bits=8), of("integer-add", width_bits=20)),
    "integer-mac": (of("integer-mac", width_bits=8, accumulator_bits=32),),
    "integer-multiply": (of("integer-multiply", width_bits=12),),
    "multicast-bus": (of("multicast-bus", width_bits=16),),
    "reduction": (of("reduction", width_bits=24, senders=12),),
    "register-file": (of("register-file", width_bits=16, depth=24),),
    "router": (of("router", width_bits=64, hops=3),),
    "shift-add": (of("shift-add"),),
    "sram": (
        of("sram", process_m=65e-9, capacity_bits=108 * KIB, width_bits=64),
        of("sram", process_m=22e-9, capacity_bits=4096 * KIB, width_bits=128, banks=8),
        of("sram", process_m=32e-9, capacity_bits=KIB, width_bits=8, ports="1r1w"),
        of("sram", process_m=90e-9, capacity_bits=KIB, width_bits=8, cells="high-performance"),
    ),
    "wire": (of("wire", length_m=1e-3, width_bits=16, swing_v=1.0),),
}
TESTS = [name for name in dir(EstimatorContract) if name.startswith("test_")]


def contract(model: AbstractEstimator, specs: tuple[ComponentSpec, ...]) -> EstimatorContract:
    fields = {"estimator": model, "examples": specs, "entry_point": False}
    made: EstimatorContract = type("Contract", (EstimatorContract,), fields)()
    return made


def test_every_estimator_has_an_example() -> None:
    assert sorted(EXAMPLES) == [plugin.name for plugin in installed()]


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_built_in_estimators_keep_the_contract(name: str, test: str) -> None:
    getattr(contract(estimator(name), EXAMPLES[name]), test)()


class Liar(AbstractEstimator):
    """It prices, but says nothing of itself, and its answers change."""

    about: ClassVar[About] = replace(estimator("integer-add").about, sources=())
    answers = 0

    def energy(self, spec: ComponentSpec, action: str) -> Price:
        Liar.answers += 1
        return Price(float(Liar.answers), Source(Origin.ASSUMED, "a guess"))

    def area(self, spec: ComponentSpec) -> Estimate:
        return Estimate(1.0, "power", Source(Origin.ASSUMED, "a guess"))


def test_the_contract_catches_what_breaks_it() -> None:
    caught = []
    for test in TESTS:
        try:
            getattr(contract(Liar(), EXAMPLES["integer-add"]), test)()
        except AssertionError:
            caught.append(test)
    assert caught == [
        "test_it_says_what_it_is",
        "test_the_rest_is_estimated_or_refused",
        "test_the_same_question_has_the_same_answer",
    ]
    with pytest.raises(AssertionError, match="give examples"):
        contract(Liar(), ()).test_every_example_has_a_price()
