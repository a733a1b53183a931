# %% [markdown]
# # Mini-batches: solutions

# %%
import numpy as np

from autograd import compile
from nn import MLP, SGD, binary_cross_entropy, make_moons

SAMPLES, SIZES = 256, [8, 8, 1]
X, y = make_moons(SAMPLES, noise=0.15, seed=0)
model = MLP(2, SIZES, "tanh", seed=0)
loss = compile(lambda x, target: binary_cross_entropy(model(x), target))
parameters = model.parameters()


def gradient(rows):
    """The gradient of the mean loss of these samples."""
    model.zero_grad()
    loss.backward(X[rows], y[rows])
    return np.array([parameter.grad for parameter in parameters])


# %% [markdown]
# ## 1. Without putting back
# With half of the samples the noise is smaller by $\sqrt{128 / 255} = 0.71$ than with putting back, and the
# batch of all samples has none: it is the data.

# %%
each = np.array([gradient([row]) for row in range(SAMPLES)])
whole = each.mean(axis=0)
noise = np.sqrt(((each - whole) ** 2).sum(axis=1).mean())
source = np.random.default_rng(0)
for size in (128, 256):
    means = [each[source.permutation(SAMPLES)[:size]].mean(axis=0) for _ in range(400)]
    found = np.sqrt(((np.array(means) - whole) ** 2).sum(axis=1).mean())
    expected = noise / size**0.5 * ((SAMPLES - size) / (SAMPLES - 1)) ** 0.5
    print(f"batches of {size}: noise {found:.4f}, expected {expected:.4f}")
    assert abs(found - expected) < 0.1 * noise / size**0.5

# %% [markdown]
# ## 2. Four small batches for a large one
# `backward` *adds* to the gradients. So after four batches of 16 they hold the sum of four means, which is 4
# times the gradient of the 64: divide the gradient, or the learning rate, by 4.

# %%
rows = np.arange(64)
large = gradient(rows)
model.zero_grad()
for part in np.split(rows, 4):
    loss.backward(X[part], y[part])
added = np.array([parameter.grad for parameter in parameters])
print("largest difference of a quarter of the sum:", np.abs(added / 4 - large).max())
assert np.abs(added / 4 - large).max() < 1e-12

# %% [markdown]
# ## 3. Twice the batch, twice the rate
# In the regime of small batches the rule holds: the number of samples stays about the same. It ends where the
# rate meets its own limit, which the curvature sets and no batch size moves.


# %%
def samples_needed(size, lr, net):
    """Samples seen until the loss of all is below 0.1, 20,000 at most."""
    model.load_state_dict(MLP(2, SIZES, "tanh", seed=net).state_dict())
    source, seen, stretch = np.random.default_rng(net), 0, max(1, 64 // size)
    with loss.training(SGD(parameters, lr=lr)) as step:
        while seen < 20_000:
            rows = [source.permutation(SAMPLES)[:size] for _ in range(stretch)]
            step.over(X, y, rows)
            seen += stretch * size
            if float(loss(X, y).mean()) < 0.1:
                break
    return seen


needed = {}
for doublings in range(6):
    size, lr = 4 * 2**doublings, 0.3 * 2**doublings
    needed[size] = float(np.median([samples_needed(size, lr, net) for net in range(3)]))
    print(f"batches of {size:3}, rate {lr:4}: {needed[size]:6,.0f} samples")
assert 0.5 < needed[16] / needed[4] < 2.0
assert needed[128] > 2.0 * needed[4]
