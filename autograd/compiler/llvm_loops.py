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
AT_ONCE = 4
"""Terms of a sum that are added in one turn, so that its target is loaded and stored less often."""


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
            row = self._sum(row, self.builder.load(self._inside(rows, access, at)))
        else:
            row = INT(place.first + int(access.rows.flat[0]))
            for variable, stride in zip(access.variables, access.strides):
                if stride:
                    row = self._sum(row, builder.mul(at[variable], INT(stride), flags=("nsw",)))
        if place.varies:
            row = builder.mul(row, self.batch, flags=("nsw",))
            row = self._sum(row, at["b"])
        space = self.spaces.get(place.space) or self.module.globals[place.space]
        if place.space not in self.spaces:
            return builder.gep(space, [INT(0), row], inbounds=True)
        return builder.gep(space, [row], inbounds=True)

    def _sum(self, a: Instruction, b: Instruction) -> Instruction:
        return self.builder.add(a, b, flags=("nsw",))

    def _inside(self, rows: Any, access: Access, at: dict[str, Instruction]) -> Instruction:
        """The address in a table that has the shape of the access."""
        index: Instruction = INT(0)
        for variable, size in zip(access.variables, access.rows.shape):
            index = self._sum(self.builder.mul(index, INT(size), flags=("nsw",)), at[variable])
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

    # ---- sums of products -----------------------------------------------------------------------

    def contract(
        self,
        target: Access,
        factors: Sequence[Access],
        sizes: dict[str, Any],
        start: Sequence[Access] | None = None,
    ) -> None:
        """target += the product of the factors, summed over the variables that the target does not depend on.

        With `start`, the target is set instead, to the sum of `start` and of these terms.
        """
        inner = self._innermost([target, *factors], sizes)
        own = {name: size for name, size in sizes.items() if name in target.depends and name != inner}
        summed = {name: size for name, size in sizes.items() if name not in target.depends and name != inner}
        if inner in target.depends and summed:
            self._sum_around(target, factors, own, summed, {inner: sizes[inner]}, start)
        elif inner in target.depends:
            self._sum_inside(target, factors, {**own, inner: sizes[inner]}, {}, start)
        else:
            self._sum_inside(target, factors, own, {**summed, inner: sizes[inner]}, start)

    def _innermost(self, accesses: Sequence[Access], sizes: dict[str, Any]) -> str:
        """The variable along which most of the accesses are contiguous, and fewest jump."""

        def contiguous(access: Access, variable: str) -> int:
            if variable not in access.depends:
                return 0
            if variable == "b":
                return 1
            return 1 if access.stride(variable) == 1 and (self.alone or not access.place.varies) else -1

        def worth(variable: str) -> tuple[bool, int]:
            alone = sizes[variable] == 1 or (variable == "b" and self.alone)
            return not alone, sum(contiguous(access, variable) for access in accesses)

        return max(sizes, key=worth)

    def _product(self, factors: Sequence[Access], at: dict[str, Instruction]) -> Instruction:
        first, *others = [self.load(factor, at) for factor in factors]
        for other in others:
            first = self.arithmetic.multiply(first, other)
        return first

    def _beginning(self, start: Sequence[Access], at: dict[str, Instruction]) -> Instruction:
        value = self.arithmetic.number(0.0)
        for access in start:
            value = self.arithmetic.add(value, self.load(access, at))
        return value

    def _sum_inside(
        self,
        target: Access,
        factors: Sequence[Access],
        own: dict[str, Any],
        summed: dict[str, Any],
        start: Sequence[Access] | None,
    ) -> None:
        """Each element of the target has its sum in a register."""
        with self.nest(own) as at:
            total = self.variable(0.0 if start is None else self._beginning(start, at))
            with self.nest(summed) as inside:
                term = self._product(factors, at | inside)
                self.builder.store(self.arithmetic.add(self.builder.load(total), term), total)
            if start is None:
                self.add(self.builder.load(total), target, at)
            else:
                self.store(self.builder.load(total), target, at)

    def _sum_around(
        self,
        target: Access,
        factors: Sequence[Access],
        own: dict[str, Any],
        summed: dict[str, Any],
        inner: dict[str, Any],
        start: Sequence[Access] | None,
    ) -> None:
        """A stretch of the target takes in a few terms at a time."""
        *others, last = summed
        count = summed[last] if isinstance(summed[last], int) else None
        with self.nest(own) as at:
            if start is not None:
                with self.nest(inner) as inside:
                    self.store(self._beginning(start, at | inside), target, at | inside)
            with self.nest({name: summed[name] for name in others}) as around:
                at = at | around
                turns, rest = divmod(count, AT_ONCE) if count is not None else (summed[last], 0)
                if turns:
                    with self.loop(turns) as turn:
                        self._take_in(target, factors, at, inner, last, turn, AT_ONCE if count else 1)
                if rest:
                    done = INT(turns)
                    self._take_in(target, factors, at, inner, last, done, rest, AT_ONCE)

    def _take_in(
        self,
        target: Access,
        factors: Sequence[Access],
        at: dict[str, Instruction],
        inner: dict[str, Any],
        summed: str,
        turn: Instruction,
        count: int,
        size: int | None = None,
    ) -> None:
        first = self.builder.mul(turn, INT(size or count), flags=("nsw",))
        places = [self._sum(first, INT(step)) for step in range(count)]
        with self.nest(inner) as inside:
            value = self.load(target, at | inside)
            for place in places:
                value = self.arithmetic.add(value, self._product(factors, {**at, **inside, summed: place}))
            self.store(value, target, at | inside)


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
