# %% [markdown]
# # First steps: solutions
#
# 1. The derivative of $x^3$ is $3 x^2$, so 12 at x = 2.

# %%
from autograd import Value
from viz import explain

x = Value(2.0, label="x")
cube = x**3
cube.backward()
nudged = ((2.0 + 1e-5) ** 3 - (2.0 - 1e-5) ** 3) / 2e-5
print(f"backward: {x.grad}, a nudge: {nudged:.6f}")
assert x.grad == 12.0
assert abs(nudged - 12.0) < 1e-6

# %% [markdown]
# 2. The gradient of `a` is b + 1: it vanishes at b = -1. The two paths are still there, and cancel.

# %%
a, b = Value(2.0, label="a"), Value(-1.0, label="b")
result = a * b + a
result.backward()
why = explain(result, a)
print(why)
assert a.grad == 0.0
assert a.reached
assert sorted(path.product for path in why.paths) == [-1.0, 1.0]

# %% [markdown]
# 3. The same gradient, up to rounding: the derivative belongs to the function, not to the way it is written.
# The built-in `tanh` is one node, and safe for large x, where $e^{2x}$ overflows.

# %%
x = Value(0.7, label="x")
grown = (2 * x).exp()
(slow := (grown - 1) / (grown + 1)).backward()
by_hand = x.grad
y = Value(0.7, label="y")
(fast := y.tanh()).backward()
print(f"tanh from exp: {slow.data:.15f}, gradient {by_hand:.15f}")
print(f"tanh built in: {fast.data:.15f}, gradient {y.grad:.15f}")
assert abs(slow.data - fast.data) < 1e-15
assert abs(by_hand - y.grad) < 1e-14
