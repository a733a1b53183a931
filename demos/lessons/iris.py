# %% [markdown]
# # Iris: three species of flowers
#
# Three classes, softmax and cross-entropy, and what the model gets wrong on flowers it never saw.
#
# **What you will learn**
# * how scores for several classes become probabilities, and probabilities a loss
# * why the gradient of cross-entropy is simply *predicted minus true*
# * to hold samples back, and to read learning curves and a confusion matrix
#
# Notes: *Mathematical Overview*, *The Complete Process of Backpropagation, 3. Iterate*
#
# Time: 30 minutes
#
# Builds on: `moons`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# 150 irises of three species, each described by four lengths (Fisher 1936). We hold a fifth of them back:
# they take no part in training, and tell us how the model does on flowers it has not seen.
#
# No part at all: a net learns best when each feature has mean 0 and standard deviation 1, and to
# *standardise* the features so, we take mean and deviation of the training flowers alone. `load_iris` has
# standardised by all 150, the ones held back included. Standardising once more, by the training flowers,
# undoes that: the result is the same as from the lengths in centimetres.

# %%
import numpy as np

from autograd import Value, no_grad, softmax
from demos.lesson import Lesson
from demos.palette import INK, PAPER, figure
from nn import MLP, Adam, accuracy, cross_entropy, fit, load_iris, split
from viz import plot_decision_boundary, plot_loss

lesson = Lesson("iris", seed, quick, out)

SPECIES = ["setosa", "versicolor", "virginica"]
X, y = load_iris()
(X_training, y_training), (X_held_out, y_held_out) = split(X, y, share=0.2, seed=seed)
middle, deviation = X_training.mean(axis=0), X_training.std(axis=0)


def standardised(lengths):
    """By what is known of the training flowers."""
    return (lengths - middle) / deviation


X = standardised(X)
training, held_out = (standardised(X_training), y_training), (standardised(X_held_out), y_held_out)
lesson.check("flowers to train on", len(training[1]), equals=120)
lesson.check(
    "training flowers: largest mean of a feature", np.abs(training[0].mean(axis=0)).max(), at_most=1e-12
)
lesson.check(
    "flowers held back: largest mean of a feature, which nobody has set to 0",
    np.abs(held_out[0].mean(axis=0)).max(),
    at_least=0.01,
)

# %% [markdown]
# ## From scores to a loss
# The net gives one score $z_i$ for each species. Softmax, $p_i = e^{z_i} / \sum_j e^{z_j}$, turns them into
# probabilities, and the loss is $L = -\log p_{\text{true}}$: zero when the model is sure and right, large
# when it is sure and wrong. Its gradient is the simplest there could be: $\partial L / \partial z_i = p_i -
# y_i$, where y is 1 for the true species and 0 for the others.

# %%
scores = [Value(2.0, label="z0"), Value(1.0, label="z1"), Value(-1.0, label="z2")]
loss = cross_entropy(scores, 1)
loss.backward()
probabilities = softmax([score.data for score in scores])
print("class   score   probability   gradient of the loss")
for at, (score, probability) in enumerate(zip(scores, probabilities)):
    true = "   <- the true one" if at == 1 else ""
    print(f"{at}       {score.data:5.1f}   {probability:11.4f}   {score.grad:+.4f}{true}")
worst = max(abs(score.grad - (p - (at == 1))) for at, (score, p) in enumerate(zip(scores, probabilities)))
lesson.check("gradient against p - y, largest difference", worst, at_most=1e-14)

# %% [markdown]
# ## Training
# `fit` is the training loop written out once. It takes the flowers in a random order, in *batches* of 16, and
# makes one step for each batch. When it has seen all of them, an *epoch* is over, and it notes the loss and
# the accuracy on the flowers held back, the *validation* set. (The steps are *Adam's*, who chooses their
# length for each weight by the gradients before; the lesson `optimizers` writes it out.)

