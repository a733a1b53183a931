# %% [markdown]
# # Tuning hyperparameters
#
# The learning rate too small, right and too large; schedules; and a grid search with its heat map.
#
# **What you will learn**
# * why there is a largest learning rate, and what happens above it
# * what schedules do, which of them beat a constant rate here, and what warmup is for
# * how to let a grid search choose, and how to read its table
# * what training, validation and test sets are for, and why a loss that has chosen is too good to report
#
# Notes: *Challenges of Backpropagation, 6. Hyperparameter Tuning*
#
# Time: 45 minutes
#
# Builds on: `moons`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
import numpy as np

from autograd import Value, compile
from demos.lesson import Lesson
from demos.palette import DASHES, GREY, MARKERS, ORANGE, figure
from nn import (
    MLP,
    SGD,
    Adam,
    binary_cross_entropy,
    constant,
    cosine,
    exponential,
    grid_search,
    linear,
    linear_warmup,
    make_moons,
    step,
)

lesson = Lesson("tuning", seed, quick, out)

# %% [markdown]
# ## A parabola has a largest learning rate
# For $L = w^2 / 2$ the gradient is w, and a step of SGD gives $w - \eta w = (1 - \eta) w$. So each step
# multiplies w by $1 - \eta$: slowly down for a small η, at once for η = 1, from side to side above 1, and
# away for ever above 2. With the curvature λ the limit is 2/λ, and the steepest direction of a network sets
# it for all its weights.


# %%
def parabola(lr, steps=10):
    """w step by step, from 1."""
    w = Value(1.0)
    optimizer = SGD([w], lr=lr)
    path = [w.data]
    for _ in range(steps):
        optimizer.zero_grad()
        (0.5 * w * w).backward()
        optimizer.step()
        path.append(w.data)
    return path


rates = [0.1, 1.0, 1.9, 2.1]
picture, axes = figure()
for lr, marker in zip(rates, MARKERS):
    path = parabola(lr)
    lesson.check(f"w after 10 steps with lr {lr}", path[-1], equals=(1.0 - lr) ** 10, within=1e-9)
    axes.plot(path, marker=marker, label=f"lr {lr}")
axes.set(xlabel="step", ylabel="w", title="SGD on the parabola w²/2")
axes.legend(ncols=2)
lesson.show("parabola", picture, "Four learning rates on a parabola: slow, at once, from side to side, away")

# %% [markdown]
# ## The same on a network
# 100 moons, a net of two hidden layers of 12 neurons, full-batch SGD. The loss is compiled, and so is the
# step: `train_step.over` takes the samples and the places of each batch in them, moves all weights once for
# each batch, and returns the losses.

# %%
X, y = make_moons(100, noise=0.15, seed=seed)
X_held_out, y_held_out = make_moons(200, noise=0.15, seed=seed + 1000)


def train(make_optimizer, steps, width=12, batch_size=100, net=seed):
    """The loss of each step's batch, and the loss of a sample, to be called with (X, y)."""
    model = MLP(2, [width, width, 1], "tanh", seed=net)
    loss = compile(lambda x, target: binary_cross_entropy(model(x), target), backend="numpy")
    order = np.random.default_rng(net)
    with loss.training(make_optimizer(model.parameters())) as train_step:
        losses = train_step.over(X, y, [order.permutation(len(X))[:batch_size] for _ in range(steps)])
    return losses, loss


def sgd(lr):
    return lambda parameters: SGD(parameters, lr=lr)


names = {0.01: "too small", 0.5: "right", 30.0: "too large"}
curves = {lr: train(sgd(lr), 300)[0] for lr in names}
picture, axes = figure()
print("\nlearning rate   first loss   last loss")
for (lr, losses), marker in zip(curves.items(), MARKERS):
    print(f"{lr:13}   {losses[0]:10.3f}   {losses[-1]:9.3f}")
    axes.semilogy(losses, marker=marker, markevery=30, label=f"lr {lr:g}, {names[lr]}")
