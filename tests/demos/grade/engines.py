"""Engines as students write them, as text: right ones of several designs, and ones with a classic mistake."""

LECTURE = '''\
import math


class Value:
    """Closures and a topological sort, as in the lecture, with its flaws mended."""

    def __init__(self, data, _children=(), _op="", label=""):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = tuple(_children)
        self._op = _op
        self.label = label

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __sub__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data - other.data, (self, other), "-")

        def _backward():
            self.grad += out.grad
            other.grad += -out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data / other.data, (self, other), "/")

        def _backward():
            self.grad += out.grad / other.data
            other.grad += -self.data / other.data**2 * out.grad

        out._backward = _backward
        return out

    def __pow__(self, n):
        out = Value(self.data**n, (self,), f"**{n}")

        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._backward = _backward
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,), "exp")

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = Value(max(0.0, self.data), (self,), "relu")

        def _backward():
            self.grad += (self.data > 0) * out.grad

        out._backward = _backward
        return out

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return Value(other) - self

    def __rtruediv__(self, other):
        return Value(other) / self

    def backward(self):
        topo, visited, stack = [], set(), [(self, iter(self._prev))]
        while stack:
            node, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                if node not in visited:
                    visited.add(node)
                    topo.append(node)
            elif child not in visited:
                stack.append((child, iter(child._prev)))
        for node in topo:
            if node._prev:
                node.grad = 0.0
        self.grad = 1.0
        for node in reversed(topo):
            node._backward()
'''

_BACKWARD = LECTURE[LECTURE.index("    def backward(self):") :]


def changed(*changes):
    """The lecture's engine with text replaced; every replacement must find its text."""
    text = LECTURE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def _backward(body):
    return changed((_BACKWARD, body))


_SUB = """\
    def __sub__(self, other):
        return self + (-other)

"""
_DIV = """\
    def __truediv__(self, other):
        return self * other**-1 if isinstance(other, Value) else self * (1 / other)

"""
_RECURSIVE = """\
    def backward(self):
        topo, visited = [], set()

        def build(node):
            if node not in visited:
                visited.add(node)
                for child in node._prev:
                    build(child)
                topo.append(node)

        build(self)
        for node in topo:
            if node._prev:
                node.grad = 0.0
        self.grad = 1.0
        for node in reversed(topo):
            node._backward()
"""

# Subtraction and division as micrograd has them, by other operations.
COMPOSED = (
    (LECTURE[LECTURE.index("    def __sub__") : LECTURE.index("    def __mul__")], _SUB),
    (LECTURE[LECTURE.index("    def __truediv__") : LECTURE.index("    def __pow__")], _DIV),
    ("return Value(other) - self", "return Value(other) + (-self)"),
    ("return Value(other) / self", "return other * self**-1"),
)

