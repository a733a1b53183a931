# %% [markdown]
# # The chain rule on a graph
#
# Why the sweep goes in topological order, and why it adds: engines with the classic mistakes beside ours.
#
# **What you will learn**
# * that a gradient is a sum over paths, and that `+=` is that sum
# * why a node must wait until every path has arrived, which is what topological order is for
# * which small expressions tell a right engine from a wrong one
# * that the derivative of relu at 0 is a convention, and not a fact
#
# Notes: *The Complete Process of Backpropagation, 2. Backward Pass*, *Mathematical Overview*
#
# Time: 60 minutes
#
# Builds on: `by-hand`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
import inspect
import math
import re
import textwrap

from autograd import Value
from demos import mistakes
from demos.lesson import Lesson
from demos.mistakes import MISTAKES
from demos.mistakes.catalogue import afresh
from demos.palette import BLUE, ORANGE, figure
from viz import draw

lesson = Lesson("chain-rule", seed, quick, out)

# %% [markdown]
# ## One gradient, three paths
# $c = b + b \cdot b$ with $b = 2a$. A number of the graph is a *node*, an arrow an *edge*, and a number that
# no operation made, here $a$, a *leaf*. There are three paths from $c$ back to $a$: through the first $b$,
# and through each of the two factors. The chain rule multiplies the local derivatives along each path, and
# adds the paths:
#
# $\partial c/\partial a = \sum_{\text{paths}} \prod_{\text{edges}} \text{local derivative}$
#
# In the picture each edge carries its local derivative.

# %%
a = Value(3.0, label="a")
b = a * 2.0
c = b + b * b
b.label, c.label = "b", "c"
c.backward()
lesson.show("paths", draw(c), "Three paths lead from c back to a: 1×2 + 1×6×2 + 1×6×2 = 26")


# %%
def paths(node, product=1.0, way=()):
    """Every path from a node to a leaf: the labels passed, and the product of the local derivatives."""
    way = (*way, node.label or node.primitive.symbol)
    if not node.parents:
        yield way, product
    for operand, partial in zip(node.operands, node.partials):
        if isinstance(operand, Value):
            yield from paths(operand, product * partial, way)


for way, product in paths(c):
    print(f"{' ← '.join(way):20} {product:4.0f}")
print(f"{'a.grad':20} {a.grad:4.0f}")
lesson.check(
    "a.grad is the sum over all paths", a.grad == sum(product for _, product in paths(c)), equals=True
)

# %% [markdown]
# ## The sweep: the same sum without listing the paths
# Twenty layers of a hundred neurons have $100^{20} = 10^{40}$ paths. The backward pass, the *sweep*, never
# lists them. Each node adds up what arrives, and sends that on, once: to each of its operands, times the
# local derivative of that edge. These few lines are all of it, in an engine of some hundred lines that every
# student can write (`demos/mistakes/engine.py`). First what one node does, its *local step*; then the order
# in which the nodes do it. `order()` lists the nodes, operands before results, and `start` sets the gradient
# of the result to 1 and those of the nodes in between to 0.

# %%
local_step, sweep = (
    textwrap.dedent(inspect.getsource(method)).rstrip()
    for method in (mistakes.Value._backward, mistakes.Value.backward)
)
lesson.show("local-step", local_step, "The local step: note the +=")
lesson.show("sweep", sweep, "The sweep: note the order")

# %% [markdown]
# The `+=` of the local step and the order of the sweep are where people go wrong. Below, each mistake is this
# engine with a few lines changed, on the smallest expression that tells it from the right one.


# %%
def side_by_side(name):
    """The expression, the line that is wrong, and what the two engines give."""
    [mistake] = [mistake for mistake in MISTAKES if mistake.name == name]
    [shown] = mistake.telling.shows
    print(f"{name}: {mistake.words}")
    print("".join(f"    {line}\n" for line in mistake.telling.lines), end="")
    ours = mistake.telling.numbers(Value)[shown]
    other = "by the other convention" if mistake.convention else "with the mistake"
    print(f"{shown}: ours {ours:g}, {other} {mistake.wrong[shown]:g}\n")
    return ours, mistake.wrong[shown]


# %% [markdown]
# ## Why `+=`
# In $c = a + a$ two paths arrive at $a$, each with 1. `=` keeps the last and forgets the first. The mistake
# does not show on expressions that use each number once, and these are the ones that one tries first.

