# %% [markdown]
# # XOR: what one neuron cannot do
#
# One neuron draws a line, and no line solves XOR; four hidden neurons move the points until one does.
#
# **What you will learn**
# * what a single neuron can decide: which side of a straight line a point is on
# * why backpropagation was needed: hidden neurons have no target of their own to learn from
# * how a hidden layer moves the points so that a straight line is enough
#
# Notes: *The Complete Process of Backpropagation, 3. Iterate*,
# *Advantages of Backpropagation, 3. Automation*
#
# Time: 30 minutes
#
# Builds on: `by-hand`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# XOR is 1 where its two inputs differ. As points of the plane, with a little noise: two opposite corners
# belong to one class, the other two corners to the other.

# %%
from itertools import pairwise
from math import log

from autograd import mean, no_grad
from demos.lesson import Lesson
from demos.palette import BLUE, GREY, ORANGE, figure
from nn import MLP, SGD, accuracy, binary_cross_entropy, make_xor
from viz import draw_network, plot_decision_boundary

lesson = Lesson("xor", seed, quick, out)

X, y = make_xor(60, noise=0.25, seed=seed)
samples, targets = X.tolist(), y.tolist()

# %% [markdown]
# ## The training loop
# The same five lines for any model: predict, measure how wrong, go backward, step, repeat. The model's score
# $z$ is a *logit*: above 0 it says class 1, and the probability that it gives to class 1 is $\sigma(z)$.
# `binary_cross_entropy` is the matching loss: $-\log$ of the probability that the model gave to the true
# class. It is 0 if the model is sure and right, and large if it is sure and wrong. A model that knows nothing
# and says "one half" everywhere has a loss of log 2 = 0.693 *nats*, the unit of natural logarithms.
# (`momentum=0.9` keeps a part of each step in the next one; the lesson `optimizers` is about that.)


# %%
def train(model, steps):
    """Train on all samples at once; the loss at every step."""
    optimizer = SGD(model.parameters(), lr=0.5, momentum=0.9)
    losses = []
    for _ in lesson.progress(range(steps), "training"):
        loss = mean(binary_cross_entropy(model(sample), target) for sample, target in zip(samples, targets))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.data)
    return losses


def score(model):
    """The share of samples on the right side."""
    with no_grad():
        return mean(accuracy(model(sample), target) for sample, target in zip(samples, targets))


# %% [markdown]
# ## One neuron, and a layer before it
# `MLP(2, [1])` is a single neuron without activation: its score is 0 along a straight line. `MLP(2, [4, 1])`
# puts four tanh neurons before it, a *hidden* layer.

# %%
steps = 60 if quick else 200
line = MLP(2, [1], seed=seed)
net = MLP(2, [4, 1], activation="tanh", seed=seed)
line_losses, net_losses = train(line, steps), train(net, steps)
print(f"one neuron:   loss {line_losses[-1]:.3f}, {score(line):.0%} right")
print(f"hidden layer: loss {net_losses[-1]:.3f}, {score(net):.0%} right")
lesson.check(
    "loss of one neuron, which is stuck near log 2 = 0.693", line_losses[-1], at_least=0.6, at_most=0.7
)
lesson.check("share right with one neuron", score(line), at_most=0.8)
lesson.check("share right with a hidden layer", score(net), at_least=0.95)

# %% [markdown]
# The colour says what the model answers at each point of the plane, and the black line is where its score
# is 0: there it cuts the plane. How often do you cross a cut on each of the two diagonals?


# %%
def changes(along):
    """How often the net's answer changes along a line of points."""
    with no_grad():
        answers = [net(point).data > 0 for point in along]
    return sum(one != other for one, other in pairwise(answers))


steps_out = [(at - 30) / 20 for at in range(61)]
across = [changes([[s, sign * s] for s in steps_out]) for sign in (1, -1)]
lesson.check(
    "cuts on the two diagonals of the square: two on one, none on the other", sorted(across), equals=[0, 2]
)
fig, (left, right) = figure(12, 5, columns=2)
plot_decision_boundary(line, X, y, left, points=40).set_title(f"one neuron: {score(line):.0%} right")
plot_decision_boundary(net, X, y, right, points=40).set_title(f"four hidden neurons: {score(net):.0%} right")
left.legend().remove()
right.legend(title="class", loc="center left", bbox_to_anchor=(1.0, 0.5))
lesson.show(
    "boundaries",
    fig,
    "One neuron makes one cut; a hidden layer makes two, and keeps the band between them as one class",
)

# %%
fig, axes = figure()
axes.plot(line_losses, "--", color=ORANGE, label="one neuron")
axes.plot(net_losses, color=BLUE, label="four hidden neurons")
axes.axhline(log(2), color=GREY, linewidth=1.2, linestyle=":")
axes.annotate("log 2: knows nothing", (steps, log(2)), (0, -20), textcoords="offset points", ha="right")
axes.set(xlabel="step", ylabel="cross-entropy (nats)", ylim=(0, None), title="Training on XOR")
axes.legend()
lesson.show("losses", fig, "More steps do not help the single neuron: no line has a loss much below log 2")

# %% [markdown]
# ## What the hidden layer does
# Nobody told the hidden neurons what to compute. The error of the output came back to them through the
# weights, $\delta_{\text{hidden}} = w\,\delta_{\text{out}}\,(1 - a^2)$, and each found itself something
# useful. Here is how two of them, those that the output listens to most, see the data: the four clouds have
# moved, and a line can now tell the classes apart.

# %%
hidden, last = net.layers
with no_grad():
    activations = [[output.data for output in hidden(sample)] for sample in samples]
strongest = sorted(range(4), key=lambda at: -abs(last.neurons[0].w[at].data))[:2]
fig, axes = figure(7, 5.5)
for label in (0, 1):
    rows = [row for row, target in zip(activations, targets) if target == label]
    across, up = ([row[at] for row in rows] for at in strongest)
    axes.scatter(across, up, s=60, color=(ORANGE, BLUE)[label], marker="^o"[label], label=f"class {label}")
first, second = (f"output of hidden neuron {at + 1}" for at in strongest)
axes.set(xlabel=first, ylabel=second, title="The data, seen by two hidden neurons")
axes.legend()
lesson.show("hidden", fig, "After the hidden layer, the classes lie on two sides of a line")
lesson.show(
    "network",
    draw_network(net, samples[0]),
    "The trained net on one sample: width is |weight|, dashed is negative",
)

# %% [markdown]
# ## Exercises
# 1. Give the net two hidden neurons instead of four, and train it with seeds 0 to 9. How often does it
#    succeed?
# 2. Replace tanh by the identity (`activation="linear"`). Why do ten hidden neurons not help?
# 3. Help the single neuron: give it the product $x_1 x_2$ as a third input. What is its loss now, and why?
#
# Solutions: `python -m demos --solutions xor`, or `demos/solutions/xor.py`.
