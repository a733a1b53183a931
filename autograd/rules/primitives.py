"""A primitive and the readings of its rule.

The rule is stated once, in the language of `symbols`: the value `z`, and one partial per operand.
Everything else here is that text read in some notation: Python on floats, Python on Values, Python
on complex numbers, numpy on arrays. Nothing here knows what a Value or a graph is.
"""

from __future__ import annotations

import builtins
import cmath
import importlib
import math
import operator
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any

from autograd.errors import DomainError
from autograd.rules import limits
from autograd.rules.notation import COMPLEX, IEEE, NUMPY, PYTHON, TEXT, Notation
from autograd.symbols import Expression, Term

Function = Callable[..., Any]

REDUCTIONS = ("total", "largest")


def _plain_sum(terms: Iterable[float], start: float) -> float:
    return reduce(operator.add, terms, start)


# Python's own sum compensates rounding errors from 3.12 on: other bits, and other numbers than a loop's.
add_up = builtins.sum if sys.version_info < (3, 12) else _plain_sum


def total(terms: Iterable[float]) -> float:
    """The sum, added left to right from the first term: the same bits on every Python version."""
    terms = iter(terms)
    return add_up(terms, next(terms, 0.0))


def largest(terms: Iterable[float]) -> float:
    """The largest term, or NaN when one of them is NaN."""
    result = -math.inf
    for term in terms:
        if not term <= result:
            result = term
        if result != result:
            break
    return result


_FLOATS = {
    "total": total,
    "largest": largest,
    "abs": abs,
    "mul_": operator.mul,
    "inf": math.inf,
    "nan": math.nan,
}
"""What a rule in Python uses besides the functions of `math`."""


@dataclass(frozen=True)
class Reading:
    """A rule made callable: `value(*operands)` and, per operand, `partials[i](*operands, z)`."""

    value: Function
    partials: tuple[Function, ...]


@dataclass(eq=False)
class Primitive:
    """One row of the table: a function of numbers, with its partial derivatives.

    `operands` names the operands as the rule does. The last `families` of them are families, given
    as sequences: a rule over families is variadic, reduces them with `total` and `largest`, and
    states its partials per element. `operator`, the function that records it, is given to it by whoever
    prints one: a rule knows no Value.
    """

    name: str
    symbol: str
    operands: tuple[str, ...]
    families: int
    value: Expression
    partials: tuple[Term, ...]
    domain: Expression | None = None
    needs: str = ""
    hint: str = ""
    samples: tuple[tuple[Any, ...], ...] = ()
    says: str = ""
    defaults: Mapping[str, float] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    module: str = "autograd.rules.table"
    operator: Function = field(init=False, repr=False)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return find, (self.module, self.name)

    def __deepcopy__(self, memo: object) -> Primitive:
        return self

    def __call__(self, *operands: Any) -> Any:
        """Apply it: to symbols it gives an expression, to numbers a number, to Values a Value."""
        if any(isinstance(operand, Expression) for operand in operands):
            return Expression(self.name, *operands, rule=self)
        return self.operator(*operands)

    @property
    def infix(self) -> bool:
        """Whether Python has an operator for it, so that the other operand may have its turn."""
        return not self.symbol.isidentifier()

    def arrange(self, operands: Sequence[Any]) -> tuple[Any, ...]:
        """A node's flat operands as the rule takes them: each family gathered in a tuple."""
        if not self.families:
            return tuple(operands)
        single = len(self.operands) - self.families
        size, rest = divmod(len(operands) - single, self.families)
        assert not rest, f"{self.name}: families of different lengths"
        starts = range(single, single + self.families * size, size) if size else [single] * self.families
        return (*operands[:single], *(tuple(operands[at : at + size]) for at in starts))

    @cached_property
    def nonzero_partials(self) -> tuple[bool, ...]:
        """For each partial, whether it is anything but the number 0."""
        return tuple(isinstance(partial, Expression) or partial != 0.0 for partial in self.partials)

    def elements(self, operands: Sequence[Any]) -> list[tuple[int, tuple[Any, ...]]]:
        """Per flat operand: which partial is its own, and the operands at which to evaluate it."""
        if not self.families:
            return [(slot, tuple(operands)) for slot in range(len(operands))]
        single = len(self.operands) - self.families
        heads = tuple(operands[:single])
        families = self.arrange(operands)[single:]
        rows = [(*heads, *row, at) for at, row in enumerate(zip(*families, strict=True))]
        nowhere = (*heads, *[math.nan] * self.families, 0)
        return [(slot, nowhere) for slot in range(single)] + [
            (single + family, row) for family in range(self.families) for row in rows
        ]

    # ---- readings -------------------------------------------------------------------------------

    @cached_property
    def on_floats(self) -> Reading:
        """The rule in Python, raising as Python does."""
        names = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")}
        return self.read(PYTHON, names | _FLOATS, "python")

    @cached_property
    def with_limits(self) -> Reading:
        """The rule in Python by IEEE 754: infinite or NaN where `on_floats` raises, else the same bits."""
        return self.read(IEEE, limits.BY_NAME | _FLOATS, "python")

    @cached_property
    def on_arrays(self) -> Reading:
        """The rule in numpy, by IEEE 754. Families are stacked along axis 0."""
        import numpy as np

        names = {"np": np, "inf": math.inf, "nan": math.nan}
        names |= {name: elementwise(getattr(math, name)) for name in ("erf", "erfc")}
        return self.read(NUMPY, names, "numpy")

    @cached_property
    def on_complex(self) -> Reading:
        """The rule on complex numbers, where every function in it is analytic (else NameError)."""
        names: dict[str, Any] = {name: getattr(cmath, name) for name in _ANALYTIC}
        names |= {
            "expm1": lambda a: cmath.exp(a) - 1,
            "log1p": lambda a: cmath.log(1 + a),
            "hypot": lambda a, b: cmath.sqrt(a * a + b * b),
            "abs": lambda a: -a if a.real < 0 else a,
            "total": builtins.sum,
            "mul_": operator.mul,
            "largest": lambda terms: max(terms, key=lambda term: term.real),
        }
        return self.read(COMPLEX, names)

    def read(self, notation: Notation, names: Mapping[str, Any], form: str = "") -> Reading:
        """The rule in a notation that Python can run, where `names` says what its functions are."""
        single = len(self.operands) - self.families
        family = self.operands[single:]
        parameters = [*self.operands[:single], *(name + "s" for name in family)]
        lines, result = spell(self.value, notation, family, self.families > 0 and notation is not NUMPY)
        if self.families and notation is NUMPY:
            lines = [f"{name} = np.asarray({name}s)" for name in family]
            lines += [f"position = np.arange(len({family[0]})).reshape(-1, *[1] * ({family[0]}.ndim - 1))"]
        if form in self.forms:
            lines, result = [], self.forms[form]
        value = _define("value", parameters, lines, result, names)
        where = [*self.operands, *(["position"] if self.families else []), "z"]
        return Reading(
            value,
            tuple(
                _define(f"partial_{n}", where, [], notation.write(p), names)
                for n, p in enumerate(self.partials)
            ),
        )

    # ---- on numbers -----------------------------------------------------------------------------

    def evaluate(self, numbers: Sequence[float]) -> float:
        """z, or the error that Python's floats would raise: DomainError where z is undefined."""
        defined = self.in_domain(numbers)
        try:
            result = self.on_floats.value(*self.arrange(numbers))
        except ValueError:
            if defined and not all(map(math.isfinite, numbers)):
                return self.limit(numbers)  # sin(inf): math raises, IEEE 754 says NaN
            raise DomainError from None
        if not defined:
            raise DomainError
        return float(result)

    def limit(self, numbers: Sequence[float]) -> float:
        """Z by IEEE 754: infinite or NaN where `evaluate` raises."""
        return float(self.with_limits.value(*self.arrange(numbers)))

    def local_derivatives(
        self, numbers: Sequence[float], result: float, wanted: Sequence[bool]
    ) -> tuple[float | None, ...]:
        """One partial per wanted operand, None for the others. Never raises: limits by IEEE 754."""
        partials = self.with_limits.partials
        return tuple(
            float(partials[slot](*where, result)) if want else None
            for want, (slot, where) in zip(wanted, self.elements(numbers), strict=True)
        )

    def in_domain(self, numbers: Sequence[float]) -> bool:
        """Whether z is defined at these numbers (a NaN is let through)."""
        if self.domain is None or any(number != number for number in numbers):
            return True
        return bool(self._domain(*self.arrange(numbers)))

    @cached_property
    def _domain(self) -> Function:
        assert self.domain is not None
        names = {"abs": abs, "total": total, "largest": largest}
        return _define("domain", self.operands, [], PYTHON.write(self.domain), names | {"inf": math.inf})

    @property
    def requirement(self) -> str:
        """The domain in words, as in `log needs x > 0`."""
        return self.needs or ("" if self.domain is None else str(TEXT.write(self.domain)))


