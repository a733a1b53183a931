"""The compiler: one sample's scalar graph, recorded once, as array operations over a batch.

`tracing` records, `simplify` finds sums and dots, `grouping` makes array operations and matrix products of
them, and a backend writes the program: `numpy_text` to be read, `llvm_program` to be fast.
"""

from autograd.compiler.compiled import Compiled, compile

__all__ = ["Compiled", "compile"]
