# %% [markdown]
# # Two moons
#
# A network of 33 neurons learns to tell two half circles apart, and a loop of five lines trains it.
#
# **What you will learn**
# * the training loop: predict, measure, `backward()`, step, repeat
# * to read a loss curve and a decision boundary
# * what the gradient of one weight in a trained network is made of
# * to go back to any step of a training, and to train on from there
#
# Notes: *The Complete Process of Backpropagation, 1. Forward Pass*,
# *The Complete Process of Backpropagation, 2. Backward Pass*,
# *The Complete Process of Backpropagation, 3. Iterate*
#
# Time: 45 minutes
#
# Builds on: `xor`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# 100 points on two half circles that reach into one another, with some noise. No line separates them. Each
# point comes with the answer, the half circle it is on: to learn from answers is *supervised* learning.

# %%
from autograd import Value, mean
from demos.lesson import Lesson
from demos.palette import figure
from nn import MLP, SGD, hinge, l2_penalty, linear, make_moons
from viz import draw, film, playground, plot_decision_boundary, plot_loss

lesson = Lesson("moons", seed, quick, out)

X, y = make_moons(100, noise=0.1, seed=seed)
samples, targets = X.tolist(), (2 * y - 1).tolist()

# %% [markdown]
# ## The model and its loss
# Two inputs, two hidden layers of 16 *ReLU* neurons, which have $\max(0, z)$ as their activation, and one
# score: above 0 says the lower moon. The *max-margin* loss of a sample is max(0, 1 - target × score): zero
# when the score is on the right side and at least 1 away. To it we add 1e-4 times the sum of the squared
# parameters, which keeps them small.

# %%
steps = 20 if quick else 100
model = MLP(2, [16, 16, 1], seed=seed)
optimizer = SGD(model.parameters(), lr=linear(1.0, 0.1, steps))  # the learning rate falls from 1.0 to 0.1
lesson.check("parameters to learn", len(model.parameters()), equals=2 * 16 + 16 + 16 * 16 + 16 + 16 + 1)

# %% [markdown]
# First the net as it is before its first step, in a page that can train it.

# %%
lesson.show(
    "playground",
    playground(model, hinge, X, targets, optimizer=SGD(model.parameters(), lr=0.3)),
    "The net before its first step: press the space bar, and watch the boundary bend",
)

# %% [markdown]
# ## The loop
# Now the same here. The five lines from `scores` to `optimizer.step()` are all of training. `backward()`
# fills in the gradient of the loss with respect to each of the 337 parameters; `step()` moves each a little
# against its gradient. A `film` looks on, and keeps the parameters after each step.

# %%
losses, shares = [], []
with film(model, hinge, X, targets, optimizer=SGD(model.parameters(), lr=0.1)) as record:
    for _ in lesson.progress(range(steps), "training"):
        scores = [model(sample) for sample in samples]
        loss = mean(map(hinge, scores, targets)) + l2_penalty(model.parameters(), 1e-4)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.data)
        shares.append(mean(float((score.data > 0) == (target > 0)) for score, target in zip(scores, targets)))
        record()

print(f"step   1: loss {losses[0]:.4f}, {shares[0]:.0%} right")
print(f"step {steps:3}: loss {losses[-1]:.4f}, {shares[-1]:.0%} right")
lesson.check("share of the samples on the right side", shares[-1], at_least=0.8 if quick else 0.95)
lesson.check("last loss / first loss", losses[-1] / losses[0], at_most=0.5 if quick else 0.2)
lesson.show(
    "film",
    record.page,
    "What happened: drag the timeline through it. From each step the page trains on, at a rate of 0.1",
)

# %% [markdown]
# ## What it has learnt
# The boundary is where the score is 0. ReLU neurons fold the plane along straight lines, so it is made of
# straight pieces. The loss jumps up in the first steps, at the highest rate; then it falls, ever more slowly.

# %%
fig, axes = figure(8, 5.5)
plot_decision_boundary(model, X, y, axes, points=40).set_title(f"two moons, {shares[-1]:.0%} right")
axes.legend(title="class", loc="center left", bbox_to_anchor=(1.0, 0.5))
lesson.show(
    "decision-boundary",
    fig,
    "What the net says at each point of the plane, and the 100 points it learnt from",
)

fig, axes = figure()
plot_loss(losses, axes).set(title="max-margin loss plus L2", xlabel="step")
lesson.show("loss", fig, "The loss at every step of training")

# %% [markdown]
# ## One neuron of it
# The first neuron on the sample that excites it most, written out term by term. The number on each arrow is
# a local derivative: the gradient of a weight is the input that it is multiplied with, as long as the ReLU
# lets it through.

# %%
neuron = model.layers[0].neurons[0]
sample = max(samples, key=lambda sample: neuron(sample).data)
w1, w2 = (Value(w.data, label=f"w{at}") for at, w in enumerate(neuron.w, start=1))
x1, x2 = (Value(x, label=f"x{at}") for at, x in enumerate(sample, start=1))
b = Value(neuron.b.data, label="b")
output = (w1 * x1 + w2 * x2 + b).relu()
output.label = "neuron 1"
output.backward()
lesson.check("the gradient of w1 is the input x1", w1.grad, equals=x1.data)
lesson.show("neuron", draw(output), "The first neuron of the trained net, on the sample that excites it most")

model.save(lesson.folder / "moons.model")
print(f"the trained model is in {lesson.folder / 'moons.model'}")

# %% [markdown]
# ## Exercises
# 1. Train `MLP(2, [1])` on the moons. How many can one neuron get right?
# 2. Replace `hinge` by `binary_cross_entropy` (its targets are 0 and 1). Does the accuracy change?
# 3. Load the saved model, `MLP(2, [16, 16, 1]).load(path)`, and ask it about a point far outside, say
#    (10, 10). How sure is it? Should it be?
#
# Solutions: `python -m demos --solutions moons`, or `demos/solutions/moons.py`.
