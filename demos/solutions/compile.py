# %% [markdown]
# # From scalars to arrays: solutions

# %%
import numpy as np

from autograd import Value, compile, relu, where
from nn import Layer, make_moons, squared_error

# %% [markdown]
# ## 1. Choosing for each sample
# `x if x > 0 else 0 * x` is relu. `where(condition, a, b)` says it in general: both sides are computed, and
# for each sample one of them is taken; the gradient goes to that one.


# %%
def with_where(x):
    return where(x > 0.0, x, 0.0 * x)


numbers = np.array([1.0, -2.0, 0.5, -0.1])
for f in (with_where, relu):
    eager = [f(Value(number)).data for number in numbers.tolist()]
    compiled = compile(f, backend="numpy")(numbers)
    print(f.__name__, eager, compiled.tolist())
    assert compiled.tolist() == eager == [1.0, 0.0, 0.5, 0.0]

# %% [markdown]
# ## 2. The gradient of one layer
# The line is the one that puts a product with `x[...].T` into `dp`: the error of each output times each
# input, summed over the batch. In numpy: $\delta = (W x + b - y) / n$, then
# $\partial L/\partial W = \delta\, x^T$ and $\partial L/\partial b = \sum \delta$.

# %%
layer = Layer(2, 1, "linear", seed=0)
X, y = make_moons(50, seed=0)
fast = compile(lambda x, target: squared_error(layer(x)[0], target), backend="numpy")
fast.backward(X, y)
lines = [line.strip() for line in fast.source.splitlines() if ".T" in line]
print("\n".join(lines))
assert any("@" in line or "matmul" in line for line in lines)

neuron = layer.neurons[0]
W, b = np.array([w.data for w in neuron.w]), neuron.b.data
delta = (X @ W + b - y) / len(X)
by_hand = [*(delta @ X).tolist(), float(delta.sum())]
found = [parameter.grad for parameter in layer.parameters()]
print("found  ", found)
print("by hand", by_hand)
assert np.allclose(found, by_hand, rtol=1e-12, atol=1e-15)

# %% [markdown]
# ## 3. One recording for each shape
# The loops ran in Python while f was recorded: three inputs, three terms; five inputs, five. The batch is
# no part of the shape, so another number of samples needs no recording.

# %%
total = compile(lambda x: sum(entry * entry for entry in x), backend="numpy")
print(total(np.ones((4, 3))).tolist(), total(np.ones((9, 3)))[:2].tolist(), total)
assert "1 recording" in repr(total)
print(total(np.ones((4, 5))).tolist(), total)
assert "2 recordings" in repr(total)
