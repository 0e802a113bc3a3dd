from __future__ import annotations

from typing import Any

import onnx
import pytest

from octant.errors import ImportFailedError
from octant.importers import read_onnx
from octant.workload import Workload
from tests.unit.importers.models import imported, model, node, sizes, value, vector_of


def attend(inputs: dict[str, list[int]], outputs: int = 1, **attributes: Any) -> Workload:
    order = ["q", "k", "v", "mask", "past_k", "past_v"]
    names = [name if name in inputs else "" for name in order]
    while not names[-1]:
        names.pop()
    made = ["y", "present_k", "present_v"][:outputs]
    nodes = [node("Attention", names, made, "att", **attributes)]
    return imported(nodes, [value(*item) for item in inputs.items()], opset=24)


def test_four_axes() -> None:
    shape = [2, 8, 10, 16]
    scores, softmax, context = attend({"q": shape, "k": shape, "v": shape}).layers
    assert sizes(scores) == dict(N=1, G=16, K=10, C=16, P=10)
    assert sizes(context) == dict(N=1, G=16, K=16, C=10, P=10)
    assert vector_of(softmax).operations == 6 * 2 * 8 * 10 * 10  # scale, then five
    assert softmax.inputs == scores.outputs
    assert context.inputs == (*softmax.outputs, "v")
    assert context.outputs == ("y",)


def test_three_axes_with_shared_key_heads() -> None:
    network = attend(
        {"q": [2, 5, 64], "k": [2, 7, 16], "v": [2, 7, 32]}, q_num_heads=8, kv_num_heads=2
    )
    scores, _, context = network.layers
    # Two key heads of 8 numbers; each serves four query heads.
    assert sizes(scores) == dict(N=4, G=4, K=7, C=8, P=5)
    assert sizes(context) == dict(N=4, G=4, K=16, C=7, P=5)
    assert scores.macs == 2 * 8 * 5 * 7 * 8


def test_a_cache_and_a_mask() -> None:
    new, past = [1, 4, 1, 8], [1, 4, 99, 8]
    network = attend(
        {"q": new, "k": new, "v": new, "mask": [1, 100], "past_k": past, "past_v": past},
        outputs=3,
        softcap=30.0,
    )
    scores, softmax, context, cache = network.layers
    assert sizes(scores)["K"] == sizes(context)["C"] == 100
    assert scores.inputs == ("q", "k", "past_k")
    # scale, mask, softcap (3), softmax (5)
    assert vector_of(softmax).operations == 10 * 4 * 100
    assert vector_of(softmax).read_elements == 4 * 100 + 100
    assert cache.outputs == ("present_k", "present_v")
    assert (vector_of(cache).operations, vector_of(cache).written_elements) == (0, 64)


def test_heads_that_do_not_divide() -> None:
    with pytest.raises(ImportFailedError, match="att"):
        attend({"q": [2, 5, 64], "k": [2, 7, 16], "v": [2, 7, 16]}, q_num_heads=8, kv_num_heads=3)


@pytest.mark.parametrize(
    ("inputs", "attributes"),
    [
        ({"q": [2, 8, 10, 16], "k": [2, 8, 12, 16], "v": [2, 8, 12, 4]}, {}),
        ({"q": [2, 8, 10, 16], "k": [2, 2, 12, 16], "v": [2, 2, 12, 4]}, {}),
        (
            {"q": [2, 5, 64], "k": [2, 7, 16], "v": [2, 7, 32]},
            {"q_num_heads": 8, "kv_num_heads": 2},
        ),
        (
            {
                "q": [1, 4, 1, 8],
                "k": [1, 4, 1, 8],
                "v": [1, 4, 1, 8],
                "past_k": [1, 4, 99, 8],
                "past_v": [1, 4, 99, 8],
            },
            {"is_causal": 1},
        ),
    ],
    ids=["plain", "shared heads", "three axes", "cache"],
)
def test_macs_equal_those_of_the_standards_own_expansion(
    inputs: dict[str, list[int]], attributes: dict[str, Any]
) -> None:
    order = ["q", "k", "v", "mask", "past_k", "past_v"]
    names = [name if name in inputs else "" for name in order]
    fused = node("Attention", names, ["y", "pk", "pv"], **attributes)
    infos = [value(*item) for item in inputs.items()]
    made = model([fused], infos, [value("y", None)], opset=23)
    expanded = model(
        [node("Expanded", names, ["y", "pk", "pv"], domain="standard")],
        infos,
        [value("y", None)],
        opset=23,
        functions=[definition(fused, [info.type for info in infos])],
        domains={"standard": 1},
    )
    first, second = (read_onnx(one.SerializeToString()) for one in (made, expanded))
    assert not second.unknown_layers
    assert first.macs == second.macs > 0


def definition(fused: Any, types: list[Any]) -> Any:
    """What the standard says that the operator is: a function of simpler operators."""
    schema: Any = onnx.defs.get_schema("Attention", 23, "")
    by_name = dict(zip((name for name in fused.input if name), types, strict=True))
    text = schema.get_context_dependent_function_with_opset_version(
        23,
        fused.SerializeToString(),
        [by_name.get(name, onnx.TypeProto()).SerializeToString() for name in fused.input],
    )
    function = onnx.FunctionProto.FromString(text)
    given = {item.name: item for item in fused.attribute}
    for made in function.node:
        for place, item in reversed(list(enumerate(made.attribute))):
            if item.ref_attr_name:
                name, known = item.name, item.ref_attr_name
                del made.attribute[place]
                default = schema.attributes[known].default_value
                source = given.get(known, default if default.name else None)
                if source is not None:
                    made.attribute.add().CopyFrom(source)
                    made.attribute[-1].name = name
    del function.attribute[:]
    function.domain, function.name = "standard", "Expanded"
    return function
