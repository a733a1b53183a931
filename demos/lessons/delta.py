# %% [markdown]
# # Delta: backpropagation with matrices
#
# The error term of each layer, three lines of numpy, equal to the engine's gradients to the last digits.
#
# **What you will learn**
# * what $\delta^{[l]}$ is, and how it travels from layer to layer
# * on which side of $\delta$ the weight matrix stands, why it is transposed, and how the shapes tell
# * that a compiler finds the same matrices in code that never mentions one
#
# Notes: *The Complete Process of Backpropagation, 2. Backward Pass*, *Mathematical Overview*
#
# Time: 60 minutes
#
# Builds on: `by-hand`, `chain-rule`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

import autograd
from demos.lesson import Lesson
from demos.palette import figure
from nn import MLP, Layer, squared_error
from viz import draw_network

lesson = Lesson("delta", seed, quick, out)

# %% [markdown]
# ## A network, and its numbers as matrices
# This lesson needs what a product of matrices is, and a transpose: $W^T$ is $W$ with rows as columns.
#
# Two inputs, layers of 4 and 3 tanh neurons, 2 linear outputs. A `Neuron` holds its weights as a list, so a
# layer is a list of rows. For layer number $l$ that is the matrix $W^{[l]}$: one row for each neuron, one
# column for each of its inputs. $b^{[l]}$ are its biases.

# %%
model = MLP(2, [4, 3, 2], "tanh", seed=seed)
x, y = [0.5, -1.0], [1.0, 0.0]


def data(value):
    return value.data


def gradient(value):
    return value.grad


def matrices(of, model=model):
    """W and b of every layer, counted from 1 as in the notes: of data, or of gradients."""
    layers = dict(enumerate(model.layers, start=1))
    W = {l: np.array([[of(w) for w in neuron.w] for neuron in layer.neurons]) for l, layer in layers.items()}
    b = {l: np.array([of(neuron.b) for neuron in layer.neurons]) for l, layer in layers.items()}
    return W, b


W, b = matrices(data)
for l in W:
    print(f"W[{l}] is {W[l].shape[0]} × {W[l].shape[1]}, b[{l}] has {b[l].size} entries")

# %% [markdown]
# ## Forward
# $z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}, \quad a^{[l]} = g(z^{[l]})$. Here $a^{[0]}$ is the input $x$, and
# $g$ is the activation: tanh, and in the last layer none, $a = z$. We keep every $a$: the way back needs
# them.


# %%
def forward(x, W, b):
    """The activations a[0] = x, a[1], a[2], and the linear output a[3]."""
    a = {0: np.array(x)}
    for l in (1, 2, 3):
        z = W[l] @ a[l - 1] + b[l]
        a[l] = np.tanh(z) if l < 3 else z
    return a


a = forward(x, W, b)
outputs = model(x)
furthest = max(abs(float(mine) - value.data) for mine, value in zip(a[3], outputs))
lesson.check("outputs: largest distance from the engine's", furthest, at_most=1e-14)

# %% [markdown]
# ## Backward
# Let $\delta^{[l]} = \partial L/\partial z^{[l]}$, one number for each neuron: how fast the loss grows with
# this neuron's weighted sum. The output is linear, and the loss $L = \frac12 \lVert \hat y - y \rVert^2$ is
# half the sum of the squared distances, so $\delta^{[3]} = \hat y - y$. Going back:
#
# * the weighted sum $z^{[l+1]}_j$ reads $a^{[l]}_i$ through the weight $W_{ji}$, so what it has to pass back
#   to $a^{[l]}_i$ is $W_{ji}\,\delta_j$. All neurons $j$ that read $a_i$ add up: $\sum_j W_{ji} \delta_j =
#   (W^T \delta)_i$;
# * through the activation: times $g'(z) = 1 - a^2$;
# * the weight $W_{ji}$ multiplies $a_i$, so $\partial L/\partial W_{ji} = \delta_j a_i$, in one go $\delta\,
#   a^T$;
# * the bias multiplies 1: $\partial L/\partial b = \delta$.

