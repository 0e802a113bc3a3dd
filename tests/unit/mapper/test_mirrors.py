"""Exchanges of ranks that leave a search as it is."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from octant.arch import Constraint, Dataflow
from octant.counting.problem import problem
from octant.mapper.mirrors import leaders, mirrors
from octant.mapper.space import space
from octant.workload import Einsum, convolution, matmul
from tests.unit.mapper.chips import FREE, array, chip, level, only

ON = chip(array(4), level("register", 1))


def exchanged(layer: Einsum, flow: Dataflow = FREE) -> list[str]:
    """Each mirror as the ranks that it moves, with what comes into their places."""
    names = [name for name, _ in layer.ranks]
    return [
        " ".join(f"{names[at]}{names[rank]}" for at, rank in enumerate(mirror) if at != rank)
        for mirror in mirrors(problem(layer, ON), space(layer, ON, flow))
    ]


def square(kernel: int = 3, stride: tuple[int, int] = (1, 1)) -> Einsum:
    return convolution(
        in_channels=2, out_channels=5, output=(4, 4), kernel=(kernel, kernel), stride=stride
    )


def test_height_and_width_of_a_square_layer_are_mirrors() -> None:
    assert exchanged(square()) == ["PQ QP RS SR"]


def test_without_a_kernel_positions_alone_are() -> None:
    assert exchanged(square(1)) == ["PQ QP"]


def test_a_stride_tells_them_apart() -> None:
    assert exchanged(square(stride=(1, 2))) == []


@pytest.mark.parametrize(
    "constraint",
    [
        Constraint("register", ranks=("K", "C", "P", "R", "S")),
        Constraint("register", factors=(("R", 3),)),
        Constraint("register", inside=("S",)),
        Constraint("register", order=("P",)),
        Constraint("array.X", ranks=("Q",)),
    ],
)
def test_a_constraint_on_one_tells_them_apart(constraint: Constraint) -> None:
    assert exchanged(square(), only(constraint)) == []


def test_what_one_tensor_has_and_another_has_not_is_no_mirror() -> None:
    assert exchanged(matmul(rows=4, inner=4, columns=4)) == []


def test_three_dimensions_have_a_mirror_for_each_two() -> None:
    cube = convolution(in_channels=2, out_channels=5, output=(4, 4, 4), kernel=(3, 3, 3))
    assert len(exchanged(cube)) == 3


def test_of_a_choice_and_its_image_one_is_kept() -> None:
    mirror = np.array([1, 0, 3, 2])
    choices = np.array(list(itertools.product([1, 2, 3], repeat=4)))
    kept = {tuple(row) for row in choices[leaders(choices, mirror)].tolist()}
    for row in choices:
        one, image = tuple(row.tolist()), tuple(row[mirror].tolist())
        assert (one in kept) + (image in kept) == 1 + (one == image)
