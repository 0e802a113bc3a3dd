"""The forms that a price takes in a file: stated, estimated, or a published model by name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from octant.files.part import Count, Name, Part, SourceName
from octant.files.quantity import Energy, Length, Voltage, fault


class StatedEnergy(Part):
    """An energy as its source states it, with its limits where they are known."""

    value: Energy
    source: SourceName
    low: Energy | None = None
    high: Energy | None = None
    because: Annotated[str, Field(description="what the limits allow for, in words")] = ""

    @model_validator(mode="after")
    def _limits_belong_together(self) -> StatedEnergy:
        if (self.low is None) != (self.high is None) or bool(self.because) != bool(self.high):
            raise fault("has some of 'low', 'high' and 'because'; allowed is all three or none")
        return self


class EstimatedComponent(Part):
    """A component as an estimator wants it described (``octant components`` lists them)."""

    estimator: Name
    node: Length | None = None
    voltage: Voltage | None = None
    scale: Annotated[bool, Field(description="to node and voltage, from the figures' own")] = False
    supply: Annotated[
        Voltage | None, Field(description="of the figures, assumed where their source states none")
    ] = None
    extrapolate: Annotated[bool, Field(description="allow it, and mark the numbers")] = False
    attributes: dict[str, str | int | float] = {}

    @model_validator(mode="after")
    def _scaling_is_complete(self) -> EstimatedComponent:
        if self.scale and (self.node is None or self.voltage is None):
            raise fault("has 'scale' without both of 'node' and 'voltage' to scale to")
        if self.supply is not None and not self.scale:
            raise fault("has 'supply', which only scaling needs; leave it out or add 'scale: true'")
        return self


class EstimatedEnergy(EstimatedComponent):
    """The energy of one action of a component."""

    action: str


class HorowitzMac(Part):
    """A call of ``components.integer_mac``, as data."""

    model: Literal["horowitz-mac"]
    bits: Count
    accumulator_bits: Count
    process: Length
    voltage: Voltage


class HorowitzFloatMac(Part):
    """A call of ``components.float_mac``, as data."""

    model: Literal["horowitz-float-mac"]
    bits: Count
    accumulator_bits: Count
    process: Length
    voltage: Voltage


class DramAccess(Part):
    """A call of ``components.dram_access`` for one word, as data."""

    model: Literal["dram"]
    type: str


PRICE_MODELS = ("horowitz-mac", "horowitz-float-mac", "dram")


def _price_form(value: object) -> str | None:
    """The tag of a price's form; tags are in parentheses so that no key looks like one."""
    if isinstance(value, dict) and "model" in value:
        model = value["model"]
        return f"({model})" if model in PRICE_MODELS else None
    if isinstance(value, str):
        return "(unknown)" if value == "unknown" else None
    if isinstance(value, dict) and "estimator" in value:
        return "(estimated)"
    return "(stated)" if isinstance(value, dict) else None


PriceForm = Annotated[
    Annotated[Literal["unknown"], Tag("(unknown)")]
    | Annotated[StatedEnergy, Tag("(stated)")]
    | Annotated[EstimatedEnergy, Tag("(estimated)")]
    | Annotated[HorowitzMac, Tag("(horowitz-mac)")]
    | Annotated[HorowitzFloatMac, Tag("(horowitz-float-mac)")]
    | Annotated[DramAccess, Tag("(dram)")],
    Discriminator(_price_form, custom_error_type="price_form", custom_error_message="no price"),
]
