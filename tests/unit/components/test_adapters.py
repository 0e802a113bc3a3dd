"""Other tools' models behind the contract: what they answer, and what their failures become."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from octant import api
from octant.components import ComponentSpec
from octant.components.adapters import HwComponent, LegacyEstimator
from octant.components.adapters.accelergy import Query
from octant.components.adapters.hwcomponents import availability
from octant.components.estimator import area, energy, latency, leakage
from octant.errors import NotEstimatedError, PluginError

SRAM = ComponentSpec("hwcomponents:SRAM")
LOG = """Can not find an model model for sram(tech_node=4.5e-08)
Logs for models that could estimate query:
| SRAM with priority 0.3 estimating value:
|  | Calling: cd somewhere ; ./cacti
|  | Exception: CACTI failed with exit code 1. Please check cacti.log for CACTI output
"""


@dataclass
class Cost:
    energy: float
    latency: float


class Model:
    """A model as ``hwcomponents`` has them."""

    component_name = ("SRAM", "memory")
    area = 2e-9
    leak_power = 3e-6

    @staticmethod
    def get_action_names() -> list[str]:
        return ["read", "write"]

    def read(self) -> Cost:
        return Cost(5e-12, 1e-9)

    def write(self) -> Cost:
        raise RuntimeError(LOG)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A package of that name with one model; the attributes it was asked for."""
    asked: list[dict[str, Any]] = []

    def get_model(name: str, attributes: dict[str, Any], required_actions: list[str]) -> Model:
        asked.append(attributes)
        if attributes.get("width") == 0:
            raise RuntimeError(LOG)
        return Model()

    module = ModuleType("hwcomponents")
    vars(module).update(get_models=lambda: [Model], get_model=get_model)
    monkeypatch.setitem(sys.modules, "hwcomponents", module)
    return asked


def test_a_model_of_hwcomponents(package: list[dict[str, Any]]) -> None:
    model = HwComponent("sram", width=64, tech_node=45e-9)
    price = energy(model, SRAM, "read")
    assert price.energy_j == 5e-12
    assert "hwcomponents" in price.source.citation and "Model" in price.source.citation
    assert area(model, SRAM).value == 2e-9
    assert leakage(model, SRAM).value == 3e-6
    assert latency(model, SRAM, "read").value == 1e-9
    assert package[0] == {"width": 64, "tech_node": 45e-9}


def test_words_of_a_file_or_the_command_line(package: list[dict[str, Any]]) -> None:
    quote = api.price(
        "hwcomponents:SRAM",
        attributes={"width": "64", "size": "1 KiB", "tech_node": "45 nm", "kind": "fast"},
    )
    assert quote["read energy"].value == 5e-12
    assert "CACTI failed" in quote["write energy"].reason
    assert package[0] == {
        "width": 64,
        "size": 8192,
        "tech_node": pytest.approx(45e-9),
        "kind": "fast",
    }
    assert availability().startswith("hwcomponents")


def test_a_program_that_fails_is_a_message_and_no_price(package: list[dict[str, Any]]) -> None:
    broken = HwComponent("SRAM", width=0)
    for ask in (
        lambda: energy(broken, SRAM, "read"),
        lambda: area(broken, SRAM),
        lambda: energy(HwComponent("SRAM"), SRAM, "write"),
    ):
        with pytest.raises(NotEstimatedError) as caught:
            ask()
        said = str(caught.value)
        assert "of SRAM: CACTI failed with exit code 1" in said
        assert "\n" not in said


def test_what_a_model_states_as_zero_is_not_known(
    package: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Model, "area", 0)
    monkeypatch.setattr(Model, "leak_power", 0.0)
    model = HwComponent("SRAM", width=64)
    for ask, what in ((area, "area"), (leakage, "leakage")):
        with pytest.raises(NotEstimatedError, match=rf"Model .* does not model the {what} of SRAM"):
            ask(model, SRAM)


