# %% [markdown]
# # One neuron, by hand
#
# Every number of a forward pass, a backward pass and an update, on paper, and then checked.
#
# **What you will learn**
# * what a forward pass computes, and which of its numbers the backward pass needs again
# * that the backward pass is a handful of multiplications, each by one local derivative
# * where the error term $\delta$ belongs: at $z$, and not at the output, where the notes' summary puts it
# * how the update $w \leftarrow w - \eta\,\partial L/\partial w$ moves the output towards the target
#
# Notes: *The Complete Process of Backpropagation, 1. Forward Pass*,
# *The Complete Process of Backpropagation, 2. Backward Pass*,
# *The Complete Process of Backpropagation, 3. Iterate*
#
# Time: 45 minutes
#
# Builds on: `first-steps`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
from math import exp

from autograd import Value
from demos.lesson import Lesson
from demos.palette import BLUE, INK, ORANGE, figure
from viz import draw, explain, play

lesson = Lesson("by-hand", seed, quick, out)

# %% [markdown]
# ## The neuron
# A neuron takes numbers in, its *inputs* $x_1$ and $x_2$. It multiplies each by a *weight*, adds the products
# and a *bias* $b$, and sends the sum $z$ through an *activation*, here the sigmoid $\sigma$, which squeezes
# any number into the range from 0 to 1. The result is its output $\hat y$ ("y hat"). The *loss* $L$ says how
# wrong that is: as in the notes, half the squared distance to the *target* $y$, the output that we want.
#
# $z = w_1 x_1 + w_2 x_2 + b, \quad \hat y = \sigma(z) = 1/(1 + e^{-z}), \quad L = \frac12 (y - \hat y)^2$
#
# Take a pencil and a pocket calculator. Keep all digits in the calculator; write down four decimals.

# %%
x1, x2, y = 2.0, -1.0, 1.0
start = {"w1": 0.5, "w2": -0.5, "b": -1.0}
learning_rate = 2.0

# %% [markdown]
# ## Forward pass, on paper
# Each line uses the lines above it. The comment is what the pencil writes, the number is what the calculator
# shows.

# %%
first = {
    "z": 0.5,  #         0.5 × 2 + (-0.5) × (-1) + (-1)  =  1 + 0.5 - 1
    "ŷ": 0.6225,  #      1 / (1 + e^-0.5)  =  1 / (1 + 0.6065)
    "L": 0.0713,  #      ½ × (1 - 0.6225)²  =  ½ × 0.3775²
}

# %% [markdown]
# ## Backward pass, on paper
# $\partial L/\partial w_1$ is how fast the loss grows with $w_1$ while all other parameters stay as they are.
# It cannot be read off at once: $w_1$ changes $z$, $z$ changes $\hat y$, and $\hat y$ changes $L$. The *chain
# rule* says: find how fast each of these three changes the next, its *local derivative*, and multiply. Start
# at the loss and go back:
#
# * $\partial L/\partial\hat y = \hat y - y$, as in the notes: the derivative of half a square;
# * $\partial\hat y/\partial z = \sigma'(z) = \hat y\,(1 - \hat y)$, as a table of derivatives has it; the
#   forward pass has computed all that it takes;
# * $\delta = \partial L/\partial z = \partial L/\partial\hat y \cdot \sigma'(z)$, the *error term*: the first
#   product;
# * $\partial L/\partial w_i = \delta\, x_i$, because $z$ grows by $x_i$ when $w_i$ grows by 1; likewise
#   $\partial L/\partial b = \delta$, and $\partial L/\partial x_i = \delta\, w_i$.

# %%
first |= {
    "dL/dŷ": -0.3775,  # 0.6225 - 1
    "dL/dz": -0.0887,  # -0.3775 × 0.6225 × (1 - 0.6225)  =  -0.3775 × 0.2350
    "dL/dw1": -0.1774,  # -0.0887 × 2
    "dL/dw2": 0.0887,  # -0.0887 × (-1)
    "dL/db": -0.0887,  # -0.0887 × 1
    "dL/dx1": -0.0444,  # -0.0887 × 0.5
    "dL/dx2": 0.0444,  # -0.0887 × (-0.5)
}

# %% [markdown]
# Read the signs before going on. The output 0.62 is below the target 1, so $\partial L/\partial\hat y$ is
# negative: a larger output means a smaller loss. $w_2$ is multiplied by a negative input, so its gradient has
# the other sign: to raise the output, $w_2$ must fall. All partial derivatives together are the *gradient*.
#
# ## The same with the engine
# The code writes the formulas of the forward pass and nothing else; `backward()` does the rest, and every
# Value keeps its gradient where we can look at it.


