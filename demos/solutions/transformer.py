# %% [markdown]
# # A transformer that invents module names: solutions
#
# Names of up to six letters and a few epochs are enough to see each effect.

# %%
import numpy as np

from autograd import compile, topological_order
from demos.letters import (
    LETTERS,
    MODULE_NAMES,
    batches_by_length,
    counting_loss,
    decode,
    encode,
    loss_per_letter,
)
from nn import GPT, Adam, AdamW, cross_entropy

names = np.random.default_rng(0).permutation([name for name in MODULE_NAMES if len(name) <= 6]).tolist()
training, held_out = names[20:], names[:20]


def train(model, optimizer, epochs=15):
    """The loss per letter on both parts of the text, after each epoch."""
    fast = compile(lambda tokens: cross_entropy(model(tokens[:-1]), tokens[1:]), backend="numpy")
    generator, losses = np.random.default_rng(0), []
    for _ in range(epochs):
        with fast.training(optimizer) as step:
            for rows in batches_by_length(training, 16, generator):
                step(rows)
        model.eval()
        losses.append([loss_per_letter(fast, part) for part in (training, held_out)])
        model.train()
    return np.array(losses)


def gpt(**options):
    return GPT(len(LETTERS), context=13, width=16, heads=4, seed=0, **options)


# %% [markdown]
# ## 1. Looking ahead
# The place that must say what comes next may now read it: the answer is in the question. The loss falls far
# below what even all the letters so far allow, and the model has learned nothing: when it invents, what
# comes next is not there to be read.

# %%
honest, peeking = gpt(), gpt()
peeking.blocks[0].attention.causal = False
losses = [train(model, Adam(model.parameters(), lr=0.01))[-1] for model in (honest, peeking)]
whole_name = counting_loss(training, memory=7)
print(f"causal {losses[0][0]:.2f}, looking ahead {losses[1][0]:.2f} nats per letter on the training names")
print(f"by counting what follows everything so far: {whole_name:.2f}")
for model, word in ((honest, "causal"), (peeking, "looking ahead")):
    print(word, [decode(model.generate([0], 6, seed=seed)) for seed in range(6)])
assert losses[0][0] > whole_name > 2 * losses[1][0]
assert losses[1][1] < losses[0][1]  # on names that it has never seen, too: it copies

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
# ## 3. Make it generalise
# Dropout blanks a fifth of what the branches say, and the decay pulls every weight towards zero: neither
# lets the model rely on one weight for one name. It learns more slowly, never learns the names by heart,
# and its held-out loss ends where the other's has long turned up.

# %%
plain, careful = gpt(), gpt(dropout=0.2)
ends = {}
for title, losses in {
    "Adam": train(plain, Adam(plain.parameters(), lr=0.003), epochs=20),
    "AdamW, dropout": train(careful, AdamW(careful.parameters(), lr=0.003, weight_decay=1.0), epochs=20),
}.items():
    ends[title] = losses[-1, 1]
    known, unseen = losses.T
    print(f"{title:15} training {known[-1]:.2f}, held out {unseen[-1]:.2f}, at its best {unseen.min():.2f}")
assert ends["AdamW, dropout"] < ends["Adam"] - 0.2
