"""Engines whose backward pass goes wrong: each is the right one with one method changed."""

from __future__ import annotations

from typing import ClassVar

from demos.mistakes.engine import Value


class Overwrites(Value):
    """`operand.grad = …`: what had arrived along another path is lost."""

    def _backward(self) -> None:
        for operand, partial in self.edges:
            operand.grad = self.grad * partial


class FollowsEveryPath(Value):
    """Recursion: a node is left as often as it is met, each time with all that has arrived so far."""

    def backward(self) -> None:
        """Sets the root's gradient to 1, and begins the recursion."""
        self.grad = 1.0
        self.descend()

    def descend(self) -> None:
        """The local step, then those of the operands."""
        self._backward()
        for operand in self._prev:
            operand.descend()


class FollowsEveryPathAtOnce(FollowsEveryPath):
    """The same, into each operand as soon as it has its part: what it had before goes down again."""

    def descend(self) -> None:
        """One operand's part, and all that is below it, before the next operand's."""
        for operand, partial in self.edges:
            operand.grad += self.grad * partial
            operand.descend()


class FollowsEveryPathByQueue(Value):
    """The same with a queue: no recursion, and the same wrong numbers."""

    def backward(self) -> None:
        """Sets the root's gradient to 1, and queues operands however often they have been queued."""
        self.grad = 1.0
        queue = [self]
        while queue:
            node = queue.pop(0)
            node._backward()
            queue += node._prev


class GoesOnTooEarly(Value):
    """Each node once, as soon as it is met: paths that arrive later never get further."""

    first, reverse = 0, False  # takes from the front of a queue, operands from left to right

    def backward(self) -> None:
        """A search through the graph, with a local step at each node when it is first met."""
        self.grad = 1.0
        met, waiting = {self}, [self]
        while waiting:
            node = waiting.pop(self.first)
            node._backward()
            for operand in reversed(node._prev) if self.reverse else node._prev:
                if operand not in met:
                    met.add(operand)
                    waiting.append(operand)


class GoesOnTooEarlyByDepth(Value):
    """The same by recursion: deep into the first operand before the second has been met."""

    reverse = False

    def backward(self) -> None:
        """A depth-first search with a set of visited nodes."""
        self.grad = 1.0
        self.descend(set())

    def descend(self, met: set[Value]) -> None:
        """The local step, then that of each operand that was not met."""
        met.add(self)
        self._backward()
        for operand in reversed(self._prev) if self.reverse else self._prev:
            if operand not in met:
                operand.descend(met)


class GoesOnTooEarlyAtOnce(GoesOnTooEarlyByDepth):
    """The same, into each operand as soon as it has its part, before the second one's part has come."""

    def descend(self, met: set[Value]) -> None:
        """One operand's part, and all that is below it unless it was met, before the next operand's."""
        met.add(self)
        for operand, partial in self.edges:
            operand.grad += self.grad * partial
            if operand not in met:
                operand.descend(met)


class KeepsInteriors(Value):
    """No interior gradient is set to 0: a second pass sends on what the first has left there."""

    def start(self, order: list[Value]) -> None:
        """The root's gradient is set to 1, as in the lecture, and nothing else is done."""
        self.grad = 1.0


class KeepsInteriorsAndRoot(Value):
    """The same, and the root's 1 is added to what the pass before has left."""

    def start(self, order: list[Value]) -> None:
        """The 1 is added, as if the root were a leaf."""
        self.grad += 1.0


class ReusesOrder(Value):
    """The order is built by the first pass and kept for all graphs, as a global or a default argument."""

    kept: ClassVar[list[Value]]

    def __init_subclass__(cls) -> None:
        cls.kept = []

    def order(self) -> list[Value]:
        """The order of whichever graph came first."""
        kept = type(self).kept
        if not kept:
            kept += super().order()
        return kept


class AddsToOrder(ReusesOrder):
    """The list is never emptied: each pass goes over all earlier graphs again."""

    def order(self) -> list[Value]:
        """The order of this graph after those of the graphs before."""
        kept = type(self).kept
        kept += [node for node in Value.order(self) if node not in kept]
        return kept

    start = KeepsInteriors.start


