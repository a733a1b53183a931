# %% [markdown]
# # The chain rule on a graph: solutions

# %%
from autograd import Value
from demos import mistakes
from demos.mistakes import MISTAKES, Expression
from demos.mistakes.catalogue import afresh

# %% [markdown]
# ## 1. b = a·a, c = b + a
# Right is $2a + 1 = 7$. `overwrite` gives 3: $b$ sends 3 twice, the second in place of the first and of the
# 1 that $c$ has sent. `recursion` and `too-early` are right: what they get wrong is an *in-between* node that
# several others use. Here only the leaf $a$ is used more than once, and it has nobody to send anything to.

# %%
expression = Expression("a = Value(3.0); b = a * a; c = b + a; c.backward()", ("a.grad",))
engines = {mistake.name: mistake.engine for mistake in MISTAKES}
found = {
    name: expression.numbers(engines[name])["a.grad"] for name in ("overwrite", "recursion", "too-early")
}
print(found)
assert found == {"overwrite": 3.0, "recursion": 7.0, "too-early": 7.0}
assert expression.numbers(Value) == {"a.grad": 7.0}

# %% [markdown]
# ## 2. Recursion made right
# What is sent on is not the node's gradient but what this path has brought. That is the sum over paths,
# word for word, and there is a call for every path: for 10 doublings 2,047; for 100, at ten million calls a
# second, longer than the universe is old.


# %%
class ByPath(mistakes.Value):
    """Lists every path from the root, and adds up the product along each."""

    visits = 0

    def backward(self):
        """The root's own path has the product 1."""
        self.follow(1.0)

    def follow(self, brought):
        """Takes what this path brings, and goes on along every edge."""
        ByPath.visits += 1
        self.grad += brought
        for operand, partial in self.edges:
            operand.follow(brought * partial)


for mistake in MISTAKES:
    assert mistake.telling.numbers(ByPath) == mistake.right, mistake.name
ByPath.visits = 0
value = ByPath(1.0)
for _ in range(10):
    value = value + value
value.backward()
print(f"{ByPath.visits:,} visits for 10 doublings")
assert ByPath.visits == 2**11 - 1

# %% [markdown]
# ## 3. A mistake of one's own
# For example a quotient whose derivative lost its minus sign, $\partial (x/y)/\partial y = +x/y^2$. The
# smallest expression that tells is $1/a$, with its gradient. The expressions chosen in the lesson do not
# catch it: the one with a division looks at the number alone. Tests that catch all mistakes of a library
# are no proof that there is no other.


# %%
class ForgetsMinus(mistakes.Value):
    """d(x / y)/dy without its minus sign."""

    def __truediv__(self, other):
        """Right but for one sign."""
        x, y = self, self.lift(other)
        return self.node("/", x.data / y.data, (x, 1 / y.data), (y, x.data / y.data**2))


telling = Expression("a = Value(4.0); c = 1.0 / a; c.backward()", ("a.grad",))
print(telling.numbers(ForgetsMinus), "where", telling.numbers(Value), "is right")
assert telling.numbers(Value) == {"a.grad": -0.0625}
assert telling.numbers(ForgetsMinus) == {"a.grad": 0.0625}
caught = [
    mistake.name for mistake in MISTAKES if mistake.telling.numbers(afresh(ForgetsMinus)) != mistake.right
]
assert caught == []
