"""Accuracy: a network run in the hardware's formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from octant.api.loading import embedded
from octant.errors import InvalidWorkloadError, RunFailedError, UnknownNameError

if TYPE_CHECKING:
    from octant.accuracy.dataset import DataSet
    from octant.accuracy.measurement import Progress, Trial
    from octant.accuracy.recipe import Recipe
    from octant.accuracy.results import Accuracy
    from octant.accuracy.runnable import Runnable

#: An ONNX file's path or bytes, or the name of an embedded network.
Trained: TypeAlias = str | Path | bytes
#: ``digits``, a path, or the data set itself.
Data: TypeAlias = "str | Path | DataSet"


def measure_accuracy(
    network: Trained,
    data: Data = "digits",
    *,
    recipe: Recipe | None = None,
    task: str = "classification",
    batch: int | None = None,
    limit: int | None = None,
    sensitivity: bool = False,
    journal: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Accuracy:
    """The accuracy of a network under a recipe, beside that of the network as it was given.

    Args:
        network: an ONNX file with trained weights, or the name of an embedded network.
        data: ``digits``, a path, or a data set.
        recipe: number formats, pruning, noise; None runs the network as it is.
        task: classification, segmentation, detection, regression, language or speech.
        batch: samples that are held in memory at once; None takes 256, or fewer of large samples.
        limit: at most so many test samples.
        sensitivity: run each layer alone in its formats, too.
        journal: a file of finished work, to go on with after an interruption.
        progress: called as the work goes on.

    Raises:
        UnknownNameError: no such network, layer or task.
        ImportFailedError: the network's file cannot be read.
        DataSetError: the data set cannot be read, or does not fit the network.
        RunFailedError: the network cannot be executed.

    >>> measure_accuracy("digits-lenet").score.samples
    719
    """
    from octant.accuracy.measurement import accuracy
    from octant.accuracy.recipe import Recipe

    on = trial_of(network, data, task, batch, limit, journal, progress)
    return accuracy(on, recipe or Recipe(), sensitivity=sensitivity)


def load_runnable(network: Trained) -> Runnable:
    """The network with its weights that a name, a path or bytes stand for.

    Raises:
        UnknownNameError: there is no such network, or it is built in without weights.
        ImportFailedError: the file cannot be read.
    """
    from octant import zoo
    from octant.accuracy import networks, runnable

    if isinstance(network, str):
        path = embedded(network)
        if path is not None:
            return runnable.load_runnable(path, network)
        if network in zoo.names():
            raise UnknownNameError(
                f"network {network!r} is built in as shapes, without weights: to run it, give an "
                f".onnx file with trained weights, or one of {', '.join(networks.names())}"
            )
        if not network.endswith(".onnx") and not Path(network).is_file():
            from octant.errors import near_misses

            known = (*networks.names(), *zoo.names())
            raise UnknownNameError(
                f"there is no network {network!r}; {near_misses(network, known)}; or give the "
                "path of an .onnx file"
            )
    return runnable.load_runnable(network)


def trial_of(
    network: Trained,
    data: Data,
    task: str,
    batch: int | None,
    limit: int | None,
    journal: Path | None,
    progress: Callable[[Progress], None] | None,
) -> Trial:
    """A network and the samples that it is tried on, its float run done.

    Arguments and errors are those of ``measure_accuracy``.
    """
    from octant.accuracy.dataset import Task
    from octant.accuracy.journal import Journal
    from octant.accuracy.measurement import trial
    from octant.accuracy.sources import load_data
    from octant.errors import near_misses

    known = [member.value for member in Task]
    if task not in known:
        raise UnknownNameError(f"there is no task {task!r}; {near_misses(task, known)}")
    for name, given in (("batch", batch), ("limit", limit)):
        if given is not None and given < 1:
            raise InvalidWorkloadError(f"{name} of {given} samples: 1 or more")
    run = load_runnable(network)
    if not run.inputs:
        raise RunFailedError(f"network {run.name!r} has no input: there is nothing to feed")
    samples = load_data(data, shape=run.inputs[0][1], task=task)
    return trial(run, samples, batch=batch, limit=limit, journal=Journal(journal), report=progress)
