# %% [markdown]
# # A recurrent network that reads letter by letter
#
# One cell, used again for each letter, says which letter comes next, better than a table of letter pairs.
#
# **What you will learn**
# * how a state that is handed on from letter to letter makes a network of any length from one set of
#   weights, and how gradients go back through it
# * what a loss per letter means, and what counting alone reaches
# * to choose by a validation part, and to report a test part once
# * how far back the network looks, what cutting the gradient in time loses, and what is not learnt
#
# Notes: *Advantages of Backpropagation, 5. Foundation for Deep Learning*,
# *Challenges of Backpropagation, 5. Overfitting*
#
# Time: 60 minutes
#
# Builds on: `iris`, `vanishing`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
from math import hypot, log

import numpy as np

from autograd import Value, compile, tanh
from demos.lesson import Lesson
from demos.letters import (
    END,
    LETTERS,
    batches_by_length,
    counting_loss,
    decode,
    encode,
    loss_per_letter,
    parted,
    table_losses,
    words_of_help,
)
from demos.palette import BLUE, COLORS, DASHES, GREY, INK, MUTED, ORANGE, PAPER, figure
from nn import RNN, Adam, Embedding, Layer, Module, RNNCell, cross_entropy

lesson = Lesson("rnn", seed, quick, out)

# %% [markdown]
# ## The text
# Python brings a text of its own: what `help("topics")` shows. We take its words of 3 to 8 lower-case
# letters, each word once. The network reads them as *tokens*, numbers from 0 to 26: one for each letter, and
# token 0, printed as a dot, which stands before and after each word. The task at each place: which token
# comes next?
#
# The words are divided into three parts. The network learns from the **training** words. The **validation**
# words say when it was best. A network that was chosen by its loss on them looks a little better on them than
# it is. So the **test** words are kept for one number at the end.

# %%
training, validation, test = parted(words_of_help(), lesson.generator)
print(f"{len(training):,} words to learn from, as {', '.join(training[:6])}")
print(f"{len(validation)} for validation, as {validation[0]}; {len(test)} for the test")
print(f"'for' is {encode('for')}")

# %% [markdown]
# ## What counting alone reaches
# The loss per letter is the mean of $-\log p$, where $p$ is the probability that was given to the token that
# did come. The logarithm is the natural one; the unit is called *nat*. Four guesses need no network:
#
# * **uniform**: all tokens are equally likely, and the loss is $\log 27$;
# * **letters**: each token has the frequency that it has in the training words;
# * **pairs**: how often each token follows the one before, a table of 27 × 27 counts;
# * **triples**: how often it follows the two before.
#
# A pair that was never seen would get $p = 0$ and an infinite loss. So a small number is added to each count:
# the one that is best for the table.

# %%
uniform, (frequency, pairs, triples) = log(len(LETTERS)), table_losses(training, validation)
print("what counting in the training words reaches on the validation words, in nats per letter:")
print(f"  uniform {uniform:.3f}, letters {frequency:.3f}, pairs {pairs:.3f}, triples {triples:.3f}")

# %% [markdown]
# ## The model
# A letter is a learned vector $x_t$. The cell mixes it with its state,
# $$h_t = \tanh(W x_t + U h_{t-1} + b),$$
# with the same $W$, $U$, $b$ at each step. A linear layer turns $h_t$ into 27 scores for the next token.


# %%
class Reader(Module):
    def __init__(self, cell, source):
        self.letters = Embedding(len(LETTERS), 8, deviation=0.3, seed=source)
        self.rnn = RNN(cell)
        self.next = Layer(cell.nhidden, len(LETTERS), "linear", seed=source)

    def forward(self, tokens):
        return [self.next(h) for h in self.rnn([self.letters(token) for token in tokens])]


source = np.random.default_rng(seed)
model = Reader(RNNCell(8, 32, seed=source), source)
print(f"{len(model.parameters()):,} parameters")


