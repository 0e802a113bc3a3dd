"""The built-in networks against published tables, row by row.

Weights and multiply-accumulates are compared to the last printed digit: a difference is a wrong
layer table, not a residual.
"""

from __future__ import annotations

import math
from pathlib import Path

import onnx
import pytest

from octant.workload import Einsum, Layer, Workload
from octant.zoo import network

# Derived from the published layer shapes (the publication of each is in its entry): weights of the
# multiplying layers in M, parameters with bias and normalisation, multiply-accumulates in M.
# Parameters of the torchvision variants are those that torchvision documents.
COMPUTED = [
    ("alexnet", {}, "60.955", 60965224, "724.41"),
    ("alexnet-torchvision", {}, "61.090", 61100840, "714.19"),
    ("vgg16", {}, "138.344", 138357544, "15470.26"),
    ("googlenet", {}, "6.990", 6998552, "1582.67"),
    ("googlenet-torchvision", {}, "6.609", 6624904, "1498.38"),
    ("resnet50", {}, "25.503", 25557032, "3857.97"),
    ("resnet50-v1.5", {}, "25.503", 25557032, "4089.18"),
    ("squeezenet1.0", {}, "1.244", 1248424, "818.92"),
    ("squeezenet1.1", {}, "1.232", 1235496, "349.15"),
    ("mobilenet-v1", {"width": 1.0, "resolution": 224}, "4.209", 4231976, "568.74"),
    ("mobilenet-v1", {"width": 0.75, "resolution": 224}, "2.568", 2585560, "325.40"),
    ("mobilenet-v1", {"width": 0.5, "resolution": 128}, "1.320", 1331592, "49.16"),
    ("mobilenet-v1", {"width": 0.25, "resolution": 128}, "0.464", 470072, "13.57"),
    ("mobilenet-v2", {}, "3.470", 3504872, "300.77"),
]

# torchvision's model documentation: "num_params" and "GFLOPS" (multiply-accumulates there).
# Inception-v3: 27161264 less the auxiliary classifier's 3326696.
TORCHVISION = [
    ("alexnet-torchvision", 61100840, "0.71"),
    ("vgg16", 138357544, "15.47"),
    ("googlenet-torchvision", 6624904, "1.50"),
    ("inception-v3", 27161264 - 3326696, "5.71"),
    ("resnet18", 11689512, "1.81"),
    ("resnet50-v1.5", 25557032, "4.09"),
    ("squeezenet1.0", 1248424, "0.82"),
    ("squeezenet1.1", 1235496, "0.35"),
    ("mobilenet-v2", 3504872, "0.30"),
]


@pytest.mark.parametrize(("name", "sizes", "weights", "parameters", "macs"), COMPUTED)
def test_weights_parameters_and_macs_equal_the_table(
    name: str, sizes: dict[str, float], weights: str, parameters: int, macs: str
) -> None:
    net = network(name, batch=1, **sizes)
    assert f"{net.weights / 1e6:.3f}" == weights
    assert net.parameters == parameters
    assert f"{net.macs / 1e6:.2f}" == macs


@pytest.mark.parametrize(("name", "parameters", "macs"), TORCHVISION)
def test_torchvision_documents_the_same_sizes(name: str, parameters: int, macs: str) -> None:
    net = network(name)
    assert net.parameters == parameters
    assert f"{net.macs / 1e9:.2f}" == macs


# BERT-base (Devlin et al., NAACL 2019: 12 blocks, 768 wide, 12 heads): attention included.
@pytest.mark.parametrize(("sequence", "macs"), [(128, "11.17"), (384, "35.33"), (512, "48.32")])
def test_bert_macs_by_sequence_length(sequence: int, macs: str) -> None:
    assert f"{network('bert-base', sequence=sequence).macs / 1e9:.2f}" == macs


def test_bert_weights_and_parameters() -> None:
    net = network("bert-base")
    encoder = sum(layer.weights for layer in net.layers if layer.name.startswith("encoder."))
    assert f"{encoder / 1e6:.2f}" == "84.93"
    assert net.parameters == 109482240


def test_gpt2_small_has_the_parameters_of_the_released_model() -> None:
    # Radford et al., 2019: the released "124M" model, tied output, 1024 positions.
    assert network("gpt2-small").parameters == 124439808


