"""What Numba does again and again when it compiles kernels, though nothing new comes of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from llvmlite.ir import Type
from numba.core import event, ir
from numba.core.compiler import Flags
from numba.core.cpu import CPUContext
from numba.core.lowering import Lower
from numba.core.registry import cpu_target
from numba.core.targetconfig import ConfigStack
from numba.core.typed_passes import InlineOverloads, NopythonRewrites
from numba.core.types.functions import BaseFunction
from numba.core.untyped_passes import InlineClosureLikes


def take_shortcuts() -> None:
    """From now on, this process compiles kernels without that.

    Numba has no setting for this: other versions of it may differ inside, and then this fails, or
    what is compiled afterwards.
    """
    idle: list[Any] = [InlineClosureLikes, InlineOverloads, NopythonRewrites]
    for each in idle:  # kernels have no closures, nor operations on whole arrays
        each.run_pass = _nothing
    events: Any = event
    events.start_event = events.end_event = _nothing  # nobody listens
    sys.modules["scipy"] = None  # type: ignore[assignment]  # kernels have no linear algebra
    registries: Any = CPUContext
    cpu_target.target_context.refresh()
    registries.load_additional_registries = _load_what_is_new
    lower: Any = Lower
    lower.create_cfunc_wrapper = _nothing  # nothing is called from C
    lower.create_cpython_wrapper = _of_kernels(lower.create_cpython_wrapper)
    size: Any = Type
    size.get_abi_size = _size(size.get_abi_size)
    options: Any = Flags
    options.values = _all_values
    function: Any = BaseFunction
    function.get_call_type = _remembered(function.get_call_type)
    instruction: Any = ir.Inst
    instruction._rec_list_vars = _variables_in


def _nothing(*_: Any, **__: Any) -> bool:
    """Does nothing; of a pass: changes nothing."""
    return False


def _load_what_is_new(context: Any) -> None:
    """Looks through what Numba knows for what it did not know before, but imports none of it."""
    for registry in tuple(context._registries):
        context.install_registry(registry)


def _of_kernels(wrap: Callable[..., None]) -> Callable[..., None]:
    """Lets Python call kernels, but not what Numba adds to them."""

    def wrap_kernel(lower: Any, *options: Any, **more: Any) -> None:
        if not lower.fndesc.modname.startswith("numba."):
            wrap(lower, *options, **more)

    return wrap_kernel


def _size(get_abi_size: Callable[..., int]) -> Callable[..., int]:
    """The bytes of a type, for which LLVM reads a module with one number of it: once for each."""
    known: dict[str, int] = {}

    def size(kind: Any, *target: Any) -> int:
        name = str(kind)
        if name not in known:
            known[name] = get_abi_size(kind, *target)
        return known[name]

    return size


_UNSET = {name: option.default for name, option in Flags.options.items()}


def _all_values(flags: Flags) -> dict[str, Any]:
    """All of a function's options, as Numba asks for them at every operation that it compiles."""
    return _UNSET | flags._values


def _remembered(call_type: Callable[..., Any]) -> Callable[..., Any]:
    """What an operation of such types comes to, which Numba finds anew at every place of it."""
    known: dict[Any, Any] = {}

    def get_call_type(function: Any, context: Any, args: Any, kws: Any) -> Any:
        options = ConfigStack.top_or_none()
        counted = options is not None and options.nrt  # references are
        asked = function, tuple(args), tuple(kws.items()), counted
        if asked not in known:
            known[asked] = call_type(function, context, args, kws)
        return known[asked]

    return get_call_type


def _variables_in(instruction: Any, value: Any) -> list[ir.Var]:
    """All variables of an instruction, or of what is inside one; Numba asks a million times."""
    if isinstance(value, ir.Var):
        return [value]
    if isinstance(value, ir.Inst):
        return list(value.list_vars())
    inside = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(inside, list | tuple):
        return []
    found = []
    for each in inside:
        if type(each) is ir.Var:
            found.append(each)
        elif type(each) not in _PLAIN:
            found += _variables_in(instruction, each)
    return found


_PLAIN = frozenset((ir.Loc, str, int, type(None)))
"""What has no variables inside."""
