"""A small GPT on a scalar Value, in the manner of the 200-line one: Value swapped in for its own."""

import math
import random

import pytest

import autograd
from autograd import micrograd
from tests.benchmarks.scalar_value import ScalarValue

DOCS = ["anna", "bob", "nana", "abba"]
EMBED, HEADS, BLOCK = 8, 2, 6


def tiny_gpt(Value, steps):
    """Names, letter by letter: attention with two heads, rmsnorm, squared relu, Adam. The losses."""
    draw = random.Random(42)
    letters = sorted(set("".join(DOCS)))
    BOS, vocab = len(letters), len(letters) + 1
    matrix = lambda nout, nin: [[Value(draw.gauss(0, 0.2)) for _ in range(nin)] for _ in range(nout)]
    state = {"wte": matrix(vocab, EMBED), "wpe": matrix(BLOCK, EMBED), "head": matrix(vocab, EMBED)}
    state |= {name: matrix(EMBED, EMBED) for name in ("wq", "wk", "wv", "wo")}
    state |= {"up": matrix(2 * EMBED, EMBED), "down": matrix(EMBED, 2 * EMBED)}
    params = [p for mat in state.values() for row in mat for p in row]

    def linear(x, w):
        return [sum(wi * xi for wi, xi in zip(row, x, strict=True)) for row in w]

    def softmax(logits):
        top = max(val.data for val in logits)
        exps = [(val - top).exp() for val in logits]
        total = sum(exps)
        return [e / total for e in exps]

    def rmsnorm(x):
        scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
        return [xi * scale for xi in x]

    def gpt(token, position, keys, values):
        x = [t + p for t, p in zip(state["wte"][token], state["wpe"][position], strict=True)]
        x = rmsnorm(x)
        residual = x
        q = linear(x, state["wq"])
        keys.append(linear(x, state["wk"]))
        values.append(linear(x, state["wv"]))
        attended, size = [], EMBED // HEADS
        for h in range(0, EMBED, size):
            scores = [sum(q[h + j] * k[h + j] for j in range(size)) / size**0.5 for k in keys]
            weights = softmax(scores)
            attended += [sum(w * v[h + j] for w, v in zip(weights, values, strict=True)) for j in range(size)]
        x = [a + b for a, b in zip(linear(attended, state["wo"]), residual, strict=True)]
        residual = x
        x = [xi.relu() ** 2 for xi in linear(rmsnorm(x), state["up"])]
        x = [a + b for a, b in zip(linear(x, state["down"]), residual, strict=True)]
        return linear(x, state["head"])

    m, v, losses = [0.0] * len(params), [0.0] * len(params), []
    for step in range(steps):
        tokens = [BOS] + [letters.index(ch) for ch in DOCS[step % len(DOCS)]] + [BOS]
        keys, values, terms = [], [], []
        for position in range(len(tokens) - 1):
            probs = softmax(gpt(tokens[position], position, keys, values))
            terms.append(-probs[tokens[position + 1]].log())
        loss = (1 / len(terms)) * sum(terms)
        loss.backward()
        for i, p in enumerate(params):
            m[i] = 0.9 * m[i] + 0.1 * p.grad
            v[i] = 0.95 * v[i] + 0.05 * p.grad**2
            m_hat, v_hat = m[i] / (1 - 0.9 ** (step + 1)), v[i] / (1 - 0.95 ** (step + 1))
            p.data -= 0.02 * m_hat / (v_hat**0.5 + 1e-8)
            p.grad = 0
        losses.append(loss.data)
    return losses, [p.data for p in params]


@pytest.mark.parametrize("Value", [autograd.Value, micrograd.Value])
def test_small_gpt_gives_the_numbers_of_a_scripts_own_value(Value):
    """With a Value of ours swapped in, losses and trained weights agree."""
    ours, theirs = tiny_gpt(Value, 3), tiny_gpt(ScalarValue, 3)
    assert ours[0] == pytest.approx(theirs[0], rel=1e-12)  # sums in another order
    # Adam divides by the root of squares: where a gradient is all rounding, its sign is that of the rounding
    assert ours[1] == pytest.approx(theirs[1], rel=1e-7, abs=1e-7)


def test_small_gpt_learns():
    """A dozen steps of Adam lower the loss from that of a guess."""
    losses, _ = tiny_gpt(autograd.Value, 16)
    assert losses[0] == pytest.approx(math.log(4), abs=0.7)
    assert sum(losses[-4:]) < 0.8 * sum(losses[:4])
