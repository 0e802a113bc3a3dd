"""The verbs that write image layers, and the operations table, by hand."""

from __future__ import annotations

import pytest

from octant.errors import InvalidWorkloadError
from octant.workload import FLOAT32, VectorWork
from octant.zoo import images, operations
from octant.zoo.draft import Activation, Draft
from octant.zoo.mobilenet import round_to_eight

IMAGE = Activation("image", 2, (4, 6, 6))


def _work(draft: Draft) -> VectorWork:
    work = draft.layers[-1].work
    assert isinstance(work, VectorWork)
    return work


def test_a_convolution_counts_weights_and_bias() -> None:
    draft = Draft()
    made = images.conv(draft, "conv", IMAGE, 8, (3, 1), padding=(1, 0), groups=2)
    layer = draft.layers[0]
    assert made == Activation("conv", 2, (8, 6, 6))
    assert layer.weights == 8 * 2 * 3
    assert layer.parameters == layer.weights + 8
    assert layer.macs == 2 * 36 * layer.weights


def test_a_batch_normalisation_reads_its_scale_and_shift() -> None:
    draft = Draft()
    images.batch_norm(draft, "bn", IMAGE)
    assert draft.layers[0].parameters == 8
    assert (_work(draft).operations, _work(draft).read_elements) == (2 * 288, 288 + 8)


def test_pooling_compares_within_each_window() -> None:
    draft = Draft()
    made = images.pool(draft, "pool", IMAGE, 3, 2)
    assert made.shape == (4, 2, 2)
    assert _work(draft) == VectorWork(8 * 32, 288, 32, FLOAT32)


def test_average_pooling_adds_and_scales() -> None:
    draft = Draft()
    images.pool(draft, "pool", IMAGE, 3, 2, operator="AveragePool")
    assert _work(draft).operations == 9 * 32


def test_a_global_average_is_one_operation_an_element() -> None:
    draft = Draft()
    assert images.global_average(draft, "avg", IMAGE).shape == (4, 1, 1)
    assert _work(draft).operations == IMAGE.elements


def test_an_adaptive_average_overlaps_where_it_does_not_divide() -> None:
    # 6 onto 4: windows 0-2, 1-3, 3-5, 4-6 of 2 elements each.
    draft = Draft()
    images.global_average(draft, "avg", IMAGE, extent=4)
    assert _work(draft).operations == 8 * (4 * 2) ** 2


def test_a_sum_reads_both_and_a_concatenation_only_moves() -> None:
    draft = Draft()
    images.add(draft, "add", IMAGE, IMAGE)
    assert (_work(draft).operations, _work(draft).read_elements) == (288, 576)
    joined = images.concat(draft, "concat", (IMAGE, IMAGE))
    assert joined.shape == (8, 6, 6)
    assert _work(draft) == VectorWork(0, 576, 576, FLOAT32)


@pytest.mark.parametrize(
    ("extent", "kernel", "stride", "padding", "down", "up"),
    [
        (112, 3, 2, 0, 55, 56),  # GoogLeNet, pool1
        (109, 3, 2, 0, 54, 54),  # SqueezeNet 1.0, pool1
        (54, 3, 2, 0, 26, 27),  # SqueezeNet 1.0, pool4
        (5, 2, 2, 1, 3, 3),  # rounding up would start a window in the padding behind the input
        (6, 2, 2, 1, 4, 4),
    ],
)
def test_the_number_of_windows(
    extent: int, kernel: int, stride: int, padding: int, down: int, up: int
) -> None:
    assert images.slide("pool", extent, kernel, stride, padding) == down
    assert images.slide("pool", extent, kernel, stride, padding, round_up=True) == up


def test_a_kernel_larger_than_its_input_is_refused() -> None:
    with pytest.raises(InvalidWorkloadError, match=r"'conv'.*kernel of 7.*input of 6"):
        images.conv(Draft(), "conv", IMAGE, 8, 7)


@pytest.mark.parametrize(
    ("channels", "rounded"), [(3.2, 8), (11.2, 16), (12.0, 16), (18.0, 24), (67.2, 64), (96.0, 96)]
)
def test_channels_are_rounded_as_by_the_authors(channels: float, rounded: int) -> None:
    # Sandler et al., reference code, make_divisible: nearest multiple of 8, at most a tenth less.
    assert round_to_eight(channels) == rounded


def test_the_table_of_operations_is_documented_row_by_row() -> None:
    documentation = operations.__doc__ or ""
    for operator, count in operations.OPERATIONS_AN_ELEMENT.items():
        row = next(line for line in documentation.splitlines() if line.startswith(f"| {operator} "))
        assert f"| {count}" in row