def test_seq2seq_has_the_parameters_of_the_paper() -> None:
    # Sutskever et al., NIPS 2014, section 3.4: 384 M parameters, of which 64 M recurrent (32 M in
    # the encoder and 32 M in the decoder); biases are on top.
    net = network("seq2seq")
    lstm = [layer for layer in net.layers if ".lstm" in layer.name]
    embeddings = sum(layer.parameters for layer in net.layers if layer.operator == "Embedding")
    assert sum(layer.weights for layer in lstm) == 64_000_000
    assert net.weights + embeddings == 384_000_000


def test_transformer_base_has_about_the_parameters_of_the_paper() -> None:
    # Vaswani et al., NIPS 2017, Table 3: 65 M. "About 37000" tokens were shared: 37000 gives 63.05
    # M, and the difference is that of 3800 more rows of 512.
    assert network("transformer").parameters / 65e6 == pytest.approx(1, abs=0.035)


# Sze et al., Proc. IEEE 2017, Table II (the same numbers in CICC 2017, Table I).
SURVEY = {
    "alexnet": (5, "2.3M", "666M", 3, "58.6M", "61M", "724M"),
    "vgg16": (13, "14.7M", "15.3G", 3, "124M", "138M", "15.5G"),
    "googlenet-floor": (57, "6.0M", "1.43G", 1, "1M", "7M", "1.43G"),
    "resnet50": (53, "23.5M", "3.86G", 1, "2M", "25.5M", "3.9G"),
}


@pytest.mark.parametrize("name", SURVEY)
def test_survey_categories(name: str) -> None:
    conv_layers, conv_weights, conv_macs, fc_layers, fc_weights, weights, macs = SURVEY[name]
    net = network(name)
    conv = [layer for layer in net.mac_layers if layer.operator == "Conv"]
    dense = [layer for layer in net.mac_layers if layer.operator == "Gemm"]
    assert len(conv) == conv_layers
    assert len(dense) == fc_layers
    assert _as_printed(sum(layer.weights for layer in conv), conv_weights)
    assert _as_printed(sum(layer.macs for layer in conv), conv_macs)
    assert _as_printed(sum(layer.weights for layer in dense), fc_weights)
    assert _as_printed(net.weights, weights)
    assert _as_printed(net.macs, macs)


def test_where_the_survey_counts_otherwise() -> None:
    """The survey's numbers that do not follow from the published tables, and why."""
    # It prints 16 convolution layers for VGG-16: configuration D has 13; 16 are all its layers
    # with weights (13 and 3 fully connected).
    vgg = network("vgg16")
    assert len([layer for layer in vgg.layers if layer.weights]) == 16
    # It prints 21 convolution layers for GoogLeNet and 49 for ResNet-50: those on the longest path,
    # not all 57 and 53 (whose weights and multiply-accumulates are in its totals).
    assert _convolutions_in_depth(network("alexnet")) == 5
    assert _convolutions_in_depth(vgg) == 13
    assert _convolutions_in_depth(network("googlenet")) == 21
    assert _convolutions_in_depth(network("resnet50")) == 49
    # Its 1.43 G for GoogLeNet is the network with poolings rounded down (maps of 55, 27, 13, 6);
    # with the published maps of 56, 28, 14 and 7 it is 1.58 G.
    assert f"{network('googlenet-floor').macs / 1e9:.2f}" == "1.43"
    assert f"{network('googlenet').macs / 1e9:.2f}" == "1.58"


def test_eyeriss_v2_counts_the_same_macs() -> None:
    # Chen et al., JETCAS 2019, section I-C: AlexNet 724.4 M, MobileNet (0.5, 128) 49.2 M.
    mobilenet = network("mobilenet-v1", width=0.5, resolution=128)
    assert f"{network('alexnet').macs / 1e6:.1f}" == "724.4"
    assert f"{mobilenet.macs / 1e6:.1f}" == "49.2"


# Chen et al., JSSC 2017, Table III: H, R, E, C, M, U. Table V: MAC in G at a batch of 4.
# Chen et al., ISSCC 2016: MAC in M at a batch of 4, filter weights in thousands.
EYERISS = {
    "CONV1": ((227, 11, 55, 3, 96, 4), "0.42", "421.6", 34.8),
    "CONV2": ((31, 5, 27, 48, 256, 1), "0.90", "895.7", 307.2),
    "CONV3": ((15, 3, 13, 256, 384, 1), "0.60", "598.1", 884.7),
    "CONV4": ((15, 3, 13, 192, 384, 1), "0.45", "448.6", 663.6),
    "CONV5": ((15, 3, 13, 192, 256, 1), "0.30", "299.0", 442.4),
}


