"""Training that people bring along: optimisers with state on the parameters, networks on imported layers."""

import copy
import math
import random
from itertools import pairwise

import pytest


class AdamW:
    """Adam with decoupled decay, in the way of teaching code: each parameter carries its own two moments."""

    def __init__(self, parameters, lr=0.1, betas=(0.9, 0.95), eps=1e-8, decay=0.0):
        self.parameters, self.lr, self.betas, self.eps, self.decay = parameters, lr, betas, eps, decay
        self.count = 0
        for p in self.parameters:
            p.first = 0
            p.second = 0

    def step(self):
        self.count += 1
        slow, fast = self.betas
        for p in self.parameters:
            if p.grad is None:
                continue
            p.first = slow * p.first + (1 - slow) * p.grad
            p.second = fast * p.second + (1 - fast) * p.grad**2
            first = p.first / (1 - slow**self.count)
            second = p.second / (1 - fast**self.count)
            p.data -= self.lr * (first / (second**0.5 + self.eps) + self.decay * p.data)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = 0


def bowl(x, y):
    """A quadratic with its minimum at (1, -2)."""
    return (x - 1) ** 2 + 4 * (y + 2) ** 2


def gradient_of_bowl(x, y):
    """The same on paper."""
    return 2 * (x - 1), 8 * (y + 2)


def test_moments_on_the_parameters_are_those_of_the_formula(engine):
    """Ten steps of AdamW with its state on Values end where the formula on plain floats ends."""
    start, options = [3.0, 0.5], {"lr": 0.05, "decay": 0.01}
    params = [engine.Value(x) for x in start]
    optimizer = AdamW(params, **options)
    for _ in range(10):
        optimizer.zero_grad()
        bowl(*params).backward()
        optimizer.step()
    numbers, moments = list(start), [[0.0, 0.0], [0.0, 0.0]]
    for t in range(1, 11):
        for i, g in enumerate(gradient_of_bowl(*numbers)):
            moments[i] = [0.9 * moments[i][0] + 0.1 * g, 0.95 * moments[i][1] + 0.05 * g * g]
            step = (moments[i][0] / (1 - 0.9**t)) / ((moments[i][1] / (1 - 0.95**t)) ** 0.5 + 1e-8)
            numbers[i] -= 0.05 * (step + 0.01 * numbers[i])
    assert [p.data for p in params] == pytest.approx(numbers, rel=1e-12)
    assert [p.first for p in params] == pytest.approx([first for first, _ in moments], rel=1e-10)


@pytest.mark.peer("torch")
def test_moments_on_the_parameters_agree_with_pytorch(engine):
    """The same steps by torch.optim.AdamW."""
    import torch

    params = [engine.Value(x) for x in (3.0, 0.5)]
    optimizer = AdamW(params, lr=0.05, decay=0.01)
    theirs = torch.tensor([3.0, 0.5], dtype=torch.float64, requires_grad=True)
    other = torch.optim.AdamW([theirs], lr=0.05, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.01)
    for _ in range(10):
        optimizer.zero_grad()
        bowl(*params).backward()
        optimizer.step()
        other.zero_grad()
        bowl(*theirs).backward()
        other.step()
    assert [p.data for p in params] == pytest.approx(theirs.tolist(), rel=1e-12)


def test_state_kept_by_value_in_dictionaries(engine):
    """RMSProp whose state is a dict from the parameter itself: Values are keys, their moments stay apart."""
    x, y = engine.Value(3.0), engine.Value(3.0)
    state = dict.fromkeys((x, y), 0.0)
    for _ in range(2):
        x.grad = y.grad = 0.0
        bowl(x, y).backward()
        for p in (x, y):
            state[p] = 0.9 * state[p] + 0.1 * p.grad**2
            p.data -= 0.1 * p.grad / (math.sqrt(state[p]) + 1e-8)
    assert state[x] != state[y]
    assert (x.data, y.data) != (3.0, 3.0)


class Dice:
    """A random generator of one's own, which no library can disturb: a linear congruence."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self, low, high):
        self.state = (1103515245 * self.state + 12345) % 2**31
        return low + (high - low) * self.state / 2**31


def classifier(micrograd, dice):
    """A network that somebody writes on an imported Layer and an imported Module."""

    class Scaled(micrograd.nn.Layer):
        def __init__(self, nin, nout, **kwargs):
            super().__init__(nin, nout, **kwargs)
            for p in self.parameters():
                p.data = dice.uniform(-1, 1) * nin**-0.5

        def __call__(self, x):
            out = super().__call__(x)
            return out if isinstance(out, list) else [out]

    class Classifier(micrograd.nn.Module):
        def __init__(self, sizes):
            self.stack = [Scaled(a, b, nonlin=b != sizes[-1]) for a, b in pairwise(sizes)]

        def __call__(self, x):
            for layer in self.stack:
                x = layer(x)
            return x

        def parameters(self):
            return [p for layer in self.stack for p in layer.parameters()]

    return Classifier


def points(count, dice):
    """Points of the square, and which third of it they lie in."""
    found = [[dice.uniform(-1, 1), dice.uniform(-1, 1)] for _ in range(count)]
    return [(x, 0 if x[0] < -0.3 else 1 if x[1] < 0 else 2) for x in found]


def cross_entropy(logits, target):
    """-log of the softmax at the target, from exp and log that are there or written by hand."""
    top = max(logit.data for logit in logits)
    weights = [e_to(logit - top) for logit in logits]
    return -ln(weights[target] / sum(weights))


def e_to(x):
    """exp as an operation of one's own."""
    out = type(x)(math.exp(x.data), (x,), "exp")

    def _backward():
        x.grad += out.data * out.grad

    out._backward = _backward
    return out


