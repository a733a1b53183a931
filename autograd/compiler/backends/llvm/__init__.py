"""The LLVM backend: programs as machine code.

`backend` makes functions of programs. `entry` writes the one that takes a batch through those of the `steps`;
what is inside each, by kind, is in `elementwise`, `products` (sums of products, by `contraction`) and
`selecting`. They know of arrays by the `layout`, of elements by `accesses`, write `loops`, and rules as
`arithmetic`. `straight` is for short functions without arrays, an optimiser's formula. `machine` compiles.
"""
