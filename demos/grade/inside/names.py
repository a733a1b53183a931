"""What an engine calls data, grad, backward, exp, tanh and relu, and expressions with its names in them.

It runs beside the student's code, and knows neither the stages nor what is right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KNOWN = {
    "data": ("data", "value", "val", "v", "d", "x", "_data", "_value", "item", "num", "number", "scalar"),
    "grad": ("grad", "gradient", "g", "d", "dv", "dx", "_grad", "_gradient", "derivative", "adjoint", "adj"),
    "backward": ("backward", "backprop", "backpropagate", "backward_pass", "back", "propagate", "bwd"),
    "exp": ("exp", "exponential", "e", "Exp"),
    "tanh": ("tanh", "Tanh", "hyperbolic_tangent"),
    "relu": ("relu", "ReLU", "Relu"),
}
_CALL = re.compile(r"(\w+|\((?:[^()]|\([^()]*\))*\))\.(backward|exp|tanh|relu)\(\)")
_IN_TEXT = re.compile(r"(?<=\.)(data|grad)\b|`(data|grad|backward|exp|tanh|relu)`")


class WrongNameError(Exception):
    """A name that was given is not there; the message says what is."""


@dataclass(frozen=True)
class Names:
    """The names that differ from the usual ones; `functions` are those of the file that stand for methods.

    >>> names = Names({"data": "value", "tanh": "tanh"}, frozenset({"tanh"}))
    >>> names.spell("c = (a * 2.0).tanh(); c.backward() -> c.data")
    'c = tanh(a * 2.0); c.backward() -> c.value'
    """

    spelled: Mapping[str, str] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()

    def spell(self, text: str) -> str:
        """An expression, or a sentence about one, with the student's names."""
        return _IN_TEXT.sub(self._in_text, _CALL.sub(self._called, text))

    def of(self, usual: str) -> str:
        """The name that stands for a usual one."""
        return self.spelled.get(usual, usual)

    def _called(self, found: re.Match[str]) -> str:
        on, usual = found.groups()
        if usual not in self.functions:
            return f"{on}.{self.of(usual)}()"
        return f"{self.of(usual)}({on.removeprefix('(').removesuffix(')')})"

    def _in_text(self, found: re.Match[str]) -> str:
        name = self.spelled.get(found[1] or found[2])
        return found[0] if name is None else found[0].replace(found[1] or found[2], name)

    @property
    def words(self) -> str:
        """What stands for what, in a sentence for the report; "" where all is as usual."""
        shown = [f"`{self._shown(usual)}` for `.{usual}{_brackets(usual)}`" for usual in self.spelled]
        return f"read as the file names them: {', '.join(shown)}" if shown else ""

    def _shown(self, usual: str) -> str:
        if usual in self.functions:
            return f"{self.spelled[usual]}(v)"
        return f".{self.spelled[usual]}{_brackets(usual)}"


def _brackets(usual: str) -> str:
    return "" if usual in ("data", "grad") else "()"


def find(made: Any, number: float, file: Mapping[str, Any], given: Mapping[str, str], plain: Any) -> Names:
    """The names of an engine, from `made`, which it made of a number, and the names of its file.

    `given` are those that are told, and must be there. `plain` turns an attribute into a number.
    """
    spelled: dict[str, str] = {}
    functions: set[str] = set()
    has = {"data": (number,), "grad": (0.0, {"is": "None"})}
    for usual, known in KNOWN.items():
        for name in (given[usual],) if usual in given else known:
            value = getattr(made, name, None)
            if usual in has and name not in spelled.values():
                found = hasattr(made, name) and plain(value) in has[usual]
            else:
                found = callable(value)
            if not found and usual not in has and _is_own_function(file.get(name), file):
                functions.add(usual)
                found = True
            if found or (usual in given and hasattr(made, name)):
                if name != usual or usual in functions:
                    spelled[usual] = name
                break
        else:
            if usual in given:
                raise WrongNameError(_not_there(usual, given[usual], made, file))
    return Names(spelled, frozenset(functions))


def _is_own_function(value: Any, file: Mapping[str, Any]) -> bool:
    """Whether it was written in the file: `tanh` of the module math is none of a Value's."""
    return callable(value) and getattr(value, "__module__", None) == file.get("__name__")


def _not_there(usual: str, name: str, made: Any, file: Mapping[str, Any]) -> str:
    own = [one for one in dir(made) if not one.startswith("__")]
    own += [
        f"{one}(v)" for one in file if _is_own_function(file[one], file) and not isinstance(file[one], type)
    ]
    return f"has no `{name}`, which --names gives for `{usual}`; it has {', '.join(own) or 'nothing'}"


def parse(text: str) -> dict[str, str]:
    """The names that a command line gives, as `data=value,grad=gradient`.

    >>> parse("data=value,grad=gradient")
    {'data': 'value', 'grad': 'gradient'}
    """
    given: dict[str, str] = {}
    for part in text.split(","):
        usual, equals, name = (word.strip() for word in part.partition("="))
        if not equals or usual not in KNOWN or not name.isidentifier():
            known = ", ".join(KNOWN)
            raise ValueError(
                f"{part!r} is not understood; write data=value,grad=gradient with any of: {known}"
            )
        given[usual] = name
    return given
