"""The table of the built-in networks."""

from __future__ import annotations

from octant.zoo import (
    alexnet,
    bert,
    googlenet,
    gpt,
    inception,
    mobilenet,
    recurrent,
    resnet,
    squeezenet,
    transformer,
    vgg,
)
from octant.zoo.entry import NetworkEntry, Parameter

_PIXELS = "height and width of the image in pixels"
_KRIZHEVSKY = (
    "Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural "
    "Networks, NIPS 2012; layer shapes as in Chen et al., JSSC 2017, Table III"
)
_KRIZHEVSKY_ONE = (
    "Krizhevsky: One weird trick for parallelizing convolutional neural networks, "
    "arXiv:1404.5997; layer shapes of torchvision.models.alexnet"
)
_SIMONYAN = (
    "Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, "
    "ICLR 2015, Table 1, configuration D"
)
_SZEGEDY_1 = "Szegedy et al.: Going Deeper with Convolutions, CVPR 2015, Table 1"
_SZEGEDY_3 = (
    "Szegedy et al.: Rethinking the Inception Architecture for Computer Vision, CVPR 2016; "
    "layer shapes of torchvision.models.inception_v3"
)
_HE = "He et al.: Deep Residual Learning for Image Recognition, CVPR 2016, Table 1"
_IANDOLA = (
    "Iandola et al.: SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB "
    "model size, arXiv:1602.07360, Table 1"
)
_HOWARD = (
    "Howard et al.: MobileNets: Efficient Convolutional Neural Networks for Mobile Vision "
    "Applications, arXiv:1704.04861, Table 1"
)
_SANDLER = (
    "Sandler et al.: MobileNetV2: Inverted Residuals and Linear Bottlenecks, CVPR 2018, Table 2"
)
_DEVLIN = (
    "Devlin et al.: BERT: Pre-training of Deep Bidirectional Transformers for Language "
    "Understanding, NAACL 2019, section 3"
)
_RADFORD = (
    "Radford et al.: Language Models are Unsupervised Multitask Learners, 2019; layer shapes of "
    "the released 124M model"
)
_VASWANI = "Vaswani et al.: Attention Is All You Need, NIPS 2017, Table 3, base"
_SUTSKEVER = (
    "Sutskever, Vinyals, Le: Sequence to Sequence Learning with Neural Networks, NIPS 2014, "
    "section 3.4"
)


def _image(resolution: int) -> tuple[Parameter, ...]:
    return (Parameter("resolution", resolution, _PIXELS),)


def _mobile() -> tuple[Parameter, ...]:
    return (Parameter("width", 1.0, "multiplier of every layer's channels", 0.01), *_image(224))


def _pair() -> tuple[Parameter, ...]:
    return (
        Parameter("source", 32, "tokens of the source"),
        Parameter("target", 32, "tokens of the target"),
    )


_BERT = (Parameter("sequence", 128, "tokens", maximum=bert.POSITIONS),)
_GPT = (
    Parameter("sequence", gpt.POSITIONS, "new tokens", maximum=gpt.POSITIONS),
    Parameter("context", 0, "cached tokens", minimum=0, maximum=gpt.POSITIONS - 1),
    Parameter("logits", 1, "positions with output scores", maximum=gpt.POSITIONS),
)
_GPT_DECODE = (
    Parameter("context", gpt.POSITIONS - 1, "cached tokens", minimum=0, maximum=gpt.POSITIONS - 1),
)

ENTRIES: tuple[NetworkEntry, ...] = (
    NetworkEntry("alexnet", "AlexNet (grouped, 227)", _KRIZHEVSKY, _image(227), alexnet.alexnet),
    NetworkEntry(
        "alexnet-torchvision",
        "AlexNet (torchvision: one tower)",
        _KRIZHEVSKY_ONE,
        _image(224),
        alexnet.alexnet_torchvision,
    ),
    NetworkEntry("vgg16", "VGG-16", _SIMONYAN, _image(224), vgg.vgg16),
    NetworkEntry(
        "googlenet", "GoogLeNet (Inception v1)", _SZEGEDY_1, _image(224), googlenet.googlenet
    ),
    NetworkEntry(
        "googlenet-floor",
        "GoogLeNet (Inception v1, poolings rounded down)",
        f"{_SZEGEDY_1}; poolings as in inception_v1 of the ONNX model zoo",
        _image(224),
        googlenet.googlenet_floor,
    ),
    NetworkEntry(
        "googlenet-torchvision",
        "GoogLeNet (torchvision: batch normalisation, 3x3 in place of 5x5)",
        f"{_SZEGEDY_1}; layer shapes of torchvision.models.googlenet",
        _image(224),
        googlenet.googlenet_torchvision,
    ),
    NetworkEntry("inception-v3", "Inception-v3", _SZEGEDY_3, _image(299), inception.inception_v3),
    NetworkEntry("resnet18", "ResNet-18", _HE, _image(224), resnet.resnet18),
    NetworkEntry(
        "resnet50", "ResNet-50 v1 (step in the first 1x1)", _HE, _image(224), resnet.resnet50
    ),
    NetworkEntry(
        "resnet50-v1.5",
        "ResNet-50 v1.5 (step in the 3x3)",
        f"{_HE}; strides of torchvision.models.resnet50",
        _image(224),
        resnet.resnet50_v1_5,
    ),
    NetworkEntry(
        "squeezenet1.0", "SqueezeNet 1.0", _IANDOLA, _image(224), squeezenet.squeezenet_1_0
    ),
    NetworkEntry(
        "squeezenet1.1",
        "SqueezeNet 1.1",
        "SqueezeNet v1.1, github.com/forresti/SqueezeNet",
        _image(224),
        squeezenet.squeezenet_1_1,
    ),
    NetworkEntry("mobilenet-v1", "MobileNetV1", _HOWARD, _mobile(), mobilenet.mobilenet_v1),
    NetworkEntry("mobilenet-v2", "MobileNetV2", _SANDLER, _mobile(), mobilenet.mobilenet_v2),
    NetworkEntry("bert-base", "BERT-base (encoder and pooler)", _DEVLIN, _BERT, bert.bert_base),
    NetworkEntry("gpt2-small", "GPT-2 small (prefill)", _RADFORD, _GPT, gpt.gpt2_small),
    NetworkEntry(
        "gpt2-small-decode",
        "GPT-2 small (one token with a cache)",
        _RADFORD,
        _GPT_DECODE,
        gpt.gpt2_small_decode,
    ),
    NetworkEntry("transformer", "Transformer base", _VASWANI, _pair(), transformer.transformer),
    NetworkEntry("seq2seq", "LSTM sequence to sequence", _SUTSKEVER, _pair(), recurrent.seq2seq),
)