def find(module: str, name: str) -> Primitive:
    """The primitive that a pickle names: a row of the table, or a user's, by its module."""
    place = importlib.import_module(module)
    found = getattr(place, "TABLE", {}).get(name) or getattr(place, name, None)
    if not isinstance(found, Primitive):
        raise LookupError(
            f"this graph uses the primitive {name!r}, which {module} does not define at its top level; "
            "declare it there before loading"
        )
    return found


def spell(term: Term, notation: Notation, family: Sequence[str], hoist: bool) -> tuple[list[str], str]:
    """`term` as statements and a final expression: each reduction becomes a line of its own."""
    lines: list[str] = []
    named: dict[str, Expression] = {}
    many = ", ".join(name + "s" for name in family)
    loop = f"{', '.join(family)} in {many if len(family) == 1 else f'zip({many})'}"

    def visit(term: Term) -> Term:
        if not isinstance(term, Expression) or not term.operands:
            return term
        new = Expression(term.head, *map(visit, term.operands), rule=term.rule)
        if term.head not in REDUCTIONS:
            return new
        body = notation.write(new.operands[0])
        text = f"{term.head}({many if body == many[:-1] else _terms(body, family, loop)})"
        if text not in named:
            named[text] = Expression({"total": "sum_", "largest": "max_"}[term.head] + str(len(named)))
            lines.append(f"{named[text]} = {text}")
        return named[text]

    return lines, str(notation.write(visit(term) if hoist else term))


def _terms(body: str, family: Sequence[str], loop: str) -> str:
    """The terms of a reduction: as a `map` for plain products, which is faster."""
    if body == " * ".join(family) and len(family) == 2:
        return f"map(mul_, {family[0]}s, {family[1]}s)"
    return f"[{body} for {loop}]"


def _define(
    name: str, parameters: Sequence[str], lines: Sequence[str], result: str, names: Mapping[str, Any]
) -> Function:
    body = "".join(f"    {line}\n" for line in lines) + f"    return {result}\n"
    namespace = {**names, "__name__": "autograd.rules.primitives"}
    exec(f"def {name}({', '.join(parameters)}):\n{body}", namespace)
    return namespace[name]  # type: ignore[no-any-return]


_ANALYTIC = ["exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "inf"]


def elementwise(function: Function) -> Function:
    """A function of floats, applied to each element of an array of floats, which keeps its type."""
    import numpy as np

    by_element = np.frompyfunc(function, 1, 1)
    return lambda array: np.asarray(by_element(array), np.result_type(np.asarray(array), np.float32))
