# %% [markdown]
# # XOR: solutions
#
# The four corners alone are enough here, and train in no time.

# %%
from autograd import mean
from nn import MLP, SGD, accuracy, binary_cross_entropy, make_xor

X, y = make_xor()
corners, targets = X.tolist(), y.tolist()


def train(model, inputs, steps=150):
    """The loss after training on `inputs`, and the share that is right."""
    optimizer = SGD(model.parameters(), lr=0.5, momentum=0.9)
    for _ in range(steps):
        scores = [model(sample) for sample in inputs]
        loss = mean(map(binary_cross_entropy, scores, targets))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.data, mean(map(accuracy, scores, targets))


# %% [markdown]
# 1. Two tanh neurons are enough to *represent* XOR, but training does not find it from every start: some
#    runs end in a local minimum with two or three corners right. Four neurons leave more ways down.


# %%
def successes(width):
    """How many of ten seeds get all four corners right."""
    return sum(train(MLP(2, [width, 1], "tanh", seed=seed), corners)[1] == 1.0 for seed in range(10))


two, four = successes(2), successes(4)
print(f"two hidden neurons: {two} of 10 seeds; four: {four} of 10")
assert two <= four
assert four >= 9

# %% [markdown]
# 2. A linear function of linear functions is linear: W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2). Ten
#    linear neurons in a row of two layers are one line, and its best loss is log 2 = 0.693 again.

# %%
loss, right = train(MLP(2, [10, 1], "linear", seed=0), corners)
print(f"ten linear hidden neurons: loss {loss:.3f}, {right:.0%} right")
assert abs(loss - 0.6931) < 0.01

# %% [markdown]
# 3. The product of the inputs is negative exactly where XOR is 1: with it as a third input, the classes are
#    on two sides of a plane. Good features do what a hidden layer would have to learn.

# %%
with_product = [[x1, x2, x1 * x2] for x1, x2 in corners]
loss, right = train(MLP(3, [1], seed=0), with_product)
print(f"one neuron that is given the product: loss {loss:.3f}, {right:.0%} right")
assert right == 1.0
assert loss < 0.1
