# %% [markdown]
# # Memory: store it, or compute it again
#
# Backpropagation keeps the whole forward pass; checkpointing keeps √n of it and runs the rest twice.
#
# **What you will learn**
# * why training takes memory in proportion to depth, and prediction does not
# * how checkpoints trade memory for a second forward pass, and why √n of them are best
# * what a compiled program keeps instead of a graph
#
# Notes: *Challenges of Backpropagation, 4. Computational Complexity*
#
# Time: 45 minutes
#
# Builds on: `delta`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
import gc
import math
import tracemalloc
from time import perf_counter

import numpy as np

import autograd
from autograd import checkpoint, mean, no_grad
from demos.lesson import Lesson
from demos.palette import BLUE, GREEN, INK, ORANGE, figure
from nn import Layer

lesson = Lesson("memory", seed, quick, out)

# %% [markdown]
# ## Where the memory goes
# The gradient of a weight is $\delta\,a$: to go back through a layer one needs the $a$ that went into it. So
# the graph keeps every node of every layer until `backward()` has passed, for every sample of the batch. Our
# networks are narrow and very deep, two neurons to a layer, and see 4 samples. `tracemalloc`, from Python's
# standard library, tells the most memory that was in use at one time.

# %%
WIDTH = 2
X = lesson.generator.uniform(-1.0, 1.0, (4, WIDTH)).tolist()
layers_run = 0


def deep(depth):
    source = np.random.default_rng(seed)
    return [Layer(WIDTH, WIDTH, "tanh", init="orthogonal", seed=source) for _ in range(depth)]


def run(layers, samples):
    """All samples through some layers, one after the other."""
    global layers_run
    for layer in layers:
        samples = [layer(sample) for sample in samples]
        layers_run += 1
    return samples


def loss_of(outputs):
    return mean(value**2 for output in outputs for value in output)


def peak(work):
    """The most bytes in use while this ran, above what was in use before."""
    gc.collect()  # empties the lists of free objects that Python keeps, so that all works start alike
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def predict(layers):
    with no_grad():
        loss_of(run(layers, X))


def store(layers):
    loss_of(run(layers, X)).backward()


# %% [markdown]
# ## Checkpoints
# Cut the layers into segments. Keep only what enters each segment, and forget what lies inside. When the
# backward pass comes to a segment, run it forward again from what was kept, now keeping its inside, and go
# back through it. `checkpoint(f, x)` does this for any function `f`.


# %%
def checkpointed(layers, segments):
    size = math.ceil(len(layers) / segments)
    samples = X
    for start in range(0, len(layers), size):
        part = layers[start : start + size]
        samples = checkpoint(lambda inputs, part=part: run(part, inputs), samples)
    loss_of(samples).backward()


layers = deep(64)
parameters = [parameter for layer in layers for parameter in layer.parameters()]


def gradients_and_runs(work):
    """The gradients that this leaves, and how many layers ran forward for them."""
    global layers_run
    layers_run = 0
    for parameter in parameters:
        parameter.zero_grad()
    work(layers)
    return np.array([parameter.grad for parameter in parameters]), layers_run


stored, once = gradients_and_runs(store)
again, twice = gradients_and_runs(lambda layers: checkpointed(layers, 8))
distance = float(np.abs(again - stored).max() / np.abs(stored).max())
lesson.check("64 layers in 8 segments: gradients, relative distance from stored", distance, at_most=1e-12)
lesson.check("layers run forward, all stored", once, equals=64)
lesson.check("layers run forward, checkpointed: each twice", twice, equals=128)

# %% [markdown]
# ## How many segments?
# With $k$ segments of $n/k$ layers, memory holds $k$ checkpoints and the inside of one segment: about $a k +
# b n / k$. Few segments are long ones, many segments are many checkpoints; the sum is least when both terms
# are equal, near $k = \sqrt n$.

# %%
depth, counts = (64, (1, 4, 8, 16, 64)) if quick else (100, (1, 2, 5, 10, 25, 50, 100))
layers = deep(depth)
store(layers)  # once before, so that the gradients exist and are not counted
whole = peak(lambda: store(layers))
peaks = [peak(lambda k=k: checkpointed(layers, k)) for k in lesson.progress(counts, "segments", "runs")]
print(f"{depth} layers, all stored: {whole / 1024:,.0f} kB")
for k, most in zip(counts, peaks):
    print(f"{k:6} segments of {depth // k:3} layers: {most / 1024:7,.0f} kB")

best = counts[int(np.argmin(peaks))]
lesson.check(f"best number of segments / √{depth}", best / math.sqrt(depth), at_least=0.25, at_most=4)
lesson.check("memory with √n segments / all stored", min(peaks) / whole, at_most=0.7 if quick else 0.6)
lesson.check("memory with one segment / all stored: nothing gained", peaks[0] / whole, at_least=0.8)

fig, axes = figure()
axes.plot(counts, np.array(peaks) / 1024, color=BLUE, linestyle="-", marker="o", label="checkpointed")
axes.axhline(whole / 1024, color=ORANGE, linestyle="--", label="all stored")
axes.axvline(math.sqrt(depth), color=INK, linestyle=":", label=f"√{depth} = {math.isqrt(depth)}")
axes.set_xscale("log", base=2)
axes.set_xticks(counts, [str(k) for k in counts])
axes.minorticks_off()
axes.set(xlabel=f"segments, for {depth} layers", ylabel="peak memory, kB", ylim=(0, None))
axes.legend(loc="upper center")
lesson.show("segments", fig, "Peak memory against the number of segments: least near √n")

