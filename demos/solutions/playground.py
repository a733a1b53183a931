# %% [markdown]
# # The playground: solutions

# %%
from math import hypot

import numpy as np

from autograd import compile
from nn import MLP, SGD, binary_cross_entropy, hinge, make_moons

X, y = make_moons(100, noise=0.1, seed=0)
targets = 2 * y - 1


def stepping(model, loss, rate, momentum=0.9):
    """A block in which the model is trained, compiled."""
    fast = compile(lambda x, target: loss(model(x), target), backend="numpy", progress=False)
    return fast.training(SGD(model.parameters(), lr=rate, momentum=momentum))


# %% [markdown]
# ## 1. An island
# One point in a hundred is one hundredth of the mean loss: the net gives it up. Three at the same place weigh
# three times as much, and an island rises. Of two neurons in a layer none can be spared for it.

# %%
upper = X[y == 0]
middle = upper[np.argmin(np.abs(upper[:, 0]))]


def last_wrong(width, copies, steps=500):
    """The last of so many steps after which the point, of which there are so many, is on the wrong side."""
    model = MLP(2, [width, width, 1], "tanh", seed=0)
    score = compile(model, backend="numpy", progress=False)
    samples, classes = np.vstack([X, [middle] * copies]), np.append(targets, [1] * copies)
    last = 0
    with stepping(model, hinge, 0.1) as step:
        for at in range(1, steps + 1):
            step(samples, classes)
            if score(middle[None])[0] <= 0:
                last = at
    return last


for width, copies in ((8, 1), (8, 3), (2, 3)):
    wrong = last_wrong(width, copies)
    print(f"{width} + {width} neurons, {copies} at one place: wrong until step {wrong} of 500")
assert last_wrong(8, 1) == 500
assert last_wrong(8, 3) < 400
assert last_wrong(2, 3) > 400

# %% [markdown]
# ## 2. The rate that kills
# Halving the interval between a rate that the net survives and one that it does not: alive means that some
# weight, and not only the last bias, still has a gradient. Near the limit it is a matter of luck: rates close
# to each other may fare differently, and what halving finds is one of the limits.


# %%
def alive_after(rate, steps=30):
    """Whether more than one parameter has a gradient after so many steps."""
    model = MLP(2, [16, 16, 1], seed=0)
    with stepping(model, hinge, rate, momentum=0.0) as step:
        step.over(X, targets, [range(len(X))] * steps)
    return sum(parameter.grad != 0 for parameter in model.parameters()) > 1


low, high = 1.0, 10.0
while high - low > 0.1:
    middle_rate = (low + high) / 2
    low, high = (middle_rate, high) if alive_after(middle_rate) else (low, middle_rate)
print(f"alive at a rate of {low:.1f}, dead at {high:.1f}")
assert 1.0 < high < 10.0

# %% [markdown]
# ## 3. tanh in the deep net
# The slope of tanh is 1 where a neuron is near 0, as many are at the start: much of the gradient arrives.


# %%
def first_to_last(activation):
    """The length of the gradient in the first layer, as a share of that in the last."""
    model = MLP(2, [8, 8, 8, 8, 8, 1], activation, seed=0)
    compile(lambda x, c: binary_cross_entropy(model(x), c), backend="numpy", progress=False).backward(X, y)
    first, *_, last = (hypot(*(p.grad for p in layer.parameters())) for layer in model.layers)
    return first / last


shares = {activation: first_to_last(activation) for activation in ("sigmoid", "tanh", "relu")}
print("  ".join(f"{activation}: {share:.2g}" for activation, share in shares.items()))
assert shares["sigmoid"] < 0.01
assert shares["tanh"] > 0.1
