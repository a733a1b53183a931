# %% [markdown]
# # First steps
#
# An hour at the REPL: values, an expression, its graph, `backward`, `explain`, the player.
#
# **What you will learn**
# * that a `Value` is a number that remembers how it was computed
# * that `backward()` finds every derivative at once, and that you can check each by a nudge
# * why a value that is used twice gets the sum of two gradients
# * that a step against the gradient makes the result smaller: this is all that training does
#
# Notes: *What is Backpropagation and What Does It Do?*, *Conclusion*
#
# Time: 60 minutes
#
# Builds on: nothing but what a derivative is

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# Everything here can be typed at a Python prompt, line by line. A label is only a name for the pictures.

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
# `L` is a number, but it has not forgotten where it came from: its operands are still there, and theirs,
# down to `a`, `b` and `c`. Drawn, this is a graph. Each box is one Value; each arrow carries the *local
# derivative*, how fast this operation's result changes with this operand.

# %%
lesson.check(
    "operands of a * b, in their order", [value.label for value in product.operands], equals=["a", "b"]
)
lesson.show(
    "forward", draw(L), "The graph of tanh(a × b + c), before any backward pass: a – stands for each gradient"
)

# %% [markdown]
# ## Derivatives by a nudge
# How fast does `L` change with `a`? Without any calculus: make `a` a little larger and look.


# %%
def formula(a: float, b: float, c: float) -> float:
    """The same formula on plain floats."""
    return tanh(a * b + c)


h = 1e-6
nudged = (formula(2.0 + h, -3.0, 5.0) - formula(2.0 - h, -3.0, 5.0)) / (2 * h)
print(f"dL/da is about {nudged:.6f}: two evaluations for one derivative")

# %% [markdown]
# ## Derivatives by `backward()`
# One call finds the derivative of `L` with respect to *everything* in the graph. It starts at the root with
# dL/dL = 1 and walks the arrows against their direction, and at each arrow multiplies by the number on it.

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
# the two effects add. This is the chain rule for several variables, and the whole secret of the `+=` inside
# `backward()`. `explain` lists the paths.

# %%
a, b = Value(2.0, label="a"), Value(-3.0, label="b")
twice = a * b + a
twice.label = "twice"
twice.backward()
print(f"d(a b + a)/da = {a.grad}, and by the calculus table b + 1 = {b.data + 1}")
lesson.check("the gradient of a is b + 1", a.grad, equals=-2.0)
lesson.show(
    "two-paths",
    explain(twice, a),
    "Two paths lead from the result back to a; the gradient is the sum of their products",
)
lesson.show(
    "twice", draw(twice), "Two arrows leave a. Each brings a gradient back, and they are added: −3 + 1 = −2"
)

# %% [markdown]
# ## The player
# A page to step through both passes with the arrow keys, edge by edge. Tick *predict first*, and it asks you
# for each gradient before it shows it. It is one file, and needs no network.

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
# The gradient points to where `L` grows. A small step of every variable *against* its gradient makes `L`
# smaller; again and again, smaller still. With a loss in the place of `L` and weights in the place of `a`,
# `b` and `c`, this loop is how networks learn. All other lessons are about doing it well.

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
# ## Exercises
# 1. What is the derivative of $x^3$ at x = 2? Predict it, then let `backward()` find it, then nudge.
# 2. In `a * b + a`, for which `b` does the gradient of `a` vanish? Try it, and look at `explain`.
# 3. Write tanh yourself, as $(e^{2x} - 1) / (e^{2x} + 1)$ with `exp`. The graph is larger; is the gradient
#    the same?
#
# Solutions: `python -m demos --solutions first-steps`, or `demos/solutions/first_steps.py`.
