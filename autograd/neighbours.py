"""Names that HIPS autograd, JAX and PyTorch have, and what takes their place here.

Such a name is not there: `hasattr` is False, an import of it is an ImportError. The error says what to write
instead. A table of hints belongs to a package or to a class; code in a hint stands between backticks.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

Hints = Mapping[str, str]
"""What to write instead of some names, which are separated by blanks."""

# fmt: off
AUTOGRAD: Hints = {
    # ---- transforms: HIPS autograd and JAX
    "make_jvp make_jvp_reversemode linearize":
        "use `jvp(f, (x,), (v,))`, which gives the value and the derivative along v",
    "make_vjp vjp tensor_jacobian_product vector_jacobian_product":
        "v times the Jacobian is a gradient: `grad(lambda x: dot(v, f(x)))(x)`",
    "make_hvp hessian_vector_product hessian_tensor_product":
        "use `hvp(f, (x,), (v,))`",
    "grad_and_aux":
        "use `value_and_grad(f)(x)`; what else f computes it can append to a list of yours",
    "multigrad multigrad_dict":
        "use `grad(f, argnums=(0, 1))`, or one argument that is a dict",
    "deriv derivative":
        "use `grad(f)`, or forward mode: `jvp(f, (x,), (1.0,))`",
    "holomorphic_grad":
        "numbers are real here: write f in real and imaginary parts, for `jacobian(f)`",
    "jacfwd jacrev":
        "use `jacobian(f)`",
    "vmap jit":
        "write f for one sample: `compile(f)` makes a program for a whole batch of it",
    "stop_gradient":
        "use `v.detach()`",
    "lax":
        "write Python's own loops and conditions; in place of cond, `where(v > 0, x, y)`",
    "check_grads gradcheck gradgradcheck test_util":
        "use `check_gradients(f, x)`",
    # ---- functions of one's own
    "defvjp defjvp defgrad defvjp_argnums custom_vjp custom_jvp custom_gradient Function extend":
        "declare a function with its derivative: `primitive(name, z, dx)`",
    # ---- modules of HIPS autograd
    "numpy":
        "use numpy itself, `import numpy as np`: its functions work on Values and on arrays of them",
    "scipy":
        "scipy knows no Values; use `erf(x)`, `logsumexp(xs)` and their like, or declare a `primitive`",
    "misc":
        "gradients have the structure of the arguments, nothing is flattened; optimisers: `nn.Adam`",
    # ---- PyTorch and TensorFlow
    "Variable Tensor tensor":
        "a number with a gradient is a `Value(2.0)`",
    "functional":
        "use `jacobian(f)`, `hessian(f)`, `jvp(f, (x,), (v,))` and `hvp(f, (x,), (v,))`",
    "backward":
        "use `v.backward()`, or `grad(f)(x)`",
    "GradientTape":
        "every operation on Values is recorded: use `v.backward()`, or `grad(f)(x)`",
    "inference_mode enable_grad set_grad_enabled":
        "operations are recorded, except in a block `with no_grad(): pass`",
    # ---- functions that numpy and PyTorch call otherwise
    "arcsinh": "use `asinh(x)`",
    "arccosh": "use `acosh(x)`",
    "arctanh": "use `atanh(x)`",
    "arcsin": "use `asin(x)`",
    "arccos": "use `acos(x)`",
    "arctan": "use `atan(x)`",
    "arctan2": "use `atan2(y, x)`",
    "logaddexp": "use `logsumexp([x, y])`",
    "square": "use `x**2`",
    "exp2": "use `2.0**x`",
    "clip": "use `clamp(x, low, high)`",
    "power": "use `x**y`",
    "einsum matmul tensordot": "use `dot(xs, ys)` and `matvec(rows, xs)`, or numpy on arrays of Values",
}

VALUE: Hints = {
    "item numpy tolist":
        "use `v.data`, the number",
    "requires_grad requires_grad_":
        "every Value has a gradient; `v.detach()` has no history, and `with no_grad(): pass` records none",
    "retain_grad":
        "every Value of a graph keeps its gradient: `v.grad`",
    "grad_fn":
        "use `v.primitive` and `v.operands`",
    "is_leaf":
        "a leaf is a Value with `v.primitive is None`",
    "zero_":
        "use `v.zero_grad()`",
    # ---- methods that np.fmod and np.logical_xor ask for
    "fmod":
        "use `v - y * int(v.data / y)`",
    "logical_xor":
        "compare numbers: `(v.data != 0) != (y != 0)`",
}
# fmt: on


def missing(package: str, name: str) -> AttributeError:
    """What the `__getattr__` of a package raises: with the hint, where there is one for this name."""
    hint = _finder.hints.get(package, {}).get(name)
    return AttributeError(
        f"module {package!r} has no attribute {name!r}" if hint is None else _sentence(package, name, hint)
    )


def hint_names(package: str, hints: Hints) -> None:
    """Have imports of these names from a package, and of modules so called in it, say the hints."""
    _finder.hints[package] = _by_name(hints)
    if _finder not in sys.meta_path:
        sys.meta_path.append(_finder)


def hint_attributes(kind: type, hints: Hints, *, settable: bool = False) -> None:
    """Have these attributes of a class and of its instances say the hints. Its `dir` does not list them.

    Where they are not `settable`, an assignment to an instance of the class is refused: it would have no
    effect. Instances of a user's own class may have attributes so called.
    """
    by_name = _by_name(hints)
    for name, hint in by_name.items():
        assert not hasattr(kind, name), f"{kind.__name__} has {name}"
        setattr(kind, name, _Missing(name, hint, None if settable else _package(kind)))

    def __dir__(self: Any) -> list[str]:  # noqa: N807
        return [name for name in object.__dir__(self) if name not in by_name or hasattr(self, name)]

    kind.__dir__ = __dir__  # type: ignore[method-assign, assignment]


class _LastFinder:
    """The last of Python's finders: asked for a module that no other one has found."""

    def __init__(self) -> None:
        self.hints: dict[str, Hints] = {}

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        """Raise for a name with a hint. `from package import name` asks for modules too, after attributes."""
        package, _, name = fullname.rpartition(".")
        hint = self.hints.get(package, {}).get(name)
        if hint is not None:  # without its name: a `from` import would pass over the error, and say its own
            raise ModuleNotFoundError(_sentence(package, name, hint))


_finder = _LastFinder()


class _Missing:
    """An attribute that is not there, and says what takes its place.

    It is not set on instances of the classes of one `package`; None for no such package.
    """

    def __init__(self, name: str, hint: str, package: str | None) -> None:
        self.name, self.hint, self.package = name, hint, package
        self.__doc__ = f"Not here: {hint}."  # `help` of the class lists it nonetheless

    def __get__(self, instance: Any, kind: type) -> Any:
        try:
            return instance.__dict__[self.name]
        except (AttributeError, KeyError):
            raise AttributeError(_sentence(kind.__name__, self.name, self.hint)) from None

    def __set__(self, instance: Any, given: Any) -> None:
        kind = type(instance)
        if _package(kind) == self.package:
            raise AttributeError(_sentence(kind.__name__, self.name, self.hint))
        instance.__dict__[self.name] = given

    def __delete__(self, instance: Any) -> None:
        self.__get__(instance, type(instance))
        del instance.__dict__[self.name]


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _by_name(hints: Hints) -> dict[str, str]:
    return {name: hint for names, hint in hints.items() for name in names.split()}


def _sentence(owner: str, name: str, hint: str) -> str:
    return f"{owner} has no {name}: {hint.replace('`', '')}"
