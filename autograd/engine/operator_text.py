"""The text of the fast operators: of those in `operators.py`, and of those that declared primitives get.

An operator does what `recorders.Evaluator.record` does, with nothing looked up: the rule of its primitive
stands in it as Python text, beside the slots of the node that it fills. Whatever is not the plain case
(another recorder, an operand of an unusual type, a number outside the domain, an exception) is left to
`record`, which knows what to do and what to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from autograd.engine.operator_templates import BINARY, FOOTER, HEADER, OVER_FAMILIES, OVER_ROWS, UNARY
from autograd.rules.notation import PYTHON, TEXT
from autograd.rules.primitives import Primitive
from autograd.rules.reductions import each, statements
from autograd.symbols import Expression, Term, heads, substitute

_NOTATION = PYTHON.renamed("{}_")
"""Python in which `exp` is called `exp_`: in `operators.py`, `exp` is the operator."""

_CANNOT_RAISE = {
    "add",
    "sub",
    "mul",
    "neg",
    "abs",
    "where",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "equal",
}
"""Heads that raise no error, whatever floats they are given."""


def operators_source(table: Iterable[Primitive]) -> str:
    """The whole text of `operators.py`."""
    texts = [HEADER]
    for primitive in table:
        texts.append(f'{primitive.name.upper()} = TABLE["{primitive.name}"]\n')
        texts.append(operator_source(primitive))
        if primitive.families == 2:
            texts.append("\n".join(_over_rows(primitive)) + "\n")
    return "\n\n".join([*texts, FOOTER])


def operator_source(primitive: Primitive) -> str:
    """The text of one operator: its signature, its docstring, its body.

    It names its primitive by a constant, `TANH`, which stands beside it.
    """
    if primitive.families:
        body = _over_families(primitive)
    elif len(primitive.operands) == 1:
        body = _unary(primitive)
    elif len(primitive.operands) == 2:
        body = _binary(primitive)
    else:
        body = [f"return record({primitive.name.upper()}, {', '.join(primitive.operands)})"]
    return "\n".join([*_signature(primitive), *_indented([*_docstring(primitive), *body])]) + "\n"


def _signature(primitive: Primitive) -> list[str]:
    name, operands = primitive.name, primitive.operands
    defaults = [f" = {primitive.defaults[o]!r}" if o in primitive.defaults else "" for o in operands]
    if primitive.families:
        kinds = ["Operand"] * primitive.singles + ["Iterable[Operand]"] * primitive.families
        return [f"def {name}({_typed(operands, kinds, defaults)}) -> Any:"]
    lines = []
    for kinds, result in _overloads(len(operands)):
        optional = [" = ..." if default else "" for default in defaults]
        lines += ["@overload", f"def {name}({_typed(operands, kinds, optional)}) -> {result}: ..."]
    return [*lines, f"def {name}({_typed(operands, ['Operand'] * len(operands), defaults)}) -> Any:"]


def _overloads(count: int) -> list[tuple[list[str], str]]:
    """The types of operands and result: a number of numbers, a node of the class of the first node else."""
    nodes = [["float"] * at + ["N"] + ["Operand"] * (count - 1 - at) for at in range(count)]
    return [(["float"] * count, "float"), *((kinds, "N") for kinds in nodes)]


def _typed(operands: Sequence[str], kinds: Sequence[str], defaults: Sequence[str]) -> str:
    return ", ".join(f"{o}: {k}{d}" for o, k, d in zip(operands, kinds, defaults, strict=True))


def _docstring(primitive: Primitive) -> list[str]:
    """What it is, the rule as the table has it, where it is defined, and an example."""
    lines = [f'"""{primitive.says or f"The primitive {primitive.name}."}', ""]
    index = "_i" if primitive.families else ""
    value, *partials = primitive.stated or (primitive.value, *primitive.partials)
    lines.append(f"    z = {TEXT.write(value)}")
    for operand, partial in zip(primitive.operands, partials, strict=True):
        lines.append(f"    dz/d{operand}{index} = {TEXT.write(partial)}")
    for part, meaning in primitive.parts.items():
        lines.append(f"    with {part} = {TEXT.write(meaning)}")
    if primitive.requirement:
        lines += ["", f"Needs {primitive.requirement}."]
    if primitive.samples and not primitive.infix and primitive.name != "identity":
        arguments = [
            list(argument) if isinstance(argument, tuple) else argument
            for argument in primitive.arrange(primitive.samples[0])
        ]
        if primitive.takes_index:
            arguments[0] = int(primitive.samples[0][0])
        result = primitive.evaluate(primitive.samples[0])
        call = f"{primitive.name}({', '.join(map(repr, arguments))})"
        lines += ["", f">>> print(f'{{{call}:.6f}}')", f"{result:.6f}"]
    return [*lines, '"""']


