"""Loops over the elements of arrays, as LLVM instructions: what every step of a program is made of.

A `Loops` writes one function. Elements are given by an `Access` and the indices of the loops around; the
index "b" is that of the loop over the samples. Accesses to different arrays are marked as such, so that LLVM
need not ask at run time whether they overlap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property
from typing import Any

from llvmlite import ir

from autograd.compiler.backends.accesses import Access
from autograd.compiler.backends.llvm.arithmetic import Arithmetic, Instruction

INT = ir.IntType(64)

Indices = dict[str, Instruction]
"""The index of each loop around a place in the code, by the name of its variable."""


class Loops:
    """Writes one function of a module, given pointers to its spaces and the number of samples.

    The loop over the samples, "b", takes `lanes` of them in each iteration: an element of an array that is
    not uniform is a vector of so many numbers, or with an index "lane" the number of that sample alone.
    Without a loop "b" there is one sample. Rows of such an array are `row_length` numbers apart: where that
    is None, as many as there are samples.
    """

    def __init__(
        self,
        module: ir.Module,
        name: str,
        spaces: Sequence[str],
        real: Any,
        lanes: int,
        row_length: int | None,
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
        self.row_length = self.samples if row_length is None else INT(row_length)
        self.vector = real if lanes == 1 else ir.VectorType(real, lanes)
        self._accesses: dict[str, list[Any]] = {}

    def close(self) -> None:
        """End the function."""
        self.builder.ret_void()
        self._tell_arrays_apart()

    # ---- loops ----------------------------------------------------------------------------------

    @contextmanager
    def loop(self, count: Any) -> Iterator[Instruction]:
        """A loop of at least one iteration; its index."""
        count = INT(count) if isinstance(count, int) else count
        if isinstance(count, ir.Constant) and count.constant == 1:
            yield INT(0)
            return
        builder, before = self.builder, self.builder.block
        body, after = builder.append_basic_block(), builder.append_basic_block()
        builder.branch(body)
        builder.position_at_end(body)
        index = builder.phi(INT)
        index.add_incoming(INT(0), before)
        yield index
        following = builder.add(index, INT(1), flags=("nsw", "nuw"))
        index.add_incoming(following, builder.block)
        builder.cbranch(builder.icmp_signed("<", following, count), body, after)
        builder.position_at_end(after)

    @contextmanager
    def nest(self, sizes: Mapping[str, Any]) -> Iterator[Indices]:
        """Loops within loops, the last innermost; their indices by name."""
        with ExitStack() as stack:
            yield {name: stack.enter_context(self.loop(size)) for name, size in sizes.items()}

    def over(self, access: Access) -> AbstractContextManager[Indices]:
        """Loops over the elements of an access: its rows, and the samples."""
        return self.nest({**access.sizes, **self.samples_of(access)})

    def samples_of(self, access: Access) -> dict[str, Instruction]:
        """The size of the loop over the samples, if an access needs one."""
        return {} if access.location.uniform or self.lanes == 1 else {"b": self.vectors}

    @cached_property
    def vectors(self) -> Instruction:
        """How many vectors hold the samples; the last one may have lanes beyond them."""
        with self.builder.goto_entry_block():
            most = self.builder.add(self.samples, INT(self.lanes - 1), flags=("nsw", "nuw"))
            return self.builder.udiv(most, INT(self.lanes))

    def is_sample(self, b: Instruction, lane: Instruction) -> Instruction:
        """Whether there is a sample in a lane, in that iteration of the loop over the samples."""
        sample = self.plus(self.builder.mul(b, INT(self.lanes), flags=("nsw",)), lane)
        return self.builder.icmp_signed("<", sample, self.samples)

    # ---- variables of the function --------------------------------------------------------------

    def variable(self, start: float | Instruction, lanes: bool = False) -> Any:
        """A number that changes inside a loop, or one for each lane: where it is stored."""
        type_ = self.vector if lanes else self.real
        with self.builder.goto_entry_block():
            variable = self.builder.alloca(type_)
        start = self.arithmetic.number(start) if isinstance(start, float) else start
        self.builder.store(self.arithmetic.broadcast(start, type_), variable)
        return variable

    def accumulate(self, term: Instruction, total: Any, b: Instruction) -> None:
        """Add to each lane of a variable, but for those of the last vector that are beyond the samples."""
        builder, before = self.builder, self.builder.load(total)
        done = builder.mul(b, INT(self.lanes), flags=("nsw",))
        inside = builder.icmp_signed("<", self.arithmetic.broadcast(done, self._ahead.type), self._ahead)
        builder.store(builder.select(inside, self.arithmetic.add(before, term), before), total)

    @cached_property
    def _ahead(self) -> Instruction:
        """For each lane, how many samples there are from it on."""
        type_ = ir.VectorType(INT, self.lanes)
        with self.builder.goto_entry_block():
            every = self.arithmetic.broadcast(self.samples, type_)
            return self.builder.sub(every, ir.Constant(type_, list(range(self.lanes))))

    # ---- elements -------------------------------------------------------------------------------

    def load(self, access: Access, at: Indices) -> Instruction:
        """The element at these indices: of all lanes, unless it is uniform."""
        address, type_ = self._address(access, at)
        instruction = self.builder.load(address, align=self._alignment(type_))
        self._note(access, instruction)
        return instruction

    def store(self, value: Instruction, access: Access, at: Indices) -> None:
        """Set an element."""
        address, type_ = self._address(access, at)
        value = self.arithmetic.broadcast(value, type_)
        self._note(access, self.builder.store(value, address, align=self._alignment(type_)))

    def add(self, value: Instruction, access: Access, at: Indices) -> None:
        """Add to an element."""
        self.store(self.arithmetic.add(self.load(access, at), value), access, at)

    def _alignment(self, type_: Any) -> int:
        return (8 if self.real == ir.DoubleType() else 4) * (self.lanes if type_ != self.real else 1)

    def _address(self, access: Access, at: Indices) -> tuple[Instruction, Any]:
        """Where an element lies, and its type."""
        builder, location = self.builder, access.location
        if access.strides is None:
            rows = constant_array(self.module, access.rows, self.real)
            row = self.plus(INT(location.first), builder.load(self._entry_of(rows, access, at)))
        else:
            row = INT(location.first + int(access.rows.flat[0]))
            for variable, stride in zip(access.variables, access.strides):
                if stride:
                    row = self.plus(row, builder.mul(at[variable], INT(stride), flags=("nsw",)))
        type_ = self.real
        if not location.uniform and "b" in at:  # else there is one sample
            row = builder.mul(row, self.row_length, flags=("nsw",))
            row = self.plus(row, builder.mul(at["b"], INT(self.lanes), flags=("nsw",)))
            if "lane" in at:
                row = self.plus(row, at["lane"])
            else:
                type_ = self.vector
        space = self.spaces.get(location.space) or self.module.globals[location.space]
        inside = [row] if location.space in self.spaces else [INT(0), row]
        address = builder.gep(space, inside, inbounds=True)
        return (address if type_ == self.real else builder.bitcast(address, type_.as_pointer())), type_

    def _entry_of(self, rows: Any, access: Access, at: Indices) -> Instruction:
        """The address of an entry of an array of rows that has the shape of the access."""
        index: Instruction = INT(0)
        for variable, size in access.sizes.items():
            index = self.plus(self.builder.mul(index, INT(size), flags=("nsw",)), at[variable])
        return self.builder.gep(rows, [INT(0), index], inbounds=True)

    def plus(self, a: Instruction, b: Instruction) -> Instruction:
        """The sum of two ints."""
        return self.builder.add(a, b, flags=("nsw",))

    # ---- which accesses do not overlap ----------------------------------------------------------

    def _note(self, access: Access, instruction: Any) -> None:
        self._accesses.setdefault(access.location.name, []).append(instruction)

    def _tell_arrays_apart(self) -> None:
        """Tell LLVM that accesses to different arrays do not overlap; one without a name overlaps all."""
        module = self.module
        domain = module.add_metadata([ir.MetaDataString(module, "arrays")])
        scopes = {
            name: module.add_metadata([ir.MetaDataString(module, f"{self.function.name} {name}"), domain])
            for name in self._accesses
            if name
        }
        for name, scope in scopes.items():
            own = module.add_metadata([scope])
            others = module.add_metadata([other for key, other in scopes.items() if key != name])
            for instruction in self._accesses[name]:
                instruction.set_metadata("alias.scope", own)
                instruction.set_metadata("noalias", others)


def constant_array(module: ir.Module, numbers: Any, real: Any) -> Any:
    """A constant array of the module: ints, or numbers of the program's type; one for equal contents."""
    flat = numbers.ravel()
    type_ = INT if flat.dtype.kind == "i" else real
    name = f"constant_{flat.dtype.kind}_{hashlib.sha1(flat.tobytes()).hexdigest()}"
    if name not in module.globals:
        constant = ir.GlobalVariable(module, ir.ArrayType(type_, flat.size), name)
        constant.global_constant, constant.linkage = True, "internal"
        constant.initializer = ir.Constant(
            constant.value_type, [ir.Constant(type_, n) for n in flat.tolist()]
        )
    return module.globals[name]
