"""Trains the networks that Octant ships for the digits data set, and writes them as ONNX.

    pip install 'octant-eval[train]'
    python examples/train_digits.py src/octant/accuracy/networks

Three small networks: one like LeNet-5, one of depthwise separable convolutions, one Transformer.
They train on the training half of scikit-learn's digits (octant.accuracy.digits splits it the same
way for everybody), never on the samples that Octant calibrates or tests with. It takes about a
minute on a CPU. Batch normalisation is folded into the convolution before it, as every inference
engine does.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from octant.accuracy.digits import digits, share

OPSET, IR_VERSION = 21, 10
CLASSES = 10


class Graph:
    """An ONNX graph under construction: nodes and stored tensors in order."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[onnx.TensorProto] = []

    def store(self, name: str, values: object) -> str:
        """Stores a tensor and returns its name."""
        array = values.detach().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)
        self.stored.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, operator: str, name: str, inputs: Sequence[str], **attributes: object) -> str:
        """Adds a node with one output, which is named like the node."""
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name, **attributes))
        return name

    def linear(self, name: str, layer: nn.Linear, source: str) -> str:
        """A linear layer of rows: a matrix product and its bias."""
        weight = self.store(f"{name}.weight", layer.weight.T)
        product = self.add("MatMul", name, [source, weight])
        return self.add("Add", f"{name}.plus", [product, self.store(f"{name}.bias", layer.bias)])

    def gemm(self, name: str, layer: nn.Linear, source: str) -> str:
        """A fully connected layer."""
        stored = [
            self.store(f"{name}.weight", layer.weight),
            self.store(f"{name}.bias", layer.bias),
        ]
        return self.add("Gemm", name, [source, *stored], transB=1)

    def convolution(
        self, name: str, layer: nn.Conv2d, source: str, norm: nn.BatchNorm2d | None = None
    ) -> str:
        """A convolution, a batch normalisation behind it folded in."""
        weight = layer.weight.detach()
        bias = layer.bias.detach() if layer.bias is not None else torch.zeros(layer.out_channels)
        if norm is not None:
            assert norm.running_var is not None and norm.running_mean is not None
            gain = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
            weight = weight * gain[:, None, None, None]
            bias = (bias - norm.running_mean) * gain + norm.bias.detach()
        stored = [self.store(f"{name}.weight", weight), self.store(f"{name}.bias", bias)]
        pads = [int(pad) for pad in layer.padding] * 2  # type: ignore[union-attr]
        return self.add(
            "Conv",
            name,
            [source, *stored],
            kernel_shape=list(layer.kernel_size),
            pads=pads,
            strides=list(layer.stride),
            group=layer.groups,
        )

    def model(self, name: str, output: str) -> onnx.ModelProto:
        """The whole model, checked."""
        shapes = {"image": ["batch", 1, 8, 8], output: ["batch", CLASSES]}
        values = [
            helper.make_tensor_value_info(key, TensorProto.FLOAT, shape)
            for key, shape in shapes.items()
        ]
        graph = helper.make_graph(self.nodes, name, values[:1], values[1:], self.stored)
        model = helper.make_model(
            graph,
            producer_name="octant examples/train_digits.py",
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
        )
        onnx.checker.check_model(model, full_check=True)
        return model


class LeNet(nn.Module):
    """Two convolutions and three fully connected layers, as in LeNet-5 (LeCun et al., 1998)."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 3, padding=1)
        self.full = nn.ModuleList([nn.Linear(64, 120), nn.Linear(120, 84), nn.Linear(84, CLASSES)])

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Scores of the ten classes."""
        x = torch.max_pool2d(torch.relu(self.first(image)), 2)
        x = torch.max_pool2d(torch.relu(self.second(x)), 2).flatten(1)
        return self.full[2](torch.relu(self.full[1](torch.relu(self.full[0](x)))))  # type: ignore[no-any-return]

    def export(self) -> onnx.ModelProto:
        """The network as ONNX."""
        graph, x = Graph(), "image"
        for name, layer in (("conv1", self.first), ("conv2", self.second)):
            x = graph.add("Relu", f"{name}.relu", [graph.convolution(name, layer, x)])
            x = graph.add("MaxPool", f"{name}.pool", [x], kernel_shape=[2, 2], strides=[2, 2])
        x = graph.add("Flatten", "flatten", [x])
        for name, full in zip(("fc1", "fc2"), list(self.full)[:2], strict=True):
            x = graph.add("Relu", f"{name}.relu", [graph.gemm(name, full, x)])  # type: ignore[arg-type]
        return graph.model("digits-lenet", graph.gemm("fc3", self.full[2], x))  # type: ignore[arg-type]