axes.set(xlabel="step", ylabel="training loss (nats)")
picture.legend(loc="outside upper center", ncols=3)
lesson.show("rates", picture, "Training loss with a learning rate too small, right and too large")

lesson.check("lr 0.5: last loss", curves[0.5][-1], at_most=0.15)
lesson.check("lr 0.01: last loss, still high", curves[0.01][-1], at_least=0.3)
lesson.check(
    "lr 30: mean of the last 50 losses / first loss",
    np.mean(curves[30.0][-50:]) / curves[30.0][0],
    at_least=2.0,
)

# %% [markdown]
# ## Schedules
# Batches of 8 are noisy, so a large rate rattles around the minimum and a small one takes too long to get
# there. A *schedule* has both: it starts large and ends small. In `nn` a schedule is a function of the
# step, and goes wherever a learning rate does. All have the same peak, 0.1 with Adam.
#
# *Warmup* starts small, too, and climbs to the peak in the first steps. It is there for Adam's first steps.
# Adam divides the mean of the gradients by the root of the mean of their squares. After one step both means
# know one gradient $g$ only, the quotient is $g / |g| = \pm 1$, and every weight moves by the whole learning
# rate, however small its gradient: one batch decides. For a large network, whose weights a few such steps can
# spoil, warmup makes them short.

