# %% [markdown]
# # A recurrent network that spells
#
# One cell, used again for each letter, learns to spell names of Python modules.
#
# **What you will learn**
# * how a state that is handed on from letter to letter makes a network of any length from one set of
#   weights
# * what a loss per letter means, and which losses could be had by counting alone
# * how to tell that the network uses its memory, and how far back it looks
# * why the loss on names it has not seen turns up again
#
# Notes: *Advantages of Backpropagation, 5. Foundation for Deep Learning*,
# *Challenges of Backpropagation, 5. Overfitting*
#
# Time: 45 minutes
#
# Builds on: `iris`, `vanishing`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
from math import hypot, log

import numpy as np

from autograd import Value, compile, no_grad, softmax, tanh
from demos.lesson import Lesson
from demos.letters import (
    END,
    LETTERS,
    MODULE_NAMES,
    batches_by_length,
    counting_loss,
    decode,
    encode,
    loss_per_letter,
)
from demos.palette import BLUE, COLORS, DASHES, GREY, MUTED, figure
from nn import RNN, Adam, Embedding, Layer, Module, RNNCell, cross_entropy
from viz import draw

lesson = Lesson("rnn", seed, quick, out)

# %% [markdown]
# ## The text
# 181 names from the standard library, letter by letter: 27 tokens, of which token 0, printed as a dot,
# stands before and after each name. The task at each place: which token comes next? 36 names are put aside;
# the network never sees them.

# %%
shuffled = lesson.generator.permutation(MODULE_NAMES).tolist()
training, held_out = shuffled[36:], shuffled[:36]
print(f"{len(training)} names to learn, as {', '.join(training[:5])}; 'os' is {encode('os')}")

# %% [markdown]
# ## What can be had by counting
# A loss per letter is a mean of $-\log p$, where $p$ was the chance given to the letter that did come. All
# tokens equally likely: $\log 27$. Knowing how frequent each is: the entropy of the letters. Knowing the
# letter before: the entropy given that letter. **No model that sees only the last letter can do better on
# this text**, so that number is the line to cross: below it, a network must remember.

# %%
uniform = log(len(LETTERS))
without, one_letter = (counting_loss(training, memory) for memory in (0, 1))
print("what counting reaches, in nats per letter:")
print(f"  uniform {uniform:.3f}, by frequency {without:.3f}, by the last letter {one_letter:.3f}")

# %% [markdown]
# ## The model
# A letter is a learned vector $x_t$. The cell mixes it with its state:
# $h_t = \tanh(W x_t + U h_{t-1} + b)$, with the same $W$, $U$, $b$ at each step. A linear layer turns $h_t$
# into 27 scores for the next token.


# %%
class Speller(Module):
    def __init__(self, cell, source):
        self.letters = Embedding(len(LETTERS), 8, deviation=0.3, seed=source)
        self.rnn = RNN(cell)
        self.next = Layer(cell.nhidden, len(LETTERS), "linear", seed=source)

    def forward(self, tokens):
        return [self.next(h) for h in self.rnn([self.letters(token) for token in tokens])]


source = np.random.default_rng(seed)
model = Speller(RNNCell(8, 24, seed=source), source)
print(f"{len(model.parameters()):,} parameters")


def loss(tokens):
    """The mean over the places of a name of -log p(the next token)."""
    return cross_entropy(model(tokens[:-1]), tokens[1:])


# %% [markdown]
# The cell by hand, for one letter, against the module. `[x, h]` is one list, so $W$ and $U$ lie side by
# side.

# %%
cell, x = model.rnn.cell, model.letters(LETTERS.index("o"))
h = [0.1] * 24
by_hand = [
    tanh(sum(w * entry for w, entry in zip(neuron.w, [*x, *h])) + neuron.b) for neuron in cell.hidden.neurons
]
apart = max(abs(mine.data - its.data) for mine, its in zip(by_hand, cell(x, h)))
lesson.check("largest difference between the cell and its formula", apart, at_most=1e-12)

# %% [markdown]
# Unrolled over `o`, `s` and the end, the loop is a graph like any other, and `backward()` needs to know
# nothing about time. Look at the arrows from `scores: parameters`: one set of weights, three uses, so three
# gradients that add up. Inside `rnn` it is the same for the cell.

# %%
unrolled = loss(encode("os"))
unrolled.backward()
picture = draw(unrolled, model=model, collapse="layers", rankdir="TB")
lesson.show("unrolled", picture, "The network unrolled over 'os': one layer of scores, called three times")

# %% [markdown]
# ## Inventing names
# Start from the dot, draw a token from the softmax of the scores, feed it back, until the dot comes again.