# %%
delta = {3: a[3] - y}
for l in (2, 1):
    delta[l] = (W[l + 1].T @ delta[l + 1]) * (1 - a[l] ** 2)

dw = {l: np.outer(delta[l], a[l - 1]) for l in (1, 2, 3)}
db = delta

# %% [markdown]
# Now the engine, which knows nothing of matrices: it has nodes, local derivatives, and one `+=`.


# %%
def distance(mine, theirs):
    """The largest difference between two sets of arrays, relative to the largest entry."""
    scale = max(np.abs(array).max() for array in theirs.values())
    return float(max(np.abs(mine[l] - theirs[l]).max() for l in theirs) / scale)


model.zero_grad()
loss = squared_error(outputs, y)
loss.backward()
dw_engine, db_engine = matrices(gradient)
print("dL/dW[2] by matrices, and by the engine:")
for mine, theirs in zip(dw[2], dw_engine[2]):
    print("   ", *(f"{entry:11.7f}" for entry in mine), "   |", *(f"{entry:11.7f}" for entry in theirs))
lesson.check("dL/dW = δ aᵀ: relative distance from the engine's", distance(dw, dw_engine), at_most=1e-14)
lesson.check("dL/db = δ: relative distance from the engine's", distance(db, db_engine), at_most=1e-14)

# %% [markdown]
# The engine has $\delta$ too. A hidden neuron is two nodes, the weighted sum $z$ and its tanh, and after
# `backward()` the gradient of the first is $\delta$.

# %%
model.zero_grad()
hidden = model.layers[0](x)
squared_error(model.layers[2](model.layers[1](hidden)), y).backward()
delta_1 = np.array([value.parents[0].grad for value in hidden])
print("δ[1] by matrices:          ", *(f"{entry:11.7f}" for entry in delta[1]))
print("δ[1] in the engine's nodes:", *(f"{entry:11.7f}" for entry in delta_1))
lesson.check("δ[1]: relative distance from the engine's", distance(delta, {1: delta_1}), at_most=1e-14)

# %% [markdown]
# ## Where the notes' summary is wrong
# Our output is linear, so that $g' = 1$ and $\delta^{[3]} = \partial L/\partial a^{[3]} \cdot g'(z^{[3]}) =
# \hat y - y$. The *Mathematical Overview* of the notes leaves $g'$ out in general: it starts from
# $\delta^{[L]} = \partial L/\partial a^{[L]}$. With any other output activation that is not $\partial
# L/\partial z^{[L]}$, and as every $\delta$ is made from the one above it, all gradients are wrong. Measured,
# with a last layer of tanh:

# %%
bent = MLP(2, [4, 3, 2], "tanh", seed=seed)
bent.layers[-1] = Layer(3, 2, "tanh", seed=seed)
squared_error(bent(x), y).backward()
W_bent, b_bent = matrices(data, bent)
dw_bent, _ = matrices(gradient, bent)
c = forward(x, W_bent, b_bent)
c[3] = np.tanh(c[3])


def gradients(delta_3):
    """dL/dW of each layer, from the δ of the last one."""
    delta_2 = (W_bent[3].T @ delta_3) * (1 - c[2] ** 2)
    delta_1 = (W_bent[2].T @ delta_2) * (1 - c[1] ** 2)
    return {l: np.outer(d, c[l - 1]) for l, d in ((1, delta_1), (2, delta_2), (3, delta_3))}


whole, summary = gradients((c[3] - y) * (1 - c[3] ** 2)), gradients(c[3] - y)
lesson.check(
    "tanh output, δ = ∂L/∂a · g'(z): relative distance in dL/dW", distance(whole, dw_bent), at_most=1e-14
)
lesson.check("tanh output, δ = ∂L/∂a: relative distance in dL/dW", distance(summary, dw_bent), at_least=0.01)
least = min(distance({l: summary[l]}, {l: dw_bent[l]}) for l in summary)
lesson.check("the same in the layer where it is least", least, at_least=0.01)

