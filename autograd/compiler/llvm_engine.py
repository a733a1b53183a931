"""Machine code: an LLVM module, optimised for this processor, as a function that Python can call."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

from llvmlite import binding, ir

from autograd.compiler.llvm_arithmetic import LIBRARY

LEVEL = 2
"""Level 3, and unrolling, take up to ten times as long to compile these short loops, which run no faster."""


def machine_code(module: ir.Module, name: str) -> Callable[..., None]:
    """The function `name` of the module: takes addresses, and an int last."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    _name_the_library()
    machine = binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), opt=LEVEL
    )
    module.triple = binding.get_default_triple()
    module.data_layout = str(machine.target_data)
    parsed = binding.parse_assembly(str(module), binding.create_context())
    options = binding.create_pipeline_tuning_options(speed_level=LEVEL)
    options.loop_vectorization = True
    options.loop_unrolling = options.loop_interleaving = False
    passes = binding.create_pass_builder(machine, options)
    passes.getModulePassManager().run(parsed, passes)
    engine = binding.create_mcjit_compiler(parsed, machine)
    engine.finalize_object()
    function = engine.get_function_address(name)
    count = len(module.globals[name].args)
    prototype = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * (count - 1), ctypes.c_int64)
    called: Any = prototype(function)
    called.engine = engine  # whose memory the code lies in
    return called  # type: ignore[no-any-return]


def _name_the_library() -> None:
    """Tell LLVM where the functions of the C library are."""
    library: Any = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    for name in [*LIBRARY, *(name + "f" for name in LIBRARY)]:
        if hasattr(library, name):
            binding.add_symbol(name, ctypes.cast(getattr(library, name), ctypes.c_void_p).value)
