# %% [markdown]
# # Vanishing gradients
#
# Thirty sigmoid layers leave the first one a gradient of 1e-19; four ways to keep it.
#
# **What you will learn**
# * why every sigmoid layer shrinks the gradient on its way back, and by how much
# * what that does to training: the first layers do not move
# * what ReLU, careful initialisation, batch normalisation and residual connections each change
#
# Notes: *Challenges of Backpropagation, 1. Vanishing Gradients*
#
# Time: 45 minutes
#
# Builds on: `activations`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
from math import hypot, log

import numpy as np

from autograd import Value, compile, grad, mean, sigmoid
from demos.lesson import Lesson
from demos.palette import GREY, MARKERS, figure
from nn import SGD, BatchNorm, Layer, Residual, Sequential, binary_cross_entropy, make_moons
from viz import plot_gradient_flow

lesson = Lesson("vanishing", seed, quick, out)

# %% [markdown]
# ## One factor for each layer
# Going back through a layer, the error is multiplied by the derivative of its activation: $\delta^{[l]} =
# W^{[l+1]T} \delta^{[l+1]} \cdot g'(z^{[l]})$. For the sigmoid, $\sigma'(z) = \sigma(z)\,(1 - \sigma(z))$,
# which is never more than 1/4. Ten of them in a row, with weights of 1, are a factor below $4^{-10}$, one
# millionth.

# %%
slopes = [grad(sigmoid)(z) for z in np.linspace(-6.0, 6.0, 121).tolist()]
lesson.check("the largest derivative of the sigmoid", max(slopes), equals=0.25, within=1e-12)

x = Value(0.0, label="x")
a = x
for _ in range(10):
    a = a.sigmoid()
a.backward()
lesson.check("da/dx through 10 sigmoids in a row, at most 4^-10", x.grad, at_most=4.0**-10)

# %% [markdown]
# ## Deep networks, measured
# Now real layers: two inputs, 16 neurons wide, one output. After one `backward()` on 8 of the moons we take
# the *norm* of the gradient of each layer's weights: its length, the root of the sum of its squares. The
# weights begin as *Xavier's*: drawn at random, with a variance of 1/n for n inputs and n outputs, so that a
# weighted sum of n numbers is as large as each of them. `deep` builds every network of this lesson; its
# options are the remedies.

# %%
WIDTH = 16
X, y = (part.tolist() for part in make_moons(8, noise=0.1, seed=seed))


def deep(depth, activation="sigmoid", init="xavier_uniform", normalise=False, residual=False):
    """A network of `depth` layers of weights."""
    source = np.random.default_rng(seed)
    layers = [Layer(2, WIDTH, activation, init=init, seed=source)]
    for _ in range(depth - 2):
        if normalise:  # between the weighted sums and the activation
            sums = Layer(WIDTH, WIDTH, "linear", init=init, seed=source)
            block = Sequential(sums, BatchNorm(WIDTH), lambda z: [sigmoid(number) for number in z])
        else:
            block = Layer(WIDTH, WIDTH, activation, init=init, seed=source)
        layers.append(Residual(block) if residual else block)
    return Sequential(*layers, Layer(WIDTH, 1, "linear", seed=source))


def loss_of(model):
    scores = model.batch(X)
    return mean(binary_cross_entropy(score, target) for score, target in zip(scores, y))


def gradient_norms(model):
    """The norm of the loss's gradient in the weights of each layer, first to last."""
    model.zero_grad()
    loss_of(model).backward()
    layers = [part for _, part in model.named_modules() if isinstance(part, Layer)]
    return [hypot(*(w.grad for neuron in layer.neurons for w in neuron.w)) for layer in layers]


# %% [markdown]
# ## Deeper is worse, by a constant factor for each layer
# A constant factor is a straight line on a log scale. That is what the first layer's norm draws, for 2 to
# 30 layers.

# %%
depths = [2, 5, 10, 15, 20, 30]
firsts = [gradient_norms(deep(depth))[0] for depth in depths]
print("\nlayers   norm of the first layer's gradient")
for depth, norm in zip(depths, firsts):
    print(f"{depth:6}   {norm:.1e}")

factor = (firsts[-1] / firsts[0]) ** (1 / (depths[-1] - depths[0]))
lesson.check("factor that each sigmoid layer leaves", factor, at_least=0.1, at_most=0.3)
lesson.check("the first layer's gradient, 30 layers against 2", firsts[-1] / firsts[0], at_most=1e-14)

picture, axes = figure()
axes.semilogy(depths, firsts, "o-", label="measured")
axes.semilogy(depths, [firsts[0] * 0.25 ** (d - 2) for d in depths], ":", label="a factor 1/4 for each layer")
axes.set(xlabel="layers of weights", ylabel="‖gradient‖, first layer", title="Sigmoid layers, Xavier weights")
axes.legend()
lesson.show("depth", picture, "The first layer's gradient falls by a factor of about four with each layer")

# %% [markdown]
# A gradient of $10^{-19}$ is not wrong: it is the exact slope. But an update of that size, added to a
# weight near 1, changes none of its 16 digits. Here is one network of 8 layers as viz sees it. The dots
# stand on a log scale, and the squares (right axis) say that no output is near 0 or 1: these neurons are not
# even *saturated*, the sigmoid is at its steepest, and still the gradient is lost. (The last layer is linear,
# and has no square.)

