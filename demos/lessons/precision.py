# %% [markdown]
# # Precision: when numbers run out of digits
#
# Softmax that overflows, variances that cancel, gradients too small for 16 bits; and what helps.
#
# **What you will learn**
# * what a floating-point number can hold: digits, a largest number, a smallest
# * to write softmax, cross-entropy and a variance so that they survive
# * why mixed-precision training multiplies the loss by 32768, and what that saves
#
# Notes: *Challenges of Backpropagation, 7. Numerical Stability*
#
# Time: 45 minutes
#
# Builds on: `iris`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
import math
from contextlib import nullcontext
from statistics import pvariance

import numpy as np

import autograd
from autograd import DomainError, Value, mean
from demos.lesson import Lesson
from demos.palette import BLUE, GREEN, GREY, INK, MUTED, ORANGE, figure
from nn import MLP, Adam, LossScaler, cross_entropy, simulate_precision

lesson = Lesson("precision", seed, quick, out)

# %% [markdown]
# ## What 16 bits hold
# A float16 has 11 binary digits (3 decimal ones), a largest number, 65504, and a smallest, $2^{-24} = 6 \cdot
# 10^{-8}$. Below $2^{-14}$ it loses digits one by one (*subnormal* numbers); what is less than half the
# smallest is 0. GPUs compute with them at many times the speed of float32. `simulate_precision` lets this
# engine round all that it stores in the same way.

# %%
with simulate_precision("float16"):
    for number in (0.1, 70000.0, 1e-5, 1e-7, 1e-8):
        print(f"{number:8g} is stored as {(Value(number) * 1.0).data:.8g}")
    lesson.check("float16: 300 × 300", (Value(300.0) * 300.0).data, equals=math.inf)
    lesson.check("float16: 1e-4 × 1e-4", (Value(1e-4) * 1e-4).data, equals=0.0)
    lesson.check("float16: 2048 + 1", (Value(2048.0) + 1.0).data, equals=2048.0)

# %% [markdown]
# ## Softmax, three times
# $\mathrm{softmax}(z)_i = e^{z_i} / \sum_j e^{z_j}$, and the loss of the notes is $-\log$ of its entry for
# the target. Typed as it stands, it dies in two ways: $e^z$ overflows, or the probability underflows to 0,
# whose logarithm is $-\infty$.
#
# * **naive**: as it stands;
# * **shifted**: subtract the largest score first. Softmax does not change, and nothing can overflow;
# * **fused**: never form the probability. $-\log \mathrm{softmax}(z)_t = \log\sum_j e^{z_j} - z_t$, and the
#   logarithm of the sum is taken with the shift: $m + \log \sum_j e^{z_j - m}$. That is `logsumexp`, which
#   `cross_entropy` uses.


# %%
def naive(scores, target):
    e = [score.exp() for score in scores]
    return -(e[target] / autograd.sum(e)).log()


def shifted(scores, target):
    return naive([score - max(scores).data for score in scores], target)


def fused(scores, target):
    return cross_entropy(scores, target)


def tried(loss, scores, target):
    """The loss, or the first words of the error."""
    try:
        return loss([Value(score) for score in scores], target).data
    except (OverflowError, DomainError, ZeroDivisionError) as error:
        return str(error).partition(",")[0]


for scores, target in (([2.0, 1.0], 1), ([1000.0, 0.0], 0), ([1000.0, 0.0], 1)):
    print(f"scores {scores}, target {target}")
    for loss in (naive, shifted, fused):
        print(f"    {loss.__name__:8} {tried(loss, scores, target)}")
lesson.check("fused, scores 1000 and 0, the wrong class", tried(fused, [1000.0, 0.0], 1), equals=1000.0)
lesson.check("naive there has no number", isinstance(tried(naive, [1000.0, 0.0], 1), str), equals=True)

# %% [markdown]
# This engine says what went wrong; numpy and most frameworks would go on with `nan`. In float16 the same
# happens with scores that any network produces. In the picture one score is $t$, the other 0, and the target
# is the wrong class, so the loss should be about $t$: see where each form ends.

