# %% [markdown]
# # Iris: solutions
#
# 1. Hardly worse: the species are almost linearly separable. A hidden layer is not always worth its weights.

# %%
from math import log

from autograd import Value, mean, no_grad
from nn import MLP, Adam, accuracy, cross_entropy, fit, load_iris, split

X, y = load_iris()
training, held_out = split(X, y, share=0.2, seed=0)
middle, deviation = training[0].mean(axis=0), training[0].std(axis=0)
training, held_out = (((lengths - middle) / deviation, kinds) for lengths, kinds in (training, held_out))


def train(model):
    """The history of 25 epochs on the irises."""
    optimizer = Adam(model.parameters(), lr=0.05)
    options = {"loss": cross_entropy, "metric": accuracy, "validation": held_out, "batch_size": 16}
    return fit(model, training, optimizer=optimizer, epochs=25, seed=0, progress=False, **options)


plain = train(MLP(4, [3], seed=0))["validation_metric"][-1]
deeper = train(MLP(4, [8, 3], "tanh", seed=0))["validation_metric"][-1]
print(f"held back: {plain:.0%} right without a hidden layer, {deeper:.0%} with one")
assert plain >= 0.85
assert abs(plain - deeper) <= 0.1

# %% [markdown]
# 2. Softmax divides by the sum: a factor $e^{100}$ in every term cancels. That is also how overflow is
#    avoided: the library takes the largest score off all of them first.

# %%
low, high = ([Value(score + shift) for score in (2.0, 1.0, -1.0)] for shift in (0.0, 100.0))
losses = [cross_entropy(scores, 1) for scores in (low, high)]
for loss in losses:
    loss.backward()
print(f"losses {losses[0].data:.12f} and {losses[1].data:.12f}")
assert abs(losses[0].data - losses[1].data) < 1e-12
assert max(abs(a.grad - b.grad) for a, b in zip(low, high)) < 1e-12

# %% [markdown]
# 3. $-\log(1/3) = \log 3 = 1.0986$, whatever the flower. A new model, whose scores are nearly equal, starts
#    there; one that starts far above has initial weights that are too large.

# %%
small = MLP(
    4,
    [8, 3],
    "tanh",
    init=lambda nin, nout, generator: generator.normal(0.0, 0.01, (nout, nin)).tolist(),
    seed=0,
)
with no_grad():
    start = mean(cross_entropy(small(sample), target) for sample, target in zip(X.tolist(), y.tolist()))
print(f"log 3 = {log(3):.4f}, the loss of a model with tiny weights: {start.data:.4f}")
assert abs(start.data - log(3)) < 0.01
