# %% [markdown]
# # A recurrent network that reads letter by letter: solutions
#
# Words of four and five letters are enough to see each effect.

# %%
import numpy as np

from autograd import Value, compile
from demos.letters import (
    LETTERS,
    batches_by_length,
    counting_loss,
    loss_per_letter,
    parted,
    words_of_help,
)
from nn import RNN, Adam, Embedding, GRUCell, Layer, Module, RNNCell, cross_entropy

short = [word for word in words_of_help() if 4 <= len(word) <= 5]
training, validation, _ = parted(short, np.random.default_rng(0))


class Reader(Module):
    def __init__(self, cell, source):
        self.letters = Embedding(len(LETTERS), 8, deviation=0.3, seed=source)
        self.rnn = RNN(cell)
        self.next = Layer(cell.nhidden, len(LETTERS), "linear", seed=source)

    def forward(self, tokens):
        return [self.next(h) for h in self.rnn([self.letters(token) for token in tokens])]


def train(cell, epochs=20):
    """A reader with this cell, trained, and its losses per letter on the training and validation words."""
    source = np.random.default_rng(0)
    model = Reader(cell, source)
    fast = compile(lambda tokens: cross_entropy(model(tokens[:-1]), tokens[1:]), backend="numpy")
    with fast.training(Adam(model.parameters(), lr=0.005)) as step:
        for _ in range(epochs):
            for rows in batches_by_length(training, 16, source):
                step(rows)
    return model, [loss_per_letter(fast, words) for words in (training, validation)]


with_memory, losses = train(RNNCell(8, 32, seed=1))

# %% [markdown]
# ## 1. Without memory
# A cell that forgets sees one letter, as counting pairs of letters does, so its training loss cannot fall
# below what counting reaches: that is a theorem (no guess beats the true frequencies on the text that they
# were counted in), not a matter of training. The cell with memory gets below it.


# %%
class Forgetful(RNNCell):
    def forward(self, x, state):
        return super().forward(x, self.start())


_, forgetful = train(Forgetful(8, 32, seed=1))
bound = counting_loss(training, memory=1)
print(f"training loss with memory {losses[0]:.3f}, without {forgetful[0]:.3f}, counting pairs {bound:.3f}")
assert bound < forgetful[0] < bound + 0.2
assert losses[0] < 0.95 * bound

# %% [markdown]
# ## 2. A GRU
# Three things to compute for each unit in place of one (two gates and a candidate), so about three times
# the parameters of the cell: 32 units of (8 + 32 + 1) numbers in each, and 32 biases more, because the
# candidate has one for x and one for h. Its state is a mean of old and new, $h' = (1 - z)\,n + z\,h$, so it
# can hand on a letter unchanged. On words so short that gains little: the losses differ by hundredths.

# %%
gru, losses_gru = train(GRUCell(8, 32, seed=1))
counts = [len(model.rnn.cell.parameters()) for model in (with_memory, gru)]
for name, count, (known, unseen) in zip(("RNN", "GRU"), counts, (losses, losses_gru)):
    print(f"{name}: {count:,} parameters in the cell, training loss {known:.3f}, validation {unseen:.3f}")
assert counts == [32 * 41, 3 * 32 * 41 + 32]
assert all(abs(one - other) < 0.15 for one, other in zip(losses, losses_gru))

# %% [markdown]
# ## 3. Cut after each letter
# The gradient is no longer that of the loss: nothing says what a state should keep for later. But the state
# is handed on all the same, and the cell learns to read what happens to be in it. In words so short, nearly
# all of the advantage over a cell without memory is left.


# %%
class Cut(RNNCell):
    def start(self):
        return [Value(0.0) for _ in range(self.nhidden)]

    def forward(self, x, state):
        return super().forward(x, [unit.detach() for unit in state])


_, cut = train(Cut(8, 32, seed=1))
for name, (known, unseen) in {"whole": losses, "cut": cut, "no memory": forgetful}.items():
    print(f"{name:10} training loss {known:.3f}, validation {unseen:.3f}")
assert losses[0] < cut[0] < forgetful[0] - 0.2