# The mistake's name in the library, and how a student makes it.
MISTAKEN = {
    "overwrite": [
        changed(("grad += ", "grad = ")),
        changed(
            (
                "self.grad += out.grad\n            other.grad += out.grad",
                "self.grad = out.grad\n            other.grad = out.grad",
            )
        ),
        changed(
            ("self.grad += other.data * out.grad", "self.grad = other.data * out.grad"),
            ("other.grad += self.data * out.grad", "other.grad = self.data * out.grad"),
        ),
        changed(("self.grad += (1 - t**2)", "self.grad = (1 - t**2)")),
    ],
    "recursion": [
        _backward("""\
    def backward(self):
        self.grad = 1.0
        self.propagate()

    def propagate(self):
        self._backward()
        for child in self._prev:
            child.propagate()
"""),
        _backward("""\
    def backward(self):
        self.grad = 1.0
        queue = [self]
        while queue:
            node = queue.pop(0)
            node._backward()
            queue.extend(node._prev)
"""),
    ],
    "too-early": [
        _backward("""\
    def backward(self):
        self.grad = 1.0
        visited = set()

        def go(node):
            if node in visited:
                return
            visited.add(node)
            node._backward()
            for child in node._prev:
                go(child)

        go(self)
"""),
        _backward("""\
    def backward(self):
        self.grad = 1.0
        queue, visited = [self], {self}
        while queue:
            node = queue.pop(0)
            node._backward()
            for child in node._prev:
                if child not in visited:
                    visited.add(child)
                    queue.append(child)
"""),
    ],
    "kept-interiors": [
        changed(("            if node._prev:\n                node.grad = 0.0", "            pass")),
        changed(
            ("            if node._prev:\n                node.grad = 0.0", "            pass"),
            ("self.grad = 1.0", "self.grad += 1.0"),
        ),
    ],
    "reused-order": [
        changed(
            (
                _BACKWARD,
                _RECURSIVE.replace("build(self)\n", "if not ORDER:\n            build(self)\n").replace(
                    "topo, visited = [], set()", "topo, visited = ORDER, set()"
                ),
            ),
            ("class Value:", "ORDER = []\n\n\nclass Value:"),
        ),
        changed(
            (
                _BACKWARD,
                _RECURSIVE.replace("def backward(self):", "def backward(self, topo=[], visited=set()):")
                .replace("        topo, visited = [], set()\n", "")
                .replace("if node._prev:", "if False:"),
            )
        ),
    ],
    "forgotten-path": [
        changed(
            ("grad += ", "grad = self.grad or "), ("other.grad = self.grad or", "other.grad = other.grad or")
        ),
    ],
    "forgotten-upstream": [
        changed(
            (" * out.grad", ""),
            ("+= out.grad / other.data", "+= 1 / other.data"),
            ("+= out.grad", "+= 1.0"),
            ("+= -out.grad", "+= -1.0"),
        ),
    ],
    "forgotten-local": [
        changed(
            ("other.data * out.grad", "out.grad"),
            ("self.data * out.grad", "out.grad"),
            ("-out.grad", "out.grad"),
            ("(1 - t**2) * out.grad", "out.grad"),
            ("(self.data > 0) * out.grad", "out.grad"),
            ("n * self.data ** (n - 1) * out.grad", "out.grad"),
            ("out.grad / other.data", "out.grad"),
            ("-self.data / other.data**2 * out.grad", "out.grad"),
            ("out.data * out.grad", "out.grad"),
        ),
    ],
    "no-seed": [changed(("        self.grad = 1.0\n", ""))],
    "seed-everywhere": [
        _backward("""\
    def backward(self):
        self.grad = 1.0
        self._backward()
        for child in self._prev:
            child.backward()
"""),
    ],
    "not-reversed": [changed(("in reversed(topo)", "in topo"))],
    "sub-sign": [
        changed(("other.grad += -out.grad", "other.grad += out.grad")),
        changed(("other.grad += -out.grad", "other.grad += out.grad"), *COMPOSED[1:]),
    ],
    "sub-reflected": [changed(("return Value(other) - self", "return self - other"))],
    "div-reflected": [changed(("return Value(other) / self", "return self / other"))],
    "own-factor": [
        changed(
            ("self.grad += other.data * out.grad", "self.grad += self.data * out.grad "),
            ("other.grad += self.data * out.grad\n", "other.grad += other.data * out.grad\n"),
        ),
    ],
    "power-exponent": [
        changed(("n * self.data ** (n - 1)", "n * self.data**n")),
        changed(("n * self.data ** (n - 1)", "n * self.data**n"), *COMPOSED),
    ],
    "power-factor": [
        changed(("n * self.data ** (n - 1)", "self.data ** (n - 1)")),
        changed(("n * self.data ** (n - 1)", "self.data ** (n - 1)"), *COMPOSED),
    ],
    "relu-at-zero": [changed(("(self.data > 0)", "(self.data >= 0)"))],
    "relu-unmasked": [changed(("(self.data > 0) * ", ""))],
    "tanh-of-input": [changed(("(1 - t**2)", "(1 - self.data**2)"))],
    "exp-of-input": [changed(("self.grad += out.data * out.grad", "self.grad += self.data * out.grad"))],
    "operands-in-set": [],  # closures do not mind a set: see SET below
}

