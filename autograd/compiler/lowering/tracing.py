"""Tracing: one call of the user's function on placeholders, written to a tape.

While it runs, every operation goes to the tape, whether on placeholders or on Values that the function
closes over. A placeholder has no number: whatever would need one (an `if`, `.data`, `float()`) is
refused, with the user's line and the primitive to use instead. So is every use outside of the recording.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from autograd.compiler.lowering.tape import DETACH, RELATIONS, Source, Tape
from autograd.engine.graph import Node
from autograd.engine.messages import line_of_user, refuse
from autograd.engine.operands import number
from autograd.engine.recorders import EAGER, Evaluator, Recorder
from autograd.engine.recording import running, using
from autograd.engine.value import Value
from autograd.errors import TraceError
from autograd.progress import STEPS, advance
from autograd.rules.primitives import Primitive
from autograd.tools.events import Draw, Entered, Returned, Shortcut
from autograd.trees import leaves, map_leaves


class Traced(Value):
    """A Value that stands for a place on a tape, and has no number."""

    __slots__ = ("place", "tracer")

    place: int
    tracer: Tracer

    @property
    def _data(self) -> float:  # type: ignore[override]
        """Refused: operations outside of the recording read it."""
        self.refuse("using it")

    @property
    def data(self) -> float:
        """Refused: one sample's number would be frozen into the program."""
        instead = "operations on the Value itself, or, for a function of your own, autograd.primitive"
        self.refuse("reading .data of it", instead)

    @data.setter
    def data(self, _: Any) -> None:
        self.refuse("assigning .data of it")

    @property
    def grad(self) -> float:
        """Refused: a program has its own backward pass."""
        self.refuse("reading .grad of it", "backward of the compiled function")

    @grad.setter
    def grad(self, _: Any) -> None:
        self.refuse("assigning .grad of it", "backward of the compiled function")

    @property
    def primitive(self) -> Any:
        """The primitive that made it; None for a leaf, as an eager Value has it."""
        head = self.tracer.tape.heads[self.place]
        return None if type(head) is Source else head

    def __bool__(self) -> bool:
        self.refuse("branching on it", "where(condition, a, b), maximum, minimum or clamp")

    def __eq__(self, other: object) -> bool:
        """Identity, as Values have it; compared with a number it would be False whatever the sample's is."""
        if number(other) is not NotImplemented:
            self.refuse("comparing it by ==, != or in", "<, <=, > or >=, which give 1 or 0")
        return self is other

    __hash__ = Value.__hash__

    def __float__(self) -> NoReturn:
        self.refuse("float() of it", "autograd.exp(v) and its like")

    __int__ = __trunc__ = __complex__ = __float__

    def __round__(self, digits: int | None = None) -> NoReturn:
        self.refuse("round() of it")

    def __index__(self) -> int:
        self.refuse("using it as a Python index", "select(index, values)")

    def __repr__(self) -> str:
        return f"<traced {self.tracer.tape.heads[self.place]!r}>"

    def __format__(self, spec: str) -> str:
        self.refuse("formatting it")

    def __copy__(self) -> Value:
        self.refuse("copying it", "the Value itself")

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        self.refuse("copying it", "the Value itself")

    def __reduce__(self) -> tuple[Any, ...]:
        self.refuse("pickling it", "the Value itself")

    def backward(self, seed: float = 1.0) -> None:
        """Refused: a program has its own backward pass."""
        self.refuse("backward() on it", "backward of the compiled function")

    @property
    def _backward(self) -> Callable[[], None]:
        """Refused: a program has its own backward pass."""
        self.refuse("backward() on it", "backward of the compiled function")

    @_backward.setter
    def _backward(self, _: Any) -> None:
        self.refuse("a _backward of its own for it", "autograd.primitive, which states the derivative")

    def refuse(self, what: str, instead: str = "operations on the Value itself") -> NoReturn:
        """Raise a TraceError that names the line, and says what to do inside or outside of the recording."""
        recorder = running() or EAGER
        while not isinstance(recorder, Evaluator):
            if isinstance(recorder, Tracer) and recorder.tape is self.tracer.tape:
                refuse_number(what, instead)
            recorder = recorder.inner
        raise TraceError(
            f"{what} at {line_of_user()} is outside of the recording in which it was made: compile ran the "
            "function on placeholders, and a Value kept from that run has no number; let the function return "
            "it, to have its number for each sample, or run the function itself, without compile"
        )


