# %% [markdown]
# # Exploding gradients
#
# A recurrent net multiplies by one matrix again and again: gradients explode, clipping and Adam help.
#
# **What you will learn**
# * why the gradient over time goes like a power of the spectral radius of the recurrent weights
# * what a cliff in the loss is, and how a single step on it ruins a training run
# * what clipping the gradient's norm does, and how it differs from a smaller learning rate
# * why Adam survives too
#
# Notes: *Challenges of Backpropagation, 2. Exploding Gradients*
#
# Time: 45 minutes
#
# Builds on: `vanishing`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
from math import hypot, inf, isfinite

import numpy as np

from autograd import Value, compile, dot
from demos.lesson import Lesson
from demos.palette import MARKERS, figure
from nn import RNN, SGD, Adam, Layer, RNNCell, Sequential, clip_gradient_norm, orthogonal, squared_error

lesson = Lesson("exploding", seed, quick, out)

# %% [markdown]
# ## The same matrix at every step
# A recurrent net carries a state: $h_t = \tanh(W x_t + U h_{t-1} + b)$. Backward through 40 steps, the error
# meets $U^T$ 40 times. An *eigenvalue* of a matrix says by how much it stretches a vector whose direction it
# keeps. What counts is the *spectral radius* ρ of U, its largest eigenvalue in magnitude: along that
# direction, 40 steps are a factor of $\rho^{40}$. We draw U as ρ times an orthogonal matrix, which turns
# vectors and keeps their length (so all eigenvalues of U have magnitude ρ), let 40 small inputs pass, and
# look at the gradient of the last state in each earlier one.

# %%
STEPS, WIDTH = 40, 8


def recurrent(radius, activation="tanh"):
    """A recurrent cell whose matrix U is `radius` times an orthogonal one."""
    source = np.random.default_rng(seed)
    cell = RNNCell(1, WIDTH, activation, seed=source)
    for neuron, row in zip(cell.hidden.neurons, orthogonal(WIDTH, WIDTH, seed=source)):
        for weight, number in zip(neuron.w[1:], row):  # w[0] reads the input
            weight.data = radius * number
    return cell


def norms_over_time(radius):
    """The norm of the gradient in each state, from the first to the last."""
    cell = recurrent(radius)
    states = [[Value(0.0) for _ in range(WIDTH)]]
    for x in np.random.default_rng(seed).normal(0.0, 0.001, STEPS).tolist():
        states.append(cell([x], states[-1]))
    dot(states[-1], [WIDTH**-0.5] * WIDTH).backward()  # a direction of length 1
    return [hypot(*(h.grad for h in state)) for state in states]


radii = [0.8, 1.0, 1.2]
over_time = {radius: norms_over_time(radius) for radius in radii}
print("radius   gradient 40 steps back   radius^40")
for radius, norms in over_time.items():
    print(f"{radius:6}   {norms[0]:22.3g}   {radius**STEPS:9.3g}")
for radius, norms in over_time.items():
    share = norms[0] / radius**STEPS
    lesson.check(f"radius {radius}: gradient 40 steps back / radius^40", share, at_least=0.1, at_most=1.01)

picture, axes = figure()
for (radius, norms), marker in zip(over_time.items(), MARKERS):
    axes.semilogy(range(STEPS, -1, -1), norms, marker=marker, markevery=5, label=f"ρ = {radius}")
axes.set(
    xlabel="steps back in time", ylabel="‖∂h40 / ∂h‖", title="Gradient through 40 steps of a recurrent net"
)
axes.legend(title="spectral radius")
lesson.show(
    "time", picture, "Gradient norm over time: vanishing below, exploding above a spectral radius of 1"
)

# %% [markdown]
# ## A cliff
# The smallest recurrent net has one neuron and two parameters: $h_t = \sigma(w h_{t-1} + b)$. After 50
# steps its state should be 0.7. (The example is Pascanu, Mikolov and Bengio's, 2013.) With two parameters
# we can see the whole loss: two plains and between them a wall, where a tiny change of w or b decides to
# which of two fixed points the state runs. Along the foot of that wall lies the valley with the solution.


# %%
def cliff_loss(w, b):
    h = 0.5
    for _ in range(50):
        h = (w * h + b).sigmoid()
    return squared_error(h, 0.7)