# One loop over operands and local derivatives, where the operands went into a set.
PARTIALS = """\
import math


class Node:
    def __init__(self, data, operands=(), partials=()):
        self.data, self.grad = data, None
        self.operands, self.partials = OPERANDS, partials

    def wrap(self, x):
        return x if isinstance(x, Node) else Node(x)

    def __add__(self, o): o = self.wrap(o); return Node(self.data + o.data, (self, o), (1, 1))
    def __sub__(self, o): o = self.wrap(o); return Node(self.data - o.data, (self, o), (1, -1))
    def __mul__(self, o): o = self.wrap(o); return Node(self.data * o.data, (self, o), (o.data, self.data))
    def __truediv__(self, o):
        o = self.wrap(o)
        return Node(self.data / o.data, (self, o), (1 / o.data, -self.data / o.data**2))
    def __pow__(self, n): return Node(self.data**n, (self,), (n * self.data ** (n - 1),))
    def exp(self): return Node(math.exp(self.data), (self,), (math.exp(self.data),))
    def tanh(self): return Node(math.tanh(self.data), (self,), (1 - math.tanh(self.data) ** 2,))
    def relu(self): return Node(max(0, self.data), (self,), (float(self.data > 0),))
    def __neg__(self): return self * -1
    def __radd__(self, o): return self + o
    def __rmul__(self, o): return self * o
    def __rsub__(self, o): return self.wrap(o) - self
    def __rtruediv__(self, o): return self.wrap(o) / self

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                stack.append((node, True))
                stack.extend((operand, False) for operand in node.operands)
        for node in order:
            if node.operands or node.grad is None:
                node.grad = 0
        self.grad = 1
        for node in reversed(order):
            for operand, partial in zip(node.operands, node.partials):
                operand.grad += node.grad * partial
"""
MISTAKEN["operands-in-set"] = [PARTIALS.replace("OPERANDS", "set(operands)")]


def _partials(backward):
    assert "    def backward(self):" in PARTIALS
    return PARTIALS[: PARTIALS.index("    def backward(self):")].replace("OPERANDS", "operands") + backward


# With partials at hand one goes into each operand as soon as its part is added.
MISTAKEN["recursion"].append(
    _partials("""\
    def backward(self):
        self.grad = 1
        self.down()

    def down(self):
        for operand, partial in zip(self.operands, self.partials):
            operand.grad = (operand.grad or 0) + self.grad * partial
            operand.down()
""")
)
MISTAKEN["too-early"].append(
    _partials("""\
    def backward(self, seen=None):
        if seen is None:
            self.grad, seen = 1, []
        seen.append(self)
        for operand, partial in zip(self.operands, self.partials):
            operand.grad = (operand.grad or 0) + self.grad * partial
            if operand not in seen:
                operand.backward(seen)
""")
)

# A new leaf where the operand was meant.
MISTAKEN["cut-off"] = [changed(("return self * -1", "return Value(-self.data)"), COMPOSED[0], COMPOSED[2])]

# Wrong in a way that the library does not have, and where to look.
UNKNOWN = {
    "__mul__": changed(("self.grad += other.data * out.grad", "self.grad += other.data + out.grad")),
    "backward": changed(("self.grad = 1.0", "self.grad = self.data")),
    "__add__": changed(
        (
            "            self.grad += out.grad\n            other.grad += out.grad",
            "            self.grad += 2 * out.grad",
        )
    ),
    "__truediv__": changed(("-self.data / other.data**2", "self.data / other.data**2")),
    "exp": changed(("out.data * out.grad", "2 * out.grad")),
}

