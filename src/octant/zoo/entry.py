"""What is known of a built-in network before it is built, and the check of its parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from octant.errors import InvalidWorkloadError, UnknownNameError, near_misses
from octant.workload import Layer

Build = Callable[..., tuple[Layer, ...]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A size that the user may choose.

    Args:
        name: the word for it.
        default: its value where the user says nothing; an integer default admits integers only.
        meaning: one line, with the unit.
        minimum: the least value.
        maximum: the greatest value, where the network has one.

    >>> str(Parameter("resolution", 224, "height and width of the image in pixels"))
    'resolution=224'
    """

    name: str
    default: int | float
    meaning: str
    minimum: int | float = 1
    maximum: int | float = math.inf

    def __str__(self) -> str:
        return f"{self.name}={self.default}"

    def checked(self, network: str, value: int | float) -> int | float:
        """The value in the default's type.

        Raises:
            InvalidWorkloadError: when it is no number, no integer where one is due, or outside
                the range.
        """
        whole = isinstance(self.default, int)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if (
            not number
            or not math.isfinite(value)
            or not self.minimum <= value <= self.maximum
            or (whole and value != int(value))
        ):
            raise InvalidWorkloadError(
                f"network {network!r}, parameter {self.name}: {value!r} is not "
                f"{self._allowed(whole)} ({self.meaning})"
            )
        return int(value) if whole else float(value)

    def _allowed(self, whole: bool) -> str:
        kind = "an integer" if whole else "a number"
        upper = "" if math.isinf(self.maximum) else f" and at most {self.maximum}"
        return f"{kind} of at least {self.minimum}{upper}"


@dataclass(frozen=True, slots=True)
class NetworkEntry:
    """A built-in network: its name, where it was published, and what may be chosen.

    Args:
        name: what the command line calls it.
        title: what people call it, with the variant.
        citation: the publication that its layer table was taken from.
        parameters: what the user may choose, with defaults.
        build: makes the layers from a batch and the parameters.
    """

    name: str
    title: str
    citation: str
    parameters: tuple[Parameter, ...]
    build: Build = field(repr=False, compare=False)

    def arguments(self, given: Mapping[str, int | float]) -> dict[str, int | float]:
        """Every parameter's value: what was given, else the default.

        Raises:
            UnknownNameError: when a given parameter is none of the network's.
            InvalidWorkloadError: when a value is not allowed.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise UnknownNameError(
                    f"network {self.name!r} has no parameter {name!r}; it has "
                    f"{', '.join(map(str, self.parameters))}: {near_misses(name, known)}"
                )
        return {
            name: parameter.checked(self.name, given.get(name, parameter.default))
            for name, parameter in known.items()
        }
