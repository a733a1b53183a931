# %% [markdown]
# # Precision: solutions

# %%
import math

from autograd import Value, mean
from nn import MLP, Adam, LossScaler, simulate_precision

X = [-0.9, -0.6, -0.4, -0.1, 0.2, 0.3, 0.7, 0.8]
Y = [0.3 * (x * x - 1.0) for x in X]


def train(precision, steps, scaler=None):
    """The error relative to the cable's, and how many steps were skipped before the first that was taken."""
    model = MLP(1, [8, 1], "tanh", seed=0)
    optimizer = Adam(model.parameters(), lr=0.05, eps=1e-15)
    skipped = 0
    for _ in range(steps):
        optimizer.zero_grad()
        with simulate_precision(precision):
            loss = mean((1e-3 * model([x]) - 1e-3 * y) ** 2 for x, y in zip(X, Y))
            if scaler:
                scaler.backward(loss)
            else:
                loss.backward()
        if scaler is None:
            optimizer.step()
        elif scaler.step(optimizer):
            break
        else:
            skipped += 1
    return sum((model([x]).data - y) ** 2 for x, y in zip(X, Y)) / sum(y * y for y in Y), skipped


# %% [markdown]
# ## 1. bfloat16
# It has the 8 exponent bits of float32, so nothing underflows, and only 8 binary digits, so each number is
# wrong by up to 0.4 %. Rounding errors of this kind do not stop a descent: it learns almost as float32 does,
# and needs no scaling.

# %%
error = {precision: train(precision, steps=60)[0] for precision in ("float16", "bfloat16", "float32")}
print("error after 60 steps:", *(f"{name} {entry:.1e}" for name, entry in error.items()), sep="  ")
assert error["bfloat16"] < 3 * error["float32"]
assert error["float16"] > 3 * error["bfloat16"]

# %% [markdown]
# ## 2. A scale of 2^40
# The pass begins with the scale itself, and from 65520 on float16 rounds to inf. So $2^{40}$ to $2^{16}$ are
# skipped, 25 steps, and $2^{15}$ is the first that passes. That is why 32768 is `LossScaler`'s own first
# scale.

# %%
scaler = LossScaler(2.0**40)
_, skipped = train("float16", steps=60, scaler=scaler)
print(f"{skipped} steps skipped, then a scale of 2^{math.log2(scaler.scale):.0f}")
assert skipped == 25
assert scaler.scale == 2.0**15

# %% [markdown]
# ## 3. 1 - cos x
# At $x = 10^{-8}$, $\cos x = 1 - 5 \cdot 10^{-17}$ rounds to 1, and the quotient is 0 in place of 1/2. By the
# half-angle formula $1 - \cos x = 2 \sin^2(x/2)$, nothing is subtracted, and the value is right to the last
# digit. The derivative of the first form suffers more still: it is $10^8$, where $-x/12 = -8 \cdot 10^{-10}$
# is right. (That of the second is a difference of two numbers near $1/x$, so it is wrong in all digits too,
# but by $10^{-8}$ or so, which does no harm.)

# %%
x = Value(1e-8)
cancelled = (1.0 - x.cos()) / x**2
stable = 2.0 * ((x / 2.0).sin() / x) ** 2
print(f"at 1e-8: {cancelled.data} and {stable.data}")
assert cancelled.data == 0.0
assert abs(stable.data - 0.5) < 1e-15
for form in (cancelled, stable):
    x.zero_grad()
    form.backward()
    print(f"    its derivative: {x.grad:.3g}, right is {-x.data / 12:.3g}")
    assert abs(x.grad) > 1e6 if form is cancelled else abs(x.grad) < 1e-6
