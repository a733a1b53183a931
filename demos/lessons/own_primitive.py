# %% [markdown]
# # A function of your own
#
# State a new function and its derivative once; everything else works with it.
#
# **What you will learn**
# * a primitive is a formula and its partial derivatives, nothing more
# * that second derivatives, formulas, pictures, the player and compiled programs all follow from that one
#   row
# * what happens when the partial is wrong, when there is a kink, and outside the domain
# * to use it in a network
#
# Notes: *The Complete Process of Backpropagation, 2. Backward Pass*,
# *Advantages of Backpropagation, 2. Generalizability*
#
# Time: 45 minutes
#
# Builds on: `chain-rule`, `moons`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
from textwrap import fill

import numpy as np

from autograd import DomainError, Value, check_gradients, compile, grad, primitive, relu
from autograd.symbols import log, sqrt, where, x, z
from demos.lesson import Lesson
from demos.palette import COLORS, DASHES, MUTED, figure
from nn import MLP, Adam, accuracy, binary_cross_entropy, fit, make_moons
from viz import draw, explain, expression, play, plot_decision_boundary

lesson = Lesson("own-primitive", seed, quick, out)

# %% [markdown]
# ## On paper
# A smooth relu without exponentials, squareplus (Barron 2021): $z = (x + \sqrt{x^2 + 4})/2$. Its
# derivative, by the rules of the first year: $dz/dx = (1 + x/\sqrt{x^2 + 4})/2$. Multiply by
# $\sqrt{x^2 + 4}$ to see that this is $z/\sqrt{x^2 + 4}$: the result itself appears in it, and the engine
# has it at hand, as `z`.
#
# ## Declared
# `x` and `z` are symbols; what we write is not computed but read, in several languages.

# %%
squareplus = primitive("squareplus", (x + sqrt(x * x + 4)) / 2, z / sqrt(x * x + 4))

a = Value(1.5, label="a")
result = squareplus(a)
result.backward()
print(f"squareplus(1.5) = {result.data}, its derivative {a.grad}")
lesson.check("squareplus(1.5)", result.data, equals=2.0, within=1e-12)
lesson.check("its derivative there, z / sqrt(x² + 4) = 2 / 2.5", a.grad, equals=0.8, within=1e-12)

# %% [markdown]
# ## Checked, and differentiated again
# The partial was compared with central differences when it was declared. `check_gradients` compares more:
# finite differences, a complex step, forward mode, and the second derivative, which nobody has stated: the
# partial is made of functions that the engine can differentiate. By hand it is $2/(x^2 + 4)^{3/2}$.

# %%
lesson.show(
    "checked", str(check_gradients(squareplus, 0.7)), "squareplus at 0.7 against independent gradients"
)
second = grad(grad(squareplus))
apart = max(abs(second(at) - 2 / (at * at + 4) ** 1.5) for at in (-3.0, -0.5, 0.0, 1.0, 4.0))
lesson.check("second derivative, largest difference from the formula", apart, at_most=1e-12)

points = np.linspace(-5.0, 5.0, 201)
fig, axes = figure()
curves = {"squareplus": squareplus, "first derivative": grad(squareplus), "second derivative": second}
for (name, f), color, dash in zip(curves.items(), COLORS, DASHES):
    axes.plot(points, [f(at) for at in points.tolist()], dash, color=color, label=name)
axes.plot(
    points, [relu(at) for at in points.tolist()], color=MUTED, linewidth=1.5, linestyle=":", label="relu"
)
axes.set(xlabel="x", ylabel="value")
axes.legend()
lesson.show("curves", fig, "squareplus and its derivatives, beside relu")

# %% [markdown]
# ## Written, drawn, played
# The new name stands in formulas and in pictures, with its local derivative on the arrow, and the player
# computes it in the browser: its rule is printed as JavaScript, from the same row.

# %%
w, b, a = Value(-0.5, label="w"), Value(0.25, label="b"), Value(1.5, label="a")
loss = (squareplus(w * a + b) - 1.0) ** 2
loss.label = "loss"
loss.backward()
print(expression(loss))
print(expression(loss, latex=True))
print(explain(loss, w))
lesson.show("drawn", draw(loss), "A neuron with the new activation")
lesson.show("player", play(loss), "The same neuron, forward and backward, edge by edge")

