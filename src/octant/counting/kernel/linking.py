"""Compiling kernels in half the time, in a process that does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import binding
from numba.core.codegen import JITCodeLibrary
from numba.core.registry import cpu_target


def compile_whole() -> None:
    """From now on, this process makes machine code only of the kernels that Python calls.

    By itself Numba optimises each function and makes machine code of it, then once more as a part
    of each that calls it, and so on outwards. Numba has no setting for this: other versions of it
    may differ inside, and then what is compiled afterwards fails.
    """
    codegen = cpu_target.target_context.codegen()
    codegen._library_class = _Whole
    codegen.set_env = _set_where_known(codegen)


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
