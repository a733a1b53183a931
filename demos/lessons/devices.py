# %% [markdown]
# # Devices
#
# One net, trained on one device, on eight and by two processes: the same numbers, and what travels.
#
# **What you will learn**
# * why a batch can be cut up: the gradient of a mean is the mean of the parts' gradients
# * what each device holds, replicated and sharded, and what travels in each step, to the byte
# * to read that in the program itself: one all-reduce, or one all-gather and one reduce-scatter
# * why the numbers differ in the last digits, and what a GPU or a TPU would change
#
# Needs: `jax` (`pip install -e '.[jax]'`)
#
# Notes: *Challenges of Backpropagation, 4. Computational Complexity*,
# *Advantages of Backpropagation, 4. Scalability*
#
# Time: 60 minutes
#
# Builds on: `compile`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# The notes name GPUs and TPUs as what makes large networks possible. You need neither to see how several
# devices share the work: on request JAX cuts this machine's processor into eight devices, and two processes
# can talk to each other on one machine as they would on two.

# %%
import inspect
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import jax
import numpy as np
from matplotlib.patches import Rectangle

import demos
from autograd import compile, mean
from demos.lesson import Lesson
from demos.palette import BLUE, GREEN, INK, MUTED, ORANGE, YELLOW, figure
from nn import MLP, Adam, hinge, make_moons

lesson = Lesson("devices", seed, quick, out)
lesson.report("JAX's version", jax.__version__)

# %% [markdown]
# ## A batch in eight parts
# The loss of a batch is the mean over its samples, and the derivative of a mean is the mean of the
# derivatives. So eight devices may each take an eighth of the batch and find the gradient of its own mean:
# the mean of the eight gradients is that of the whole batch. Here it is without any device, eagerly, for 64
# moons and two hidden layers of 16 neurons.

# %%
BATCH, DEVICES = 64, 8
X, y = make_moons(2 * BATCH, noise=0.1, seed=seed)
targets = 2.0 * y - 1.0
model = MLP(2, [16, 16, 1], "tanh", seed=seed)


def gradient_of(rows):
    """The gradient of the mean loss of these samples, as an array."""
    model.zero_grad()
    mean(hinge(model(x), target) for x, target in zip(X[rows].tolist(), targets[rows].tolist())).backward()
    return np.array([p.grad for p in model.parameters()])


whole = gradient_of(np.arange(BATCH))
parts = [gradient_of(rows) for rows in np.split(np.arange(BATCH), DEVICES)]
difference = float(np.abs(np.mean(parts, axis=0) - whole).max())
lesson.check("parameters", len(whole), equals=337)
lesson.check(
    "largest difference of the mean of 8 gradients and the gradient of all", difference, at_most=1e-14
)
lesson.check("for comparison, the largest entry of the gradient", float(np.abs(whole).max()), at_least=1e-3)

# %% [markdown]
# Before you go on, guess: in each step, how many numbers must a device tell the others? Those of its samples,
# those of its neurons, or something else?
#
# ## The same training, four times
# All of it is one function; only `devices=` and `shard=` differ, and in the last way two processes, each of
# which gives its half of every batch. A process is told how many devices to simulate when it starts
# (`XLA_FLAGS`), so this lesson starts them itself, and ends those that have not answered in four minutes.
# XLA, the compiler below JAX, writes down the program that each of them really runs (`--xla_dump_to`).


# %%
def train(way, place, port, steps, seed):
    """Losses and parameters after `steps` steps of Adam, in this process."""
    if way == "two processes":
        jax.distributed.initialize(f"127.0.0.1:{port}", 2, place)
    X, y = make_moons(128, noise=0.1, seed=seed)
    places = np.random.default_rng(seed).integers(0, len(X), (steps, 64))
    if way == "two processes":
        places = np.split(places, 2, axis=1)[place]  # its half of every batch
    model = MLP(2, [16, 16, 1], "tanh", seed=seed)
    fast = compile(lambda x, target: hinge(model(x), target), backend="jax", progress=False)
    devices = None if way == "one device" else "all"
    optimizer = Adam(model.parameters(), lr=0.01)
    with fast.training(optimizer, devices=devices, shard=way == "eight, sharded") as step:
        losses = step.over(X, 2.0 * y - 1.0, places)
    return {
        "losses": losses.tolist(),
        "parameters": [p.data for p in model.parameters()],
        "devices": len(jax.devices()) if devices else 1,
    }


