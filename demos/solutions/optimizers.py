# %% [markdown]
# # Optimisers: solutions

# %%
import numpy as np

from autograd import Value
from nn import SGD, Optimizer, RMSProp

STEEP, START = 100.0, (4.0, 1.0)


def valley(w):
    return (w[0] * w[0] + STEEP * w[1] * w[1]) / 2


# %% [markdown]
# ## 1. Nesterov's momentum
# It needs fewer steps than plain momentum at the same rate: the step is taken with the gradient of now
# counted once more, which damps the swinging.


# %%
def nesterov(w, g, kept, lr, mu=0.9):
    (v,) = kept
    v = mu * v + g
    return w - lr * (g + mu * v), (v,)


def path(lr, steps, use_nesterov):
    """The places of the rule above, or of plain momentum."""
    w, kept, places = START, [(0.0,)] * 2, []
    for _ in range(steps):
        gradient = w[0], STEEP * w[1]
        moved = [nesterov(*each, lr) for each in zip(w, gradient, kept)]
        kept = [numbers for _, numbers in moved]
        if use_nesterov:
            w = tuple(place for place, _ in moved)
        else:
            w = tuple(place - lr * v for place, (v,) in zip(w, kept))
        places.append(w)
    return places


weights = [Value(number) for number in START]
optimizer = SGD(weights, lr=0.007, momentum=0.9, nesterov=True)
for place in path(0.007, 200, use_nesterov=True):
    optimizer.zero_grad()
    valley(weights).backward()
    optimizer.step()
    assert all(abs(mine.data - its) < 1e-12 for mine, its in zip(weights, place))

needed = {}
for use_nesterov in (False, True):
    above = [step for step, w in enumerate(path(0.007, 1000, use_nesterov), 1) if valley(w) >= 0.01]
    needed[use_nesterov] = above[-1] + 1
print(f"steps until the loss stays below 0.01: momentum {needed[False]}, Nesterov {needed[True]}")
assert needed[True] < needed[False]

# %% [markdown]
# ## 2. A first step of the right length
# After one step $m = (1 - \beta_1) g$ and $\sqrt{v} = \sqrt{1 - \beta_2}\, |g|$. They are equal for
# $1 - \beta_2 = (1 - \beta_1)^2 = 0.01$, so $\beta_2 = 0.99$. The later steps are too long all the same, but
# less: twice at most.

# %%
m = v = 0.0
lengths = []
for _ in range(2000):
    m, v = 0.9 * m + 0.1, 0.99 * v + 0.01
    lengths.append(m / v**0.5)
print(f"first step {lengths[0]:.4f}, longest {max(lengths):.3f} at step {np.argmax(lengths) + 1}")
assert abs(lengths[0] - 1.0) < 1e-12
assert 1.9 < max(lengths) < 2.2

# %% [markdown]
# ## 3. Adagrad
# After $t$ gradients of 1, $s = t$: the step is $\eta / \sqrt{t}$, and the 100th is a tenth of the first. A
# sum only grows, so Adagrad slows down for ever, whatever happens. RMSProp's running mean forgets: its steps
# tend to the learning rate, from above, since its mean begins at 0 and is not corrected; the 100th is still
# 1.26 rates long.


# %%
class Adagrad(Optimizer):
    entries = ("total",)

    def update(self, parameter, gradient, state, lr, step):
        total = state["total"] + gradient * gradient
        return parameter - lr * gradient / (total**0.5 + 1e-8), {"total": total}


for kind, expected in ((Adagrad, 0.1), (RMSProp, (1.0 - 0.99**100) ** -0.5)):
    w = Value(0.0)
    optimizer = kind([w], lr=1.0)
    for _ in range(100):
        before, w.grad = w.data, 1.0
        optimizer.step()
    print(f"{kind.__name__}: the 100th step is {before - w.data:.4f} learning rates long")
    assert abs((before - w.data) / expected - 1.0) < 1e-6