# %%
ours, wrong = side_by_side("overwrite")
lesson.check("d(a + a)/da", ours, equals=2.0)
lesson.check("d(a + a)/da, with = in place of +=", wrong, equals=1.0)

# %% [markdown]
# ## Why topological order
# Suppose that a node does its local step and then calls itself for each of its operands: this *recursion*
# goes down every path. Take $b = a + a$ and $c = b + b$. The local step of $c$ sends 1 along both of its
# edges, so $b$ holds 2. Now $c$ calls $b$, which sends its 2 along each of its own two edges: $a$ holds 4,
# and all is done. But $c$ has a second edge to $b$. It calls $b$ again, $b$ sends 2 and 2 again, and $a$ ends
# at 8.

# %%
ours, wrong = side_by_side("recursion")
lesson.check("b = a + a; c = b + b: dc/da", ours, equals=4.0)
lesson.check("the same by recursion along every path", wrong, equals=8.0)

# %% [markdown]
# A set of visited nodes, so that each node works only once, is no cure by itself. In the example with three
# paths $b$ then sends as soon as it is met first, and what the paths through $b \cdot b$ bring later stays in
# $b$. Only the first of the three paths gets through: 2 of 26.

# %%
ours, wrong = side_by_side("too-early")
lesson.check("b = 2a; c = b + b·b: dc/da", ours, equals=26.0)
lesson.check("the same, going on as soon as a node is met", wrong, equals=2.0)

# %% [markdown]
# The cure is to wait: a node sends when *everything that uses it* has sent. A list of the nodes in which
# operands stand before results is in *topological order*; read from its end, it is the order that we need. It
# also costs least, since each node works once, where recursion works once for each path. The graph below
# doubles a number again and again, $b = a + a$, $c = b + b$ and so on, so each doubling doubles the number of
# paths. A local step is counted where there is something to send.


# %%
def local_steps(engine, doublings):
    """How often the local step runs in backward of a graph that doubles, and doubles, and doubles."""
    count = 0

    class Counting(engine):
        def _backward(self):
            nonlocal count
            count += bool(self.edges)
            super()._backward()

    value = Counting(1.0)
    for _ in range(doublings):
        value = value + value
    value.backward()
    return count


[recursion] = [mistake.engine for mistake in MISTAKES if mistake.name == "recursion"]
sizes = range(1, 11 if quick else 15)
in_order = [local_steps(mistakes.Value, size) for size in sizes]
by_path = [local_steps(recursion, size) for size in sizes]
lesson.predict("How many local steps does recursion take for 10 doublings?", by_path[9])

fig, axes = figure()
axes.plot(sizes, by_path, color=ORANGE, marker="o", linestyle="--", label="recursion: once per path")
axes.plot(sizes, in_order, color=BLUE, marker="s", linestyle="-", label="topological order: once per node")
axes.set_yscale("log", base=10)
axes.set_xlabel("doublings, b = a + a, one after the other")
axes.set_ylabel("local steps in one backward()")
axes.legend(loc="upper left")
lesson.show(
    "local-steps",
    fig,
    "Work of one backward pass: a doubling adds one step in order, and doubles those of recursion",
)

# %% [markdown]
# In topological order each doubling adds one step. By recursion the steps of one doubling are twice those of
# the one above it: $1 + 2 + 4 + \dots$, which is $2^{10} - 1$ for 10 doublings.

# %%
lesson.check("local steps for 10 doublings, in topological order", in_order[9], equals=10)
lesson.check("local steps for 10 doublings, by recursion", by_path[9], equals=2**10 - 1)

# %% [markdown]
# ## relu at 0: a convention, and no mistake
# relu(x) is x where x is positive, else 0. At x = 0 it has a kink: to the left its slope is 0, to the right
# it is 1, and there is no derivative. Every number from 0 to 1 is a *subgradient*, the slope of a line that
# touches the curve there without crossing it. An engine has to choose one. Ours takes 0, as PyTorch, JAX and
# micrograd do; the engine `relu-at-zero` takes 1, which is just as right. A test of an engine that asks for 0
# asks for a convention, and should say so.

# %%
ours, other = side_by_side("relu-at-zero")
h = 1e-6
left, right = (max(0.0, 0.0) - max(-h, 0.0)) / h, (max(h, 0.0) - max(0.0, 0.0)) / h
lesson.check("slope of relu to the left of 0", left, equals=0.0)
lesson.check("slope of relu to the right of 0", right, equals=1.0)
lesson.check("both engines take a number from 0 to 1", left <= ours <= other <= right, equals=True)

