"""The layout: columns that give way, lines that break at words, bars and numbers."""

from __future__ import annotations

from octant.report.layout import (
    TIED,
    Column,
    bar,
    fields,
    numbered,
    page,
    paragraph,
    references,
    table,
)


def test_a_table_that_is_too_wide_breaks_the_columns_that_wrap() -> None:
    columns = [Column("a"), Column("b", wraps=True), Column("c", right=True)]
    rows = [("one", "some words that are many", "1"), ("two", "few", "23")]
    assert table(columns, rows, width=23) == [
        "a    b                c",
        "one  some words       1",
        "     that are many",
        "two  few             23",
    ]
    assert len(table(columns, rows, width=60)) == 3


def test_a_table_never_breaks_a_word() -> None:
    lines = table([Column("", wraps=True)], [("unbreakable words",)], width=4)
    assert lines == ["", "unbreakable", "words"]


def test_a_cell_may_hold_lines() -> None:
    assert table([Column("x"), Column("y")], [("a", "b\nc")], width=20) == ["x  y", "a  b", "   c"]


def test_rows_and_titles_only() -> None:
    assert table([Column("x")], [], width=20) == ["x"]


def test_paragraphs_keep_words_units_and_breaks() -> None:
    assert paragraph("a 65 nm chip", width=8) == ["a 65 nm", "chip"]
    assert paragraph("it is 65 nm wide", width=10) == ["it is", "65 nm wide"]
    assert paragraph("one\ntwo", width=20) == ["one", "two"]
    assert paragraph("", width=20) == [""]
    assert paragraph(f"a{TIED}b c", width=3) == ["a b", "c"]


def test_fields_align_their_values() -> None:
    lines = fields([("a", "1 2 3 4 5 6 7 8 9"), ("long", "2")], width=18, indent="  ")
    # The values get 12 characters even where the width leaves fewer.
    assert lines == ["  a     1 2 3 4 5 6", "        7 8 9", "  long  2"]


def test_bars_are_in_eighths() -> None:
    assert [bar(eighths / 8, 1) for eighths in range(9)] == ["", *"▏▎▍▌▋▊▉█"]
    assert bar(2.0, 3) == "███"
    assert bar(1e-9, 10) == "▏"
    assert bar(0.5, 0) == ""


def test_references_are_numbered_once_and_quote_each_other_by_number() -> None:
    numbers = numbered(["published: A", "modelled: 6 times (B 2016); A", "published: A"])
    assert numbers == {"published: A": 1, "modelled: 6 times (B 2016); A": 2}
    words = {"modelled: 6 MAC; MAC: Horowitz, 2014": 1, "modelled: Horowitz, 2014": 2}
    assert references(words, width=80, uses={"modelled: Horowitz, 2014": "the MAC"}) == [
        "  [1] modelled: 6 MAC; MAC: [2]",
        "  [2] modelled: Horowitz, 2014 (for the MAC)",
    ]


def test_a_page_ends_its_last_line() -> None:
    assert page([]) == ""
    assert page(["a", ""]) == "a\n\n"
