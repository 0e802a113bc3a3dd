"""The six dataflows of the Eyeriss group's analysis as architectures of equal area.

Chen, Emer, Sze, Eyeriss: A spatial architecture for energy-efficient dataflow for convolutional
neural networks, ISCA 2016, Sections IV to VI: 256 PEs, prices as ratios to a multiply-accumulate
(Table IV), and for each dataflow as much register file as it uses; the area that is left of
"256 register files of 512 B and a buffer of 128 KiB" (equation (2)) goes to its buffer.

What the paper does not say in numbers is assumed, and said where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from octant.arch import Architecture, Constraint, Dataflow, Fanout, FanoutAxis, Level, Store
from octant.files import builtin_architecture
from octant.workload import Einsum, Role, convolution

ROW_STATIONARY = builtin_architecture("eyeriss-isca16")
PES = 256
BYTE = 8
WORD_BYTES = 2
#: Bytes of a memory to its area a byte in um^2: assumed, the constants of a public implementation
#: of the paper's model, which does not name its author. Linear in between.
AREA_A_BYTE = {
    2: 103.47,
    4: 172.07,
    8: 177.07,
    16: 169.89,
    32: 96.06,
    64: 59.15,
    128: 39.94,
    256: 27.48,
    512: 20.87,
    1024: 16.14,
    2048: 13.89,
    4096: 12.70,
}
#: Words of a register file, assumed as above. Output stationary: a partial sum, and what inputs
#: pass through on their way from PE to PE: for the widest layer (stride 4, 11 rows) 4 + 4 x 11 with
#: one output channel at a time, 4 with several, none with one position.
WORDS = {"RS": 256, "WS": 1, "OSA": 49, "OSB": 5, "OSC": 1, "NLR": 0}


def area_um2(size_bytes: float) -> float:
    """Returns the area of a memory.

    >>> round(area_um2(512))  # 512 x 20.87
    10685
    """
    if not size_bytes:
        return 0.0
    return size_bytes * float(np.interp(size_bytes, [*AREA_A_BYTE], [*AREA_A_BYTE.values()]))


def buffer_bytes(words: int) -> int:
    """Returns the buffer that equation (2)'s area has room for beside 256 register files.

    >>> buffer_bytes(WORDS["RS"]) == 128 * 1024
    True
    >>> round(buffer_bytes(0) / buffer_bytes(256), 2)
    2.64
    """
    whole = PES * area_um2(512) + area_um2(512 * PES)
    left = whole - PES * area_um2(words * WORD_BYTES)
    return int(left / AREA_A_BYTE[4096] + 1e-6)


@dataclass(frozen=True, slots=True)
class Described:
    """A dataflow: the architecture that it has for a layer, and its constraints there.

    Args:
        title: what it is, in words.
        chip: the architecture for a layer; the shape of the array may follow the layer's.
        dataflow: what a mapping may do there.
        shares: the ranks of a window along which neighbouring windows share inputs. The others are
            laid out: a layer is evaluated as one whose channels are whole windows (or rows of
            them), one by one.
    """

    title: str
    chip: Callable[[Einsum], Architecture]
    dataflow: Dataflow
    shares: tuple[str, ...] = ("R", "S")


_DRAM, _BUFFER, _ARRAY, _RF = ROW_STATIONARY.nodes
_CHANNELS_LAST = Constraint("DRAM", ranks=("G", "N", "K", "P", "Q", "C"), order=("C",))
_WHOLE_WINDOWS = Constraint("DRAM", ranks=("G", "N", "K", "P", "Q"))


def _buffer(name: str, *roles: Role) -> Level:
    assert isinstance(_BUFFER, Level)
    [store] = _BUFFER.stores
    return Level(
        "buffer", (replace(store, roles=roles, capacity_bits=BYTE * buffer_bytes(WORDS[name])),)
    )


def _register(role: Role) -> Level:
    assert isinstance(_RF, Level)
    [store] = _RF.stores
    return Level("register_file", (replace(store, roles=(role,), capacity_bits=BYTE * WORD_BYTES),))


def _passing(words: int | None) -> Level:
    """What inputs pass through on their way from PE to PE, all PEs together.

    An input that a neighbour has had is charged as a transfer to the PE and nowhere else: no access
    of the buffer, none of a register file (the paper charges none either).
    """
    assert isinstance(_RF, Level)
    [store] = _RF.stores
    assert store.read_energy is not None
    free = replace(store.read_energy, energy_j=0.0, spreads=())
    bits = None if words is None else BYTE * WORD_BYTES * words * PES
    passing = Store("passing", (Role.INPUT,), 16, bits, read_energy=free, write_energy=free)
    return Level("passing", (passing,))


def _array(*ranks: str, size: int = PES) -> Fanout:
    assert isinstance(_ARRAY, Fanout)
    return replace(_ARRAY, axes=(FanoutAxis("X", size, ranks),))


def _rows(layer: Einsum) -> Fanout:
    """A row of windows each; their sums meet in the buffer, and its wires are the array's."""
    assert isinstance(_ARRAY, Fanout) and _ARRAY.transfer_energy is not None
    free = replace(_ARRAY.transfer_energy, energy_j=0.0, spreads=())
    size = layer.sizes["R"]
    return Fanout("rows", (FanoutAxis("Y", size, ("R",)),), reduction=False, transfer_energy=free)


