"""The text of the fast operators: of those in `operators.py`, and of those that a user's primitives get.

An operator does what `recorders.Evaluator.record` does, with nothing looked up: the rule of its primitive
stands in it as Python text, beside the slots of the node that it fills. Whatever is not the plain case
(another recorder, an operand of an unusual type, a number outside the domain, an exception) is left to
`record`, which knows what to do and what to say.
"""

from __future__ import annotations

import linecache
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd.rules.notation import PYTHON, TEXT
from autograd.rules.primitives import Primitive
from autograd.rules.readings import each, heads, statements
from autograd.symbols import Expression, Term, substitute

HEADER = '''\
"""The fast operators, one per primitive. PRINTED from the table by `python -m autograd.engine.printing`.

Each does in the plain case what `recorders.Evaluator.record` does in plain words: evaluate z at the
operands' numbers a, b, ...; evaluate the partial of each operand that is a Value; fill the slots of a new
node. Everything else is left to `record`.
"""

# ruff: noqa
# fmt: off
from __future__ import annotations

from builtins import abs as abs_
from collections.abc import Iterable, Sequence
from itertools import compress
from math import acos as acos_, asin as asin_, atan as atan_, atan2 as atan2_, cos as cos_, cosh as cosh_
from math import erf as erf_, erfc as erfc_, exp as exp_, expm1 as expm1_, hypot as hypot_, inf, log as log_
from math import log1p as log1p_, nan, sin as sin_, sinh as sinh_, sqrt as sqrt_, tan as tan_, tanh as tanh_
from operator import mul as mul_
from typing import Any, Union, overload

from autograd.engine import graph
from autograd.rules.table import TABLE
from autograd.engine.graph import N, Node
from autograd.engine.operands import gather, numbers_of, parents_and_partials
from autograd.engine.recording import current, record
from autograd.rules.readings import largest, total

Operand = Union[Node, float]
FAILURES = (ArithmeticError, ValueError, TypeError, AttributeError)
new: Any = object.__new__
recorder = current.get
'''

FOOTER = """\
for row in TABLE.values():
    row.operator = globals()[row.name]
"""

_NOTATION = PYTHON.renamed("{}_")
"""Python in which `exp` is called `exp_`: in `operators.py`, `exp` is the operator."""
_LETTERS = "abcdefgh"
_COMPARISONS = {"less", "less_equal", "greater", "greater_equal", "equal"}
_CANNOT_RAISE = {"add", "sub", "mul", "neg", "abs", "where", *_COMPARISONS}


def operators_source(table: Iterable[Primitive]) -> str:
    """The whole text of `operators.py`."""
    texts = [HEADER]
    for primitive in table:
        texts.append(operator_source(primitive))
        if primitive.families == 2:
            texts.append(_rows_source(primitive))
    return "\n\n".join([*texts, FOOTER])


def operator_source(primitive: Primitive) -> str:
    """The text of one operator: its constant, its signature, its docstring, its body."""
    if primitive.families:
        body = _variadic(primitive)
    elif len(primitive.operands) == 1:
        body = _unary(primitive)
    elif len(primitive.operands) == 2:
        body = _binary(primitive)
    else:
        body = [f"return record({primitive.name.upper()}, {', '.join(primitive.operands)})"]
    lines = [f'{primitive.name.upper()} = TABLE["{primitive.name}"]', "", ""]
    lines += _signature(primitive)
    lines += _block(['"""' + line if not n else line for n, line in enumerate(_docstring(primitive))])
    return "\n".join(lines + _block(body)) + "\n"


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
    lines = [primitive.says or f"The primitive {primitive.name}.", ""]
    each = "_i" if primitive.families else ""
    value, *partials = primitive.stated or (primitive.value, *primitive.partials)
    lines.append(f"    z = {TEXT.write(value)}")
    for operand, partial in zip(primitive.operands, partials, strict=True):
        lines.append(f"    dz/d{operand}{each} = {TEXT.write(partial)}")
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
    otherwise = f"return record({primitive.name.upper()}, {primitive.operands[0]})"
    value, (partial,) = _texts(primitive)
    x = primitive.operands[0]
    return [
        f"if type({x}) is graph.Value and recorder() is None:",
        *_block(
            [
                f"a = {x}._data",
                *_guarded(primitive, [f"z = {value}", f"dx = {partial}"], otherwise),
                *_make(
                    primitive, f"node._x = {x}", "node._dx = dx", "node._y = node._dy = node._grad = None"
                ),
            ]
        ),
        otherwise,
    ]


