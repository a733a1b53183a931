# %% [markdown]
# # Exploding gradients: solutions

# %%
from math import acos, degrees, hypot, sqrt

import numpy as np

from autograd import Value, dot, sigmoid
from nn import SGD, LSTMCell, RNNCell, clip_gradient_value, orthogonal, squared_error

STEPS, WIDTH = 40, 8
inputs = np.random.default_rng(0).normal(0.0, 0.001, STEPS).tolist()

# %% [markdown]
# ## 1. A millionth after 40 steps
# $\rho^{40} = 10^{-6}$ gives $\rho = 10^{-6/40} = 0.708$.

# %%
radius = 10 ** (-6 / STEPS)
cell = RNNCell(1, WIDTH, seed=0)
for neuron, row in zip(cell.hidden.neurons, orthogonal(WIDTH, WIDTH, seed=0)):
    for weight, number in zip(neuron.w[1:], row):
        weight.data = radius * number
first = state = [Value(0.0) for _ in range(WIDTH)]
for x in inputs:
    state = cell([x], state)
dot(state, [WIDTH**-0.5] * WIDTH).backward()
norm = hypot(*(h.grad for h in first))
print(f"radius {radius:.3f}: gradient {norm:.3g} after {STEPS} steps")
assert 0.9e-6 < norm < 1.1e-6

# %% [markdown]
# ## 2. Clipping each entry
# On the wall both entries are far above the limit, so both become the limit: whatever the gradient's
# direction was, the clipped one lies on a diagonal. Clipping the norm turns nothing.

# %%
w, b = Value(5.5), Value(-2.3)
optimizer = SGD([w, b], lr=0.3)
largest, angle = 0.0, 0.0
for _ in range(400):
    h = 0.5
    for _ in range(50):
        h = (w * h + b).sigmoid()
    optimizer.zero_grad()
    squared_error(h, 0.7).backward()
    before = w.grad, b.grad
    clip_gradient_value([w, b], 0.2)
    if hypot(*before) > largest:
        largest = hypot(*before)
        cosine = (before[0] * w.grad + before[1] * b.grad) / (largest * hypot(w.grad, b.grad))
        angle = degrees(acos(min(cosine, 1.0)))  # rounding may leave it above 1
    optimizer.step()
print(f"largest gradient {largest:.3g}, turned by {angle:.0f} degrees; w = {w.data:.2f}, b = {b.data:.2f}")
assert largest > 1.0
assert 5.0 < angle < 45.0

# %% [markdown]
# ## 3. An LSTM's memory
# $c_t = f c_{t-1} + i g$: where the gates do not read h, each step backward multiplies by the forget gate f
# alone, without a matrix. Its bias starts at 1, and $\sigma(1)^{40}$ is little; with a bias of 5 three
# quarters are left. (A trained LSTM reads h as well, and along that way its gradients can explode like any
# other's.)


# %%
def gradient_in_memory(bias):
    """The gradient of the last memory in the first, for one direction of length 1."""
    cell = LSTMCell(1, WIDTH, seed=0)
    for gate in (cell.input_gate, cell.forget_gate, cell.candidate, cell.output_gate):
        for neuron in gate.neurons:
            for weight in neuron.w[1:]:  # w[0] reads the input, the others h
                weight.data = 0.0
    for neuron in cell.forget_gate.neurons:
        neuron.b.data = bias
    start = cell.start()._replace(c=[Value(0.0) for _ in range(WIDTH)])
    state = start
    for x in inputs:
        state = cell([x], state)
    dot(state.c, [1.0 / sqrt(WIDTH)] * WIDTH).backward()
    return hypot(*(c.grad for c in start.c))


for bias in (1.0, 5.0):
    norm, expected = gradient_in_memory(bias), sigmoid(bias) ** STEPS
    print(f"bias {bias:g}: gradient {norm:.2g}, sigmoid(bias)^{STEPS} = {expected:.2g}")
    assert abs(norm / expected - 1.0) < 0.05