class ForgetsPaths(Value):
    """Only the path that arrives first counts."""

    def _backward(self) -> None:
        for operand, partial in self.edges:
            if operand.grad == 0.0:
                operand.grad = self.grad * partial


class PassesNothing(Value):
    """The result is a number of its own: its operands receive nothing."""

    def _backward(self) -> None:
        pass


class ForgetsUpstream(Value):
    """The local derivative is passed on without the gradient from above."""

    def _backward(self) -> None:
        for operand, partial in self.edges:
            operand.grad += partial


class ForgetsLocal(Value):
    """The gradient from above is passed on without the local derivative."""

    def _backward(self) -> None:
        for operand, _ in self.edges:
            operand.grad += self.grad


class OverwritesWithoutUpstream(Value):
    """Two mistakes in one line: `operand.grad = partial`."""

    def _backward(self) -> None:
        for operand, partial in self.edges:
            operand.grad = partial


class OverwritesWithoutLocal(Value):
    """Two mistakes in one line: `operand.grad = self.grad`."""

    def _backward(self) -> None:
        for operand, _ in self.edges:
            operand.grad = self.grad


class NeverSeeds(Value):
    """d(root)/d(root) stays 0, and 0 times anything is 0."""

    def start(self, order: list[Value]) -> None:
        """The root's 1 is missing."""
        for node in order:
            if node.edges:
                node.grad = 0.0


class SeedsEverywhere(Value):
    """`backward` calls itself on the operands, and so sets each of them to 1 as if it were the root."""

    def backward(self) -> None:
        """Recursion on the whole method where the local step was meant."""
        self.grad = 1.0
        self._backward()
        for operand in self._prev:
            operand.backward()


class GoesForward(Value):
    """`reversed` is missing: operands pass on a gradient that has not arrived yet."""

    def backward(self) -> None:
        """Operands before results."""
        order = self.order()
        self.start(order)
        for node in order:
            node._backward()


class StopsAtShared(Value):
    """Where a node is met again, the search ends, where it should skip that node alone."""

    def order(self) -> list[Value]:
        """The nodes in order up to the first that is met twice."""
        order: list[Value] = []
        self.descend(order, set())
        return order

    def descend(self, order: list[Value], met: set[Value]) -> None:
        """`return` where the loop should go on with the next operand: the node itself is lost too."""
        met.add(self)
        for operand in self._prev:
            if operand in met:
                return
            operand.descend(order, met)
        order.append(self)


class StopsLookingAtShared(StopsAtShared):
    """The same with `break`: the operands that come after the shared one are lost."""

    def descend(self, order: list[Value], met: set[Value]) -> None:
        """`break` where `continue` is meant."""
        met.add(self)
        for operand in self._prev:
            if operand in met:
                break
            operand.descend(order, met)
        order.append(self)


class StopsSweepAtShared(Value):
    """The sweep itself ends at a node that it meets again."""

    def backward(self) -> None:
        """A search by breadth, with `break` where `continue` is meant."""
        self.grad = 1.0
        met: set[Value] = set()
        queue = [self]
        while queue:
            node = queue.pop(0)
            if node in met:
                break
            met.add(node)
            node._backward()
            queue += node._prev


class RoundsGradients(Value):
    """A gradient is an int, as in an array of ints: what is behind the point is lost."""

    def _backward(self) -> None:
        for operand, partial in self.edges:
            operand.grad = float(int(operand.grad + self.grad * partial))


class RoundsParts(Value):
    """The same, where each part is made an int before it is added."""

    def _backward(self) -> None:
        for operand, partial in self.edges:
            operand.grad += int(self.grad * partial)


class SharesGradients(Value):
    """Gradients are arrays: a sum passes on its own array, and `+=` then changes it in both places."""

    @property  # type: ignore[override]
    def grad(self) -> float:
        """The number in the array."""
        return self.array[0]

    @grad.setter
    def grad(self, number: float) -> None:
        self.array = [number]

    def _backward(self) -> None:
        for operand, partial in self.edges:
            if operand.grad:
                operand.array[0] += self.grad * partial
            else:
                operand.array = self.array if self._op == "+" else [self.grad * partial]


class ComparesData(Value):
    """`__eq__` and `__hash__` by data: to a set, two nodes that hold the same number are one."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Value) and self.data == other.data

    def __hash__(self) -> int:
        return hash(self.data)
