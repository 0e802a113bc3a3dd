"""The LSTM sequence-to-sequence network of Sutskever et al., 2014."""

from __future__ import annotations

from octant.workload import Layer
from octant.zoo import images, sequences
from octant.zoo.draft import Activation, Draft

CELLS, LAYERS = 1000, 4
SOURCE_VOCABULARY, TARGET_VOCABULARY = 160_000, 80_000


def seq2seq(batch: int, *, source: int, target: int) -> tuple[Layer, ...]:
    """The layers of one pass that reads a source and scores a given target.

    Section 3.4: 4 layers of 1000 cells, embeddings of 1000, 160,000 source and 80,000 target
    words, a full softmax at every step: 384 M parameters, 64 M of them in the LSTMs. Biases (one a
    gate and one an output word) are this table's choice, and add 0.1 M. Layer i of the decoder
    starts from the last state of layer i of the encoder. The target is given, so its embeddings
    are products over all steps; a beam search would compute them step by step.
    """
    draft = Draft()
    tokens = Activation("source", batch, (source,))
    states = _stack(draft, "encoder", tokens, SOURCE_VOCABULARY, (None,) * LAYERS)
    tokens = Activation("target", batch, (target,))
    outputs = _stack(draft, "decoder", tokens, TARGET_VOCABULARY, states)
    scores = sequences.linear(draft, "output", outputs[-1], TARGET_VOCABULARY)
    images.softmax(draft, "output.softmax", scores)
    return draft.layers


def _stack(
    draft: Draft,
    side: str,
    tokens: Activation,
    vocabulary: int,
    states: tuple[Activation | None, ...],
) -> tuple[Activation, ...]:
    current = sequences.embed(draft, f"{side}.embedding", tokens, CELLS, rows=(vocabulary,))
    outputs = []
    for number, state in enumerate(states):
        current = sequences.lstm(draft, f"{side}.lstm{number}", current, CELLS, state=state)
        outputs.append(current)
    return tuple(outputs)
