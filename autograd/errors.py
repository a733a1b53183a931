"""The few exceptions of our own, each a subclass of the built-in that a user would expect."""


class DomainError(ValueError):
    """A primitive was asked for a value that is undefined in the reals, such as `log(-1)`."""


class AnomalyError(ArithmeticError):
    """`detect_anomaly` met the first NaN or infinity of a forward or backward pass."""


class GradientCheckError(AssertionError):
    """`check_gradients` found a gradient that disagrees with an independent one."""


class TraceError(TypeError):
    """`compile` met something that it cannot record, such as a Python `if` on a Value."""


class HandwrittenError(TypeError):
    """A derivative was asked for that a `_backward` written by hand does not give."""
