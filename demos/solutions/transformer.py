# %% [markdown]
# # A transformer that reads letter by letter: solutions
#
# Words of five letters and a few epochs are enough to see each effect.

# %%
import numpy as np

from autograd import compile, topological_order
from demos.letters import (
    LETTERS,
    batches_by_length,
    counting_loss,
    decode,
    encode,
    loss_per_letter,
    parted,
    words_of_help,
)
from nn import GPT, Adam, AdamW, cross_entropy

of_five = [word for word in words_of_help() if len(word) == 5]
training, validation, _ = parted(of_five, np.random.default_rng(0))


def train(model, optimizer, epochs=15):
    """The losses per letter on the training and the validation words, after each epoch."""
    fast = compile(lambda tokens: cross_entropy(model(tokens[:-1]), tokens[1:]), backend="numpy")
    generator, losses = np.random.default_rng(0), []
    for _ in range(epochs):
        with fast.training(optimizer) as step:
            for rows in batches_by_length(training, 32, generator):
                step(rows)
        model.eval()
        losses.append([loss_per_letter(fast, words) for words in (training, validation)])
        model.train()
    return np.array(losses)


def gpt(**options):
    return GPT(len(LETTERS), context=12, width=16, heads=4, seed=0, **options)


# %% [markdown]
# ## 1. Looking ahead
# The place that must say what comes next may now read it: the answer is in the question. The loss falls far
# below what even all the letters so far allow, and the model has learned nothing: when it invents, what
# comes next is not there to be read.

# %%
honest, peeking = gpt(), gpt()
peeking.blocks[0].attention.causal = False
losses = [train(model, Adam(model.parameters(), lr=0.01))[-1] for model in (honest, peeking)]
whole_word = counting_loss(training, memory=6)
print(f"causal {losses[0][0]:.2f}, looking ahead {losses[1][0]:.2f} nats per letter on the training words")
print(f"by counting what follows everything so far: {whole_word:.2f}")
for model, word in ((honest, "causal"), (peeking, "looking ahead")):
    print(word, [decode(model.generate([0], 6, seed=seed)) for seed in range(6)])
assert losses[0][0] > whole_word > 2 * losses[1][0]
assert losses[1][1] < losses[0][1]  # on words that it has never seen, too: it copies

# %% [markdown]
# ## 2. What a longer text costs
# With each token the count grows by more than the time before, always by the same more: its second
# differences are constant, so it is a quadratic in the length. All layers but one treat each place alone;
# only attention meets pairs, one more for each place before. A pair is five operations in each of the 4
# heads: the score, its scaling, and softmax's two differences and its exponential.

# %%
model = gpt()
word = encode("subprocess")
counts = []
for length in range(2, 11):
    loss = cross_entropy(model(word[:length]), word[1 : length + 1])
    counts.append(len([value for value in topological_order(loss) if value.primitive is not None]))
first = np.diff(counts)
print("operations for 2 to 10 tokens:", counts)
print("second differences:", np.diff(first).tolist())
assert len(np.unique(np.diff(first))) == 1
assert np.diff(first)[0] == 5 * 4

# %% [markdown]
# ## 3. Few words, for long
# The model learns so few words by heart: the training loss falls on, and the validation loss turns up.
# Dropout blanks a fifth of what the branches say, and the decay pulls every weight towards zero: neither
# lets the model rely on one weight for one word. It learns more slowly, and ends near the other's best.

# %%
training = training[:150]
plain, careful = gpt(), gpt(dropout=0.2)
ends, bests = {}, {}
for title, losses in {
    "Adam": train(plain, Adam(plain.parameters(), lr=0.005), epochs=30),
    "AdamW, dropout": train(careful, AdamW(careful.parameters(), lr=0.005, weight_decay=1.0), epochs=30),
}.items():
    known, unseen = losses.T
    ends[title], bests[title] = unseen[-1], unseen.min()
    print(f"{title:15} training {known[-1]:.2f}, validation {unseen[-1]:.2f}, at its best {unseen.min():.2f}")
assert ends["Adam"] > bests["Adam"] + 0.2
assert ends["AdamW, dropout"] < ends["Adam"] - 0.2
