"""The exit codes: one meaning each, shown by ``octant --help`` and in the reference."""

from __future__ import annotations

#: What a command that passes judgement returns where it is a bad one.
VERDICT = 13

#: Exit code to what it says.
MEANINGS: dict[int, str] = {
    0: "it worked",
    1: "what was asked for is not supported, or a bug in Octant",
    2: "the command line is wrong",
    3: "a file is malformed, or cannot be read or written; a quantity or component is malformed",
    4: "an unknown name: chip, network, layer, dataflow, size, component, number format, task",
    5: "a network or a recipe cannot be read, or its parts contradict each other",
    6: "a mapping does not fit",
    7: "no mapping of a layer fits the chip, or none was found within the time limit",
    8: "no source gives a price that was asked for",
    9: "--strict, and a part of the network is not understood",
    10: "a plug-in is broken, or two share a name",
    11: "a data set cannot be read, or does not fit the network",
    12: "a network cannot be executed, or not in these number formats",
    VERDICT: "a verdict: a need is not met (judge), or a claim contradicts itself (audit --strict)",
    130: "interrupted (Ctrl-C): no result was written",
    141: "what read the output went away (octant ... | head)",
}


def epilog() -> str:
    """The table as the end of a help page; the mark keeps its lines as they are."""
    lines = [f"{code:>5}  {meaning}" for code, meaning in MEANINGS.items()]
    return "\n".join(["\b", "Exit codes:", *lines])
