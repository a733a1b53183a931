# %% [markdown]
# # A convolutional network
#
# Eight filters of nine weights, slid over every digit: what they see, and what sliding is good for.
#
# **What you will learn**
# * a convolution is one neuron, used again at every place of the image: few weights, many uses
# * shift the image and the feature map shifts with it, exactly; a dense layer knows nothing of the kind
# * how much a small convolutional network gains over a linear model, measured on images it has not seen
# * to look at the filters, at what they answer, and at the images that it gets wrong
#
# Notes: *Advantages of Backpropagation, 5. Foundation for Deep Learning*,
# *What is Backpropagation and What Does It Do?*
#
# Time: 45 minutes
#
# Builds on: `digits`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from autograd import compile, dot
from demos.lesson import Lesson
from demos.palette import BLUE, GREY, ORANGE, PAPER, figure
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

lesson = Lesson("cnn", seed, quick, out)

# %% [markdown]
# ## The data
# Handwritten digits of 8 by 8 pixels from 0 to 1 (scikit-learn brings them). 400 are put aside for the
# test.

# %%
(X, y), (X_test, y_test) = split(*load_digits(), share=400 / 1797, seed=seed)
X, y = X[: 400 if quick else 1200], y[: 400 if quick else 1200]
print(f"{len(X)} images to learn from, {len(X_test)} to test, each {X[0].shape} (channels, rows, columns)")

# %% [markdown]
# ## A convolution is a neuron that moves
# A filter is a neuron with 3 × 3 inputs. Its output at row $i$, column $j$ is
# $\text{relu}(b + \sum_{kl} w_{kl}\, x_{i+k,\,j+l})$: the same $w$ at each of the 6 × 6 places. By hand, at
# row 2, column 3:

# %%
source = np.random.default_rng(seed)
conv = Conv2d(1, 8, kernel=3, activation="relu", seed=source)
image = X[0].tolist()
maps = conv(image)
neuron = conv.filters[0]
patch = [image[0][2 + k][3 + l] for k in range(3) for l in range(3)]
by_hand = (dot(neuron.w, patch) + neuron.b).relu()
lesson.check(
    "one place by hand, difference from Conv2d", abs(by_hand.data - maps[0][2][3].data), at_most=1e-12
)

weights = len(conv.parameters())
dense = 8 * 6 * 6 * (64 + 1)
print(f"{weights} parameters make 8 × 36 outputs; a dense layer would take {dense:,}")
lesson.check("parameters of a dense layer with as many outputs / of this one", dense / weights, equals=234.0)

# %% [markdown]
# ## Shift the image, and the map shifts
# Sliding the same weights has a consequence that no training is needed for: move the image a column to the
# right, and all that the filters find moves a column to the right. The map of the moved image, columns 1 to
# 5, is the map of the image, columns 0 to 4: equal to the last bit.


# %%
def numbers(maps):
    """Maps of Values as an array."""
    return np.array([[[value.data for value in row] for row in channel] for channel in maps])


before, after = numbers(maps), numbers(conv(shift_image(image, right=1)))
lesson.check("the maps moved with the image", np.array_equal(after[:, :, 1:], before[:, :, :-1]), equals=True)

# %% [markdown]
# ## Two models
# A linear model, 64 pixels to 10 scores, to know what is there to be had without any convolution; and the
# convolution, the largest of each 2 × 2 outputs (which forgives small shifts), and a linear layer on the 72
# numbers that are left. `compiled=True` trains on array programs made from the scalar code (lesson
# `compile`).

# %%
models = {
    "linear": Sequential(Flatten(), Layer(64, 10, "linear", seed=source)),
    "convolutional": Sequential(conv, MaxPool2d(2), Flatten(), Layer(72, 10, "linear", seed=source)),
}
print(models["convolutional"].summary())
for model in models.values():
    optimizer = Adam(model.parameters(), lr=0.02)
    epochs = 10 if quick else 30
    fit(
        model,
        (X, y),
        loss=cross_entropy,
        optimizer=optimizer,
        epochs=epochs,
        seed=seed,
        compiled=True,
        progress=not quick,
    )

# %% [markdown]
# ## Measured on images they have not seen
# Ten digits: chance gets 10 %. Both models are far above it. On digits in the middle of the image, as these
# are, the linear model is hard to beat. Move the test images by one column, which no one would call another
# digit, and see.

# %%
fast = {name: compile(model, backend="numpy") for name, model in models.items()}


