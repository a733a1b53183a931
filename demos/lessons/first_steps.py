# %% [markdown]
# # First steps
#
# An hour at the prompt: values, an expression, its graph, `backward`, `explain`, the player.
#
# **What you will learn**
# * that a `Value` is a number that remembers how it was computed
# * that `backward()` finds every derivative at once, and that you can check each by a nudge
# * why a value that is used twice gets the sum of two gradients
# * that a small step against the gradient makes the result smaller: this is all that training does
# * that backpropagation only computes gradients, and that the step is another algorithm's
#
# Notes: *What is Backpropagation and What Does It Do?*, *Conclusion*
#
# Time: 60 minutes
#
# Builds on: nothing but what a derivative is

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# Everything here can be typed at a Python prompt, line by line. A label is only a name for the pictures. The
# lines that begin with `lesson` are not part of the example: `lesson.check` compares a number with what the
# text says of it and prints a ✓, `lesson.show` puts a picture on the page, and `lesson.predict` asks you for
# a number first. (`seed`, `quick` and `out` are settings of the run; at a prompt, leave all these lines out.)
#
# The example is $L = \tanh(a \cdot b + c)$. The function tanh squeezes any number into the range from −1 to
# 1; many neurons end with it.

# %%
from itertools import pairwise
from math import tanh

from autograd import Value
from demos.lesson import Lesson
from viz import draw, explain, expression, play

lesson = Lesson("first-steps", seed, quick, out)

a = Value(2.0, label="a")
b = Value(-3.0, label="b")
c = Value(5.0, label="c")
product = a * b
L = (product + c).tanh()
L.label = "L"
print(f"a = {a.data}, b = {b.data}, c = {c.data}")
print(f"L = {expression(L)} = {L.data:.6f}")
lesson.check("L is what Python's own tanh gives", L.data, equals=tanh(2.0 * -3.0 + 5.0))

# %% [markdown]
# ## The graph
# `L` is a number, but it has not forgotten where it came from. The numbers that an operation was applied to
# are its *operands*. `L` still has its operand, that one has its own, and so on down to `a`, `b` and `c`.
#
# Drawn, this is a *graph*: each box is one Value, and each arrow goes from an operand to the result. The
# number on an arrow is the *local derivative*: how fast the result of this one operation changes with this
# operand. When `a` grows by 1, `a * b` grows by `b`; so the arrow from `a` carries the value of `b`, −3.

# %%
lesson.check(
    "operands of a * b, in their order", [value.label for value in product.operands], equals=["a", "b"]
)
lesson.show(
    "forward", draw(L), "The graph of tanh(a × b + c), before any backward pass: a – stands for each gradient"
)

# %% [markdown]
# ## Derivatives by a nudge
# How fast does `L` change with `a`, if `b` and `c` stay as they are? This is the *derivative* of `L` with
# respect to `a`, written dL/da. Without any calculus: make `a` a little larger and a little smaller, and
# look.


# %%
def formula(a: float, b: float, c: float) -> float:
    """The same formula on plain floats."""
    return tanh(a * b + c)


h = 1e-6
nudged = (formula(2.0 + h, -3.0, 5.0) - formula(2.0 - h, -3.0, 5.0)) / (2 * h)
print(f"dL/da is about {nudged:.6f}: two evaluations for one derivative")

# %% [markdown]
# ## Derivatives by `backward()`
# One call finds the derivative of `L` with respect to *everything* in the graph. It starts at `L` itself with
# dL/dL = 1: if `L` grows by some amount, then `L` grows by just that. From there it walks the arrows against
# their direction, and at each arrow multiplies by the number on it: along a path, rates of change are
# multiplied. This is the *chain rule*. All these derivatives together are the *gradient* of `L`; each Value
# keeps its own in `.grad`.

# %%
L.backward()
print(f"dL/da = {a.grad:.6f}\ndL/db = {b.grad:.6f}\ndL/dc = {c.grad:.6f}")
lesson.check("dL/da by backward() and by a nudge, difference", abs(a.grad - nudged), at_most=1e-8)
lesson.check(
    "dL/da is the product of the numbers on its path",
    a.grad,
    equals=(1 - L.data**2) * 1.0 * b.data,
    within=1e-15,
)
lesson.show(
    "backward",
    draw(L),
    "The same graph after L.backward(): multiply along the arrows from L to a to find dL/da",
)

