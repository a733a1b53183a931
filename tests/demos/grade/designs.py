"""Writes engines as students do, in designs of their own, with any mistakes of the library in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

DESIGNS = ("closures", "composed", "partials", "tape")
"""Closures as in the lecture; the same with - and / made of other operations, as in micrograd; local
gradients beside the operands, as in microgpt; and a global tape."""

# fmt: off
RULES = {  # the number, and the partials; x and y are the operands' data, z is the result's
    "__add__":     ("x + y",        ("1.0", "1.0")),
    "__sub__":     ("x - y",        ("1.0", "-1.0")),
    "__mul__":     ("x * y",        ("y", "x")),
    "__truediv__": ("x / y",        ("1 / y", "-x / y**2")),
    "__pow__":     ("x**n",         ("n * x ** (n - 1)",)),
    "exp":         ("math.exp(x)",  ("z",)),
    "tanh":        ("math.tanh(x)", ("1 - z**2",)),
    "relu":        ("max(0.0, x)",  ("float(x > 0)",)),
}
# fmt: on
COMPOSED = {
    "composed": {
        "__sub__": "return self + (-other)",
        "__truediv__": "return self * other**-1",
        "__rsub__": "return other + (-self)",
        "__rtruediv__": "return other * self**-1",
    },
    "tape": {"__sub__": "return self + -value(other)"},
}
REFLECTED = {
    "__radd__": "return self + other",
    "__rmul__": "return self * other",
    "__rsub__": "return value(other) - self",
    "__rtruediv__": "return value(other) / self",
    "__neg__": "return self * -1",
}
ORDER = """
        topo, visited = [], set()

        def build(node):
            visited.add(node)
            for child in node.children:
                if child not in visited:
                    build(child)
            topo.append(node)

        build(self)
"""
STOPS = """
        topo, visited = [], set()

        def build(node):
            visited.add(node)
            for child in node.children:
                if child in visited:
                    STOP
                build(child)
            topo.append(node)

        build(self)
"""
RECURSION = """
        self.grad = 1.0
        self.propagate()

    def propagate(self):
        self.local_step()
        for child in self.children:
            child.propagate()
"""
TOO_EARLY = """
        self.grad = 1.0
        queue, visited = [self], {self}
        while queue:
            node = queue.pop(0)
            node.local_step()
            for child in node.children:
                if child not in visited:
                    visited.add(child)
                    queue.append(child)
"""
EVERYWHERE = """
        self.grad = 1.0
        self.local_step()
        for child in self.children:
            child.backward()
