# %% [markdown]
# # Vanishing gradients: solutions

# %%
from math import hypot, log

import numpy as np

from autograd import mean, sigmoid
from nn import SGD, BatchNorm, Layer, Sequential, binary_cross_entropy, fit, make_moons, xavier_uniform

X, y = (part.tolist() for part in make_moons(16, noise=0.1, seed=0))


def gradient_norms(activation, scale=1.0, depth=30, width=16):
    """The norm of the gradient in each layer's weights, which are `scale` times Xavier's."""
    source = np.random.default_rng(0)

    def init(fan_in, fan_out, generator):
        return [[scale * weight for weight in row] for row in xavier_uniform(fan_in, fan_out, generator)]

    sizes = [2, *[width] * (depth - 1)]
    layers = [Layer(nin, width, activation, init=init, seed=source) for nin in sizes[:-1]]
    model = Sequential(*layers, Layer(width, 1, "linear", seed=source))
    mean(binary_cross_entropy(score, target) for score, target in zip(model.batch(X), y)).backward()
    return [hypot(*(w.grad for neuron in layer.neurons for w in neuron.w)) for layer in model.layers]


# %% [markdown]
# ## 1. Thirty tanh layers
# Near 0 the derivative of tanh is 1, and Xavier's weights keep the variance: the first layer's gradient is
# about as large as the last one's. With weights three times as large most outputs are near -1 or 1, but the
# weights more than make up for the small derivatives: the gradient *explodes*.

# %%
fits, large = gradient_norms("tanh"), gradient_norms("tanh", 3.0)
print(f"first / last: {fits[0] / fits[-1]:.2g} with Xavier's weights, {large[0] / large[-1]:.2g} with 3 ×")
assert 0.01 < fits[0] / fits[-1] < 20.0
assert large[0] / large[-1] > 20.0

# %% [markdown]
# ## 2. Sigmoids with large weights
# It helps by many powers of ten, and is not enough. Weights four times as large push the sums z away from
# 0, where $\sigma'$ is below 1/4: the factor for each layer is still below 1.

# %%
plain, large = gradient_norms("sigmoid"), gradient_norms("sigmoid", 4.0)
print(f"first / last: {plain[0] / plain[-1]:.0e} with Xavier's weights, {large[0] / large[-1]:.0e} with 4 ×")
assert large[0] / large[-1] > 1e6 * plain[0] / plain[-1]
assert large[0] / large[-1] < 0.1

# %% [markdown]
# ## 3. Batch normalisation, trained
# It leaves ln 2 = 0.693 in the first epochs. An epoch takes a while: each of the 8 × 16 features is
# normalised over the batch, number by number.

# %%
source = np.random.default_rng(0)
layers = [Layer(2, 16, "sigmoid", seed=source)]
for _ in range(8):
    sums = Layer(16, 16, "linear", bias=False, seed=source)
    layers += [sums, BatchNorm(16), lambda z: [sigmoid(number) for number in z]]
model = Sequential(*layers, Layer(16, 1, "linear", seed=source))
optimizer = SGD(model.parameters(), lr=0.05)
options = {"loss": binary_cross_entropy, "optimizer": optimizer, "epochs": 20, "batch_size": 16}
history = fit(model, make_moons(48, noise=0.1, seed=0), **options, seed=0, progress=False)
print(f"loss {history['loss'][0]:.3f} in epoch 1, {history['loss'][-1]:.3f} in epoch 20")
assert history["loss"][-1] < 0.9 * log(2)
