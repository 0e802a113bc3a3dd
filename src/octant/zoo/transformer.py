"""The base Transformer of Vaswani et al., 2017: encoder and decoder."""

from __future__ import annotations

from octant.workload import Layer
from octant.zoo import images, sequences
from octant.zoo.draft import Activation, Draft

WIDTH, HEADS, BLOCKS, INNER = 512, 8, 6, 2048
VOCABULARY = 37000


def transformer(batch: int, *, source: int, target: int) -> tuple[Layer, ...]:
    """The layers of one pass over a source and a whole target (training's or scoring's pass).

    One table of about 37000 shared tokens (section 5.1) serves both embeddings and, transposed,
    the output (section 3.4): it counts as parameters once. Embeddings are scaled and get a
    computed position: two operations an element. The attention's projections have no bias.
    """
    draft = Draft()
    memory = _encoder(draft, Activation("source", batch, (source,)))
    current = _embed(
        draft, "decoder.embedding", Activation("target", batch, (target,)), stored=False
    )
    for number in range(BLOCKS):
        name = f"decoder.{number}"
        current = _attend(draft, f"{name}.self_attention", current, current)
        current = _attend(draft, f"{name}.cross_attention", current, memory)
        current = _feed_forward(draft, f"{name}.feed_forward", current)
    scores = sequences.linear(draft, "output", current, VOCABULARY, bias=False, tied=True)
    images.softmax(draft, "output.softmax", scores)
    return draft.layers


def _encoder(draft: Draft, tokens: Activation) -> Activation:
    current = _embed(draft, "encoder.embedding", tokens, stored=True)
    for number in range(BLOCKS):
        name = f"encoder.{number}"
        current = _attend(draft, f"{name}.self_attention", current, current)
        current = _feed_forward(draft, f"{name}.feed_forward", current)
    return current


def _embed(draft: Draft, name: str, tokens: Activation, *, stored: bool) -> Activation:
    return sequences.embed(
        draft,
        name,
        tokens,
        WIDTH,
        rows=(VOCABULARY,),
        operations_an_element=2,
        tied=not stored,
    )


def _attend(draft: Draft, name: str, current: Activation, memory: Activation) -> Activation:
    query = sequences.linear(draft, f"{name}.query", current, WIDTH, bias=False)
    key = sequences.linear(draft, f"{name}.key", memory, WIDTH, bias=False)
    value = sequences.linear(draft, f"{name}.value", memory, WIDTH, bias=False)
    context = sequences.attention(
        draft,
        name,
        query=query,
        keys=(key,),
        values=(value,),
        heads=HEADS,
        width=WIDTH,
        key_positions=memory.shape[0],
    )
    projected = sequences.linear(draft, f"{name}.output", context, WIDTH, bias=False)
    joined = images.add(draft, f"{name}.add", projected, current)
    return sequences.layer_norm(draft, f"{name}.norm", joined)


def _feed_forward(draft: Draft, name: str, source: Activation) -> Activation:
    inner = sequences.linear(draft, f"{name}.inner", source, INNER)
    inner = images.relu(draft, f"{name}.relu", inner)
    outer = sequences.linear(draft, f"{name}.outer", inner, WIDTH)
    joined = images.add(draft, f"{name}.add", outer, source)
    return sequences.layer_norm(draft, f"{name}.norm", joined)