"""


@dataclass
class Engine:
    """The text of an engine in pieces, each of which may be changed once."""

    design: str
    rules: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=lambda: dict(RULES))
    steps: dict[str, str] = field(default_factory=dict)  # by method; "" for all of them
    reflected: dict[str, str] = field(default_factory=lambda: dict(REFLECTED))
    cut: set[str] = field(default_factory=set)
    order: str = ORDER
    sweep: str = ""
    reverse: bool = True
    seed: bool = True
    zero: bool = True
    compared: str = ""
    extra: str = ""
    operands: str = "children"
    nothing: str = "0.0"
    changed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        composed = COMPOSED.get(self.design, {})
        self.composed = dict(composed)
        self.rules = {name: rule for name, rule in self.rules.items() if name not in composed}
        self.reflected |= {name: body for name, body in composed.items() if name in REFLECTED}

    @property
    def closures(self) -> bool:
        """Whether each node holds its local step as a function."""
        return self.design in ("closures", "composed")

    def claim(self, *pieces: str) -> None:
        """Only one mistake changes a piece; another one cannot be made then."""
        if self.changed & set(pieces):
            raise CannotError
        self.changed |= set(pieces)

    def text(self) -> str:
        """The file that a student hands in."""
        lines = ["import math", "import numpy as np", "", "TAPE, KEPT = [], []", "", "", "def value(x):"]
        lines += ["    return x if isinstance(x, Value) else Value(x)", "", "", "class Value:"]
        lines += ["    def __init__(self, data, children=(), partials=()):"]
        lines += [f"        self.data, self.grad = data, {self.nothing}"]
        lines += [f"        self.children, self.partials = {self.operands}, partials"]
        lines += ["        self._backward = lambda: None", ""] if self.closures else [""]
        for name in self.rules:
            lines += self._method(name)
        for name, body in {**self.composed, **self.reflected}.items():
            arguments = "self" if name == "__neg__" else "self, other"
            lines += [f"    def {name}({arguments}):", f"        {body}", ""]
        if "value(other)" in "".join(self.composed.values()) or self.design == "composed":
            lines = [line.replace("return other ", "return value(other) ") for line in lines]
            lines = [line.replace("self * other**-1", "self * value(other) ** -1") for line in lines]
        lines += self._local_step()
        lines += ["    def backward(self):", *self._backward()]
        return "\n".join(lines) + "\n" + self.compared + self.extra

    def _method(self, name: str) -> list[str]:
        number, partials = self.rules[name]
        binary = len(partials) == 2
        first = {"__pow__": "n"}.get(name, "other" if binary else "")
        lines = [f"    def {name}(self{', ' if first else ''}{first}):"]
        lines += ["        other = value(other)"] if binary else []
        spelled = {"x": "self.data", "y": "other.data", "z": "out.data"}
        if "=" in number:
            lines += [f"        {_spell(number, spelled)}"]
            number = "x"
        names = ["self", "other"][: len(partials)]
        operands = f"({', '.join(names)},)"
        kept = "()" if name in self.cut else operands
        values = [_spell(partial, spelled) for partial in partials]
        if self.closures:
            lines += [f"        out = Value({_spell(number, spelled)}, {kept})", "        def step():"]
            for operand, partial in zip(names, values):
                step = self.steps.get(name) or self.steps.get("") or "O.grad += G * (P)"
                lines += [
                    "            " + step.replace("O", operand).replace("G", "out.grad").replace("P", partial)
                ]
            return [*lines, "        out._backward = step", "        return out", ""]
        lines += [f"        out = Value({_spell(number, spelled)})"]
        if name not in self.cut:
            joined = f"({', '.join(values)},)"
            kept = f"set({operands})" if self.operands != "children" else operands
            lines += [f"        out.children, out.partials = {kept}, {joined}"]
            lines += ["        TAPE.append(out)"] if self.design == "tape" else []
        return [*lines, "        return out", ""]

    def _local_step(self) -> list[str]:
        if self.closures:
            return ["    def local_step(self):", "        self._backward()", ""]
        step = self.steps.get("", "O.grad += G * (P)")
        step = step.replace("O", "child").replace("G", "self.grad").replace("P", "partial")
        loop = "        for child, partial in zip(self.children, self.partials):"
        return ["    def local_step(self):", loop, f"            {step}", ""]

    def _backward(self) -> list[str]:
        if self.sweep:
            return self.sweep.splitlines()
        order = "        topo = list(TAPE)" if self.design == "tape" else self.order
        lines = order.splitlines()
        if self.zero:
            lines += ["        for node in topo:", "            if node.children:"]
            lines += [f"                node.grad = {self.nothing}"]
        if self.seed:
            lines += [f"        self.grad = {'np.ones(1)' if self.nothing == 'None' else '1.0'}"]
        lines += [f"        for node in {'reversed(topo)' if self.reverse else 'topo'}:"]
        return [*lines, "            node.local_step()"]


def _spell(text: str, names: dict[str, str]) -> str:
    return "".join(
        names.get(letter, letter) if _alone(text, at) else letter for at, letter in enumerate(text)
    )


def _alone(text: str, at: int) -> bool:
    return not (text[at - 1 : at].isalpha() or text[at + 1 : at + 2].isalpha())


class CannotError(Exception):
    """This mistake cannot be made in this design, or not together with the other."""


def _step(line: str, method: str = ""):
    def make(engine: Engine) -> None:
        if (method and not engine.closures) or method not in {"", *engine.rules}:
            raise CannotError
        engine.claim(*[f"step {name}" for name in ([method] if method else RULES)])
        engine.steps[method] = line

    return make


def _rule(method: str, number: str, *partials: str):
    def make(engine: Engine) -> None:
        if method not in engine.rules:
            raise CannotError
        engine.claim(f"rule {method}")
        engine.rules[method] = number, partials

    return make


def _piece(designs: str, claims: str, **pieces):
    def make(engine: Engine) -> None:
        if engine.design not in designs.split():
            raise CannotError
        engine.claim(*claims.split())
        for name, piece in pieces.items():
            setattr(engine, name, piece)

    return make


def _reflect(method: str, body: str | None):
    def make(engine: Engine) -> None:
        engine.claim(f"rule {method}")
        if body is None:
            del engine.reflected[method]
        else:
            engine.reflected[method] = body

    return make


def _cut(method: str):
    def make(engine: Engine) -> None:
        if method not in engine.rules:
            raise CannotError
        engine.claim(f"children {method}", f"step {method}")
        engine.cut.add(method)

    return make


def _share(engine: Engine) -> None:
    if not engine.closures:
        raise CannotError
    engine.claim("zero", *(f"step {name}" for name in RULES))
    engine.nothing = "None"
    engine.steps = {"": "receive(O, G * (P))", "__add__": "receive(O, G)"}
    engine.extra += SHARES


SHARES = """