def loss(tokens):
    """The mean over the places of a word of -log p(the next token)."""
    return cross_entropy(model(tokens[:-1]), tokens[1:])


# %% [markdown]
# The cell by hand, for one letter, against the module. `[x, h]` is one list, so $W$ and $U$ lie side by
# side.

# %%
cell, x = model.rnn.cell, model.letters(LETTERS.index("o"))
h = [0.1] * cell.nhidden
by_hand = [
    tanh(sum(w * entry for w, entry in zip(neuron.w, [*x, *h])) + neuron.b) for neuron in cell.hidden.neurons
]
apart = max(abs(mine.data - its.data) for mine, its in zip(by_hand, cell(x, h)))
lesson.check("largest difference between the cell and its formula", apart, at_most=1e-12)

# %% [markdown]
# ## Backward through time
# Unrolled over a word, the loop is a graph like any other, and `backward()` needs to know nothing about time.
# Each state feeds two things: its own scores and the next state. So its gradient is a sum of two, and what
# the last letter's loss has to say reaches the first letter through every $U$ on the way.


# %%
def unrolled(word, cut=None):
    """The states and the loss of a word; no gradient passes from one piece of `cut` letters to another."""
    state, states, scores = cell.start(), [], []
    for place, token in enumerate(encode(word)[:-1]):
        if cut and place and place % cut == 0:
            state = [unit.detach() for unit in state]
        state = cell(model.letters(token), state)
        states.append(state)
        scores.append(model.next(state))
    return states, cross_entropy(scores, encode(word)[1:])


states, word_loss = unrolled("word")
word_loss.backward()

# %% [markdown]
# Solid arrows are the forward pass; the dashed ones the way that gradients take in time.

# %%
arrow = {"arrowstyle": "-|>", "color": INK}
fig, axes = figure(10, 4.6)
axes.set(xlim=(-0.5, 4.8), ylim=(-0.4, 3.4))
axes.axis("off")
for t, state in enumerate(states):
    letter, following = (LETTERS[token] for token in encode("word")[t : t + 2])
    boxes = [f"letter  {letter}", f"$x_{t + 1}$", f"$h_{t + 1}$", f"scores, for  {following}"]
    for height, text in enumerate(boxes):
        frame = {"boxstyle": "round,pad=0.4", "facecolor": PAPER, "edgecolor": INK}
        axes.text(t, height, text, ha="center", va="center", bbox=frame)
    for height in range(3):
        axes.annotate("", (t, height + 0.7), (t, height + 0.3), arrowprops=arrow)
    axes.text(t + 0.07, 1.5, "$W$", va="center", color=MUTED)
    size = hypot(*(unit.grad for unit in state))
    axes.text(t + 0.1, 2.45, f"‖∂L/∂$h_{t + 1}$‖ = {size:.2f}", color=ORANGE, fontsize=12)
    if t:
        axes.annotate("", (t - 0.22, 2.05), (t - 0.78, 2.05), arrowprops=arrow)
        axes.annotate(
            "", (t - 0.78, 1.9), (t - 0.22, 1.9), arrowprops=arrow | {"color": ORANGE, "linestyle": "--"}
        )
        axes.text(t - 0.5, 2.12, "$U$", ha="center", color=MUTED)
lesson.show("unrolled", fig, "The network unrolled over 'word', and the gradient that reaches each state")

# %% [markdown]
# ## Training
# `compile` turns the loss of one word into an array program for many. A word of another length is another
# program: each length is recorded once, when it first comes, so batches are made of words of one length.

# %%
fast = compile(loss, backend="numpy")
optimizer = Adam(model.parameters(), lr=0.005)


def measured():
    """Loss per letter on some of the training words, and on as many validation words."""
    return [loss_per_letter(fast, words) for words in (training[: len(validation)], validation)]


