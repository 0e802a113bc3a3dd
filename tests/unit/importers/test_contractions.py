from __future__ import annotations

import pytest

from octant.errors import ImportFailedError
from octant.workload import UnknownWork, Workload
from tests.unit.importers.models import imported, node, sizes, value, vector_of, weight


def einsum(equation: str, *shapes: list[int], stored: tuple[int, ...] = ()) -> Workload:
    names = [f"x{place}" for place in range(len(shapes))]
    infos = list(zip(names, shapes, strict=True))
    inputs = [value(*info) for place, info in enumerate(infos) if place not in stored]
    weights = [weight(*infos[place]) for place in stored]
    return imported([node("Einsum", names, ["y"], equation=equation)], inputs, weights)


def test_the_four_classes_of_letters() -> None:
    (layer,) = einsum("bqhd,bkhd->bhqk", [2, 5, 3, 4], [2, 6, 3, 4]).layers
    assert sizes(layer) == dict(N=1, G=6, K=6, C=4, P=5)
    assert layer.weights == 0


def test_merged_ranks_are_exact() -> None:
    (layer,) = einsum("bshd,hde->bse", [2, 7, 3, 4], [3, 4, 10], stored=(1,)).layers
    assert sizes(layer) == dict(N=1, G=1, K=10, C=12, P=14)
    assert layer.weights == 120


def test_a_stored_first_operand_takes_the_weights_place() -> None:
    (layer,) = einsum("oi,bi->bo", [10, 4], [3, 4], stored=(0,)).layers
    assert sizes(layer) == dict(N=1, G=1, K=10, C=4, P=3)
    assert layer.inputs == ("x1",)


def test_an_equation_without_arrow() -> None:
    (layer,) = einsum("ij,jk", [3, 4], [4, 5]).layers
    assert layer.macs == 60


def test_dots_and_stretched_axes() -> None:
    (layer,) = einsum("...ij,...jk->...ik", [2, 6, 3, 4], [1, 6, 4, 5]).layers
    assert sizes(layer) == dict(N=1, G=6, K=5, C=4, P=6)
    assert layer.macs == 2 * 6 * 3 * 4 * 5


def test_a_letter_of_one_operand_alone_is_summed_first() -> None:
    first, second = einsum("ijx,jk->ik", [3, 4, 7], [4, 5]).layers
    assert vector_of(first).operations == 3 * 4 * 7 - 3 * 4
    assert vector_of(first).read_elements == 84
    assert second.macs == 3 * 4 * 5
    assert second.inputs[0] in first.outputs


def test_three_operands_contract_left_to_right() -> None:
    first, second = einsum("ij,jk,kl->il", [2, 3], [3, 4], [4, 5]).layers
    assert (first.macs, second.macs) == (2 * 3 * 4, 2 * 4 * 5)
    assert second.inputs[0] == first.outputs[0]
    assert second.outputs == ("y",)


def test_one_operand_is_a_sum() -> None:
    (layer,) = einsum("ij->i", [3, 4]).layers
    assert (vector_of(layer).operations, vector_of(layer).written_elements) == (9, 3)


def test_a_diagonal_is_listed_and_not_costed() -> None:
    (layer,) = einsum("ii,ij->j", [3, 3], [3, 4]).layers
    assert isinstance(layer.work, UnknownWork)


def test_extents_that_differ() -> None:
    with pytest.raises(ImportFailedError, match="Einsum"):
        einsum("ij,jk->ik", [3, 4], [5, 6])