def receive(node, gradient):
    if node.grad is None:
        node.grad = gradient
    else:
        node.grad += gradient
"""
BY_DATA = """
    def __eq__(self, other):
        return isinstance(other, Value) and self.data == other.data

    def __hash__(self):
        return hash(self.data)
"""
KEPT = "        topo = KEPT\n        if not topo:\n" + "\n".join(
    f"    {line}" for line in ORDER.splitlines()
).replace("topo, visited = [], set()", "visited = set()")
GRAPH, ALL = "closures composed partials", " ".join(DESIGNS)

# fmt: off
MAKE = {
    "overwrite":            _step("O.grad = G * (P)"),
    "overwrite tanh":       _step("O.grad = G * (P)", "tanh"),
    "overwrite __mul__":    _step("O.grad = G * (P)", "__mul__"),
    "recursion":            _piece(GRAPH, "sweep zero seed order", sweep=RECURSION),
    "too-early":            _piece(GRAPH, "sweep zero seed order", sweep=TOO_EARLY),
    "kept-interiors":       _piece(GRAPH, "zero", zero=False),
    "reused-order tape":    _piece("tape", "zero", zero=False),
    "reused-order":         _piece(GRAPH, "order", order=KEPT),
    "forgotten-path":       _step("O.grad = O.grad or G * (P)"),
    "forgotten-upstream":   _step("O.grad += P"),
    "forgotten-upstream __pow__": _step("O.grad += P", "__pow__"),
    "forgotten-local":      _step("O.grad += G"),
    "forgotten-local exp":  _step("O.grad += G", "exp"),
    "cut-off __mul__":      _cut("__mul__"),
    "cut-off exp":          _cut("exp"),
    "cut-off relu":         _step("pass", "relu"),
    "no-seed":              _piece(ALL, "seed", seed=False),
    "seed-everywhere":      _piece(GRAPH, "sweep zero seed order", sweep=EVERYWHERE),
    "not-reversed":         _piece(ALL, "sweep", reverse=False),
    "stops-at-shared":      _piece(GRAPH, "order", order=STOPS.replace("STOP", "return")),
    "stops-at-shared break": _piece(GRAPH, "order", order=STOPS.replace("STOP", "break")),
    "int-gradients":        _step("O.grad = int(O.grad + G * (P))"),
    "shared-array":         _share,
    "equal-data":           _piece(GRAPH, "compared", compared=BY_DATA),
    "data-in-place":        _rule("__add__", "x += y", "1.0", "1.0"),
    "data-in-place __mul__": _rule("__mul__", "x *= y", "y", "x"),
    "no-radd":              _reflect("__radd__", None),
    "no-rmul":              _reflect("__rmul__", None),
    "sub-sign":             _rule("__sub__", "x - y", "1.0", "1.0"),
    "sub-reflected":        _reflect("__rsub__", "return self - other"),
    "div-reflected":        _reflect("__rtruediv__", "return self / other"),
    "own-factor":           _rule("__mul__", "x * y", "x", "y"),
    "power-exponent":       _rule("__pow__", "x**n", "n * x**n"),
    "power-factor":         _rule("__pow__", "x**n", "x ** (n - 1)"),
    "relu-at-zero":         _rule("relu", "max(0.0, x)", "float(x >= 0)"),
    "relu-unmasked":        _rule("relu", "max(0.0, x)", "1.0"),
    "tanh-of-input":        _rule("tanh", "math.tanh(x)", "1 - x**2"),
    "tanh-unsquared":       _rule("tanh", "math.tanh(x)", "1 - z"),
    "exp-of-input":         _rule("exp", "math.exp(x)", "x"),
    "operands-in-set":      _piece("partials", "operands", operands="set(children)"),
}
# fmt: on


def write(design: str, *made: str) -> str | None:
    """An engine of a design with mistakes in it; None where they cannot be made there, or not together."""
    engine = Engine(design)
    try:
        for name in made:
            MAKE[name](engine)
    except CannotError:
        return None
    return engine.text()


def names(made: tuple[str, ...]) -> set[str]:
    """The library's names of the mistakes that were made."""
    return {name.partition(" ")[0] for name in made}


def pairs() -> list[tuple[str, ...]]:
    """Two mistakes at once, all of them."""
    return [pair for pair in combinations(MAKE, 2) if len(names(pair)) == 2]
