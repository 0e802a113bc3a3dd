"""The network and its layers."""

from __future__ import annotations

import pytest

from octant.errors import InvalidWorkloadError
from octant.workload import FLOAT32, Layer, UnknownWork, VectorWork, Workload, matmul

FC = Layer("fc", "Gemm", matmul(rows=1, inner=8, columns=4), ("x",), ("y",), 1, 32, 36)
RELU = Layer("relu", "Relu", VectorWork(4, 4, 4, FLOAT32), ("y",), ("z",))
STRANGE = Layer("strange", "Mystery", UnknownWork("no such operator"), ("z",), ("out",))
NETWORK = Workload("net", (FC, RELU, STRANGE))


def test_a_layer_counts_what_its_work_is() -> None:
    assert [layer.macs for layer in NETWORK.layers] == [32, 0, 0]
    assert [layer.element_operations for layer in NETWORK.layers] == [0, 4, 0]


def test_repeats_multiply_the_work_but_not_the_weights() -> None:
    step = Layer("step", "LSTM", matmul(rows=1, inner=8, columns=4), repeats=5, weights=32)
    assert step.macs == 5 * 32
    assert Workload("rnn", (step,)).weights == 32
    gate = Layer("gate", "Sigmoid", VectorWork(3, 3, 3, FLOAT32), repeats=5)
    assert gate.element_operations == 15


def test_a_network_adds_up_its_layers() -> None:
    assert (NETWORK.macs, NETWORK.weights, NETWORK.parameters) == (32, 32, 36)


def test_a_network_sorts_its_layers_by_work() -> None:
    assert NETWORK.mac_layers == (FC,)
    assert NETWORK.unknown_layers == (STRANGE,)


def test_an_empty_network_has_no_work() -> None:
    assert Workload("empty", ()).macs == 0


@pytest.mark.parametrize("repeats", [0, -1])
def test_repeats_below_one_are_refused(repeats: int) -> None:
    with pytest.raises(InvalidWorkloadError, match=f"'relu' repeats {repeats} times: 1 or more"):
        Layer("relu", "Relu", VectorWork(4, 4, 4, FLOAT32), repeats=repeats)


@pytest.mark.parametrize("work", [(-1, 0, 0), (0, -1, 0), (0, 0, -1)])
def test_negative_work_is_refused(work: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidWorkloadError, match="negative work"):
        VectorWork(*work, FLOAT32)


def test_two_layers_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidWorkloadError, match=r"names layers twice: \['fc'\]"):
        Workload("net", (FC, RELU, FC))


@pytest.mark.parametrize("batch", [0, -4])
def test_a_batch_below_one_is_refused(batch: int) -> None:
    with pytest.raises(InvalidWorkloadError, match=f"'net' has batch {batch}: 1 or more"):
        Workload("net", (FC,), batch=batch)