# %% [markdown]
# ## See it
# One sample's gradient is an outer product: every row of $\partial L/\partial W$ is the same row $a^T$, times
# another $\delta_j$. Such a matrix has *rank* 1: all its rows are multiples of one row. A batch adds one such
# matrix for each sample.

# %%
shades = LinearSegmentedColormap.from_list("signs", ["#f0a878", "#ffffff", "#80bce6"])
fig, axes = figure(9, 5.4, rows=2, columns=2, width_ratios=(1, 4), height_ratios=(1, 3))
parts = {(0, 1): a[1][None, :], (1, 0): delta[2][:, None], (1, 1): dw[2]}
titles = {
    (0, 1): "$a^{[1]T}$: what came in",
    (1, 0): "$\\delta^{[2]}$",
    (1, 1): "$\\partial L/\\partial W^{[2]} = \\delta^{[2]} a^{[1]T}$",
}
for place, part in parts.items():
    most = np.abs(part).max()
    axes[place].pcolormesh(part, cmap=shades, vmin=-most, vmax=most, edgecolors="#808080", linewidth=1)
    axes[place].set_title(titles[place])
    axes[place].invert_yaxis()
    for (row, column), entry in np.ndenumerate(part):
        axes[place].text(column + 0.5, row + 0.5, f"{entry:.3f}", ha="center", va="center", color="#101010")
for ax in axes.flat:
    ax.set_axis_off()
lesson.show("outer", fig, "The gradient of W is an outer product: blue positive, orange negative")
lesson.show("network", draw_network(model, gradients=True), "∂L/∂W as lines, δ = ∂L/∂b in the neurons")
lesson.check("rank of dL/dW[2], one sample", int(np.linalg.matrix_rank(dw_engine[2])), equals=1)

# %% [markdown]
# ## On which side, and transposed?
# The notes write $z = W a + b$ with columns, and $\delta^{[l]} = \delta^{[l+1]} \cdot (W^{[l+1]})^T \cdot
# g'(z^{[l]})$. Taken literally, as matrix products of columns, this has no meaning: $\delta^{[3]}$ has 2
# entries and $W^{[3]T}$ is $3 \times 2$. The shapes allow one order only, $W^T \delta$, since $W$ maps 3
# numbers to 2 and the way back maps 2 to 3.

# %%
try:
    delta[3] @ W[3].T
    fits = True
except ValueError as error:
    fits = False
    print("δ[3] @ W[3].T:", error)
lesson.check("δ Wᵀ with W as in z = W a + b: the shapes do not fit", fits, equals=False)

# %% [markdown]
# Shapes protect us only while they differ. With two layers of equal width the wrong order runs, without a
# word, and every gradient below it is wrong. Compare against the engine, or finite differences, always.

# %%
square = MLP(2, [3, 3, 2], "tanh", seed=seed)
squared_error(square(x), y).backward()
W_square, b_square = matrices(data, square)
dw_square, _ = matrices(gradient, square)
c = forward(x, W_square, b_square)
delta_2 = (W_square[3].T @ (c[3] - y)) * (1 - c[2] ** 2)
right = np.outer((W_square[2].T @ delta_2) * (1 - c[1] ** 2), c[0])
wrong = np.outer((delta_2 @ W_square[2].T) * (1 - c[1] ** 2), c[0])
first = {1: dw_square[1]}
lesson.check("equal widths, Wᵀ δ: relative distance in dL/dW[1]", distance({1: right}, first), at_most=1e-14)
lesson.check("equal widths, δ Wᵀ: relative distance in dL/dW[1]", distance({1: wrong}, first), at_least=0.01)

# %% [markdown]
# The notes' order is that of the *row convention*, which frameworks use for a batch: samples are rows, $Z = A
# V + b$, and the weight matrix $V = W^T$ has one column for each neuron. Then $\delta^{[l]} = (\delta^{[l+1]}
# V^{[l+1]T}) \cdot g'(Z^{[l]})$ exactly as in the notes, and $\partial L/\partial V = A^T \delta$, with $A$
# in front and the sum over samples in the product. It is the same mathematics, transposed; only mixing the
# two is wrong. This lesson, like the forward pass of the notes, uses columns.

