"""What a malformed architecture file is answered: every fault with its line, word for word.

Each ``files/NAME.yaml`` has its message in ``files/NAME.txt``.
"""

from pathlib import Path

import pytest

from octant.errors import FileFormatError
from octant.files import parse_architecture

FOLDER = Path(__file__).parent / "files"
BAD = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "good")


def test_the_file_that_the_others_are_made_from_is_good() -> None:
    text = (FOLDER / "good.yaml").read_text(encoding="utf-8")
    assert parse_architecture(text, "good.yaml").compute_units == 4


@pytest.mark.parametrize("name", BAD)
def test_message(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    with pytest.raises(FileFormatError) as error:
        parse_architecture(text, f"{name}.yaml")
    expected = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert str(error.value) + "\n" == expected
