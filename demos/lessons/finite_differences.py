# %% [markdown]
# # Finite differences: slow, and never exact
#
# What a gradient costs without backpropagation, and how wrong it is: measured against the step size.
#
# **What you will learn**
# * why $n$ weights cost finite differences $2n$ forward passes, and backpropagation one pass forward and one
#   back
# * why the step can be too large and too small, and where the best one lies
# * what finite differences are good for all the same: to check a gradient
#
# Notes: *What is Backpropagation and What Does It Do?*, *Advantages of Backpropagation, 1. Efficiency*
#
# Time: 45 minutes
#
# Builds on: `by-hand`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
import cmath
import math
from time import perf_counter

import numpy as np

import autograd
from autograd import check_gradients, grad, topological_order
from demos.lesson import Lesson
from demos.palette import BLUE, GREEN, GREY, INK, ORANGE, PINK, figure
from nn import MLP, squared_error

lesson = Lesson("finite-differences", seed, quick, out)

# %% [markdown]
# ## A gradient without calculus
# Move one weight by a small step $h$, leave the others alone, and see how the loss moves:
#
# $\partial L/\partial w_i \approx (L(w_i + h) - L(w_i - h)) / 2h$.
#
# No chain rule, five lines, any function. Each weight asks for two forward passes of the whole network.


# %%
def by_finite_differences(loss, weights, h=1e-5):
    """The gradient of loss(), a function of the weights' data, by central differences."""
    gradient = []
    for weight in weights:
        kept = weight.data
        weight.data = kept + h
        above = loss()
        weight.data = kept - h
        below = loss()
        weight.data = kept
        gradient.append((above.data - below.data) / (2 * h))
    return gradient


def by_backpropagation(loss, weights):
    """The same gradient: one pass forward, one pass back."""
    for weight in weights:
        weight.zero_grad()
    loss().backward()
    return [weight.grad for weight in weights]


# %% [markdown]
# ## Count, then time
# Networks of growing width: `MLP(4, [8, 8, 1])` has 4 inputs, two layers of 8 neurons, and one neuron as its
# output; each neuron reads all outputs of the layer before it. What counts as work is one multiplication and
# addition, a *multiply-add*. Forward, a node whose operands come in pairs, as the weighted sum of a neuron
# does, costs one for each pair: weight times input. A node of one or two operands costs one. Backward, every
# operand that is a Value costs one: `operand.grad += node.grad * partial`. Of a pair both are Values, so the
# way back costs two where the way forward costs one; only the data and the constant 1 beside a bias ask for
# no gradient. Counting is exact, the same on every computer. The clock is shown beside it.


