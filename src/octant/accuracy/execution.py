"""Networks executed by ONNX Runtime, a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from octant.accuracy.dataset import Inputs
from octant.accuracy.runnable import Runnable
from octant.errors import DataSetError, RunFailedError

#: Optimisations that move a scale into the weights: sums of whole numbers would be none any more.
_INEXACT = ["ConvMulFusion", "MatMulScaleFusion"]
_QUIET = 4  # fatal errors only: what fails is raised, and worded here


class Session:
    """A network that is loaded for execution.

    Args:
        model: as ONNX bytes.
        network: what it was made of: names and shapes of inputs.
        watched: tensors inside the network whose values are wanted, too.

    Raises:
        RunFailedError: ONNX Runtime cannot run it; the message says which operator.
    """

    def __init__(self, model: bytes, network: Runnable, watched: Sequence[str] = ()) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = _QUIET
        # Rounding stays what the pass wrote: no integer kernels in place of rounded real values.
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        self.network = network
        try:
            self._session = onnxruntime.InferenceSession(
                with_outputs(model, watched) if watched else model,
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=_INEXACT,
            )
        except Exception as error:
            raise RunFailedError(_worded(network.name, error)) from error
        self.outputs = tuple(item.name for item in self._session.get_outputs())

    def run(self, inputs: Inputs) -> dict[str, NDArray[Any]]:
        """The outputs and the watched tensors of some samples, by name.

        Raises:
            DataSetError: the inputs do not fit the network.
            RunFailedError: the run failed.
        """
        feed = fitted(inputs, self.network)
        count = len(next(iter(feed.values())))
        size = self.network.batch or count
        parts = [self._run(feed, start, size, count) for start in range(0, count, size)]
        if len(parts) == 1:
            return parts[0]
        return {name: np.concatenate([part[name] for part in parts]) for name in self.outputs}

    def _run(self, feed: Inputs, start: int, size: int, count: int) -> dict[str, NDArray[Any]]:
        """One run; a last batch that is too short is filled up, and cut again."""
        taken = min(size, count - start)
        part = {name: values[start : start + taken] for name, values in feed.items()}
        if taken < size:
            part = {
                name: np.concatenate([values, np.repeat(values[-1:], size - taken, axis=0)])
                for name, values in part.items()
            }
        try:
            found = self._session.run(None, part)
        except Exception as error:
            raise RunFailedError(_worded(self.network.name, error)) from error
        return {
            name: _cut(np.asarray(values), size, taken)
            for name, values in zip(self.outputs, found, strict=True)
        }


def _cut(values: NDArray[Any], size: int, taken: int) -> NDArray[Any]:
    """The values without what filled the batch up; all of those that have another first axis."""
    filled = taken < size and values.ndim and len(values) == size
    return values[:taken] if filled else values


def with_outputs(model: bytes, names: Sequence[str]) -> bytes:
    """The model with tensors inside it among its outputs."""
    proto = onnx.ModelProto()
    proto.ParseFromString(model)
    there = {item.name for item in proto.graph.output}
    there |= {item.name for item in proto.graph.input}
    proto.graph.output.extend(
        onnx.ValueInfoProto(name=name) for name in dict.fromkeys(names) if name not in there
    )
    return bytes(proto.SerializeToString())


def fitted(inputs: Inputs, network: Runnable) -> dict[str, NDArray[Any]]:
    """The inputs by the network's names, in its shapes and types.

    One unnamed array is the only input. Flat features take the network's shape where their number
    agrees.

    Raises:
        DataSetError: names, shapes or types do not fit.
    """
    wanted = dict(network.inputs)
    if len(inputs) == 1 and len(wanted) == 1:
        inputs = dict(zip(wanted, inputs.values(), strict=True))
    missing = [name for name in wanted if name not in inputs]
    if missing:
        raise DataSetError(
            f"network {network.name!r} reads {', '.join(wanted)}; the data set has no "
            f"{', '.join(missing)} but {', '.join(inputs) or 'nothing'}"
        )
    kinds = {item.name: item.type.tensor_type.elem_type for item in network.proto.graph.input}
    return {
        name: _shaped(inputs[name], shape, name, network).astype(
            onnx.helper.tensor_dtype_to_np_dtype(kinds[name]), copy=False
        )
        for name, shape in wanted.items()
    }


def _shaped(
    values: NDArray[Any], shape: tuple[int | None, ...], name: str, network: Runnable
) -> NDArray[Any]:
    wanted, given = shape[1:], values.shape[1:]
    if len(wanted) == len(given) and all(
        extent in (None, got) for extent, got in zip(wanted, given, strict=True)
    ):
        return values
    if None not in wanted and int(np.prod(given)) == int(np.prod([x or 1 for x in wanted])):
        return values.reshape(len(values), *[x or 1 for x in wanted])
    shown = " x ".join("any" if extent is None else str(extent) for extent in wanted)
    raise DataSetError(
        f"network {network.name!r}: a sample of input {name!r} is {shown}; the data set's is "
        f"{' x '.join(map(str, given)) or 'one number'}: give data in that shape, or resize it"
    )


def _worded(name: str, error: Exception) -> str:
    said = " ".join(str(error).split())
    said = said.split(" : ", 3)[-1] if said.startswith("[ONNXRuntimeError]") else said
    return (
        f"network {name!r}: ONNX Runtime cannot run it: {said[:400]}; replace what it does not "
        "know, or measure the accuracy elsewhere"
    )
