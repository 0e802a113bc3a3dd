"""What every part of a file is made of: strict, no unknown key, names that are defined."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from octant.errors import near_misses
from octant.files.quantity import fault


@dataclass(frozen=True, slots=True)
class Reading:
    """What one validation knows of its file: the names of its sources, the keys of each part."""

    sources: frozenset[str]
    keys: dict[int, tuple[str, ...]] = field(default_factory=dict)


class Part(BaseModel):
    """A mapping of the file; it notes its keys, for the message about an unknown one."""

    model_config: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _note_keys(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, dict) and isinstance(info.context, Reading):
            info.context.keys[id(data)] = tuple(cls.model_fields)
        return data


def _known_source(name: str, info: ValidationInfo) -> str:
    if isinstance(info.context, Reading) and name not in info.context.sources:
        hint = near_misses(name, info.context.sources) if info.context.sources else "there are none"
        raise fault(f"is {name!r}, which is not in 'sources'; {hint}")
    return name


def _identifier(name: str) -> str:
    if not name or any(character.isspace() or not character.isprintable() for character in name):
        raise fault(f"is {name!r}; allowed is a name without spaces")
    return name


Name = Annotated[str, AfterValidator(_identifier)]
SourceName = Annotated[
    str, AfterValidator(_known_source), Field(description="a key of 'sources', where it stands")
]
RoleName = Literal["input", "weight", "output"]
Count = Annotated[int, Field(ge=1)]
Ranks = list[Name]
