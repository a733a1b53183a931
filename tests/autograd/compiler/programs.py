"""Programs by themselves, and their numpy text as functions: no compiled function, no backend."""

import numpy as np

from autograd.compiler.backends.numpy.runtime import NAMES
from autograd.compiler.backends.numpy.text import numpy_program
from autograd.compiler.lowering.stages import lower
from autograd.compiler.lowering.tracing import Shape, trace
from autograd.trees import leaves


def lowered(f, parameters, *shapes, apart=False):
    """The program of f, whose arguments have these shapes and whose parameters are these Values."""
    order = {parameter: at for at, parameter in enumerate(parameters)}
    tracer, results = trace(f, list(map(Shape, shapes)), order)
    assert len(order) == len(parameters)
    return lower(tracer.tape, leaves(results), len(order), first_alone=apart)


def numpy_function(program, gradient, **names):
    """The text of a program as a function of p and x; `names` are further global names for it."""
    text = numpy_program(program, gradient)
    namespace = {**NAMES, "real": np.float64, **text.constants, **names}
    exec(text.source, namespace)
    return namespace["results_and_gradient" if gradient else "results"]
