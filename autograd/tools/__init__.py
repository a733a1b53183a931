"""What the engine's graph is good for besides `backward`.

`transforms` has derivatives of functions, and `modes` the two loops they run; `checking` compares gradients,
`declaring` makes primitives, `checkpointing` trades time for memory, `anomalies` finds the first NaN.
"""
