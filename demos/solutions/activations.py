# %% [markdown]
# # Activations: solutions

# %%
import numpy as np

from autograd import Value, dot, grad, tanh
from nn import MLP, Layer

# %% [markdown]
# ## 1. Softsign
# $g'(z) = 1 / (1 + |z|)^2$: for $z > 0$ by the quotient rule, and the function is odd. It falls like $1/z^2$,
# that of tanh like $4 e^{-2z}$: softsign saturates much more slowly.


# %%
def softsign(z):
    return z / (1.0 + abs(z))


for z in (0.5, -2.0, 4.0):
    print(f"z = {z:4}: slope of softsign {grad(softsign)(z):.4f}, of tanh {grad(tanh)(z):.4f}")
    assert abs(grad(softsign)(z) - 1.0 / (1.0 + abs(z)) ** 2) < 1e-12
assert grad(softsign)(4.0) > 20.0 * grad(tanh)(4.0)
model = MLP(2, [4, 1], softsign, seed=0)
print("a net with softsign:", model([0.5, -0.3]).data)

# %% [markdown]
# ## 2. Weights for SiLU
# $2.64/n$. What arrives is nearer to 1 than with He's $2/n$, with which most of it is lost. It is not exactly
# 1, since the sums do not have variance 1 in each layer, as the formula assumes: the signal, too, grows or
# shrinks on its way.


# %%
def arrives(factor, width=32, depth=10, samples=4, nets=5):
    """The length at the input of an error of length 1, with weights of variance factor / width."""
    found = []
    for net in range(nets):
        source = np.random.default_rng(net)

        def init(fan_in, fan_out, seed, rows=None, source=source):
            return source.normal(0.0, (factor / width) ** 0.5, (fan_out, fan_in)).tolist()

        layers = [Layer(width, width, "silu", init=init, seed=0) for _ in range(depth)]
        square = 0.0
        for _ in range(samples):
            h = inputs = [Value(number) for number in source.normal(size=width).tolist()]
            for layer in layers:
                h = layer(h)
            error = source.normal(size=width)
            dot(h, (error / np.linalg.norm(error)).tolist()).backward()
            square += sum(x.grad**2 for x in inputs) / samples
        found.append(square**0.5)
    return float(np.median(found))


by_he, fitting = arrives(2.0), arrives(2.64)
print(f"what arrives: {by_he:.2f} with 2/n, {fitting:.2f} with 2.64/n")
assert abs(np.log(fitting)) < abs(np.log(by_he))

# %% [markdown]
# ## 3. Off for all samples
# With normal inputs the signs are coins: one neuron of 1024 is expected to be off ten times. Inputs that are
# all positive, as those from another ReLU layer are, are much alike: what makes one of the sums negative
# makes the others negative, too.

# %%
layer = Layer(32, 1024, seed=0)
weights = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
inputs = np.random.default_rng(0).normal(size=(10, 32))
off = {}
for name, those in (("normal", inputs), ("positive", np.abs(inputs))):
    off[name] = int(((those @ weights.T) <= 0.0).all(axis=0).sum())
    print(f"{name} inputs: {off[name]} of 1024 neurons are off for all 10 samples")
assert off["normal"] <= 6
assert off["positive"] >= 100
