"""Lowering: from a scalar graph, recorded once, to a program of array operations.

In order: `tracing` runs the user's function and writes a `tape`; `simplifying` makes sums of additions, and
dots of sums of products; `grouping` says which entries go together; `packing` makes arrays and steps of them;
`arranging` puts rows into the order in which they are read. `stages` does all but the tracing in one call.
"""
