"""How much of a network the figures of a scorecard speak of."""

from __future__ import annotations

from collections.abc import Iterable

from octant.scorecard.records import Coverage, LayerResult, OperatorTotal, Place

_RUN = frozenset({Place.ARRAY, Place.VECTOR, Place.FUSED})


def coverage(layers: tuple[LayerResult, ...]) -> Coverage:
    """What runs on the chip, and by operator what does not run, is not understood, has no price."""
    run = [layer for layer in layers if layer.place in _RUN]
    return Coverage(
        layers=len(layers),
        layers_run=len(run),
        macs=sum(layer.macs for layer in layers),
        operations=sum(layer.operations for layer in layers),
        operations_run=sum(layer.operations for layer in run),
        parameters=sum(layer.parameters for layer in layers),
        parameters_run=sum(layer.parameters for layer in run),
        not_run=_totals((layer, layer.note) for layer in layers if layer.place is Place.NOT_RUN),
        not_understood=_totals(
            (layer, layer.note) for layer in layers if layer.place is Place.UNKNOWN
        ),
        not_costed=_totals(
            (layer, f"no source prices an operation of the {layer.energy[-1].component}")
            for layer in run
            if layer.not_costed
        ),
    )


def _totals(layers: Iterable[tuple[LayerResult, str]]) -> tuple[OperatorTotal, ...]:
    """One total for each operator and reason, in order of appearance."""
    groups: dict[tuple[str, str], list[LayerResult]] = {}
    for layer, reason in layers:
        groups.setdefault((layer.operator, reason), []).append(layer)
    return tuple(
        OperatorTotal(
            operator=operator,
            layers=len(group),
            operations=sum(layer.operations for layer in group),
            traffic_bits=sum(layer.traffic_bits for layer in group),
            parameters=sum(layer.parameters for layer in group),
            reason=reason,
        )
        for (operator, reason), group in groups.items()
    )
