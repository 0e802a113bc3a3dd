"""The operator Einsum: letters in four classes make a matrix product of each pair of operands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from octant.errors import ImportFailedError
from octant.importers.onnx.nodes import Node, Operand, Piece, Rule, unknown
from octant.workload import VectorWork, matmul, with_formats


@dataclass(frozen=True, slots=True)
class _Term:
    """An operand with its letters; an axis of extent 1 that is stretched has no letter."""

    operand: Operand
    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Problem:
    """The node and the extent of every letter."""

    node: Node
    sizes: Mapping[str, int]

    def extent(self, letters: Iterable[str]) -> int:
        return math.prod(self.sizes[letter] for letter in letters)

    def term(self, name: str, letters: Iterable[str]) -> _Term:
        """A tensor between the layers of the node."""
        names = tuple(dict.fromkeys(letters))
        extents = tuple(self.sizes[letter] for letter in names)
        number_format = self.node.result().number_format
        maker = f"node {self.node.name!r}"
        return _Term(Operand(name, maker, extents, number_format, stored=False), names)


def einsum(node: Node) -> tuple[Piece, ...]:
    """One matrix product for each operand after the first, left to right.

    A letter of both operands and the result is a group (G), one of the first and the result a row
    (P), one of the second and the result a column (K), one of both operands only is summed (C). The
    ranks that merge have exact sizes. A letter of one operand only is summed first: element
    operations. One operand alone is a sum, a transposition or both.
    """
    letters, result = _parse(node)
    problem = _Problem(node, _largest(node, letters))
    terms = _terms(problem, letters)
    _check_result(result, problem.sizes)
    for term in terms:
        if len(set(term.letters)) < len(term.letters):
            return unknown(node, f"an Einsum that takes a diagonal ({''.join(term.letters)})")
    if len(terms) == 1:
        return (_sum(problem, terms[0], result, node.result().name)[0],)
    return _chain(problem, terms, result)


def _chain(problem: _Problem, terms: Sequence[_Term], result: Sequence[str]) -> tuple[Piece, ...]:
    """The pieces that contract the terms pairwise, left to right."""
    pieces: list[Piece] = []
    current = terms[0]
    for place, term in enumerate(terms[1:], start=1):
        later = {letter for other in terms[place + 1 :] for letter in other.letters}
        last = place == len(terms) - 1
        name = problem.node.result().name if last else f"{problem.node.name}.{place}"
        made, current = _pair(problem, (current, term), later | set(result), name)
        prefix = "" if len(terms) == 2 else str(place)
        pieces.extend(
            replace(piece, suffix=".".join(filter(None, (prefix, piece.suffix)))) for piece in made
        )
    return tuple(pieces)


def _pair(
    problem: _Problem, pair: tuple[_Term, _Term], kept: set[str], name: str
) -> tuple[list[Piece], _Term]:
    """The pieces that contract two terms, and the term that they make."""
    pieces: list[Piece] = []
    terms: list[_Term] = []
    for side, other in ((0, 1), (1, 0)):
        term = pair[side]
        needed = [x for x in term.letters if x in kept or x in pair[other].letters]
        if len(needed) < len(term.letters):
            label = ("first", "second")[side]
            piece, term = _sum(problem, term, needed, f"{name}.{label}")
            pieces.append(replace(piece, suffix=f"sum-{label}"))
        terms.append(term)
    product, result = _product(problem, terms[0], terms[1], kept, name)
    return [*pieces, product], result


def _product(
    problem: _Problem, first: _Term, second: _Term, kept: set[str], name: str
) -> tuple[Piece, _Term]:
    reads = (first.operand, second.operand)
    if first.operand.stored and not second.operand.stored:
        first, second = second, first
    left, right = set(first.letters), set(second.letters)
    work = matmul(
        rows=problem.extent(left - right),
        inner=problem.extent((left & right) - kept),
        columns=problem.extent(right - left),
        groups=problem.extent(left & right & kept),
    )
    work = with_formats(
        work,
        inputs=first.operand.format,
        weights=second.operand.format,
        outputs=problem.node.result().format,
    )
    weights = second.operand.elements if second.operand.stored else 0
    letters = (letter for letter in (*first.letters, *second.letters) if letter in kept)
    return Piece(work, reads, (name,), weights=weights), problem.term(name, letters)


def _sum(problem: _Problem, term: _Term, letters: Sequence[str], name: str) -> tuple[Piece, _Term]:
    """The additions that sum a term over its other letters (none: data moves only)."""
    before, after = problem.extent(term.letters), problem.extent(letters)
    work = VectorWork(before - after, before, after, term.operand.format)
    return Piece(work, (term.operand,), (name,)), problem.term(name, letters)


def _check_result(result: Sequence[str], sizes: Mapping[str, int]) -> None:
    strange = [letter for letter in result if letter not in sizes]
    if strange:
        raise ImportFailedError(f"its result has letters of no operand: {', '.join(strange)}")


def _parse(node: Node) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """The letters of each operand and of the result; axes of ``...`` count from the right."""
    equation = node.text("equation", "").replace(" ", "")
    left, arrow, right = equation.partition("->")
    texts = left.split(",")
    if len(texts) != len(node.operands):
        raise ImportFailedError(
            f"its equation {equation!r} has {len(texts)} terms for {len(node.operands)} operands"
        )
    letters = [_letters(text, operand) for text, operand in zip(texts, node.operands, strict=True)]
    hidden = sorted({x for term in letters for x in term if x.isdecimal()}, key=int, reverse=True)
    if arrow:
        result = _expand(right, hidden)
    else:
        seen = [x for term in letters for x in term if not x.isdecimal()]
        result = (*hidden, *sorted(x for x in set(seen) if seen.count(x) == 1))
    return letters, result


def _letters(text: str, operand: Operand) -> tuple[str, ...]:
    count = len(operand.shape) - len(text.replace("...", ""))
    if count < 0 or ("..." not in text and count):
        raise ImportFailedError(
            f"its term {text!r} does not fit operand {operand.name!r} {operand.shape}"
        )
    return _expand(text, [str(axis) for axis in reversed(range(count))])


def _expand(text: str, hidden: Sequence[str]) -> tuple[str, ...]:
    before, dots, after = text.partition("...")
    return (*before, *(hidden if dots else ()), *after)


def _terms(problem: _Problem, letters: Sequence[tuple[str, ...]]) -> list[_Term]:
    """The operands with their letters, without the axes of extent 1 that another one stretches."""
    return [
        _Term(
            operand,
            tuple(x for x, n in zip(term, operand.shape, strict=True) if n == problem.sizes[x]),
        )
        for term, operand in zip(letters, problem.node.operands, strict=True)
    ]


def _largest(node: Node, letters: Sequence[tuple[str, ...]]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for term, operand in zip(letters, node.operands, strict=True):
        for letter, extent in zip(term, operand.shape, strict=True):
            known = sizes.setdefault(letter, extent)
            if extent != known and 1 not in (extent, known):
                raise ImportFailedError(f"letter {letter!r} has extents {known} and {extent}")
            sizes[letter] = max(known, extent)
    return sizes


RULES: dict[str, Rule] = {"Einsum": einsum}
