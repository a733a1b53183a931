# %% [markdown]
# # From scalars to arrays
#
# `compile` finds the matrices again inside scalar code: same numbers, hundreds of times the speed.
#
# **What you will learn**
# * what a recorded graph is good for besides `backward()`: it is a program, and can be printed as another
#   one
# * to read that program beside the code it came from: products of matrices, and their transposes going back
# * that the numbers are the same, and what is gained: eager, numpy and LLVM on the same training loop
# * what a recording freezes, what it refuses, and when it does not pay
#
# Notes: *Challenges of Backpropagation, 4. Computational Complexity*,
# *Advantages of Backpropagation, 1. Efficiency*
#
# Time: 45 minutes
#
# Builds on: `delta`, `moons`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
import inspect
from importlib.util import find_spec
from itertools import zip_longest
from statistics import median
from time import perf_counter

import numpy as np

from autograd import Value, compile, mean
from autograd.errors import TraceError
from demos.lesson import Lesson
from demos.palette import BLUE, GREEN, ORANGE, figure
from nn import MLP, SGD, hinge, make_moons, squared_error

lesson = Lesson("compile", seed, quick, out)

# %% [markdown]
# ## One neuron
# Written for one sample, in scalars, as on paper. `compile` calls it once, with Values that stand for a
# whole batch, and keeps the graph. What can be said in one line of numpy becomes one line; the gradient's
# lines are printed from the same table of partials that `backward()` uses. Read the right side from the
# top: the weighted sum has become `@`, a product of matrices. Under `# backward`, the gradient of the
# weights is the error times the transposed inputs: $\partial L/\partial W = \delta\, a^T$, as in the notes,
# and nobody has written it. (`np.matmul` with `out=` is the same product, put straight into its place.)

# %%
w1, w2, b = Value(0.5), Value(-0.3), Value(0.1)


def neuron_loss(x, y):
    z = w1 * x[0] + w2 * x[1] + b
    return squared_error(z.tanh(), y)


X, y = make_moons(100, noise=0.1, seed=seed)
targets = 2.0 * y - 1.0
fast = compile(neuron_loss, backend="numpy")
fast.backward(X, targets)

left, right = inspect.getsource(neuron_loss).splitlines(), fast.source.splitlines()
beside = [f"{mine:42}│ {its}".rstrip() for mine, its in zip_longest(left, right, fillvalue="")]
lesson.show("one-neuron", "\n".join(beside), "The code of one neuron, and the program made from it")

# %% [markdown]
# The same gradient, eagerly: one graph for each sample, and `backward()`.

# %%
compiled = [parameter.grad for parameter in (w1, w2, b)]
for parameter in (w1, w2, b):
    parameter.zero_grad()
mean(neuron_loss(*sample) for sample in zip(X.tolist(), targets.tolist())).backward()
apart = max(abs(p.grad - its) for p, its in zip((w1, w2, b), compiled))
lesson.check("largest difference of the two gradients", apart, at_most=1e-12)

# %% [markdown]
# ## A network
# The network of the moons. Its 68 operations for each sample, 33 of them the weighted sums of its neurons,
# come down to 8 on arrays, three of them products of matrices: the three layers, found from nothing but
# scalars that are multiplied and added alike. (The nodes that the report counts are those operations, the
# 337 parameters, and what the function is given.)

# %%
model = MLP(2, [16, 16, 1], seed=seed)


def loss(x, target):
    return hinge(model(x), target)


fast = compile(loss, backend="numpy")
fast.backward(X, targets)
print(fast.report())
products = fast.source.count(" @ ") + fast.source.count("np.matmul")
lesson.check("products of matrices in the program, forward and back", products, at_least=6)
lesson.show("network", fast.source, "The program of the network's loss and gradient")

# %% [markdown]
# ## The same loop, three times
# One training loop on Values, and the same with a compiled step. `fast.training(optimizer)` keeps all
# parameters in one flat array while it runs, and writes them back when the block ends. LLVM turns the
# program into machine code; it is left out where it is not installed (`pip install -e '.[jit]'`).


# %%
def clocked(step, steps):
    """What `step` gives each time, and the seconds that each took."""
    found, seconds = [], []
    for _ in range(steps):
        start = perf_counter()
        found.append(step())
        seconds.append(perf_counter() - start)
    return found, seconds


def train_eagerly(steps):
    """The loop on Values."""
    model = MLP(2, [16, 16, 1], seed=seed)
    optimizer = SGD(model.parameters(), lr=0.5)
    samples = list(zip(X.tolist(), targets.tolist()))

    def step():
        total = mean(hinge(model(x), target) for x, target in samples)
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        return total.data

    return clocked(step, steps)


