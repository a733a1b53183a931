# %% [markdown]
# # Handwritten digits
#
# 2,410 weights learn to read 8 by 8 pixels; and then we look at what they misread.
#
# **What you will learn**
# * that the same loop, loss and layers go from two inputs to 64
# * what mini-batches are for: many small steps instead of few exact ones
# * to look at the mistakes, not only at their number
#
# Notes: *The Complete Process of Backpropagation, 3. Iterate*,
# *Advantages of Backpropagation, 3. Automation*
#
# Time: 30 minutes
#
# Builds on: `iris`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# 1,797 digits written by hand, 64 grey values from 0 to 1 each (Alpaydin and Kaynak 1998). A quarter is
# held back, the *validation* set.

# %%
import numpy as np

from autograd import no_grad, softmax
from demos.lesson import Lesson
from demos.palette import INK, PAPER, figure
from nn import MLP, Adam, accuracy, cross_entropy, fit, load_digits, split
from viz import plot_loss

lesson = Lesson("digits", seed, quick, out)

images, labels = load_digits()
X, y = images.reshape(len(images), 64), labels
if quick:
    X, y = X[:700], y[:700]
training, held_out = split(X, y, share=0.25, seed=seed)


def show_digits(axes, rows, titles):
    """Draw one digit on each of the axes."""
    for cell, row, title in zip(axes.flat, rows, titles):
        cell.imshow(np.reshape(row, (8, 8)), cmap="gray_r", vmin=0, vmax=1)
        cell.set_title(title)
    for cell in axes.flat:
        cell.axis("off")


fig, axes = figure(10, 4.6, rows=2, columns=5)
show_digits(axes, [X[list(y).index(digit)] for digit in range(10)], [f"{digit}" for digit in range(10)])
lesson.show("samples", fig, "The first sample of each digit: 64 grey values are all that the net gets")

# %% [markdown]
# ## Training in mini-batches
# The gradient over all 1,348 samples is exact, and expensive. Over 32 of them it is noisy, but forty such
# steps cost what one exact step does, and go much further (the lesson `mini-batches` measures it). An *epoch*
# is one pass over all samples. `compiled=True` turns the loss of one sample, written with scalars, into
# matrix code for a whole batch; the numbers stay the same, the wait is shorter.
#
# None of the weights is set by hand, which the notes call automation. What is still chosen by hand, the
# sizes, the learning rate, the number of epochs, is the matter of the lesson `tuning`.
#
# (At first the loss on the digits held back is the lower one. That is no magic: the training loss is the mean
# over an epoch, while the net was still learning; that of the digits held back is taken at its end.)

# %%
model = MLP(64, [32, 10], seed=seed)
print(model)
lesson.check("weights and biases", len(model.parameters()), equals=64 * 32 + 32 + 32 * 10 + 10)
history = fit(
    model,
    training,
    loss=cross_entropy,
    metric=accuracy,
    validation=held_out,
    optimizer=Adam(model.parameters(), lr=0.005),
    epochs=8 if quick else 20,
    batch_size=32,
    seed=seed,
    progress=not quick,
    compiled=True,
)
share = history["validation_metric"][-1]
lesson.check("share of the digits held back that is read rightly", share, at_least=0.8 if quick else 0.94)
lesson.check(
    "loss after the last epoch / after the first", history["loss"][-1] / history["loss"][0], at_most=0.3
)

fig, (left, right) = figure(13, 5, columns=2)
plot_loss(history, left).set_title("cross-entropy (nats)")
epochs = range(1, len(history) + 1)
right.plot(epochs, [100 - 100 * known for known in history["metric"]], "-", label="training")
right.plot(epochs, [100 - 100 * known for known in history["validation_metric"]], "--", label="validation")
right.set(xlabel="epoch", ylabel="misread (%)", ylim=(0, None), title="digits read wrongly")
right.legend()
right.xaxis.get_major_locator().set_params(integer=True)
lesson.show(
    "learning-curves",
    fig,
    "Late in training a gap opens: on the digits that it trains on, the net goes on improving",
)

# %% [markdown]
# ## Which digits are taken for which

# %%
with no_grad():
    scores = np.array([[score.data for score in model(sample)] for sample in held_out[0].tolist()])
answers, truths = scores.argmax(axis=1), held_out[1]
counts = np.zeros((10, 10), int)
np.add.at(counts, (truths, answers), 1)
lesson.check("the diagonal is the accuracy", counts.trace() / counts.sum(), equals=share, within=1e-9)

fig, axes = figure(8, 7)
axes.imshow(np.sqrt(counts), cmap="Blues")  # the root: single mistakes are to be seen beside fifty right ones
for (row, column), many in np.ndenumerate(counts):
    if many:
        axes.text(column, row, many, ha="center", va="center", color=PAPER if row == column else INK)
axes.set_xticks(range(10))
axes.set_yticks(range(10))
axes.set(xlabel="answer", ylabel="true digit", title=f"{len(truths)} digits held back, {share:.1%} right")
axes.grid(False)
lesson.show(
    "confusion", fig, "Rows are what was written, columns what was read; off the diagonal are the mistakes"
)

# %% [markdown]
# ## The surest mistakes
# Of the digits that it misreads, those of which the net was most sure. Would you have read them rightly?

# %%
sure = np.array([max(softmax(row)) for row in scores.tolist()])
wrong = [place for place in np.argsort(-sure).tolist() if answers[place] != truths[place]][:5]
fig, axes = figure(11, 3.2, columns=5)
titles = [f"{truths[at]} read as {answers[at]}\n{sure[at]:.0%} sure" for at in wrong]
show_digits(axes, held_out[0][wrong], titles)
lesson.show("mistakes", fig, "The mistakes of which the net was surest, with the true digit and the answer")
known = sure[answers == truths].mean()
unknown = sure[answers != truths].mean()
lesson.check("mean sureness where it is right", known, at_least=0.8)
lesson.check("mean sureness where it is wrong, less by", known - unknown, at_least=0.1)

# %% [markdown]
# ## Exercises
# 1. Turn all pixels around (white for black). What does the trained net say, and what does that tell you?
# 2. Train on 50 digits only. How large is the gap between the digits trained on and those held back?
# 3. Shuffle the 64 pixels, in the same way for every image, and train again. Why does it not matter to this
#    net?
#
# Solutions: `python -m demos --solutions digits`, or `demos/solutions/digits.py`.
