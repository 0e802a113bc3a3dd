"""What a claim lacks, and which pitfall that opens.

Each check looks at one thing and yields what it finds. The pitfalls are those that Sze, Chen, Yang,
Emer name (IEEE Solid-State Circuits Magazine 12(3), 2020: How to evaluate deep neural network
processors: TOPS/W alone considered harmful).
"""

from __future__ import annotations

from collections.abc import Iterator

from octant.chips import Method, Record, Run, Stage
from octant.scorecard.audit.findings import Finding, Severity
from octant.scorecard.audit.networks import Covered

_PITFALL, _NOTE = Severity.PITFALL, Severity.NOTE


def whole_gaps(claim: Record) -> Iterator[Finding]:
    """What the claim as a whole lacks."""
    yield from _method(claim)
    yield from _peaks(claim)
    yield from _costs(claim)
    if not claim.runs:
        nothing = Run("claim")
        yield from _accuracy(nothing)
        yield from _off_chip(nothing)
    networks = {run.workload or run.network for run in claim.runs}
    if len(networks) == 1:
        yield Finding(
            "flexibility.one-network",
            _NOTE,
            "flexibility",
            "claim",
            f"one network ran: {next(iter(networks))}",
            "another one may run badly or not at all",
            "runs of networks with other layer shapes",
        )


def run_gaps(run: Run, covered: Covered | None) -> Iterator[Finding]:
    """What one run lacks.

    Args:
        run: one of its runs.
        covered: what of the network ran; None where the claim names no built-in network.
    """
    yield from _accuracy(run)
    yield from _speed(run)
    yield from _off_chip(run)
    yield from _layers(run, covered)
    yield from _operations(run)


def _method(claim: Record) -> Iterator[Finding]:
    if claim.method is None:
        yield Finding(
            "method.missing",
            _PITFALL,
            "cost",
            "claim",
            "it is not said whether the figures are measured or simulated",
            "simulated figures may be sold as measured ones",
            "method: measured or simulated, and stage",
        )
        return
    if claim.method is Method.MEASURED and claim.stage not in (None, Stage.SILICON):
        yield Finding(
            "method.not-silicon",
            Severity.CONTRADICTION,
            "cost",
            "claim",
            f"the figures are called measured, and the stage is {claim.stage}",
            "only silicon can be measured: this is simulated, sold as measured",
            "method: simulated, or stage: silicon",
        )
    other = sorted(
        path
        for path, quantity in claim.quantities()
        if quantity.method is Method.SIMULATED and claim.method is Method.MEASURED
    )
    if other:
        yield Finding(
            "method.mixed",
            _PITFALL,
            "cost",
            "claim",
            f"simulated figures stand among measured ones: {', '.join(other)}",
            "a reader takes them for measured",
            "what was measured in their place, or a claim of their own",
        )
    if claim.method is Method.SIMULATED:
        yield Finding(
            "method.simulated",
            _NOTE,
            "cost",
            "claim",
            f"the figures are simulated ({claim.stage or 'the stage is not said'})",
            "silicon also pays for what the simulation leaves out",
            "" if claim.stage else "stage: layout, synthesis or model",
        )


def _peaks(claim: Record) -> Iterator[Finding]:
    achieved = any(run["throughput"] or run["achieved"] or run["latency"] for run in claim.runs)
    if (claim["peak"] or claim["efficiency"]) and not achieved:
        yield Finding(
            "throughput.peak-only",
            _PITFALL,
            "throughput",
            "specification",
            "a peak is given, and nothing that any network achieves",
            "utilisation decides, and no network uses every multiplier in every cycle",
            "a run with its throughput",
        )
    if claim["efficiency"] is None:
        return
    if claim.weights is None or claim.activations is None:
        yield Finding(
            "energy.precision",
            _PITFALL,
            "energy",
            "specification",
            "operations a joule are given without the number format of the operands",
            "an operation of 1 b costs a fraction of one of 16 b",
            "weights and activations",
        )
    if not any(run["utilization"] or run["efficiency"] or run["power"] for run in claim.runs):
        yield Finding(
            "energy.utilization",
            _PITFALL,
            "energy",
            "specification",
            "operations a joule are given without the utilisation that they hold at",
            "idle units burn power, too, and at the peak none is idle",
            "a run with its power or efficiency",
        )