# %%
ts = np.arange(0.0, 24.01, 0.25)
curves = {}
with simulate_precision("float16"):
    for loss in (naive, shifted, fused):
        curves[loss.__name__] = [tried(loss, [t, 0.0], 1) for t in ts.tolist()]
last = {}
fig, axes = figure()
styles = ((ORANGE, 13), (GREEN, 7), (BLUE, 2.4))
for (name, found), (color, width) in zip(curves.items(), styles):
    alive = [isinstance(entry, float) and math.isfinite(entry) for entry in found]
    end = alive.index(False) if False in alive else len(alive)
    last[name] = float(ts[end - 1])
    axes.plot(ts[:end], found[:end], color=color, linestyle="-", linewidth=width, label=name)
    if end < len(ts):
        axes.plot(ts[end - 1], found[end - 1], "X", color=color, markersize=22)
axes.set(xlabel="score t of the other class", ylabel="loss, nats")
axes.legend(title="cross-entropy in float16")
lesson.show("softmax", fig, "Cross-entropy in float16: naive ends at 11, shifted at 17, fused goes on")
lesson.check("naive ends at log(65504) = 11.09", last["naive"], at_least=10.75, at_most=11.1)
lesson.check("shifted ends at log(2^25) = 17.3", last["shifted"], at_least=16.5, at_most=17.4)
lesson.check("fused goes on", last["fused"], equals=24.0)

# %% [markdown]
# ## Cancellation
# Overflow at least is loud. *Cancellation* is silent: subtract two numbers that agree in all but their last
# digits, and those last digits, with their rounding errors, are all that is left. The variance has two
# textbook formulas, $E[x^2] - E[x]^2$ and $E[(x - E[x])^2]$, equal on paper. Normalisation layers compute one
# for every batch. Move the data away from 0 and see.

# %%
offsets = 10.0 ** np.arange(0, 7.01, 0.5)
data = lesson.generator.normal(size=200)
formulas = {
    "E[x²] − E[x]²": (lambda x: np.mean(x * x) - np.mean(x) ** 2, "--", "v"),
    "E[(x − E[x])²]": (lambda x: np.mean((x - np.mean(x)) ** 2), "-", "o"),
}
errors, smallest = {}, math.inf
fig, axes = figure(8, 5.6)
for dtype, color in (("float32", ORANGE), ("float64", BLUE)):
    for formula, (variance, dash, marker) in formulas.items():
        found = errors[formula, dtype] = []
        for offset in offsets:
            x = (data + offset).astype(dtype)
            exact = float(pvariance(x.tolist()))  # computed in fractions, without rounding
            found.append(abs(float(variance(x)) / exact - 1))
            smallest = min(smallest, float(variance(x)))
        style = {"color": color, "linestyle": dash, "marker": marker}
        axes.loglog(offsets, np.maximum(found, 1e-17), **style, label=f"{formula}, {dtype}")
axes.axhline(1.0, color=MUTED, linestyle=":")
axes.set(xlabel="mean of the data, in standard deviations", ylabel="relative error of the variance")
axes.set_ylim(3e-18, 1e13)
axes.legend(loc="upper left", ncols=2, fontsize=12)
lesson.show("variance", fig, "Two formulas for the variance: on the dotted line and above, no digit is right")
one_pass, two_passes = (max(errors[formula, "float32"]) for formula in formulas)
lesson.check("E[x²] − E[x]² in float32: largest error", one_pass, at_least=1.0)
lesson.check("E[(x − E[x])²] in float32: largest error", two_passes, at_most=0.2)
lesson.check("the smallest variance found", smallest, at_most=0.0)

# %% [markdown]
# A negative variance: the square root in a normalisation layer makes it NaN, or an epsilon hides it. The cure
# costs one subtraction.
#
# ## Do errors add up with depth?
# "Errors accumulate in deep networks", say the notes. Every operation rounds, and a deep network has many in
# a row. Here is the gradient of the first layer's weights in bfloat16, which has 8 binary digits, against
# float64, for tanh nets of 1 to 32 hidden layers.


