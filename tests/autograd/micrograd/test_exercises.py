"""The exercises of a first course: operations by hand, softmax, and the negative log likelihood."""

import math

import pytest

LOGITS = [0.4, -1.2, 2.5, 0.9]


def handmade(Value):
    """exp and log on a subclass, everything else composed, as an exercise asks for."""

    class Student(Value):
        def __add__(self, other):
            other = other if isinstance(other, Value) else Student(other)
            out = Student(self.data + other.data, (self, other), "+")

            def _backward():
                self.grad += out.grad
                other.grad += out.grad

            out._backward = _backward
            return out

        __radd__ = __add__

        def __mul__(self, other):
            other = other if isinstance(other, Value) else Student(other)
            out = Student(self.data * other.data, (self, other), "*")

            def _backward():
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad

            out._backward = _backward
            return out

        __rmul__ = __mul__

        def __pow__(self, k):
            out = Student(self.data**k, (self,), f"**{k}")

            def _backward():
                self.grad += k * self.data ** (k - 1) * out.grad

            out._backward = _backward
            return out

        def __neg__(self):
            return self * -1

        def __sub__(self, other):
            return self + -other

        def __truediv__(self, other):
            return self * other**-1

        def exp(self):
            out = Student(math.exp(self.data), (self,), "exp")

            def _backward():
                self.grad += out.data * out.grad

            out._backward = _backward
            return out

        def log(self):
            out = Student(math.log(self.data), (self,), "log")

            def _backward():
                self.grad += out.grad / self.data

            out._backward = _backward
            return out

    return Student


def loss_and_gradient(Student, label):
    """The cell of the exercise."""
    logits = [Student(x) for x in LOGITS]
    counts = [logit.exp() for logit in logits]
    total = sum(counts)
    probs = [count / total for count in counts]
    loss = -probs[label].log()
    loss.backward()
    return loss.data, [logit.grad for logit in logits]


def on_paper(label):
    """log(sum exp) - logit, and softmax - onehot."""
    total = sum(map(math.exp, LOGITS))
    slopes = [math.exp(x) / total - (i == label) for i, x in enumerate(LOGITS)]
    return math.log(total) - LOGITS[label], slopes


@pytest.mark.parametrize("label", range(4))
def test_gradient_of_the_likelihood_is_softmax_minus_one_hot(micrograd, label):
    """With exp, log and division by hand: the loss is log(sum exp) - logit, the gradient p - onehot."""
    loss, gradient = loss_and_gradient(handmade(micrograd.engine.Value), label)
    expected_loss, expected_gradient = on_paper(label)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    assert gradient == pytest.approx(expected_gradient, rel=1e-12)


@pytest.mark.peer("torch")
def test_exercise_agrees_with_pytorch(micrograd):
    """The check with which the exercise ends."""
    import torch

    logits = torch.tensor(LOGITS, dtype=torch.float64, requires_grad=True)
    expected = -torch.log_softmax(logits, dim=0)[3]
    expected.backward()
    loss, gradient = loss_and_gradient(handmade(micrograd.engine.Value), 3)
    assert loss == pytest.approx(expected.item(), rel=1e-12)
    assert gradient == pytest.approx(logits.grad.tolist(), rel=1e-12)


@pytest.mark.parametrize("label", range(4))
def test_exercise_runs_on_the_operations_that_are_there(label):
    """The same cell, with the exp, log and division of `autograd.Value`."""
    from autograd import Value

    loss, gradient = loss_and_gradient(Value, label)
    expected_loss, expected_gradient = on_paper(label)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    assert gradient == pytest.approx(expected_gradient, rel=1e-12)
