# %% [markdown]
# # One neuron, by hand: solutions

# %%
from math import exp, log, tanh

from autograd import Value

x1, x2 = 2.0, -1.0

# %% [markdown]
# ## 1. tanh instead of the sigmoid
# $z$ is 0.5 as before; only $g'$ changes, to $1 - \hat y^2$.

# %%
on_paper = {
    "ŷ": 0.4621,  #       tanh(0.5)
    "L": 0.1447,  #       ½ × (1 - 0.4621)²  =  ½ × 0.5379²
    "dL/dŷ": -0.5379,  #  0.4621 - 1
    "dL/dz": -0.4230,  #  -0.5379 × (1 - 0.4621²)  =  -0.5379 × 0.7864
    "dL/dw1": -0.8460,  # -0.4230 × 2
    "dL/dw2": 0.4230,  #  -0.4230 × (-1)
    "dL/db": -0.4230,  #  -0.4230 × 1
}
w1, w2, b = Value(0.5), Value(-0.5), Value(-1.0)
z = w1 * x1 + w2 * x2 + b
y_hat = z.tanh()
loss = 0.5 * (1.0 - y_hat) ** 2
loss.backward()
values = (y_hat.data, loss.data, y_hat.grad, z.grad, w1.grad, w2.grad, b.grad)
for (name, number), found in zip(on_paper.items(), values):
    print(f"{name:8}{number:9.4f}{found:12.8f}")
    assert abs(number - found) <= 0.5e-4, name
assert abs(y_hat.data - tanh(0.5)) < 1e-15

# %% [markdown]
# ## 2. A neuron that is right, and one that is wrong
# Solve $\hat y = 1/(1 + e^{-z})$ for $z$: $z = \log(\hat y/(1 - \hat y))$. So $\hat y = 0.99$ at $z =
# \log(0.99/0.01) = 4.5951$, and $b = 4.5951 - 1.5 = 3.0951$. For the target 1 both factors of $\delta$ are
# small, $-0.01 \times 0.0099$: a neuron that is right stays where it is. For the target 0 the error is almost
# 1, but it is still multiplied by 0.0099: a neuron that is confidently wrong hardly learns either. That is
# why classifiers use cross-entropy, whose $\delta$ is $\hat y - y$, without the slope.


# %%
def delta(target):
    """dL/dz of the sigmoid neuron with b = 3.0951."""
    z = Value(0.5) * x1 + Value(-0.5) * x2 + Value(log(0.99 / 0.01) - 1.5)
    y_hat = z.sigmoid()
    (0.5 * (target - y_hat) ** 2).backward()
    assert abs(y_hat.data - 0.99) < 1e-12
    return z.grad


print(f"dL/dz: right {delta(1.0):.6f}, wrong {delta(0.0):.6f}, and at the start of the lesson -0.088723")
assert abs(delta(1.0) - (-0.01 * 0.99 * 0.01)) < 1e-12
assert abs(delta(0.0) - (0.99 * 0.99 * 0.01)) < 1e-12
assert abs(delta(0.0)) < 0.0887 / 8  # wrong by 0.99, yet it learns more slowly than when wrong by 0.38

# %% [markdown]
# ## 3. One weight, used twice
# $z = w x_1 + w x_2 + b$ with $w = 0.5$: $z = 1 - 0.5 - 1 = -0.5$. Two paths lead from $w$ to $z$, with local
# derivatives $x_1$ and $x_2$, and a small change of $w$ acts through both at once. So the gradient is the sum
# over the paths, $\delta x_1 + \delta x_2 = \delta\,(2 - 1)$. In code that sum is the `+=` of the backward
# pass.

# %%
w, b = Value(0.5), Value(-1.0)
z = w * x1 + w * x2 + b
(0.5 * (1.0 - z.sigmoid()) ** 2).backward()
y_hat = 1 / (1 + exp(0.5))  # 0.3775
by_paths = (y_hat - 1) * y_hat * (1 - y_hat)  # -0.6225 × 0.2350 = -0.1463
print(f"δ x1 = {by_paths * x1:.4f}, δ x2 = {by_paths * x2:.4f}, dL/dw = {w.grad:.4f}")
assert abs(by_paths - -0.1463) < 0.5e-4
assert abs(w.grad - (by_paths * x1 + by_paths * x2)) < 1e-15
