"""The text form of a mapping: a loop nest to read, and back.

One line a node or loop, outermost first. ``level`` opens the block of a storage level and names
the tensors that it keeps; ``fanout`` opens the block of a fanout and names its axes; ``for`` is a
loop of the block above it, ``along`` an axis in a fanout; ``compute`` ends the nest. The order of
the lines is the nest; indentation is for the eye. A name that is not one plain word is quoted as
in JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from octant.arch import Architecture, Fanout
from octant.errors import InvalidMappingError, near_misses
from octant.mapping.nest import Loop, Mapping, SpatialBlock, TemporalBlock

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|,|[^\s,"]+|"')
_PLAIN = re.compile(r"[^\s,\"]+")
_RANGE = re.compile(r"0:([1-9][0-9]{0,17})", re.ASCII)
_FORMS = {
    "level": "level NAME keeps TENSOR, TENSOR (without 'keeps' where it keeps none)",
    "fanout": "fanout NAME along AXIS, AXIS",
    "for": "for RANK in 0:FACTOR (in a fanout: for RANK in 0:FACTOR along AXIS)",
    "compute": "compute",
}


def to_text(mapping: Mapping, architecture: Architecture | None = None) -> str:
    """The loop nest as indented lines; `from_text` reads the same mapping back.

    Args:
        mapping: any mapping, valid or not.
        architecture: where given, its fanouts' axes appear by name, else by number from 1.

    >>> nest = Mapping((
    ...     TemporalBlock("DRAM", (Loop("K", 4),), ("inputs", "weights")),
    ...     SpatialBlock("array", ((Loop("P", 3),), (Loop("C", 2),))),
    ...     TemporalBlock("RF", (), ("weights",)),
    ... ))
    >>> print(to_text(nest), end="")
    level DRAM keeps inputs, weights
    for K in 0:4
      fanout array along 1, 2
      for P in 0:3 along 1
        for C in 0:2 along 2
          level RF keeps weights
          compute
    """
    lines: list[str] = []
    depth = 0
    for block in mapping.blocks:
        names = _axis_names(block, architecture) if isinstance(block, SpatialBlock) else ()
        lines.append("  " * depth + _header(block, names))
        for text in _loops(block, names):
            lines.append("  " * depth + text)
            depth += 1
    return "\n".join([*lines, "  " * depth + "compute", ""])


def from_text(text: str) -> Mapping:
    r"""The mapping that `to_text` wrote, or that somebody wrote in its form.

    Raises:
        InvalidMappingError: at the first line that does not follow the form, with its number and
            what is allowed there.

    >>> nest = from_text("level DRAM keeps weights\nfor K in 0:4\ncompute")
    >>> nest.temporal[0].loops
    (Loop(rank='K', factor=4),)
    >>> from_text("level DRAM\nfor K in 4\ncompute")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    octant.errors.InvalidMappingError: line 2: 'for K in 4': the range is '4'; write 0:FACTOR...
    """
    blocks: list[_OpenBlock] = []
    ended = False
    for number, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        line = _Line(number, raw.strip(), _TOKEN.findall(raw))
        if ended:
            raise line.fault("nothing may follow 'compute'")
        ended = line.take() == "compute"
        if ended:
            line.end("compute")
        else:
            _read(line, blocks)
    if not ended:
        raise InvalidMappingError(
            "the text of a mapping ends with the line 'compute'; it is missing"
        )
    return Mapping(tuple(block.close() for block in blocks))


@dataclass(slots=True)
class _OpenBlock:
    """A block whose loops are still being read; ``axes`` is None for a storage level."""

    name: str
    names: list[str]
    axes: list[list[Loop]] | None
    loops: list[Loop] = field(default_factory=list)

    def close(self) -> TemporalBlock | SpatialBlock:
        if self.axes is None:
            return TemporalBlock(self.name, tuple(self.loops), tuple(self.names))
        return SpatialBlock(self.name, tuple(tuple(axis) for axis in self.axes))


@dataclass(slots=True)
class _Line:
    """One line and the words of it that are not yet read."""

    number: int
    text: str
    tokens: list[str]
    first: str = ""

    def fault(self, what: str) -> InvalidMappingError:
        return InvalidMappingError(f"line {self.number}: {self.text!r}: {what}")

    def take(self) -> str:
        """The next word as it stands, empty at the end of the line."""
        token = self.tokens.pop(0) if self.tokens else ""
        self.first = self.first or token
        return token

    def name(self) -> str:
        """The next word as a name, unquoted."""
        token = self.take()
        if token in ("", ","):
            raise self.fault(f"a name is missing; the form is: {_FORMS[self.first]}")
        if not token.startswith('"'):
            return token
        try:
            return str(json.loads(token))
        except ValueError:
            raise self.fault(f"the quoted name {token} is malformed; quote as in JSON") from None

    def names(self) -> list[str]:
        """Names separated by commas."""
        found = [self.name()]
        while self.tokens and self.tokens[0] == ",":
            self.take()
            found.append(self.name())
        return found

    def end(self, form: str) -> None:
        if self.tokens:
            raise self.fault(f"unexpected {self.tokens[0]!r}; the form is: {_FORMS[form]}")


def _read(line: _Line, blocks: list[_OpenBlock]) -> None:
    """Reads a line other than the last, adding a block or a loop of the last block."""
    match line.first:
        case "level":
            blocks.append(_OpenBlock(line.name(), _list_after(line, "keeps"), None))
        case "fanout":
            block = _OpenBlock(line.name(), _list_after(line, "along"), [])
            block.axes = [[] for _ in block.names]
            if len(set(block.names)) != len(block.names):
                raise line.fault("an axis is named twice")
            blocks.append(block)
        case "for":
            _read_loop(line, blocks)
        case other:
            forms = "; ".join(_FORMS.values())
            raise line.fault(
                f"unknown word {other!r}, {near_misses(other, _FORMS)}; a line is: {forms}"
            )
    line.end(line.first)


def _list_after(line: _Line, word: str) -> list[str]:
    if not line.tokens or line.tokens[0] != word:
        return []
    line.take()
    return line.names()


def _read_loop(line: _Line, blocks: list[_OpenBlock]) -> None:
    if not blocks:
        raise line.fault(
            "a loop needs a block; start with a line such as: level DRAM keeps weights"
        )
    rank = line.name()
    if line.take() != "in":
        raise line.fault(f"the form is: {_FORMS['for']}")
    extent = line.take()
    matched = _RANGE.fullmatch(extent)
    if matched is None:
        raise line.fault(f"the range is {extent!r}; write 0:FACTOR, with a factor of 1 or more")
    loop = Loop(rank, int(matched[1]))
    block = blocks[-1]
    if block.axes is None:
        block.loops.append(loop)
    else:
        block.axes[_axis(line, block)].append(loop)


def _axis(line: _Line, block: _OpenBlock) -> int:
    """Index of the axis that a fanout's loop names."""
    assert block.axes is not None
    known = ", ".join(block.names) or "none"
    if line.take() != "along":
        raise line.fault(f"a loop of a fanout ends with 'along' and one of its axes: {known}")
    name = line.name()
    if name not in block.names:
        raise line.fault(f"no axis {name!r} in fanout {block.name!r}; it has: {known}")
    index = block.names.index(name)
    if any(block.axes[index + 1 :]):
        raise line.fault(f"the loops of a fanout stand in the order of its axes: {known}")
    return index


