# %% [markdown]
# # Two moons: solutions
#
# The training loop as a function, for all three.

# %%
import tempfile
from math import exp
from pathlib import Path

from autograd import mean
from nn import MLP, SGD, accuracy, binary_cross_entropy, hinge, linear, make_moons

X, y = make_moons(100, noise=0.1, seed=0)
samples, classes = X.tolist(), y.tolist()
signs = [2 * target - 1 for target in classes]


def train(model, loss_of, targets, steps=25):
    """The share of samples that `model` gets right after training with this loss."""
    optimizer = SGD(model.parameters(), lr=linear(1.0, 0.1, steps))
    for _ in range(steps):
        scores = [model(sample) for sample in samples]
        optimizer.zero_grad()
        mean(map(loss_of, scores, targets)).backward()
        optimizer.step()
    return mean(accuracy(model(sample), target) for sample, target in zip(samples, targets))


# %% [markdown]
# 1. The best line leaves the horns of the moons on the wrong side: between 80 and 95 in 100 are right.

# %%
share = train(MLP(2, [1], seed=0), hinge, signs)
print(f"one neuron: {share:.0%} right")
assert 0.8 <= share <= 0.95

# %% [markdown]
# 2. Hardly: both losses push the score of a sample to the right side. The difference is what happens there.
# `hinge` is content at 1 and gives no more gradient; cross-entropy goes on pushing, ever more weakly.

# %%
model = MLP(2, [16, 16, 1], seed=0)
with_hinge = train(MLP(2, [16, 16, 1], seed=0), hinge, signs)
with_entropy = train(model, binary_cross_entropy, classes)
print(f"hinge: {with_hinge:.0%} right, cross-entropy: {with_entropy:.0%} right")
assert min(with_hinge, with_entropy) >= 0.8

# %% [markdown]
# 3. Cross-entropy's score is a logit: sigmoid(score) is the probability of class 1. Far from all data a
#    ReLU net is linear and goes on growing, so it is *more* sure at (10, 10) than among the samples it
#    knows. It should not be.

# %%
with tempfile.TemporaryDirectory() as folder:
    model.save(Path(folder) / "moons.model")
    loaded = MLP(2, [16, 16, 1], seed=1)
    loaded.load(Path(folder) / "moons.model")
score = loaded([10.0, 10.0]).data
known = mean(abs(loaded(sample).data) for sample in samples)
sure = 1 / (1 + exp(-abs(score)))
print(f"at (10, 10): score {score:.2f}, {sure:.4%} sure; mean |score| of the samples: {known:.2f}")
assert score == model([10.0, 10.0]).data
assert abs(score) > known