# %% [markdown]
# ## Compiled
# In the program the formula is written out in numpy, forward, and the partial, backward.

# %%
fast = compile(lambda at: squareplus(w * at + b), backend="numpy")
values, eager = fast(points), [squareplus(w.data * at + b.data) for at in points.tolist()]
fast.backward(points)
print("\n".join(line for line in fast.source.splitlines() if "sqrt" in line))
lesson.check(
    "compiled against eager, largest difference", float(np.max(np.abs(values - eager))), at_most=1e-12
)

# %% [markdown]
# ## In a network
# An activation is any function of one Value.

# %%
X, y = make_moons(100, noise=0.15, seed=seed)
model = MLP(2, [8, 8, 1], activation=squareplus, seed=seed)
optimizer = Adam(model.parameters(), lr=0.1)
options = {"epochs": 200, "seed": seed, "compiled": True, "progress": not quick}
fit(model, (X, y), loss=binary_cross_entropy, optimizer=optimizer, **options)
right = np.mean([accuracy(model(sample), target) for sample, target in zip(X.tolist(), y.tolist())])
lesson.check("moons on the right side", float(right), at_least=0.9)
fig, axes = figure(7, 5)
plot_decision_boundary(model, X, y, axes)
lesson.show("boundary", fig, "Moons, learned by a network of squareplus neurons: the boundary is smooth")

# %% [markdown]
# ## When the partial is wrong
# A sign, wrong in the denominator. The declaration is refused, with the place and both numbers; no network
# has to fail to learn for you to find out.

# %%
try:
    primitive("wrong", (x + sqrt(x * x + 4)) / 2, z / sqrt(x * x - 4 * x + 4))
    refused = ""
except ValueError as error:
    refused = str(error)
print(fill(refused, 90))
lesson.check("the wrong partial was refused", "central difference" in refused, equals=True)

# %% [markdown]
# ## A kink
# Where a function bends there is no derivative; the branch that the partial takes there is a convention,
# yours. At the kink a central difference sees the mean of both sides, so a check right there must fail, and
# says so. A point for the check is given as `samples=`; the points that are taken without it lie away from
# 0.

# %%
bend = primitive("bend", where(x > 0, x, 0.1 * x), where(x > 0, 1, 0.1))
lesson.check("the slope of bend at its kink, by our convention", grad(bend)(0.0), equals=0.1)
try:
    primitive("bend_at_0", where(x > 0, x, 0.1 * x), where(x > 0, 1, 0.1), samples=[(0.0,)])
    refused = ""
except ValueError as error:
    refused = str(error)
print(fill(refused, 90))
lesson.check("checked at the kink, it was refused", "kinks" in refused, equals=True)

# %% [markdown]
# ## A domain
# A function that is not defined everywhere says where, and what to do. Outside there is an error, never a
# NaN in silence.

# %%
logit = primitive(
    "logit",
    log(x / (1 - x)),
    1 / (x * (1 - x)),
    domain=(x > 0) & (x < 1),
    hint="clamp the probability to [1e-6, 1 - 1e-6]",
    samples=[(0.2,), (0.9,)],
)
try:
    logit(Value(1.2, label="p"))
    refused = ""
except DomainError as error:
    refused = str(error)
print(fill(refused, 90))
lesson.check("logit(1.2) is refused, with the label", "'p'" in refused, equals=True)

# %% [markdown]
# ## Exercises
# 1. `squareplus(-1e9)` gives 0, though the true value is 1e-9: two large numbers cancel. Find a form that
#    does not, and use `where` to have both.
# 2. Declare $\log(e^x + e^y)$, a function of two operands, so that it does not overflow at 1000. What are
#    its partials?
# 3. A wrong partial may be right at the one point where it is tried. Declare such a one with `samples=`,
#    and find it out.
#
# Solutions: `python -m demos --solutions own-primitive`, or `demos/solutions/own_primitive.py`.