losses, best = [measured()], model.state_dict()
for _ in lesson.progress(range(10 if quick else 25), "training", "epochs"):
    with fast.training(optimizer) as step:
        for rows in batches_by_length(training, 32, lesson.generator):
            step(rows)
    losses.append(measured())
    if losses[-1][1] == min(unseen for _, unseen in losses):
        best = model.state_dict()
at_end = loss_per_letter(fast, training)
model.load_state_dict(best)
print(repr(fast))

# %% [markdown]
# The network begins as a uniform guess. On words that it has never seen it comes below the letters'
# frequencies and below the table of pairs. And it remembers more than the last letter, for certain: what a
# table of pairs reaches on the words it was counted in is the least that any function of the last letter
# alone can reach there, and on the training words the network comes below it.

# %%
known, unseen = zip(*losses)
at_best = int(np.argmin(unseen))
lesson.check(
    "training loss at the end / least that one letter allows",
    at_end / counting_loss(training, 1),
    at_most=0.97,
)
lesson.check("loss before training / of a uniform guess", unseen[0] / uniform, equals=1, within=0.1)
lesson.check("validation loss at its best / of letter frequencies", unseen[at_best] / frequency, at_most=0.85)
lesson.check("validation loss at its best / of the table of pairs", unseen[at_best] / pairs, at_most=0.98)
lesson.report("validation loss at its best / of the table of triples", unseen[at_best] / triples)
lesson.report("validation loss - training loss, there", unseen[at_best] - known[at_best], unit="nats")

fig, axes = figure(9, 5)
for name, line, color, dash in zip(("training words", "validation words"), (known, unseen), COLORS, DASHES):
    axes.plot(line, dash, color=color, label=name)
levels = {"uniform": uniform, "letters": frequency, "pairs": pairs, "triples": triples}
for name, level in levels.items():
    axes.axhline(level, color=GREY, linestyle=":", linewidth=2)
    axes.text(1.02, level, name, transform=axes.get_yaxis_transform(), va="center", color=MUTED)
axes.plot(at_best, unseen[at_best], "o", color=COLORS[1])
axes.set(xlabel="epoch", ylabel="loss per letter (nats)")
axes.legend(loc="upper right")
lesson.show(
    "losses", fig, "Loss per letter; dotted, what tables of the training words reach on the validation words"
)

# %% [markdown]
# ## The test
# The epoch was chosen by the validation words. The test words had no part in anything, so this is the number
# to report, once. It is clearly below that of pairs, and about that of triples: a table which sees two
# letters does as well as this network, which could use all of them.

# %%
tested, tables = loss_per_letter(fast, test), table_losses(training, test)
lesson.report("test loss", tested, unit="nats per letter")
lesson.check("test loss / of letter frequencies", tested / tables[0], at_most=0.85)
lesson.check("test loss / of the table of pairs", tested / tables[1], at_most=0.99)
lesson.report("test loss / of the table of triples", tested / tables[2])

# %% [markdown]
# ## How far back it looks
# The gradient answers that, too. Feed letters as fresh Values, take the score that the network gives the
# letter that comes next, and go backward: the norm of the gradient in each earlier letter's vector says how
# much that letter counts. On the whole it falls with distance: the way back is a product of many $\tanh'$ and
# $U$, as in the lesson `vanishing`. The last bar is not a letter, but the dot before the word.

# %%
influence = []
for word in [word for word in validation if len(word) >= 7][: 10 if quick else 40]:
    vectors = [[Value(entry.data) for entry in model.letters(token)] for token in encode(word)[:7]]
    state = model.rnn(vectors)[-1]
    model.next(state)[encode(word)[7]].backward()
    influence.append([hypot(*(entry.grad for entry in vector)) for vector in vectors[::-1]])
influence = np.mean(influence, axis=0).tolist()
lesson.check(
    "influence of the last letter / of the dot, six places before", influence[0] / influence[6], at_least=1.5
)

