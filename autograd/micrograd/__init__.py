"""Micrograd's own contract, for code that extends a Value: the same names in the same shapes.

`from autograd.micrograd.engine import Value` and `from autograd.micrograd.nn import Neuron, Layer, MLP` stand
where `micrograd.engine` and `micrograd.nn` stood. In the order in which to read it; each file knows only
those above it:

    operators   the operators of the table, for nodes of another class
    children    what `_prev` gives
    engine      Value: children, an operation's name and a `_backward` that may be written by hand
    nn          Neuron, Layer, MLP: parameters drawn from Python's `random`

These Values work together with those of `autograd`. `import autograd` does not load this package.
"""

from autograd.micrograd.engine import Value
from autograd.micrograd.nn import MLP, Layer, Module, Neuron

__all__ = ["MLP", "Layer", "Module", "Neuron", "Value"]
