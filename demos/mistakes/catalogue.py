"""The table of mistakes: name, words, smallest telling expression, where to look, engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demos.mistakes import passes, rules
from demos.mistakes.engine import Value
from demos.mistakes.expression import Expression


@dataclass(frozen=True)
class Mistake:
    """A mistake: `engine` makes it in the usual way, `engines` in all ways that give other numbers.

    `words` read "(what was done) in place of (what is right)". `look` is the method to look at; where it
    is empty, the method of the operation at hand. `remark` is a sentence to add.
    `mixed`: one run may show the numbers of several of the engines, since chance decides.
    `convention`: it is another choice that the mathematics allows, and no mistake.
    """

    name: str
    words: str
    telling: Expression
    look: str
    engines: tuple[type[Value], ...]
    remark: str = ""
    mixed: bool = False
    convention: bool = False

    @property
    def engine(self) -> type[Value]:
        """The usual way to make it."""
        return self.engines[0]

    @property
    def right(self) -> dict[str, float]:
        """What the right engine gives for the telling expression."""
        return self.telling.numbers(Value)

    @property
    def wrong(self) -> dict[str, float]:
        """What the engine with the mistake gives; nan where it raises an error."""
        return self.telling.attempt(afresh(self.engine))


def afresh(engine: type[Value]) -> type[Value]:
    """The engine as a new class, so that what it keeps between passes starts empty."""
    return type(engine.__name__, (engine,), {})


def _variant(engine: type[Value], **attributes: object) -> type[Value]:
    return type(engine.__name__, (engine,), attributes)


def _mistake(name: str, words: str, text: str, look: str, *engines: type[Value], **more: Any) -> Mistake:
    statements, shown = text.split(" -> ")
    return Mistake(name, words, Expression(statements, (shown,)), look, engines, **more)


_reused = "a = Value(3.0); b = a + a; c = b + b; c.backward() -> a.grad"
_met = "a = Value(3.0); b = a * 2.0; c = b + b * b; c.backward() -> a.grad"
_again = "a = Value(3.0); b = a + a; c = b + b; c.backward(); c.backward() -> a.grad"
_two = "a = Value(3.0); b = Value(7.0); (a * 2.0).backward(); (b * 5.0).backward() -> b.grad"

# fmt: off
MISTAKES: tuple[Mistake, ...] = (
    # ---- the backward pass
    _mistake("overwrite", "`=` in place of `+=`",
             "a = Value(3.0); c = a + a; c.backward() -> a.grad", "",
             passes.Overwrites),
    _mistake("recursion", "recursion along every path in place of topological order",
             _reused, "backward",
             passes.FollowsEveryPath, passes.FollowsEveryPathAtOnce, passes.FollowsEveryPathByQueue),
    _mistake("too-early", "going on as soon as a node is met in place of topological order",
             _met, "backward",
             passes.GoesOnTooEarlyByDepth, _variant(passes.GoesOnTooEarlyByDepth, reverse=True),
             passes.GoesOnTooEarlyAtOnce,
             passes.GoesOnTooEarly, _variant(passes.GoesOnTooEarly, reverse=True),
             _variant(passes.GoesOnTooEarly, first=-1),
             _variant(passes.GoesOnTooEarly, first=-1, reverse=True)),
    _mistake("kept-interiors", "interior gradients kept from the pass before in place of starting at 0",
             _again, "backward", passes.KeepsInteriors, passes.KeepsInteriorsAndRoot,
             remark="micrograd does so too; no harm is done while each graph is passed over once."),
    _mistake("reused-order", "the topological order of an earlier pass in place of a new one",
             _two, "backward", _variant(passes.ReusesOrder), _variant(passes.AddsToOrder)),
    _mistake("forgotten-path", "the first path alone in place of the sum over all paths",
             "a = Value(3.0); c = a - a; c.backward() -> a.grad", "", passes.ForgetsPaths),
    _mistake("forgotten-upstream",
             "the local derivative alone in place of local derivative × gradient from above",
             "a = Value(3.0); c = a * 5.0 * 7.0; c.backward() -> a.grad", "", passes.ForgetsUpstream),
    _mistake("forgotten-local",
             "the gradient from above alone in place of local derivative × gradient from above",
             "a = Value(3.0); c = a * 5.0; c.backward() -> a.grad", "", passes.ForgetsLocal),
    _mistake("cut-off", "a result without its operands in place of one that leads back to them",
             "a = Value(3.0); c = a * 5.0; c.backward() -> a.grad", "",
             passes.PassesNothing),
    _mistake("no-seed", "0 in place of 1 for the gradient of the root",
             "a = Value(3.0); c = a * 5.0; c.backward() -> a.grad", "backward", passes.NeverSeeds),
    _mistake("seed-everywhere", "1 at every node in place of 1 at the root alone",
             "a = Value(3.0); c = a * 5.0; c.backward() -> a.grad", "backward", passes.SeedsEverywhere),
    _mistake("not-reversed", "operands before results in place of results before operands",
             "a = Value(3.0); b = a * 5.0; c = b * 7.0; c.backward() -> a.grad", "backward",
             passes.GoesForward),
    _mistake("stops-at-shared", "stopping at a node that was met before in place of skipping it",
             "a = Value(3.0); c = a + a; c.backward() -> a.grad", "backward",
             passes.StopsAtShared, passes.StopsLookingAtShared, passes.StopsSweepAtShared),
    _mistake("int-gradients", "gradients that are ints in place of floats",
             "a = Value(3.0); c = a * 0.5; c.backward() -> a.grad", "__init__",
             passes.RoundsGradients, passes.RoundsParts),
    _mistake("shared-array", "one array for the gradients of two nodes in place of one each",
             "a = Value(3.0); b = Value(7.0); c = a + b; d = c + a; d.backward() -> b.grad", "__add__",
             passes.SharesGradients),
    _mistake("equal-data", "nodes compared by their data in place of by identity",
             "a = Value(2.0); b = a * 3.0; c = a + 4.0; d = b * c; d.backward() -> a.grad", "__eq__",
             passes.ComparesData,
             remark="Leave `__eq__` out, or keep the ids of nodes in the set."),
    # ---- the rules
    _mistake("data-in-place", "a change of the operand's own data in place of a new number",
             "a = Value(3.0); b = Value(7.0); c = a + b -> a.data", "",
             rules.AddsInPlace, rules.MultipliesInPlace, rules.MultipliesInPlaceAfterwards),
    _mistake("no-radd", "no `__radd__` in place of one that adds",
             "a = Value(3.0); c = 10.0 + a -> c.data", "__radd__", rules.LacksReflectedAdd),
    _mistake("no-rmul", "no `__rmul__` in place of one that multiplies",
             "a = Value(3.0); c = 10.0 * a -> c.data", "__rmul__", rules.LacksReflectedMul),
    _mistake("sub-sign", "+1 in place of -1 for what is subtracted",
             "a = Value(3.0); b = Value(7.0); c = a - b; c.backward() -> b.grad", "__sub__",
             rules.AddsWhatIsSubtracted),
    _mistake("sub-reflected", "x - n in place of n - x",
             "a = Value(3.0); c = 10.0 - a -> c.data", "__rsub__", rules.SubtractsBackwards),
    _mistake("div-reflected", "x / n in place of n / x",
             "a = Value(4.0); c = 3.0 / a -> c.data", "__rtruediv__", rules.DividesBackwards),
    _mistake("own-factor", "each factor's own data in place of the other's",
             "a = Value(3.0); b = Value(7.0); c = a * b; c.backward() -> a.grad", "__mul__",
             rules.UsesOwnFactor),
    _mistake("power-exponent", "n·xⁿ in place of n·xⁿ⁻¹",
             "a = Value(3.0); c = a**2; c.backward() -> a.grad", "__pow__",
             rules.KeepsExponent),
    _mistake("power-factor", "xⁿ⁻¹ in place of n·xⁿ⁻¹",
             "a = Value(3.0); c = a**2; c.backward() -> a.grad", "__pow__",
             rules.ForgetsExponent),
    _mistake("relu-at-zero", "x >= 0 in place of x > 0 in relu's mask",
             "a = Value(0.0); c = a.relu(); c.backward() -> a.grad", "relu", rules.OpenAtZero,
             remark="This is a convention, and no mistake: relu has a kink at 0, and every number from 0 to "
             "1 is a subgradient there; PyTorch, JAX and micrograd take 0.", convention=True),
    _mistake("relu-unmasked", "1 everywhere in place of relu's mask",
             "a = Value(-3.0); c = a.relu(); c.backward() -> a.grad", "relu", rules.NeverMasks),
    _mistake("tanh-of-input", "1 - x² in place of 1 - tanh(x)²",
             "a = Value(0.5); c = a.tanh(); c.backward() -> a.grad", "tanh", rules.TakesTanhInput),
    _mistake("tanh-unsquared", "1 - tanh(x) in place of 1 - tanh(x)²",
             "a = Value(0.5); c = a.tanh(); c.backward() -> a.grad", "tanh", rules.ForgetsTanhSquare),
    _mistake("exp-of-input", "x in place of exp(x) as the derivative of exp",
             "a = Value(0.5); c = a.exp(); c.backward() -> a.grad", "exp", rules.TakesExpInput),
    _mistake("operands-in-set", "a set of operands in place of a tuple",
             "a = Value(3.0); c = a * a; c.backward() -> a.grad", "",
             rules.KeepsOperandsInSet, rules.KeepsOperandsInSetWithLastPartial, rules.KeepsOperandsInAnyOrder,
             *(_variant(rules.KeepsOperandsInAnyOrder, turned=bits) for bits in range(1, 16)), mixed=True),
)
# fmt: on
