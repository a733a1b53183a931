"""The compiler: one sample's scalar graph, recorded once, as array operations over a batch.

`compiled` is what a user meets. `lowering` records one call and makes a `program` of it: array operations,
matrix products among them. A backend runs the program: `backends.numpy` as text that can be read,
`backends.llvm` as machine code.
"""

from autograd.compiler.compiled import Compiled, compile

__all__ = ["Compiled", "compile"]