def _binary(primitive: Primitive) -> list[str]:
    x, y = primitive.operands
    otherwise = f"return record({primitive.name.upper()}, {x}, {y})"
    value, (dx, dy) = _texts(primitive)
    outside = [f"if not ({_domain(primitive)}):", f"    {otherwise}"] if primitive.domain is not None else []

    def case(a: str, b: str, dx: str, dy: str) -> list[str]:
        return _block([a, b, *outside, f"z = {value}", f"dx = {dx}", f"dy = {dy}"])

    cases = [
        f"if type({x}) is graph.Value:",
        f"    if type({y}) is graph.Value:",
        *_block(case(f"a = {x}._data", f"b = {y}._data", dx, dy)),
        f"    elif type({y}) is float or type({y}) is int:",
        *_block(case(f"a = {x}._data", f"b = {y} = float({y})", dx, "None")),
        "    else:",
        f"        {otherwise}",
        f"elif type({y}) is graph.Value and (type({x}) is float or type({x}) is int):",
        *case(f"a = {x} = float({x})", f"b = {y}._data", "None", dy),
        "else:",
        f"    {otherwise}",
    ]
    return [
        "if recorder() is not None:",
        f"    {otherwise}",
        "try:",
        *_block(cases),
        "except FAILURES:",
        f"    {otherwise}",
        *_make(
            primitive,
            f"node._x = {x}",
            "node._dx = dx",
            f"node._y = {y}",
            "node._dy = dy",
            "node._grad = None",
        ),
    ]


def _variadic(primitive: Primitive) -> list[str]:
    name = primitive.name.upper()
    families = primitive.operands[primitive.singles :]
    otherwise = f"return record({name}, *gather({', '.join([name, *primitive.operands])}))"
    if primitive.singles:
        return [otherwise]
    letters = dict(zip(families, "pq", strict=False))
    try_lines = [f"{a}s, {a}_values = numbers_of({x})" for x, a in letters.items()]
    if len(families) == 2:
        try_lines += [f"if len({families[0]}) != len({families[1]}):", f"    {otherwise}"]
    if "largest" in heads(primitive.value):
        try_lines += [f"if not {families[0]}:", f"    {otherwise}"]
    if primitive.domain is not None:
        lines, defined = _statements(primitive.domain, letters)
        try_lines += [*lines, f"if not ({defined}):", f"    {otherwise}"]
    try_lines += _rule_over_families(primitive, letters)
    parents = " + ".join(f"{family}[:{a}_values]" for family, a in letters.items())
    together = ", ".join(f"*d{family}[:{a}_values]" for family, a in letters.items())
    pairs = ", ".join(f"({family}, d{family})" for family in families)
    values_first = " and ".join(f"{a}_values is not None" for a in letters.values())
    return [
        *(f"{family} = tuple({family})" for family in families),
        "if recorder() is not None:",
        f"    {otherwise}",
        "try:",
        *_block(try_lines),
        "except FAILURES:",
        f"    {otherwise}",
        f"if {' == '.join(f'{a}_values' for a in letters.values())} == 0:",
        "    return z",
        *_make(
            primitive,
            f"node._x = {' + '.join(families)}",
            f"node._y = ({parents}, ({together},)) if {values_first} else parents_and_partials({pairs})",
            "node._dx = node._dy = node._grad = None",
        ),
    ]


def _statements(term: Term, letters: Mapping[str, str]) -> tuple[list[str], str]:
    """A term over families as Python text, where `p` is an element of the family `ps`."""
    bindings = {family: Expression(letter) for family, letter in letters.items()}
    return statements(substitute(term, bindings), _NOTATION, list(letters.values()))