# %%
def neuron(w1, w2, b, x1=x1, x2=x2):
    """z, the output and the loss, as Values."""
    z = w1 * x1 + w2 * x2 + b
    y_hat = z.sigmoid()
    return z, y_hat, 0.5 * (y - y_hat) ** 2


def engine(parameters):
    """Every number of one pass, under the names of the paper."""
    leaves = {name: Value(number, label=name) for name, number in {**parameters, "x1": x1, "x2": x2}.items()}
    z, y_hat, loss = neuron(**leaves)
    z.label, y_hat.label, loss.label = "z", "ŷ", "L"
    loss.backward()
    found = {"z": z.data, "ŷ": y_hat.data, "L": loss.data, "dL/dŷ": y_hat.grad, "dL/dz": z.grad}
    return leaves, loss, found | {f"dL/d{name}": leaf.grad for name, leaf in leaves.items()}


leaves, loss, found = engine(start)

# %% [markdown]
# ## A third opinion: finite differences
# Move one number by a small $h$ to either side, and see what the loss does:
# $(L(w + h) - L(w - h)) / 2h$. This needs neither the chain rule nor any derivative.


# %%
def finite_difference(name, h=1e-5):
    """dL/d(name) at the start, from two forward passes on plain floats."""
    sides = []
    for step in (h, -h):
        moved = {**start, "x1": x1, "x2": x2}
        moved[name] += step
        z = moved["w1"] * moved["x1"] + moved["w2"] * moved["x2"] + moved["b"]
        sides.append(0.5 * (y - 1 / (1 + exp(-z))) ** 2)
    return (sides[0] - sides[1]) / (2 * h)


difference = {f"dL/d{name}": finite_difference(name) for name in leaves}
print(f"{'':8}{'by hand':>10}{'engine':>24}{'finite difference':>24}")
for name, number in first.items():
    third = f"{difference[name]:24.14f}" if name in difference else ""
    print(f"{name:8}{number:10.4f}{found[name]:24.16f}{third}")

by_hand = max(abs(number - found[name]) for name, number in first.items())
lesson.check("largest distance of a number on paper from the engine's", by_hand, at_most=0.5e-4)
by_difference = max(abs(number - found[name]) for name, number in difference.items())
lesson.check("largest distance of a finite difference from the engine's", by_difference, at_most=1e-9)
y_hat = 1 / (1 + exp(-0.5))
delta = (y_hat - 1.0) * y_hat * (1 - y_hat)
by_formula = abs(delta * 2.0 / found["dL/dw1"] - 1)
lesson.check("dL/dw1 by its formula on floats, relative distance", by_formula, at_most=1e-15)

# %% [markdown]
# ## Where the notes leave out a factor
# Their section on the backward pass has $\delta = \partial L/\partial z$, as above. Their summary at the end,
# the *Mathematical Overview*, starts from another one: $\delta^{[L]} = \partial L/\partial a^{[L]}$. Here
# $a^{[L]}$ is the output $\hat y$, so that would be −0.3775, without the factor $\sigma'(z) = 0.2350$. Then
# $\delta\, x_1$ is not the gradient of $w_1$: it is too large by $1/0.2350$.

# %%
summary = found["dL/dŷ"] * x1
lesson.check("dL/dw1 with the summary's δ", summary, equals=-0.7551, within=0.5e-4)
lesson.check("the summary's dL/dw1 / the right one", summary / found["dL/dw1"], equals=4.255, within=0.5e-3)

# %% [markdown]
# ## See it
# Each box has a number and its gradient, each arrow the local derivative. Follow the arrows backward from $L$
# and multiply: you get the gradient in the box where you stop. `explain` writes that product down. It has
# more factors than the paper, because the engine takes smaller steps: half, square and difference are three
# operations, with the local derivatives $\frac12$, $2\,(y - \hat y)$ and $-1$; their product is $\hat y - y$.

# %%
lesson.show("graph", draw(loss), "The neuron after backward(): follow the arrows back from L and multiply")
lesson.show("why", explain(loss, leaves["w1"]), "The product along the one path from L back to w1")
lesson.show("player", play(loss), "The same to step through, forward and backward, and to predict first")

