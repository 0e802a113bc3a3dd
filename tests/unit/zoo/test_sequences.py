"""The sequence networks: attention, caches, recurrence."""

from __future__ import annotations

import pytest

from octant.workload import Einsum, Layer, VectorWork
from octant.zoo import network


def _layer(name: str, layer: str, **sizes: int) -> Layer:
    return next(found for found in network(name, **sizes).layers if found.name == layer)


def _sizes(layer: Layer) -> dict[str, int]:
    assert isinstance(layer.work, Einsum)
    return layer.work.sizes


def test_attention_has_a_group_for_each_head_of_each_sequence() -> None:
    layers = {layer.name: layer for layer in network("bert-base", batch=2, sequence=10).layers}
    scores = _sizes(layers["encoder.0.attention.scores"])
    context = _sizes(layers["encoder.0.attention.context"])
    assert scores == {"N": 1, "G": 24, "K": 10, "C": 64, "P": 10}
    assert context == {"N": 1, "G": 24, "K": 64, "C": 10, "P": 10}


def test_cross_attention_reads_keys_of_the_source() -> None:
    scores = _layer("transformer", "decoder.0.cross_attention.scores", source=5, target=7)
    assert _sizes(scores) == {"N": 1, "G": 8, "K": 5, "C": 64, "P": 7}


def test_transformer_macs_by_hand() -> None:
    source, target, width, inner = 5, 7, 512, 2048
    encoder = source * (4 * width**2 + 2 * width * inner) + 2 * source**2 * width
    decoder = target * (6 * width**2 + 2 * width * inner) + 2 * source * width**2
    decoder += 2 * target**2 * width + 2 * target * source * width
    expected = 6 * (encoder + decoder) + target * width * 37000
    assert network("transformer", source=source, target=target).macs == expected


def test_decoding_a_token_attends_to_the_cache_and_itself() -> None:
    scores = _layer("gpt2-small-decode", "h.3.attn.scores", context=99)
    assert _sizes(scores) == {"N": 1, "G": 12, "K": 100, "C": 64, "P": 1}
    assert scores.inputs == ("h.3.attn.c_attn", "h.3.past_key")
    context = _layer("gpt2-small-decode", "h.3.attn.context", context=99)
    assert context.inputs == ("h.3.attn.softmax", "h.3.attn.c_attn", "h.3.past_value")


def test_decoding_is_a_prefill_of_one_token_after_a_cache() -> None:
    decode = network("gpt2-small-decode", context=99)
    assert decode.layers == network("gpt2-small", sequence=1, context=99).layers


def test_without_a_cache_nothing_is_read_from_one() -> None:
    layers = network("gpt2-small-decode", context=0).layers
    assert not [source for layer in layers for source in layer.inputs if "past" in source]


def test_gpt2_macs_by_hand() -> None:
    tokens, context, width = 16, 4, 768
    block = tokens * 12 * width**2 + 2 * tokens * (tokens + context) * width
    one = network("gpt2-small", sequence=tokens, context=context)
    every = network("gpt2-small", sequence=tokens, context=context, logits=tokens)
    assert one.macs == 12 * block + width * 50257
    assert every.macs == 12 * block + tokens * width * 50257


def test_prefill_in_two_parts_computes_fewer_scores_than_in_one() -> None:
    # The second half needs its own scores and those against the first; the first never looks ahead.
    def score_macs(**sizes: int) -> int:
        layers = network("gpt2-small", **sizes).layers
        return sum(layer.macs for layer in layers if layer.name.endswith(".scores"))

    parts = score_macs(sequence=8) + score_macs(sequence=8, context=8)
    assert parts * 4 == score_macs(sequence=16) * 3


def test_a_recurrence_runs_once_a_step_and_its_input_product_once() -> None:
    layers = {layer.name: layer for layer in network("seq2seq", source=9, target=4).layers}
    projection = layers["encoder.lstm2.input"]
    recurrence = layers["encoder.lstm2.recurrence"]
    assert (projection.repeats, _sizes(projection)["P"]) == (1, 9)
    assert (recurrence.repeats, _sizes(recurrence)["P"]) == (9, 1)
    assert projection.macs == recurrence.macs == 9 * 4 * 1000 * 1000
    assert layers["encoder.lstm2.cell"].repeats == 9


def test_the_decoder_starts_from_the_encoders_state() -> None:
    recurrence = _layer("seq2seq", "decoder.lstm2.recurrence", source=9, target=4)
    assert recurrence.inputs == ("decoder.lstm2.input", "encoder.lstm2.cell")


def test_seq2seq_macs_by_hand() -> None:
    # 8 M a layer and step in 4 layers on each side, 80 M for the softmax's matrix.
    assert network("seq2seq", source=9, target=4).macs == 9 * 32e6 + 4 * (32e6 + 80e6)


def test_lstm_cell_by_hand() -> None:
    cell = _layer("seq2seq", "encoder.lstm0.cell", source=2, target=2)
    assert isinstance(cell.work, VectorWork)
    assert (cell.work.operations, cell.work.read_elements) == (13_000, 9_000)
    assert cell.work.written_elements == 2_000


@pytest.mark.parametrize(
    ("name", "layer", "elements"),
    [("transformer", "encoder.embedding", 37000 * 512), ("transformer", "decoder.embedding", 0)],
)
def test_shared_tables_count_once(name: str, layer: str, elements: int) -> None:
    assert _layer(name, layer).parameters == elements


def test_bert_sums_three_tables() -> None:
    embeddings = _layer("bert-base", "embeddings", sequence=10)
    assert isinstance(embeddings.work, VectorWork)
    assert embeddings.work.operations == 2 * 10 * 768
    assert embeddings.work.read_elements == 3 * 10 * 768
