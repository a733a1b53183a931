"""Tries an expression on a student's class and writes down what came out: numbers, an error, or nothing yet.

Nothing here judges. What the student's objects answer is not trusted: only types that Python and numpy
own are turned into numbers, nothing is compared, hashed or printed.
"""

from __future__ import annotations

import dis
import os
import re
import types
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from demos.grade.inside.names import Names

Outcome = dict[str, Any]
METHODS = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "** or pow()": "pow"}
CODE = "<expression>"
KEPT: list[Any] = []  # graphs are not freed: taking a deep one apart may end the process


def observe(
    lines: Sequence[str],
    shows: Sequence[str],
    engine: type,
    is_theirs: Callable[[str], bool],
    spelled: Names,
    file: Mapping[str, Any],
) -> Outcome:
    """{"numbers": …}, or {"missing": what, "method": its name}, or {"error": what it says, "line": where}."""
    functions = {spelled.of(usual): file.get(spelled.of(usual)) for usual in spelled.functions}
    names: dict[str, Any] = {"Value": engine, **functions}
    KEPT.append(names)
    backward = spelled.of("backward")
    goes_back = any(spelled.spell("v.backward()")[1:] in line for line in lines)
    if goes_back and is_stub(functions.get(backward, getattr(engine, backward, None))):
        return {"missing": f"`{backward}`", "method": "backward"}
    try:
        exec(compile("\n".join(lines), CODE, "exec"), names)
        numbers = {}
        for shown in shows:
            lines = [shown]
            numbers[shown] = plain(eval(compile(shown, CODE, "eval"), names))
    except BaseException as raised:  # sys.exit and Ctrl-C of the student's own too
        return _classify(raised, lines, engine, is_theirs, (spelled.of("data"), spelled.of("grad")))
    return {"numbers": numbers}


def is_stub(function: Any) -> bool:
    """Whether a method only says `pass`: it reads no name and no attribute, and calls nothing."""
    code = getattr(function, "__code__", None)
    if not isinstance(code, types.CodeType) or code.co_names or code.co_freevars:
        return False
    return not any(step.opname.startswith("CALL") for step in dis.get_instructions(code))


def plain(value: Any) -> Any:
    """A number as a float; anything else as {"is": what it is}."""
    kind = type(value)
    if kind.__module__ == "numpy" and hasattr(kind, "item"):
        if value.size != 1:
            return {"is": f"a numpy array of shape {tuple(value.shape)}"}
        value = value.item()
        kind = type(value)
    if issubclass(kind, (int, float, Fraction, Decimal)):
        try:
            return float(value)
        except (OverflowError, ValueError):
            return {"is": "a number too large for a float"}
    if kind is str:
        return {"is": f"the str {value[:30]!r}"}
    return {"is": "None" if value is None else f"a {kind.__name__}"}


def _classify(
    raised: BaseException,
    lines: Sequence[str],
    engine: type,
    is_theirs: Callable[[str], bool],
    read: tuple[str, str],
) -> Outcome:
    steps = []
    step = raised.__traceback__
    while step is not None:
        steps.append((step.tb_frame.f_code.co_filename, step.tb_lineno, step.tb_frame.f_code.co_name))
        step = step.tb_next
    ours = [number for filename, number, _ in steps if filename == CODE]
    line = lines[ours[-1] - 1].strip() if ours else ""
    if isinstance(raised, NotImplementedError):
        return {"missing": f"`{line}`", "method": ""}
    if steps[-1][0] == CODE:  # raised by Python on our own line, not inside the student's code
        if isinstance(raised, AttributeError):
            owner = raised.obj
            if owner is None and raised.name is None:  # what cannot be set
                return {"missing": f"`{line}`", "method": ""}
            if owner is None:
                return {
                    "missing": f"`{raised.name}` of None: a `return` is missing, or nothing is written yet",
                    "method": "",
                }
            if engine in type(owner).__mro__ and raised.name not in read:
                return {"missing": f"`{raised.name}`{_typo(raised.name, engine)}", "method": raised.name}
        if isinstance(raised, TypeError):
            method = method_for(str(raised))
            if method and not hasattr(engine, method):
                return {"missing": f"`{method}` (`{line}`){_typo(method, engine)}", "method": method}
            if str(raised).startswith(("unsupported operand", "bad operand")):
                return {"missing": f"`{line}`", "method": ""}
    hint = ""
    if isinstance(raised, AttributeError) and type(raised.obj) in (int, float):
        result = steps[-1][0] == CODE
        hint = "; the result is no Value" if result else "; the plain number was not made a Value"
    elif isinstance(raised, AttributeError) and engine in type(raised.obj).__mro__ and raised.name in read:
        hint = f"; the grader reads `.{raised.name}`, or what --names gives for it"
    return {"error": describe(raised, is_theirs) + hint, "line": line}


def method_for(message: str) -> str:
    """The method that Python has looked for in vain, from what it says; "" where it says something else.

    >>> method_for("unsupported operand type(s) for -: 'int' and 'Value'")
    '__rsub__'
    >>> method_for("bad operand type for unary -: 'Value'")
    '__neg__'
    """
    if message.startswith("bad operand type for unary -: "):
        return "__neg__"
    found = re.match(r"unsupported operand type\(s\) for (.*): '(.*)' and '(.*)'", message)
    if found is None or found[1] not in METHODS:
        return ""
    return f"__{'r' if found[2] in ('int', 'float') else ''}{METHODS[found[1]]}__"


def _typo(wanted: str, engine: type) -> str:
    """What the class has that is written almost like it, and that Python does not know."""
    own = [name for name in dir(engine) if not hasattr(float, name) and name != "_backward"]
    return "".join(f", but there is `{name}`" for name in get_close_matches(wanted, own, 1, 0.75))


def describe(raised: BaseException, is_theirs: Callable[[str], bool]) -> str:
    """The exception in one line, and the line of the student's code that it comes from."""
    where = ""
    step = raised.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if is_theirs(code.co_filename):
            inside = "" if code.co_name == "<module>" else f", in {code.co_name}"
            where = f" ({os.path.basename(code.co_filename)} line {step.tb_lineno}{inside})"
        step = step.tb_next
    if isinstance(raised, SystemExit):
        return f"calls sys.exit{where}"
    if isinstance(raised, SyntaxError):
        where = f" ({os.path.basename(str(raised.filename))} line {raised.lineno})" if raised.lineno else ""
        return f"{type(raised).__name__}: {raised.msg}{where}"
    try:
        message = (str(raised).splitlines() or [""])[0][:200]
    except BaseException:
        message = "(an exception that cannot be printed)"
    if isinstance(raised, PermissionError):
        where += "; a submission may read its own files and Python's, and write in a folder of its own"
    if isinstance(raised, ModuleNotFoundError) and raised.name:
        where += f"; `{raised.name.partition('.')[0]}` is neither handed in nor installed here"
    return f"{type(raised).__name__}{': ' if message else ''}{message}{where}"
