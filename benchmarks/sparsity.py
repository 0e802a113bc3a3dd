"""The times of evaluations and searches with zeros, beside dense ones, in one warm process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np

from octant.api import load_architecture, load_network
from octant.arch import Architecture
from octant.mapper import (
    Objective,
    Question,
    dataflow_named,
    prepare,
    search,
    search_layers,
)
from octant.model import Evaluation, evaluate, evaluate_sparse
from octant.sparsity import mask_of
from octant.workload import Einsum, Role, Tensor

CHIP = "eyeriss"
NETWORKS = ("alexnet", "mobilenet-v1")
DENSITY = 0.4
ROUNDS = 5
BAR = 3.0
SEARCHES = (("alexnet", "eyeriss"), ("mobilenet-v1", "eyeriss"), ("alexnet", "scnn"))
SEARCH_BAR = 10.0


def table() -> str:
    """Returns a line for each network and kind of zeros: dense ms, ms with zeros, their ratio."""
    prepare()
    return "\n".join([*_evaluations(), "", *_searches()])


def _searches() -> list[str]:
    lines = [
        f"{'searches, processor ms of the median':<40}{'layers':>9}{'dense':>9}{'zeros':>9}"
        f"{'ratio':>9}{'bar':>7}"
    ]
    for network, chip in SEARCHES:
        architecture = load_architecture(chip)
        flow = dataflow_named(architecture, None)
        question = Question(architecture, Objective.EDP, flow, cached=False)
        works = dict.fromkeys(layer.work for layer in load_network(network).mac_layers)
        dense, thin = [], []
        for work in works:
            assert isinstance(work, Einsum), "these layers multiply"
            einsum = architecture.in_own_formats(work)
            dense.append(_search_ms(einsum, question))
            thin.append(_search_ms(_by_chance(einsum), replace(question, zeros=True)))
        plain, zeros = statistics.median(dense), statistics.median(thin)
        lines.append(
            f"{f'{network} on {chip}, by chance':<40}{len(works):>9}{plain:>9.1f}{zeros:>9.1f}"
            f"{zeros / plain:>9.1f}{SEARCH_BAR:>7.1f}"
        )
    return lines


def _search_ms(einsum: Einsum, question: Question) -> float:
    start = time.process_time()
    search_layers([einsum], question)
    return 1e3 * (time.process_time() - start)


def _evaluations() -> list[str]:
    lines = [
        f"{'evaluations on eyeriss, processor ms':<40}{'layers':>9}{'dense':>9}{'zeros':>9}"
        f"{'ratio':>9}{'bar':>7}"
    ]
    chip = _chip()
    for network in NETWORKS:
        works = dict.fromkeys(layer.work for layer in load_network(network).mac_layers)
        found = [
            search(work, chip, dataflow=dataflow_named(chip, None)).evaluation
            for work in works
            if isinstance(work, Einsum)
        ]
        runs = [each for each in found if each is not None]
        plain = _ms([partial(_dense, each) for each in runs])
        for kind, thin in (("by chance", _by_chance), ("weights masked", _by_mask)):
            took = _ms([partial(_thin, each, thin(each.einsum)) for each in runs])
            lines.append(
                f"{f'{network}, {kind}':<40}{len(runs):>9}{plain:>9.2f}{took:>9.2f}"
                f"{took / plain:>9.1f}{BAR:>7.1f}"
            )
    return lines


@cache
def _chip() -> Architecture:
    return load_architecture(CHIP)


def _dense(each: Evaluation) -> Evaluation:
    return evaluate(each.einsum, _chip(), each.mapping)


def _thin(each: Evaluation, work: Einsum) -> Evaluation:
    return evaluate_sparse(_dense(each), work, _chip())


def _ms(calls: Sequence[Callable[[], Evaluation]]) -> float:
    """Milliseconds of the median call, the best of some rounds each."""
    best = []
    for call in calls:
        rounds = []
        for _ in range(ROUNDS):
            start = time.process_time()
            call()
            rounds.append(time.process_time() - start)
        best.append(1e3 * min(rounds))
    return statistics.median(best)


def _by_chance(einsum: Einsum) -> Einsum:
    tensors = tuple(replace(tensor, density=DENSITY) for tensor in einsum.tensors)
    return replace(einsum, tensors=tensors)


def _by_mask(einsum: Einsum) -> Einsum:
    source = np.random.default_rng(0)

    def masked(tensor: Tensor) -> Tensor:
        if tensor.role is not Role.WEIGHT:
            return replace(tensor, density=DENSITY)
        nonzero = source.random(tensor.shape(einsum.sizes)) < DENSITY
        return replace(tensor, density=float(nonzero.mean()), pattern=mask_of(nonzero))

    return replace(einsum, tensors=tuple(map(masked, einsum.tensors)))