# %%
def first_gradient(depth, net, precision=None):
    """The gradient in the weights of the first layer, for one sample."""
    model = MLP(4, [8] * depth + [1], "tanh", seed=net)
    x = np.random.default_rng(net).normal(size=4).tolist()
    with simulate_precision(precision) if precision else nullcontext():
        ((model(x) - 1.0) ** 2).backward()
    return np.array([w.grad for neuron in model.layers[0].neurons for w in neuron.w])


def relative_error(depth, net):
    """How far the gradient in bfloat16 is from that in float64, relative to its length."""
    exact, rounded = first_gradient(depth, net), first_gradient(depth, net, "bfloat16")
    return float(np.linalg.norm(rounded - exact) / np.linalg.norm(exact))


depths = [1, 2, 4, 8, 16, 32]
found = {depth: [relative_error(depth, seed + net) for net in range(5 if quick else 15)] for depth in depths}
errors = [float(np.median(found[depth])) for depth in depths]
lesson.check("one hidden layer: relative error of the gradient", errors[0], at_least=1e-3, at_most=0.02)
lesson.check("error with 16 hidden layers / with one", errors[4] / errors[0], at_least=1.3, at_most=8.0)
lesson.check("error with 32 hidden layers / with one", errors[-1] / errors[0], at_least=2.0, at_most=32.0)

fig, axes = figure()
for depth in depths:
    axes.plot([depth] * len(found[depth]), found[depth], "o", color=GREY, markersize=5)
axes.loglog(depths, errors, "D-", color=ORANGE, label="median of the nets (dots)")
axes.loglog(depths, errors[0] * np.sqrt(depths), ":", color=BLUE, label="√depth")
axes.set_xticks(depths, depths)
axes.minorticks_off()
axes.set(xlabel="hidden layers", ylabel="relative error of the gradient")
axes.legend()
lesson.show("depth", fig, "bfloat16: errors grow with depth, up to 16 layers about like its root")

# %% [markdown]
# They do, and slowly at first: rounding errors have no common sign, and $n$ of them together are about $\sqrt
# n$ times one. These narrow nets lose more at 32 layers, some of them a digit. What comes next is worse:
# there *all* digits are lost.
#
# ## Gradients that underflow
# Now training. A cable sags by 0.3 mm, $y = 0.3\,(x^2 - 1)$, and a small net learns its shape. It computes in
# millimetres, its loss is in metres: $\hat y - y$ is of the order of $10^{-4}$, and backpropagation
# multiplies this by $10^{-3}$ once more. In float64 nobody notices: Adam divides every gradient by its own
# size.

# %%
samples, steps = (8, 60) if quick else (12, 120)
X = lesson.generator.uniform(-1.0, 1.0, samples).tolist()
Y = [0.3 * (x * x - 1.0) for x in X]
METRES = 1e-3  # in a millimetre


def sample_loss(model, x, y):
    return (METRES * model([x]) - METRES * y) ** 2


def train(precision=None, scale=None):
    """The model; at each step its error, in float64 and relative, and the share of gradients that are 0."""
    model = MLP(1, [8, 1], "tanh", seed=seed)
    optimizer = Adam(model.parameters(), lr=0.05, eps=1e-15)
    scaler = LossScaler(scale) if scale else None
    errors, zeros = [], []
    for _ in lesson.progress(range(steps), precision or "float64"):
        errors.append(sum((model([x]).data - y) ** 2 for x, y in zip(X, Y)) / sum(y * y for y in Y))
        optimizer.zero_grad()
        with simulate_precision(precision) if precision else nullcontext():
            loss = mean(sample_loss(model, x, y) for x, y in zip(X, Y))
            if scaler:
                scaler.backward(loss)  # the same pass, begun with 32768 in place of 1
            else:
                loss.backward()
        zeros.append(mean(float(parameter.grad == 0.0) for parameter in model.parameters()))
        if scaler:
            scaler.step(optimizer)  # divides the gradients by 32768, in full precision
        else:
            optimizer.step()
    return model, errors, zeros


