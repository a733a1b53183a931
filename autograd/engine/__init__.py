"""The engine: from an operation to a node, from a graph to its gradients.

In the order in which to read it: `graph`, the node; `messages`, what errors say; `operands`, what counts as
a number; `recorders` and `recording`, from an operation to a node; `operators`, the same, printed for speed
(by `printing`, from `operator_text`); `sweep`, backpropagation; `copying`; `value`, what people hold;
`functions`.
"""