# %%
model = deep(8)
loss = loss_of(model)
loss.backward()
picture, axes = figure(9, 5)
plot_gradient_flow(loss, model, axes)
axes.set_xticks(range(8), range(1, 9))
axes.set_xlabel("layer")
lesson.show("flow", picture, "Gradient norm and share of saturated outputs in each of 8 sigmoid layers")

# %% [markdown]
# ## The remedies, on the same axes
# 30 layers each, the same data, the same seed:
#
# * **ReLU**: its derivative is 1 wherever it is active, so going back multiplies by W alone.
# * **Careful initialisation**: ReLU zeroes half of its inputs, so with Xavier's weights half of the
#   variance is lost in each layer, in both directions. He's variance 2/n makes up for just that.
# * **Batch normalisation**: from each weighted sum, its mean over the batch is subtracted, and the rest is
#   divided by its standard deviation. The division undoes what the sigmoid's small slope did.
# * **Residual**: the input of a layer is added to its output. x + f(x) has the derivative 1 + f′(x), and a 1
#   does not vanish.

# %%
recipes = {
    "sigmoid": {},
    "ReLU, Xavier": {"activation": "relu"},
    "ReLU, He": {"activation": "relu", "init": "he_uniform"},
    "sigmoid, batch norm": {"normalise": True},
    "sigmoid, residual": {"residual": True},
}
norms = {name: gradient_norms(deep(30, **options)) for name, options in recipes.items()}
print("\n30 layers               first layer   smallest")
for name, found in norms.items():
    print(f"{name:22}  {found[0]:11.1e}   {min(found):8.1e}")

lesson.check(
    "sigmoid: first layer's norm / last layer's", norms["sigmoid"][0] / norms["sigmoid"][-1], at_most=1e-14
)
lesson.check("ReLU, Xavier: largest norm, level and small", max(norms["ReLU, Xavier"]), at_most=1e-3)
for name in ("ReLU, He", "sigmoid, batch norm", "sigmoid, residual"):
    lesson.check(f"{name}: smallest norm of the 30", min(norms[name]), at_least=1e-5)

picture, axes = figure(9, 5.5)
for (name, found), marker in zip(norms.items(), MARKERS):
    axes.semilogy(range(1, 31), found, marker=marker, markevery=3, label=name)
axes.set(xlabel="layer (1 is nearest to the input)", ylabel="‖gradient‖ of the weights")
axes.legend(loc="lower right")
lesson.show(
    "remedies", picture, "Gradient norm in each of 30 layers: the bare sigmoid loses a factor in each"
)

# %% [markdown]
# Batch normalisation and residuals err on the other side: both let the norm *grow*, on the way back or with
# the activations on the way forward. Exploding gradients are the next lesson.
#
# ## What it does to training
# Ten layers, the same learning rate, on 48 moons, all of them in each step. (`compile` makes array code of
# the loss of one sample. Batch normalisation looks at a whole batch, which that cannot do: it is trained in
# an exercise.) A loss of ln 2 = 0.693 is that of answering "one half" to everything.

# %%
moons, classes = make_moons(48, noise=0.1, seed=seed)
steps = 150 if quick else 400
curves = {}
for name in lesson.progress(["sigmoid", "ReLU, He", "sigmoid, residual"], "training", "networks"):
    model = deep(10, **recipes[name])
    fast = compile(
        lambda x, c, model=model: binary_cross_entropy(model(x), c), backend="numpy", progress=False
    )
    with fast.training(SGD(model.parameters(), lr=0.05)) as step:
        curves[name] = step.over(moons, classes, [range(len(moons))] * steps)

lesson.check(
    "sigmoid: final loss, no better than guessing", curves["sigmoid"][-1], equals=log(2), within=0.02
)
for name in ("ReLU, He", "sigmoid, residual"):
    share = curves[name][-1] / curves[name][0]
    lesson.check(f"{name}: final loss / first loss", share, at_most=0.8 if quick else 0.5)

picture, axes = figure()
for name, losses in curves.items():
    axes.semilogy(range(1, steps + 1), losses, label=name)
axes.axhline(log(2), color=GREY, linewidth=1, linestyle=":")
axes.set(xlabel="step", ylabel="training loss (nats)", title="Ten layers on the moons, SGD, lr 0.05")
axes.legend()
lesson.show(
    "training", picture, "Ten sigmoid layers stay at ln 2, the loss of guessing; ReLU and residuals learn"
)

# %% [markdown]
# ## Exercises
# 1. The derivative of tanh at 0 is 1, not 1/4. Measure 30 tanh layers with Xavier weights: what is left of
#    the first layer's gradient? And with the weights three times as large?
# 2. Keep the sigmoid, but draw the weights with a variance 16 times Xavier's (deviation 4 times as large),
#    so that $W \cdot \sigma'$ is about 1. Does it help? Why not fully?
# 3. Train the ten layers with batch normalisation, eagerly, for 20 epochs. Does the loss leave ln 2?
#
# Solutions: `python -m demos --solutions vanishing`, or `demos/solutions/vanishing.py`.
