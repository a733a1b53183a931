# %% [markdown]
# # A transformer that reads letter by letter
#
# A GPT of 4,256 numbers says which letter comes next, and shows what each of its heads listens to.
#
# **What you will learn**
# * what attention computes: each place asks, every earlier place answers, softmax decides who is heard
# * that a GPT is made of the parts of the lessons before: embeddings, sums, norms, an MLP, residuals
# * to compute and draw the attention of a model that does not hand it out
# * to measure what a head is worth before telling a story of it
# * what the temperature does to what a model invents
#
# Notes: *Advantages of Backpropagation, 5. Foundation for Deep Learning*, *Mathematical Overview*
#
# Time: 60 minutes
#
# Builds on: `rnn`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
from math import log

import numpy as np

from autograd import compile, dot, softmax
from demos.lesson import Lesson
from demos.letters import (
    END,
    LETTERS,
    batches_by_length,
    decode,
    encode,
    loss_per_letter,
    parted,
    table_losses,
    words_of_help,
)
from demos.palette import BLUE, COLORS, DASHES, GREY, MUTED, ORANGE, figure
from nn import GPT, Adam, cross_entropy

lesson = Lesson("transformer", seed, quick, out)

# %% [markdown]
# ## The model
# A GPT reads tokens, here the 27 of the lesson `rnn`, and at each place gives scores to what may come next.
# Each token becomes a vector of 16 learned numbers, to which 16 others are added that stand for its place.
# One block follows. It first replaces $x$ by $x + \text{attention}(\text{norm}(x))$, where the places
# exchange what they know; then by $x + \text{mlp}(\text{norm}(x))$, where each place is alone. The norm
# brings the 16 numbers to mean 0 and deviation 1. What is added to $x$ is called a *residual* branch: $x$
# itself passes unchanged, and so does its gradient. At the end a norm and a linear layer make 27 scores at
# each place.

# %%
longest = 6 if quick else 8
training, validation, test = parted(words_of_help(longest), lesson.generator)
print(f"{len(training):,} words to learn from, {len(validation)} for validation, {len(test)} for the test")
model = GPT(vocabulary=len(LETTERS), context=9, width=16, heads=4, depth=1, seed=seed)
print(model.summary())

# %% [markdown]
# ## Attention, by hand
# Attention is done by four *heads*, side by side. From each place's vector $x_t$ (after the norm) a head
# makes three vectors of $d = 4$ numbers: a query $q_t$ (what I look for), a key $k_t$ (what I have) and a
# value $v_t$ (what I tell). Place $t$ listens to each place $s \le t$ with the weight
# $$a_{ts} = \text{softmax}_s(q_t \cdot k_s / \sqrt{d})$$
# and hears $\sum_s a_{ts} v_s$. What the four heads hear, 16 numbers together, goes through a last linear
# layer. `SelfAttention` computes just that and keeps the weights to itself, so here it is again, from its
# parts.


# %%
def attend(attention, xs):
    """The weights a_ts of each head, a row for each place that listens, and what the layer makes of them."""
    parts = (attention.query, attention.key, attention.value)
    queries, keys, values = ([part(x) for x in xs] for part in parts)
    d = attention.width // attention.heads
    heads, heard = [], [[] for _ in xs]
    for head in (slice(start, start + d) for start in range(0, attention.width, d)):
        rows = []
        for t, query in enumerate(queries):
            row = softmax([dot(query[head], key[head]) / d**0.5 for key in keys[: t + 1]])
            heard[t] += [dot(row, column) for column in list(zip(*values[: t + 1]))[head]]
            rows.append([a.data for a in row] + [np.nan] * (len(xs) - t - 1))
        heads.append(np.array(rows))
    return heads, [attention.out(row) for row in heard]


def before_attention(model, word):
    """What the first block's attention is given: the norm of token plus place."""
    vectors = [(model.tokens(token), model.positions(t)) for t, token in enumerate(encode(word)[:-1])]
    return [model.blocks[0].first_norm([a + b for a, b in zip(*pair)]) for pair in vectors]


WORD = next(word for word in validation if len(word) == longest)
attention, xs = model.blocks[0].attention, before_attention(model, WORD)
untrained, mine = attend(attention, xs)
pairs = [(a.data, b.data) for row, other in zip(mine, attention(xs)) for a, b in zip(row, other)]
lesson.check("attention by hand, largest difference", max(abs(a - b) for a, b in pairs), at_most=1e-12)
sums = np.nansum(untrained, axis=2)
lesson.check("each place's weights add up to 1, but for", float(np.max(np.abs(sums - 1))), at_most=1e-12)
alone = [[a.data for a in row] for row in attention(xs[:3])]
lesson.check(
    "the first three places hear the same without the others",
    alone == [[a.data for a in row] for row in mine[:3]],
    equals=True,
)

