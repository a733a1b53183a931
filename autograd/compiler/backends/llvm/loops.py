"""Loops over the elements of arrays, as LLVM instructions: what every step of a program is made of.

A `Loops` writes one function. An `Access` says where the elements of an operand lie, for the variables
of the loops around it; "b" is that over the samples. Accesses to different arrays are marked as such, so that
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

from autograd.compiler.backends.llvm.arithmetic import Arithmetic, Instruction

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
        """The variables of rows on which the address depends."""
        return tuple(name for name in self.variables if self.stride(name) != 0)

    def stride(self, variable: str) -> int | None:
        """How the row grows with a variable: 0 when it does not, None when irregularly."""
        if variable not in self.variables:
            return 0
        return None if self.strides is None else self.strides[self.variables.index(variable)]


class Loops:
    """Writes one function of a module: its loops, and what happens inside.

    Of an array that varies with the sample, a turn of the loop "b" has `lanes` samples at once, as one vector
    where there are several; or only that of one "lane". Its rows are `stride` numbers apart: where that is
    None, as many as there are samples. Without a loop "b" there is one sample.
    """

    def __init__(
        self, module: ir.Module, name: str, spaces: Sequence[str], real: Any, lanes: int, stride: int | None
    ) -> None:
        arguments = [*[real.as_pointer()] * len(spaces), INT]
        self.function = ir.Function(module, ir.FunctionType(ir.VoidType(), arguments), name)
        self.function.linkage = "internal"
        self.function.attributes.add("noinline")
        self.module, self.real, self.lanes = module, real, lanes
        self.spaces = dict(zip(spaces, self.function.args))
        self.builder = ir.IRBuilder(self.function.append_basic_block("entry"))
        self.arithmetic = Arithmetic(self.builder, real)
        self.samples = self.function.args[-1]
        self.stride = self.samples if stride is None else INT(stride)
        self.vector = real if lanes == 1 else ir.VectorType(real, lanes)
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

    @cached_property
    def turns(self) -> Instruction:
        """How often the lanes go into the samples, the last time in part."""
        with self.builder.goto_entry_block():
            most = self.builder.add(self.samples, INT(self.lanes - 1), flags=("nsw", "nuw"))
            return self.builder.udiv(most, INT(self.lanes))

    @contextmanager
    def nest(self, sizes: dict[str, Any]) -> Iterator[dict[str, Instruction]]:
        """Loops within loops, the last innermost; their variables by name."""
        with ExitStack() as stack:
            yield {name: stack.enter_context(self.loop(size)) for name, size in sizes.items()}

    def variable(self, start: float | Instruction, varies: bool = False) -> Any:
        """A number that changes inside a loop, or one for each lane."""
        kind = self.vector if varies else self.real
        with self.builder.goto_entry_block():
            place = self.builder.alloca(kind)
        start = self.arithmetic.number(start) if isinstance(start, float) else start
        self.builder.store(self.arithmetic.like(start, kind), place)
        return place

    def take_in(self, term: Instruction, total: Any, turn: Instruction) -> None:
        """Add to each lane of a variable, but for the lanes of the last turn that are beyond the samples."""
        builder, before = self.builder, self.builder.load(total)
        first = self.arithmetic.like(builder.mul(turn, INT(self.lanes), flags=("nsw",)), self._ahead.type)
        inside = builder.icmp_signed("<", first, self._ahead)
        builder.store(builder.select(inside, self.arithmetic.add(before, term), before), total)

    def is_sample(self, turn: Instruction, lane: Instruction) -> Instruction:
        """Whether there is a sample in that lane, in that turn of the loop over the samples."""
        sample = self.plus(self.builder.mul(turn, INT(self.lanes), flags=("nsw",)), lane)
        return self.builder.icmp_signed("<", sample, self.samples)

    @cached_property
    def _ahead(self) -> Instruction:
        """For each lane, how many samples there are from it on."""
        kind = ir.VectorType(INT, self.lanes)
        with self.builder.goto_entry_block():
            every = self.arithmetic.like(self.samples, kind)
            return self.builder.sub(every, ir.Constant(kind, list(range(self.lanes))))

    # ---- elements -------------------------------------------------------------------------------

    def load(self, access: Access, at: dict[str, Instruction]) -> Instruction:
        """The element at these values of the variables: of all lanes, if it varies with the sample."""
        address, kind = self._address(access, at)
        instruction = self.builder.load(address, align=self._aligned(kind))
        self._touch(access.place, instruction)
        return instruction

    def store(self, value: Instruction, access: Access, at: dict[str, Instruction]) -> None:
        """Set an element."""
        address, kind = self._address(access, at)
        value = self.arithmetic.like(value, kind)
        self._touch(access.place, self.builder.store(value, address, align=self._aligned(kind)))

    def add(self, value: Instruction, access: Access, at: dict[str, Instruction]) -> None:
        """Add to an element."""
        self.store(self.arithmetic.add(self.load(access, at), value), access, at)

    def _aligned(self, kind: Any) -> int:
        return (8 if self.real == ir.DoubleType() else 4) * (self.lanes if kind != self.real else 1)

    def _address(self, access: Access, at: dict[str, Instruction]) -> tuple[Instruction, Any]:
        """Where an element lies, and its type."""
        builder, place = self.builder, access.place
        if access.strides is None:
            rows = table(self.module, access.rows, self.real)
            row = self.plus(INT(place.first), builder.load(self._inside(rows, access, at)))
        else:
            row = INT(place.first + int(access.rows.flat[0]))
            for variable, stride in zip(access.variables, access.strides):
                if stride:
                    row = self.plus(row, builder.mul(at[variable], INT(stride), flags=("nsw",)))
        kind = self.real
        if place.varies and "b" in at:  # else there is one sample
            row = builder.mul(row, self.stride, flags=("nsw",))
            row = self.plus(row, builder.mul(at["b"], INT(self.lanes), flags=("nsw",)))
            if "lane" in at:
                row = self.plus(row, at["lane"])
            else:
                kind = self.vector
        space = self.spaces.get(place.space) or self.module.globals[place.space]
        inside = [row] if place.space in self.spaces else [INT(0), row]
        address = builder.gep(space, inside, inbounds=True)
        return (address if kind == self.real else builder.bitcast(address, kind.as_pointer())), kind

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
