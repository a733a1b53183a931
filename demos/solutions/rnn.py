# %% [markdown]
# # A recurrent network that spells: solutions
#
# A smaller net and fewer epochs than in the lesson are enough to see each effect. All 181 names are trained
# on.

# %%
import numpy as np

from autograd import compile, no_grad, softmax
from demos.letters import (
    END,
    LETTERS,
    MODULE_NAMES,
    batches_by_length,
    counting_loss,
    decode,
    loss_per_letter,
)
from nn import RNN, Adam, Embedding, GRUCell, Layer, Module, RNNCell, cross_entropy


class Speller(Module):
    def __init__(self, cell, source):
        self.letters = Embedding(len(LETTERS), 8, deviation=0.3, seed=source)
        self.rnn = RNN(cell)
        self.next = Layer(cell.nhidden, len(LETTERS), "linear", seed=source)

    def forward(self, tokens):
        return [self.next(h) for h in self.rnn([self.letters(token) for token in tokens])]


def train(cell, epochs=25):
    """A speller with this cell, trained, and its loss per letter on what it was trained on."""
    source = np.random.default_rng(0)
    model = Speller(cell, source)
    fast = compile(lambda tokens: cross_entropy(model(tokens[:-1]), tokens[1:]), backend="numpy")
    with fast.training(Adam(model.parameters(), lr=0.01)) as step:
        for _ in range(epochs):
            for rows in batches_by_length(MODULE_NAMES, 16, source):
                step(rows)
    return model, loss_per_letter(fast, MODULE_NAMES)


with_memory, loss = train(RNNCell(8, 24, seed=1))

# %% [markdown]
# ## 1. Without memory
# A cell that forgets sees one letter, as counting pairs of letters does, so its loss cannot fall below what
# counting reaches: that is a theorem (no guess beats the true frequencies on the text that they were
# counted in), not a matter of training. The cell with memory gets below it.


# %%
class Forgetful(RNNCell):
    def forward(self, x, state):
        return super().forward(x, self.start())


_, loss_without = train(Forgetful(8, 24, seed=1))
bound = counting_loss(MODULE_NAMES, memory=1)
print(f"with memory {loss:.3f}, without {loss_without:.3f}, counting pairs of letters {bound:.3f}")
assert bound < loss_without < bound + 0.2
assert loss < 0.95 * bound

# %% [markdown]
# ## 2. A GRU
# Three things to compute for each unit in place of one (two gates and a candidate), so about three times
# the parameters of the cell: 24 units of (8 + 24 + 1) numbers in each, and 24 biases more, because the
# candidate has one for x and one for h. Its state is a mean of old and new, $h' = (1 - z)\,n + z\,h$, so it
# can hand on a letter unchanged; on this text it reaches a lower loss in as many steps.

# %%
gru, loss_gru = train(GRUCell(8, 24, seed=1))
counts = [len(model.rnn.cell.parameters()) for model in (with_memory, gru)]
print(f"RNN: {counts[0]:,} parameters in the cell, loss {loss:.3f}")
print(f"GRU: {counts[1]:,} parameters in the cell, loss {loss_gru:.3f}")
assert counts == [24 * 33, 3 * 24 * 33 + 24]
assert loss_gru < loss - 0.1

# %% [markdown]
# ## 3. Temperature
# softmax(scores / T): at a low temperature the likeliest token takes all, and the same few names come again
# and again; at a high one all tokens are nearly equally likely, and the names are noise.


# %%
def invent(model, temperature, generator):
    tokens, state = [END], model.rnn.cell.start()
    with no_grad():
        while len(tokens) <= 14 and (len(tokens) == 1 or tokens[-1] != END):
            state = model.rnn.cell(model.letters(tokens[-1]), state)
            chances = [p.data for p in softmax([score / temperature for score in model.next(state)])]
            tokens.append(int(generator.choice(len(LETTERS), p=np.array(chances) / sum(chances))))
    return decode(tokens)


generator = np.random.default_rng(0)
different = {}
for temperature in (0.2, 1.0, 5.0):
    names = [invent(with_memory, temperature, generator) for _ in range(20)]
    different[temperature] = len(dict.fromkeys(names))
    print(f"T = {temperature}: {different[temperature]} of 20 are different, as {', '.join(names[:5])}")
assert different[0.2] < different[5.0]
assert different[5.0] >= 18