def descend(make_optimizer, limit=inf, steps=400):
    """Train from the same start. The path as [w, b] per step, the losses and the gradient norms."""
    w, b = Value(5.5, label="w"), Value(-2.3, label="b")
    optimizer = make_optimizer([w, b])
    path, losses, norms = [], [], []
    for _ in range(steps):
        loss = cliff_loss(w, b)
        optimizer.zero_grad()
        loss.backward()
        path.append([w.data, b.data])
        losses.append(loss.data)
        norms.append(clip_gradient_norm([w, b], limit))  # the norm before clipping
        optimizer.step()
    return path, losses, norms


# %% [markdown]
# Three runs from the same start. Look at the largest gradient of each, and at where it ends.

# %%
runs = {
    "SGD": descend(lambda parameters: SGD(parameters, lr=0.3)),
    "SGD, clipped at 0.2": descend(lambda parameters: SGD(parameters, lr=0.3), limit=0.2),
    "Adam": descend(lambda parameters: Adam(parameters, lr=0.03)),
}
print("\n                      largest gradient   its step   final loss")
for name, (_, losses, norms) in runs.items():
    print(f"{name:20}  {max(norms):16.3g}   {norms.index(max(norms)):8}   {losses[-1]:10.2e}")

path, losses, norms = runs["SGD"]
fall = norms.index(max(norms))
lesson.check("gradient norm at the cliff / 10 steps before", norms[fall] / norms[fall - 10], at_least=200.0)
lesson.check(
    "how far that one step of SGD went", hypot(*np.subtract(path[fall + 1], path[fall])), at_least=5.0
)
lesson.check("SGD: final loss, thrown onto the plain", losses[-1], at_least=0.03)
lesson.check("SGD, clipped: final loss", runs["SGD, clipped at 0.2"][1][-1], at_most=1e-3)
lesson.check("Adam: final loss", runs["Adam"][1][-1], at_most=1e-3)

# %% [markdown]
# Each path on the map of the loss, from the circle to the diamond. The map is 60,000 losses, computed by one
# call of the compiled function.

# %%
heights = compile(cliff_loss, backend="numpy")
across, up = np.meshgrid(np.linspace(3.8, 6.4, 300), np.linspace(-2.9, -1.5, 200))
surface = heights(across.ravel(), up.ravel()).reshape(across.shape)
picture, panels = figure(14, 5, columns=3, sharex=True, sharey=True)
for axes, (name, (path, losses, _)) in zip(panels, runs.items()):
    shown = axes.contourf(across, up, surface, 24, cmap="cividis")
    places = np.array([place for place in path if 3.8 < place[0] < 6.4 and -2.9 < place[1] < -1.5])
    axes.plot(*places.T, color="#f4f4f4", linewidth=2.5)
    axes.plot(*places[0], "o", color="#f4f4f4", markeredgecolor="#0b0b0b", markersize=12)
    if len(places) == len(path):
        axes.plot(*places[-1], "D", color="#ff8c42", markeredgecolor="#0b0b0b", markersize=12)
    else:
        away = np.subtract(path[len(places)], places[-1])
        tip = places[-1] + 0.5 * away / hypot(*away)
        arrow = {"arrowstyle": "-|>", "color": "#ff8c42", "linewidth": 3, "mutation_scale": 25}
        axes.annotate("", tip, places[-1], arrowprops=arrow)
    axes.set(title=f"{name}: loss {losses[-1]:.1e}", xlabel="w", xlim=(3.8, 6.4), ylim=(-2.9, -1.5))
    axes.grid(False)
panels[0].set_ylabel("b")
picture.colorbar(shown, ax=panels, label="loss", ticks=[0.0, 0.1, 0.2, 0.3, 0.4])
lesson.show(
    "cliff",
    picture,
    "The wall throws plain SGD far out of the picture (arrow); with clipping it finds the valley",
)

# %% [markdown]
# All three come down to the wall. Plain SGD stands on it once: the gradient is hundreds of times larger
# there, and one step with the usual learning rate throws it onto the far plain, where nothing has a slope
# and it stays. Clipping keeps the direction and shortens the step: `g *= min(1, limit / norm)`. Adam
# divides by the root of the mean square of recent gradients, so that a sudden large one makes a step not
# much longer than the learning rate.
#
# ## A recurrent net in training
# Eight neurons (with a linear activation, so that nothing bounds the state), 30 steps, U of radius 1.1. The
# net is to give the sum of its inputs, scaled. Compiled, since each step is 32 sequences; the loop is the
# usual one.

