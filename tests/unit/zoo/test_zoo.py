"""Every built-in network is a well-formed graph, and its sizes scale as they must."""

from __future__ import annotations

import subprocess
import sys

import pytest

from octant.errors import InvalidWorkloadError, UnknownNameError
from octant.workload import Einsum, VectorWork
from octant.zoo import describe, names, network

SMALLER: dict[str, dict[str, int | float]] = {
    "gpt2-small": {"sequence": 16, "context": 5},
    "seq2seq": {"source": 3, "target": 2},
    "transformer": {"source": 5, "target": 7},
}
NETWORK_INPUTS = {"image", "tokens", "source", "target"}


@pytest.mark.parametrize("name", names())
def test_every_input_is_an_earlier_output_or_an_input_of_the_network(name: str) -> None:
    made: set[str] = set()
    for layer in network(name, batch=1, **SMALLER.get(name, {})).layers:
        for source in layer.inputs:
            cached = name.startswith("gpt2") and ".past_" in source
            assert source in made or source in NETWORK_INPUTS or cached, (layer.name, source)
        assert layer.inputs
        assert made.isdisjoint(layer.outputs)
        made.update(layer.outputs)


@pytest.mark.parametrize("name", names())
def test_only_the_last_layer_makes_what_nobody_reads(name: str) -> None:
    layers = network(name).layers
    read = {source for layer in layers for source in layer.inputs}
    unread = [out for layer in layers for out in layer.outputs if out not in read]
    assert unread == list(layers[-1].outputs)


@pytest.mark.parametrize("name", names())
def test_a_batch_multiplies_the_work_and_not_the_weights(name: str) -> None:
    one, four = (network(name, batch=batch, **SMALLER.get(name, {})) for batch in (1, 4))
    assert four.batch == 4
    assert four.macs == 4 * one.macs
    assert four.weights == one.weights
    assert four.parameters == one.parameters
    for single, multiple in zip(one.layers, four.layers, strict=True):
        assert multiple.element_operations == 4 * single.element_operations


@pytest.mark.parametrize("name", names())
def test_stored_weights_are_the_weight_tensor_of_the_einsum(name: str) -> None:
    for layer in network(name).mac_layers:
        assert isinstance(layer.work, Einsum)
        of_activations = layer.name.endswith((".scores", ".context"))
        assert layer.weights == (0 if of_activations else layer.work.elements("weights"))


@pytest.mark.parametrize("name", names())
def test_layers_read_what_was_made(name: str) -> None:
    """The elements that a layer takes are those that its sources make (poolings may drop some)."""
    made: dict[str, int] = {}
    for layer in network(name).layers:
        if isinstance(layer.work, Einsum):
            written = layer.work.elements("outputs")
        else:
            assert isinstance(layer.work, VectorWork)
            written = layer.work.written_elements
            sources = [made.get(source) for source in layer.inputs]
            if layer.repeats == 1 and None not in sources:
                extra = layer.parameters if "Normalization" in layer.operator else 0
                assert layer.work.read_elements == sum(filter(None, sources)) + extra
        made[layer.outputs[0]] = written


def test_entries_say_where_a_network_comes_from() -> None:
    for name in names():
        entry, net = describe(name), network(name)
        assert net.name == name
        assert net.source == entry.citation
        assert net.description.startswith(entry.title)
        for parameter in entry.parameters:
            assert str(parameter) in net.description
    assert len(set(names())) == len(names())


def test_an_unknown_network_is_named_with_near_misses() -> None:
    with pytest.raises(UnknownNameError, match=r"'resnet5'.*did you mean.*'resnet50'"):
        network("resnet5")


def test_an_unknown_parameter_is_answered_with_those_that_exist() -> None:
    message = r"'depth'; it has width=1\.0, resolution=224"
    with pytest.raises(UnknownNameError, match=message):
        network("mobilenet-v1", depth=3)


@pytest.mark.parametrize(
    ("name", "sizes", "message"),
    [
        ("vgg16", {"resolution": 0}, "0 is not an integer of at least 1"),
        ("vgg16", {"resolution": 224.5}, "224.5 is not an integer"),
        ("vgg16", {"resolution": float("nan")}, "nan is not an integer"),
        ("vgg16", {"resolution": True}, "True is not an integer"),
        ("mobilenet-v1", {"width": -0.5}, "-0.5 is not a number of at least 0.01"),
        ("bert-base", {"sequence": 513}, "at least 1 and at most 512"),
        ("gpt2-small", {"sequence": 1000, "context": 25}, "has 1024 positions"),
        ("gpt2-small", {"sequence": 4, "logits": 5}, "logits 5 must not exceed"),
        ("alexnet", {"resolution": 60}, "'POOL5'.*greater resolution"),
    ],
)
def test_a_value_out_of_range_is_refused(name: str, sizes: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidWorkloadError, match=message):
        network(name, batch=1, **sizes)


@pytest.mark.parametrize("batch", [0, -1, True])
def test_a_batch_below_one_is_refused(batch: int) -> None:
    with pytest.raises(InvalidWorkloadError, match="not an integer of 1 or more"):
        network("alexnet", batch=batch)


def test_a_whole_float_serves_as_an_integer() -> None:
    assert network("vgg16", resolution=64.0) == network("vgg16", resolution=64)


def test_importing_the_zoo_loads_nothing_heavy() -> None:
    code = (
        "import sys, octant.zoo;"
        "print([m for m in ('numpy', 'numba', 'onnx', 'pandas', 'yaml') if m in sys.modules])"
    )
    path = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=path
    )
    assert done.stdout.strip() == "[]"