def accuracy(name, images):
    """The share of test images whose digit gets the largest score."""
    return float(np.mean(np.argmax(fast[name](images), axis=0) == y_test))


test = {}
for name in models:
    sideways = [accuracy(name, np.array(shift_image(X_test, right=columns))) for columns in (-1, 1)]
    test[name] = accuracy(name, X_test), float(np.mean(sideways))
    lesson.check(f"{name}, test images", test[name][0], at_least=0.85)
    print(f"  {name}, moved by one column: {test[name][1]:.1%}")
gain = test["convolutional"][1] - test["linear"][1]
lesson.check("moved images: convolutional right more often by", 100 * gain, at_least=4.0, unit="points")

fig, axes = figure()
for place, (name, color, hatch) in enumerate(zip(models, (ORANGE, BLUE), ("//", ""))):
    bars = axes.bar(
        np.arange(2) + 0.38 * (place - 0.5),
        [100 * share for share in test[name]],
        0.36,
        color=color,
        hatch=hatch,
        edgecolor=PAPER,
        label=name,
    )
    axes.bar_label(bars, fmt="%.0f", fontsize=14, padding=2)
axes.axhline(10, color=GREY, linestyle=":", label="chance")
axes.set_xticks([0, 1], ["test images", "moved by one column"])
axes.set(ylabel="right (%)", ylim=(0, 118))
axes.grid(axis="x", visible=False)
axes.legend(loc="upper center", ncols=3)
lesson.show("accuracy", fig, "Right on 400 test images, as they are and moved sideways by one pixel")

# %% [markdown]
# ## What the filters look for
# Above, the eight filters: blue weights want a bright pixel, orange ones a dark one. Below, what each
# answers on one digit, bright where it answers. A filter with blue over orange wants bright over dark, so it
# answers along the lower edges of a stroke; one with blue beside orange, along its sides.

# %%
digit = int(np.argmax(y_test == 3))
answers = numbers(conv(X_test[digit].tolist()))
signed = LinearSegmentedColormap.from_list("signed", [ORANGE, "#f7f7f7", BLUE])
fig, panels = figure(15, 4.3, rows=2, columns=9, width_ratios=[1.15] + [1] * 8)
panels[0, 0].set_axis_off()
panels[0, 0].text(0.5, 0.5, "filters", ha="center", va="center", transform=panels[0, 0].transAxes)
panels[1, 0].imshow(X_test[digit][0], cmap="gray")
panels[1, 0].set_xlabel("image")
for place, neuron in enumerate(conv.filters):
    weights = np.array([weight.data for weight in neuron.w]).reshape(3, 3)
    top, bottom = panels[:, place + 1]
    top.imshow(weights, cmap=signed, vmin=-np.abs(weights).max(), vmax=np.abs(weights).max())
    for (row, column), weight in np.ndenumerate(weights):
        color = "#fdfdfd" if abs(weight) > 0.9 * np.abs(weights).max() else "#0b0b0b"
        top.text(column, row, f"{weight:+.1f}", ha="center", va="center", fontsize=13, color=color)
    bottom.imshow(answers[place], cmap="gray", vmin=0.0)
    bottom.set_xlabel(f"answer {place + 1}")
for axes in panels.flat:
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
lesson.show("filters", fig, "The filters after training, and what each answers on a digit")

# %% [markdown]
# ## What it gets wrong
# Look at them before you judge: some, you would get wrong yourself.

# %%
guesses = np.argmax(fast["convolutional"](X_test), axis=0)
wrong = np.flatnonzero(guesses != y_test)
lesson.report("test images that the convolutional model gets wrong", len(wrong), "of 400")
fig, panels = figure(13, 3.2, columns=6)
for axes, place in zip(panels, wrong):
    axes.imshow(X_test[place][0], cmap="gray")
    axes.set_title(f"a {y_test[place]}, taken\nfor a {guesses[place]}")
for axes in panels:
    axes.set_axis_off()
lesson.show("wrong", fig, "Test images that the convolutional model gets wrong")

# %% [markdown]
# ## Exercises
# 1. Write a filter by hand that answers where a bright row lies below a dark one, give it to `Conv2d` as
#    `init`, and find the upper edge of a square.
# 2. Leave out `MaxPool2d`. How many parameters has the last layer now, and what becomes of the moved
#    images?
# 3. Train the linear model on images moved at random by -1, 0 or 1 columns. What does it gain, and where?
#
# Solutions: `python -m demos --solutions cnn`, or `demos/solutions/cnn.py`.
