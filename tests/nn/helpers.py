"""What several tests of nn share."""

from math import cos, prod, sin

from autograd import Value, dot
from autograd.engine.value import data_of
from autograd.trees import leaves


def numbers(count, start=0):
    """The closed form of torch_reference.py: 0.5 sin(1 + k)."""
    return [0.5 * sin(1.0 + k) for k in range(start, start + count)]


def inputs(*shape, start=100):
    """Twice `numbers` from `start` on, in nested lists of this shape."""
    flat = [2 * number for number in numbers(prod(shape), start)]
    for size in shape[:0:-1]:
        flat = [flat[place : place + size] for place in range(0, len(flat), size)]
    return flat


def filled(module):
    """The module, its parameters set to `numbers`."""
    for parameter, number in zip(module.parameters(), numbers(len(module.parameters())), strict=True):
        parameter.data = number
    return module


def outputs_and_gradients(module, output, wrt=None):
    """The outputs as numbers, and the gradients of sum of cos(k) y_k for each parameter (or `wrt`)."""
    values = leaves(output)
    dot(values, [cos(k) for k in range(len(values))]).backward()
    return data_of(values), [p.grad for p in (module.parameters() if wrt is None else wrt)]


def as_values(tree):
    """Nested numbers as nested Values."""
    return [as_values(branch) for branch in tree] if isinstance(tree, list) else Value(tree)
