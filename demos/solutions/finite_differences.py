# %% [markdown]
# # Finite differences: solutions

# %%
import numpy as np

from autograd import Value, grad, relu
from nn import MLP, squared_error

# %% [markdown]
# ## 1. With float32
# $\varepsilon = 1.2 \cdot 10^{-7}$, so the best steps should be near $\varepsilon^{1/2} = 3 \cdot 10^{-4}$
# and $\varepsilon^{1/3} = 5 \cdot 10^{-3}$, with errors near $\varepsilon^{1/2}$ and $\varepsilon^{2/3} = 2
# \cdot 10^{-5}$. A float32 leaves a finite difference with three or four digits: never check gradients in
# float32.

# %%
xs = np.random.default_rng(0).uniform(0.2, 1.2, 200).astype(np.float32)
exact = np.cos(xs.astype(float)) * np.exp(np.sin(xs.astype(float)))
hs = np.float32(10.0) ** np.arange(-7, 0.01, 0.25, dtype=np.float32)


def f(x):
    return np.exp(np.sin(x))


differences = {
    "forward": [(f(xs + h) - f(xs)) / h for h in hs],
    "central": [(f(xs + h) - f(xs - h)) / (2 * h) for h in hs],
}
epsilon = 2.0**-23
for (name, found), power in zip(differences.items(), (1 / 2, 1 / 3)):
    assert found[0].dtype == np.float32
    error = np.median(np.abs(np.array(found, dtype=float) / exact - 1), axis=1)
    best = float(hs[error.argmin()])
    print(f"{name}: best step {best:.1e}, predicted {epsilon**power:.1e}; error there {error.min():.1e}")
    assert 0.1 <= best / epsilon**power <= 10

# %% [markdown]
# ## 2. A kink between the two points
# $x = 10^{-6}$ lies on the right side of the kink, where the slope is 1. With $h = 10^{-5}$ the left point
# lies on the other side, where relu is 0, and the chord mixes both slopes: $(x + h)/2h = 0.55$. Any $h < x$
# would do here, but a network has a kink for every relu, and you do not know how near they are. So a check
# near a kink can fail although the gradient is right.

# %%
x, h = 1e-6, 1e-5
difference = (relu(x + h) - relu(x - h)) / (2 * h)
print(f"central difference {difference:.2f}, right is {grad(relu)(x)}")
assert abs(difference - 0.55) < 1e-9
assert grad(relu)(x) == 1.0
assert abs((relu(x + 1e-7) - relu(x - 1e-7)) / 2e-7 - 1.0) < 1e-6

# %% [markdown]
# ## 3. Random directions
# With random signs $u$, the mean of $u\,(u \cdot \nabla L)$ is $\nabla L$, since $u_i u_j$ is 1 for $i = j$
# and 0 on average else. Each estimate has the noise of the $n - 1$ other weights; averaging $m$ of them
# leaves a relative error of $\sqrt{(n-1)/m}$. With $m = n$ directions, for which central differences would
# give you the exact gradient, you are still wrong by 100 %. No bargain, unless a rough descent direction will
# do.

# %%
generator = np.random.default_rng(0)
model = MLP(2, [8, 1], "tanh", seed=0)
weights = model.parameters()
squared_error(model([0.5, -1.0]), 1.0).backward()
gradient = np.array([weight.grad for weight in weights])
start = np.array([weight.data for weight in weights])
n = len(weights)


def loss(numbers):
    for weight, number in zip(weights, numbers.tolist()):
        weight.data = number
    found = squared_error(model([0.5, -1.0]), 1.0)
    return found.data if isinstance(found, Value) else found


def estimate(h=1e-5):
    u = generator.choice([-1.0, 1.0], n)
    return u * (loss(start + h * u) - loss(start - h * u)) / (2 * h)


for directions in (10, n, 10 * n, 100 * n):
    mean = np.mean([estimate() for _ in range(directions)], axis=0)
    error = np.linalg.norm(mean - gradient) / np.linalg.norm(gradient)
    predicted = ((n - 1) / directions) ** 0.5
    print(f"{directions:5} directions for {n} weights: relative error {error:.2f}, predicted {predicted:.2f}")
    assert predicted / 3 < error < predicted * 3
