# %% [markdown]
# # Mini-batches
#
# A gradient from a few samples: how noisy it is, how far a noisy step gets, and what a batch should cost.
#
# **What you will learn**
# * that the gradient of a batch is right on average, and its noise falls like $1/\sqrt{B}$ with the batch
#   size
# * how many steps, and how many samples, a training needs with batches of 1, of 4 and so on to all
# * why there are two regimes, and where a good batch size lies between them
# * why the order of the samples is drawn at random
#
# Notes: *Advantages of Backpropagation, 4. Scalability*,
# *The Complete Process of Backpropagation, 3. Iterate*
#
# Time: 45 minutes
#
# Builds on: `moons`, `optimizers`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# The loss of a data set is a mean over its samples, and so is its gradient. Training on all samples computes
# that mean exactly, and then takes one step. "Training often uses mini-batches, averaging gradients over a
# subset of data for efficiency", say the notes. What does the subset cost, and what is gained?

# %%
from math import inf, isfinite
from time import perf_counter

import numpy as np

from autograd import compile
from demos.lesson import Lesson
from demos.palette import GREY, MARKERS, ORANGE, figure
from nn import MLP, SGD, binary_cross_entropy, make_moons

lesson = Lesson("mini-batches", seed, quick, out)

SAMPLES, SIZES = 256, [8, 8, 1]
X, y = make_moons(SAMPLES, noise=0.15, seed=seed)
model = MLP(2, SIZES, "tanh", seed=seed)
loss = compile(lambda x, target: binary_cross_entropy(model(x), target))
parameters = model.parameters()

# %% [markdown]
# ## Right on average
# Here is the gradient of each of the 256 samples alone, at the first weights: 256 rows of 105 numbers. The
# gradient of a batch is the mean of some of the rows. Cut the data into 16 batches: the mean of their 16
# gradients is the gradient of all.


# %%
def gradient(rows):
    """The gradient of the mean loss of these samples."""
    model.zero_grad()
    loss.backward(X[rows], y[rows])
    return np.array([parameter.grad for parameter in parameters])


def gradients_of_each():
    """The gradient of each sample, a row each."""
    return np.array([gradient([row]) for row in range(SAMPLES)])


each = gradients_of_each()
whole = each.mean(axis=0)
lesson.check("parameters", len(whole), equals=105)
batches = lesson.generator.permutation(SAMPLES).reshape(16, 16)
apart = np.abs(np.mean([gradient(rows) for rows in batches], axis=0) - whole).max()
lesson.check("mean of 16 batches' gradients and the gradient of all, apart", apart, at_most=1e-12)

# %% [markdown]
# ## How noisy
# The gradient of one batch is not the gradient of all. Draw a batch of $B$ samples at random, each of them
# any of the 256, and take the distance between the two gradients. Statistics says what to expect of a mean of
# $B$ drawings:
# $$\sqrt{\mathbb{E}\,\|g_B - g\|^2} = \frac{\sigma}{\sqrt{B}}$$
# where $\sigma$ is the same distance for one sample. So four times the samples halve the noise. Measured on
# 400 batches of each size:

# %%
noise = np.sqrt(((each - whole) ** 2).sum(axis=1).mean())
batch_sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256]


def distance(size, drawings=400):
    """The root mean square distance of a batch's gradient from that of all samples."""
    rows = lesson.generator.integers(0, SAMPLES, (drawings, size))
    return float(np.sqrt(((each[rows].mean(axis=1) - whole) ** 2).sum(axis=1).mean()))


distances = [distance(size) for size in batch_sizes]
print("batch size   noise   sigma / sqrt(B)")
for size, found in zip(batch_sizes, distances):
    print(f"{size:10}   {found:.3f}   {noise / size**0.5:15.3f}")
worst = max(abs(found / (noise / size**0.5) - 1.0) for size, found in zip(batch_sizes, distances))
lesson.check("largest deviation from sigma / sqrt(B)", 100 * float(worst), at_most=15, unit="%")
slope = float(np.polyfit(np.log(batch_sizes), np.log(distances), 1)[0])
lesson.check("the power of B, by a line through the logarithms", slope, equals=-0.5, within=0.03)

