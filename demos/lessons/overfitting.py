# %% [markdown]
# # Overfitting
#
# 40 noisy samples learned by heart; L2, dropout, augmentation and early stopping, each measured.
#
# **What you will learn**
# * what overfitting looks like: the training loss falls, the validation loss turns and rises
# * what the generalisation gap is, and how to measure it
# * how L2, dropout, data augmentation and early stopping are written, and what each of them does to the gap
# * why a validation loss that has chosen something needs a third set, the test set, beside it
#
# Notes: *Challenges of Backpropagation, 5. Overfitting*
#
# Time: 45 minutes
#
# Builds on: `moons`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
from copy import deepcopy

import numpy as np

from autograd import compile
from demos.lesson import Lesson
from demos.palette import BLUE, GREY, ORANGE, figure
from nn import Adam, Dropout, Layer, Sequential, binary_cross_entropy, jitter, l2_penalty, make_moons
from viz import plot_decision_boundary

lesson = Lesson("overfitting", seed, quick, out)

# %% [markdown]
# ## Few samples, much noise, a large net
# 40 moons with so much noise that they overlap, for a net with 697 weights and biases: the *training set*.
# 400 further samples are held out: the net never trains on them, and their loss, the *validation loss*, says
# what it has understood. The difference between the two losses is the **generalisation gap**.
#
# Below, the validation loss also *chooses*: where early stopping stops. What has been chosen by a number
# looks better by that number than it is. So there is a third set, the *test set*, which neither trains nor
# chooses. It is used once, at the end, to report. (The lesson `tuning` measures how much that matters.)

# %%
X, y = make_moons(40, noise=0.3, seed=seed)
X_held_out, y_held_out = make_moons(400, noise=0.3, seed=seed + 1000)
X_test, y_test = make_moons(400, noise=0.3, seed=seed + 2000)
STEPS, EVERY, WIDTH = 300 if quick else 400, 10, 24

# %% [markdown]
# ## The remedies, in the code
# One function trains them all, with the usual loop; the loss is compiled to array code, so that a step takes
# a fraction of the time. Each remedy is one line of it:
#
# * **L2** adds $\lambda \sum w^2$ to the loss. Gradients add up, so its `backward()` may simply follow the
#   other. The biases are left out: they do not make the function steeper.
# * **Dropout** is a module of the net, which zeroes each number with probability p in training, and in
#   evaluation does nothing: hence `train()` and `eval()`.
# * **Augmentation** is new data from old: here each step sees the samples moved a little, always
#   differently.
# * **Early stopping** needs no change of training. It keeps the weights of the step at which the validation
#   loss was lowest. (`nn.fit(..., patience=20)` does so, and stops by itself.)


# %%
def train(l2=0.0, dropout=0.0, deviation=0.0):
    """The model, its curves (step, training loss, validation loss), and its best step's weights."""
    source = np.random.default_rng(seed)
    model = Sequential(
        Layer(2, WIDTH, "relu", seed=source),
        Dropout(dropout, seed=source),
        Layer(WIDTH, WIDTH, "relu", seed=source),
        Layer(WIDTH, 1, "linear", seed=source),
    )
    loss = compile(lambda x, target: binary_cross_entropy(model(x), target), backend="numpy")
    weights = [weight for name, weight in model.named_parameters() if ".w." in name]
    optimizer = Adam(model.parameters(), lr=0.01)
    curves, best = [], None
    for step in range(STEPS + 1):
        if step % EVERY == 0:
            model.eval()
            curves.append((step, loss(X, y).mean(), loss(X_held_out, y_held_out).mean()))
            model.train()
            if best is None or curves[-1][2] < best[0][2]:
                best = curves[-1], model.state_dict()
        optimizer.zero_grad()
        loss.backward(jitter(X, deviation, seed=source), y)
        if l2:
            l2_penalty(weights, l2).backward()
        optimizer.step()
    return model.eval(), np.array(curves), best


settings = {
    "nothing": {},
    "L2": {"l2": 0.003},
    "dropout": {"dropout": 0.5},
    "augmentation": {"deviation": 0.2},
}
trained = {name: train(**options) for name, options in lesson.progress(settings.items(), "training", "nets")}

# %% [markdown]
# ## What learning by heart looks like

# %%
_, curves, (stopped, best_weights) = trained["nothing"]
steps, training, validation = curves.T
top = 1.25 * validation[1:].max()  # without step 0, which would flatten the rest
lesson.check("weights and biases", len(trained["nothing"][0].parameters()), equals=697)
lesson.check("training loss at the end", training[-1], at_most=0.25 if quick else 0.05)
lesson.check(
    "validation loss at the end / at its lowest", validation[-1] / stopped[2], at_least=1.02 if quick else 1.3
)

picture, axes = figure()
axes.plot(steps, training, "-", color=BLUE, label="training")
axes.plot(steps, validation, "--", color=ORANGE, label="validation")
axes.axvline(stopped[0], color=GREY, linestyle=":", linewidth=2)
axes.annotate("stop here", (stopped[0], 0.92 * top), (8, 0), textcoords="offset points")
axes.set(xlabel="step", ylabel="loss (nats)", ylim=(0.0, top), title="40 samples, 697 parameters, no remedy")
axes.legend()
lesson.show("overfitting", picture, "The training loss falls towards 0; the validation loss turns and rises")

