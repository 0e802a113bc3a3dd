"""Inception-v3, with torchvision's layer names and without the auxiliary classifier."""

from __future__ import annotations

from dataclasses import dataclass

from octant.workload import Layer
from octant.zoo import images
from octant.zoo.draft import Activation, Draft


@dataclass(frozen=True, slots=True)
class Unit:
    """A convolution with batch normalisation and Relu; padding keeps the map unless it is 0."""

    name: str
    channels: int
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    padded: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """A module: chains of units side by side, what ends split chains, and its pooling branch.

    Args:
        chains: units one after the other, for each branch.
        forks: for each branch, units that all read the chain's end (module E splits 1x3 and 3x1).
        pooled: channels of the projection after an average pooling; 0 for a bare maximum pooling
            of step 2.
    """

    name: str
    chains: tuple[tuple[Unit, ...], ...]
    forks: tuple[tuple[Unit, ...], ...]
    pooled: int


STEM = (
    Unit("Conv2d_1a_3x3", 32, (3, 3), stride=2, padded=False),
    Unit("Conv2d_2a_3x3", 32, (3, 3), padded=False),
    Unit("Conv2d_2b_3x3", 64, (3, 3)),
    Unit("Conv2d_3b_1x1", 80),
    Unit("Conv2d_4a_3x3", 192, (3, 3), padded=False),
)
POOLED_STEM = {"Conv2d_2b_3x3": "maxpool1", "Conv2d_4a_3x3": "maxpool2"}


def inception_v3(batch: int, *, resolution: int) -> tuple[Layer, ...]:
    """The layers of the network; 299x299 images end as maps of 8x8."""
    draft = Draft()
    current = Activation("image", batch, (3, resolution, resolution))
    for unit in STEM:
        current = _unit(draft, "", current, unit)
        if unit.name in POOLED_STEM:
            current = images.pool(draft, POOLED_STEM[unit.name], current, 3, 2)
    for block in _blocks():
        current = _block(draft, current, block)
    pooled = images.global_average(draft, "avgpool", current)
    images.softmax(draft, "prob", images.dense(draft, "fc", pooled, 1000))
    return draft.layers


def _blocks() -> tuple[Block, ...]:
    fives = tuple(_module_a(f"Mixed_5{letter}", pooled) for letter, pooled in _POOLED_5)
    sixes = tuple(_module_c(f"Mixed_6{letter}", width) for letter, width in _WIDTH_6)
    return (
        *fives,
        _module_b("Mixed_6a"),
        *sixes,
        _module_d("Mixed_7a"),
        _module_e("Mixed_7b"),
        _module_e("Mixed_7c"),
    )


_POOLED_5 = (("b", 32), ("c", 64), ("d", 64))
_WIDTH_6 = (("b", 128), ("c", 160), ("d", 160), ("e", 192))


def _module_a(name: str, pooled: int) -> Block:
    chains = (
        (Unit("branch1x1", 64),),
        (Unit("branch5x5_1", 48), Unit("branch5x5_2", 64, (5, 5))),
        (
            Unit("branch3x3dbl_1", 64),
            Unit("branch3x3dbl_2", 96, (3, 3)),
            Unit("branch3x3dbl_3", 96, (3, 3)),
        ),
    )
    return Block(name, chains, ((), (), ()), pooled)


def _module_b(name: str) -> Block:
    chains = (
        (Unit("branch3x3", 384, (3, 3), stride=2, padded=False),),
        (
            Unit("branch3x3dbl_1", 64),
            Unit("branch3x3dbl_2", 96, (3, 3)),
            Unit("branch3x3dbl_3", 96, (3, 3), stride=2, padded=False),
        ),
    )
    return Block(name, chains, ((), ()), 0)


def _module_c(name: str, width: int) -> Block:
    chains = (
        (Unit("branch1x1", 192),),
        (
            Unit("branch7x7_1", width),
            Unit("branch7x7_2", width, (1, 7)),
            Unit("branch7x7_3", 192, (7, 1)),
        ),
        (
            Unit("branch7x7dbl_1", width),
            Unit("branch7x7dbl_2", width, (7, 1)),
            Unit("branch7x7dbl_3", width, (1, 7)),
            Unit("branch7x7dbl_4", width, (7, 1)),
            Unit("branch7x7dbl_5", 192, (1, 7)),
        ),
    )
    return Block(name, chains, ((), (), ()), 192)


def _module_d(name: str) -> Block:
    chains = (
        (
            Unit("branch3x3_1", 192),
            Unit("branch3x3_2", 320, (3, 3), stride=2, padded=False),
        ),
        (
            Unit("branch7x7x3_1", 192),
            Unit("branch7x7x3_2", 192, (1, 7)),
            Unit("branch7x7x3_3", 192, (7, 1)),
            Unit("branch7x7x3_4", 192, (3, 3), stride=2, padded=False),
        ),
    )
    return Block(name, chains, ((), ()), 0)


def _module_e(name: str) -> Block:
    chains = (
        (Unit("branch1x1", 320),),
        (Unit("branch3x3_1", 384),),
        (Unit("branch3x3dbl_1", 448), Unit("branch3x3dbl_2", 384, (3, 3))),
    )
    forks = (
        (),
        (Unit("branch3x3_2a", 384, (1, 3)), Unit("branch3x3_2b", 384, (3, 1))),
        (Unit("branch3x3dbl_3a", 384, (1, 3)), Unit("branch3x3dbl_3b", 384, (3, 1))),
    )
    return Block(name, chains, forks, 192)


def _block(draft: Draft, source: Activation, block: Block) -> Activation:
    ends: list[Activation] = []
    for chain, fork in zip(block.chains, block.forks, strict=True):
        current = source
        for unit in chain:
            current = _unit(draft, f"{block.name}.", current, unit)
        ends += [_unit(draft, f"{block.name}.", current, unit) for unit in fork] or [current]
    ends.append(_pooling_branch(draft, source, block))
    return images.concat(draft, f"{block.name}.concat", ends)


def _pooling_branch(draft: Draft, source: Activation, block: Block) -> Activation:
    name = f"{block.name}.pool"
    if not block.pooled:
        return images.pool(draft, name, source, 3, 2)
    averaged = images.pool(draft, name, source, 3, 1, padding=1, operator="AveragePool")
    return _unit(draft, f"{block.name}.", averaged, Unit("branch_pool", block.pooled))


def _unit(draft: Draft, prefix: str, source: Activation, unit: Unit) -> Activation:
    high, wide = unit.kernel
    padding = (high // 2, wide // 2) if unit.padded else 0
    return images.conv_bn_relu(
        draft,
        prefix + unit.name,
        source,
        unit.channels,
        unit.kernel,
        stride=unit.stride,
        padding=padding,
    )
