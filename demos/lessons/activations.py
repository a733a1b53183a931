# %% [markdown]
# # Activations
#
# Eight activations and their slopes in one picture, and what ten layers of each leave of a gradient.
#
# **What you will learn**
# * the eight functions, their derivatives, and where each derivative is nearly or exactly zero
# * why a network without them is a straight line
# * how the activation decides which first weights keep a gradient alive
# * two ways to lose a neuron, saturation and the dead ReLU, and what helps
#
# Notes: *The Complete Process of Backpropagation, 1. Forward Pass*,
# *Challenges of Backpropagation, 1. Vanishing Gradients*
#
# Time: 45 minutes
#
# Builds on: `delta`, `moons`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# A layer computes $a^{[l]} = g(z^{[l]})$. On the way back the error is multiplied by $g'(z^{[l]})$, at the
# same $z$. So two things are to be known of an activation: where it sends a number, and what it does to a
# gradient there.

# %%
from math import erf, exp, pi, sqrt

import numpy as np

from autograd import Value, compile, dot, grad, relu
from demos.lesson import Lesson
from demos.palette import BLUE, DASHES, GREY, MARKERS, ORANGE, figure
from nn import MLP, SGD, Layer, activation, binary_cross_entropy, make_moons, squared_error

lesson = Lesson("activations", seed, quick, out)


def sigmoid(z):
    return 1.0 / (1.0 + exp(-z))


# %% [markdown]
# ## Eight functions
# Each with its derivative by hand, where $\sigma$ is the sigmoid, $\varphi$ the density of the normal
# distribution and $\Phi$ its integral:
#
# | name | $g(z)$ | $g'(z)$ |
# |---|---|---|
# | sigmoid | $\sigma(z) =$ $1 / (1 + e^{-z})$ | $\sigma(z)\,(1 - \sigma(z))$ |
# | tanh | $\tanh z$ | $1 - \tanh^2 z$ |
# | ReLU | $\max(0, z)$ | 1 for $z > 0$, else 0 |
# | leaky ReLU | $z$ for $z > 0$, else $0.01\, z$ | 1 for $z > 0$, else 0.01 |
# | ELU | $z$ for $z > 0$, else $e^z - 1$ | 1 for $z > 0$, else $e^z$ |
# | GELU | $z\, \Phi(z)$ | $\Phi(z) + z\, \varphi(z)$ |
# | SiLU | $z\, \sigma(z)$ | $\sigma(z)$ $+\; z\, \sigma(z)\,(1 - \sigma(z))$ |
# | softplus | $\ln(1 + e^z)$ | $\sigma(z)$ |
#
# `nn` knows them by name. (SiLU is also called swish.) Here its derivatives are compared with the right
# column, at 240 points.

# %%
by_hand = {
    "sigmoid": lambda z: sigmoid(z) * (1.0 - sigmoid(z)),
    "tanh": lambda z: 1.0 - np.tanh(z) ** 2,
    "relu": lambda z: 1.0 if z > 0.0 else 0.0,
    "leaky_relu": lambda z: 1.0 if z > 0.0 else 0.01,
    "elu": lambda z: 1.0 if z > 0.0 else exp(z),
    "gelu": lambda z: (1.0 + erf(z / sqrt(2.0))) / 2.0 + z * exp(-z * z / 2.0) / sqrt(2.0 * pi),
    "silu": lambda z: sigmoid(z) + z * sigmoid(z) * (1.0 - sigmoid(z)),
    "softplus": sigmoid,
}
places = np.linspace(-6.0, 6.0, 240).tolist()
slopes = {name: [grad(activation(name))(z) for z in places] for name in by_hand}
for name, derivative in by_hand.items():
    apart = max(abs(found - derivative(z)) for z, found in zip(places, slopes[name]))
    lesson.check(f"{name}: largest difference from the derivative by hand", float(apart), at_most=1e-12)

# %% [markdown]
# ReLU has a kink at 0, where it has no derivative. Libraries choose one; ours takes 0, as most do.

# %%
lesson.check("the slope of ReLU at 0, by convention", grad(relu)(0.0), equals=0.0)

# %% [markdown]
# ## Side by side
# Look at the dashed lines: they are what a gradient is multiplied by. The sigmoid's is never above a quarter.
# tanh's is 1 at 0 and soon nearly 0 to both sides: there the neuron is *saturated*. ReLU's is 1 or 0, and
# nothing between. The last four are smooth relatives of ReLU; GELU and SiLU even go down a little before they
# go up.