def _chip(name: str, *nodes: Level | Fanout) -> Architecture:
    return replace(
        ROW_STATIONARY,
        name=f"isca16-{name.lower()}",
        title=f"Eyeriss analysis (ISCA 2016), 256 PEs, {name}",
        nodes=(_DRAM, *nodes),
        dataflows=(),
    )


def _weight_stationary(layer: Einsum) -> Architecture:
    return _chip(
        "WS",
        _buffer("WS", Role.OUTPUT),
        _passing(None),
        _rows(layer),
        _array("S", "C", "K", size=PES // layer.sizes["R"]),
        _register(Role.WEIGHT),
    )


def _output_stationary(name: str, *ranks: str) -> Callable[[Einsum], Architecture]:
    passing = (_passing(WORDS[name] - 1),) if WORDS[name] > 1 else ()
    buffer = _buffer(name, Role.INPUT, Role.WEIGHT)
    chip = _chip(name, buffer, *passing, _array(*ranks), _register(Role.OUTPUT))
    return lambda layer: chip


def _no_local_reuse(layer: Einsum) -> Architecture:
    return _chip("NLR", _buffer("NLR", *Role), _array("K", "C"))


def _sums_stay(name: str, *, passing: bool) -> Dataflow:
    """Sums stay in their PE until they are complete: nothing but C, R, S moves meanwhile."""
    inner = ("C",)
    constraints = [
        _WHOLE_WINDOWS,
        Constraint("buffer", ranks=("G", "N", "K", "P", "Q", *inner), order=inner),
        Constraint("register_file", ranks=()),
    ]
    if passing:
        constraints.append(Constraint("passing", ranks=("R", "S")))
    return Dataflow(name, tuple(constraints))


DATAFLOWS = {
    "RS": Described("row stationary", lambda layer: ROW_STATIONARY, ROW_STATIONARY.dataflows[0]),
    "WS": Described(
        "weight stationary",
        _weight_stationary,
        Dataflow(
            "WS",
            (
                Constraint("DRAM", ranks=("G", "K", "C"), order=("C",)),
                Constraint("buffer", ranks=("N", "P"), inside=("N", "P"), order=("N", "P")),
                Constraint("passing", ranks=("Q",), inside=("Q",)),
                Constraint("rows.Y", inside=("R",)),
                Constraint("array.X", inside=("S",)),
                Constraint("register_file", ranks=()),
            ),
        ),
    ),
    "OSA": Described(
        "output stationary, one output channel, many positions",
        _output_stationary("OSA", "N", "P", "Q"),
        _sums_stay("OSA", passing=True),
    ),
    "OSB": Described(
        "output stationary, many output channels, many positions",
        _output_stationary("OSB", "N", "K", "Q"),
        _sums_stay("OSB", passing=True),
        shares=("S",),
    ),
    "OSC": Described(
        "output stationary, many output channels, one position",
        _output_stationary("OSC", "N", "K"),
        _sums_stay("OSC", passing=False),
        shares=(),
    ),
    "NLR": Described(
        "no local reuse",
        _no_local_reuse,
        Dataflow("NLR", (_CHANNELS_LAST, Constraint("buffer", inside=("R", "S")))),
    ),
}


def laid_out(layer: Einsum, shares: tuple[str, ...]) -> Einsum:
    """Returns a convolution of the same work whose windows share inputs along some ranks only.

    The other ranks of a window become channels: each window has inputs of its own there.

    >>> layer = convolution(in_channels=4, out_channels=2, output=(5, 5), kernel=(3, 3))
    >>> one = laid_out(layer, ())
    >>> one.macs == layer.macs, one.sizes["C"], one.elements("inputs") == 5 * 5 * 36
    (True, 36, True)
    >>> laid_out(layer, ("S",)).elements("inputs") == 5 * 7 * 12
    True
    >>> laid_out(layer, ("R", "S")) == layer
    True
    """
    sizes, inputs = layer.sizes, layer.tensor("inputs")
    groups = sizes.get("G", 1)
    kernel = {rank: sizes[rank] if rank in shares else 1 for rank in ("R", "S")}
    stride = {
        term.rank: term.coefficient for axis in inputs.axes for term in axis if term.rank in "PQ"
    }
    own = sizes["R"] * sizes["S"] // (kernel["R"] * kernel["S"])
    return convolution(
        batch=sizes["N"],
        groups=groups,
        in_channels=groups * sizes["C"] * own,
        out_channels=groups * sizes["K"],
        output=(sizes["P"], sizes["Q"]),
        kernel=(kernel["R"], kernel["S"]),
        stride=tuple(
            stride[out] if window in shares else 1 for out, window in (("P", "R"), ("Q", "S"))
        ),
    )
