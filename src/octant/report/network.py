"""The page of a network: a row for each layer, and totals."""

from __future__ import annotations

from collections.abc import Iterable

from octant.report.amounts import bare
from octant.report.layout import WIDTH, Column, fields, page, paragraph, table
from octant.units import count_text
from octant.workload import Einsum, Layer, VectorWork, Workload

_LAYERS = (
    Column("layer", wraps=True),
    Column("operator", wraps=True),
    Column("sizes", wraps=True),
    Column("work", right=True),
    Column("share", right=True),
    Column("weights", right=True),
)


def network_page(workload: Workload, *, width: int = WIDTH) -> str:
    """The page that ``octant show`` prints of a network.

    Args:
        workload: what to show.
        width: characters of a line.
    """
    title = f"{workload.name}: {workload.description}" if workload.description else workload.name
    lines = paragraph(title, width=width)
    lines += ["", *fields(_facts(workload), width=width, indent="  "), ""]
    rows = [_row(layer, workload.macs) for layer in workload.layers]
    lines += table(_LAYERS, rows, width=width, indent="  ")
    unknown = workload.unknown_layers
    if unknown:
        lines += ["", "not understood, and never costed as zero"]
        lines += fields(_reasons(unknown), width=width, indent="  ")
    return page(lines)


def sizes_text(einsum: Einsum) -> str:
    """The ranks of a layer that have a size above 1, and the windows that step or spread.

    >>> from octant.workload import convolution
    >>> sizes_text(convolution(in_channels=3, out_channels=96, output=(55, 55), kernel=(11, 11),
    ...                        stride=(4, 4)))
    'K96 C3 P55 Q55 R11 S11 (4*P+R, 4*Q+S)'
    """
    sizes = [f"{rank}{size}" for rank, size in einsum.ranks if size > 1]
    windows = [
        "+".join(map(str, axis))
        for tensor in einsum.tensors
        for axis in tensor.axes
        if any(term.coefficient > 1 for term in axis)
    ]
    return " ".join(sizes or ["1 MAC"]) + (f" ({', '.join(windows)})" if windows else "")


def _facts(workload: Workload) -> list[tuple[str, str]]:
    operations = sum(layer.element_operations for layer in workload.layers)
    per_run = " a run" if workload.batch > 1 else ""
    return [
        ("batch", str(workload.batch)),
        ("layers", f"{len(workload.layers)}, of which {len(workload.mac_layers)} multiply"),
        ("work", f"{count_text(workload.macs, 'MAC')}{per_run}"),
        ("elsewhere", f"{bare(operations)} element operations{per_run}"),
        ("weights", bare(workload.weights)),
        ("parameters", f"{bare(workload.parameters)}, biases and normalisation included"),
        ("source", workload.source or "unknown"),
    ]


def _row(layer: Layer, macs: int) -> tuple[str, ...]:
    times = f"{layer.repeats} x " if layer.repeats > 1 else ""
    match layer.work:
        case Einsum():
            share = f"{100 * layer.macs / macs:.1f} %" if macs else ""
            sizes, work = times + sizes_text(layer.work), count_text(layer.macs, "MAC")
        case VectorWork():
            share, work = "", count_text(layer.element_operations, "op")
            moved = f"{bare(layer.work.read_elements)} in, {bare(layer.work.written_elements)} out"
            sizes = times + moved
        case _:
            share, sizes, work = "", "", "not understood"
    return (
        layer.name,
        layer.operator,
        sizes,
        work,
        share,
        bare(layer.weights) if layer.weights else "",
    )


def _reasons(layers: Iterable[Layer]) -> list[tuple[str, str]]:
    return [
        (f"{layer.name} ({layer.operator})", layer.work.reason)
        for layer in layers
        if not isinstance(layer.work, Einsum | VectorWork)
    ]
