"""The JAX backend: a program as functions that `jax.jit` compiles, for accelerators and several machines.

`functions` runs a program forward and in reverse, step by step; what is inside each, by kind, is in
`elementwise`, `products` and `selecting`. They read selections as `views` where the rows allow it, and add to
`cotangents`. `language` reads the rules of the table in JAX. `backend` makes them executable, `trainer` steps
by them with the numbers on `devices`.
"""
