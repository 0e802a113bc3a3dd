"""Compiling kernels in half the time, in a process that does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import binding
from numba.core import ir
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Flags
from numba.core.registry import cpu_target
from numba.core.targetconfig import ConfigStack
from numba.core.types.functions import BaseFunction


def compile_whole() -> None:
    """From now on, this process makes machine code only of the kernels that Python calls.

    By itself Numba optimises each function and makes machine code of it, then once more as a part
    of each that calls it, and so on outwards. It also finds anew at every place what an operation
    on such types is, and looks for variables wherever it might have put some. Numba has no setting
    for this: other versions of it may differ inside, and then what is compiled afterwards fails.
    """
    codegen = cpu_target.target_context.codegen()
    codegen._library_class = _Whole
    codegen.set_env = _set_where_known(codegen)
    options: Any = Flags
    options.values = _all_values
    function: Any = BaseFunction
    function.get_call_type = _remembered(function.get_call_type)
    instruction: Any = ir.Inst
    instruction._rec_list_vars = _variables_in


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


def _set_where_known(codegen: Any) -> Callable[[str, Any], None]:
    """Numba's way to give a function its surroundings, for those that have machine code."""
    set_env, engine = codegen.set_env, codegen._engine

    def set_known(name: str, env: Any) -> None:
        if engine.is_symbol_defined(name):
            set_env(name, env)

    return set_known


class _Whole(JITCodeLibrary):
    """The code of a function that stays as it is until a kernel which Python calls is complete."""

    def add_linking_library(self, library: Any) -> None:
        """Notes what is called."""
        self._linking_libraries.append(library)

    def get_pointer_to_function(self, name: str) -> int:
        """The address for Python; none for what has no such entry, which stays as it is."""
        own = self._final_module.functions
        if not self._finalized and not any(
            each.name == name and not each.is_declaration for each in own
        ):
            return 0
        return int(super().get_pointer_to_function(name))

    def finalize(self) -> None:
        """Links all that is called, directly or not, the caller first, and optimises it at once."""
        inner: dict[int, Any] = {}

        def visit(library: Any) -> None:
            for called in () if library._finalized else library._linking_libraries:
                if id(called) not in inner:
                    visit(called)
                    inner[id(called)] = called

        visit(self)
        self._linking_libraries = list(inner.values())[::-1]
        super().finalize()

    def _get_module_for_linking(self) -> Any:
        if self._finalized:
            return super()._get_module_for_linking()
        for function in self._final_module.functions:
            if not function.is_declaration and function.linkage == binding.Linkage.external:
                function.linkage = "linkonce_odr"
        return self._final_module
