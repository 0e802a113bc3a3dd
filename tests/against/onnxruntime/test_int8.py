"""Octant's int8 beside ONNX Runtime's own static quantisation, on the same network and samples.

ONNX Runtime chooses ranges and rounds by its own code and runs integer kernels. The two need not
agree to the bit (biases, the order of sums, where a range ends), but their answers do: on at least
99 % of the test samples of every embedded network.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from octant.accuracy.dataset import share
from octant.accuracy.digits import digits
from octant.accuracy.execution import Session
from octant.accuracy.measurement import calibrated, trial
from octant.accuracy.networks import names, path
from octant.accuracy.rewrite import rewritten
from octant.accuracy.runnable import load_runnable
from octant.accuracy.wording import recipe_of

AGREEMENT = 0.99


class _Calibration(CalibrationDataReader):  # type: ignore[misc]
    """The same calibration samples that Octant uses."""

    def __init__(self) -> None:
        data = digits()
        inputs, _ = data.read(share(data, "calibration"))
        self._left: Iterator[Any] = iter([{"image": image[None]} for image in inputs["image"]])

    def get_next(self) -> Any:
        return next(self._left, None)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", names())
def test_predictions_agree(name: str, tmp_path: Path) -> None:
    quantised = tmp_path / "int8.onnx"
    quantize_static(
        path(name),
        quantised,
        _Calibration(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["Conv", "Gemm", "MatMul"],
    )
    data, network = digits(), load_runnable(path(name), name)
    images = data.read(share(data, "test"))[0]["image"]
    theirs = onnxruntime.InferenceSession(quantised, providers=["CPUExecutionProvider"]).run(
        None, {"image": images}
    )[0]
    on, recipe = trial(network, data), recipe_of(weights="8", activations="8", accumulator="32")
    variant = rewritten(network, recipe, calibrated(on, (recipe,)))
    ours = Session(variant.model, network).run({"image": images})
    (scores,) = ours.values()
    agreement = float(np.mean(scores.argmax(1) == np.asarray(theirs).argmax(1)))
    assert agreement >= AGREEMENT
