# %% [markdown]
# # Delta: solutions

# %%
import numpy as np

from nn import MLP, Layer, cross_entropy, squared_error

x, y = [0.5, -1.0], [1.0, 0.0]


def distance(mine, theirs):
    """The largest difference, relative to the largest entry."""
    mine, theirs = np.array(mine), np.array(theirs)
    return float(np.abs(mine - theirs).max() / np.abs(theirs).max())


# %% [markdown]
# ## 1. Sigmoid everywhere
# Only $g'$ changes, from $1 - a^2$ to $a (1 - a)$, and the last layer has one as well: $\delta^{[L]} = (\hat
# y - y)\, \hat y (1 - \hat y)$, and on the way back `* a[l] * (1 - a[l])` in place of `* (1 - a[l] ** 2)`.

# %%
model = MLP(2, [4, 2], "sigmoid", seed=0)
model.layers[-1] = Layer(4, 2, "sigmoid", seed=1)
hidden = model.layers[0](x)
outputs = model.layers[1](hidden)
squared_error(outputs, y).backward()
deltas = [[neuron.b.grad for neuron in layer.neurons] for layer in model.layers]  # δ = ∂L/∂b
a, y_hat = (np.array([value.data for value in values]) for values in (hidden, outputs))
W = np.array([[w.data for w in neuron.w] for neuron in model.layers[1].neurons])
last = (y_hat - y) * y_hat * (1 - y_hat)
first = (W.T @ last) * a * (1 - a)
print(
    f"relative distance from the engine's: {distance(last, deltas[1]):.1e}, {distance(first, deltas[0]):.1e}"
)
assert distance(last, deltas[1]) < 1e-14
assert distance(first, deltas[0]) < 1e-14

# %% [markdown]
# ## 2. Softmax and cross-entropy
# $L = \log \sum_j e^{z_j} - z_t$. The derivative of the first term is $e^{z_i} / \sum_j e^{z_j} = \hat y_i$,
# that of the second is 1 for the target: $\delta = \hat y - y$. No factor $g'$ can make it vanish.

# %%
model = MLP(2, [4, 3], "tanh", seed=0)
scores = model(x)
cross_entropy(scores, 2).backward()
delta = [score.grad for score in scores]
e = np.exp([score.data for score in scores])
y_hat = e / e.sum()
print("δ in the engine:", *(f"{entry:8.5f}" for entry in delta))
print("ŷ - one-hot(2): ", *(f"{entry:8.5f}" for entry in y_hat - [0, 0, 1]))
assert distance(y_hat - [0, 0, 1], delta) < 1e-14

# %% [markdown]
# ## 3. What the way back costs
# Forward, $W a$: $mn$ multiplications. Backward, $W^T \delta$ takes $mn$ and $\delta a^T$ takes $mn$: twice
# the forward pass, plus one multiplication per neuron for $g'$. The first layer needs no $W^T \delta$, since
# nobody asks for the gradient of the data. The engine agrees: a dot node multiplies once for each operand
# that is a Value.

# %%
n, m = 5, 3
model = MLP(2, [n, m], "tanh", seed=0)
outputs = model(x)  # linear: each output is the dot node itself
back = sum(len(output.parents) for output in outputs)
assert back == 2 * m * n + m  # the last m are the biases, a multiplication by 1 that the matrices do without
first = sum(len(value.parents[0].parents) for value in model.layers[0](x))
assert first == 2 * n + n  # 2 inputs: n × 2 weights, n biases, and no inputs
print(f"{m} × {n}: forward {m * n} multiplications, backward {2 * m * n}, and {m} for biases, in the engine")