def test_it_says_what_its_models_are_made_with(
    package: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def init(self: Model, width: int, size: int | None = None) -> None: ...

    monkeypatch.setattr(Model, "__init__", init)
    about = api.estimator_in("hwcomponents:SRAM").about
    assert about is not None
    assert about.equation.endswith("its attributes: width, size = None")
    assert about.actions == ("read", "write")


def test_a_failure_without_a_log_is_its_last_line(
    package: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no model could be made\n\tSRAM\n\twidth is missing")

    monkeypatch.setattr(sys.modules["hwcomponents"], "get_model", fail)
    with pytest.raises(NotEstimatedError, match="the component of SRAM: width is missing"):
        area(HwComponent("SRAM"), SRAM)


def test_unknown_components_and_a_missing_package(
    package: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotEstimatedError, match="has no component 'SRMA'"):
        HwComponent("SRMA")
    monkeypatch.setitem(sys.modules, "hwcomponents", None)
    with pytest.raises(PluginError, match=r"pip install 'octant-eval\[hwcomponents\]'.*3\.12"):
        HwComponent("SRAM")


def test_the_real_package_where_it_is_installed() -> None:
    needed = "needs hwcomponents and hwcomponents-adc, which need Python 3.12 or newer"
    package = pytest.importorskip("hwcomponents", reason=needed)
    pytest.importorskip("hwcomponents_adc", reason=needed)
    assert package.get_models()
    model = HwComponent("ADC", n_bits=8, tech_node=32e-9, throughput=1e8)
    spec = ComponentSpec("hwcomponents:ADC")
    assert energy(model, spec, "convert").energy_j == pytest.approx(0.8 * 1.7137e-12, rel=1e-3)


@dataclass
class Estimation:
    """An answer of Accelergy's interface since version 0.4."""

    value: float
    size: float
    success: bool = True

    def get_value(self) -> float:
        return self.value * self.size


class Estimator:
    """An estimator of Accelergy's interface; it knows reads of one class."""

    def get_name(self) -> str:
        return "table"

    def primitive_action_supported(self, query: Query) -> Estimation:
        known = (query.class_name, query.action_name) == ("SRAM", "read")
        return Estimation(80.0 * known, 0.01)

    def estimate_energy(self, query: Query) -> Estimation:
        if query.class_attrs["width"] == 0:
            raise ValueError("width must be above 0")
        return Estimation(7.0, 1e-12)

    def primitive_area_supported(self, query: Query) -> Estimation:
        return Estimation(80.0, 0.01)

    def estimate_area(self, query: Query) -> Estimation:
        return Estimation(0.0, 1e-12, success=False)


def test_an_estimator_of_accelergy() -> None:
    spec = ComponentSpec("SRAM")
    model = LegacyEstimator(Estimator(), "SRAM", ("read", "write"), {"width": 64})
    price = energy(model, spec, "read")
    assert price.energy_j == pytest.approx(7e-12)
    assert str(price.source) == "modelled: Accelergy's estimator table"
    with pytest.raises(NotEstimatedError, match="table does not know SRAM write"):
        energy(model, spec, "write")
    with pytest.raises(NotEstimatedError, match="table does not know the area of SRAM"):
        area(model, spec)
    broken = LegacyEstimator(Estimator(), "SRAM", ("read",), {"width": 0})
    with pytest.raises(NotEstimatedError, match="fails for SRAM read: ValueError: width must be"):
        energy(broken, spec, "read")


def test_an_estimator_from_before_version_04() -> None:
    class Old:
        def primitive_action_supported(self, query: dict[str, Any]) -> int:
            return 70 if query["action_name"] == "read" and query["arguments"] is None else 0

        def estimate_energy(self, query: dict[str, Any]) -> float:
            return float(query["attributes"]["width"])

        def primitive_area_supported(self, query: dict[str, Any]) -> int:
            return 70 if "action_name" not in query else 0

        def estimate_area(self, query: dict[str, Any]) -> float:
            return 1200.0

    model = LegacyEstimator(Old(), "SRAM", ("read",), {"width": 64}, mappings=True)
    assert energy(model, ComponentSpec("SRAM"), "read").energy_j == pytest.approx(64e-12)
    assert area(model, ComponentSpec("SRAM")).value == pytest.approx(1200e-12)
