"""Machine code: an LLVM module, optimised for this processor, as a function that Python can call.

What a function is given lies in an array of 64-bit *words*: addresses of numbers, and ints. A call passes the
address of that array alone, so that one that is made again and again is prepared once.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from llvmlite import binding, ir

from autograd.compiler.backends.llvm.arithmetic import LIBRARY

LEVEL = 2
"""Level 3, and unrolling, take up to ten times as long to compile these short loops, which run no faster."""


class MachineFunction:
    """A function of a module, as machine code."""

    def __init__(self, function: ir.Function) -> None:
        module, entry = function.module, _callable(function)
        with _uninterrupted():
            context = binding.create_context()
            engine = _engine(module, context)  # in whose memory the code lies
            # Garbage in a cycle is finalised in any order, and LLVM crashes when the context goes first.
            weakref.finalize(self, _dispose, engine, context).atexit = False
        prototype = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
        self.function = prototype(engine.get_function_address(entry.name))

    def __call__(self, *arguments: Any) -> None:
        """Call it with arrays, whose addresses are passed, and ints."""
        self.prepared(*arguments)()

    def prepared(self, *arguments: Any) -> Callable[[], None]:
        """A call with these arguments, to be made any number of times."""
        words = np.array([a if isinstance(a, int) else address(a) for a in arguments], np.int64)
        call: Any = partial(self.function, address(words))
        call.kept = self, words, arguments
        return call  # type: ignore[no-any-return]


def address(array: Any) -> int:
    """Where the numbers of a writable array lie, one after the other."""
    return ctypes.addressof(ctypes.c_char.from_buffer(array)) if array.size else 0


def vector_bytes() -> int:
    """The size of the vectors to compute with, in bytes: where the processor's are shorter, two make one."""
    return 64 if binding.get_host_cpu_features().get("avx512f") else 32


def _callable(function: ir.Function) -> ir.Function:
    """A function that takes an array of words, and calls another with what is in it."""
    word = ir.IntType(64)
    type_ = ir.FunctionType(ir.VoidType(), [word.as_pointer()])
    entry = ir.Function(function.module, type_, f"{function.name}_entry")
    builder = ir.IRBuilder(entry.append_basic_block())
    given = []
    for at, argument in enumerate(function.args):
        value = builder.load(builder.gep(entry.args[0], [word(at)]))
        is_address = isinstance(argument.type, ir.PointerType)
        given.append(builder.inttoptr(value, argument.type) if is_address else value)
    builder.call(function, given)
    builder.ret_void()
    return entry


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A block after which Ctrl-C acts: in the midst of it, llvmlite would free an object twice, and crash."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[Any] = []
    previous = signal.signal(signal.SIGINT, lambda *given: pending.append(given))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous or signal.default_int_handler)
        if pending:
            signal.raise_signal(signal.SIGINT)


def _dispose(engine: Any, context: Any) -> None:
    with _uninterrupted():
        engine.close()
        context.close()


def _engine(module: ir.Module, context: Any) -> Any:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    _name_the_library()
    machine = binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), opt=LEVEL
    )
    module.triple = binding.get_default_triple()
    module.data_layout = str(machine.target_data)
    parsed = binding.parse_assembly(str(module), context)
    options = binding.create_pipeline_tuning_options(speed_level=LEVEL)
    options.loop_vectorization = True
    options.loop_unrolling = options.loop_interleaving = False
    passes = binding.create_pass_builder(machine, options)
    passes.getModulePassManager().run(parsed, passes)
    engine = binding.create_mcjit_compiler(parsed, machine)
    engine.finalize_object()
    return engine


def _name_the_library() -> None:
    """Tell LLVM where the functions of the C library are."""
    library: Any = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    for name in [*LIBRARY, *(name + "f" for name in LIBRARY)]:
        if hasattr(library, name):
            binding.add_symbol(name, ctypes.cast(getattr(library, name), ctypes.c_void_p).value)