# %% [markdown]
# Up to the dotted line both losses fall: most of what the net learns is true of all moons. After it, what it
# learns is true of these 40 alone. The net becomes sure of itself, too, and a sure answer that is wrong costs
# much: $-\log p$, where $p$ is the probability that it gives to the right class.
#
# ## Each remedy on the same axes

# %%
picture, grid = figure(10, 7, 2, 2, sharex=True, sharey=True)
for axes, (name, (_, curves, _)) in zip(grid.flat, trained.items()):
    axes.plot(curves[:, 0], curves[:, 1], "-", color=BLUE, label="training")
    axes.plot(curves[:, 0], curves[:, 2], "--", color=ORANGE, label="validation")
    axes.set_title(name)
grid[0, 0].set_ylim(0.0, top)
grid[0, 0].legend()
picture.supxlabel("step", fontsize=16)
picture.supylabel("loss (nats)", fontsize=16)
lesson.show("curves", picture, "Training and validation loss without and with each remedy")

# %% [markdown]
# ## The generalisation gap
# For early stopping, the losses are those of the step that it would give back. The last two columns are the
# report: loss and share of right answers on the test set.

# %%
models = {name: model for name, (model, _, _) in trained.items()}
models["early stopping"] = deepcopy(models["nothing"])
models["early stopping"].load_state_dict(best_weights)


def tested(model):
    """The mean loss on the test set, and the share of its samples on the right side."""
    loss = compile(lambda x, target: binary_cross_entropy(model(x), target), backend="numpy")
    scores = compile(model, backend="numpy")(X_test)
    return float(loss(X_test, y_test).mean()), float(((scores > 0) == y_test).mean())


ends = {name: (curves[-1, 1], curves[-1, 2]) for name, (_, curves, _) in trained.items()}
ends["early stopping"] = (stopped[1], stopped[2])
gaps = {name: after - before for name, (before, after) in ends.items()}
reports = {name: tested(model) for name, model in models.items()}
print("\n                training   validation    gap    test   right")
for name, (before, after) in ends.items():
    test, right = reports[name]
    print(f"{name:14}  {before:8.3f}   {after:10.3f}  {gaps[name]:5.3f}   {test:5.3f}  {right:5.0%}")

lesson.check("gap with nothing done", gaps["nothing"], at_least=0.05 if quick else 0.25)
for name in ("L2", "dropout", "augmentation", "early stopping"):
    lesson.check(f"{name}: gap / gap with nothing done", gaps[name] / gaps["nothing"], at_most=0.75)
    if not quick:  # fewer steps do less harm
        share = ends[name][1] / ends["nothing"][1]
        lesson.check(f"{name}: validation loss / with nothing done", share, at_most=0.95)
if not quick:
    least = max(("L2", "dropout", "augmentation", "early stopping"), key=lambda name: ends[name][1])
    lesson.check("the remedy that helps least", least, equals="dropout")

picture, axes = figure(9, 4.5)
for row, (name, (before, after)) in enumerate(ends.items()):
    axes.plot([before, after], [row, row], "-", color=GREY, linewidth=4, zorder=1)
    axes.plot(before, row, "o", color=BLUE, markersize=13, label="training" if row == 0 else None)
    axes.plot(after, row, "D", color=ORANGE, markersize=12, label="validation" if row == 0 else None)
    axes.annotate(f"gap {gaps[name]:.2f}", (max(before, after), row), (14, -5), textcoords="offset points")
axes.set_yticks(range(len(ends)), list(ends))
axes.set(xlabel="loss (nats)", xlim=(-0.02, 1.25 * max(after for _, after in ends.values())))
axes.margins(y=0.12)
axes.invert_yaxis()
axes.legend(loc="lower right")
lesson.show("gaps", picture, "The generalisation gap of each remedy: from training to validation loss")

# %% [markdown]
# ## What was learned
# The boundary between the two classes, with the 40 samples. Without a remedy it bends around single points;
# that is the noise, learned.

# %%
picture, grid = figure(12, 7, 2, 3, sharex=True, sharey=True)
for axes, (name, model) in zip(grid.flat, models.items()):
    plot_decision_boundary(model, X, y, axes, points=20 if quick else 30)
    axes.set_title(name)
    axes.label_outer()
    axes.get_legend().remove()
    axes.grid(False)
grid[1, 2].axis("off")
grid[1, 2].legend(*grid[0, 0].get_legend_handles_labels(), loc="center", title="class")
lesson.show("boundaries", picture, "Decision boundaries: bent around single samples, and not")

# %% [markdown]
# Dropout helps least here, as with most other seeds: it was made for layers of thousands of neurons that copy
# one another, and 24 can hardly spare half. Its boundary is no worse for that: a loss also counts how sure
# the answers are, which the picture does not show. Augmentation is good where the change truly keeps the
# class, as a small shift of a noisy point does. All remedies cost some training loss: that is what they are
# for.
#
# ## Exercises
# 1. The best remedy of all: train the net without any remedy on 400 samples. What is the gap?
# 2. Look for the λ of L2 with the lowest validation loss, among 0.0001, 0.001, 0.01, 0.1. What happens on
#    either side?
# 3. Give the 40 samples random classes. Can the net still learn them by heart? What is the validation loss
#    then?
#
# Solutions: `python -m demos --solutions overfitting`, or `demos/solutions/overfitting.py`.