# %% [markdown]
# ## A value used twice
# In `a * b + a` the variable `a` reaches the result along two paths, so a change of `a` arrives twice, and
# the two effects add. This is the chain rule for several paths, and it is why `backward()` adds to a gradient
# (`+=`) and does not set it (`=`). `explain` lists the paths.

# %%
a, b = Value(2.0, label="a"), Value(-3.0, label="b")
twice = a * b + a
twice.label = "twice"
twice.backward()
lesson.predict("a × b + a at a = 2, b = −3: how fast does it change with a?", a.grad)
print(f"d(a b + a)/da = {a.grad}, and by a table of derivatives b + 1 = {b.data + 1}")
lesson.check("the gradient of a is b + 1", a.grad, equals=b.data + 1)
lesson.show(
    "two-paths",
    explain(twice, a),
    "Two paths lead from the result back to a; the gradient is the sum of their products",
)
lesson.show("twice", draw(twice), "Two arrows leave a. Each brings a gradient back, and they are added")

# %% [markdown]
# ## The player
# A page to step through both passes with the arrow keys, arrow by arrow. Tick *predict first*, and it asks
# you for each gradient before it shows it. It is one file, and needs no network. Its example is the first one
# with half of `a` added, so that `a` is used twice.

# %%
a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(5.0, label="c")
L = (a * b + c).tanh() + 0.5 * a
L.label = "L"
lesson.show(
    "player",
    play(L),
    "Press → to go forward, and on, backward: watch the second arrival at a add to the first.",
)

# %% [markdown]
# ## Down the hill
# A positive gradient says: more of this variable, more of `L`. So a small step of every variable *against*
# its gradient makes `L` smaller; again and again, smaller still. The *learning rate* says how long a step is;
# here it is 0.1. `backward()` adds to what `.grad` holds already, so `.grad` is set to 0 before the next
# pass.
#
# A network has *weights* in the place of `a`, `b` and `c`, and in the place of `L` a *loss*, which says how
# wrong its answers are. This loop is how it learns. The other lessons are about doing it well.

# %%
variables = [a, b, c]
history = []
for _ in range(10):
    L = (a * b + c).tanh() + 0.5 * a
    L.backward()
    history.append(L.data)
    for variable in variables:
        variable.data -= 0.1 * variable.grad
        variable.grad = 0.0
print("L, step by step:", "  ".join(f"{number:.3f}" for number in history))
falls = all(later < earlier for earlier, later in pairwise(history))
lesson.check("L falls at every step", falls, equals=True)

# %% [markdown]
# ## Two algorithms, not one
# The notes call backpropagation "an optimization algorithm" that "updates the weights". Look at the loop
# again: two algorithms take turns in it.
#
# * **Backpropagation** is `L.backward()`. It computes the gradient, and moves nothing.
# * **Gradient descent** is `variable.data -= 0.1 * variable.grad`. It makes `L` smaller, and does not ask
#   where the gradient comes from.
#
# Both can be measured: `backward()` leaves all data as they were, and gradient descent goes the same way when
# its gradients come from nudges. Backpropagation is the fast way to have them.

# %%
before = [variable.data for variable in variables]
((a * b + c).tanh() + 0.5 * a).backward()
lesson.check("backward() changes no data", [variable.data for variable in variables], equals=before)


def nudge(point, at):
    """The derivative of L with respect to the variable in this place, from two evaluations."""
    sides = []
    for step in (h, -h):
        a, b, c = (number + step * (place == at) for place, number in enumerate(point))
        sides.append(formula(a, b, c) + 0.5 * a)
    return (sides[0] - sides[1]) / (2 * h)


point, by_nudges = [2.0, -3.0, 5.0], []
for _ in range(10):
    by_nudges.append(formula(*point) + 0.5 * point[0])
    point = [number - 0.1 * nudge(point, at) for at, number in enumerate(point)]
furthest = max(abs(number - other) for number, other in zip(history, by_nudges))
lesson.check("gradient descent by nudges: largest distance of L from that above", furthest, at_most=1e-8)

# %% [markdown]
# ## Exercises
# 1. What is the derivative of $x^3$ at x = 2? Predict it, then let `backward()` find it, then nudge.
# 2. In `a * b + a`, for which `b` does the gradient of `a` vanish? Try it, and look at `explain`.
# 3. Write tanh yourself, as $(e^{2x} - 1) / (e^{2x} + 1)$; $e^{2x}$ is `(2 * x).exp()`. The graph is larger;
#    is the gradient the same?
#
# Solutions: `python -m demos --solutions first-steps`, or `demos/solutions/first_steps.py`.
