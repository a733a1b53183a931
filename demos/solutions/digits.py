# %% [markdown]
# # Handwritten digits: solutions
#
# A small training function for all three; 500 digits to train on and 150 held back are enough to see it.

# %%
import numpy as np

from autograd import no_grad
from nn import MLP, Adam, accuracy, cross_entropy, fit, load_digits

images, labels = load_digits()
X = images.reshape(len(images), 64)
training, held_out = (X[:500], labels[:500]), (X[500:650], labels[500:650])


def train(data, epochs=8):
    """A model trained on `data`."""
    model = MLP(64, [32, 10], seed=0)
    optimizer = Adam(model.parameters(), lr=0.01)
    options = {"loss": cross_entropy, "epochs": epochs, "progress": False, "compiled": True}
    fit(model, data, optimizer=optimizer, seed=0, **options)
    return model


def share(model, data):
    """The share of `data` that the model reads rightly."""
    with no_grad():
        return float(
            np.mean([accuracy(model(sample), target) for sample, target in zip(data[0].tolist(), data[1])])
        )


# %% [markdown]
# 1. It reads next to nothing: it has learnt which pixels are dark, not what a digit is. A person reads
#    white on black at once. What should not matter must be in the data (augmentation) or in the
#    architecture.

# %%
model = train(training)
as_written, turned = share(model, held_out), share(model, (1.0 - held_out[0], held_out[1]))
print(f"dark on light: {as_written:.0%} right; light on dark: {turned:.0%} right")
assert as_written >= 0.7
assert turned <= 0.4

# %% [markdown]
# 2. The 50 are learnt by heart; of the others a good part is misread. More data is the best cure for
#    overfitting.

# %%
few = X[:50], labels[:50]
model = train(few, epochs=40)
by_heart, new = share(model, few), share(model, held_out)
print(f"trained on 50: {by_heart:.0%} of them right, {new:.0%} of those held back")
assert by_heart == 1.0
assert new <= 0.9

# %% [markdown]
# 3. A dense layer gives every pixel a weight of its own and does not know which pixels are neighbours:
#    another order of pixels is another order of weights. A convolution does know, and gains from it: see
#    the lesson `cnn`.

# %%
order = np.random.default_rng(0).permutation(64)
model = train((training[0][:, order], training[1]))
shuffled = share(model, (held_out[0][:, order], held_out[1]))
print(f"pixels in order: {as_written:.0%} right; shuffled: {shuffled:.0%} right")
assert abs(shuffled - as_written) <= 0.12
