"""The Einsum and its parts."""

from __future__ import annotations

import dataclasses
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octant.errors import InvalidWorkloadError
from octant.workload import Einsum, NumberFormat, NumberKind, Role, Tensor, Term, matmul

A = Tensor("A", Role.INPUT, ((Term("M"),), (Term("K"),)))
B = Tensor("B", Role.WEIGHT, ((Term("K"),), (Term("N"),)))
Z = Tensor("Z", Role.OUTPUT, ((Term("M"),), (Term("N"),)))
PRODUCT = Einsum((("M", 4), ("N", 2), ("K", 8)), (A, B, Z))


@pytest.mark.parametrize(
    ("kind", "bits", "text"),
    [(NumberKind.INT, 8, "int8"), (NumberKind.UINT, 4, "uint4"), (NumberKind.FLOAT, 16, "float16")],
)
def test_a_number_format_prints_kind_and_bits(kind: NumberKind, bits: int, text: str) -> None:
    assert str(NumberFormat(kind, bits)) == text


@pytest.mark.parametrize("bits", [0, -8])
def test_a_number_format_without_bits_is_refused(bits: int) -> None:
    with pytest.raises(InvalidWorkloadError, match=f"at least 1 bit, not {bits}"):
        NumberFormat(NumberKind.INT, bits)


@pytest.mark.parametrize(("coefficient", "text"), [(1, "P"), (2, "2*P")])
def test_a_term_prints_as_in_an_index(coefficient: int, text: str) -> None:
    assert str(Term("P", coefficient)) == text


@pytest.mark.parametrize("coefficient", [0, -1])
def test_a_mirrored_axis_is_refused_with_advice(coefficient: int) -> None:
    with pytest.raises(InvalidWorkloadError, match="give its magnitude"):
        Term("P", coefficient)


def test_a_tensor_depends_on_its_ranks() -> None:
    window = Tensor("I", Role.INPUT, ((Term("C"),), (Term("P", 2), Term("R"))))
    assert window.ranks == {"C", "P", "R"}


def test_a_scalar_depends_on_nothing_and_has_one_element() -> None:
    scalar = Tensor("s", Role.OUTPUT, ())
    assert scalar.ranks == frozenset()
    assert scalar.elements({}) == 1


def test_a_rank_twice_in_a_tensor_is_refused() -> None:
    with pytest.raises(InvalidWorkloadError, match="'D' uses a rank twice"):
        Tensor("D", Role.INPUT, ((Term("M"),), (Term("M"),)))


@pytest.mark.parametrize("density", [0.0, -0.5, 1.5, float("nan")])
def test_a_density_outside_its_range_is_refused(density: float) -> None:
    with pytest.raises(InvalidWorkloadError, match="above 0 up to 1"):
        Tensor("A", Role.INPUT, ((Term("M"),),), density=density)


@given(step=st.integers(1, 4), spacing=st.integers(1, 4), p=st.integers(1, 6), r=st.integers(1, 5))
def test_the_shape_of_a_window_spans_every_index_in_it(
    step: int, spacing: int, p: int, r: int
) -> None:
    window = Tensor("I", Role.INPUT, ((Term("P", step), Term("R", spacing)),))
    indices = {step * i + spacing * j for i, j in product(range(p), range(r))}
    assert window.shape({"P": p, "R": r}) == (max(indices) + 1,)


def test_the_macs_are_the_product_of_the_sizes() -> None:
    assert PRODUCT.macs == 4 * 2 * 8


def test_the_output_sums_over_the_ranks_that_it_lacks() -> None:
    assert PRODUCT.reduced_ranks == {"K"}
    assert PRODUCT.output is Z
    assert PRODUCT.operands == (A, B)


def test_the_elements_of_whole_tensors() -> None:
    assert [PRODUCT.elements(name) for name in "ABZ"] == [32, 16, 8]


def test_a_tensor_is_found_by_its_name() -> None:
    assert PRODUCT.tensor("B") is B
    with pytest.raises(KeyError):
        PRODUCT.tensor("C")


def test_it_prints_as_an_assignment() -> None:
    assert str(PRODUCT) == "Z[M, N] += A[M, K] * B[K, N]  (M=4, N=2, K=8)"


def test_a_dimension_without_ranks_prints_as_zero() -> None:
    total = Einsum(
        (("M", 4),), (dataclasses.replace(A, axes=((Term("M"),),)), Tensor("s", Role.OUTPUT, ((),)))
    )
    assert str(total) == "s[0] += A[M]  (M=4)"


def test_two_layers_of_one_shape_are_one_key() -> None:
    one, other = matmul(rows=2, inner=3, columns=4), matmul(rows=2, inner=3, columns=4)
    assert one is not other
    assert {one: "searched"}[other] == "searched"
    assert one != matmul(rows=2, inner=3, columns=5)


@pytest.mark.parametrize(
    ("ranks", "tensors", "message"),
    [
        ((("M", 4), ("M", 4), ("N", 2), ("K", 8)), (A, B, Z), "a rank is named twice"),
        ((("M", 0), ("N", 2), ("K", 8)), (A, B, Z), "rank M has size 0: allowed is 1 or more"),
        ((("M", 4), ("N", 2), ("K", 8)), (A, B, A, Z), "two tensors have one name: A, B, A, Z"),
        ((("M", 4), ("N", 2), ("K", 8)), (A, B), "exactly one output"),
        (
            (("M", 4), ("N", 2), ("K", 8)),
            (A, B, Z, dataclasses.replace(Z, name="Y")),
            "exactly one output",
        ),
        ((("M", 4), ("N", 2)), (A, B, Z), r"ranks without a size: \['K'\]"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(
    ranks: tuple[tuple[str, int], ...], tensors: tuple[Tensor, ...], message: str
) -> None:
    with pytest.raises(InvalidWorkloadError, match=message):
        Einsum(ranks, tensors)