# %%
STEPS, PEAK, NETS = 600, 0.1, 4 if quick else 8
schedules = {
    "constant": constant(PEAK),
    "constant / 10": constant(PEAK / 10),
    "step": step(PEAK, every=STEPS // 3, factor=0.1),
    "exponential": exponential(PEAK, decay=0.01 ** (1 / STEPS)),
    "linear": linear(PEAK, end=0.0, steps=STEPS),
    "cosine": cosine(PEAK, STEPS),
    "warmup, cosine": linear_warmup(cosine(PEAK, STEPS - STEPS // 10), STEPS // 10),
}
picture, axes = figure(9, 5)
for (name, schedule), dash, marker in zip(schedules.items(), DASHES, MARKERS):
    axes.plot(
        [schedule(at) for at in range(STEPS)], linestyle=dash, marker=marker, markevery=STEPS // 8, label=name
    )
axes.set(xlabel="step", ylabel="learning rate")
picture.legend(loc="outside right center")
lesson.show("schedules", picture, "Seven schedules: the learning rate over the steps")


# %%
def first_moves(schedule):
    """How far each weight moves in Adam's first step."""
    model = MLP(2, [12, 12, 1], "tanh", seed=seed)
    before = [weight.data for weight in model.parameters()]
    loss = compile(lambda x, target: binary_cross_entropy(model(x), target), backend="numpy")
    with loss.training(Adam(model.parameters(), lr=schedule)) as train_step:
        train_step(X[:8], y[:8])
    return np.abs([weight.data - number for weight, number in zip(model.parameters(), before)])


whole, warm = first_moves(schedules["cosine"]), first_moves(schedules["warmup, cosine"])
lesson.check(
    "Adam's first step: the median weight moves by / learning rate",
    np.median(whole) / PEAK,
    equals=1.0,
    within=0.01,
)
lesson.check("the same with warmup", np.median(warm) / PEAK, at_most=0.05)

# %% [markdown]
# One training run proves little: we take the median over several nets, each with its own first weights and
# batches.


# %%
def final_loss(schedule, net):
    _, loss = train(lambda parameters: Adam(parameters, lr=schedule), STEPS, batch_size=8, net=net)
    return loss(X, y).mean()


runs = lesson.progress(schedules.items(), "schedules", "schedules")
finals = {name: [final_loss(schedule, seed + net) for net in range(NETS)] for name, schedule in runs}
medians = {name: float(np.median(losses)) for name, losses in finals.items()}
print(f"\nschedule          loss at the end, median of {NETS} nets")
for name, median in sorted(medians.items(), key=lambda entry: entry[1]):
    print(f"{name:16}  {median:.4f}")
constants = min(medians["constant"], medians["constant / 10"])
for name in ("cosine", "linear", "warmup, cosine"):
    share = medians[name] / constants
    lesson.check(f"{name}: final loss / that of the better constant rate", share, at_most=0.7)
for name in ("step", "exponential"):
    lesson.report(f"{name}: final loss / that of the better constant rate", medians[name] / constants)
lesson.report("warmup, cosine: final loss / that of cosine", medians["warmup, cosine"] / medians["cosine"])

picture, axes = figure(9, 5)
for row, (name, losses) in enumerate(finals.items()):
    axes.plot(losses, [row] * NETS, "o", color=GREY, markersize=7, label="one net" if row == 0 else None)
    axes.plot(medians[name], row, "D", color=ORANGE, markersize=13, label="median" if row == 0 else None)
axes.set_xscale("log")
axes.set_yticks(range(len(finals)), list(finals))
axes.set(xlabel="training loss at the end (nats)")
axes.margins(y=0.1)
axes.invert_yaxis()
picture.legend(loc="outside upper center", ncols=2)
lesson.show("finals", picture, "Final loss with each schedule: lowest where a rate long large ends at 0")

# %% [markdown]
# The three that stay large for long and end at 0 beat both constant rates; at the other seeds that we tried,
# too. The step and the exponential schedule do so at some seeds only: they are small for most of the time,
# and never 0. Warmup makes little difference here: this net is small, and Adam's first steps do it no harm.
#
# ## Grid search
# Two hyperparameters together: `grid_search` calls a function with each combination and sorts by what it
# returns. The score is the loss on held-out samples, never that on the training samples, which a net can
# learn by heart. The held-out samples that choose are
# called the *validation set*.

# %%
space = {"lr": [0.001, 0.01, 0.1, 1.0], "width": [2, 4, 8, 16]}
if quick:
    space["width"] = [2, 8]


trained = {}


def score(lr, width):
    steps = 100 if quick else 300
    _, loss = train(lambda parameters: Adam(parameters, lr=cosine(lr, steps)), steps, width, batch_size=16)
    trained[lr, width] = loss
    return loss(X_held_out, y_held_out).mean()


results = grid_search(score, space, progress=not quick)
print()
lesson.show("table", str(results), "The grid search, best first")
best = results.best
lesson.check(
    "validation loss, best setting / worst", results.trials[0].score / results.trials[-1].score, at_most=0.5
)
lesson.check(
    "the best learning rate is not at the edge of the grid", best["lr"] in space["lr"][1:-1], equals=True
)

found = {(trial.setting["lr"], trial.setting["width"]): trial.score for trial in results}
heights = np.array([[found[lr, width] for lr in space["lr"]] for width in space["width"]])
picture, axes = figure(8, 5.5)
image = axes.imshow(np.log10(heights), cmap="cividis_r", origin="lower", aspect="auto")
picture.colorbar(image, label="log10 of the validation loss")
for (row, column), height in np.ndenumerate(heights):
    dark = sum(image.cmap(image.norm(np.log10(height)))[:3]) < 1.6  # red, green and blue of the cell
    color = "#fdfdfd" if dark else "#0b0b0b"
    axes.text(column, row, f"{height:.3f}", ha="center", va="center", color=color, fontsize=17)
axes.set_xticks(range(len(space["lr"])), space["lr"])
axes.set_yticks(range(len(space["width"])), space["width"])
axes.set(xlabel="learning rate", ylabel="neurons in a hidden layer")
axes.grid(False)
lesson.show("grid", picture, "Validation loss over learning rate and width")

# %% [markdown]
# Read the heat map by columns and by rows: the learning rate matters more than the width, which is why
# it is tuned first. When the best cell is at an edge of the grid, the grid was too small.

# %%
over_rates, over_widths = (float(np.median(heights.max(axis) / heights.min(axis))) for axis in (1, 0))
print(f"worst loss / best, over the learning rates {over_rates:.1f}, over the widths {over_widths:.1f}")
more = over_rates / over_widths
lesson.check("how much more the learning rate changes the loss", more, at_least=1.2 if quick else 3.0)

# %% [markdown]
# ## Three sets: training, validation, test
# How good is the net that the grid search has chosen? Not as good as its validation loss says. Each trial's
# validation loss is its true loss plus the luck of these samples, and the search takes the lowest sum: it
# prefers the lucky. So samples have three uses, and each needs samples of its own:
#
# * the **training set** fits the weights;
# * the **validation set** chooses: the learning rate, the width, the step at which to stop;
# * the **test set** reports, once, when all is chosen. Who goes back and chooses again by it has made it a
#   second validation set, and needs another test set.

# %%
X_test, y_test = make_moons(4000, noise=0.15, seed=seed + 2000)
on_test = {setting: loss(X_test, y_test) for setting, loss in trained.items()}
chosen = best["lr"], best["width"]
lesson.report("the chosen net: training loss", float(trained[chosen](X, y).mean()))
lesson.report("the chosen net: validation loss, which has chosen it", float(results.trials[0].score))
lesson.report("the chosen net: test loss, the one to report", float(on_test[chosen].mean()))

# %% [markdown]
# One choice may be lucky or unlucky. To see the rule, choose a thousand times: each time from other
# validation samples, 40 drawn from the 4,000. The nets stay the same, and their loss on all 4,000 stands for
# the truth. Beside it the same for a net that was fixed beforehand: without a choice there is no optimism.
# Compare the means: most losses of either kind lie below their mean, since a few samples cost much.

# %%
losses = np.array(list(on_test.values()))
true = losses.mean(axis=1)
validation, chosen_true, fixed = [], [], []
for _ in range(1000):
    means = losses[:, lesson.generator.integers(0, 4000, 40)].mean(axis=1)
    winner = int(means.argmin())
    validation.append(means[winner])
    chosen_true.append(true[winner])
    fixed.append(means[int(true.argmin())])
optimism = float(np.mean(validation) / np.mean(chosen_true))
limit = 1.1 if quick else 0.95  # quick: few nets, far apart, among which there is little to choose
lesson.check("mean validation loss of the chosen / its mean true loss", optimism, at_most=limit)
unbiased = float(np.mean(fixed) / true.min())
lesson.check("the same ratio for a net fixed beforehand", unbiased, equals=1.0, within=0.15)

picture, axes = figure()
bins = np.linspace(0.0, float(np.quantile(validation + fixed, 0.99)), 30)
axes.hist(validation, bins, color=ORANGE, alpha=0.6, label="chosen by it")
axes.hist(fixed, bins, histtype="step", color=GREY, linewidth=2.4, label="fixed beforehand")
axes.axvline(np.mean(chosen_true), color=ORANGE, linestyle="--", label="true loss of the chosen, mean")
axes.axvline(np.mean(validation), color=ORANGE, linestyle=":", label="their validation loss, mean")
axes.set(xlabel="validation loss on 40 samples", ylabel="choices, of 1,000")
axes.legend()
lesson.show(
    "optimist", picture, "A validation loss that has chosen is an optimist: its mean lies below the true one"
)

# %% [markdown]
# ## Exercises
# 1. For $L = (w_1^2 + 25 w_2^2)/2$, which learning rate is the largest that converges? Check just below and
#    above it.
# 2. `nn.random_search` with `nn.between_logs` draws learning rates instead of listing them. Give it 16
#    trials, as many as the grid had, from the same ranges: does it find a setting as good as the best of the
#    grid?
# 3. Write a schedule of your own, a function of the step: cosine with two restarts. Does it end as low as
#    cosine?
#
# Solutions: `python -m demos --solutions tuning`, or `demos/solutions/tuning.py`.