picture, axes = figure()
axes.loglog(batch_sizes, distances, "o", label="measured, 400 batches each")
axes.loglog(batch_sizes, noise / np.sqrt(batch_sizes), "-", color=GREY, label="σ / √B")
length = float(np.linalg.norm(whole))
axes.axhline(length, color=ORANGE, linestyle="--", label="length of the gradient of all")
axes.set_xticks(batch_sizes, batch_sizes)
axes.minorticks_off()
axes.set(xlabel="batch size", ylabel="distance from the gradient of all")
axes.legend()
lesson.show(
    "noise", picture, "The noise of a batch's gradient falls like one over the root of the batch size"
)

# %% [markdown]
# Where the dots cross the dashed line, noise and gradient are of one size. That batch size, $\sigma^2 /
# \|g\|^2$, is called the *noise scale* (McCandlish et al. 2018). Below it a step goes mostly at random, and
# more samples help much; far above it more samples make a good gradient a little better. It is not a
# constant: as training goes on, the gradients of the samples cancel more and more, and the noise scale grows.


# %%
def noise_scale():
    """The batch size at which noise and gradient are of one size."""
    each = gradients_of_each()
    whole = each.mean(axis=0)
    return float(((each - whole) ** 2).sum(axis=1).mean() / (whole**2).sum())


at_first = noise_scale()
with loss.training(SGD(parameters, lr=0.3)) as step:
    step.over(X, y, lesson.generator.integers(0, SAMPLES, (40, 16)))
later = noise_scale()
lesson.report("noise scale at the first weights", at_first, "samples")
lesson.report("noise scale after 40 steps", later, "samples")
lesson.check("how many times larger it has become", later / at_first, at_least=2.0)

# %% [markdown]
# ## What one step gets
# The same net from the same first weights, the same learning rate, 256 steps: with batches of one sample, of
# 16, and of all. After each step we look at the loss of *all* samples.


# %%
def start(net):
    """Give the model the first weights of this net."""
    model.load_state_dict(MLP(2, SIZES, "tanh", seed=net).state_dict())


curves = {}
for size in (1, 16, SAMPLES):
    start(seed)
    curves[size] = [float(loss(X, y).mean())]
    order = np.random.default_rng(seed)
    with loss.training(SGD(parameters, lr=0.3)) as step:
        for _ in range(256):
            rows = order.permutation(SAMPLES)[:size]
            step(X[rows], y[rows])
            curves[size].append(float(loss(X, y).mean()))
worse = {size: float(np.mean(np.diff(curve) > 0.0)) for size, curve in curves.items()}

# %%
lesson.predict(
    "With batches of one sample, how many of 100 steps make the loss of all samples larger?",
    round(100 * worse[1]),
    unit="steps",
    within=15,
)
lesson.check("batches of one: share of steps that make the loss larger", worse[1], at_least=0.3)
lesson.check("batches of 16: the same share", worse[16], at_least=0.2, at_most=0.6)
lesson.check("all samples: the same share", worse[SAMPLES], equals=0.0)

picture, axes = figure(9, 5)
for (size, curve), marker in zip(curves.items(), MARKERS):
    axes.plot(curve, marker=marker, markevery=32, linewidth=1.6, label=f"batches of {size}")
axes.set(xlabel="step", ylabel="loss of all samples (nats)")
axes.legend()
lesson.show(
    "steps", picture, "Loss of all samples, step by step: one sample leads astray, and all of them never do"
)

# %% [markdown]
# Step for step, the exact gradient is best. But its step has cost 256 samples, and that of a batch of one a
# single sample. So count what was paid.
#
# ## The same loss, by batches of every size
# How many steps until the loss of all samples is below 0.1? And how many samples were seen on the way? A
# batch size is not to suffer from a wrong learning rate, so each gets four of them, and the best one counts:
# that with the fewest steps, by the median over three nets.

