"""Updates as JavaScript: an optimiser's formula, recorded as a function of one parameter, in a loop over all.

What is recorded is written as it stands: the compiler's simplification would make a dot of a running mean.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

from autograd.compiler.backends.host.updates import RecordedFormula, recorded_formula
from autograd.compiler.backends.javascript.writer import Writer
from autograd.compiler.backends.parameter_table import layout_of
from autograd.compiler.lowering.tape import DETACH, Source
from autograd.engine.value import Value
from autograd.rules.constants import with_constants
from autograd.rules.javascript import JAVASCRIPT, literal, typed
from autograd.rules.primitives import Primitive
from autograd.rules.reductions import hoisted
from autograd.symbols import Expression, Term, substitute, subterms


def javascript_update(optimizer: Any, parameters: Sequence[Value], name: str = "optimizer") -> str:
    """The function `name(p, dp)`, which makes what moves the `parameters` as an optimiser does.

    They are the rows of p. What it returns has `step(rate)`, which moves `p` by the gradient `dp`; `steps`,
    how many it has taken; `state`, an array for each entry; `options`, the numbers of the formula, which may
    be assigned; and `reset()`, which begins anew. Frozen parameters stay, and those that it does not have. An
    option that is 0 now may not be in the formula: where Python skips what it would multiply.

    >>> from nn import SGD
    >>> w = Value(1.0)
    >>> print(javascript_update(SGD([w], lr=0.1), [w]))  # doctest: +ELLIPSIS
    function optimizer(p, dp) {
    ...
        for (let i = 0; i < p.length; i++) {
          const gradient = dp[i], parameter = p[i];
          p[i] = parameter - rate * gradient;
        }
    ...
    """
    formula, options = _recorded(optimizer)
    layout = layout_of(parameters, optimizer)
    moving = [column for column in layout.columns.values() if column < layout.known]
    writer = Writer()
    with writer.block(f"function {name}(p, dp)"):
        entries = ", ".join(f"{_key(entry)}: new Float64Array(p.length)" for entry in layout.entries)
        writer.line(f"const state = {_object(entries)};")
        used = _used(formula, list(options))
        numbers = ", ".join(f"{_key(option)}: {literal(options[option])}" for option in used)
        writer.line(f"const options = {_object(numbers)};")
        if moving == list(range(layout.known)):
            loop = "for (let i = 0; i < p.length; i++)"
        else:
            writer.line(f"const moving = new Int32Array([{', '.join(map(str, sorted(moving)))}]);")
            loop = "for (const i of moving)"
        writer.line("const made = { steps: 0, state, options, step, reset };")
        writer.line("")
        with writer.block("function step(rate)"):
            writer.line("made.steps += 1;")
            _Formula(writer, formula, layout.entries, list(options)).write(loop)
        writer.line("")
        with writer.block("function reset()"):
            writer.line("made.steps = 0;")
            writer.line("for (const entry of Object.values(state)) entry.fill(0);")
        writer.line("")
        writer.line("return made;")
    return "\n".join(writer.lines) + "\n"


class Option(Value):
    """An option of an optimiser, which may change later; whether it is 0, where code asks, is decided now."""

    def __bool__(self) -> bool:
        return self.data != 0.0


def _recorded(optimizer: Any) -> tuple[RecordedFormula, dict[str, float]]:
    """The formula, and the optimiser's options that may be numbers in it, in the order of its rows."""
    options = {name: getattr(optimizer, name) for name in optimizer.options}
    options = {name: float(number) for name, number in options.items() if _is_number(number)}
    numbers = {name: Option(number) for name, number in options.items()}
    adjustable = copy.copy(optimizer)
    vars(adjustable).update(numbers)
    found = recorded_formula(adjustable, list(numbers.values()))
    if found is not None:
        return found, options
    fixed = recorded_formula(optimizer)
    if fixed is None:
        raise TypeError(
            f"the formula of {type(optimizer).__name__} cannot be written as JavaScript: its update does not "
            "read on placeholders for numbers, as where it branches on one; write it with where, maximum or "
            "minimum"
        )
    return fixed, {}


def _is_number(option: Any) -> bool:
    return isinstance(option, (int, float)) and not isinstance(option, bool)


def _used(formula: RecordedFormula, options: Sequence[str]) -> list[str]:
    """Those of the options that are numbers in the formula, not part of its code."""
    sources = [head for head in formula.tape.heads if isinstance(head, Source)]
    rows = [source.what for source in sources if source.kind == "parameter"]
    return [option for row, option in enumerate(options, 2) if row in rows]


class _Formula:
    """The statements of one formula."""

    def __init__(
        self, writer: Writer, formula: RecordedFormula, entries: Sequence[str], options: Sequence[str]
    ) -> None:
        self.writer, self.tape, self.roots = writer, formula.tape, formula.roots
        self.entries, self.options = entries, options
        self.terms: dict[int, Term] = {}
        """What stands for each place of the tape that has been met."""

    def write(self, loop: str) -> None:
        """Write what is the same for all parameters, and the loop over them."""
        tape, writer = self.tape, self.writer
        used, uniform = tape.used_by(self.roots), tape.uniform()
        places = [place for place in range(len(tape)) if used[place]]
        uses = self._uses(places)
        in_loop = {at for place in places if not uniform[place] for at in tape.operands[place]}
        for place in (place for place in places if uniform[place]):
            self._meet(place, uses[place] > 1 or place in in_loop)
        with writer.block(loop):
            for place in (place for place in places if not uniform[place]):
                self._meet(place, uses[place] > 1)
            tables = ["p", *(f"state{_member(entry)}" for entry in self.entries)]
            for table, root in zip(tables, self.roots):
                writer.line(f"{table}[i] = {_text(self.terms[root])};")

    def _uses(self, places: Sequence[int]) -> list[int]:
        """How often each place of the tape stands in the text of these, or is a result."""
        uses = [0] * len(self.tape)
        for root in self.roots:
            uses[root] += 1
        for place in places:
            head, operands = self.tape.heads[place], self.tape.operands[place]
            if operands:
                symbols = [Expression(f"{{{at}}}") for at in range(len(operands))]
                names = [part.head for part in subterms(_value(head, symbols)) if not part.operands]
                for operand, symbol in zip(operands, symbols):
                    uses[operand] += names.count(symbol.head)
        return uses

    def _meet(self, place: int, named: bool) -> None:
        """Find what stands for a place: a variable, if it is to be `named`, else what computes it."""
        head, operands = self.tape.heads[place], self.tape.operands[place]
        if isinstance(head, Source):
            self.terms[place] = self._source(head)
            return
        term = _value(head, [self.terms[operand] for operand in operands])
        if named and isinstance(term, Expression) and term.operands:
            term = Expression(self.writer.declare("t", _text(term)))
        self.terms[place] = term

    def _source(self, source: Source) -> Term:
        """A number, the rate, the count of steps or an option; the gradient, the parameter or its state."""
        if source.kind == "number":
            return float(source.what)
        if source.kind == "parameter":
            texts = ["rate", "made.steps", *(f"options{_member(option)}" for option in self.options)]
            return Expression(texts[source.what])
        texts = ["dp[i]", "p[i]", *(f"state{_member(entry)}[i]" for entry in self.entries)]
        names = ["gradient", "parameter", *self.entries]
        return Expression(self.writer.declare(_identifier(names[source.what]), texts[source.what]))


def _value(primitive: Primitive, operands: Sequence[Term]) -> Term:
    """The value of one operation; its reductions are written out, element by element."""
    if primitive is DETACH:
        return operands[0]
    arranged, single = primitive.arrange(operands), primitive.singles
    known: dict[str, Term] = dict(zip(primitive.operands, arranged[:single]))
    reductions, rest = hoisted(primitive.value)
    for name, reduction in reductions.items():
        (element,) = reduction.operands
        names = (*primitive.operands[single:], "position")
        rows = [(*row, float(at)) for at, row in enumerate(zip(*arranged[single:]))]
        terms = [substitute(element, known | dict(zip(names, row))) for row in rows]
        known[name] = reduce(add, terms) if reduction.head == "total" else Expression("Math.max", *terms)
    return with_constants(substitute(rest, known))


def _text(term: Term) -> str:
    return str(JAVASCRIPT.write(typed(term)))


def _identifier(name: str) -> str:
    """The name, if JavaScript can have a variable of that name."""
    return name if name.isidentifier() else "entry"


def _key(name: str) -> str:
    """The name as the key of an object; no `<` in it, so that it cannot close a script element."""
    return name if name.isidentifier() else json.dumps(name).replace("<", "\\u003c")


def _member(name: str) -> str:
    return f".{name}" if name.isidentifier() else f"[{_key(name)}]"


def _object(text: str) -> str:
    return f"{{ {text} }}" if text else "{}"
