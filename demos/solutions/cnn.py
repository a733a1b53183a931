# %% [markdown]
# # A convolutional network: solutions

# %%
import numpy as np

from autograd import compile
from nn import (
    Adam,
    Conv2d,
    Flatten,
    Layer,
    MaxPool2d,
    Sequential,
    cross_entropy,
    fit,
    load_digits,
    shift_image,
    split,
)

(X, y), (X_test, y_test) = split(*load_digits(), share=400 / 1797, seed=0)
X, y = X[:400], y[:400]

# %% [markdown]
# ## 1. A filter by hand
# Minus where it should be dark, plus where it should be bright. On even ground the weights cancel, so the
# answer is 0; it is largest, 3, where all of a bright row lies below a dark one.

# %%
edge = Conv2d(1, 1, kernel=3, activation="relu", init=lambda *_: [[-1.0] * 3 + [0.0] * 3 + [1.0] * 3])
square = np.zeros((8, 8))
square[2:6, 2:6] = 1.0
answer = np.array([[value.data for value in row] for row in edge([square.tolist()])[0]])
print(answer.astype(int))
assert answer.max() == 3.0
assert sorted({int(row) for row in np.argwhere(answer == 3.0)[:, 0]}) == [
    0,
    1,
]  # above the square's upper edge
assert answer[3:].max() == 0.0  # nothing at its lower edge: relu

# %% [markdown]
# ## 2. Without pooling
# Without it the map still moves with the image, but the linear layer looks at fixed places, and the last
# layer has four times the inputs: 8 × 36 in place of 8 × 9. On moved images the network is no better than a
# linear model: sliding makes the map move with the image, pooling makes what follows care less where.


# %%
def train(*layers, data=(X, y)):
    """The share of test images that are right after training, as they are and moved by one column."""
    model = Sequential(*layers)
    optimizer = Adam(model.parameters(), lr=0.02)
    fit(
        model, data, loss=cross_entropy, optimizer=optimizer, epochs=12, seed=0, compiled=True, progress=False
    )
    scores = compile(model, backend="numpy")

    def right(images):
        return float(np.mean(np.argmax(scores(np.array(images)), axis=0) == y_test))

    return right(X_test), float(np.mean([right(shift_image(X_test, right=columns)) for columns in (-1, 1)]))


source = np.random.default_rng(0)
conv = {"channels": 1, "filters": 8, "kernel": 3, "activation": "relu", "seed": source}
pooled = train(Conv2d(**conv), MaxPool2d(2), Flatten(), Layer(8 * 9, 10, "linear", seed=source))
plain = train(Conv2d(**conv), Flatten(), Layer(8 * 36, 10, "linear", seed=source))
linear = train(Flatten(), Layer(64, 10, "linear", seed=source))
for name, (straight, moved) in {"pooled": pooled, "not pooled": plain, "linear": linear}.items():
    print(f"{name:12} {straight:.1%} of the test images, {moved:.1%} of them moved")
assert pooled[1] > plain[1] + 0.03
assert abs(plain[1] - linear[1]) < 0.1

# %% [markdown]
# ## 3. Moved training images
# What a model must not care about can be shown to it: with each image at three places, the linear model
# gets moved images right, and pays with some of those in the middle, because 64 weights for a digit must
# now serve three positions.

# %%
images = np.concatenate([shift_image(X, right=columns) for columns in (-1, 0, 1)])
augmented = train(Flatten(), Layer(64, 10, "linear", seed=source), data=(images, np.tile(y, 3)))
print(f"{'augmented':12} {augmented[0]:.1%} of the test images, {augmented[1]:.1%} of them moved")
assert augmented[1] > linear[1] + 0.3
assert augmented[0] < linear[0]