def ln(x):
    """log as an operation of one's own."""
    out = type(x)(math.log(x.data), (x,), "log")

    def _backward():
        x.grad += out.grad / x.data

    out._backward = _backward
    return out


def mean_loss(model, sample, Value):
    """The mean over a sample, begun at Value(0.0)."""
    total = Value(0.0)
    for x, target in sample:
        total = total + cross_entropy(model(x), target)
    return total * (1.0 / len(sample))


def test_own_network_learns_three_classes_with_its_own_optimiser(micrograd):
    """Layer and Module imported, exp and log by hand, state on the parameters: the loss falls to a third."""
    dice = Dice(7)
    sample = points(12, dice)
    model = classifier(micrograd, dice)([2, 4, 3])
    assert len(model.parameters()) == 4 * 3 + 3 * 5
    optimizer = AdamW(model.parameters(), decay=1e-4)
    losses = []
    for _ in range(25):
        loss = mean_loss(model, sample, micrograd.engine.Value)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.data)
    assert losses[0] == pytest.approx(math.log(3), abs=0.3)
    assert losses[-1] < losses[0] / 3
    chosen = [max(zip(model(x), range(3), strict=True), key=lambda pair: pair[0].data)[1] for x, _ in sample]
    assert sum(k == target for k, (_, target) in zip(chosen, sample, strict=True)) >= 11
    model.zero_grad()
    assert {p.grad for p in model.parameters()} == {0}


def test_gradient_of_an_own_network_is_that_of_differences(micrograd):
    """Every weight of the network above against a central difference of its own loss."""
    dice = Dice(3)
    sample = points(4, dice)
    model = classifier(micrograd, dice)([2, 3, 3])
    mean_loss(model, sample, micrograd.engine.Value).backward()
    h = 1e-5
    for p in model.parameters():
        at = p.data
        p.data = at + h
        above = mean_loss(model, sample, micrograd.engine.Value).data
        p.data = at - h
        below = mean_loss(model, sample, micrograd.engine.Value).data
        p.data = at
        assert p.grad == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-9)


def test_colours_for_a_drawing_stay_on_their_values(engine):
    """setattr of a colour on parameters and inputs; the walk finds it there, and white elsewhere."""
    w, x = engine.Value(0.5), engine.Value(2.0)
    for v, colour in ((w, "lightgreen"), (x, "lightblue")):
        setattr(v, "_colour", colour)  # noqa: B010 (as people write it)
    y = w * x + 1.0
    seen = [v._colour if hasattr(v, "_colour") else "white" for v in (w, x, y, *y._prev)]
    assert seen[:3] == ["lightgreen", "lightblue", "white"] and set(seen[3:]) == {"white"}


def test_deepcopy_of_a_network_is_another_network(package):
    """The copy has the same weights, the state on them too, and training it leaves the first as it is."""
    random.seed(5)
    model = package.nn.MLP(2, [3, 1])
    AdamW(model.parameters())
    model.parameters()[0].first = 0.25
    other = copy.deepcopy(model)
    assert [p.data for p in other.parameters()] == [p.data for p in model.parameters()]
    assert other.parameters()[0].first == 0.25
    before = model([1.0, -1.0]).data
    for p in other.parameters():
        p.data += 1.0
    assert model([1.0, -1.0]).data == before
    assert not {*model.parameters()} & {*other.parameters()}


def test_gradients_are_clipped_by_hand(engine):
    """The norm over all gradients, and each gradient scaled by one factor: p.grad *= factor."""
    ps = [engine.Value(x) for x in (1.0, -2.0, 2.0)]
    sum(p**3 for p in ps).backward()
    norm = sum(p.grad**2 for p in ps) ** 0.5
    for p in ps:
        p.grad *= 0.5 / norm
    assert [p.grad for p in ps] == pytest.approx([0.5 * g / norm for g in (3.0, 12.0, 12.0)], rel=1e-14)
    assert math.hypot(*(p.grad for p in ps)) == pytest.approx(0.5, rel=1e-14)


def test_augmented_assignments_make_new_nodes(engine):
    """x += 1 and its kin bind the name anew: the Value that was there keeps its number."""
    x = engine.Value(3.0)
    y = x
    y += 1
    y *= 2
    y -= 3
    y /= 4
    y **= 2
    y.backward()
    assert (x.data, y.data) == (3.0, 1.5625)
    assert x.grad == pytest.approx(1.25, rel=1e-14)
