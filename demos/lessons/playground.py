# %% [markdown]
# # The playground
#
# Four nets learn while you watch: one that can, one too small, one too deep, one pushed too hard.
#
# **What you will learn**
# * to read a net while it trains: what each neuron sees, which weights grow, where the gradient goes
# * that a net of too few neurons fails from some starts and not from others, and how that looks
# * how a gradient vanishes on its way down through sigmoids, and not through ReLUs
# * what a learning rate that is too large does to the net: it is not slow, it is broken
#
# Notes: *The Complete Process of Backpropagation, 3. Iterate*,
# *Challenges of Backpropagation, 1. Vanishing Gradients*,
# *Challenges of Backpropagation, 6. Hyperparameter Tuning*
#
# Time: 45 minutes
#
# Builds on: `moons`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# A *playground* is a page that holds a model, its loss and its data, and trains it in the browser, with the
# formulas of this library and no other program. A *film* is the same page with frames of a training that has
# happened here. Both are files; they need no network.
#
# (`compile` makes array code of a loss: the same numbers, sooner. The lesson `compile` is about it.)
#
# Space starts and stops, → takes one step, ← goes back. A point that is chosen shows its numbers in every
# neuron; a neuron shows its map of the plane and its formula.

# %%
from math import hypot, log

from autograd import compile
from demos.lesson import Lesson
from demos.palette import BLUE, GREY, ORANGE, figure
from nn import MLP, SGD, binary_cross_entropy, hinge, make_moons, make_xor
from viz import film, playground

lesson = Lesson("playground", seed, quick, out)


def train(model, loss, X, y, steps, rate, momentum=0.9):
    """Train on all samples at once: (the film, the loss before each step)."""
    optimizer = SGD(model.parameters(), lr=rate, momentum=momentum)
    fast = compile(lambda x, target: loss(model(x), target), backend="numpy", progress=False)
    losses = []
    with film(model, loss, X, y, optimizer=optimizer, live=False) as record, fast.training(optimizer) as step:
        for _ in range(steps):
            losses.append(step(X, y))
            record(step)
    return record, losses


def share_right(model, X, y):
    """The share of samples whose score has the sign of their class."""
    scores = compile(model, backend="numpy", progress=False)(X)
    return float(((scores > 0) == (y > 0)).mean())


# %% [markdown]
# ## A net that can
# The moons of the lesson before, and two hidden layers of 8 neurons. Start it, and stop it when the boundary
# begins to bend; choose a point that is on the wrong side, and a neuron that has much to say about it. The
# second page is a film of the same training, taken here: drag its timeline to see the boundary come about.

# %%
steps = 40 if quick else 120
X, y = make_moons(60 if quick else 100, noise=0.1, seed=seed)
targets = 2 * y - 1
held_out = make_moons(40, noise=0.1, seed=seed + 1)
model = MLP(2, [8, 8, 1], "tanh", seed=seed)
lesson.show(
    "moons",
    playground(model, hinge, X, targets, validation=(held_out[0], 2 * held_out[1] - 1)),
    "Press the space bar. Each box is a neuron, and in it the plane as this neuron sees it",
)
record, losses = train(model, hinge, X, targets, steps, 0.1)
lesson.check(
    "frames of the film: one before the first step, and one after each",
    len(record.frames.steps),
    equals=steps + 1,
)
lesson.check(
    "share right at the end of the film", share_right(model, X, targets), at_least=0.8 if quick else 0.95
)
lesson.show(
    "film",
    record.page,
    f"A film of {steps} steps: the timeline goes through them, and from each of them the page trains on",
)

# %% [markdown]
# ## Too few neurons
# XOR needs a band between two lines, and each hidden neuron can draw one line. So two neurons are enough, if
# they find the right two lines. Whether they do is decided by the weights they start with: here are ten
# starts for nets of one, two, three and four hidden neurons.

# %%
starts = range(4 if quick else 10)
corners, classes = make_xor(60, noise=0.25, seed=seed)


def solved(width):
    """The starts from which a net with so many hidden neurons gets 95 % of the samples right."""
    nets = [MLP(2, [width, 1], "tanh", seed=start) for start in starts]
    for net in nets:
        optimizer = SGD(net.parameters(), lr=0.5, momentum=0.9)
        loss = compile(lambda x, c, net=net: binary_cross_entropy(net(x), c), backend="numpy", progress=False)
        with loss.training(optimizer) as step:
            step.over(corners, classes, [range(len(corners))] * 200)
    return [start for start, net in zip(starts, nets) if share_right(net, corners, classes) >= 0.95]


found = {width: solved(width) for width in (1, 2, 3, 4)}
for width, those in found.items():
    print(f"{width} hidden: solved from {len(those)} of {len(starts)} starts")
lesson.check("starts from which one hidden neuron solves XOR", len(found[1]), equals=0)
lesson.check("some starts of two fail", len(found[2]) < len(starts), equals=True)
lesson.check("some starts of two do not", len(found[2]) > 0, equals=True)
lesson.check("starts from which four solve it", len(found[4]), at_least=len(starts) - 1)

# %% [markdown]
# The first start from which two neurons fail, as a playground. Let it train until the loss stands still, and
# look at the two maps: both lines have gone to the same side. No gradient brings one of them back, since each
# small move makes the loss larger. *New weights* draws another start; count how often you are lucky.