def _header(block: TemporalBlock | SpatialBlock, names: Sequence[str]) -> str:
    if isinstance(block, TemporalBlock):
        words, listed, joint = f"level {_quoted(block.level)}", block.keeps, " keeps "
    else:
        words, listed, joint = f"fanout {_quoted(block.fanout)}", tuple(names), " along "
    return words + (joint + ", ".join(map(_quoted, listed)) if listed else "")


def _loops(block: TemporalBlock | SpatialBlock, names: Sequence[str]) -> list[str]:
    if isinstance(block, TemporalBlock):
        return [_loop(loop) for loop in block.loops]
    return [
        f"{_loop(loop)} along {_quoted(name)}"
        for name, loops in zip(names, block.axes, strict=True)
        for loop in loops
    ]


def _loop(loop: Loop) -> str:
    return f"for {_quoted(loop.rank)} in 0:{loop.factor}"


def _axis_names(block: SpatialBlock, architecture: Architecture | None) -> tuple[str, ...]:
    """The axes' names where the architecture has this fanout with as many axes, else numbers."""
    for node in architecture.nodes if architecture else ():
        if not isinstance(node, Fanout) or node.name != block.fanout:
            continue
        if len(node.axes) == len(block.axes):
            return tuple(axis.name for axis in node.axes)
    return tuple(str(number) for number, _ in enumerate(block.axes, start=1))


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else json.dumps(name)