# %%
picture, panels = figure(12, 6.5, 2, 4, sharex=True, sharey=True)
for axes, name in zip(panels.flat, by_hand):
    axes.plot(places, [activation(name)(z) for z in places], color=BLUE, label="g(z)")
    axes.plot(places, slopes[name], color=ORANGE, linestyle="--", label="g′(z)")
    axes.set(title=name, xlim=(-4, 4), ylim=(-1.2, 2.2))
picture.supxlabel("z", fontsize=15)
picture.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
lesson.show("side-by-side", picture, "Eight activations (solid) and their derivatives (dashed)")

# %%
print("            largest slope   smallest   slope at -4")
for name, found in slopes.items():
    print(f"{name:10}  {max(found):13.3f}   {min(found):8.3f}   {grad(activation(name))(-4.0):11.4f}")
lesson.check("largest slope of the sigmoid", max(slopes["sigmoid"]), equals=0.25, within=1e-3)
for name in ("gelu", "silu"):
    lesson.check(f"{name}: its slope goes above 1", max(slopes[name]) > 1.0, equals=True)
    lesson.check(f"{name}: and below 0", min(slopes[name]) < 0.0, equals=True)

# %% [markdown]
# ## Without one
# Layers without an activation are a single layer: $W_2 (W_1 x + b_1) + b_2$ is linear in $x$ again. Here is a
# net of three such layers: the second difference of its output along a line is 0, as of any straight line.

# %%
straight = MLP(2, [16, 16, 1], "linear", seed=seed)
left, middle, right = (straight([0.3 + t, -0.2 + 2.0 * t]).data for t in (-1.0, 0.0, 1.0))
lesson.check(
    "three linear layers: second difference along a line",
    left - 2.0 * middle + right,
    equals=0.0,
    within=1e-12,
)

# %% [markdown]
# ## Through ten layers
# Ten layers of 32 neurons. A random error of length 1 is put in at the top; what length arrives at the input?
# Each layer multiplies it by $W^T$ and by $g'$, so both count: the activation, and how large the first
# weights are. Two usual choices: *Xavier's* variance $1/n$ (for $n$ inputs and $n$ outputs) and *He's*,
# $2/n$.

# %%
WIDTH, LAYERS, SAMPLES, NETS = 32, 10, 2, 1 if quick else 3


def lengths(name, init, net):
    """The length of the error at the input, and after each layer, over some random inputs."""
    source = np.random.default_rng(net)
    layers = [Layer(WIDTH, WIDTH, name, init=init, seed=source) for _ in range(LAYERS)]
    squares = np.zeros(LAYERS + 1)
    for _ in range(SAMPLES):
        states = [[Value(number) for number in source.normal(size=WIDTH).tolist()]]
        for layer in layers:
            states.append(layer(states[-1]))
        error = source.normal(size=WIDTH)
        dot(states[-1], (error / np.linalg.norm(error)).tolist()).backward()
        squares += [sum(a.grad**2 for a in state) for state in states]
    return np.sqrt(squares / SAMPLES)


INITS = {"xavier_normal": "Xavier", "he_normal": "He"}
arrives = {
    (name, init): np.median([lengths(name, init, seed + net) for net in range(NETS)], axis=0)
    for name in lesson.progress(by_hand, "ten layers", "activations")
    for init in INITS
}

# %%
lesson.predict(
    "One sigmoid layer multiplies an error by about a quarter. "
    "How many powers of ten are lost in ten of them, with Xavier's weights?",
    -float(np.log10(arrives["sigmoid", "xavier_normal"][0])),
    within=0.7,
)
print("what arrives      Xavier        He")
for name in by_hand:
    print(f"{name:12}  {arrives[name, 'xavier_normal'][0]:10.1e}  {arrives[name, 'he_normal'][0]:8.1e}")
lesson.check("sigmoid, Xavier: what arrives", arrives["sigmoid", "xavier_normal"][0], at_most=1e-5)
lesson.check("sigmoid, He: what arrives", arrives["sigmoid", "he_normal"][0], at_most=1e-4)
for name in ("relu", "leaky_relu", "gelu"):
    lesson.check(f"{name}, He: what arrives", arrives[name, "he_normal"][0], at_least=0.1, at_most=4.0)
    lesson.check(f"{name}, Xavier: what arrives", arrives[name, "xavier_normal"][0], at_most=0.1)
for init, named in INITS.items():
    lesson.check(f"tanh, {named}: what arrives", arrives["tanh", init][0], at_least=0.1, at_most=4.0)

picture, panels = figure(12, 5.5, columns=2, sharey=True)
for axes, (init, named) in zip(panels, INITS.items()):
    for name, dash, marker in zip(by_hand, DASHES, MARKERS):
        axes.semilogy(range(LAYERS + 1), arrives[name, init], linestyle=dash, marker=marker, label=name)
    axes.set(xlabel="layer (0 is the input)", title=f"{named}'s weights")