fig, axes = figure()
axes.bar(range(7), influence, color=BLUE)
axes.set(xlabel="places back from the last letter", ylabel="norm of the gradient")
lesson.show("looking-back", fig, "How much each earlier letter counts for the next one, by its gradient")

# %% [markdown]
# ## Cut in time
# A word is short. A book is not, and backward through all of it would need all of it in memory. So a text is
# cut into pieces: the state goes on from piece to piece as plain numbers (`detach`), and no gradient goes
# back. This is *truncated* backpropagation through time. What it computes is not the gradient: here is the
# cosine of the angle between the two, over the cell's parameters and words of eight letters. (The other
# trouble of long products, gradients that explode, is clipped: lesson `exploding`.)


# %%
def gradient(cut):
    """The gradient of the cell's parameters, summed over some words."""
    model.zero_grad()
    for word in [word for word in validation if len(word) == 8][: 5 if quick else 10]:
        unrolled(word, cut)[1].backward()
    return np.array([p.grad for p in cell.parameters()])


whole = gradient(cut=None)
cosines = {}
for cut in (1, 2, 4, 8):
    part = gradient(cut)
    cosines[cut] = float(whole @ part / np.linalg.norm(whole) / np.linalg.norm(part))
for cut, cosine in cosines.items():
    print(f"cut every {cut} letters: cosine {cosine:.3f}")
lesson.check("cosine, cut after each letter", cosines[1], at_most=0.95)
lesson.check("cosine, cut every eight letters / cut after each", cosines[8] / cosines[1], at_least=1.05)

# %% [markdown]
# ## What it has not learnt
# Let it invent words: start from the dot, draw a token from the softmax of the scores, feed it back, until
# the dot comes again. The state is all that the network knows of the letters so far, so one step is one
# small program, for as many words at once as we like.


# %%
def read_one(token, state):
    """The scores after one more letter, and the state."""
    after = cell(model.letters(token), state)
    return [*model.next(after), *after]


fast_one = compile(read_one, backend="numpy")


def invent(count, longest=12):
    """`count` words; the largest of scores with Gumbel noise is a draw from their softmax."""
    tokens, state = np.full((count, 1), END), np.zeros((count, cell.nhidden))
    for _ in range(longest):
        scores, state = np.split(np.array(fast_one(tokens[:, -1], state)).T, [len(LETTERS)], axis=1)
        drawn = np.argmax(scores + lesson.generator.gumbel(size=scores.shape), axis=1)
        tokens = np.column_stack([tokens, drawn])
    return [decode(row) for row in tokens.tolist()]


invented = invent(1000)
taught = [word for word in invented if word in training]
found = [word for word in invented if word in validation + test]
print("it invents:", ", ".join(invented[:12]))

# %%
lesson.predict(
    "Of 1,000 words that it invents, how many are words of the text?", len(taught) + len(found), within=10
)
lesson.report("words that it was taught", len(taught))
lesson.report("words of the text that it was never shown", len(found))
print("namely:", ", ".join(found) or "none")
lesson.check("no words of the text", 1000 - len(taught) - len(found), at_least=850, unit="of 1,000")

# %% [markdown]
# So it has learnt which letters stand together, and how words begin and end. It has not learnt words:
# nearly all that it invents are none of this text. And what does it predict worst in the test words?

# %%
by_loss = sorted(test, key=lambda word: loss_per_letter(fast, [word]))
print("test words of the lowest loss: ", ", ".join(by_loss[:8]))
print("test words of the highest loss:", ", ".join(by_loss[-8:]))

# %% [markdown]
# ## Exercises
# 1. Take the memory away: set the state to zeros at each step, and train. How low can the training loss go?
# 2. Replace `RNNCell(8, 32)` by `GRUCell(8, 32)`. How many parameters does it have, and what does it gain?
# 3. Train with the state cut after each letter. How much of the network's advantage is left?
#
# Solutions: `python -m demos --solutions rnn`, or `demos/solutions/rnn.py`.
