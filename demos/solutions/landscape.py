# %% [markdown]
# # Saddle points and local minima: solutions

# %%
from math import ceil, hypot, log, sin, sqrt

import numpy as np

import autograd
from autograd import Value, compile, grad, hessian, mean
from nn import SGD, Adam, RMSProp, gradient_noise

xs = np.linspace(-1.0, 1.0, 21).tolist()
targets = [sin(6.0 * x) for x in xs]


def loss(w):
    w1, w2 = w
    errors = [w2 * autograd.sin(w1 * x) - target for x, target in zip(xs, targets)]
    return 0.5 * mean([error * error for error in errors]) + 0.001 * (w1 * w1 + w2 * w2)


optimisers = {
    "SGD": lambda parameters: SGD(parameters, lr=0.3),
    "momentum": lambda parameters: SGD(parameters, lr=0.3, momentum=0.9),
    "RMSProp": lambda parameters: RMSProp(parameters, lr=0.03),
    "Adam": lambda parameters: Adam(parameters, lr=0.1),
}

# %% [markdown]
# ## 1. On the saddle itself
# There the gradient is zero up to rounding, some $10^{-17}$, and SGD and momentum stay. RMSProp and Adam
# may leave even so: they divide the gradient by its own size, and so take rounding for a slope. With noise
# all of them leave.

# %%
saddle = [3.0, 0.0]
for _ in range(20):
    saddle = (np.array(saddle) - np.linalg.solve(hessian(loss)(saddle), grad(loss)(saddle))).tolist()


def steps_to_leave(make_optimizer, deviation, most=200):
    """Steps until the distance from the saddle is 0.5; `most` when it is never that."""
    w = [Value(number) for number in saddle]
    optimizer, source = make_optimizer(w), np.random.default_rng(0)
    for step in range(most):
        if hypot(w[0].data - saddle[0], w[1].data - saddle[1]) > 0.5:
            return step
        optimizer.zero_grad()
        loss(w).backward()
        gradient_noise(w, deviation, source)
        optimizer.step()
    return most


for name, make in optimisers.items():
    alone, noisy = steps_to_leave(make, 0.0), steps_to_leave(make, 0.05)
    stays = " (it stays)" if alone == 200 else ""
    print(f"{name:10} {alone} steps without noise{stays}, {noisy} with it")
    assert noisy < 200
    assert alone == 200 or name in ("RMSProp", "Adam")

# %% [markdown]
# ## 2. The map turned
# SGD follows the gradient, which turns with the map: it goes the same way, and ends at the same place. Adam
# scales u and v, not w1 and w2, so its path is another one.


# %%
def turned(make_optimizer, start, steps=800):
    """Where an optimiser of u and v ends, in w."""
    u, v = Value((start[0] + start[1]) / sqrt(2)), Value((start[1] - start[0]) / sqrt(2))
    optimizer = make_optimizer([u, v])
    middle = None
    for step in range(steps):
        optimizer.zero_grad()
        loss([(u - v) / sqrt(2), (u + v) / sqrt(2)]).backward()
        optimizer.step()
        if step == 9:
            middle = (u.data - v.data) / sqrt(2), (u.data + v.data) / sqrt(2)
    return middle, ((u.data - v.data) / sqrt(2), (u.data + v.data) / sqrt(2))


def straight(make_optimizer, start, steps=800):
    """The same for an optimiser of w1 and w2."""
    w = [Value(number) for number in start]
    optimizer = make_optimizer(w)
    middle = None
    for step in range(steps):
        optimizer.zero_grad()
        loss(w).backward()
        optimizer.step()
        if step == 9:
            middle = w[0].data, w[1].data
    return middle, (w[0].data, w[1].data)


apart = {}
for name in ("SGD", "Adam"):
    here, there = straight(optimisers[name], [2.6, 1.0]), turned(optimisers[name], [2.6, 1.0])
    apart[name] = hypot(here[0][0] - there[0][0], here[0][1] - there[0][1])
    end = f"({there[1][0]:.2f}, {there[1][1]:.2f}) and ({here[1][0]:.2f}, {here[1][1]:.2f})"
    print(f"{name:4} after 10 steps {apart[name]:.1e} from its path on the map as it was; the ends: {end}")
assert apart["SGD"] < 1e-9
assert apart["Adam"] > 0.05
assert there[1][0] < 1.0 < 5.0 < here[1][0]  # Adam's, the last ones

# %% [markdown]
# ## 3. Random starts
# With a share p of good starts, n starts all fail with the probability $(1 - p)^n$. That is below 1 % from
# $n = \log 0.01 / \log (1 - p)$ on. As in the lesson, one compiled step trains all starts.

# %%
starts = np.random.default_rng(0).uniform(-7.0, 7.0, (300, 2)).tolist()
nets = [[Value(number) for number in start] for start in starts]
total = compile(lambda: autograd.sum([loss(w) for w in nets]), batched=False, backend="numpy")
with total.training(SGD([number for w in nets for number in w], lr=0.1)) as step:
    for _ in range(1000):
        step()
p = mean([float(loss([number.data for number in w]) < 0.05) for w in nets])
needed = ceil(log(0.01) / log(1.0 - p))
print(f"{p:.0%} of the starts are good: {needed} starts")
assert 0.1 < p < 0.7
assert (1.0 - p) ** needed <= 0.01
