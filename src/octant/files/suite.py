"""Flexibility suites from YAML files."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from octant.errors import OctantError
from octant.eyexam.suite import Suite, SuiteShape
from octant.files.builtin import builtin_text
from octant.files.complaint import validated
from octant.files.document import Document, Fault, parse_document, read_text
from octant.files.part import Count, Part
from octant.files.quantity import Share
from octant.workload import convolution, matmul

SUITE_HEADER = "suite 1"


class ShapePart(Part):
    """A convolution (``channels``, ``out``, ``output`` ...) or a matrix product (``rows`` ...)."""

    name: str
    of: str
    batch: Count = 1
    groups: Count = 1
    rows: Count | None = None
    inner: Count | None = None
    columns: Count | None = None
    out: Count | None = None
    output: list[Count] | None = None
    kernel: list[Count] | None = None
    stride: list[Count] | None = None
    channels: Count | None = None


class DensityPart(Part):
    """Densities of the weights of one of the shapes."""

    shape: str
    weights: list[Share]


class SuiteFile(Part):
    """A suite."""

    octant: Literal["suite 1"]
    name: str
    version: Count
    shapes: list[ShapePart]
    networks: list[str] = []
    formats: list[str] = []
    densities: DensityPart | None = None


def load_suite(path: Path | str | None = None) -> Suite:
    """The suite of a file; the built-in one without.

    Raises:
        FileFormatError: the file cannot be read or is malformed; every fault with its line.

    >>> suite = load_suite()
    >>> suite.name, suite.version, len(suite.shapes)
    ('standard', 1, 10)
    """
    if path is None:
        return suite_of(parse_document(builtin_text("suites", "standard"), "standard.yaml"))
    return suite_of(parse_document(read_text(Path(path)), str(path)))


def suite_of(document: Document) -> Suite:
    """The suite that a YAML document describes; nothing in it is evaluated.

    Raises:
        FileFormatError: it is malformed; every fault with its line.
    """
    words = f"the file must say 'octant: {SUITE_HEADER}'"
    if wrong := document.header_faults(SUITE_HEADER, words):
        raise document.refusal(wrong)
    file, faults = validated(SuiteFile, document)
    if file is None or faults:
        raise document.refusal(faults)
    shapes = []
    for number, part in enumerate(file.shapes):
        try:
            shapes.append(_shape(part))
        except OctantError as error:
            faults.append(Fault(("shapes", number), str(error)))
    if faults:
        raise document.refusal(faults)
    try:
        return Suite(
            file.name,
            file.version,
            tuple(shapes),
            tuple(file.networks),
            tuple(file.formats),
            tuple(file.densities.weights) if file.densities else (),
            file.densities.shape if file.densities else "",
        )
    except OctantError as error:
        raise document.refusal([Fault(("shapes",), str(error))]) from None


def _shape(part: ShapePart) -> SuiteShape:
    """The shape's work; what is given decides which kind it is."""
    product = (part.rows, part.inner, part.columns)
    window = (part.channels, part.out, part.output, part.kernel)
    if None not in product and set(window) == {None}:
        rows, inner, columns = (size or 1 for size in product)
        einsum = matmul(
            rows=rows, inner=inner, columns=columns, batch=part.batch, groups=part.groups
        )
    elif None not in window and set(product) == {None}:
        einsum = convolution(
            batch=part.batch,
            groups=part.groups,
            in_channels=part.channels or 1,
            out_channels=part.out or 1,
            output=part.output or [],
            kernel=part.kernel or [],
            stride=part.stride,
        )
    else:
        raise OctantError(
            f"shape {part.name!r} is neither a convolution (channels, out, output, kernel) nor a "
            "matrix product (rows, inner, columns): give all of one of the two"
        )
    return SuiteShape(part.name, part.of, einsum)
