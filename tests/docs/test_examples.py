"""Every Python block of every page runs, and the README shows what its commands print."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, Block, blocks, pages
from tests.docs.readme import README, demo_command, regenerated


def _python(page: Path) -> list[Block]:
    return [block for block in blocks(page.read_text("utf-8")) if block.language == "python"]


@pytest.mark.parametrize(
    "page",
    [page for page in pages() if _python(page)],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of one page share their names, as a reader would type them."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for block in _python(page):
        if block.text.startswith(">>>"):
            test = doctest.DocTestParser().get_doctest(
                block.text, names, page.name, str(page), block.line
            )
            assert doctest.DocTestRunner().run(test, clear_globs=False).failed == 0
            names.update(test.globs)
        else:
            padding = "\n" * (block.line - 1)
            exec(compile(padding + block.text, str(page), "exec"), names)


def test_readme_shows_what_its_commands_print() -> None:
    page = README.read_text("utf-8")
    assert page == regenerated(page), "run `make readme` and read the difference"


def test_readme_names_the_two_commands_first() -> None:
    first_screen = README.read_text("utf-8").splitlines()[:15]
    commands = [line.split("#")[0].strip() for line in first_screen if line.startswith("make ")]
    assert commands == ["make demo", "make test"]


def test_blocks_know_their_language_and_line() -> None:
    page = "one\n\n```python\na = 1\nb = 2\n```\n\n```\nplain\n```\n"
    assert blocks(page) == [Block("python", 4, "a = 1\nb = 2\n"), Block("", 9, "plain\n")]


def test_demo_command_is_read_from_the_makefile() -> None:
    assert demo_command("A := b\nDEMO := octant list\n") == "octant list"
    with pytest.raises(ValueError, match="no line"):
        demo_command("A := b\n")


def test_a_block_of_another_program_is_refused() -> None:
    with pytest.raises(ValueError, match="show octant"):
        regenerated("```console\n$ ls\n```\n")