# %%
X = lesson.generator.uniform(-1.0, 1.0, (5, 2))
Y = lesson.generator.uniform(-1.0, 1.0, (5, 2))
V = {l: W[l].T for l in W}
A = {0: X}
for l in (1, 2, 3):
    Z = A[l - 1] @ V[l] + b[l]
    A[l] = np.tanh(Z) if l < 3 else Z
D = {3: (A[3] - Y) / len(X)}  # the mean over the batch
for l in (2, 1):
    D[l] = (D[l + 1] @ V[l + 1].T) * (1 - A[l] ** 2)
dv = {l: A[l - 1].T @ D[l] for l in V}

model.zero_grad()
autograd.mean(squared_error(model(x), y) for x, y in zip(X.tolist(), Y.tolist())).backward()
dw_eager, db_eager = matrices(gradient)
transposed = {l: dw_eager[l].T for l in dw_eager}
lesson.check("batch of 5, dL/dV = Aᵀ δ: relative distance", distance(dv, transposed), at_most=1e-14)
rank = int(np.linalg.matrix_rank(dw_eager[2]))
lesson.check("rank of dL/dW[2], which is 3 × 4, for 5 samples", rank, equals=3)

# %% [markdown]
# ## First all gradients, then all updates
# The notes' list has "Update Weights and Biases" before "Repeat for All Layers". Do not update on the way
# back: $\delta^{[2]}$ needs the $W^{[3]}$ that made the prediction, not the new one. With a learning rate of
# 0.1:

# %%
too_early = W[3] - 0.1 * dw[3]
delta_early = (too_early.T @ delta[3]) * (1 - a[2] ** 2)
error = distance({2: np.outer(delta_early, a[1])}, {2: dw_engine[2]})
lesson.check("W[3] updated before δ[2] is computed: relative distance in dL/dW[2]", error, at_least=0.01)

# %% [markdown]
# (In their summary, the loop from $L - 1$ to 1 leaves out the last layer. Its weights have a gradient like
# all others, $\delta^{[L]} a^{[L-1]T}$: here `dw[3]`.)
#
# ## The compiler finds it
# `autograd.compile` records the scalar graph of one sample and groups what belongs together. Nobody told it
# of matrices; it sees dot products that share an operand. Read its backward part beside the formulas above:
# `a2.T @ d…` is $W^T \delta$, `(1.0 + v) * (1.0 - v)` is $g'$, `np.matmul(d…, v….T, out=…)` is $\delta a^T$
# summed over the batch and put into its place, and `total(d…, axis=-1, out=…)` is the bias.

# %%
fast = autograd.compile(lambda x, y: squared_error(model(x), y), backend="numpy")
model.zero_grad()
fast.backward(X, Y)
lesson.show("program", fast.source, "The program that compile wrote: forward, then backward")
dw_compiled, db_compiled = matrices(gradient)
lesson.check("compiled, dL/dW: relative distance", distance(dw_compiled, dw_eager), at_most=1e-14)
lesson.check("compiled, dL/db: relative distance", distance(db_compiled, db_eager), at_most=1e-14)
products = fast.source.count(" @ ") + fast.source.count("np.matmul")
lesson.check("matrix products: 3 forward, 3 of δ aᵀ, 2 of Wᵀ δ", products, equals=8)

# %% [markdown]
# ## Exercises
# 1. Make all layers sigmoid, the output too. Which two lines of the backward pass change, and how? Compare
#    your $\delta^{[L]}$ with the engine's.
# 2. For softmax outputs and cross-entropy, show with the engine that $\delta^{[L]} = \hat y - y$, with $y$
#    one-hot.
# 3. How many multiplications does the backward pass of a layer $n \to m$ take, beside those of its forward
#    pass? Count them in the matrices, and then in the engine's graph.
#
# Solutions: `python -m demos --solutions delta`, or `demos/solutions/delta.py`.