class Tracer(Recorder):
    """Writes operations to a tape; Values that f closes over become its parameters.

    `rows` gives each parameter of the compiled function its row; `parameters` are those that were used, and
    their places; `draws` the random generators that were asked, and for how many numbers; `modules` those
    that ran, by identity, and whether they were training; `returned` what they gave, in order.
    """

    def __init__(self, rows: dict[Value, int]) -> None:
        self.tape = Tape()
        self.rows = rows
        self.parameters: dict[Value, int] = {}
        self.modules: dict[int, tuple[Any, bool]] = {}  # not by the module: a dataclass has no hash
        self.draws: list[tuple[Any, int]] = []
        self.returned: list[Returned] = []
        self.detaches = False

    @property
    def records(self) -> bool:
        """True: every operation goes to the tape."""
        return True

    def over(self, evaluator: Evaluator) -> Recorder:
        """Under `no_grad`, the same with results that have no gradient; derivatives are refused."""
        if evaluator.records:
            refuse_number("taking a derivative of it", "the derivative, written out")
        tracer = self.anew()
        tracer.detaches = True
        return tracer

    def record(self, primitive: Primitive, operands: Sequence[Any]) -> Any:
        """Write one operation to the tape."""
        if not isinstance(running(), Tracer):
            refuse_number("simulate_precision or detect_anomaly of it", "it around the call, not inside")
        if primitive.opaque:
            refuse_number(f"{primitive.name} is not part of the table, and running it")
        places, known = [], self.parameters
        for operand in operands:  # of which there are millions: most are looked up here
            if type(operand) is Traced and operand.tracer is self:
                places.append(operand.place)
            elif type(operand) is Value and operand in known:
                places.append(known[operand])
            else:
                place = self.place_of(operand)
                if place is None:
                    return refuse(primitive, operand)
                places.append(place)
        place = self.tape.add(primitive, tuple(places))
        if place - self.tape.told >= STEPS:
            advance(steps=place - self.tape.told)
            self.tape.told = place
        return self.traced(self.tape.add(DETACH, (place,)) if self.detaches else place)

    def place_of(self, operand: Any) -> int | None:
        """Where an operand stands on the tape; None when it is neither a Value nor a number."""
        if type(operand) is Traced:
            if operand.tracer.tape is not self.tape:
                refuse_number("using it in another recording", "an argument of this function")
            return operand.place
        if isinstance(operand, Value):
            place = self.parameters.get(operand)
            if place is None:
                row = self.rows.setdefault(operand, len(self.rows))
                place = self.parameters[operand] = self.tape.add(Source("parameter", row))
            return place
        found = number(operand)
        return None if found is NotImplemented else self.tape.number(found)

    def relation(self, symbol: str, left: Any, right: Any) -> Any:
        """Write a comparison to the tape."""
        places = [self.place_of(left), self.place_of(right)]
        if None in places:
            return NotImplemented
        return self.traced(self.tape.add(RELATIONS[symbol], tuple(places)))  # type: ignore[arg-type]

    def placeholder(self) -> Traced:
        """A new element of the arguments."""
        self.tape.inputs += 1
        return self.traced(self.tape.add(Source("input", self.tape.inputs - 1)))

    def placeholders(self, shape: Shape) -> Any:
        """New elements of the arguments, in nested lists of this shape."""
        if not shape.dimensions:
            return self.placeholder()
        size, *inner = shape.dimensions
        return [self.placeholders(Shape(tuple(inner))) for _ in range(size)]

    def detach(self, operand: Node) -> Value:
        """The same number, without a gradient."""
        return self.traced(self.tape.add(DETACH, (self.place_of(operand),)))  # type: ignore[arg-type]

    def notice(self, event: object) -> Any:
        """Answer a random draw with placeholders: each call of the program draws afresh.

        The mode of a module that runs is remembered: in another mode, f is recorded anew. A checkpoint's
        shortcut is not allowed: the program has every operation, and keeps what it likes.
        """
        if isinstance(event, Draw):
            self.draws.append((event.generator, event.count))
            return [self.placeholder() for _ in range(event.count)]
        if isinstance(event, Entered):
            self.modules[id(event.module)] = event.module, event.module.training
        if isinstance(event, Returned):
            self.returned.append(event)
        return False if isinstance(event, Shortcut) else None

    def traced(self, place: int) -> Traced:
        """The Value that stands for a place."""
        value = object.__new__(Traced)
        value._grad = value._primitive = value._x = value._dx = value._y = value._dy = None
        value.place, value.tracer = place, self
        return value


def trace(f: Callable[..., Any], arguments: Sequence[Any], rows: dict[Value, int]) -> tuple[Tracer, Any]:
    """Run f on placeholders: the tracer, and the places of the results.

    `arguments` are structures whose leaves are the Shapes of one sample of each array. `rows` gives the row
    of each parameter, and grows by those that f uses for the first time.
    """
    tracer = Tracer(rows)
    with using(tracer):
        result = f(*(map_leaves(tracer.placeholders, argument) for argument in arguments))
    if not leaves(result):
        raise TraceError(
            f"a compiled function returns a Value or a structure of them, got {result!r}: no Value"
        )
    for leaf in leaves(result):
        if tracer.place_of(leaf) is None:
            raise TraceError(
                "a compiled function returns Values, numbers and structures of them, "
                f"got {type(leaf).__name__}"
            )
    return tracer, map_leaves(tracer.place_of, result)


class Shape:
    """The shape of one sample of one array, as a leaf of a structure."""

    def __init__(self, dimensions: tuple[int, ...]) -> None:
        self.dimensions = dimensions


def refuse_number(what: str, instead: str = "operations on the Value itself") -> NoReturn:
    """Raise a TraceError that names the user's line."""
    raise TraceError(
        f"compile records one run of the function on placeholders, whose numbers are not known: {what} "
        f"at {line_of_user()} would freeze one sample into the program; use {instead}"
    )
