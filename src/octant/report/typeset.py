"""Amounts as print sets them: micro and times signs, raised powers, spaces that hold."""

from __future__ import annotations

import re

_MICRO = re.compile(r"(?<=[\d.] )u(?=[JsWVm](?:\b|\^))|(?<=\()u(?=[JsWVm]\b)")
_POWER = re.compile(r"(?<=m|s|y)\^2\b")
#: Signs that no page and no SVG may hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TIMES = re.compile(r"(?<= )x(?= )")
_TIED = re.compile(
    r"(?<=\d) (?=(?:%|[a-zA-Zµ]?(?:Hz|[bBJVWms]|MAC|op)(?:²|/\w+)?|[KMGT]iB|USD)\b|%)"
)


def typeset(text: str) -> str:
    r"""A text with signs for ``u``, ``^2`` and ``x``, and its numbers tied to their units.

    >>> typeset("12 uJ on 3.5 mm^2"), typeset("energy (uJ)")
    ('12\xa0µJ on 3.5\xa0mm²', 'energy (µJ)')
    """
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    text = _TIMES.sub("\N{MULTIPLICATION SIGN}", text)
    text = _POWER.sub("²", _MICRO.sub("µ", text))
    return _TIED.sub("\N{NO-BREAK SPACE}", text)