# %% [markdown]
# ## Training
# The same words in three parts, and the same tables to beat, as in `rnn`. `compile` makes one recording for
# each length of word; `repr(fast)` counts them.


# %%
def loss(tokens):
    """The mean over the places of a word of -log p(the next token)."""
    return cross_entropy(model(tokens[:-1]), tokens[1:])


fast = compile(loss, backend="numpy")
optimizer = Adam(model.parameters(), lr=0.008)


def measured():
    """Loss per letter on some of the training words, and on as many validation words."""
    return [loss_per_letter(fast, words) for words in (training[: len(validation)], validation)]


losses, best = [measured()], model.state_dict()
for _ in lesson.progress(range(6 if quick else 10), "training", "epochs"):
    with fast.training(optimizer) as step:
        for rows in batches_by_length(training, 32, lesson.generator):
            step(rows)
    losses.append(measured())
    if losses[-1][1] == min(unseen for _, unseen in losses):
        best = model.state_dict()
model.load_state_dict(best)
print(repr(fast))

# %%
(known, unseen), tables = zip(*losses), table_losses(training, validation)
at_best = int(np.argmin(unseen))
reached = unseen[at_best]
lesson.check("validation loss at its best / of letter frequencies", reached / tables[0], at_most=0.88)
lesson.check("validation loss at its best / of the table of pairs", reached / tables[1], at_most=0.99)
lesson.report("validation loss at its best / of the table of triples", reached / tables[2])

fig, axes = figure(9, 5)
for name, line, color, dash in zip(("training words", "validation words"), (known, unseen), COLORS, DASHES):
    axes.plot(line, dash, color=color, label=name)
for name, level in zip(("uniform", "letters", "pairs", "triples"), (log(len(LETTERS)), *tables)):
    axes.axhline(level, color=GREY, linestyle=":", linewidth=2)
    axes.text(1.02, level, name, transform=axes.get_yaxis_transform(), va="center", color=MUTED)
axes.plot(at_best, reached, "o", color=COLORS[1])
axes.set(xlabel="epoch", ylabel="loss per letter (nats)")
axes.legend(loc="upper right")
lesson.show("losses", fig, "Loss per letter; dotted, what tables reach on the validation words")

# %% [markdown]
# On words that it has never seen it comes below the table of pairs; a table of triples is as good or better.
# (Does it beat the pairs because places listen to one another? Not necessarily: unlike the table, the model
# knows at which place of a word it is. The answer comes below, where the heads are silenced.) The epoch was
# chosen by the validation words; the test words are measured now, once.

# %%
tested, tables = loss_per_letter(fast, test), table_losses(training, test)
lesson.report("test loss", tested, unit="nats per letter")
lesson.check("test loss / of letter frequencies", tested / tables[0], at_most=0.9)
lesson.report("test loss / of the table of pairs", tested / tables[1])

# %% [markdown]
# ## What the heads listen to
# A row is a place that has just read a letter and must say what comes next; its columns are the places that
# it listens to. No place may look ahead: those cells are hatched, they have no weight. Before training,
# chance decides; after it, some squares are bright. What they are good for, the picture does not say.


# %%
def draw_heads(heads, word):
    """A heat map for each head, hatched where there is nothing to listen to yet."""
    letters = [LETTERS[token] for token in encode(word)[:-1]]
    fig, panels = figure(15, 4.6, columns=len(heads))
    for number, (axes, weights) in enumerate(zip(panels, heads), start=1):
        image = axes.imshow(weights, cmap="cividis", vmin=0.0, vmax=1.0)
        for t in range(len(letters) - 1):
            later = len(letters) - 1 - t
            axes.barh(t, later, 1.0, t + 0.5, fill=False, hatch="///", edgecolor=MUTED, linewidth=0)
        axes.set_xticks(range(len(letters)), letters)
        axes.set_yticks(range(len(letters)), letters)
        axes.set(title=f"head {number}", xlabel="listens to")
        axes.grid(False)
    panels[0].set_ylabel("place that listens")
    fig.colorbar(image, ax=panels, label="weight", shrink=0.8)
    return fig


trained, _ = attend(attention, before_attention(model, WORD))
lesson.show("attention-before", draw_heads(untrained, WORD), f"Attention in '{WORD}' before training")
lesson.show("attention", draw_heads(trained, WORD), f"Attention in '{WORD}' after training")

# %% [markdown]
# ## What a head is worth
# A measurement: silence a head, by setting to zero the columns of the output layer that read it, and see how
# much the loss rises.


# %%
def loss_without(heads):
    """The validation loss with these heads silenced."""
    columns = [
        w for neuron in attention.out.neurons for head in heads for w in neuron.w[4 * head : 4 * head + 4]
    ]
    kept = [w.data for w in columns]
    for w in columns:
        w.data = 0.0
    found = loss_per_letter(fast, validation)
    for w, data in zip(columns, kept):
        w.data = data
    return found