imports = """import json, sys
import jax
import numpy as np
from autograd import compile
from nn import MLP, Adam, hinge, make_moons
"""
program = f"{imports}\n{inspect.getsource(train)}\nprint(json.dumps(train(*json.loads(sys.argv[1]))))\n"


def start(way, place, port, dump):
    """A process that trains this way, on simulated devices of its own."""
    simulated = DEVICES if way.startswith("eight") else 1
    flags = f"--xla_force_host_platform_device_count={simulated} --xla_dump_to={dump} --xla_dump_hlo_as_text"
    paths = [str(Path(demos.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    given = {
        "XLA_FLAGS": flags,
        "JAX_PLATFORMS": "cpu",
        "JAX_ENABLE_COMPILATION_CACHE": "false",  # what is not compiled is not written down
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }
    command = [sys.executable, "-c", program, json.dumps([way, place, port, steps, seed])]
    return subprocess.Popen(
        command, env=os.environ | given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def trained(ways):
    """Of each way, what its processes found, and what travels in a step; all of them run at once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ended:
        dumps = {way: Path(folder) / str(place) for place, way in enumerate(ways)}
        processes = [
            (way, start(way, place, port, dump))
            for way, dump in dumps.items()
            for place in range(2 if way == "two processes" else 1)
        ]
        for _, process in processes:
            ended.enter_context(process)
            ended.callback(process.kill)
        found = {way: [] for way in ways}
        for way, process in processes:
            said, error = process.communicate(timeout=240)
            if process.returncode:
                raise RuntimeError(f"{way}: the training has failed:\n{error}")
            found[way].append(json.loads(said.splitlines()[-1]))
        texts = {
            way: [path.read_text() for path in dump.rglob("*after_optimizations.txt")]
            for way, dump in dumps.items()
        }
    return found, {way: max(map(travelling, texts[way]), key=len) for way in ways}


def travelling(text):
    """What a compiled program sends between devices: (its line, what kind, how many numbers come out)."""
    collective = r"^.* = f64\[([\d,]+)\]\S* (all-\w+|reduce-scatter)\(.*$"
    return [
        (
            line[0].strip().partition(", use_global")[0],
            line[2],
            int(np.prod([int(n) for n in line[1].split(",")])),
        )
        for line in re.finditer(collective, text, re.MULTILINE)
    ]


steps = 20 if quick else 80
ways = ["one device", "eight, replicated", "eight, sharded", "two processes"]
found, travels = trained(ways)
[one] = found["one device"]


def apart(these, what):
    """The largest difference of what these processes and one device found."""
    return max(float(np.abs(np.subtract(each[what], one[what])).max()) for each in these)


print(f"{'':18}{'processes':>10}{'devices':>9}{'last loss':>20}")
for way, these in found.items():
    print(f"{way:18}{len(these):10}{these[0]['devices']:9}{these[0]['losses'][-1]:20.16f}")
lesson.check(
    "devices that each of the two processes sees",
    [each["devices"] for each in found["two processes"]],
    equals=[2, 2],
)
late = float(np.mean(one["losses"][-10:]))
lesson.check("mean of the last ten losses / the first, on one device", late / one["losses"][0], at_most=0.5)
for way in ways[1:]:
    for what in ("losses", "parameters"):
        lesson.check(
            f"{way}: {what} apart from one device's, after {steps} steps",
            apart(found[way], what),
            at_most=1e-12,
        )

# %% [markdown]
# The numbers agree, but for the last digits. Those depend on the order of a sum, and eight parts are another
# order:

# %%
left, right = (0.1 + 0.2) + 0.3, 0.1 + (0.2 + 0.3)
lesson.check("(0.1 + 0.2) + 0.3 is not 0.1 + (0.2 + 0.3)", left != right, equals=True)
lesson.report("they are apart by", left - right)

# %% [markdown]
# ## What travels
# These lines are all of the compiled programs in which one device hears of another; each runs once in a
# step. `f64[338]` is an array of 338 numbers of 8 bytes.

# %%
shown = [f"{way}:\n    {line}" for way, all_of_it in travels.items() for line, *_ in all_of_it]
lesson.show("program", "\n".join(shown), "The lines of the compiled programs in which numbers travel")
kinds = {way: [kind for _, kind, _ in lines] for way, lines in travels.items()}
lesson.check("one device: what travels", kinds["one device"], equals=[])
lesson.check("eight, replicated: what travels", kinds["eight, replicated"], equals=["all-reduce"])
lesson.check("eight, sharded: what travels", kinds["eight, sharded"], equals=["all-gather", "reduce-scatter"])
lesson.check("two processes: what travels", kinds["two processes"], equals=["all-reduce"])
reduced, (gathered, summed), between = (
    [numbers for *_, numbers in travels[way]]
    for way in ("eight, replicated", "eight, sharded", "two processes")
)
lesson.check(
    "numbers of the all-reduce: the gradient, and the loss beside it", reduced, equals=[len(whole) + 1]
)
lesson.check("numbers of the all-reduce between two processes", between, equals=reduced)
part, scattered = gathered // DEVICES, DEVICES * summed
lesson.check("parameters of one device: an eighth, rounded up", part, equals=-(-len(whole) // DEVICES))
lesson.check(
    "numbers that come to each device beside its part of the gradient: the loss", summed - part, equals=1
)

# %% [markdown]
# That answers the guess: in a step no sample travels, and no activation, only as many numbers as there are
# parameters. A batch ten times as large costs ten times the work and not one byte more on the way; so large
# batches keep many devices busy, and small ones do not.
#
# **Replicated**, each device has all parameters and all of Adam's means, and makes the same update as the
# others. **Sharded**, each has an eighth of them: before the forward pass all parameters are gathered from
# their owners, and after the backward pass each owner gets the sum of its own part alone. That is about as
# many bytes on the way, and an eighth of the memory between two steps.

# %%
NUMBER = 8
held = {"replicated": 3 * len(whole) * NUMBER, "sharded": 3 * part * NUMBER}
for way, count in held.items():
    lesson.report(f"{way}: parameters and Adam's two means, on each device", count, "bytes")
lesson.check(
    "memory between two steps, sharded / replicated", held["sharded"] / held["replicated"], at_most=0.13
)

EVERY = [(0.0, 1.0)] * DEVICES
EIGHTH = [(place / DEVICES, 1 / DEVICES) for place in range(DEVICES)]
ROWS = {
    "Adam's means": (0.0, BLUE, EVERY, EIGHTH),
    "parameters": (-1.0, BLUE, EVERY, EIGHTH),
    "parameters in use": (-3.4, BLUE, EVERY, EVERY),
    "samples": (-4.4, GREEN, EIGHTH, EIGHTH),
    "gradient of\nits samples": (-5.4, YELLOW, EVERY, EVERY),
    "mean of all\ngradients": (-7.8, ORANGE, EVERY, EIGHTH),
}
"""What a device has, from top to bottom in the order of a step: place, colour, the part of each device."""


def band(axes, y, kind, numbers):
    """What travels between two rows, from every device and to every device."""
    for device in range(DEVICES):
        for start, end in ((y + 0.75, y + 0.28), (y - 0.3, y - 0.78)):
            arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
            axes.annotate("", (device + 0.5, end), (device + 0.5, start), arrowprops=arrow)
    frame = Rectangle((0.06, y - 0.28), DEVICES - 0.12, 0.56, fill=False, edgecolor=INK, lw=2)
    axes.add_patch(frame)
    words = f"{kind}: {numbers} numbers, {numbers * NUMBER:,} bytes"
    axes.text(DEVICES / 2, y, words, ha="center", va="center", fontsize=17)


fig, panels = figure(15.0, 7.6, columns=2, sharey=True)
for axes, title, which in zip(panels, ("replicated", "sharded"), (0, 1)):
    for y, color, *parts in ROWS.values():
        for device, (begin, width) in enumerate(parts[which]):
            axes.add_patch(
                Rectangle((device + 0.06 + 0.88 * begin, y - 0.36), 0.88 * width, 0.72, color=color)
            )
            axes.add_patch(
                Rectangle((device + 0.06, y - 0.36), 0.88, 0.72, fill=False, edgecolor=MUTED, lw=1.2)
            )
    axes.set(xlim=(0, DEVICES + 0.05), ylim=(-8.4, 0.5), title=f"{title}, {DEVICES} devices")
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=17)
    axes.title.set_fontsize(20)
band(panels[0], -6.6, "all-reduce", *reduced)
band(panels[1], -2.2, "all-gather", gathered)
band(panels[1], -6.6, "reduce-scatter", scattered)
panels[0].text(DEVICES / 2, -2.2, "nothing travels", ha="center", va="center", fontsize=17, color=MUTED)
panels[0].set_yticks([y for y, *_ in ROWS.values()], list(ROWS))
lesson.show(
    "travels",
    fig,
    "One step, from top to bottom: what each device has is filled, and boxes with arrows are what travels",
)

# %% [markdown]
# ## What a GPU or a TPU would change
# In this code, nothing: `jax.devices()` lists the GPUs or TPUs, `devices="all"` takes them, and XLA compiles
# the same program for them; the package that brings them is JAX's own (`pip install "jax[cuda12]"` for a GPU,
# `"jax[tpu]"` for a TPU). On several machines, each runs the script after `jax.distributed.initialize()`, as
# the two processes did.
#
# **In the numbers**, more of the last digits. Both kinds of devices are made for short numbers: a GPU for
# float32 and shorter, a TPU for *bfloat16*, which has the range of float32 and 8 binary digits, of which
# products are made and added up in float32. Here is what that does to a product of two matrices, on this
# machine, where JAX knows these numbers, too:

# %%
source = np.random.default_rng(seed)
left, right = source.normal(size=(2, 256, 256))
exact = left @ right
errors = {}
for kind in ("float32", "bfloat16"):
    short = (jax.numpy.asarray(factor, "float32").astype(kind) for factor in (left, right))
    product = jax.numpy.matmul(*short, preferred_element_type="float32", precision="highest")
    errors[kind] = float(np.linalg.norm(np.asarray(product, float) - exact) / np.linalg.norm(exact))
lesson.check("float32: relative error of the product", errors["float32"], at_most=1e-6)
lesson.check("bfloat16: the same", errors["bfloat16"], equals=0.002, within=0.002)

# %% [markdown]
# *Mixed-precision* training (the lesson `precision`) lives with that: short numbers in the products, longer
# ones in the parameters and the sums.
#
# **In the time**, nothing can be said here: eight simulated devices share the cores of this machine. They
# show what is computed and what travels, and nothing of how fast. What can be counted is why large matrices
# gain and small ones do not. A product of two $n \times n$ matrices takes $2n^3$ operations, and reads and
# writes $3n^2$ numbers of 4 bytes: $n / 6$ operations for each byte. A GPU or a TPU computes tens to hundreds
# of operations in the time in which its memory delivers one byte, so it waits for its memory unless $n$ is in
# the hundreds. Besides, each call costs some time before anything is computed.

# %%
for n in (16, 4096):
    lesson.report(f"{n} × {n}: operations for each byte", 2 * n**3 / (3 * n**2 * 4))

# %% [markdown]
# The net of this lesson has layers of 16 neurons, and gains nothing.
#
# **What was run**: this lesson runs on processors alone, and so do all numbers in it. The README says what
# was measured on one GPU. Nothing of this library has been run on a TPU, on several GPUs or on several
# machines. Measure on your own: `python -m tests.benchmarks.scans`.
#
# ## Exercises
# 1. Cut a batch into two *unequal* parts, 48 samples and 16. Is the mean of the two gradients still the
#    gradient of the batch? What would make it so? And what does `fast.training(..., devices="all")` say of a
#    batch of 60 on eight devices?
# 2. An all-reduce needs no centre: $d$ devices stand in a ring, and each sends one $d$-th of its numbers to
#    the next, $2(d - 1)$ times. Write it with numpy. How many numbers does each device send, and how does
#    that grow with $d$?
# 3. A net of 784-512-256-10 neurons trains by Adam in float32. What does each of eight devices hold between
#    two steps, replicated and sharded, and how many bytes is its all-reduce? From how many devices on is its
#    part of the state smaller than one gradient?
#
# Solutions: `python -m demos --solutions devices`, or `demos/solutions/devices.py`.
