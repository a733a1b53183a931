"""A primitive: its rule, where it is defined, and what it gives on floats.

The rule is stated once, in the language of `symbols`: the value `z`, and one partial per operand. `read`
makes functions of it, in any language (see `readings`). Nothing here knows what a Value or a graph is.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from autograd.errors import DomainError
from autograd.rules.notation import TEXT
from autograd.rules.readings import COMPLEX, FLOATS, IEEE_FLOATS, Function, Language, Reading
from autograd.symbols import Expression, Term, heads


@dataclass(eq=False)
class Primitive:
    """One row of the table: a function of numbers, with its partial derivatives."""

    name: str
    symbol: str
    """How an operation is written: `*`, or the name."""
    operands: tuple[str, ...]
    """Their names in the rule."""
    families: int
    """How many of them, the last ones, are families: sequences, which `total` and `largest` reduce."""
    value: Term
    """z, in terms of the operands; for a select, also of the `position` in its family."""
    partials: tuple[Term, ...]
    """dz/d(operand) for each operand, in terms of them and z; of a family, that of one element."""
    _: KW_ONLY
    domain: Expression | None = None
    """A condition on the operands where z is defined; None for everywhere."""
    forms: Mapping[str, Term] = field(default_factory=dict)
    """z in functions that only some languages have: "floats", "arrays"."""
    stated: tuple[Term, ...] = ()
    """z and the partials as the row states them, where `parts` of them have names."""
    parts: Mapping[str, Term] = field(default_factory=dict)
    """What each of these names means."""
    says: str = ""
    """A sentence; this and the next four are explained in `words`."""
    samples: Sequence[tuple[Any, ...]] = ()
    hint: str = ""
    needs: str = ""
    defaults: Mapping[str, float] = field(default_factory=dict)
    module: str = "autograd.rules.table"
    """Where a pickle finds it."""
    operator: Function = field(init=False, repr=False)
    """The function that records it. A rule knows no Value: the engine gives each primitive its operator."""

    opaque: ClassVar[bool] = False
    """Whether it stands for a computation that has no rule: what a checkpoint runs."""

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
    def singles(self) -> int:
        """How many operands come before the families: all of them, where there is none."""
        return len(self.operands) - self.families

    def family_size(self, count: int) -> int:
        """How many elements each family has when there are `count` flat operands."""
        size, rest = divmod(count - self.singles, self.families)
        assert not rest, f"{self.name}: families of different lengths"
        return size

    @property
    def takes_index(self) -> bool:
        """Whether its first operand is an index that picks an element of its family."""
        return bool(self.families) and self.operands[0] == "index"

    @cached_property
    def needs_elements(self) -> bool:
        """Whether a family without elements is an error: it has no largest one."""
        return "largest" in heads(self.value)

    @property
    def infix(self) -> bool:
        """Whether Python has an operator for it, so that the other operand may have its turn."""
        return not self.symbol.isidentifier()

    def arrange(self, operands: Sequence[Any]) -> tuple[Any, ...]:
        """Flat operands, as a node has them, grouped as the rule takes them: each family is a tuple."""
        if not self.families:
            return tuple(operands)
        single, size = self.singles, self.family_size(len(operands))
        starts = range(single, single + self.families * size, size) if size else [single] * self.families
        return (*operands[:single], *(tuple(operands[at : at + size]) for at in starts))

    @cached_property
    def nonzero_partials(self) -> tuple[bool, ...]:
        """For each partial, whether it is anything but the number 0."""
        return tuple(isinstance(partial, Expression) or partial != 0.0 for partial in self.partials)

    def elements(self, operands: Sequence[Any]) -> list[tuple[int, tuple[Any, ...]]]:
        """For each flat operand: the place of its partial in `partials`, and the operands to call that with.

        These are one element of each family, and its position.
        """
        if not self.families:
            return [(slot, tuple(operands)) for slot in range(len(operands))]
        single = self.singles
        alone = tuple(operands[:single])
        families = self.arrange(operands)[single:]
        rows = [(*alone, *row, at) for at, row in enumerate(zip(*families, strict=True))]
        nowhere = (*alone, *[math.nan] * self.families, 0)
        return [(slot, nowhere) for slot in range(single)] + [
            (single + family, row) for family in range(self.families) for row in rows
        ]

    # ---- readings -------------------------------------------------------------------------------

    def read(self, language: Language) -> Reading:
        """The rule as functions, in a language: one of `readings`, or one of one's own."""
        form = self.form(language.form)
        families = self.operands[self.singles :]
        given = [*self.operands, *(["position"] if families else []), "z"]
        return Reading(
            language.function(form if language.knows(form) else self.value, self.operands, families),
            tuple(language.function(partial, given) for partial in self.partials),
        )

    def form(self, name: str) -> Term:
        """The value in one of its `forms`; as it stands, where it has none of that name."""
        return self.forms.get(name, self.value)

    @cached_property
    def on_floats(self) -> Reading:
        """The rule in Python, raising as Python does."""
        return self.read(FLOATS)

    @cached_property
    def with_limits(self) -> Reading:
        """The rule in Python by IEEE 754: infinite or NaN where `on_floats` raises, else the same bits."""
        return self.read(IEEE_FLOATS)

    @cached_property
    def on_complex(self) -> Reading:
        """The rule on complex numbers, where every function in it is analytic (else NameError)."""
        return self.read(COMPLEX)

    # ---- on numbers -----------------------------------------------------------------------------

    def evaluate(self, numbers: Sequence[float]) -> float:
        """The value, or the error that Python's floats would raise: DomainError where it is undefined."""
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
        """The value by IEEE 754: infinite or NaN where `evaluate` raises."""
        return float(self.with_limits.value(*self.arrange(numbers)))

    def local_derivatives(
        self, numbers: Sequence[float], result: float, wanted: Sequence[bool]
    ) -> tuple[float | None, ...]:
        """One partial per wanted operand, None for the others. Never raises: limits by IEEE 754."""
        partials = self.with_limits.partials
        return tuple(
            float(partials[slot](*given, result)) if want else None
            for want, (slot, given) in zip(wanted, self.elements(numbers), strict=True)
        )

    def in_domain(self, numbers: Sequence[float]) -> bool:
        """Whether the value is defined at these numbers; where one is NaN, it is."""
        if self.domain is None or any(number != number for number in numbers):
            return True
        return bool(self._domain(*self.arrange(numbers)))

    @cached_property
    def _domain(self) -> Function:
        assert self.domain is not None
        return FLOATS.function(self.domain, self.operands, self.operands[self.singles :])

    @property
    def requirement(self) -> str:
        """The domain in words, such as `x > 0`."""
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