# %% [markdown]
# ## Against depth
# Prediction with `no_grad` keeps nothing, however deep. Stored, memory grows with $n$: the slope on
# logarithmic axes is 1. With $\sqrt n$ segments, checkpoints and insides grow with $\sqrt n$, a slope of
# 1/2. The slope measured lies between the two: each segment also notes the weights that it reads, and these
# are in proportion to $n$. With real layers, which are wide and see many samples, notes are small beside the
# numbers that they save. Time is the price. Where the forward pass is made of large matrix products, as in
# the frameworks, running it twice costs about a third more. In this engine it is several times the time,
# since it must also watch what a segment reads from outside.


# %%
def seconds(work):
    start = perf_counter()
    work()
    return perf_counter() - start


def measured(depth):
    """Peak bytes and seconds of a network of this depth: predicting, stored, checkpointed."""
    layers = deep(depth)
    works = (
        lambda: predict(layers),
        lambda: store(layers),
        lambda: checkpointed(layers, math.isqrt(depth)),
    )
    times = [min(seconds(work) for _ in range(2)) for work in works]
    return [peak(work) for work in works], times  # bytes last, when all is warm


depths = (4, 16, 64) if quick else (4, 16, 36, 100)
rows = [measured(depth) for depth in lesson.progress(depths, "depths", "networks")]
print("depth   predicting       stored checkpointed       stored checkpointed")
for depth, (used, times) in zip(depths, rows):
    kilobytes, milliseconds = [most / 1024 for most in used], [time * 1000 for time in times]
    print(f"{depth:5}", *(f"{entry:9,.0f} kB" for entry in kilobytes), end=" ")
    print(*(f"{entry:9,.1f} ms" for entry in milliseconds[1:]))

predicting, stored, sparse = np.array([used for used, _ in rows]).T / 1024
_, stored_seconds, sparse_seconds = np.array([times for _, times in rows]).T


def slope(y):
    """The slope on doubly logarithmic axes, over the last three depths."""
    return float(np.log(y[-1] / y[-3]) / np.log(depths[-1] / depths[-3]))


lesson.check("slope of memory in depth, stored", slope(stored), at_least=0.7, at_most=1.4)
lesson.check("slope of memory in depth, checkpointed", slope(sparse), at_most=0.85)
lesson.check("slope of memory in depth, predicting", slope(predicting), at_most=0.3)
ratio = float(sparse_seconds[-1] / stored_seconds[-1])
lesson.report(f"time of one gradient at depth {depths[-1]}, checkpointed / stored", ratio)

styles = (
    (ORANGE, "--", "s", "stored"),
    (BLUE, "-", "o", "√n segments"),
    (GREEN, "-.", "^", "predicting"),
)
for name, unit, curves in (
    ("memory", "peak memory, kB", (stored, sparse, predicting)),
    ("time", "seconds for one gradient", (stored_seconds, sparse_seconds)),
):
    fig, axes = figure()
    for curve, (color, dash, marker, label) in zip(curves, styles):
        axes.loglog(depths, curve, color=color, linestyle=dash, marker=marker, label=label)
    axes.set_xticks(depths, [str(depth) for depth in depths])
    axes.minorticks_off()
    axes.set(xlabel="depth, layers", ylabel=unit)
    axes.legend()
    lesson.show(name, fig, f"The {name} of one gradient against depth, on logarithmic axes")

# %% [markdown]
# ## What compile changes
# A node of the eager graph is a Python object: number, gradient, operands, partials, well over 100 bytes. A
# compiled program keeps the same intermediate numbers, and no nodes: one array for all samples, 8 bytes a
# number. It still grows with depth and with the batch, only from a much lower start.

# %%
layers = deep(64)
fast = autograd.compile(lambda sample: mean(value**2 for value in run(layers, [sample])[0]), backend="numpy")


def compare(samples):
    """Peak bytes of one gradient: eager, and compiled."""
    fast.backward(samples)  # records, the first time

    def eager():
        loss_of(run(layers, samples)).backward()

    eager()
    return peak(eager), peak(lambda: fast.backward(samples))


for batch in (16, 64):
    eager, compiled = compare(lesson.generator.uniform(-1.0, 1.0, (batch, WIDTH)).tolist())
    print(f"batch {batch:4}: eager {eager / 1024:7,.0f} kB, compiled {compiled / 1024:6,.0f} kB")
lesson.check("memory at the largest batch, eager / compiled", eager / compiled, at_least=8)
lesson.show("report", fast.report(), "What the compiler kept of 64 layers")

# %% [markdown]
# ## Exercises
# 1. A recurrent net runs one cell for $n$ time steps: its depth is the length of the sequence. Checkpoint a
#    chain $h \leftarrow \tanh(w h + x_t)$ of 4096 steps in 64 segments: how much memory is left?
# 2. Segments within segments: cut the 4096 steps into 16 segments, each of them into 16, each of 16 steps.
#    How many times does each step run? How should memory grow with $n$, and does it, as measured?
# 3. A layer with dropout draws random numbers. When its segment runs again, it must draw the same ones. Does
#    it? How could one find out?
#
# Solutions: `python -m demos --solutions memory`, or `demos/solutions/memory.py`.
