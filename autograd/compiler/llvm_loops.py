"""Loops over the elements of arrays, as LLVM instructions: what every step of a program is made of.

A `Loops` writes one function. An `Access` says where the elements of an operand lie, for the variables
of the loops around it; "b" counts the samples. Accesses to different arrays are marked as such, so that
LLVM need not ask at run time whether they overlap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from llvmlite import ir

from autograd.compiler.llvm_arithmetic import Arithmetic, Instruction

INT = ir.IntType(64)


@dataclass(frozen=True)
class Place:
    """Where an array lies: from row `first` of a `space`, an argument of the function or a constant."""

    name: str
    space: str
    first: int
    varies: bool


@dataclass(frozen=True, eq=False)
class Access:
    """Elements of an array: the row for each value of the variables, and one per sample if it varies."""

    place: Place
    rows: Any
    variables: tuple[str, ...]

    @cached_property
    def strides(self) -> tuple[int, ...] | None:
        """By how much the row grows with each variable; None when it grows irregularly."""
        rows = self.rows
        steps = tuple(
            int(rows.take(1, axis).flat[0]) - int(rows.flat[0]) if rows.shape[axis] > 1 else 0
            for axis in range(rows.ndim)
        )
        grid = sum(
            (step * index for step, index in zip(steps, np.indices(rows.shape))), np.zeros(rows.shape, int)
        )
        return steps if (rows == int(rows.flat[0]) + grid).all() else None

    @property
    def depends(self) -> tuple[str, ...]:
        """The variables on which the address depends."""
        own = tuple(name for name in self.variables if self.stride(name) != 0)
        return (*own, "b") if self.place.varies else own

    def stride(self, variable: str) -> int | None:
        """How the row grows with a variable: 0 when it does not, None when irregularly."""
        if variable not in self.variables:
            return 0
        return None if self.strides is None else self.strides[self.variables.index(variable)]


class Loops:
    """Writes one function of a module: its loops, and what happens inside."""

    def __init__(self, module: ir.Module, name: str, spaces: Sequence[str], real: Any, alone: bool) -> None:
        arguments = [*[real.as_pointer()] * len(spaces), INT]
        self.function = ir.Function(module, ir.FunctionType(ir.VoidType(), arguments), name)
        self.function.linkage = "internal"
        self.function.attributes.add("noinline")
        self.module, self.real, self.alone = module, real, alone
        self.spaces = dict(zip(spaces, self.function.args))
        self.builder = ir.IRBuilder(self.function.append_basic_block("entry"))
        self.arithmetic = Arithmetic(self.builder, real)
        self.batch: Any = INT(1) if alone else self.function.args[-1]
        self.marked: dict[str, list[Any]] = {}

    def close(self) -> None:
        """End the function."""
        self.builder.ret_void()
        self._mark()

    # ---- loops ----------------------------------------------------------------------------------

    @contextmanager
    def loop(self, count: Any) -> Iterator[Instruction]:
        """A loop of at least one turn; its variable."""
        count = INT(count) if isinstance(count, int) else count
        if isinstance(count, ir.Constant) and count.constant == 1:
            yield INT(0)
            return
        builder, before = self.builder, self.builder.block
        body, after = builder.append_basic_block(), builder.append_basic_block()
        builder.branch(body)
        builder.position_at_end(body)
        variable = builder.phi(INT)
        variable.add_incoming(INT(0), before)
        yield variable
        following = builder.add(variable, INT(1), flags=("nsw", "nuw"))
        variable.add_incoming(following, builder.block)
        builder.cbranch(builder.icmp_signed("<", following, count), body, after)
        builder.position_at_end(after)

    def sizes(self, rows: dict[str, int], access: Access) -> dict[str, Any]:
        """Loops over rows, then over the batch if the access varies with the sample."""
        return {**rows, "b": 1 if self.alone else self.batch} if access.place.varies else dict(rows)

    @contextmanager
    def nest(self, sizes: dict[str, Any]) -> Iterator[dict[str, Instruction]]:
        """Loops within loops, the last innermost; their variables by name."""
        with ExitStack() as stack:
            yield {name: stack.enter_context(self.loop(size)) for name, size in sizes.items()}

    def variable(self, start: float | Instruction) -> Any:
        """A number that changes inside a loop."""
        with self.builder.goto_entry_block():
            place = self.builder.alloca(self.real)
        self.builder.store(self.arithmetic.number(start) if isinstance(start, float) else start, place)
        return place

    # ---- elements -------------------------------------------------------------------------------

    def load(self, access: Access, at: dict[str, Instruction]) -> Instruction:
        """The element at these values of the variables."""
        instruction = self.builder.load(self._address(access, at))
        self._touch(access.place, instruction)
        return instruction

    def store(self, value: Instruction, access: Access, at: dict[str, Instruction]) -> None:
        """Set an element."""
        self._touch(access.place, self.builder.store(value, self._address(access, at)))

    def add(self, value: Instruction, access: Access, at: dict[str, Instruction]) -> None:
        """Add to an element."""
        self.store(self.arithmetic.add(self.load(access, at), value), access, at)

    def _address(self, access: Access, at: dict[str, Instruction]) -> Instruction:
        builder, place = self.builder, access.place
        row: Instruction = INT(place.first)
        if access.strides is None:
            rows = table(self.module, access.rows, self.real)
            row = self.plus(row, self.builder.load(self._inside(rows, access, at)))
        else:
            row = INT(place.first + int(access.rows.flat[0]))
            for variable, stride in zip(access.variables, access.strides):
                if stride:
                    row = self.plus(row, builder.mul(at[variable], INT(stride), flags=("nsw",)))
        if place.varies:
            row = builder.mul(row, self.batch, flags=("nsw",))
            row = self.plus(row, at["b"])
        space = self.spaces.get(place.space) or self.module.globals[place.space]
        if place.space not in self.spaces:
            return builder.gep(space, [INT(0), row], inbounds=True)
        return builder.gep(space, [row], inbounds=True)

    def plus(self, a: Instruction, b: Instruction) -> Instruction:
        """The sum of two ints."""
        return self.builder.add(a, b, flags=("nsw",))

    def _inside(self, rows: Any, access: Access, at: dict[str, Instruction]) -> Instruction:
        """The address in a table that has the shape of the access."""
        index: Instruction = INT(0)
        for variable, size in zip(access.variables, access.rows.shape):
            index = self.plus(self.builder.mul(index, INT(size), flags=("nsw",)), at[variable])
        return self.builder.gep(rows, [INT(0), index], inbounds=True)

    def _touch(self, place: Place, instruction: Any) -> None:
        self.marked.setdefault(place.name, []).append(instruction)

    def _mark(self) -> None:
        """Tell LLVM that accesses to different arrays do not overlap (a place named "" may be anywhere)."""
        module = self.module
        domain = module.add_metadata([ir.MetaDataString(module, "arrays")])
        scopes = {
            name: module.add_metadata([ir.MetaDataString(module, f"{self.function.name} {name}"), domain])
            for name in self.marked
            if name
        }
        for name, scope in scopes.items():
            own = module.add_metadata([scope])
            others = module.add_metadata([other for key, other in scopes.items() if key != name])
            for instruction in self.marked[name]:
                instruction.set_metadata("alias.scope", own)
                instruction.set_metadata("noalias", others)


def table(module: ir.Module, numbers: Any, real: Any) -> Any:
    """A constant array of the module: rows, or numbers of the program's type; one for equal contents."""
    flat = numbers.ravel()
    kind = INT if flat.dtype.kind == "i" else real
    name = f"table_{flat.dtype.kind}_{hashlib.sha1(flat.tobytes()).hexdigest()}"
    if name not in module.globals:
        constant = ir.GlobalVariable(module, ir.ArrayType(kind, flat.size), name)
        constant.global_constant, constant.linkage = True, "internal"
        constant.initializer = ir.Constant(constant.value_type, [ir.Constant(kind, n) for n in flat.tolist()])
    return module.globals[name]