panels[0].set_ylabel("length of the error")
picture.legend(*panels[0].get_legend_handles_labels(), loc="outside right center")
lesson.show("ten-layers", picture, "An error of length 1 at layer 10 on its way back to the input")

# %% [markdown]
# ## Which weights go with which
# Suppose that the sums $z$ of a layer are normally distributed with variance 1. Then on the way back the
# square of the error's length is multiplied by $n \cdot \mathrm{Var}(w) \cdot \mathbb{E}\, g'(z)^2$, on
# average. It stays as it is, if
# $$\mathrm{Var}(w) = \frac{1}{n\; \mathbb{E}\, g'(z)^2}$$
# For ReLU the mean is 1/2, since half of the slopes are 1 and half are 0: that is He's $2/n$. For a straight
# line it is 1: that is Xavier's $1/n$.

# %%
z = np.linspace(-8.0, 8.0, 1601)
weight = np.exp(-z * z / 2.0)
weight /= weight.sum()
fitting = {
    name: 1.0 / float(sum(w * derivative(at) ** 2 for w, at in zip(weight, z.tolist())))
    for name, derivative in by_hand.items()
}
print("            n Var(w) that keeps the error")
for name, number in fitting.items():
    print(f"{name:10}  {number:29.2f}")
lesson.check("relu: n times the variance", fitting["relu"], equals=2.0, within=0.02)
lesson.check("gelu: n times the variance", fitting["gelu"], equals=2.2, within=0.02)
lesson.check("sigmoid: n times the variance", fitting["sigmoid"], at_least=20.0)

# %% [markdown]
# So He's weights go with ReLU and its relatives: `Layer(..., init="auto")`, which is the default, takes them
# for these, and Xavier's for the others. tanh would like a little more than Xavier gives, when its sums are
# as large as that; since it makes them smaller from layer to layer, its slopes come nearer to 1, and both
# choices keep the error within a factor of ten. For the sigmoid the formula asks for $22/n$, and then $z$
# would not have variance 1 any more: no choice is good. That is one reason why hidden layers are rarely
# sigmoids today.
#
# ## Saturation
# A sigmoid as an output is another matter: it says how sure the model is. Suppose it is very sure, and wrong:
# $z = -6$, where the answer is 1. With the squared error, the gradient has the factor $\sigma'(z)$, which is
# tiny there. Cross-entropy has none: its gradient in $z$ is $\sigma(z) - y$, nearly −1. One parameter, SGD
# with a rate of 1:


# %%
def steps_back(loss, z, lr=1.0):
    """How many steps until z is above 0, for the target 1."""
    z, taken = Value(z), 0
    optimizer = SGD([z], lr=lr)
    while z.data < 0.0:
        optimizer.zero_grad()
        loss(z).backward()
        optimizer.step()
        taken += 1
    return taken


by_entropy = steps_back(lambda z: binary_cross_entropy(z, 1.0), -6.0)
by_square = steps_back(lambda z: squared_error(z.sigmoid(), 1.0), -6.0)

# %%
print(f"cross-entropy: {by_entropy} steps from -6 to 0")
lesson.predict("And how many steps by the squared error?", by_square, unit="steps", within=200)
lesson.check("steps by the squared error / by cross-entropy", by_square / by_entropy, at_least=30.0)

# %% [markdown]
# This is why classifiers end in a sigmoid or softmax *with* cross-entropy.
#
# ## Dead ReLUs
# A ReLU whose sum is negative for every sample gives 0 and gets 0: its slope is 0 wherever we look. In the
# first layer, whose inputs never change, nothing can bring it back. One cause is a learning rate that was too
# large for a few steps. Here is a net with 32 hidden neurons: 20 steps with a rate of 10, then 300 with 0.1.
# A leaky ReLU goes off as easily, but its slope is 0.01 there, not 0.

# %%
X, y = make_moons(100, noise=0.1, seed=seed)


def sums_of(layer):
    """The weighted sums of a layer's neurons for all samples, a row for each sample."""
    weights = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
    return X @ weights.T + np.array([neuron.b.data for neuron in layer.neurons])