# %% [markdown]
# ## What to test an engine with
# `demos/mistakes` is a library of such engines: the classic mistakes and the other convention for relu, each
# with the smallest expression that shows it. Which other mistakes does an expression show? A mark in the
# picture says that the engine of this column gives another number for the expression of this row than ours
# does.

# %%
expressions = {mistake.telling.text: mistake.telling for mistake in MISTAKES}
right = {text: expression.numbers(mistakes.Value) for text, expression in expressions.items()}


def shows(expression, mistake):
    """Whether the engine with this mistake gives a wrong number for the expression, or an error."""
    engine = afresh(mistake.engine)
    return expression.attempt(engine) != right[expression.text]


exposed = {
    text: {mistake.name for mistake in MISTAKES if shows(expression, mistake)}
    for text, expression in expressions.items()
}
for text, numbers in right.items():
    assert expressions[text].numbers(Value) == numbers, text  # our engine sides with the right one
for mistake in MISTAKES:
    [shown], [ours], [wrong] = mistake.telling.shows, mistake.right.values(), mistake.wrong.values()
    word = "other" if mistake.convention else "wrong"
    given = "an error" if math.isnan(wrong) else f"{word} {wrong:.5g}"
    print(f"{mistake.name:19} {shown}: ours {ours:<8.5g} {given:13} {mistake.telling.text}")

# %% [markdown]
# How many expressions catch all? Take the one that shows most mistakes, then the one that shows most of the
# rest, and so on.

# %%
left, chosen = {mistake.name for mistake in MISTAKES}, []
while left:
    best = max(expressions, key=lambda text: len(exposed[text] & left))
    chosen.append(best)
    left -= exposed[best]
print("\n".join(chosen))
conventions = [mistake.name for mistake in MISTAKES if mistake.convention]
lesson.report("mistakes in the library", len(MISTAKES) - len(conventions))
lesson.check("conventions that are not ours", conventions, equals=["relu-at-zero"])
lesson.check("expressions that tell all of them from our engine", len(chosen), at_most=len(MISTAKES) // 2)


# %%
def short(text):
    """The expression without what all of them have: a = 3, and one backward()."""
    text = re.sub(r"; [cd]\.backward\(\)", "", text.removeprefix("a = Value(3.0); "), count=1)
    return re.sub(r"Value\(([-.0-9]+)\)", r"\1", text)


order = chosen + [text for text in expressions if text not in chosen]
names = sorted(
    (mistake.name for mistake in MISTAKES), key=lambda name: [name not in exposed[text] for text in order]
)
fig, axes = figure(13, 9.4)
for row, text in enumerate(order):
    columns = [column for column, name in enumerate(names) if name in exposed[text]]
    color, marker = (BLUE, "s") if text in chosen else (ORANGE, "D")
    axes.plot(columns, [row] * len(columns), marker=marker, color=color, markersize=10, linestyle="none")
titles = [f"{name} (convention)" if name in conventions else name for name in names]
axes.set_xticks(range(len(names)), titles, rotation=60, ha="right", rotation_mode="anchor")
axes.set_yticks(range(len(order)), map(short, order))
axes.invert_yaxis()
axes.set_xlabel("mistake")
axes.set_ylabel("expression, a = 3")
axes.set_title(f"blue squares: {len(chosen)} expressions that catch all")
lesson.show(
    "who-catches-what",
    fig,
    f"Which expression tells which engine from ours: {len(chosen)} expressions catch all of them",
)

# %% [markdown]
# The grader uses the same library: it runs an engine through such expressions, and compares the wrong numbers
# with those of the mistaken engines to say what the cause is: `python -m demos.grade my_engine.py`. And
# `python -m demos.grade --tests my_tests.py` says which of these mistakes a suite of tests would catch.

# %% [markdown]
# ## Exercises
# 1. $b = a \cdot a$, $c = b + a$, $a = 3$. What do the engines `overwrite`, `recursion` and `too-early`
#    give for $dc/da$? Work it out on paper, then run them. Two of the three are right here: why?
# 2. Recursion can be made right without any order: each path sends on only what *it* brings. Write that
#    engine as a subclass of `demos.mistakes.Value`, check it on the expressions of the library, and say why
#    nobody uses it.
# 3. Think of a mistake that is not in the library, write its engine, and find the smallest expression that
#    tells it from the right one. Do the expressions chosen above catch it?
#
# Solutions: `python -m demos --solutions chain-rule`, or `demos/solutions/chain_rule.py`.
