# %% [markdown]
# # Tuning hyperparameters: solutions

# %%
import numpy as np

from autograd import Value, compile
from nn import (
    MLP,
    SGD,
    Adam,
    between_logs,
    binary_cross_entropy,
    cosine,
    grid_search,
    join,
    make_moons,
    random_search,
)

X, y = make_moons(100, noise=0.15, seed=0)
X_held_out, y_held_out = make_moons(200, noise=0.15, seed=1000)

# %% [markdown]
# ## 1. Two curvatures
# The curvatures are 1 and 25, and the larger one sets the limit: 2/25 = 0.08. At that rate, w1 shrinks by
# only 8 % a step. A ratio of curvatures this large, the *condition number*, is what makes a valley slow.

# %%
for lr in (0.079, 0.081):
    w1, w2 = Value(1.0), Value(1.0)
    optimizer = SGD([w1, w2], lr=lr)
    for _ in range(500):
        optimizer.zero_grad()
        (0.5 * (w1 * w1 + 25.0 * w2 * w2)).backward()
        optimizer.step()
    print(f"lr {lr}: w1 = {w1.data:.2g}, w2 = {w2.data:.2g} after 500 steps")
    assert abs(w1.data) < 1e-9
    assert (abs(w2.data) < 1e-4) == (lr < 0.08)

# %% [markdown]
# ## 2. Random search
# As good with as many trials. It tries 16 learning rates where the grid tried 4, and where one of two
# hyperparameters matters most, that is the better use of 16 trials.


# %%
def train(schedule, steps, width=12, batch_size=16, net=0):
    """The loss of a sample after training, to be called with (X, y)."""
    model = MLP(2, [width, width, 1], "tanh", seed=net)
    loss = compile(lambda x, target: binary_cross_entropy(model(x), target), backend="numpy")
    order = np.random.default_rng(net)
    with loss.training(Adam(model.parameters(), lr=schedule)) as train_step:
        for _ in range(steps):
            batch = order.permutation(len(X))[:batch_size]
            train_step(X[batch], y[batch])
    return loss


def score(lr, width):
    return train(cosine(lr, 150), 150, width)(X_held_out, y_held_out).mean()


widths = [2, 4, 8, 16]
grid = grid_search(score, {"lr": [0.001, 0.01, 0.1, 1.0], "width": widths}, progress=False)
drawn = random_search(score, {"lr": between_logs(0.001, 1.0), "width": widths}, 16, seed=0, progress=False)
for name, results in (("grid", grid), ("random", drawn)):
    print(f"{name:6} {results.trials[0].score:.4f} with {results.best}")
assert drawn.trials[0].score < 2.0 * grid.trials[0].score

# %% [markdown]
# ## 3. Restarts
# `join` puts schedules one after the other; a lambda of the step would do as well. Each restart shakes the
# net out of where it was, and the last descent has only a third of the steps, so it ends higher than one
# long cosine. (Restarts are Loshchilov and Hutter's, 2017; their use is that each end is a good net:
# several for one training.)

# %%
restarts = join([cosine(0.1, 200), cosine(0.1, 200), cosine(0.1, 200)], [200, 400])
assert restarts(0) == restarts(200) == restarts(400) == 0.1
assert restarts(199) < 1e-4
finals = {}
for name, schedule in (("restarts", restarts), ("cosine", cosine(0.1, 600))):
    finals[name] = np.median([train(schedule, 600, batch_size=8, net=net)(X, y).mean() for net in range(6)])
    print(f"{name:8} median of the final loss {finals[name]:.4f}")
assert finals["cosine"] < finals["restarts"] < 0.2