# %%
GOAL, RATES, NETS = 0.1, (0.1, 0.3, 1.0, 3.0), 3
sizes = [1, 16, 256] if quick else [1, 2, 4, 8, 16, 32, 64, 128, 256]


def steps_needed(step, size, net):
    """Steps until the loss of all samples is below the goal, looked at every 128 samples; inf if not soon."""
    start(net)
    order, taken, stretch = np.random.default_rng(net), 0, max(1, 128 // size)
    rows = np.empty(0, int)
    while taken < max(4096 // size, 200):
        while len(rows) < stretch * size:
            rows = np.concatenate([rows, order.permutation(SAMPLES)])
        step.over(X, y, rows[: stretch * size].reshape(stretch, size))
        rows, taken = rows[stretch * size :], taken + stretch
        if float(loss(X, y).mean()) < GOAL:
            return taken
    return inf


found = {}
optimizer = SGD(parameters, lr=RATES[0])
with loss.training(optimizer) as step:
    for size in lesson.progress(sizes, "batch sizes", "sizes"):
        tried = {}
        for optimizer.lr in RATES:
            tried[optimizer.lr] = [steps_needed(step, size, seed + net) for net in range(NETS)]
        lr = min(tried, key=lambda lr, tried=tried: float(np.median(tried[lr])))
        found[size] = lr, tried[lr]
steps = {size: float(np.median(those)) for size, (_, those) in found.items()}
samples = {size: size * count for size, count in steps.items()}
print("batch size   best rate   steps   samples seen")
for size, (lr, _) in found.items():
    print(f"{size:10}   {lr:9}   {steps[size]:5.0f}   {samples[size]:12,.0f}")

# %%
lesson.check("steps, all samples / one sample", steps[256] / steps[1], at_most=0.1)
lesson.check("samples seen, all / one", samples[256] / samples[1], at_least=4.0)
if not quick:
    lesson.check("small batches: samples seen, 4 / 1", samples[4] / samples[1], at_least=0.5, at_most=1.7)
    lesson.check("large batches: steps, 256 / 64", steps[256] / steps[64], at_least=0.4, at_most=1.3)

picture, panels = figure(11, 5, columns=2, sharey=True)
for axes, what, medians in zip(panels, ("steps", "samples seen"), (steps, samples)):
    for size, (_, those) in found.items():
        counts = [count * medians[size] / steps[size] for count in those if isfinite(count)]
        axes.plot([size] * len(counts), counts, "o", color=GREY, markersize=5)
    axes.plot(list(medians), list(medians.values()), "D-", color=ORANGE)
    axes.set(xscale="log", yscale="log", xlabel="batch size", title=f"{what} until the loss is below {GOAL}")
    axes.set_xticks(sizes, sizes)
    ticks = [
        tick for tick in (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000) if tick < max(medians.values())
    ]
    axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
lesson.show(
    "needed", picture, "Three nets (dots) and their median: steps fall, and samples rise, with the batch size"
)

# %% [markdown]
# Read the two panels together. On the left of both, steps fall as $1/B$ and the number of samples hardly
# changes: a batch of 4 does in one step what 4 batches of one do in four. Where batches are large, the steps
# fall much more slowly, since the gradient is good already and what limits a step is the curvature; there,
# four times the batch takes two to four times the samples. The bend lies where the noise scale is on the
# way: between that at first and those later.
#
# So counted in samples, batches of a few are as good as batches of one, and all at once is many times dearer.
# Counted in steps, the largest batch is the best. What counts in the end is time, and that lies between: a
# step has a price of its own, on any machine, and samples that are computed together are cheaper than one by
# one. Here are both prices on the machine that ran this.

# %%
clocked = {}
with loss.training(SGD(parameters, lr=0.0)) as step:
    for size in sizes:
        rows = np.resize(np.arange(SAMPLES), (max(8, 1024 // size), size))
        seconds = []
        for _ in range(5):
            begun = perf_counter()
            step.over(X, y, rows)
            seconds.append(perf_counter() - begun)
        clocked[size] = min(seconds) / len(rows)
print("batch size   a step (µs)   a sample (µs)   to the loss of 0.1 (ms)")
for size, seconds in clocked.items():
    prices = f"{1e6 * seconds:11.1f}   {1e6 * seconds / size:13.2f}"
    print(f"{size:10}   {prices}   {1e3 * seconds * steps[size]:23.1f}")
lesson.report("a sample in a batch of one / in a batch of all, in time", clocked[1] / (clocked[256] / 256))
fastest = min(clocked, key=lambda size: clocked[size] * steps[size])
lesson.report("on this machine the loss is reached soonest with batches of", fastest)

# %% [markdown]
# On a machine that computes thousands of samples at once, a GPU, the best batch is larger. The data decides,
# too: 256 moons are few. With a million samples, a pass over all of them for one step would be absurd, and a
# batch of 64 has just the same noise as here. This is what the notes mean by scalability: the price of a step
# does not grow with the data.
#
# ## Shuffling
# A gradient is right on average only if its batch is drawn at random. Take the data as it often comes: first
# all of one class, then all of the other. Twenty epochs with batches of 8, sorted; shuffled once; shuffled
# anew for each epoch; and each sample drawn at random, as in the section on noise.

# %%
by_class = np.argsort(y, kind="stable")
orders = {
    "sorted by class": lambda source, epoch: by_class,
    "shuffled once": lambda source, epoch: np.random.default_rng(seed).permutation(SAMPLES),
    "shuffled anew": lambda source, epoch: source.permutation(SAMPLES),
    "drawn at random": lambda source, epoch: source.integers(0, SAMPLES, SAMPLES),
}


def final_loss(order, net, epochs=20):
    """The loss of all samples after some epochs in this order."""
    start(net)
    source = np.random.default_rng(net)
    with loss.training(SGD(parameters, lr=0.3)) as step:
        for epoch in range(epochs):
            step.over(X, y, order(source, epoch).reshape(-1, 8))
    return float(loss(X, y).mean())


ends = {name: [final_loss(order, seed + net) for net in range(5)] for name, order in orders.items()}
medians = {name: float(np.median(losses)) for name, losses in ends.items()}
for name, median in medians.items():
    print(f"{name:15}  loss {median:.3f}")
lesson.check(
    "loss, sorted by class / shuffled anew",
    medians["sorted by class"] / medians["shuffled anew"],
    at_least=2.0,
)
share = medians["shuffled once"] / medians["shuffled anew"]
lesson.check("loss, shuffled once / shuffled anew", share, at_least=0.4, at_most=2.5)
drawn = orders["drawn at random"](lesson.generator, 0)
unseen = 1.0 - len(set(drawn.tolist())) / SAMPLES
lesson.check(
    "drawn at random: share of samples that an epoch leaves out", unseen, equals=np.exp(-1), within=0.1
)

# %% [markdown]
# Sorted, the net learns "all is the one class" in the first half of each epoch and "all is the other" in the
# second. Any shuffling repairs that. To shuffle anew for each epoch, as `fit` does, costs nothing and has
# every sample once; that it were better than shuffling once is not to be seen here. To draw each sample at
# random is what the theory is about; it leaves out $1/e$ of the samples in each epoch.
#
# ## Exercises
# 1. `fit` draws batches *without* putting back, so no sample is in a batch twice. The noise is then $\sigma /
#    \sqrt{B} \cdot \sqrt{(N - B) / (N - 1)}$ for $N$ samples. Measure it for $B$ = 128 and 256.
# 2. A batch of 64 does not fit into the memory. Compute its gradient from four batches of 16, one `backward`
#    after the other, without `zero_grad` between. By what must the learning rate be divided?
# 3. "Twice the batch, twice the rate" is a rule of thumb. From batches of 4 and a rate of 0.3, double both
#    again and again: how many samples are needed until the loss is below 0.1? Where does the rule end?
#
# Solutions: `python -m demos --solutions mini-batches`, or `demos/solutions/mini_batches.py`.