class Depthwise(nn.Module):
    """A convolution, four depthwise separable blocks as in MobileNet, a pooling, a classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.channels = (16, 32, 32, 64, 64)
        self.steps = (1, 2, 1, 2)
        self.stem = nn.Conv2d(1, self.channels[0], 3, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(self.channels[0])
        pairs = list(zip(self.channels, self.channels[1:], self.steps, strict=False))
        self.depth = nn.ModuleList(
            nn.Conv2d(a, a, 3, step, 1, groups=a, bias=False) for a, _, step in pairs
        )
        self.depth_norm = nn.ModuleList(nn.BatchNorm2d(a) for a, _, _ in pairs)
        self.point = nn.ModuleList(nn.Conv2d(a, b, 1, bias=False) for a, b, _ in pairs)
        self.point_norm = nn.ModuleList(nn.BatchNorm2d(b) for _, b, _ in pairs)
        self.classifier = nn.Linear(self.channels[-1], CLASSES)

    def _stages(self) -> list[tuple[str, nn.Conv2d, nn.BatchNorm2d]]:
        found = [("stem", self.stem, self.stem_norm)]
        for number in range(len(self.steps)):
            found.append((f"depth{number + 1}", self.depth[number], self.depth_norm[number]))  # type: ignore[arg-type]
            found.append((f"point{number + 1}", self.point[number], self.point_norm[number]))  # type: ignore[arg-type]
        return found

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Scores of the ten classes."""
        x = image
        for _, layer, norm in self._stages():
            x = torch.relu(norm(layer(x)))
        return self.classifier(x.mean((2, 3)))  # type: ignore[no-any-return]

    def export(self) -> onnx.ModelProto:
        """The network as ONNX."""
        graph, x = Graph(), "image"
        for name, layer, norm in self._stages():
            x = graph.add("Relu", f"{name}.relu", [graph.convolution(name, layer, x, norm)])
        x = graph.add("Flatten", "flatten", [graph.add("GlobalAveragePool", "pool", [x])])
        return graph.model("digits-depthwise", graph.gemm("classifier", self.classifier, x))


