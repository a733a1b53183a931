# %% [markdown]
# # A function of your own: solutions

# %%
import math

from autograd import GradientCheckError, Value, check_gradients, grad, primitive
from autograd.symbols import exp, log1p, sqrt, where, x, y, z

# %% [markdown]
# ## 1. Without cancellation
# $(x + s)/2$ with $s = \sqrt{x^2 + 4}$, times $(s - x)/(s - x)$, is $2/(s - x)$: for negative x a sum in
# place of a difference. The same function, so the same partial; which branch computes it makes no
# difference to the mathematics.

# %%
s = sqrt(x * x + 4)
naive = primitive("squareplus", (x + s) / 2, z / s)
stable = primitive("stable_squareplus", where(x > 0, (x + s) / 2, 2 / (s - x)), z / s)
print(f"naive {naive(-1e9)}, stable {stable(-1e9)}; slopes {grad(naive)(-1e9)}, {grad(stable)(-1e9)}")
assert naive(-1e9) == 0.0
assert math.isclose(stable(-1e9), 1e-9, rel_tol=1e-12)
assert math.isclose(grad(stable)(-1e9), 1e-18, rel_tol=1e-12)
assert all(math.isclose(naive(at), stable(at), rel_tol=1e-12) for at in (-3.0, 0.0, 2.5))

# %% [markdown]
# ## 2. Two operands
# Take out the larger one: $\log(e^x + e^y) = \max(x, y) + \log(1 + e^{-|x - y|})$, whose exponential is at
# most 1. The partials are the two shares, $e^x/(e^x + e^y) = e^{x - z}$ and $e^{y - z}$: softmax, and they
# add up to 1.

# %%
larger = where(x > y, x, y)
logaddexp = primitive("logaddexp", larger + log1p(exp(-abs(x - y))), exp(x - z), exp(y - z))
a, b = Value(1000.0, label="a"), Value(1001.0, label="b")
total = logaddexp(a, b)
total.backward()
print(f"log(e^1000 + e^1001) = {total.data:.6f}, partials {a.grad:.6f} and {b.grad:.6f}")
assert math.isclose(total.data, 1000.0 + math.log(1.0 + math.e), rel_tol=1e-13)
assert math.isclose(a.grad + b.grad, 1.0, rel_tol=1e-12)
print(check_gradients(logaddexp, 0.3, -1.2))

# %% [markdown]
# ## 3. Right at one point
# The slope of squareplus at 0 is 1/2; a partial that is 1/2 everywhere passes a check that looks only
# there. `check_gradients` at another point finds it: try a function where it will be used.

# %%
lazy = primitive("lazy", (x + s) / 2, 0.5, samples=[(0.0,)])
try:
    check_gradients(lazy, 1.0)
    found = ""
except GradientCheckError as error:
    found = str(error)
print(found)
assert "BAD" in found
assert "central difference" in found
