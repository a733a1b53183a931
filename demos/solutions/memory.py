# %% [markdown]
# # Memory: solutions

# %%
import gc
import tracemalloc

from autograd import Value, checkpoint, mean
from nn import Dropout, Layer


def peak(work):
    """The most bytes in use while this ran."""
    gc.collect()  # empties the lists of free objects that Python keeps, so that all works start alike
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


# %% [markdown]
# ## 1. A recurrent net
# All steps share one weight, so a segment reads it once, and keeps nothing but the state that enters it. With
# 64 segments of 64 steps about a fifth of the memory is left: a segment costs as much as a few dozen nodes.

# %%
w = Value(0.9)
steps_run = 0


def cell(h, count):
    global steps_run
    for _ in range(count):
        h = (w * h + 0.1).tanh()
        steps_run += 1
    return h


def stored(count):
    cell(Value(0.5), count).backward()


def in_segments(count, segments):
    h = Value(0.5)
    for _ in range(segments):
        h = checkpoint(cell, h, count // segments)
    h.backward()


in_segments(4096, 64)
by_segments = w.grad
w.zero_grad()
stored(4096)
assert abs(by_segments / w.grad - 1) < 1e-12
all_stored, sparse = peak(lambda: stored(4096)), peak(lambda: in_segments(4096, 64))
print(f"4096 steps: {all_stored / 1024:.0f} kB stored, {sparse / 1024:.0f} kB in 64 segments")
assert sparse < 0.4 * all_stored

# %% [markdown]
# ## 2. Segments within segments
# Every step runs three times: in the forward pass, when its outer segment runs again, and when its inner one
# does. On paper memory holds 16 checkpoints of each of two levels and 16 steps, so it grows with the cube
# root of $n$, and a level for each factor of 2 makes that $\log n$. Measured, it is no less than with 64
# segments: while an outer segment runs, this engine remembers all that it makes, 256 steps, to tell it from
# what it only reads.


# %%
def outer(h):
    for _ in range(16):
        h = checkpoint(cell, h, 16)
    return h


def nested():
    h = Value(0.5)
    for _ in range(16):
        h = checkpoint(outer, h)
    h.backward()


w.zero_grad()
steps_run = 0
nested()
by_nesting, runs = w.grad, steps_run / 4096
w.zero_grad()
stored(4096)
print(f"each step ran {runs:g} times")
assert runs == 3
assert abs(by_nesting / w.grad - 1) < 1e-12
sizes = {"stored": lambda: stored(4096), "64 segments": lambda: in_segments(4096, 64), "16 × 16 × 16": nested}
peaks = {name: peak(work) for name, work in sizes.items()}
print("4096 steps:", *(f"{name} {most / 1024:.0f} kB" for name, most in peaks.items()), sep="   ")
assert peaks["16 × 16 × 16"] < 0.5 * peaks["stored"]

# %% [markdown]
# ## 3. Dropout
# `checkpoint` notes the state of every random generator that is drawn from, and puts it back before the
# second run. The test: two nets with the same seeds, one stored and one checkpointed, leave the same
# gradients. (With new masks in the second run, gradients would be those of another network.)


# %%
def gradients(checkpointed):
    layer, dropout = Layer(4, 4, "tanh", seed=0), Dropout(0.5, seed=1)

    def block(inputs):
        return dropout(layer(inputs))

    inputs = [Value(0.3), Value(-0.2), Value(0.8), Value(0.5)]
    outputs = checkpoint(block, inputs) if checkpointed else block(inputs)
    mean(value**2 for value in outputs).backward()
    return [parameter.grad for parameter in layer.parameters()]


plain, again = gradients(False), gradients(True)
furthest = max(abs(one - other) for one, other in zip(plain, again))
print(f"largest difference of a gradient: {furthest:.1e}; {sum(g == 0 for g in plain)} of {len(plain)} are 0")
assert any(gradient == 0.0 for gradient in plain)  # something was dropped
assert furthest < 1e-15