class Transformer(nn.Module):
    """Two encoder blocks over the eight rows of an image, each row a token of eight pixels."""

    width, heads, hidden, blocks, tokens = 32, 4, 64, 2, 8

    def __init__(self) -> None:
        super().__init__()
        w = self.width
        self.embed, self.classifier = nn.Linear(8, w), nn.Linear(w, CLASSES)
        self.position = nn.Parameter(torch.randn(self.tokens, w) * 0.1)
        self.query, self.key, self.value, self.out = (
            nn.ModuleList(nn.Linear(w, w) for _ in range(self.blocks)) for _ in range(4)
        )
        self.up = nn.ModuleList(nn.Linear(w, self.hidden) for _ in range(self.blocks))
        self.down = nn.ModuleList(nn.Linear(self.hidden, w) for _ in range(self.blocks))
        self.before, self.between = (
            nn.ModuleList(nn.LayerNorm(w) for _ in range(self.blocks)) for _ in range(2)
        )

    def _split(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(-1, self.tokens, self.heads, self.width // self.heads).transpose(1, 2)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Scores of the ten classes."""
        x = self.embed(image.reshape(-1, self.tokens, 8)) + self.position
        for block in range(self.blocks):
            y = self.before[block](x)
            q, k, v = (self._split(part[block](y)) for part in (self.query, self.key, self.value))
            scores = torch.softmax(q @ k.transpose(2, 3) * (self.width // self.heads) ** -0.5, -1)
            mixed = (scores @ v).transpose(1, 2).reshape(-1, self.tokens, self.width)
            x = x + self.out[block](mixed)
            x = x + self.down[block](torch.relu(self.up[block](self.between[block](x))))
        return self.classifier(x.mean(1))  # type: ignore[no-any-return]

    def export(self) -> onnx.ModelProto:
        """The network as ONNX."""
        graph, head = Graph(), self.width // self.heads
        apart = graph.store("heads", np.array([0, self.tokens, self.heads, head], np.int64))
        joined = graph.store("joined", np.array([0, self.tokens, self.width], np.int64))
        rows = graph.store("rows", np.array([0, self.tokens, 8], np.int64))
        scale = graph.store("scale", np.array(head**-0.5, np.float32))
        x = graph.linear("embed", self.embed, graph.add("Reshape", "tokens", ["image", rows]))
        x = graph.add("Add", "positioned", [x, graph.store("position", self.position)])
        for block in range(self.blocks):
            name = f"block{block + 1}"
            y = self._norm(graph, f"{name}.before", self.before[block], x)
            parts = {}
            for part, order in (
                ("query", [0, 2, 1, 3]),
                ("key", [0, 2, 3, 1]),
                ("value", [0, 2, 1, 3]),
            ):
                z = graph.linear(f"{name}.{part}", getattr(self, part)[block], y)
                z = graph.add("Reshape", f"{name}.{part}.heads", [z, apart])
                parts[part] = graph.add("Transpose", f"{name}.{part}.turned", [z], perm=order)
            z = graph.add("MatMul", f"{name}.scores", [parts["query"], parts["key"]])
            z = graph.add("Mul", f"{name}.scaled", [z, scale])
            z = graph.add("Softmax", f"{name}.attention", [z], axis=-1)
            z = graph.add("MatMul", f"{name}.mixed", [z, parts["value"]])
            z = graph.add("Transpose", f"{name}.mixed.turned", [z], perm=[0, 2, 1, 3])
            z = graph.add("Reshape", f"{name}.joined", [z, joined])
            z = graph.linear(f"{name}.out", self.out[block], z)  # type: ignore[arg-type]
            x = graph.add("Add", f"{name}.attended", [x, z])
            z = self._norm(graph, f"{name}.between", self.between[block], x)
            z = graph.add("Relu", f"{name}.relu", [graph.linear(f"{name}.up", self.up[block], z)])  # type: ignore[arg-type]
            z = graph.linear(f"{name}.down", self.down[block], z)  # type: ignore[arg-type]
            x = graph.add("Add", f"{name}.end", [x, z])
        x = graph.add(
            "ReduceMean", "mean", [x, graph.store("axes", np.array([1], np.int64))], keepdims=0
        )
        return graph.model("digits-transformer", graph.gemm("classifier", self.classifier, x))

    @staticmethod
    def _norm(graph: Graph, name: str, layer: nn.Module, source: str) -> str:
        assert isinstance(layer, nn.LayerNorm)
        stored = [
            graph.store(f"{name}.gain", layer.weight),
            graph.store(f"{name}.shift", layer.bias),
        ]
        return graph.add("LayerNormalization", name, [source, *stored], axis=-1, epsilon=layer.eps)


def moved(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """The images, each turned by up to 8 degrees, moved by up to a pixel, scaled by up to 10 %."""
    count = len(images)
    angle, x, y, size = (torch.rand(4, count, generator=generator) * 2 - 1).unbind()
    angle, size = angle * 0.14, 1 + size * 0.1
    rows = torch.stack([torch.cos(angle) * size, -torch.sin(angle) * size, x * 0.25], 1)
    more = torch.stack([torch.sin(angle) * size, torch.cos(angle) * size, y * 0.25], 1)
    grid = nn.functional.affine_grid(torch.stack([rows, more], 1), list(images.shape), False)
    return nn.functional.grid_sample(images, grid, align_corners=False)


def train(network: nn.Module, images: torch.Tensor, labels: torch.Tensor, epochs: int) -> None:
    """Trains a network in place: Adam, a cosine schedule, the images moved a little each time."""
    generator = torch.Generator().manual_seed(1)
    batch, rate = 64, 3e-3
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=epochs * -(-len(labels) // batch)
    )
    network.train()
    for _ in range(epochs):
        for chosen in torch.randperm(len(labels), generator=generator).split(batch):
            scores = network(moved(images[chosen], generator))
            loss = nn.functional.cross_entropy(scores, labels[chosen], label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    network.eval()


def main() -> None:
    """Trains every network and writes it to the folder."""
    parser = argparse.ArgumentParser(description="Trains Octant's digit networks.")
    parser.add_argument("folder", type=Path, help="where the .onnx files go")
    parser.add_argument("--epochs", type=int, default=150)
    arguments = parser.parse_args()
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    data = digits()
    chosen = share(data, "train")
    inputs, labels = data.read(chosen)
    images, answers = torch.from_numpy(inputs["image"]), torch.from_numpy(labels)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for kind in (LeNet, Depthwise, Transformer):
        torch.manual_seed(0)
        network = kind()
        train(network, images, answers, arguments.epochs)
        model = network.export()
        path = arguments.folder / f"{model.graph.name}.onnx"
        path.write_bytes(model.SerializeToString(deterministic=True))
        print(f"{path}: {path.stat().st_size} bytes", flush=True)


if __name__ == "__main__":
    main()