# %%
LENGTH = 30
X = np.random.default_rng(seed).normal(0.0, 1.0, (32, LENGTH, 1))
y = X.sum(axis=(1, 2)) / LENGTH**0.5


def train(make_optimizer, limit=inf):
    """Losses and gradient norms, step by step, until the end or the first number that is not finite."""
    model = Sequential(RNN(recurrent(1.1, "linear"), last=True), Layer(WIDTH, 1, "linear", seed=seed))
    fast = compile(lambda xs, target: squared_error(model(xs), target), backend="numpy")
    parameters = model.parameters()
    optimizer = make_optimizer(parameters)
    losses, norms = [], []
    for _ in range(100 if quick else 300):
        optimizer.zero_grad()
        losses.append(fast.backward(X, y))
        norms.append(hypot(*(parameter.grad for parameter in parameters)))
        if not isfinite(norms[-1]):
            break
        clip_gradient_norm(parameters, limit)
        optimizer.step()
    return losses, norms


# %%
runs = {
    "SGD, lr 0.01": train(lambda parameters: SGD(parameters, lr=0.01)),
    "SGD, lr 0.0001": train(lambda parameters: SGD(parameters, lr=0.0001)),
    "SGD, lr 0.01, clipped at 1": train(lambda parameters: SGD(parameters, lr=0.01), limit=1.0),
    "Adam, lr 0.01": train(lambda parameters: Adam(parameters, lr=0.01)),
}
print("\n                            steps   largest gradient   final loss")
for name, (losses, norms) in runs.items():
    print(f"{name:26}  {len(losses):5}   {max(norms):16.3g}   {losses[-1]:10.3g}")

final = {name: losses[-1] for name, (losses, _) in runs.items()}
first = runs["Adam, lr 0.01"][0][0]  # all begin with the same weights
lesson.check("SGD, lr 0.01: steps until the loss is no number", len(runs["SGD, lr 0.01"][0]), at_most=10)
lesson.check("SGD, clipped: final loss / first", final["SGD, lr 0.01, clipped at 1"] / first, at_most=0.01)
lesson.check("Adam: final loss / first", final["Adam, lr 0.01"] / first, at_most=0.01)
if not quick:
    share = final["SGD, lr 0.0001"] / final["SGD, lr 0.01, clipped at 1"]
    lesson.check("final loss, a hundredth of the learning rate / clipping", share, at_least=3.0)

# %%
picture, axes = figure(9, 5.5)
for (name, (losses, _)), marker in zip(runs.items(), MARKERS):
    kept = [min(loss, 1e5) for loss in losses if isfinite(loss)]
    axes.semilogy(range(len(kept)), kept, marker=marker, markevery=0.2 if len(kept) > 9 else 1, label=name)
axes.set(xlabel="step", ylabel="loss", ylim=(5e-3, 1e5), title="Adding up 30 inputs, spectral radius 1.1")
axes.legend()
lesson.show(
    "training", picture, "Without clipping SGD leaves the picture at once, or crawls; clipped it learns"
)

# %% [markdown]
# The crawling line is the alternative to clipping: a learning rate so small that the first, huge gradient
# does no harm. It is then too small for all that follow. Clipping shortens only the steps that need it.
#
# ## Exercises
# 1. Find the spectral radius at which the gradient 40 steps back is a millionth. Predict it first.
# 2. Clip each entry of the gradient with `nn.clip_gradient_value` instead of its norm, on the cliff. By what
#    angle does that turn the largest step?
# 3. `nn.LSTMCell` is made against vanishing. It carries a memory beside h, $c_t = f_t\,c_{t-1} + i_t\,g_t$,
#    where the *gates* f and i are sigmoids of $W x_t + U h_{t-1} + b$, between 0 (forget) and 1 (keep). Set
#    the weights with which the gates read h to 0: how large is the gradient in c after 40 steps, and what
#    does the bias of the forget gate have to do with it?
#
# Solutions: `python -m demos --solutions exploding`, or `demos/solutions/exploding.py`.
