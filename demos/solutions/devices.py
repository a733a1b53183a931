# %% [markdown]
# # Devices: solutions

# %%
import os
from itertools import pairwise

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=8"  # read when JAX is first used
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np

from autograd import compile, mean
from nn import MLP, SGD, make_moons, squared_error

# %% [markdown]
# ## 1. Unequal parts
# A mean of means gives each part the same weight, so that a sample of the small part counts three times as
# much as one of the large part. Weighted by their sizes, the parts' gradients give that of the batch.
# `training` refuses what does not divide, and says what would.

# %%
X, y = make_moons(64, noise=0.1, seed=0)
model = MLP(2, [8, 1], "tanh", seed=0)


def gradient_of(rows):
    model.zero_grad()
    mean(squared_error(model(X[row].tolist()), float(y[row])) for row in rows).backward()
    return np.array([p.grad for p in model.parameters()])


whole, large, small = gradient_of(range(64)), gradient_of(range(48)), gradient_of(range(48, 64))
plain, weighted = (large + small) / 2, (48 * large + 16 * small) / 64
print("plain mean:", np.abs(plain - whole).max(), "weighted:", np.abs(weighted - whole).max())
assert np.abs(plain - whole).max() > 1e-3
assert np.abs(weighted - whole).max() < 1e-14

fast = compile(lambda x, target: squared_error(model(x), target), backend="jax", progress=False)
try:
    with fast.training(SGD(model.parameters(), lr=0.1), devices="all") as step:
        step(X[:60], y[:60].astype(float))
    said = ""
except ValueError as error:
    said = str(error)
print(said)
assert "60 samples are not by 8; give 56 or 64" in said

# %% [markdown]
# ## 2. A ring
# In the first $d - 1$ rounds each device adds its own part to the sum that it has just got and passes it on;
# then each device has one part of the sum complete, and that is the reduce-scatter. In the other $d - 1$
# rounds the complete parts go round: the all-gather. Each device sends $2(d - 1)/d$ times its numbers: less
# than twice, however many devices there are.


# %%
def ring(rows):
    """What each device has after an all-reduce in a ring, and how many numbers each has sent."""
    count = len(rows)
    parts, sent = rows.reshape(count, count, -1).copy(), 0
    for turn in range(2 * (count - 1)):
        passed = [parts[device, (device - turn) % count].copy() for device in range(count)]
        for device, part in enumerate(passed):
            following, place = (device + 1) % count, (device - turn) % count
            parts[following, place] = part + (parts[following, place] if turn < count - 1 else 0.0)
        sent += passed[0].size
    return parts.reshape(rows.shape), sent


for count in (2, 4, 8, 16):
    rows = np.random.default_rng(0).normal(size=(count, 3200))
    summed, sent = ring(rows)
    print(f"{count:3} devices: each sends {sent:,} numbers, {sent / 3200:.3f} times its own")
    assert np.allclose(summed, rows.sum(axis=0), rtol=1e-12, atol=1e-12)
    assert sent == 2 * (count - 1) * 3200 // count < 2 * 3200

# %% [markdown]
# ## 3. A larger net
# Parameters and Adam's two means are three numbers for each parameter, of 4 bytes. The gradient, which is
# summed, is one number for each parameter. Of $d$ devices, each holds $3/d$ times as many: fewer from four
# devices on.

# %%
sizes = [784, 512, 256, 10]
parameters = sum((before + 1) * after for before, after in pairwise(sizes))
replicated, sharded, gradient = 3 * 4 * parameters, 3 * 4 * -(-parameters // 8), 4 * parameters
print(f"{parameters:,} parameters: {replicated:,} bytes replicated, {sharded:,} sharded")
print(f"the all-reduce: {gradient + 4:,} bytes, the loss among them")
least = next(count for count in range(1, 9) if 3 * 4 * -(-parameters // count) < gradient)
assert (parameters, replicated, sharded, least) == (535_818, 6_429_816, 803_736, 4)