_, exact, _ = train()
stuck, plain, plain_zeros = train("float16")
_, scaled, scaled_zeros = train("float16", scale=32768.0)
least = 0.3 if quick else 0.9
lesson.check("float16, last step: share of gradients that are 0", plain_zeros[-1], at_least=least)
lesson.check("float16 with loss scaling: the largest share at any step", max(scaled_zeros), at_most=0.2)
lesson.check("float16: error / error of float64", plain[-1] / exact[-1], at_least=3)
ratio = scaled[-1] / exact[-1]
lesson.check("float16 with loss scaling: error / error of float64", ratio, at_least=0.5, at_most=2)

# %% [markdown]
# In float16 training stops early: more and more gradients are exactly 0, in the end almost all of them. Loss
# scaling changes no formula. A backward pass is linear in its seed, so seeding it with 32768 multiplies every
# gradient by 32768, a power of 2, without rounding; before the step they are divided again, in the full
# precision of the weights.

# %%
fig, axes = figure()
axes.semilogy(plain, color=ORANGE, linestyle="--", label="float16")
axes.semilogy(scaled, color=GREEN, linestyle="-", linewidth=7, alpha=0.6, label="float16, loss × 32768")
axes.semilogy(exact, color=INK, linestyle=":", label="float64")
axes.set(xlabel="step", ylabel="error, relative to the sag")
axes.legend()
lesson.show("training", fig, "Training: float16 stops learning; with loss scaling it follows float64")

# %% [markdown]
# ## See what was lost
# Every sample's contribution to every gradient, by its power of 2. What lies left of $2^{-25}$ becomes 0.
# Scaling moves the whole histogram 15 powers to the right, into the range where float16 has its digits; the
# room up to 65504 was empty.

# %%
sizes = []
for x, y in zip(X, Y):
    for parameter in stuck.parameters():
        parameter.zero_grad()
    (sample_loss(stuck, x, y) / samples).backward()
    sizes += [math.log2(abs(parameter.grad)) for parameter in stuck.parameters() if parameter.grad]
lost = np.mean(np.array(sizes) < -25)

fig, panels = figure(8, 6.4, rows=2, sharex=True, sharey=True)
for axes, shift, title in zip(panels, (0, 15), ("as they are", "loss × 32768 = 2¹⁵")):
    axes.axvspan(-62, -25, color=ORANGE, alpha=0.25, linewidth=0)
    axes.axvspan(-25, -14, color=GREY, alpha=0.25, linewidth=0)
    axes.hist(np.array(sizes) + shift, bins=np.arange(-62, 18), color=BLUE)
    axes.set(ylabel="gradients", title=title, xlim=(-62, 17))
    top = axes.get_ylim()[1]
    for at, words in ((-43, "becomes 0"), (-19.5, "loses\ndigits"), (1.5, "all 11 digits")):
        axes.text(at, 0.97, words, ha="center", va="top", transform=axes.get_xaxis_transform())
panels[1].set_xlabel("size of a gradient, as a power of 2")
lesson.show("underflow", fig, "Gradients against the range of float16, without and with loss scaling")
lesson.check("share of contributions below 2^-25, lost without scaling", float(lost), at_least=0.3)
lesson.check("share of them lost with scaling", float(np.mean(np.array(sizes) + 15 < -25)), at_most=0.1)
lesson.check("the largest, scaled, stays below 2^15", max(sizes) + 15, at_most=15, unit="powers of 2")

# %% [markdown]
# Too large a scale overflows instead. `LossScaler` notices gradients that are not finite, skips the step and
# halves the scale; after 2000 good steps it tries the double. bfloat16, with 8 binary digits and the
# range of float32, trades digits for range and needs no scaling.
#
# ## Exercises
# 1. Repeat the training with `"bfloat16"`, without a scaler. What happens, and why?
# 2. Begin with a scale of $2^{40}$. How many steps are skipped until the first one is taken, and at which
#    scale?
# 3. $(1 - \cos x)/x^2$ tends to 1/2 at 0. Compute it at $x = 10^{-8}$, say what happened, and find a form
#    without cancellation.
#
# Solutions: `python -m demos --solutions precision`, or `demos/solutions/precision.py`.
