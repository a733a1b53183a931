# %% [markdown]
# # Overfitting: solutions

# %%
import numpy as np

from autograd import compile
from nn import MLP, Adam, binary_cross_entropy, l2_penalty, make_moons

X_held_out, y_held_out = make_moons(400, noise=0.3, seed=1000)


def train(X, y, X_held_out, y_held_out, l2=0.0, steps=400):
    """The training loss and the validation loss at the end."""
    model = MLP(2, [24, 24, 1], seed=0)
    loss = compile(lambda x, target: binary_cross_entropy(model(x), target), backend="numpy")
    weights = [weight for name, weight in model.named_parameters() if ".w." in name]
    optimizer = Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        loss.backward(X, y)
        l2_penalty(weights, l2).backward()
        optimizer.step()
    return loss(X, y).mean(), loss(X_held_out, y_held_out).mean()


# %% [markdown]
# ## 1. Ten times the samples
# With 400 samples the 697 parameters are no longer enough to learn all by heart: the gap falls to a third,
# without any remedy, and the validation loss with it.

# %%
few = train(*make_moons(40, noise=0.3, seed=0), X_held_out, y_held_out)
many = train(*make_moons(400, noise=0.3, seed=0), X_held_out, y_held_out)
for count, (training, validation) in ((40, few), (400, many)):
    gap = validation - training
    print(f"{count} samples: training {training:.3f}, validation {validation:.3f}, gap {gap:.3f}")
assert gap < 0.6 * (few[1] - few[0])  # the last one's
assert many[1] < few[1]

# %% [markdown]
# ## 2. How much L2
# Too small a λ changes nothing, and the net overfits; too large a one holds all weights near 0, and the net
# answers "one half" to everything: it *underfits*, on both sets alike. The best is between.

# %%
strengths = [0.0001, 0.001, 0.01, 0.1]
data = make_moons(40, noise=0.3, seed=0)
results = {strength: train(*data, X_held_out, y_held_out, strength) for strength in strengths}
for strength, (training, validation) in results.items():
    print(f"λ = {strength:<6g} training {training:.3f}, validation {validation:.3f}")
best = min(strengths, key=lambda strength: results[strength][1])
print(f"best: {best}")
assert best in strengths[1:-1]
assert results[0.1][0] > 2.0 * results[0.0001][0]  # underfitting shows in the training loss

# %% [markdown]
# ## 3. Random classes
# There is nothing to understand, and still the training loss falls: the net has weights enough to keep 40
# coin tosses. (Zhang et al. 2017, "Understanding deep learning requires rethinking generalization", did so
# with a million images.) The validation loss is far above ln 2 = 0.693, that of guessing.

# %%
source = np.random.default_rng(0)
tosses, held_out_tosses = source.integers(0, 2, 40), source.integers(0, 2, 400)
X, _ = make_moons(40, noise=0.3, seed=0)
training, validation = train(X, tosses, X_held_out, held_out_tosses, steps=800)
print(f"random classes: training {training:.3f}, validation {validation:.3f}")
assert training < 0.35
assert validation > 1.0
