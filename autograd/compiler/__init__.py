"""The compiler: one sample's scalar graph, recorded once, as array operations over a batch.

In the order in which a call goes through it:

- `compiled` is what a user meets, `arguments` what is given.
- `specializations` finds what fits the arguments, or makes it: a `specialization`. By `bindings`, which go by
  what f's code is `reaching`, it notices that a parameter has been replaced.
- `lowering` records one call and makes a `program` of it: array operations, matrix products among them.
- A backend runs the program: `backends.numpy` as text that can be read, `backends.llvm` as machine code.
  `backends.protocol` says what each promises.
- `training_block` takes steps, also on several `batches` in one call; by `holding` it has the numbers of
  Values elsewhere meanwhile.
- `comparing` holds a program against f, run eagerly.
"""

from autograd.compiler.compiled import Compiled, compile

__all__ = ["Compiled", "compile"]
