"""BERT-base: the encoder and its pooler."""

from __future__ import annotations

from octant.workload import Layer
from octant.zoo import images, sequences
from octant.zoo.draft import Activation, Draft

WIDTH, HEADS, BLOCKS, INNER = 768, 12, 12, 3072
VOCABULARY, POSITIONS, SEGMENTS = 30522, 512, 2


def bert_base(batch: int, *, sequence: int) -> tuple[Layer, ...]:
    """The layers of the encoder over ``sequence`` tokens, with the pooler of the first one."""
    draft = Draft()
    tokens = Activation("tokens", batch, (sequence,))
    tables = (VOCABULARY, POSITIONS, SEGMENTS)
    current = sequences.embed(draft, "embeddings", tokens, WIDTH, rows=tables)
    current = sequences.layer_norm(draft, "embeddings.norm", current)
    for number in range(BLOCKS):
        current = _block(draft, f"encoder.{number}", current)
    pooled = sequences.linear(draft, "pooler", current, WIDTH, rows=1)
    sequences.pointwise(draft, "pooler.tanh", pooled, "Tanh")
    return draft.layers


def _block(draft: Draft, name: str, source: Activation) -> Activation:
    attended = _attention(draft, name, source)
    current = images.add(draft, f"{name}.attention.add", attended, source)
    current = sequences.layer_norm(draft, f"{name}.attention.norm", current)
    inner = sequences.linear(draft, f"{name}.intermediate", current, INNER)
    inner = sequences.pointwise(draft, f"{name}.gelu", inner, "Gelu")
    inner = sequences.linear(draft, f"{name}.output", inner, WIDTH)
    joined = images.add(draft, f"{name}.output.add", inner, current)
    return sequences.layer_norm(draft, f"{name}.output.norm", joined)


def _attention(draft: Draft, name: str, source: Activation) -> Activation:
    query, key, value = (
        sequences.linear(draft, f"{name}.attention.{part}", source, WIDTH)
        for part in ("query", "key", "value")
    )
    context = sequences.attention(
        draft,
        f"{name}.attention",
        query=query,
        keys=(key,),
        values=(value,),
        heads=HEADS,
        width=WIDTH,
        key_positions=source.shape[0],
    )
    return sequences.linear(draft, f"{name}.attention.output", context, WIDTH)