# %%
def work(root):
    """Multiply-adds of one forward pass, and of one backward pass."""
    nodes = [node for node in topological_order(root) if node.operands]
    forward = sum(len(node.operands) // 2 or 1 for node in nodes)
    return forward, sum(len(node.parents) for node in nodes)


def measured(method, model, repeats):
    """The gradient by this method, the forward passes it took, and the seconds of its fastest run."""
    best = math.inf
    for _ in range(repeats):
        passes = 0

        def loss():
            nonlocal passes
            passes += 1
            return squared_error(model(sample), 1.0)

        started = perf_counter()
        gradient = method(loss, model.parameters())
        best = min(best, perf_counter() - started)
    return gradient, passes, best


widths = (2, 4, 8, 16) if quick else (2, 4, 8, 16, 32, 45)
sample = lesson.generator.uniform(-1.0, 1.0, 4).tolist()
rows = []
for width in lesson.progress(widths, "networks", "networks"):
    model = MLP(4, [width, width, 1], "tanh", seed=seed)
    once, back = work(squared_error(model(sample), 1.0))
    exact, one, fast = measured(by_backpropagation, model, repeats=5)
    found, many, slow = measured(by_finite_differences, model, repeats=1)
    error = max(abs(f - e) for f, e in zip(found, exact)) / max(map(abs, exact))
    rows.append((len(exact), one, many, once + back, many * once, fast, slow, error))

passes = (once + back) / once
lesson.predict("A gradient by backpropagation costs as much as how many forward passes?", passes, within=0.3)
print("  weights   forward passes          multiply-adds               seconds         largest")
print("           backprop    differ.    backprop      differ.   backprop  differ.      error")
for n, one, many, least, most, fast, slow, error in rows:
    print(f"{n:9,}{one:11,}{many:11,}{least:12,}{most:13,}{fast:11.4f}{slow:9.3f}{error:13.1e}")

n, one, many, least, most, fast, slow, error = (np.array(column) for column in zip(*rows))
lesson.check("forward passes of backpropagation, whatever the number of weights", int(max(one)), equals=1)
lesson.check("central differences take 2 n passes, at each size", all(many == 2 * n), equals=True)
lesson.check("largest error of a difference / largest partial", float(max(error)), at_most=1e-7)
ratio = float(most[-1] / least[-1])
lesson.check(f"work of differences / of backpropagation, n = {n[-1]:,}", ratio, at_least=float(n[-1]) / 2)
lesson.report(f"seconds of differences / of backpropagation, n = {n[-1]:,}", float(slow[-1] / fast[-1]))

# %% [markdown]
# On paper with logarithmic axes a power $n^k$ is a straight line of slope $k$. Backpropagation has slope 1: a
# gradient costs about as much as computing the loss three times, however many weights there are. Finite
# differences have slope 2: twice the weights means twice the passes, and each pass is twice the work.


# %%
def slope(x, y):
    """The slope of the straight line through the points on doubly logarithmic paper."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


lesson.check("work of a gradient by backpropagation / of one forward pass", passes, equals=2.8, within=0.2)
lesson.check("slope of backpropagation's cost in n", slope(n[-3:], least[-3:]), equals=1, within=0.1)
lesson.check("slope of finite differences' cost in n", slope(n[-3:], most[-3:]), equals=2, within=0.1)

for unit, costs in {"multiply-adds": (most, least), "seconds": (slow, fast)}.items():
    fig, axes = figure()
    axes.loglog(n, costs[0], color=ORANGE, linestyle="--", marker="s", label="central differences")
    axes.loglog(n, costs[1], color=BLUE, linestyle="-", marker="o", label="backpropagation")
    axes.set(xlabel="number of weights n", ylabel=f"{unit} for one gradient")
    axes.legend(loc="upper left")
    lesson.show(f"cost-{unit}", fig, f"One gradient: {unit} against weights, on logarithmic axes")

# %% [markdown]
# A small language model has 124 million weights. If its forward pass takes a hundredth of a second, one
# gradient by central differences takes 29 days. Training needs hundreds of thousands of gradients.

# %%
days = 2 * 124e6 * 0.01 / 86400
lesson.check("days for one gradient of 124 million weights, 0.01 s a pass", days, equals=29, within=0.5)

# %% [markdown]
# ## How wrong?
# Take a function whose derivative we know on paper, and compare. The same text runs on floats, on complex
# numbers and on Values, depending on whose `exp` and `sin` it is given.


# %%
def f(x, library=math):
    return library.exp(library.sin(x))


def derivative(x):
    """f'(x), on paper."""
    return math.cos(x) * math.exp(math.sin(x))


def forward(x, h):
    return (f(x + h) - f(x)) / h


def central(x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def complex_step(x, h):
    return f(complex(x, h), cmath).imag / h


def backpropagated(x):
    return grad(lambda value: f(value, autograd))(x)


# %% [markdown]
# Two errors pull in opposite directions.
#
# * **Truncation**: a chord is not a tangent. By Taylor, $(f(x+h) - f(x))/h = f'(x) + \frac h2 f''(x) +
#   \dots$; in the central difference the terms with $f''$ cancel and $\frac{h^2}{6} f'''(x)$ is left. Smaller
#   $h$ is better.
# * **Rounding**: a float has 16 digits, so $f(x \pm h)$ is wrong by about $\varepsilon |f|$, $\varepsilon =
#   2.2 \cdot 10^{-16}$. The subtraction cancels the digits that agree and keeps this error, and dividing by
#   $h$ blows it up to $\varepsilon |f| / h$. Smaller $h$ is worse.
#
# The sum is least where the two are equal: at $h \approx \varepsilon^{1/2} = 1.5 \cdot 10^{-8}$ for the
# forward difference, at $h \approx \varepsilon^{1/3} = 6 \cdot 10^{-6}$ for the central one. No step does
# better than half of the digits, or two thirds.

# %%
xs = lesson.generator.uniform(0.2, 1.2, 40 if quick else 200).tolist()
hs = 10.0 ** np.arange(-16, 0.01, 0.25)


def errors(method):
    """The median over xs of the relative error, for each step."""
    found = [[abs(method(x, h) / derivative(x) - 1) for x in xs] for h in hs.tolist()]
    return np.median(found, axis=1)


epsilon = 2.0**-52
error_of = {method.__name__: errors(method) for method in (forward, central, complex_step)}
exact = float(np.median([abs(backpropagated(x) / derivative(x) - 1) for x in xs]))
print("      step     forward     central  complex step")
for at in range(0, len(hs), 8):
    print(f"{hs[at]:10.0e}" + "".join(f"{error[at]:12.1e}" for error in error_of.values()))

for name, order in (("forward", 1), ("central", 2)):
    error, predicted = error_of[name], epsilon ** (1 / (order + 1))
    best = float(hs[error.argmin()])
    lesson.check(f"{name}: best step / ε^(1/{order + 1})", best / predicted, at_least=0.1, at_most=10)
    accuracy = float(error.min()) / (epsilon / predicted)
    lesson.check(f"{name}: best error / ε^({order}/{order + 1})", accuracy, at_least=0.01, at_most=10)
    right, left = (hs > 20 * predicted) & (hs < 0.1), (hs < predicted / 20) & (hs > 1e-14)
    falling, rising = slope(hs[right], error[right]), slope(hs[left], error[left])
    lesson.check(f"{name}: slope right of it, truncation", falling, equals=order, within=0.15)
    lesson.check(f"{name}: slope left of it, rounding", rising, equals=-1, within=0.15)
smallest = float(error_of["complex_step"][hs <= 1e-8].max()) / epsilon
lesson.check("complex step, every h up to 1e-8: error / ε", smallest, at_most=4)
lesson.check("backpropagation: median error / ε", exact / epsilon, at_most=1)

# %% [markdown]
# ## The V
# Read it from the right: truncation falls with slope 1 or 2 until it meets rounding, which rises with slope
# −1. The tips of both Vs lie where theory puts them, at the triangles. Two methods have no V. Backpropagation
# has no step at all: it multiplies exact local derivatives. The complex step $\operatorname{Im} f(x + ih)/h$
# has a truncation of $h^2$, on the line of the central difference, but no subtraction, so nothing cancels,
# and $h$ can be as small as you like: cancellation, not smallness, is what hurts. All curves are medians.
# Those of the complex step and of backpropagation reach 0, which has no place on a logarithmic axis; both are
# drawn at $\varepsilon/4$ there.

# %%
fig, axes = figure(8, 5.8)
axes.loglog(hs, error_of["forward"], color=ORANGE, linestyle="--", label="forward difference")
axes.loglog(hs, error_of["central"], color=GREEN, linestyle="-.", label="central difference")
floor = epsilon / 4  # an error of 0 has no logarithm: it is drawn here
axes.loglog(hs, np.maximum(error_of["complex_step"], floor), color=PINK, linestyle=":", label="complex step")
axes.axhline(max(exact, floor), color=BLUE, linestyle="-", label="backpropagation: no step")
for order in (1, 2):
    best = epsilon ** (1 / (order + 1))
    tip = best, epsilon / best / 4
    axes.plot(*tip, "^", color=INK)
    name = rf"$\varepsilon^{{1/{order + 1}}}$"
    axes.annotate(name, tip, (0, -24), textcoords="offset points", ha="center")
beside = {"color": GREY, "rotation_mode": "anchor"}
axes.text(3e-15, 4e-4, "rounding, ε/h", rotation=-30, **beside)
axes.text(1e-6, 1e-6, "truncation, h", rotation=30, **beside)
axes.text(1e-4, 3e-10, "truncation, h²", rotation=49, **beside)
axes.set(xlabel="step h", ylabel="relative error, median", ylim=(1e-17, 1e3), xlim=(1e-16, 1))
axes.legend(loc="upper center", ncols=2)
lesson.show("error", fig, "Error against step: rounding to the left, truncation to the right")

# %% [markdown]
# ## What they are good for
# They know nothing of your rules for derivatives, so they are the right witness when you doubt one.
# `check_gradients` compares the engine with central differences (of a higher order), the complex step and
# forward mode.

# %%
report = check_gradients(lambda w, b: (w * 0.5 + b).tanh() ** 2, 0.8, -0.3)
lesson.show("check", str(report), "check_gradients: one gradient by several routes")
lesson.check("all routes agree", bool(report), equals=True)

# %% [markdown]
# ## Exercises
# 1. Repeat the picture with `np.float32`, whose $\varepsilon$ is $1.2 \cdot 10^{-7}$. Predict the two best
#    steps first.
# 2. Take the central difference of relu at $x = 10^{-6}$ with $h = 10^{-5}$. What do you get, what is right,
#    and which $h$ would do?
# 3. One random direction $u$ costs two passes however many weights there are: $(L(w + hu) - L(w - hu))/2h = u
#    \cdot \nabla L$. So $u\,(u \cdot \nabla L)$, averaged over random signs $u$, estimates the whole
#    gradient. How does its error fall with the number of directions, and is it a bargain?
#
# Solutions: `python -m demos --solutions finite-differences`, or `demos/solutions/finite_differences.py`.
