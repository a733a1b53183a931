"""The classic mistakes of those who write their own engine, each one an engine that makes it.

One of them, relu's derivative at 0, is a convention, and marked as one.

`Value` is the right engine. A `Mistake` has the engine that makes it (the right one with a few lines
changed), the smallest expression that tells the two apart, and the words in which `demos.grade`, the
lesson `chain-rule` and the player speak of it.
"""

from demos.mistakes.catalogue import MISTAKES, Mistake
from demos.mistakes.engine import Value
from demos.mistakes.expression import Expression

__all__ = ["MISTAKES", "Expression", "Mistake", "Value"]
