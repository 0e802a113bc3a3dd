"""What operators without multiply-accumulates cost: element operations, and what they read.

An element operation is one addition, multiplication, comparison, conversion, or elementary
function of one argument (exponential, logarithm, root, erf, tanh, sigmoid): the unit of
``octant.workload.VectorWork``. The counts are those of the operators' definitions in the ONNX
standard, computed as directly as they can be in inference (statistics of a batch normalisation
folded into one multiplication and one addition).

| table | operations |
|---|---|
| ``PER_OUTPUT`` | a number for each element of the output |
| ``PER_INPUT`` | a number for each element of the first input (reductions, normalisations) |
| ``VARIADIC`` | one for each element of each input after the first |
| ``MOVES_INPUTS`` | none; reads all its inputs, writes its outputs |
| ``MOVES_OUTPUTS`` | none; reads as many elements as it writes, and its indices |
| ``METADATA`` | none and no traffic: it makes no layer, its edges are joined |

Pooling, LRN, Clip, Gelu, Resize, TopK, the quantisers and the normalisations have rules of their
own in ``vector``.
"""

from __future__ import annotations

from collections.abc import Mapping


def names(text: str) -> frozenset[str]:
    """The operator names in a text, separated by blanks."""
    return frozenset(text.split())


_ONE = names(
    """Abs Acos Acosh Add And Asin Asinh Atan Atanh Bernoulli BitShift BitwiseAnd BitwiseNot
    BitwiseOr BitwiseXor Cast CastLike Ceil Cos Cosh Div Equal Erf Exp Floor Greater GreaterOrEqual
    IsInf IsNaN Less LessOrEqual Log Mod Mul Neg Not Or Pow RandomNormal RandomNormalLike
    RandomUniform RandomUniformLike Reciprocal Relu Round Sigmoid Sign Sin Sinh Sqrt Sub Tan Tanh
    ThresholdedRelu Where Xor"""
)

PER_OUTPUT: Mapping[str, int] = dict.fromkeys(_ONE, 1) | {
    "LeakyRelu": 2,  # multiply, select
    "PRelu": 2,
    "Shrink": 4,  # two comparisons, bias, select
    "Softsign": 3,  # magnitude, add 1, divide
    "Softplus": 3,  # exponential, add 1, logarithm
    "HardSigmoid": 4,  # scale, shift, two bounds
    "HardSwish": 5,  # a hard sigmoid, and the product with x
    "Swish": 3,  # scale, sigmoid, multiply
    "Elu": 4,  # exponential, subtract 1, scale, select
    "Celu": 5,  # divide, exponential, subtract 1, scale, select
    "Selu": 5,  # an Elu, scale
    "Mish": 5,  # a softplus, tanh, multiply
    "RotaryEmbedding": 3,  # two multiplications, one addition
}

PER_INPUT: Mapping[str, int] = {
    "ReduceSum": 1,
    "ReduceMean": 1,
    "ReduceMax": 1,
    "ReduceMin": 1,
    "ReduceProd": 1,
    "ReduceLogSum": 1,
    "ReduceL1": 2,  # magnitude, add
    "ReduceL2": 2,  # square, add
    "ReduceSumSquare": 2,
    "ReduceLogSumExp": 4,  # compare, subtract, exponential, add
    "ArgMax": 1,
    "ArgMin": 1,
    "CumSum": 1,
    "CumProd": 1,
    "Col2Im": 1,
    "NonZero": 1,
    "GlobalAveragePool": 1,
    "GlobalMaxPool": 1,
    "GlobalLpPool": 2,
    "Softmax": 5,  # compare, subtract, exponential, add, divide
    "LogSoftmax": 5,  # compare, subtract, exponential, add, subtract
    "Hardmax": 2,  # compare, select
    "LpNormalization": 3,  # power, add, divide
    "MeanVarianceNormalization": 5,  # add, subtract, square, add, scale
    "DynamicQuantizeLinear": 5,  # two comparisons for the range, scale, shift, round
}

VARIADIC = names("Max Mean Min Sum")

MOVES_INPUTS = names(
    """CenterCropPad Compress Concat DepthToSpace EyeLike Expand MaxUnpool OneHot Pad Range
    ReverseSequence Scatter ScatterElements ScatterND SpaceToDepth Split TensorScatter Tile
    Transpose Trilu"""
)
MOVES_OUTPUTS = names("ConstantOfShape Gather GatherElements GatherND Slice")

METADATA = names("Constant Dropout Flatten Identity Reshape Shape Size Squeeze Unsqueeze")

# Operators whose first inputs (so many) hold data; the others hold shapes, axes, indices, bounds.
DATA_INPUTS: Mapping[str, int] = dict.fromkeys(
    names("ConstantOfShape EyeLike OneHot Range Shape Size"), 0
) | dict.fromkeys(
    names(
        """CenterCropPad Clip Compress CumProd CumSum DequantizeLinear Dropout Expand Gather
        GatherElements GatherND Pad QuantizeLinear ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
        ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Reshape Resize
        ReverseSequence Slice Split Squeeze Tile TopK Trilu Unsqueeze Upsample"""
    ),
    1,
)

RANDOM = names("Bernoulli RandomNormal RandomNormalLike RandomUniform RandomUniformLike")

# Operators that hand on their first input's numbers as they are.
PASSES_FORMAT = names(
    """Concat DepthToSpace Dropout Expand Flatten Gather Identity MaxPool Pad Reshape Slice
    SpaceToDepth Split Squeeze Tile Transpose Unsqueeze"""
)


def data_inputs(operator: str, count: int) -> int:
    """How many of an operator's ``count`` inputs, from the first, hold data.

    >>> data_inputs("Reshape", 2), data_inputs("Add", 2)
    (1, 2)
    """
    return min(count, DATA_INPUTS.get(operator, count))