def _unary(primitive: Primitive) -> list[str]:
    (x,), row = primitive.operands, primitive.name.upper()
    value, (partial,) = _texts(primitive)
    rule = [f"z = {value}", f"dx = {partial}"]
    used = heads(primitive.form("floats")).union(*map(heads, primitive.partials))
    if not used <= _CANNOT_RAISE:
        rule = ["try:", *_indented(rule), "except FAILURES:", f"    return record({row}, {x})"]
    return _filled(UNARY, x=x, row=row, rule=[*_outside(primitive, f"return record({row}, {x})"), *rule])


def _binary(primitive: Primitive) -> list[str]:
    (x, y), row = primitive.operands, primitive.name.upper()
    value, (dx, dy) = _texts(primitive)
    lines = [*_outside(primitive, f"return record({row}, {x}, {y})"), f"z = {value}"]
    return _filled(BINARY, x=x, y=y, row=row, value=lines, dx=dx, dy=dy)


def _over_families(primitive: Primitive) -> list[str]:
    families, row = primitive.operands[primitive.singles :], primitive.name.upper()
    otherwise = f"return record({row}, *gather({', '.join([row, *primitive.operands])}))"
    if primitive.singles:
        return [otherwise]
    letters = dict(zip(families, "pq", strict=False))
    numbers = [f"{a}s, {a}_values = numbers_of({x})" for x, a in letters.items()]
    if len(families) == 2:
        numbers += ["if len({}) != len({}):".format(*families), f"    {otherwise}"]
    if primitive.needs_elements:
        numbers += [f"if not {families[0]}:", f"    {otherwise}"]
    if primitive.domain is not None:
        lines, defined = _statements(primitive.domain, letters)
        numbers += [*lines, f"if not ({defined}):", f"    {otherwise}"]
    return _filled(
        OVER_FAMILIES,
        row=row,
        tuples=[f"{x} = tuple({x})" for x in families],
        otherwise=otherwise,
        numbers=numbers,
        rule=_rule_over_families(primitive, letters),
        counts=" == ".join(f"{a}_values" for a in letters.values()),
        operands=" + ".join(families),
        parents=" + ".join(f"{x}[:{a}_values]" for x, a in letters.items()),
        partials=", ".join(f"*d{x}[:{a}_values]" for x, a in letters.items()),
        values_first=" and ".join(f"{a}_values is not None" for a in letters.values()),
        pairs=", ".join(f"({x}, d{x})" for x in families),
    )


def _over_rows(primitive: Primitive) -> list[str]:
    """A function of many first families and one second: what `matvec` is made of."""
    x, y = primitive.operands
    rule = _rule_over_families(primitive, {x: "p", y: "q"})
    return _filled(OVER_ROWS, name=primitive.name, row=primitive.name.upper(), x=x, y=y, rule=rule)


def _rule_over_families(primitive: Primitive, letters: Mapping[str, str]) -> list[str]:
    """The lines that compute z, and for each family the list of its partials."""
    lines, result = _statements(primitive.form("floats"), letters)
    lines.append(f"z = {result}")
    short = list(letters.values())
    for family, partial in zip(letters, primitive.partials, strict=True):
        lines.append(f"d{family} = {each(_written(partial, letters), short)}")
    return lines


def _statements(term: Term, letters: Mapping[str, str]) -> tuple[list[str], str]:
    """A term over families, where `p` is an element of `ps`: a line for each reduction, and what is left."""
    bindings = {family: Expression(letter) for family, letter in letters.items()}
    return statements(substitute(term, bindings), _NOTATION, list(letters.values()))


def _texts(primitive: Primitive) -> tuple[str, list[str]]:
    """z and its partials, as Python text over a, b, ..."""
    letters = dict(zip(primitive.operands, "ab", strict=False))
    partials = [_written(partial, letters) for partial in primitive.partials]
    return _written(primitive.form("floats"), letters), partials


def _outside(primitive: Primitive, otherwise: str) -> list[str]:
    """What to do outside of the domain."""
    if primitive.domain is None:
        return []
    condition = _written(primitive.domain, dict(zip(primitive.operands, "ab", strict=False)))
    return [f"if not ({condition}):", f"    {otherwise}"]


def _written(term: Term, letters: Mapping[str, str]) -> str:
    bindings = {operand: Expression(letter) for operand, letter in letters.items()}
    return str(_NOTATION.write(substitute(term, bindings)))


def _filled(template: str, **parts: str | list[str]) -> list[str]:
    """The lines of a template: `{x}` stands for a piece of text, and a line `<rule>` for several lines."""
    lines = []
    for line in template.strip("\n").split("\n"):
        name = line.strip()
        if name.startswith("<"):
            lines += _indented(parts[name.strip("<>")], line[: -len(name)])
        else:
            lines.append(line.format(**parts))
    return lines


def _indented(lines: Iterable[str], by: str = "    ") -> list[str]:
    return [by + line if line else line for line in lines]