# %%
model = MLP(4, [8, 3], activation="tanh", seed=seed)
history = fit(
    model,
    training,
    loss=cross_entropy,
    metric=accuracy,
    validation=held_out,
    optimizer=Adam(model.parameters(), lr=0.02),
    epochs=12 if quick else 40,
    batch_size=16,
    seed=seed,
    progress=not quick,
)
lesson.check("accuracy on the training flowers", history["metric"][-1], at_least=0.9, at_most=1.0)
lesson.check(
    "accuracy on the flowers held back", history["validation_metric"][-1], at_least=0.85, at_most=1.0
)

fig, (left, right) = figure(13, 5, columns=2)
plot_loss(history, left).set_title("cross-entropy (nats)")
epochs = range(1, len(history) + 1)
right.plot(epochs, history["metric"], "-", label="training")
right.plot(epochs, history["validation_metric"], "--", label="validation")
right.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1.03), title="share of flowers named rightly")
right.legend(loc="lower right")
right.xaxis.get_major_locator().set_params(integer=True)
lesson.show("learning-curves", fig, "Both losses fall together: nothing has been learnt by heart yet")

# %% [markdown]
# ## What it confuses
# One row for each true species, one column for each answer; what is right is on the diagonal. With all 150
# flowers, so that the numbers are not too small.


# %%
def answer(sample):
    """The species with the largest score."""
    return int(np.argmax([score.data for score in model(sample)]))


with no_grad():
    counts = np.zeros((3, 3), int)
    for sample, target in zip(X.tolist(), y.tolist()):
        counts[target, answer(sample)] += 1
print("true \\ answer   " + "  ".join(f"{name:>10}" for name in SPECIES))
for name, row in zip(SPECIES, counts):
    print(f"{name:14}  " + "  ".join(f"{many:10}" for many in row))
lesson.check("setosa that is taken for something else", int(counts[0, 1:].sum()), equals=0)
between = int(counts[1, 2] + counts[2, 1])
lesson.check(
    "versicolor and virginica confused, of all mistakes", between, equals=int(counts.sum() - counts.trace())
)

fig, axes = figure(7, 5.5)
axes.imshow(counts, cmap="Blues", vmin=0, vmax=50)
for (row, column), many in np.ndenumerate(counts):
    axes.text(column, row, many, ha="center", va="center", size=20, color=PAPER if many > 25 else INK)
axes.set_xticks(range(3), SPECIES)
axes.set_yticks(range(3), SPECIES)
axes.set(xlabel="answer", ylabel="true species", title="150 flowers")
axes.grid(False)
lesson.show(
    "confusion", fig, "Setosa is never mistaken; versicolor and virginica look alike, and the model says so"
)

# %% [markdown]
# ## Where the borders are
# A plane shows two features, so here is a second, smaller model that sees only the length and the width of
# the petals. It learns from all 150 flowers, since it is only to be looked at.

# %%
petals = X[:, 2:]
small = MLP(2, [6, 3], activation="tanh", seed=seed)
fit(
    small,
    (petals, y),
    loss=cross_entropy,
    optimizer=Adam(small.parameters(), lr=0.05),
    epochs=8 if quick else 25,
    batch_size=16,
    seed=seed,
    progress=not quick,
)
with no_grad():
    right_ones = sum(accuracy(small(sample), target) for sample, target in zip(petals.tolist(), y.tolist()))
lesson.check("share right from the petals alone", right_ones / 150, at_least=0.9)

fig, axes = figure(8, 5.5)
plot_decision_boundary(small, petals, y, axes, points=40 if quick else 60)
axes.set(xlabel="length of petals (deviations from the mean)", ylabel="width of petals (deviations)")
axes.legend(axes.get_legend_handles_labels()[0], SPECIES, loc="lower right")
lesson.show(
    "boundaries",
    fig,
    "At each point the largest of the three scores decides; the border on the right runs through a crowd",
)

# %% [markdown]
# ## Exercises
# 1. Train without a hidden layer: `MLP(4, [3])`. How much worse is a purely linear model on these flowers?
# 2. Show that adding 100 to all three scores changes neither the loss nor its gradient. Why?
# 3. What would the loss be if the model answered "one third each" for every flower? Check it with the first
#    epoch.
#
# Solutions: `python -m demos --solutions iris`, or `demos/solutions/iris.py`.
