"""Forms: the value and the partials of a primitive as numpy text, with places for the operands.

It reads rules, and knows no program. What depends on known numbers alone is carried out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from autograd.compiler.backends.numpy.pieces import MINUS, TIMES, Piece, used
from autograd.rules.constants import with_constants
from autograd.rules.notation import CALL, FUNCTIONS, LOGICAL, OPERATORS, Notation, calls
from autograd.rules.primitives import Primitive
from autograd.rules.reductions import hoisted
from autograd.symbols import Expression, Term, expanded, substitute, subterms

_RENAMED = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "abs": "abs",
    "maximum": "maximum",
    "minimum": "minimum",
    "where": "where",
    "both": "logical_and",
    "either": "logical_or",
}

PROGRAM = Notation(
    OPERATORS
    | calls(FUNCTIONS, "np.")
    | {head: (CALL, f"np.{name}({{all}})") for head, name in _RENAMED.items()}
    | calls("erf erfc total largest power logsumexp norm shift")
    | {"whole": (6, "{0:12} % 1.0 == 0.0")}
)
"""numpy on arrays, where both branches of a `where` are evaluated, with functions of `runtime` beside it.

`total` and `largest` go along the first axis: a method takes twice as long on small arrays. `power` is the
power of IEEE 754, where numpy's own is another function: of an exponent that may be a half.
"""


class Place(Expression):
    """A symbol that stands for a piece of text: `0` for the first operand, `d`, `z`."""

    __slots__ = ("place",)

    def __init__(self, place: str) -> None:
        super().__init__(f"{{{place}}}")
        self.place = place


@dataclass(frozen=True)
class Form:
    """A rule as numpy text with places for pieces: the operands `{0}`, `{1}` …, the result `{z}`, and `{d}`.

    `{d}` is the cotangent of the result.
    """

    template: str
    power: int
    places: frozenset[str]
    is_place: bool = False
    """Whether the text is a place and nothing else: the piece that goes there is then the whole."""

    repeated: Mapping[str, Form] = field(default_factory=dict)
    """Reductions that the text has several times, by the places in which their variables go."""

    @property
    def reads(self) -> frozenset[str]:
        """The places in the text, and in what is repeated in it."""
        return self.places.union(*[form.places for form in self.repeated.values()])

    def filled(self, operands: Sequence[Piece], **others: Piece) -> Piece:
        """The text with a piece at each place."""
        pieces = {str(at): piece for at, piece in enumerate(operands)} | others
        parts = [piece for place, piece in pieces.items() if place in self.places]
        if self.is_place:
            return parts[0]
        return Piece(self.template.format(*operands, **others), self.power, uses=used(parts))


@lru_cache(maxsize=4096)
def value_form(primitive: Primitive, numbers: tuple[str | None, ...]) -> Form:
    """The value of a primitive, some of whose operands are known numbers.

    >>> from autograd.rules.table import TABLE
    >>> value_form(TABLE["pow"], (None, "2.0")).template
    '{0} ** 2.0'
    """
    if "arrays" in primitive.forms:
        return _form(substitute(primitive.forms["arrays"], _places(primitive, [None] * len(numbers))))
    value = with_constants(substitute(primitive.value, _places(primitive, numbers)))
    repeated, rest = _without_repeated(_as_number(value))
    return _form(rest, {place: _form(reduction) for place, reduction in repeated.items()})


@lru_cache(maxsize=4096)
def partial_form(primitive: Primitive, operand: int, numbers: tuple[str | None, ...]) -> Form | None:
    """The product of the cotangent and a partial, some of whose operands are known numbers; None if it is 1.

    >>> from autograd.rules.table import TABLE
    >>> partial_form(TABLE["pow"], 0, (None, "2.0")).template
    '{d} * (2.0 * {0})'
    """
    places = _places(primitive, numbers) | {"z": Place("z")}
    partial = with_constants(substitute(primitive.partials[operand], places))
    if isinstance(partial, float):
        if partial == 1.0:
            return None
        text, power = ("-{d}", MINUS) if partial == -1.0 else (f"{partial!r} * {{d}}", TIMES)
        return Form(text, power, frozenset("d"))
    branches = [branch for branch in partial.operands[1:] if isinstance(branch, float)]
    if partial.head == "where" and branches == [1.0, 0.0] and _is_condition(partial.operands[0]):
        condition = _as_condition(partial.operands[0])
        return Form(f"{{d}} * ({PROGRAM.write(condition)})", TIMES, _places_in(condition) | {"d"})
    factor = _as_number(partial)
    return Form(f"{{d}} * {PROGRAM.write(factor):13}", TIMES, _places_in(factor) | {"d"})


def numbers_among(operands: Sequence[Piece]) -> tuple[str | None, ...]:
    """The operands that are plain numbers, as text: 0.0 and -0.0 are two. None for the others."""
    return tuple([str(operand) if operand.storage == "number" else None for operand in operands])


# ---- terms as text --------------------------------------------------------------------------------


def _form(term: Term, repeated: Mapping[str, Form] | None = None) -> Form:
    text = PROGRAM.write(term)
    return Form(str(text), text.power, _places_in(term), isinstance(term, Place), repeated or {})


def _places(primitive: Primitive, numbers: Sequence[str | None]) -> dict[str, Term]:
    names = (*primitive.operands, "position")
    return {
        name: Place(str(at)) if number is None else float(number)
        for at, (name, number) in enumerate(zip(names, numbers))
    }


def _places_in(term: Term) -> frozenset[str]:
    return frozenset(part.place for part in subterms(term) if isinstance(part, Place))


def _without_repeated(term: Term) -> tuple[dict[str, Term], Term]:
    """The reductions that a term has several times, by place, inner ones first; and the term without them."""
    reductions, rest = hoisted(term)
    times = Counter(part.head for whole in (*reductions.values(), rest) for part in subterms(whole))
    bindings: dict[str, Term] = {}
    repeated: dict[str, Term] = {}
    for name, reduction in reductions.items():
        bindings[name] = substitute(reduction, bindings)
        if times[name] > 1:
            repeated[name], bindings[name] = bindings[name], Place(name)
    return repeated, substitute(rest, bindings)


def _as_number(term: Term) -> Term:
    """A term whose numbers have the program's type: comparisons are 1 and 0 where they count.

    >>> from autograd.symbols import where, x, y
    >>> print(PROGRAM.write(_as_number(where(x > y, x, y) + (x > y))))
    np.where(x > y, x, y) + np.where(x > y, real(1.0), real(0.0))
    """
    if not isinstance(term, Expression) or not term.operands:
        return term
    if term.rule is not None:
        return _as_number(expanded(term))
    if _is_condition(term):
        return _choice(_as_condition(term), 1.0, 0.0)
    if term.head == "where":
        condition, *branches = term.operands
        return _choice(_as_condition(condition), *map(_as_number, branches))
    operands = [_as_number(operand) for operand in term.operands]
    if term.head == "pow" and (isinstance(operands[1], Expression) or operands[1] == 0.5):
        return Expression("power", *operands)
    return Expression(term.head, *operands)


def _as_condition(term: Term) -> Term:
    if not isinstance(term, Expression) or not _is_condition(term):
        return _as_number(term)
    inner = _as_condition if term.head in ("both", "either") else _as_number
    return Expression(term.head, *map(inner, term.operands))


def _is_condition(term: Term) -> bool:
    return isinstance(term, Expression) and term.head in LOGICAL


def _choice(condition: Term, *branches: Term) -> Expression:
    """A `where`; between two literals, which numpy would make float64, of the program's own type."""
    if not any(isinstance(branch, Expression) for branch in branches):
        branches = tuple([Expression("real", branch) for branch in branches])
    return Expression("where", condition, *branches)
