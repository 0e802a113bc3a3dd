"""Networks and chips from names, paths and bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from octant.arch import Architecture
from octant.errors import InvalidWorkloadError, UnknownNameError, near_misses
from octant.workload import Workload

#: A built-in network's name, an ONNX file's path or bytes, or the workload itself.
Network: TypeAlias = str | Path | bytes | Workload
#: A built-in chip's name, a YAML file's path, or the architecture itself.
Chip: TypeAlias = str | Path | Architecture
#: Sizes by name: a built-in network's parameters, or an ONNX file's open dimensions.
Dimensions: TypeAlias = Mapping[str, int | float]


def load_network(
    network: Network, *, batch: int | None = None, dims: Dimensions | None = None
) -> Workload:
    """The workload that a name, a path, bytes, or the workload itself stands for.

    Args:
        network: as for ``evaluate``; a name of a built-in network comes before a file's.
        batch: inferences of one run; by default 1, or what the file or workload fixes.
        dims: sizes, as for ``evaluate``; ``batch`` may be among them.

    Raises:
        UnknownNameError: no such network or dimension.
        ImportFailedError: the file cannot be read as a network.
        InvalidWorkloadError: a size is not allowed, or the batch is fixed to another one.

    >>> load_network("alexnet", batch=4).macs
    2897627264
    """
    from octant import zoo

    if isinstance(network, str) and (path := embedded(network)) is not None:
        return _embedded(network, path, batch, dims)
    if isinstance(network, Workload):
        if dims:
            raise UnknownNameError(
                f"network {network.name!r} is a workload, whose sizes are all known; dims gives "
                f"{', '.join(dims)}"
            )
        return _with_batch(network, batch)
    if isinstance(network, str) and network in zoo.names():
        return _built_in(network, batch, dict(dims or {}))
    if isinstance(network, str) and not _is_path(network):
        raise UnknownNameError(
            f"there is no network {network!r}; {near_misses(network, networks())}; or give the "
            "path of an .onnx file"
        )
    return _with_batch(_read_onnx(network, batch, dict(dims or {})), batch)


def embedded(name: str) -> Path | None:
    """The ONNX file of an embedded network, which has trained weights; None for other names.

    >>> embedded("alexnet") is None
    True
    """
    from octant.accuracy import networks

    return networks.path(name) if name in networks.names() else None


def _embedded(name: str, path: Path, batch: int | None, dims: Dimensions | None) -> Workload:
    from octant.accuracy import networks

    read = _with_batch(_read_onnx(path, batch, dict(dims or {})), batch)
    return replace(read, name=name, description=networks.title(name), source=networks.SOURCE)


def _built_in(name: str, batch: int | None, sizes: dict[str, int | float]) -> Workload:
    """A built-in network; its batch may be given as a size like any other."""
    from octant import zoo

    size = sizes.pop("batch", batch)
    if size is not None and size != int(size):
        raise InvalidWorkloadError(f"network {name!r}: batch is {size}, allowed are whole numbers")
    if None not in (batch, size) and batch != size:
        raise InvalidWorkloadError(
            f"network {name!r}: batch is given as {batch} and, among the sizes, as {size}"
        )
    return zoo.network(name, batch=1 if size is None else int(size), **sizes)


def load_architecture(on: Chip) -> Architecture:
    """The architecture that a name, a path, or the architecture itself stands for.

    Raises:
        UnknownNameError: no such built-in chip, nor a file of that name.
        FileFormatError: the file is malformed; the message lists every fault.

    >>> load_architecture("eyeriss").compute_units
    168
    """
    if isinstance(on, Architecture):
        return on
    from octant import files

    return files.read_architecture(on) if isinstance(on, Path) else files.load_architecture(on)


def networks() -> tuple[str, ...]:
    """The names of the built-in networks; the last ones are embedded with trained weights."""
    from octant import zoo
    from octant.accuracy import networks as trained

    return (*zoo.names(), *trained.names())


def architectures() -> tuple[str, ...]:
    """The names of the built-in architectures.

    >>> "eyeriss" in architectures()
    True
    """
    from octant import files

    return files.architecture_names()


def _is_path(name: str) -> bool:
    return name.endswith(".onnx") or "/" in name or Path(name).is_file()


def _with_batch(workload: Workload, batch: int | None) -> Workload:
    """The workload itself, when its batch is the one that is wanted."""
    if batch is not None and batch != workload.batch:
        raise InvalidWorkloadError(
            f"network {workload.name!r} has a fixed batch of {workload.batch}, not {batch}: "
            "export it with that batch, or with an open batch dimension"
        )
    return workload


def _read_onnx(
    source: str | Path | bytes, batch: int | None, dims: dict[str, int | float]
) -> Workload:
    """The workload of an ONNX file, its open batch dimensions set."""
    from octant.importers import read_onnx

    sizes: dict[str, int] = {}
    for name, size in dims.items():
        if not isinstance(size, int):
            raise InvalidWorkloadError(f"dimension {name!r} is given size {size!r}: a whole number")
        sizes[name] = size
    chosen = dict.fromkeys(_batch_symbols(source, guess=batch is not None), batch or 1)
    return read_onnx(source, dims=chosen | sizes)


def _batch_symbols(source: str | Path | bytes, *, guess: bool) -> tuple[str, ...]:
    """The open dimensions of an ONNX file that are its batch, by name.

    Args:
        source: the file; one that cannot be read has none (reading it reports why).
        guess: where none is called a batch, take axis 0 of the first input with two or more axes,
            which is what the importer takes for the batch.
    """
    from octant.importers.onnx.dimensions import BATCH_NAMES, open_dimensions
    from octant.importers.onnx.loading import load_model

    try:
        graph = load_model(source).proto.graph
    except Exception:  # read_onnx meets the same fault and words it
        return ()
    stored = {item.name for item in graph.initializer}
    inputs = [item for item in graph.input if item.name not in stored]
    opened = open_dimensions(inputs)
    named = tuple(x.symbol for x in opened if x.symbol.lower() in BATCH_NAMES)
    if named or not guess:
        return named
    wide = [x.name for x in inputs if len(x.type.tensor_type.shape.dim) > 1]
    return tuple(x.symbol for x in opened if wide and x.tensor == wide[0] and x.axis == 0)