# %%
unlucky = next((start for start in starts if start not in found[2]), 0)
small = MLP(2, [2, 1], "tanh", seed=unlucky)
lesson.show(
    "too-few",
    playground(
        small, binary_cross_entropy, corners, classes, optimizer=SGD(small.parameters(), lr=0.5, momentum=0.9)
    ),
    "XOR with two hidden neurons, from a start that fails: the loss stands still and the net is stuck",
)
_, stuck = train(small, binary_cross_entropy, corners, classes, 200, 0.5)
lesson.check("where the loss of this start stands still", stuck[-1], at_least=0.2, at_most=0.7)
lesson.check("how much it still moves in the last 20 steps", abs(stuck[-1] - stuck[-20]), at_most=0.01)

# %% [markdown]
# ## Gradients that vanish
# Five hidden layers of 8 neurons, once with sigmoids and once with ReLUs. Let the lines show *gradients*:
# they have one scale for the whole net. In the net of sigmoids the lines on the left are hair-thin before the
# first step. The slope of a sigmoid is 1/4 at most, and each layer multiplies by it.

# %%
deep = [8, 8, 8, 8, 8, 1]
norms, ends = {}, {}
for activation in ("sigmoid", "relu"):
    net = MLP(2, deep, activation, seed=seed)
    fast = compile(lambda x, c, net=net: binary_cross_entropy(net(x), c), backend="numpy", progress=False)
    fast.backward(X, y)
    norms[activation] = [hypot(*(p.grad for p in layer.parameters())) for layer in net.layers]
    net.zero_grad()
    lesson.show(
        f"deep-{activation}",
        playground(net, binary_cross_entropy, X, y, optimizer=SGD(net.parameters(), lr=0.1, momentum=0.9)),
        f"Five hidden layers with {activation}: let the lines show gradients, and compare left and right",
    )
    with fast.training(SGD(net.parameters(), lr=0.1, momentum=0.9)) as step:
        ends[activation] = float(step.over(X, y, [range(len(X))] * 150)[-1])

# %% [markdown]
# The same in numbers: the length of the gradient in each layer before the first step, from the input to the
# output, and the loss after 150 steps.

# %%
for activation, lengths in norms.items():
    print(f"{activation:8} gradient by layer: {'  '.join(f'{length:.1e}' for length in lengths)}")
faded = {activation: lengths[0] / lengths[-1] for activation, lengths in norms.items()}
lesson.check("sigmoid: gradient of the first layer / of the last", faded["sigmoid"], at_most=0.01)
lesson.check("relu: the same", faded["relu"], at_least=0.1)
lesson.check(
    "sigmoid: loss after 150 steps, that of knowing nothing is log 2 = 0.693",
    ends["sigmoid"],
    equals=log(2),
    within=0.01,
)
lesson.check("relu: loss after 150 steps", ends["relu"], at_most=0.2)

fig, axes = figure()
for (activation, lengths), color, marker in zip(norms.items(), (ORANGE, BLUE), "os"):
    axes.plot(range(1, 7), lengths, marker=marker, color=color, label=activation)
axes.set(xlabel="layer", ylabel="length of the gradient", yscale="log", title="Before the first step")
axes.legend()
lesson.show(
    "norms", fig, "The same net and data: through sigmoids, each layer further down learns more slowly"
)

# %% [markdown]
# ## A learning rate too large
# The moons with 16 + 16 ReLU neurons, 30 steps at three rates and without momentum. At 0.3 the loss falls. At
# 3 it jumps, and many ReLUs go off for all samples. At 10 the first steps throw the weights so far that every
# ReLU is off for every sample: from then on no gradient passes, and the net can never learn again, at any
# rate. That is what the film shows: drag its timeline over the first five steps.

# %%
curves, films, alive = {}, {}, {}
for rate in (0.3, 3.0, 10.0):
    net = MLP(2, [16, 16, 1], seed=seed)
    films[rate], curves[rate] = train(net, hinge, X, targets, 30, rate, momentum=0.0)
    alive[rate] = sum(parameter.grad != 0 for parameter in net.parameters())
    first, *_, last = curves[rate]
    print(f"rate {rate:4}: loss {first:.2f} at first, {max(curves[rate]):,.0f} at most, {last:.2f} at last")
    print(f"           {alive[rate]} of {len(net.parameters())} parameters still have a gradient")
lesson.check("rate 0.3: last loss / first", curves[0.3][-1] / curves[0.3][0], at_most=0.6)
lesson.check("rate 3: largest loss / first", max(curves[3.0]) / curves[3.0][0], at_least=5)
lesson.check("rate 3: parameters that still have a gradient", alive[3.0], at_most=alive[0.3] / 2)
lesson.check("rate 10: parameters that still have a gradient", alive[10.0], at_most=1)
lesson.show(
    "too-large",
    films[10.0].page,
    "At a rate of 10: after a few steps every ReLU is off, and nothing moves any more",
)

fig, axes = figure()
for (rate, curve), color in zip(curves.items(), (BLUE, GREY, ORANGE)):
    axes.plot(curve, color=color, label=f"rate {rate:g}")
axes.set(xlabel="step", ylabel="loss", yscale="log", title="The same net at three rates")
axes.legend()
lesson.show("rates", fig, "Too large is not too fast: the curve that jumps highest never comes back")

# %% [markdown]
# ## Exercises
# 1. In the first playground, let the net train, and add a point of the other class in the middle of a moon.
#    Does an island rise around it? Add two more at the same place. Measure it here, too.
# 2. Find the learning rate from which on the net of the last section dies within 30 steps, to two digits.
# 3. Put tanh in the place of the sigmoids of the deep net. How much of the gradient arrives in the first
#    layer now, and why? (The slope of tanh at 0 is 1.)
#
# Solutions: `python -m demos --solutions playground`, or `demos/solutions/playground.py`.