def _rule_over_families(primitive: Primitive, letters: Mapping[str, str]) -> list[str]:
    """The lines that compute z, and for each family the list of its partials."""
    lines, result = _statements(primitive.form("floats"), letters)
    lines.append(f"z = {result}")
    bindings = {family: Expression(letter) for family, letter in letters.items()}
    short = list(letters.values())
    for family, partial in zip(letters, primitive.partials, strict=True):
        text = str(_NOTATION.write(substitute(partial, bindings)))
        lines.append(f"d{family} = {f'{text}s' if text in short else each(text, short)}")
    return lines


def _rows_source(primitive: Primitive) -> str:
    """The text of a function of many first families and one second: what `matvec` is made of."""
    name, (x, y) = primitive.name, primitive.operands
    every = [
        f"ps = [operand._data for operand in {x}]",
        "if len(ps) != len(qs):",
        '    raise ValueError("families of different lengths")',
        *_rule_over_families(primitive, {x: "p", y: "q"}),
        *_node(
            primitive,
            f"node._x = (*{x}, *{y})",
            f"own = compress(d{y}, is_node) if q_values is None else d{y}[:q_values]",
            f"node._y = (*{x}, *parents), (*d{x}, *own)",
            "node._dx = node._dy = node._grad = None",
        ),
        "nodes.append(node)",
    ]
    lines = [
        f'"""`{name}({x}, {y})` for each {x} in rows: rows of Values, and {y} of Values and floats.',
        "",
        f"{y} is read once. Anything else is an error; `{name}` knows what to do and what to say.",
        '"""',
        f"qs, q_values = numbers_of({y})",
        f"is_node = [type(operand) is not float for operand in {y}]",
        f"parents = tuple(compress({y}, is_node))",
        "nodes = []",
        f"for {x} in rows:",
        *_block(every),
        "return nodes",
    ]
    head = f"def {name}_of_rows(rows: Sequence[Sequence[Any]], {y}: tuple[Any, ...]) -> list[Any]:"
    return "\n".join([head, *_block(lines)]) + "\n"


def _texts(primitive: Primitive) -> tuple[str, list[str]]:
    """Z and its partials as Python text over a, b, ..."""
    bindings = {o: Expression(a) for o, a in zip(primitive.operands, _LETTERS, strict=False)}
    value = str(_NOTATION.write(substitute(primitive.form("floats"), bindings)))
    return value, [str(_NOTATION.write(substitute(partial, bindings))) for partial in primitive.partials]


def _domain(primitive: Primitive) -> str:
    assert primitive.domain is not None
    bindings = {o: Expression(a) for o, a in zip(primitive.operands, _LETTERS, strict=False)}
    return str(_NOTATION.write(substitute(primitive.domain, bindings)))


def _guarded(primitive: Primitive, lines: list[str], otherwise: str) -> list[str]:
    """The lines, behind a check of the domain, and in a `try` where one of them can raise."""
    used = set().union(*map(heads, (primitive.form("floats"), *primitive.partials)))
    guard = (
        [f"if not {_bracketed(_domain(primitive))}:", f"    {otherwise}"]
        if primitive.domain is not None
        else []
    )
    if used <= _CANNOT_RAISE:
        return [*guard, *lines]
    return [*guard, "try:", *_block(lines), "except FAILURES:", f"    {otherwise}"]


def _bracketed(text: str) -> str:
    return f"({text})" if " or " in text or " and " in text else text


def _make(primitive: Primitive, *slots: str) -> list[str]:
    return [*_node(primitive, *slots), "return node"]


def _node(primitive: Primitive, *slots: str) -> list[str]:
    return [
        "node = new(graph.Value)",
        "node._data = z",
        f"node._primitive = {primitive.name.upper()}",
        *slots,
    ]


def _block(lines: Iterable[str]) -> list[str]:
    return ["    " + line if line else line for line in lines]


def load_operator(primitive: Primitive) -> None:
    """Print and compile the operator of a primitive that is no row of the table, and give it to it."""
    source = HEADER.replace("from autograd.rules.table import TABLE\n", "") + operator_source(primitive)
    name = f"<operator {primitive.name}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {
        "__name__": "autograd.engine.operators",
        "TABLE": {primitive.name: primitive},
    }
    exec(compile(source, name, "exec"), namespace)
    primitive.operator = namespace.pop(primitive.name)
