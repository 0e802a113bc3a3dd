"""Named tuples that compiled functions take by their address.

Numba hands over a tuple member by member, and an array in seven numbers or more: a function that is
given three records of forty arrays has a thousand arguments, and most of its code hands them on.
"""

from __future__ import annotations

import zlib
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import impl_ret_borrowed
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)


class Record(types.Type):
    """The address of a named tuple's members, which nothing changes while a kernel runs."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        members = zlib.crc32(dtype.name.encode())
        super().__init__(name=f"{dtype.instance_class.__name__}.{members:08x}")


def by_address(record: type) -> None:
    """From now on, compiled functions take such named tuples by their address."""

    @typeof_impl.register(record)
    def typeof(value: Any, context: Any) -> Record:
        return Record(types.NamedTuple([typeof_impl(each, context) for each in value], record))


@register_model(Record)
class _Address(models.PrimitiveModel):
    """The address of a structure with a name, for each mention of another has all its members."""

    def __init__(self, manager: Any, record: Record) -> None:
        structure = ir.global_context.get_identified_type(record.name)
        if structure.is_opaque:
            structure.set_body(*(manager[each].get_data_type() for each in record.dtype.types))
        super().__init__(manager, record, structure.as_pointer())


@infer_getattr
class _Members(AttributeTemplate):
    """What a member is."""

    key = Record

    def generic_resolve(self, typ: Record, attr: str) -> Any:  # type: ignore[override]
        """A member's type; none for what it has not."""
        fields = typ.dtype.fields
        return typ.dtype.types[fields.index(attr)] if attr in fields else None


@lower_getattr_generic(Record)
def _member(context: Any, builder: Any, record: Record, address: Any, name: str) -> Any:
    """Reads a member; as nothing changes it, it need not be read again after others are written."""
    number = record.dtype.fields.index(name)
    kind, block = record.dtype.types[number], builder.block
    before = len(block.instructions)
    value = context.unpack_value(builder, kind, cgutils.gep_inbounds(builder, address, 0, number))
    constant = builder.module.add_metadata([])
    for instruction in block.instructions[before:]:
        if isinstance(instruction, ir.LoadInstr):
            instruction.set_metadata("invariant.load", constant)
    return impl_ret_borrowed(context, builder, kind, value)


@unbox(Record)
def _unbox(record: Record, value: Any, c: Any) -> NativeValue:
    members = c.unbox(record.dtype, value)
    address = cgutils.alloca_once(c.builder, c.context.get_value_type(record).pointee)
    for number, kind in enumerate(record.dtype.types):
        member = c.builder.extract_value(members.value, number)
        place = cgutils.gep_inbounds(c.builder, address, 0, number)
        c.context.pack_value(c.builder, kind, member, place)

    def release() -> None:
        if members.cleanup is not None:
            members.cleanup()
        if c.context.enable_nrt:  # else nothing was held; Numba itself only sees an address
            c.context.nrt.decref(c.builder, record.dtype, members.value)

    return NativeValue(address, is_error=members.is_error, cleanup=release)
