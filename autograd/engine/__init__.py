"""The engine: from an operation to a node, from a graph to its gradients.

In the order in which to read it; each file knows only those above it:

    graph       Node: a number and how it was made; topological order
    messages    what errors say
    operands    what counts as a number
    recorders   from an operation to a node
    recording   which recorder is the current one; `no_grad`
    operators   what the recorder does, fast: one function for each row of the table
    sweep       backpropagation
    copying     copy, deepcopy, pickle
    value       Value: what people hold
    functions   Python's operators by name, and composites

`printing` writes operators.py, by `operator_text` and `operator_templates`.
"""