rises = [loss_without([head]) - reached for head in range(4)]
lesson.check(
    "rise of the loss when the head that costs most is silenced", max(rises), at_least=0.05, unit="nats"
)
lesson.check("more than for the head that costs least", max(rises) - min(rises), at_least=0.02, unit="nats")
lesson.check("rise when all heads are silenced", loss_without(range(4)) - reached, at_least=0.2, unit="nats")
lesson.check(
    "the loss is what it was once they speak again", loss_per_letter(fast, validation), equals=reached
)

fig, axes = figure()
axes.bar([f"head {head}" for head in range(1, 5)], rises, color=BLUE, width=0.6)
axes.set_ylabel("rise of the loss (nats per letter)")
axes.grid(axis="x", visible=False)
lesson.show("heads", fig, "How much the validation loss rises when one head is silenced")

# %% [markdown]
# The places do listen to one another, and the loss is much higher when they cannot. Beside what a head is
# worth, here is where it listens: the mean of its weights on the letter just read, on the one before, and so
# on, over some of the validation words.

# %%
back = np.zeros((4, 4))
some = [word for word in validation if len(word) >= 4][: 10 if quick else 20]
for word in some:
    heads, _ = attend(attention, before_attention(model, word))
    back += [[np.mean(np.diagonal(weights[3:], 3 - k)) for k in range(4)] for weights in heads]
back /= len(some)
print("        rise   weight on the letter just read, one before, two, three")
for head, (rise, weights) in enumerate(zip(rises, back), start=1):
    print(f"head {head}  {rise:.3f}  " + "  ".join(f"{weight:.2f}" for weight in weights))
most = int(np.argmax(rises))
lesson.report("the head whose silence costs most", most + 1)
lesson.report("and the letter it listens to most, so many back", int(np.argmax(back[most])))

# %% [markdown]
# ## Words that do not exist
# To invent a word, begin with the dot. Divide the scores for the next token by a number $T$, the
# *temperature*; make probabilities of them by a softmax; draw a token, append it, and go on until the dot
# comes again. `model.generate` does that for one word. Here all words grow at once: `compile` makes the
# scores of the last place a function of a whole batch.

# %%
next_scores = compile(lambda tokens: model(tokens)[-1], backend="numpy")


def invent(count, temperature):
    """`count` words: a row of tokens each, which grows by a column at a time.

    The largest of scores with Gumbel noise is a draw from their softmax.
    """
    tokens = np.full((count, 1), END)
    for _ in range(longest + 1):
        scores = np.array(next_scores(tokens)) / temperature
        drawn = np.argmax(scores + lesson.generator.gumbel(size=scores.shape), axis=0)
        tokens = np.column_stack([tokens, drawn])
    return [decode(row) for row in tokens.tolist()]


temperatures = [0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0, 3.0]
in_text, different = [], []
print("    T  words (one star: it was shown this word; two: a word of the text that it was never shown)")
for temperature in temperatures:
    words = invent(200 if quick else 400, temperature)
    shown = [word in validation + test for word in words]
    in_text.append(float(np.mean([word in training for word in words]) + np.mean(shown)))
    different.append(len(dict.fromkeys(words)) / len(words))
    starred = [
        (word or "(none)") + "*" * (word in training) + "**" * new for word, new in zip(words[:7], shown)
    ]
    print(f"{temperature:5.1f}  {', '.join(starred)}")

lesson.check("share of words at T = 1 that are not of the text", 1 - in_text[4], at_least=0.7)
lesson.check("different words at T = 3 / at T = 0.2", different[-1] / different[0], at_least=1.05)

fig, axes = figure()
axes.plot(temperatures, [100 * share for share in different], "s--", color=ORANGE, label="different words")
axes.plot(temperatures, [100 * share for share in in_text], "o-", color=BLUE, label="words of the text")
axes.set(xlabel="temperature", ylabel="share of the words drawn (%)", ylim=(0, 102))
axes.legend(loc="center right")
lesson.show("temperature", fig, "Cold, its words repeat; hot, it draws noise")

# %% [markdown]
# What is not learnt: words. Nearly all that it invents at $T = 1$ is not of the text, though it may sound
# like a word. A lower temperature does not help much: words come again and again.

# %% [markdown]
# ## Exercises
# 1. Let places look ahead: set `causal = False` on the block's attention, and train. Why is the loss so
#    low, and what are the words like?
# 2. Count the operations in the loss of the first 2, 3, 4 ... tokens of a long word with
#    `topological_order`. What grows with the square of the length?
# 3. Train 30 epochs on 150 words, with `dropout=0.2` and `AdamW(weight_decay=1.0)` and without. What becomes
#    of the validation loss?
#
# Solutions: `python -m demos --solutions transformer`, or `demos/solutions/transformer.py`.