def recover(name):
    """How many neurons large steps switch off for all samples; how far their weights move afterwards."""
    model = MLP(2, [32, 1], name, seed=seed)
    loss = compile(lambda x, target: binary_cross_entropy(model(x), target), backend="numpy")
    hidden = model.layers[0]
    with loss.training(SGD(model.parameters(), lr=10.0)) as step:
        step.over(X, y, [range(len(X))] * 20)
    off = [neuron for neuron, high in zip(hidden.neurons, sums_of(hidden).max(axis=0)) if high <= 0.0]
    before = [[w.data for w in neuron.w] for neuron in off]
    with loss.training(SGD(model.parameters(), lr=0.1)) as step:
        step.over(X, y, [range(len(X))] * 300)
    moved = [abs(w.data - old) for neuron, row in zip(off, before) for w, old in zip(neuron.w, row)]
    return len(off), moved


for name in ("relu", "leaky_relu"):
    off, moved = recover(name)
    lesson.check(f"{name}: neurons of 32 that are off for all samples", off, at_least=8)
    if name == "relu":
        lesson.check("relu: how far the weights of these move in 300 more steps", max(moved), equals=0.0)
    else:
        lesson.check("leaky_relu: the least that one of these weights moves", min(moved), at_least=1e-6)

# %% [markdown]
# Dead is not a figure of speech: not one of these weights has changed by a single bit. The leaky ones move,
# slowly, since a hundredth of a gradient is little. (`fit` warns when a whole layer is dead. A smaller rate
# at the beginning is the better cure.)
#
# ## The same net with each
# Two hidden layers of 16 neurons on the moons, 200 steps of SGD on all samples with a rate of 1, for three
# nets each. The dotted line is the loss without activations: that of a straight cut.

# %%
ends = {}
for name in lesson.progress([*by_hand, "linear"], "training", "activations"):
    model = MLP(2, [16, 16, 1], name, seed=seed)
    loss = compile(lambda x, c, model=model: binary_cross_entropy(model(x), c), backend="numpy")
    ends[name] = []
    for net in range(1 if quick else 3):
        model.load_state_dict(MLP(2, [16, 16, 1], name, seed=seed + net).state_dict())
        with loss.training(SGD(model.parameters(), lr=1.0)) as step:
            step.over(X, y, [range(len(X))] * 200)
        ends[name].append(float(loss(X, y).mean()))
medians = {name: float(np.median(losses)) for name, losses in ends.items()}
for name, median in sorted(medians.items(), key=lambda entry: entry[1]):
    print(f"{name:10}  loss {median:.4f}")
rectifiers = [medians[name] for name in ("relu", "leaky_relu", "elu", "gelu", "silu")]
lesson.check(
    "relu and its relatives, softplus aside: the largest loss / tanh's",
    max(rectifiers) / medians["tanh"],
    at_most=1.0,
)
lesson.check(
    "the sigmoid's loss / that of the straight cut", medians["sigmoid"] / medians["linear"], at_least=0.8
)
lesson.check(
    "largest of relu and its relatives, softplus aside / the sigmoid's",
    max(rectifiers) / medians["sigmoid"],
    at_most=0.1,
)

picture, axes = figure(9, 5)
order = sorted(medians, key=lambda name: medians[name])
for row, name in enumerate(order):
    axes.semilogx(
        ends[name], [row] * len(ends[name]), "o", color=GREY, markersize=7, label=None if row else "one net"
    )
    axes.semilogx(medians[name], row, "D", color=ORANGE, markersize=12, label=None if row else "median")
axes.axvline(medians["linear"], color=GREY, linestyle=":", linewidth=1.5)
axes.set_yticks(range(len(order)), order)
axes.set(xlabel="loss after 200 steps (nats); that of guessing is ln 2 = 0.69")
axes.invert_yaxis()
picture.legend(loc="outside upper center", ncols=2)
lesson.show(
    "training", picture, "Loss of the same net with each activation: a rate of 1, 200 steps, the moons"
)

# %% [markdown]
# Among ReLU and its relatives, softplus aside, the differences are about as large as those between nets. The
# sigmoid is no better than the straight cut yet, already with two hidden layers. With another rate and more
# steps the numbers change; try it.
#
# ## Exercises
# 1. *Softsign* is $z / (1 + |z|)$. Write it for Values and give it to `MLP` as a function. What is its
#    derivative, and does it saturate faster or slower than tanh?
# 2. By the formula of this lesson, which variance fits SiLU? Draw the weights of ten SiLU layers with it. Is
#    what arrives nearer to 1 than with He's weights? Why is it not exactly 1?
# 3. If the signs of sums were coins, how many of the 1024 neurons of a ReLU layer would be off for all of 10
#    samples? Count for `Layer(32, 1024)` and normal inputs. And how many are off if all inputs are positive,
#    as they are after another ReLU layer? Why so many?
#
# Solutions: `python -m demos --solutions activations`, or `demos/solutions/activations.py`.