def train_compiled(steps, backend):
    """The loop on arrays; its first step compiles."""
    model = MLP(2, [16, 16, 1], seed=seed)
    fast = compile(lambda x, target: hinge(model(x), target), backend=backend)
    with fast.training(SGD(model.parameters(), lr=0.5)) as step:
        return clocked(lambda: step(X, targets), steps)


steps = 10 if quick else 40
losses, seconds = train_eagerly(steps)
eager = median(seconds)
per_step = {"eager": eager}
backends = ["numpy"] + ["llvm"] * (find_spec("llvmlite") is not None)
for backend in backends:
    found, seconds = train_compiled(steps, backend)
    per_step[backend] = median(seconds[1:])
    apart = max(abs(mine - its) for mine, its in zip(losses, found))
    lesson.check(f"{backend}: largest difference of the losses in {steps} steps", apart, at_most=1e-9)
    lesson.report(f"{backend}: a step takes", 1e6 * per_step[backend], "µs")
    lesson.report(f"{backend}: times as fast as eager", eager / per_step[backend])
    lesson.report(f"{backend}: the first step, which compiles, takes", seconds[0] / eager, "eager steps")
if "llvm" not in backends:
    print("  LLVM is left out: llvmlite is not installed")

fig, axes = figure(8, 3.5)
micros = [1e6 * seconds for seconds in per_step.values()]
for row, (micro, color) in enumerate(zip(micros, (ORANGE, BLUE, GREEN))):
    axes.plot(micro, row, "o", color=color, markersize=16)
    axes.text(micro, row - 0.2, f"{micro:,.0f} µs", ha="center", fontsize=15)
axes.set(xscale="log", xlim=(5, 4e6 * eager), ylim=(len(micros) - 0.5, -0.5))
axes.set(xlabel="time of one training step (µs)", yticks=range(len(micros)), yticklabels=list(per_step))
lesson.show("speed", fig, "One step on 100 moons, 337 parameters, on the machine that ran this")

# %% [markdown]
# ## Why it is faster
# Eager Python pays for every number, numpy for every line of the program. So eager time grows with the
# batch from the start, and numpy's hardly at all until the arrays are large: the two lines part at once.

# %%
sizes = [1, 10, 100] if quick else [1, 3, 10, 30, 100, 300, 1000]
times = {"eager": [], "numpy": []}
for size in lesson.progress(sizes, "batch sizes", "sizes"):
    many = np.resize(X, (size, 2)), np.resize(targets, size)
    if size <= 300:
        samples = list(zip(*(part.tolist() for part in many)))
        _, seconds = clocked(lambda: mean(loss(*sample) for sample in samples).backward(), 3)
        times["eager"].append(min(seconds))
    _, seconds = clocked(lambda: fast.backward(*many), 9)
    times["numpy"].append(min(seconds))

fig, axes = figure()
for (name, seconds), color, style in zip(times.items(), (ORANGE, BLUE), ("s--", "o-")):
    axes.plot(sizes[: len(seconds)], [1e3 * second for second in seconds], style, color=color, label=name)
axes.set(xscale="log", yscale="log", xlabel="samples in the batch", ylabel="loss and gradient (ms)")
axes.legend()
lesson.show("batch", fig, "Time of loss and gradient against the size of the batch")

# %% [markdown]
# ## What a recording cannot know
# Python runs once, with Values that have no number yet. A choice that depends on a number is refused, by an
# error that names the line; `where` and `relu` choose for each sample. A plain number is frozen as it was;
# a `Value` is read at each call.


# %%
def chooses(x):
    return x if x > 0.0 else 0.0 * x


try:
    compile(chooses, backend="numpy")(np.array([1.0, -2.0]))
    refused = ""
except TraceError as error:
    refused = str(error)
print(refused)
lesson.check("a choice by Python's if is refused", bool(refused), equals=True)

settings = {"plain": 2.0, "value": Value(2.0)}
scaled = compile(lambda x: (settings["plain"] * x, settings["value"] * x), backend="numpy")
scaled(np.array([1.0]))
settings["plain"], settings["value"].data = 5.0, 5.0
plain, value = (result.tolist()[0] for result in scaled(np.array([1.0])))
lesson.check("after both are set to 5, the plain number still counts as", plain, equals=2.0)
lesson.check("and the Value as", value, equals=5.0)

# %% [markdown]
# ## Exercises
# 1. Rewrite `chooses` with `where` or `relu`, and show that the compiled function gives what the eager one
#    gives.
# 2. Compile the loss of a network without hidden layers, and point out the line of the program that is
#    $\partial L/\partial W = \delta\, a^T$. Check it with numpy.
# 3. Call one compiled function with arrays of two shapes. How many recordings does it keep, and why not
#    one?
#
# Solutions: `python -m demos --solutions compile`, or `demos/solutions/compile.py`.