@pytest.mark.parametrize("name", EYERISS)
def test_alexnet_layers_are_those_of_eyeriss(name: str) -> None:
    shape, giga, mega, thousands = EYERISS[name]
    layer = _layer(network("alexnet", batch=4), name)
    assert _eyeriss_shape(layer) == shape
    assert f"{layer.macs / 1e9:.2f}" == giga
    # ISSCC 2016 prints 421.6 for 421.66 and 895.7 for 895.80: cut, not rounded.
    assert layer.macs / 1e6 == pytest.approx(float(mega), abs=0.1)
    assert layer.weights / 1e3 == pytest.approx(thousands, abs=0.06)


def test_alexnet_convolutions_together() -> None:
    conv = [layer for layer in network("alexnet", batch=4).layers if layer.operator == "Conv"]
    assert round(sum(layer.macs for layer in conv) / 1e6) == 2663
    assert sum(layer.weights for layer in conv) / 1e3 == pytest.approx(2332.7, abs=0.1)


# The architectures that ship inside the onnx package (from the ONNX model zoo).
LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


@pytest.mark.parametrize(
    ("file", "name", "mega"),
    [
        ("resnet50", "resnet50-v1.5", "4089.2"),
        ("squeezenet", "squeezenet1.1", "349.2"),
        ("inception_v1", "googlenet-floor", "1431.6"),
    ],
)
def test_the_same_network_in_the_onnx_package(file: str, name: str, mega: str) -> None:
    ours = [layer.macs for layer in network(name).mac_layers]
    theirs = _onnx_macs(LIGHT / f"light_{file}.onnx")
    assert sorted(ours) == sorted(theirs)
    assert f"{sum(ours) / 1e6:.1f}" == mega


def test_the_onnx_package_pads_the_last_pooling_of_alexnet() -> None:
    # light_bvlc_alexnet takes 224 pixels, rounds poolings down (54, 26, 12), and pads the last one
    # to 6 instead of 5, so that FC6 keeps its 9216 inputs.
    ours = {layer.name: layer.macs for layer in network("alexnet", resolution=224).mac_layers}
    ours["FC6"] = 9216 * 4096
    theirs = _onnx_macs(LIGHT / "light_bvlc_alexnet.onnx")
    assert list(ours.values()) == theirs
    assert f"{sum(theirs) / 1e6:.1f}" == "654.6"


def _layer(net: Workload, name: str) -> Layer:
    return next(layer for layer in net.layers if layer.name == name)


def _eyeriss_shape(layer: Layer) -> tuple[int, ...]:
    assert isinstance(layer.work, Einsum)
    sizes, inputs = layer.work.sizes, layer.work.tensor("inputs")
    height = inputs.shape(sizes)[3]
    stride = next(term.coefficient for term in inputs.axes[3] if term.rank == "P")
    filters = sizes["G"] * sizes["K"]
    return (height, sizes["R"], sizes["P"], sizes["C"], filters, stride)


def _convolutions_in_depth(net: Workload) -> int:
    depth: dict[str, int] = {}
    for layer in net.layers:
        before = max(depth.get(source, 0) for source in layer.inputs)
        depth[layer.outputs[0]] = before + (layer.operator == "Conv")
    return max(depth.values())


def _as_printed(value: int, text: str) -> bool:
    digits, scale = text[:-1], {"M": 1e6, "G": 1e9}[text[-1]]
    decimals = len(digits.partition(".")[2])
    return f"{value / scale:.{decimals}f}" == digits


def _onnx_macs(path: Path) -> list[int]:
    """Multiply-accumulates of each Conv and Gemm, from ONNX's own shapes."""
    graph = onnx.shape_inference.infer_shapes(onnx.load(path), data_prop=True).graph
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.input, *graph.output)
    }
    macs = []
    for node in graph.node:
        if node.op_type in ("Conv", "Gemm"):
            weights = shapes[node.input[1]]
            flipped = any(a.name == "transB" and a.i for a in node.attribute)
            inner = weights[0] if node.op_type == "Gemm" and not flipped else math.prod(weights[1:])
            macs.append(math.prod(shapes[node.output[0]]) * inner)
    return macs
