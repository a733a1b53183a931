"""A scalar reverse-mode autodiff engine that one can hold in one's head.

A `Value` records the operations made on it into a graph; `backward()` walks the graph once, from the
result to the leaves, and leaves in each `grad` the derivative of the result.

In the order in which to read it; each folder knows only those above it:

    symbols     the language in which a derivative is stated
    rules/      table: THE table, each derivative once. primitives: a row, on numbers. readings, notation: how
                a row becomes functions and text. words: what a row says of itself
    engine/     graph: the node. recorders, recording: from an operation to a node. operators: the same, fast,
                printed from the table. sweep: backpropagation. value: what one holds. functions: composites
    tools/      what a graph is good for besides: transforms, checking, checkpointing, anomalies, declaring
    compiler/   compiled: `compile`. lowering/ makes a program/ of array operations, which backends/ run
    micrograd/  micrograd's own contract, for code that extends a Value; `import autograd` does not load it
    neighbours  names of other libraries, and what takes their place

From `y.backward()` to the derivative of tanh: engine/value, engine/sweep, engine/operators, rules/table.

Beside it are `nn`, networks, and `viz`, pictures. The lessons, `python -m demos`, are in the folder
`demos` of a clone of the repository, as the tests are; an installed package does not have them.
"""

from typing import TYPE_CHECKING, Any

from autograd.engine.functions import add, div, log_softmax, logsumexp, matvec, mean, mul, neg, softmax, sub
from autograd.engine.functions import pow as pow
from autograd.engine.graph import topological_order
from autograd.engine.operators import abs as abs
from autograd.engine.operators import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    clamp,
    cos,
    cosh,
    dot,
    elu,
    erf,
    erfc,
    exp,
    expm1,
    gelu,
    hypot,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    maximum,
    minimum,
    norm,
    relu,
    select,
    sigmoid,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    tan,
    tanh,
    where,
)
from autograd.engine.operators import sum as sum
from autograd.engine.recording import no_grad
from autograd.engine.value import Value
from autograd.errors import AnomalyError, DomainError, GradientCheckError
from autograd.neighbours import AUTOGRAD, VALUE, hint_attributes, hint_names, missing
from autograd.tools.anomalies import detect_anomaly
from autograd.tools.checking import GradientReport, check_gradients
from autograd.tools.checkpointing import checkpoint
from autograd.tools.declaring import primitive
from autograd.tools.transforms import elementwise_grad, grad, hessian, hvp, jacobian, jvp, value_and_grad

__version__ = "0.1.0"

__all__ = [  # abs, pow and sum are here too, but `import *` leaves Python's own alone
    "AnomalyError",
    "DomainError",
    "GradientCheckError",
    "GradientReport",
    "Value",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "check_gradients",
    "checkpoint",
    "clamp",
    "cos",
    "cosh",
    "detect_anomaly",
    "div",
    "dot",
    "elementwise_grad",
    "elu",
    "erf",
    "erfc",
    "exp",
    "expm1",
    "gelu",
    "grad",
    "hessian",
    "hvp",
    "hypot",
    "jacobian",
    "jvp",
    "leaky_relu",
    "log",
    "log10",
    "log1p",
    "log2",
    "log_softmax",
    "logsumexp",
    "matvec",
    "maximum",
    "mean",
    "minimum",
    "mul",
    "neg",
    "no_grad",
    "norm",
    "primitive",
    "relu",
    "select",
    "sigmoid",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "sqrt",
    "sub",
    "tan",
    "tanh",
    "topological_order",
    "value_and_grad",
    "where",
]


hint_names(__name__, AUTOGRAD)
hint_attributes(Value, VALUE)


if TYPE_CHECKING:  # a type checker is to see that a name is not there
    from autograd.compiler import compile as compile
else:

    def __getattr__(name: str) -> Any:
        """`autograd.compile`, whose numpy is imported when it is first asked for."""
        if name == "compile":
            try:
                from autograd.compiler import compile
            except ModuleNotFoundError as error:
                if error.name != "numpy":
                    raise
                raise ImportError(
                    "autograd.compile makes array programs and needs numpy, which is not installed: "
                    "pip install numpy; all else in autograd works without it"
                ) from None
            return compile
        raise missing(__name__, name)