# %% [markdown]
# ## Update, on paper
# Backpropagation ends here: it has computed the gradient. The notes call it an optimisation algorithm; the
# algorithm that optimises is *gradient descent*, $w \leftarrow w - \eta\, \partial L/\partial w$. It moves
# each weight against its partial derivative, by the *learning rate* $\eta$ times that. Take $\eta = 2$. The
# inputs are data and stay as they are.

# %%
moved = {
    "w1": 0.8549,  #   0.5 - 2 × (-0.1774)
    "w2": -0.6774,  # -0.5 - 2 × 0.0887
    "b": -0.8226,  #  -1 - 2 × (-0.0887)
}
parameters = {name: number - learning_rate * leaves[name].grad for name, number in start.items()}
largest = max(abs(moved[name] - parameters[name]) for name in moved)
lesson.check("largest distance of an updated parameter on paper from the engine's", largest, at_most=0.5e-4)

# %% [markdown]
# ## Once more: the second step
# The same lines with the new numbers. The output has come nearer to the target: the error $\hat y - y$ is
# smaller, and so is the slope $\sigma'(z)$. $\delta$ is their product, so the second step is shorter.

# %%
second = {
    "z": 1.5647,  #       0.8549 × 2 + (-0.6774) × (-1) - 0.8226  =  1.7098 + 0.6774 - 0.8226
    "ŷ": 0.8270,  #       1 / (1 + e^-1.5647)  =  1 / (1 + 0.2092)
    "L": 0.0150,  #       ½ × 0.1730²
    "dL/dŷ": -0.1730,  #  0.8270 - 1
    "dL/dz": -0.0247,  #  -0.1730 × 0.8270 × 0.1730  =  -0.1730 × 0.1431
    "dL/dw1": -0.0495,  # -0.0247 × 2
    "dL/dw2": 0.0247,  #  -0.0247 × (-1)
    "dL/db": -0.0247,  #  -0.0247 × 1
}
leaves, loss, found = engine(parameters)
largest = max(abs(number - found[name]) for name, number in second.items())
lesson.check("second step: largest distance of a number on paper from the engine's", largest, at_most=0.5e-4)
moved = {"w1": 0.9539, "w2": -0.7269, "b": -0.7731}  # 0.8549 + 2 × 0.0495, -0.6774 - 2 × 0.0247, …
parameters = {name: number - learning_rate * leaves[name].grad for name, number in parameters.items()}
largest = max(abs(moved[name] - parameters[name]) for name in moved)
lesson.check("second step: largest distance of an updated parameter", largest, at_most=0.5e-4)

# %% [markdown]
# ## Iterate
# Nothing new from here on: forward, backward, update, again and again. That is training. In the picture the
# two points computed on paper lie on the engine's curve. Progress slows down, because error and slope shrink
# together.

# %%
updates, losses, parameters = 20, [], dict(start)
for _ in range(updates + 1):  # the loss before each update, and after the last
    leaves, loss, _ = engine(parameters)
    losses.append(loss.data)
    parameters = {name: number - learning_rate * leaves[name].grad for name, number in parameters.items()}

fig, axes = figure()
axes.plot(range(updates + 1), losses, color=BLUE, marker=".", label="engine")
on_paper = [first["L"], second["L"]]
axes.plot(
    [0, 1],
    on_paper,
    "s",
    color=ORANGE,
    markersize=13,
    markerfacecolor="none",
    markeredgewidth=2.4,
    label="on paper",
)
axes.text(0.7, on_paper[0], "first step", color=INK, va="center")
axes.text(1.7, on_paper[1] + 0.002, "second step", color=INK, va="center")
axes.set(xlabel="updates made", ylabel="loss L = ½ (y − ŷ)²", ylim=(0, None), xticks=range(0, updates + 1, 4))
axes.legend()
lesson.show("loss", fig, "The loss over 20 updates; the squares are the two steps computed on paper")
lesson.check("loss after 20 updates / loss at the start", losses[-1] / losses[0], at_most=0.03)

# %% [markdown]
# ## Exercises
# 1. Replace the sigmoid by tanh, whose derivative is $1 - \hat y^2$. Compute all numbers of one pass on
#    paper, with the same start, and check them.
# 2. Choose $b$ so that $\hat y = 0.99$ at the start; the other numbers stay. What is $\delta$ now if the
#    target is 1, so that the neuron is right? What is it if the target is 0? Why is the one good and the
#    other bad?
# 3. Use one weight twice: $z = w x_1 + w x_2 + b$. Compute $\partial L/\partial w$ on paper; where does the
#    sum come from?
#
# Solutions: `python -m demos --solutions by-hand`, or `demos/solutions/by_hand.py`.