# %%
def invent(model, longest=14):
    """A name, drawn letter by letter; the state is all that the network knows of the letters so far."""
    tokens, state = [END], model.rnn.cell.start()
    with no_grad():
        while len(tokens) <= longest and (len(tokens) == 1 or tokens[-1] != END):
            state = model.rnn.cell(model.letters(tokens[-1]), state)
            chances = [p.data for p in softmax(model.next(state))]
            tokens.append(int(lesson.generator.choice(len(LETTERS), p=np.array(chances) / sum(chances))))
    return decode(tokens)


print("before training: ", ", ".join(invent(model) for _ in range(6)))

# %% [markdown]
# ## Training
# `compile` turns the loss of one name into an array program for many. A name of another length is another
# program: each length is recorded once, when it first comes, so batches are made of names of one length.

# %%
fast = compile(loss, backend="numpy")
optimizer = Adam(model.parameters(), lr=0.005)


def measured():
    """Loss per letter on both parts of the text."""
    return [loss_per_letter(fast, names) for names in (training, held_out)]


losses, best = [measured()], model.state_dict()
for _ in lesson.progress(range(50 if quick else 150), "training", "epochs"):
    with fast.training(optimizer) as step:
        for rows in batches_by_length(training, 16, lesson.generator):
            step(rows)
    losses.append(measured())
    if losses[-1][1] == min(unseen for _, unseen in losses):
        best = model.state_dict()
print(repr(fast))

# %%
known, unseen = zip(*losses)
at_best = int(np.argmin(unseen))
lesson.check(
    "loss per letter before training / that of a uniform guess", known[0] / uniform, equals=1, within=0.1
)
lesson.check(
    "loss on the training names / best that the last letter allows", known[-1] / one_letter, at_most=0.9
)
lesson.check("held-out loss at its best / entropy of the letters", unseen[at_best] / without, at_most=0.99)
lesson.check(
    "held-out loss at the end, over its best", unseen[-1] - unseen[at_best], at_least=0.05, unit="nats"
)

# %% [markdown]
# Three things to see. The training loss crosses the line of the last letter: the state remembers more than
# one letter. The held-out loss turns up: from then on the network learns these names by heart, not how
# names are spelled. 145 names are few; that is why the best held-out loss stays far above the training
# loss.

# %%
fig, axes = figure(9, 5)
for name, line, color, dash in zip(("names it learns", "held-out names"), (known, unseen), COLORS, DASHES):
    axes.plot(line, dash, color=color, label=name)
levels = {"uniform": uniform, "by frequency": without, "by the last\nletter": one_letter}
for name, level in levels.items():
    axes.axhline(level, color=GREY, linestyle=":", linewidth=2)
    axes.text(1.02, level, name, transform=axes.get_yaxis_transform(), va="center", color=MUTED)
axes.plot(at_best, unseen[at_best], "o", color=COLORS[1])
axes.set(xlabel="epoch", ylabel="loss per letter (nats)")
axes.legend(loc="lower left")
lesson.show("losses", fig, "Loss per letter; dotted, what counting reaches on the training names")

# %%
print("after training:  ", ", ".join(invent(model) for _ in range(8)))
model.load_state_dict(best)
print(f"at its best, epoch {at_best}:", ", ".join(invent(model) for _ in range(8)))

# %% [markdown]
# ## How far back it looks
# The gradient answers that, too. Feed letters as fresh Values, take the score that the network gives the
# letter that comes next, and go backward: the norm of the gradient in each earlier letter's vector says how
# much that letter counts. It falls with distance: the product of many $\tanh'$ and $U$ of the lesson on
# exploding gradients.

# %%
influence = []
for name in [name for name in training if len(name) >= 7][: 10 if quick else 40]:
    tokens = encode(name)[:7]
    vectors = [[Value(entry.data) for entry in model.letters(token)] for token in tokens]
    state = model.rnn(vectors)[-1]
    model.next(state)[encode(name)[7]].backward()
    influence.append([hypot(*(entry.grad for entry in vector)) for vector in vectors[::-1]])
mean_influence = np.mean(influence, axis=0).tolist()
lesson.check(
    "influence of the last letter / of the one six before",
    mean_influence[0] / mean_influence[6],
    at_least=1.5,
)

fig, axes = figure()
axes.bar(range(7), mean_influence, color=BLUE)
axes.set(xlabel="letters back from the last one", ylabel="norm of the gradient")
lesson.show("looking-back", fig, "How much each earlier letter counts for the next one, by its gradient")

# %% [markdown]
# ## Exercises
# 1. Take the memory away: set the state to zeros at each step, and train. How low can the training loss go?
# 2. Replace `RNNCell(8, 24)` by `GRUCell(8, 24)`. How many parameters does it have, and what does it gain?
# 3. Divide the scores by a temperature before the softmax. What happens to the names at 0.2, and at 5?
#
# Solutions: `python -m demos --solutions rnn`, or `demos/solutions/rnn.py`.
