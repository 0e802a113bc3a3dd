"""GPT-2 small: prefill of a prompt, and one step of decoding with a cache of keys and values."""

from __future__ import annotations

from octant.errors import InvalidWorkloadError
from octant.workload import Layer
from octant.zoo import images, sequences
from octant.zoo.draft import Activation, Draft

WIDTH, HEADS, BLOCKS, INNER = 768, 12, 12, 3072
VOCABULARY, POSITIONS = 50257, 1024


def gpt2_small(
    batch: int, *, sequence: int, context: int = 0, logits: int = 1
) -> tuple[Layer, ...]:
    """The layers for ``sequence`` new tokens after ``context`` cached ones.

    Every new token attends to the cache and to all new tokens (the masked ones are computed, too).
    The cache grows in place: the projection writes its keys and values there, so there is no layer
    that copies. The output matrix is the embedding's table, and counts as parameters only there.

    Args:
        batch: sequences side by side.
        sequence: new tokens.
        context: tokens whose keys and values are cached, read as ``h.I.past_key`` and
            ``h.I.past_value``.
        logits: last positions that the output matrix is applied to; generation needs one.

    Raises:
        InvalidWorkloadError: when there are more tokens than positions, or more logits than tokens.
    """
    if sequence + context > POSITIONS:
        raise InvalidWorkloadError(
            f"gpt2-small has {POSITIONS} positions: sequence {sequence} and context {context} "
            "together must not exceed them"
        )
    if logits > sequence:
        raise InvalidWorkloadError(
            f"gpt2-small computes {sequence} positions: logits {logits} must not exceed them"
        )
    draft = Draft()
    tokens = Activation("tokens", batch, (sequence,))
    current = sequences.embed(draft, "wte", tokens, WIDTH, rows=(VOCABULARY, POSITIONS))
    for number in range(BLOCKS):
        current = _block(draft, f"h.{number}", current, context)
    current = sequences.layer_norm(draft, "ln_f", current)
    sequences.linear(draft, "lm_head", current, VOCABULARY, bias=False, rows=logits, tied=True)
    return draft.layers


def gpt2_small_decode(batch: int, *, context: int) -> tuple[Layer, ...]:
    """The layers for one new token after ``context`` cached ones."""
    return gpt2_small(batch, sequence=1, context=context)


def _block(draft: Draft, name: str, source: Activation, context: int) -> Activation:
    normed = sequences.layer_norm(draft, f"{name}.ln_1", source)
    attended = _attention(draft, name, normed, context)
    current = images.add(draft, f"{name}.attn.add", attended, source)
    inner = sequences.layer_norm(draft, f"{name}.ln_2", current)
    inner = sequences.linear(draft, f"{name}.mlp.c_fc", inner, INNER)
    inner = sequences.pointwise(draft, f"{name}.mlp.gelu", inner, "GeluTanh")
    inner = sequences.linear(draft, f"{name}.mlp.c_proj", inner, WIDTH)
    return images.add(draft, f"{name}.mlp.add", inner, current)


def _attention(draft: Draft, name: str, source: Activation, context: int) -> Activation:
    new = sequences.linear(draft, f"{name}.attn.c_attn", source, 3 * WIDTH)
    cache = (context, WIDTH)
    past = (
        tuple(Activation(f"{name}.past_{part}", source.batch, cache) for part in ("key", "value"))
        if context
        else ()
    )
    attended = sequences.attention(
        draft,
        f"{name}.attn",
        query=new,
        keys=(new, *past[:1]),
        values=(new, *past[1:]),
        heads=HEADS,
        width=WIDTH,
        key_positions=source.shape[0] + context,
    )
    return sequences.linear(draft, f"{name}.attn.c_proj", attended, WIDTH)