def _costs(claim: Record) -> Iterator[Finding]:
    for names, label, why in (
        (("core_area", "die_area"), "area", "speed can be bought with silicon"),
        (("process",), "process", "a finer node is faster and more frugal by itself"),
        (("on_chip_memory",), "on-chip memory", "memory can be saved at the cost of traffic"),
        (
            ("multipliers",),
            "number of multipliers",
            "neither utilisation nor area a multiplier is known",
        ),
    ):
        if not any(claim[name] for name in names):
            yield Finding(
                f"cost.{names[0].replace('_', '-')}",
                _NOTE,
                "cost",
                "specification",
                f"the {label} is not given",
                why,
                f"the {label}",
            )


def _accuracy(run: Run) -> Iterator[Finding]:
    if run["accuracy"] is None:
        yield Finding(
            "accuracy.missing",
            _PITFALL,
            "accuracy",
            run.network,
            "no accuracy is given",
            "a trivial network, or one that no longer works, would make these numbers",
            "the accuracy, its task, and the images tested",
        )
        return
    for given, code, what in (
        (run.task, "accuracy.task", "the task and the measure"),
        (run["images_tested"], "accuracy.images", "the number of images tested"),
    ):
        if not given:
            yield Finding(
                code,
                _NOTE,
                "accuracy",
                run.network,
                f"an accuracy is given without {what}",
                "an easy task, or a few chosen images, make any accuracy",
                what,
            )


def _speed(run: Run) -> Iterator[Finding]:
    fast = run["throughput"] or run["achieved"]
    if run["batch"] is None and (fast or run["latency"]):
        yield Finding(
            "latency.batch",
            _PITFALL,
            "latency",
            run.network,
            "speed is given without the batch",
            "a large batch buys throughput with latency",
            "the batch",
        )
    if fast and run["latency"] is None:
        yield Finding(
            "latency.missing",
            _PITFALL,
            "latency",
            run.network,
            "a throughput is given, and no latency",
            "deep pipelines and large batches are fast, and late",
            "the run time of a batch",
        )


def _off_chip(run: Run) -> Iterator[Finding]:
    if run["off_chip"] is None and not run.off_chip_included:
        yield Finding(
            "energy.off-chip",
            _PITFALL,
            "energy",
            run.network,
            "no off-chip traffic is given",
            "multipliers alone look cheap: DRAM costs more than the chip",
            "the off-chip traffic of an inference",
        )
    costs = run["power"] or run["energy"] or run["inferences_per_j"] or run["efficiency"]
    if costs and run.off_chip_included is None:
        yield Finding(
            "power.off-chip",
            _PITFALL,
            "power",
            run.network,
            "power or energy is given without saying whether off-chip memory is in it",
            "the chip alone is a part of the system",
            "off_chip_included: true or false",
        )
    elif costs and run.off_chip_included is False:
        yield Finding(
            "power.chip-alone",
            _NOTE,
            "power",
            run.network,
            "power and energy are of the chip without off-chip memory",
            "the system needs more",
            "",
        )


def _layers(run: Run, covered: Covered | None) -> Iterator[Finding]:
    if not run.layers:
        yield Finding(
            "throughput.layers-unstated",
            _PITFALL,
            "throughput",
            run.network,
            "it is not said which layers ran",
            "the favourable ones may have been chosen",
            "layers: all, or their names",
        )
    if covered is None or run.layers in ((), ("all",)):
        return
    if covered.unknown:
        yield Finding(
            "throughput.layers-unknown",
            Severity.CONTRADICTION,
            "throughput",
            run.network,
            f"layers ran that {run.workload} does not have: {', '.join(covered.unknown)}",
            "what is not in the network cannot run",
            f"names of its layers: octant show {run.workload}",
        )
    if covered.left_out:
        yield Finding(
            "throughput.some-layers",
            _PITFALL,
            "throughput",
            run.network,
            f"{', '.join(covered.left_out)} did not run: "
            f"{100 * covered.macs_left_out:.1f} % of the multiply-accumulates and "
            f"{100 * covered.weights_left_out:.1f} % of the weights",
            "the layers that ran may be the favourable ones",
            "the whole network",
        )


def _operations(run: Run) -> Iterator[Finding]:
    counted = run["operations"] or run["achieved"] or run["efficiency"]
    if counted and run.counts_skipped:
        yield Finding(
            "throughput.counts-skipped",
            _PITFALL,
            "throughput",
            run.network,
            "operations that zeros spared are counted as if they had been done",
            "the rate depends on how sparse the network is, and is no rate of the multipliers",
            "the operations that were done",
        )
    if counted and (run.weights is None or run.activations is None):
        yield Finding(
            "throughput.precision",
            _PITFALL,
            "throughput",
            run.network,
            "operations are counted without the number format of their operands",
            "an operation of few bits is quicker and cheaper than one of many",
            "weights and activations",
        )