TAPE = '''\
import math

TAPE = []


class Value:
    """A global tape of (result, [(operand, partial)]); no node knows its operands."""

    def __init__(self, data):
        self.data, self.grad = data, 0.0

    def _made(self, data, *edges):
        result = Value(data)
        TAPE.append((result, edges))
        return result

    def __add__(self, o): o = _value(o); return self._made(self.data + o.data, (self, 1), (o, 1))
    def __mul__(self, o): o = _value(o); return self._made(self.data * o.data, (self, o.data), (o, self.data))
    def __sub__(self, o): return self + -_value(o)
    def __truediv__(self, o):
        o = _value(o)
        return self._made(self.data / o.data, (self, 1 / o.data), (o, -self.data / o.data**2))
    def __pow__(self, n): return self._made(self.data**n, (self, n * self.data ** (n - 1)))
    def exp(self): return self._made(math.exp(self.data), (self, math.exp(self.data)))
    def tanh(self): return self._made(math.tanh(self.data), (self, 1 - math.tanh(self.data) ** 2))
    def relu(self): return self._made(max(0, self.data), (self, float(self.data > 0)))
    def __neg__(self): return self * -1
    __radd__, __rmul__ = __add__, __mul__
    def __rsub__(self, o): return _value(o) - self
    def __rtruediv__(self, o): return _value(o) / self

    def backward(self):
        for result, _ in TAPE:
            result.grad = 0.0
        self.grad = 1.0
        for result, edges in reversed(TAPE):
            for operand, partial in edges:
                operand.grad += result.grad * partial


def _value(x):
    return x if isinstance(x, Value) else Value(x)
'''

_USED_UP = """\
def _backward_once(self, sweep=Value.backward):
    sweep(self)
    TAPE.clear()


Value.backward = _backward_once
"""
_PATHS = changed(
    (
        _BACKWARD,
        """\
    def backward(self, gradient=1.0):
        self.grad += gradient
        for child, local in self._local():
            child.backward(gradient * local)

    def _local(self):
        name = "**" if self._op.startswith("**") else self._op
        return [(child, PARTIAL[name](self, at)) for at, child in enumerate(self._prev)]


PARTIAL = {
    "+": lambda z, at: 1.0,
    "-": lambda z, at: (1.0, -1.0)[at],
    "*": lambda z, at: z._prev[1 - at].data,
    "/": lambda z, at: (1 / z._prev[1].data, -z._prev[0].data / z._prev[1].data ** 2)[at],
    "**": lambda z, at: float(z._op[2:]) * z._prev[0].data ** (float(z._op[2:]) - 1),
    "exp": lambda z, at: z.data,
    "tanh": lambda z, at: 1 - z.data**2,
    "relu": lambda z, at: float(z._prev[0].data > 0),
}
""",
    )
)

# Right engines, and the stages at which each may differ from the whole of what is asked.
RIGHT = {
    "closures": (LECTURE, []),
    "recursive topological sort": (_backward(_RECURSIVE), ["depth"]),
    "operands of closures in a set": (changed(("tuple(_children)", "set(_children)")), []),
    "partials and None": (PARTIALS.replace("OPERANDS", "operands"), []),
    "a tape": (TAPE, []),
    "a tape that is used up": (TAPE + "\n\n" + _USED_UP, ["again"]),
    "subtraction and division composed": (changed(*COMPOSED), ["exact"]),
    "each path by itself": (_PATHS, ["depth"]),
    "gradients anew": (
        changed(
            ("            if node._prev:\n                node.grad = 0.0", "            node.grad = 0.0")
        ),
        [],
    ),
    "float32": (
        changed(
            ("self.data = data", "self.data = np.float32(data)"), ("import math", "import math, numpy as np")
        ),
        ["exact"],
    ),
    "arrays of no dimension": (
        changed(
            ("self.data = data", "self.data = np.array(data, dtype=float)"),
            ("import math", "import math, numpy as np"),
            ("max(0.0, self.data)", "np.maximum(0.0, self.data)"),
        ),
        [],
    ),
    "prints at every operation": (
        changed(("        self.data = data", "        print('made', data)\n        self.data = data")),
        [],
    ),
}
