"""Models of a student's engine: the engine of `demos.mistakes` with a design, and with mistakes in its parts.

A model has one pass, and for each method one way of writing it: its own rule or a combination of others, with
a local step. So the models of two mistakes, in whatever operations, are made of the same few parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations, product
from typing import Any

from demos.grade.trials.stages import Trial
from demos.mistakes import MISTAKES, Mistake, Value, passes
from demos.mistakes.catalogue import afresh

Numbers = Mapping[str, Any]

# fmt: off
OPERATIONS = {"__add__": "+", "__mul__": "*", "__radd__": "+", "__rmul__": "*", "__neg__": "neg",
              "__sub__": "-", "__rsub__": "-", "__pow__": "**", "__truediv__": "/", "__rtruediv__": "/",
              "exp": "exp", "tanh": "tanh", "relu": "relu"}
# fmt: on


@dataclass(frozen=True, eq=False)
class Way:
    """A way to write a method: by a rule (None: that of `Value`), with a local step, `using` other methods.

    `closed`: a walk through the graph ends at its results, and the local step is made all the same; `bare`:
    they have no operands at all. `late`: the local step reads the data only then.
    """

    method: str
    rule: Callable[..., Any] | None = None
    step: Callable[[Any], None] | None = None
    using: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    closed: bool = False
    bare: bool = False
    late: bool = False


@dataclass(frozen=True, eq=False)
class Pass:
    """A backward pass: the engines that make it, of which chance may choose at each run."""

    engines: tuple[type[Value], ...]
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Model:
    """An engine put together out of a pass and ways to write the methods."""

    sweep: Pass
    ways: tuple[Way, ...] = ()

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """All that it makes, each once."""
        parts = [*self.sweep.mistakes, *(mistake for way in self.ways for mistake in way.mistakes)]
        return tuple(dict.fromkeys(parts))

    def also(self, way: Way) -> Model:
        """The model with one more method."""
        return Model(self.sweep, (*self.ways, way))

    def without(self, mistake: Mistake) -> Model:
        """The model with everything as it is, but for one mistake."""
        sweep = _RIGHT_PASS if mistake in self.sweep.mistakes else self.sweep
        return Model(sweep, tuple(_right(way) if mistake in way.mistakes else way for way in self.ways))

    def gives(self, trial: Trial, seen: Numbers) -> bool:
        """Whether the numbers may be those of this model."""
        return any(all_agree(numbers, seen) for numbers in self.numbers(trial))

    def numbers(self, trial: Trial) -> list[Numbers]:
        """What the model may give for a trial."""
        ways = self.used(trial)
        return [_numbers(engine, ways, trial.text, trial.shows) for engine in self.sweep.engines]

    def used(self, trial: Trial) -> tuple[Way, ...]:
        """The ways that count in a trial: of the methods that it calls, and of those that these call."""
        waiting, found = list(methods(trial)), {}
        by_method = {way.method: way for way in self.ways}
        while waiting:
            method = waiting.pop()
            if method in by_method and method not in found:
                found[method] = by_method[method]
                waiting += found[method].using
        return tuple(way for way in self.ways if way.method in found)


def agree(right: float, seen: Any, exact: bool = False) -> bool:
    """Whether a number is right, to the rounding of float32; None counts as a gradient of 0."""
    if isinstance(seen, dict):
        return right == 0 and seen == {"is": "None"}
    return seen == right if exact else math.isclose(seen, right, rel_tol=1e-6, abs_tol=1e-9)


def all_agree(right: Numbers, seen: Numbers, exact: bool = False) -> bool:
    """Whether every number agrees with the right one."""
    return all(agree(number, seen[name], exact) for name, number in right.items())


def right(trial: Trial) -> Numbers:
    """What the right engine gives."""
    if trial.answer:
        return _said(trial, trial.answer)
    return _numbers(Value, (), trial.text, trial.shows)


def is_right(trial: Trial, outcome: Mapping[str, Any]) -> bool:
    """Whether all numbers of an outcome are right; where there are none, nothing is."""
    return "numbers" in outcome and all_agree(right(trial), outcome["numbers"], trial.exact)


def is_convention(trial: Trial, seen: Numbers) -> str:
    """The remark on an answer that is right by another convention; "" where it is not."""
    return next((remark for answer, remark in trial.also if all_agree(_said(trial, answer), seen)), "")


def is_accepted(trial: Trial, outcome: Mapping[str, Any]) -> bool:
    """Whether an outcome is right, if only by another convention."""
    return is_right(trial, outcome) or (
        "numbers" in outcome and is_convention(trial, outcome["numbers"]) != ""
    )


def _said(trial: Trial, answer: tuple[str, ...]) -> Numbers:
    """The numbers of an answer that is written in Python."""
    return {shown: float(eval(number)) for shown, number in zip(trial.shows, answer)}


def methods(trial: Trial) -> tuple[str, ...]:
    """The methods of a Value that a trial calls, those of the operations only."""
    return () if trial.answer else _methods(trial.text)


@cache
def _methods(text: str) -> tuple[str, ...]:
    called: dict[str, None] = {}
    inside = False

    def noted(name: str) -> Callable[..., Any]:
        def method(self: Value, *others: Any) -> Any:
            nonlocal inside
            if inside:
                return getattr(Value, name)(self, *others)
            called[name], inside = None, True
            try:
                return getattr(Value, name)(self, *others)
            finally:
                inside = False

        return method

    Trial(text, ()).run(type("Noting", (Value,), {name: noted(name) for name in OPERATIONS}))
    return tuple(called)


@cache
def _numbers(engine: type[Value], ways: tuple[Way, ...], text: str, shows: tuple[str, ...]) -> Numbers:
    made = _engine(engine, ways)
    keeps = any(hasattr(made, kept) for kept in _BETWEEN)
    return Trial(text, shows).attempt(afresh(made) if keeps else made)


@cache
def _engine(engine: type[Value], ways: tuple[Way, ...]) -> type[Value]:
    made: dict[str, Any] = {way.method: way.rule for way in ways if way.rule}
    steps = {OPERATIONS[way.method]: way.step for way in ways if way.step}
    closed = {OPERATIONS[way.method] for way in ways if way.closed}
    bare = {OPERATIONS[way.method] for way in ways if way.bare}
    if steps:
        made["_backward"] = lambda self: steps.get(self._op, engine._backward)(self)
    if closed:
        made["_prev"] = property(lambda self: () if self._op in closed else tuple(x for x, _ in self.edges))
    if bare:
        made["node"] = lambda self, op, data, *edges: engine.node(
            self, op, data, *(() if op in bare else edges)
        )
    return type("Modelled", (engine,), made) if made else engine


# ---- what there is to put together ---------------------------------------------------------------


def changed(engine: type[Value]) -> set[str]:
    """The methods in which an engine differs from the right one, and `grad` where that is a property."""
    between = engine.__mro__[: engine.__mro__.index(Value)]
    return {name for made in between for name in vars(made)} & _PARTS


def _is_step(mistake: Mistake) -> bool:
    """Whether it is made in the local step of one operation or of several."""
    return not mistake.look and changed(mistake.engine) == {"_backward"}


# Not "all names but those of Python": each version of Python puts more of its own into every class.
_PARTS = {name for name in dir(Value) if callable(getattr(Value, name))} - {"__init_subclass__"}
_PARTS |= {"_prev", "grad"}
_RIGHT_PASS = Pass((Value,))
_BETWEEN = ("kept", "made")  # what an engine keeps from one pass to the next


def by_name(*names: str) -> tuple[Mistake, ...]:
    """The mistakes of these names."""
    return tuple(mistake for name in names for mistake in MISTAKES if mistake.name == name)


@cache
def single_passes() -> tuple[Pass, ...]:
    """The right pass, and every wrong one."""
    found, again = [_RIGHT_PASS], by_name("kept-interiors")
    for mistake in MISTAKES:
        if mistake in again or _is_step(mistake) or changed(mistake.engine) <= OPERATIONS.keys():
            continue
        ways = [mistake.engines] if mistake.mixed else [(engine,) for engine in mistake.engines]
        found += [Pass(engines, (mistake,)) for engines in ways]
    return tuple(found)


@cache
def double_passes(by_chance: bool = False) -> tuple[Pass, ...]:
    """Two wrong ones at once, where they change different methods; `by_chance`: one is what chance makes."""
    return tuple(
        Pass(
            tuple(type("Both", both, {}) for both in product(one.engines, other.engines)),
            one.mistakes + other.mistakes,
        )
        for one, other in combinations(single_passes()[1:], 2)
        if one.mistakes != other.mistakes
        and (len(one.engines) + len(other.engines) > 2) == by_chance
        and not changed(one.engines[0]) & changed(other.engines[0])
    )


@cache
def ways_of(method: str) -> tuple[Way, ...]:
    """Every way to write a method that is known of: by itself, right and wrong, and by other methods."""
    own = [Way(method)] if method not in _REFLECTED else []
    if method == "__neg__":
        own = [Way(method, _negate)]
    for mistake in MISTAKES:
        for engine in mistake.engines:
            rule = vars(engine).get(method)
            if rule is not None and changed(engine) == {method} and not mistake.convention:
                own.append(Way(method, rule, mistakes=(mistake,)))
    found = [Way(way.method, way.rule, None, way.using, way.mistakes) for way in own]
    if method not in _REFLECTED:
        found += [
            Way(method, way.rule, mistakes=tuple(dict.fromkeys((*way.mistakes, *mistakes))), **how)
            for way in own
            for mistakes, how in _STEPS
        ]
    if method == "__mul__":
        found += [
            Way(method, way.rule, _late_product, (), way.mistakes, late=True) for way in found if not way.step
        ]
    return (*found, *(Way(method, rule, None, using) for rule, *using in _COMPOSED.get(method, ())))


@cache
def _right(way: Way) -> Way:
    """The same without its mistake."""
    return Way(way.method, _negate if way.method == "__neg__" else None)


_STEPS: tuple[tuple[tuple[Mistake, ...], dict[str, Any]], ...] = (
    *(((m,), {"step": m.engine._backward}) for m in MISTAKES if _is_step(m)),
    (by_name("overwrite", "forgotten-upstream"), {"step": passes.OverwritesWithoutUpstream._backward}),
    (by_name("overwrite", "forgotten-local"), {"step": passes.OverwritesWithoutLocal._backward}),
    (by_name("cut-off"), {"closed": True}),
    (by_name("cut-off"), {"bare": True}),
)
_REFLECTED = {"__radd__", "__rmul__", "__rsub__", "__rtruediv__"}


def _negate(x: Value) -> Value:
    return x.node("neg", -x.data, (x, -1.0))


def _late_product(z: Value) -> None:
    x, y = z.edges[0][0], z.edges[-1][0]
    x.grad += z.grad * y.data
    y.grad += z.grad * x.data


def _tanh_by_exp(x: Value) -> Value:
    z = (x * 2.0).exp()
    return (z - 1.0) / (z + 1.0)


def _divide_by_numbers(x: Value, y: Any) -> Value:
    return x * y**-1


# fmt: off
_COMPOSED: dict[str, tuple[tuple[Any, ...], ...]] = {
    "__radd__":     ((lambda x, n: x.lift(n) + x, "__add__"),
                     (lambda x, n: x + n, "__add__")),
    "__rmul__":     ((lambda x, n: x.lift(n) * x, "__mul__"),
                     (lambda x, n: x * n, "__mul__")),
    "__neg__":      ((lambda x: x * -1.0, "__mul__"),
                     (lambda x: x.lift(-1.0) * x, "__mul__")),
    "__sub__":      ((lambda x, y: x + -x.lift(y), "__add__", "__neg__"),
                     (lambda x, y: x + x.lift(y) * -1.0, "__add__", "__mul__")),
    "__rsub__":     ((lambda x, n: x.lift(n) - x, "__sub__"),
                     (lambda x, n: x.lift(n) + -x, "__add__", "__neg__"),
                     (lambda x, n: -x + n, "__add__", "__neg__"),
                     (lambda x, n: -(x - n), "__sub__", "__neg__"),
                     (lambda x, n: (x - n) * -1.0, "__sub__", "__mul__")),
    "__truediv__":  ((lambda x, y: x * x.lift(y) ** -1, "__mul__", "__pow__"),
                     (_divide_by_numbers, "__mul__", "__pow__")),
    "__rtruediv__": ((lambda x, n: x.lift(n) / x, "__truediv__"),
                     (lambda x, n: x.lift(n) * x**-1, "__mul__", "__pow__"),
                     (lambda x, n: x**-1 * n, "__mul__", "__pow__")),
    "tanh":         ((_tanh_by_exp, "__mul__", "exp", "__add__", "__sub__", "__truediv__"),),
}
# fmt: on
