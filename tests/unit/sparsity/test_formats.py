"""Formats: bits by hand, against encoders that write them out, and where they lose."""

from __future__ import annotations

import math

import numpy as np
import pytest

from octant.arch import Compression, FormatRank, RankFormat
from octant.errors import InvalidArchitectureError, InvalidWorkloadError
from octant.sparsity import empty_chance, mask_of, stored
from octant.sparsity.density import (
    array_of,
    hypergeometric,
    largest_occupancy,
    occupancy_chances,
    share,
)
from octant.sparsity.formats import chosen
from octant.workload import Banded, Even, Mask, Pattern, Role, Structured, Tensor, Term, Uniform

SIDE = 128
MATRIX = (SIDE, SIDE)
OFFSETS, COORDINATES = RankFormat.OFFSETS, RankFormat.COORDINATES
FORMATS = {
    "bitmask": (FormatRank(RankFormat.BITMASK),),
    "coordinates": (
        FormatRank(RankFormat.UNCOMPRESSED, ("M",)),
        FormatRank(COORDINATES, ("K",), 7),
    ),
    "CSR": (FormatRank(OFFSETS, ("M",), 14), FormatRank(COORDINATES, ("K",), 7)),
    "runs": (FormatRank(RankFormat.RUN_LENGTH, (), 5),),
    "CSC": (FormatRank(OFFSETS, ("K",), 14), FormatRank(COORDINATES, ("M",), 7)),
    "COO": (FormatRank(COORDINATES, ("M", "K"), 14),),
    "bitmask CSR": (FormatRank(OFFSETS, ("M",), 14), FormatRank(RankFormat.BITMASK, ("K",))),
    "two bitmasks": (
        FormatRank(RankFormat.BITMASK, ("M",)),
        FormatRank(RankFormat.BITMASK, ("K",)),
    ),
    "flagged": (FormatRank(RankFormat.FLAGGED),),
    "rows": (FormatRank(COORDINATES, ("M",), 7), FormatRank(RankFormat.UNCOMPRESSED, ("K",))),
    "blocks": (FormatRank(OFFSETS, ("M",), 14), FormatRank(COORDINATES, ("K",), 7)),
}
BLOCK = 4
BLOCKS = {"blocks": (("M", BLOCK), ("K", BLOCK))}


def matrix(density: float, pattern: Pattern | None = None) -> Tensor:
    axes = ((Term("M"),), (Term("K"),))
    return Tensor("A", Role.INPUT, axes, density=density, pattern=pattern or Uniform())


def bits(form: str, tensor: Tensor) -> float:
    return stored(Compression(Role.INPUT, FORMATS[form]), tensor, MATRIX, MATRIX, 8).bits(8)


@pytest.mark.parametrize(
    ("form", "density", "expected"),
    [
        ("bitmask", 0.01, 17694),
        ("bitmask", 0.75, 114688),
        ("coordinates", 0.1, 24576),
        ("coordinates", 0.75, 184320),
        ("CSR", 0.01, 4263),
        ("CSR", 0.25, 63246),
        ("CSR", 0.75, 186126),
        ("runs", 0.25, 53248),
        ("runs", 0.5, 106496),
    ],
)
def test_bits_of_a_matrix(form: str, density: float, expected: float) -> None:
    """128 x 128 of 8 b: 131072 bits as it is; at density 0.75 all but the bitmask take more."""
    assert bits(form, matrix(density)) == pytest.approx(expected, abs=12)


def test_runs_that_overflow_take_zeros_along() -> None:
    """At density 0.01, 5 b reach 31 zeros: 1 + q / (1 - q) entries, q = 0.99^32, a nonzero."""
    q = 0.99**32
    assert bits("runs", matrix(0.01)) == pytest.approx(0.01 * SIDE**2 * 13 / (1 - q), rel=0.01)


@pytest.mark.parametrize("density", [0.02, 0.1, 0.4])
@pytest.mark.parametrize("tile", [(128, 128), (16, 32), (1, 128)])
@pytest.mark.parametrize("form", FORMATS)
def test_bits_are_those_of_an_encoder(form: str, density: float, tile: tuple[int, int]) -> None:
    """On a mask exactly; by chance on average over 60 masks."""
    compression = Compression(Role.INPUT, FORMATS[form], block=BLOCKS.get(form, ()))
    found = []
    for seed in range(60):
        flat = np.zeros(SIDE**2, bool)
        flat[np.random.default_rng(seed).permutation(flat.size)[: int(density * flat.size)]] = True
        nonzero = flat.reshape(MATRIX)
        written = float(np.mean([_encoded(form, part) for part in _tiles(nonzero, tile)]))
        found.append(written)
        if seed == 0:
            real = matrix(float(nonzero.mean()), mask_of(nonzero))
            assert stored(compression, real, MATRIX, tile, 8).bits(8) == pytest.approx(written)
    exact = int(density * SIDE**2) / SIDE**2
    expected = stored(compression, matrix(exact), MATRIX, tile, 8).bits(8)
    error = float(np.std(found)) / math.sqrt(len(found))
    assert abs(float(np.mean(found)) - expected) <= 4 * error + 1e-5 * expected


def _tiles(nonzero: np.ndarray, tile: tuple[int, int]) -> list[np.ndarray]:
    rows, columns = tile
    return [
        nonzero[i : i + rows, j : j + columns]
        for i in range(0, SIDE, rows)
        for j in range(0, SIDE, columns)
    ]


def _encoded(form: str, part: np.ndarray) -> int:
    """The bits of a tile, written out value by value; a rank of one coordinate is not stored."""
    nonzeros = int(part.sum())
    match form:
        case "bitmask":
            return nonzeros * 8 + part.size
        case "coordinates":
            return nonzeros * (8 + 7)
        case "CSR":
            return nonzeros * (8 + 7) + 14 * (len(part) + 1)
        case "CSC":
            return nonzeros * (8 + 7 * (len(part) > 1)) + 14 * (len(part.T) + 1)
        case "COO":
            return nonzeros * (8 + 14)
        case "bitmask CSR":
            rows = int(part.any(axis=1).sum())
            return nonzeros * 8 + rows * len(part.T) + 14 * (len(part) + 1)
        case "two bitmasks":
            rows = int(part.any(axis=1).sum())
            return nonzeros * 8 + len(part) + rows * len(part.T)
        case "flagged":
            return part.size * (8 + 1)
        case "rows":
            rows = int(part.any(axis=1).sum())
            return rows * (7 + len(part.T) * 8)
        case "blocks":
            high = min(BLOCK, len(part))
            split = part.reshape(len(part) // high, high, -1, BLOCK)
            kept = int(split.any(axis=(1, 3)).sum())
            return kept * (7 + high * BLOCK * 8) + 14 * (len(part) // high + 1)
        case _:
            entries = run = 0
            for value in part.ravel():
                if value or run == 31:
                    entries, run = entries + 1, 0
                else:
                    run += 1
            return (entries - _trailing(part)) * (8 + 5)


def _trailing(part: np.ndarray) -> int:
    """Fillers after the last nonzero, which nobody needs."""
    places = np.flatnonzero(part.ravel())
    rest = part.size - 1 - places[-1] if places.size else part.size
    return int(rest // 32)


@pytest.mark.parametrize(("drawn", "expected"), [(1, 0.75), (4, 0.3062), (8, 0.0853), (16, 0.0046)])
def test_chance_of_an_empty_tile(drawn: int, expected: float) -> None:
    """16 nonzeros among 64."""
    row = Tensor("A", Role.INPUT, ((Term("K"),),), density=0.25)
    assert empty_chance(row, (64,), (drawn,)) == pytest.approx(expected, abs=5e-5)
    assert hypergeometric(64, 16, drawn)[0] == pytest.approx(expected, abs=5e-5)


def test_large_tensors_do_not_overflow() -> None:
    """Among 10^9 elements, 5000 drawn are hardly without replacement."""
    large = Tensor("A", Role.INPUT, ((Term("K"),),), density=1e-4)
    found = empty_chance(large, (10**9,), (5000,))
    assert found == pytest.approx((1 - 1e-4) ** 5000, rel=1e-4)


def test_structured_nonzeros() -> None:
    """2 of 4: whole groups hold 2, a single element is nonzero half of the time."""
    row = Tensor("W", Role.WEIGHT, ((Term("C"),),), density=0.5, pattern=Structured(2, 4, "C"))
    assert empty_chance(row, (64,), (4,)) == 0
    assert empty_chance(row, (64,), (1,)) == pytest.approx(0.5)
    assert empty_chance(row, (64,), (2,)) == pytest.approx(1 / 6)
    assert occupancy_chances(row, (64,), (8,)).tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert share(row, (64,)) == 0.5


def test_a_band_is_counted_tile_by_tile() -> None:
    band = matrix(0.5, Banded(0))
    assert share(band, (4, 4)) == 0.25
    assert occupancy_chances(band, (4, 4), (2, 2)).tolist() == [0.5, 0, 0.5, 0, 0]
    with pytest.raises(InvalidWorkloadError, match="square"):
        share(band, (4, 8))


def test_largest_occupancy() -> None:
    row = Tensor("A", Role.INPUT, ((Term("K"),),), density=0.5)
    assert largest_occupancy(row, (8,), (4,)) == 4
    assert largest_occupancy(row, (8,), (4,), confidence=0.9) == 3
    assert largest_occupancy(matrix(0.43, Even()), MATRIX, (1, 3)) == 2
    pairs = Tensor("W", Role.WEIGHT, ((Term("C"),),), density=0.5, pattern=Structured(2, 4, "C"))
    assert [largest_occupancy(pairs, (64,), (n,)) for n in (1, 3, 4, 6)] == [1, 3, 2, 4]
    assert largest_occupancy(pairs, (4,), (3,)) == 2  # there is no second group to begin


def test_masks_keep_their_elements() -> None:
    nonzero = np.arange(21).reshape(3, 7) % 3 == 0
    assert (array_of(mask_of(nonzero)) == nonzero).all()
    with pytest.raises(InvalidWorkloadError, match="takes 3 bytes"):
        Mask((3, 7), b"")


def test_structured_nonzeros_take_coordinates_in_their_group() -> None:
    """2:4: two of four values of 8 b, with 2 b each that say which."""
    pattern = Structured(2, 4, "K")
    group = Compression(Role.INPUT, (FormatRank(COORDINATES, (), 2),))
    found = stored(group, matrix(0.5, pattern), MATRIX, (16, 32), 8)
    assert found.bits(8) == 16 * 32 / 2 * (8 + 2)
    blocks = Compression(Role.INPUT, FORMATS["CSR"], block=(("K", 4),))
    assert stored(blocks, matrix(0.5, pattern), MATRIX, (16, 32), 8).elements == 16 * 32


@pytest.mark.parametrize("density", [0.02, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("how", [COORDINATES, RankFormat.RUN_LENGTH])
def test_what_is_in_the_word_is_not_counted_beside_it(how: RankFormat, density: float) -> None:
    """8 b and a run of 4 b beside them, or words of 12 b: as many bits, fillers included."""
    beside, inside = (
        Compression(Role.INPUT, (FormatRank(how, (), 4, included),)) for included in (False, True)
    )
    tensor = matrix(density)
    coded, word = (
        stored(form, tensor, MATRIX, MATRIX, bits).bits(bits)
        for form, bits in ((beside, 8), (inside, 12))
    )
    assert word == pytest.approx(coded)
    assert density < 1 or word == SIDE**2 * 12


def test_all_formats_lose_on_dense_data() -> None:
    """More bits than values alone, each by its metadata."""
    plain = SIDE**2 * 8
    for form, ranks in FORMATS.items():
        compression = Compression(Role.INPUT, ranks, block=BLOCKS.get(form, ()))
        assert stored(compression, matrix(1.0), MATRIX, MATRIX, 8).bits(8) > plain, form


def test_an_optional_format_is_left_off_where_it_loses() -> None:
    form = Compression(Role.INPUT, FORMATS["runs"], optional=True)
    assert chosen(form, matrix(0.9), MATRIX, MATRIX, 8)[1] is None
    assert chosen(form, matrix(0.2), MATRIX, MATRIX, 8)[1] is form


@pytest.mark.parametrize(
    "make",
    [
        lambda: Compression(Role.INPUT, ()),
        lambda: Compression(Role.INPUT, (FormatRank(OFFSETS, ("K",)), FormatRank(OFFSETS, ("K",)))),
        lambda: FormatRank(RankFormat.RUN_LENGTH, (), 0),
        lambda: FormatRank(RankFormat.BITMASK, (), 1, included=True),
        lambda: Compression(Role.INPUT, FORMATS["CSR"], block=(("K", 0),)),
    ],
)
def test_formats_that_make_no_sense(make: object) -> None:
    assert callable(make)
    with pytest.raises(InvalidArchitectureError):
        make()


@pytest.mark.parametrize(("form", "added"), [("runs", 5), ("bitmask", 1)])
def test_a_tensor_without_axes_is_one_element_in_any_format(form: str, added: int) -> None:
    scalar = Tensor("A", Role.INPUT, ())
    assert stored(Compression(Role.INPUT, FORMATS[form]), scalar, (), (), 8).bits(8) == 8 + added
