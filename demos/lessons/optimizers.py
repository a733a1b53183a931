# %% [markdown]
# # Optimisers
#
# SGD, momentum, RMSProp, Adam and AdamW in a few lines each: what they remember, and what that is for.
#
# **What you will learn**
# * the five rules as formulas and as Python, equal to those of `nn` to the last digits
# * what a rule remembers from step to step: a velocity, a mean square, a count of the steps
# * what the notes' Adam lacks, how long its first steps are, and what that costs and gains
# * why decaying the weights (AdamW) and adding a penalty to the loss (Adam) are two things
#
# Notes: *Advantages of Backpropagation, 6. Adaptability*,
# *The Complete Process of Backpropagation, 2. Backward Pass*
#
# Time: 60 minutes
#
# Builds on: `delta`, `moons`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %% [markdown]
# Backpropagation gives a gradient and nothing else. What to do with it is the business of another piece, the
# *optimiser*. (The notes call backpropagation "an optimization algorithm" and mean the two together.)

# %%
from math import inf, isfinite

import numpy as np

from autograd import Value, compile
from demos.lesson import Lesson
from demos.palette import BLUE, GREY, INK, MARKERS, ORANGE, figure
from nn import MLP, SGD, Adam, AdamW, Optimizer, RMSProp, binary_cross_entropy, make_moons

lesson = Lesson("optimizers", seed, quick, out)

# %% [markdown]
# ## Five rules
# Each rule sees one parameter $w$, its gradient $g$, and the numbers that it has kept for this parameter
# since the step before; all of these are 0 at first. $\eta$ is the learning rate, $t$ counts the steps from
# 1.
#
# **SGD** keeps nothing: $w \leftarrow w - \eta\, g$.
#
# **Momentum** keeps a velocity $v$ (some books write $(1 - \mu)\, g$ in it, and take a larger $\eta$):
# $$v \leftarrow \mu\, v + g, \qquad w \leftarrow w - \eta\, v$$
#
# **RMSProp** keeps a running mean $s$ of the squared gradient, and divides by its root:
# $$s \leftarrow \rho\, s + (1 - \rho)\, g^2, \qquad w \leftarrow w - \eta\, g / (\sqrt{s} + \epsilon)$$
#
# **Adam** keeps both kinds of mean, and corrects each for having begun at 0:
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2$$
# $$\hat m = m / (1 - \beta_1^t), \qquad \hat v = v / (1 - \beta_2^t), \qquad
# w \leftarrow w - \eta\, \hat m / (\sqrt{\hat v} + \epsilon)$$
#
# **AdamW** first makes the weight a little smaller, $w \leftarrow w - \eta \lambda w$, and then steps as
# Adam.


# %%
def sgd(w, g, kept, t, lr):
    return w - lr * g, kept


def momentum(w, g, kept, t, lr, mu=0.9):
    (v,) = kept
    v = mu * v + g
    return w - lr * v, (v,)


def rmsprop(w, g, kept, t, lr, decay=0.99, eps=1e-8):
    (s,) = kept
    s = decay * s + (1.0 - decay) * g * g
    return w - lr * g / (s**0.5 + eps), (s,)


def adam(w, g, kept, t, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = kept
    m = beta1 * m + (1.0 - beta1) * g
    v = beta2 * v + (1.0 - beta2) * g * g
    corrected_m = m / (1.0 - beta1**t)
    corrected_v = v / (1.0 - beta2**t)
    return w - lr * corrected_m / (corrected_v**0.5 + eps), (m, v)


def adamw(w, g, kept, t, lr, decay=0.01):
    return adam(w - lr * decay * w, g, kept, t, lr)


RULES = {"SGD": (sgd, 0), "momentum": (momentum, 1), "RMSProp": (rmsprop, 1), "Adam": (adam, 2)}
"""Each rule, and how many numbers it keeps for each parameter."""

# %% [markdown]
# ## A small problem, stepped by hand
# A valley: $L = (w_1^2 + 100\, w_2^2) / 2$ has the gradient $(w_1, 100\, w_2)$. Across, the slope is a
# hundred times as steep as along. We start at $(4, 1)$, where the gradient is $(4, 100)$. Here are Adam's
# first three steps for the second weight, with $\eta = 0.1$; take a pocket calculator and check one line.


# %%
STEEP, START = 100.0, (4.0, 1.0)


def valley(w):
    return (w[0] * w[0] + STEEP * w[1] * w[1]) / 2


def walk(rule, count, lr, steps, factor=1.0):
    """The places of a rule that keeps `count` numbers for each weight, for `factor` times the loss."""
    w, kept = START, [(0.0,) * count] * 2
    path = [w]
    for t in range(1, steps + 1):
        gradient = factor * w[0], factor * STEEP * w[1]
        moved = [rule(*each, t, lr) for each in zip(w, gradient, kept)]
        w, kept = tuple(place for place, _ in moved), [numbers for _, numbers in moved]
        path.append(w)
        if not valley(w) < 1e12:
            break
    return path


w, kept = START[1], (0.0, 0.0)
print("t        g        m         v   m/(1-0.9^t)   v/(1-0.999^t)   new w2")
for t in (1, 2, 3):
    g = STEEP * w
    w, kept = adam(w, g, kept, t, 0.1)
    m, v = kept
    corrected = f"{m / (1 - 0.9**t):11.3f}   {v / (1 - 0.999**t):13.2f}"
    print(f"{t}   {g:6.2f}   {m:6.3f}   {v:7.3f}   {corrected}   {w:.5f}")

# %% [markdown]
# And here are all five beside those of `nn`, on Values and with `backward()`: 200 steps, and the largest
# difference.


# %%
def apart_from(path, optimizer):
    """How far an optimiser of nn, on weights at the start of this path, gets from it at most."""
    furthest = 0.0
    for place in path[1:]:
        optimizer.zero_grad()
        valley(optimizer.parameters).backward()
        optimizer.step()
        furthest = max(furthest, *(abs(w.data - its) for w, its in zip(optimizer.parameters, place)))
    return furthest


peers = {
    "SGD": (sgd, 0, SGD, {}),
    "momentum": (momentum, 1, SGD, {"momentum": 0.9}),
    "RMSProp": (rmsprop, 1, RMSProp, {}),
    "Adam": (adam, 2, Adam, {}),
    "AdamW": (adamw, 2, AdamW, {"weight_decay": 0.01}),
}
for name, (rule, count, kind, options) in peers.items():
    optimizer = kind(map(Value, START), lr=0.01, **options)
    apart = apart_from(walk(rule, count, 0.01, 200), optimizer)
    lesson.check(f"{name}: largest difference from nn in 200 steps", apart, at_most=1e-12)
    lesson.check(f"{name}: numbers kept for each parameter", len(optimizer.entries), equals=count)

# %% [markdown]
# Those numbers take memory: a network that trains by Adam is held three times, and its gradient besides.
#
# ## What the velocity is for
# Let the gradient be 1 at every step. The velocity becomes $1 + \mu + \mu^2 + \dots = 1/(1 - \mu)$: with
# $\mu = 0.9$ a step ten times as long. Now let the gradient be 1 and −1 in turn, as when SGD jumps from one
# wall of the valley to the other: the velocity becomes $\pm 1/(1 + \mu)$, about half. So momentum lengthens
# what agrees and shortens what does not.


# %%
def velocity(gradients):
    """The velocity after these gradients."""
    kept = (0.0,)
    for g in gradients:
        _, kept = momentum(0.0, g, kept, 1, 0.1)
    return abs(kept[0])


lesson.check("velocity after 200 gradients of 1", velocity([1.0] * 200), equals=10.0, within=1e-6)
lesson.check("velocity after 1, -1, 1, -1 …", velocity([1.0, -1.0] * 100), equals=1 / 1.9, within=1e-6)

# %% [markdown]
# ## What the mean square is for
# RMSProp and Adam divide the gradient by its own size. So the size of the loss does not matter to them: make
# $L$ a thousand times as large, in other units say, and they go the same way. SGD and momentum go to
# infinity. And since each parameter has a mean of its own, the steep and the flat direction of the valley
# look alike to them.

# %%
for name, (rule, count) in RULES.items():
    plain, scaled = (walk(rule, count, 0.01, 100, factor)[-1] for factor in (1.0, 1000.0))
    apart = max(abs(ours - theirs) for ours, theirs in zip(plain, scaled))
    if name in ("RMSProp", "Adam"):
        lesson.check(f"{name}: apart after 100 steps, with 1000 times the loss", apart, at_most=1e-6)
    else:
        lesson.check(f"{name}: apart after 100 steps, with 1000 times the loss", apart, at_least=1e5)

# %% [markdown]
# ## Who gets there
# No rule is fast or slow without its learning rate. So each rule gets 25 of them, and we count the steps
# until the loss is below 0.01 and stays there, in 1000 steps at most.

# %%
RATES = np.geomspace(0.001, 1.0, 25).tolist()


def steps_needed(rule, count, lr, goal=0.01, steps=1000):
    """How many steps until the loss stays below the goal; inf if it does not."""
    path = walk(rule, count, lr, steps)
    above = max(t for t, w in enumerate(path) if not valley(w) < goal)
    return above + 1 if above < len(path) - 1 else inf


needed = {name: [steps_needed(*rule, lr) for lr in RATES] for name, rule in RULES.items()}
best = {name: RATES[int(np.argmin(steps))] for name, steps in needed.items()}
works = {name: sum(map(isfinite, steps)) for name, steps in needed.items()}
print("rule        fewest steps   at the rate   rates of the 25 that arrive")
for name, steps in needed.items():
    print(f"{name:10}  {min(steps):12}   {best[name]:11.3f}   {works[name]:27}")
lesson.check("fewest steps, momentum / SGD", min(needed["momentum"]) / min(needed["SGD"]), at_most=0.5)
lesson.check("fewest steps, Adam / SGD", min(needed["Adam"]) / min(needed["SGD"]), at_most=0.5)
lesson.check("rates that arrive, Adam / SGD", works["Adam"] / works["SGD"], at_least=1.5)

picture, axes = figure(9, 5)
for (name, steps), marker in zip(needed.items(), MARKERS):
    axes.loglog(RATES, [step if isfinite(step) else np.nan for step in steps], marker=marker, label=name)
axes.set(xlabel="learning rate", ylabel="steps until the loss is below 0.01")
axes.set_yticks([50, 100, 200, 500, 1000], [50, 100, 200, 500, 1000])
axes.minorticks_off()
picture.legend(loc="outside right center")
lesson.show(
    "needed", picture, "Steps that each rule needs in the valley; no marker: it does not arrive in 1000"
)

# %% [markdown]
# Here are the first 60 steps of each, at its best rate. SGD jumps from wall to wall: its rate is as large as
# the steep direction allows, and for the flat one that is little. Momentum swings, and gains speed along the
# floor. Adam goes down both directions alike at first: its path begins as a diagonal. RMSProp does, too, but
# it does not come to rest: the mean it divides by becomes small with the gradient, so that its steps stay
# about as long as the learning rate. It arrives only with small rates.

# %%
picture, panels = figure(10, 6.5, 2, 2, sharex=True, sharey=True)
across, up = np.meshgrid(np.linspace(-2.5, 4.5, 141), np.linspace(-1.3, 1.3, 105))
for axes, (name, rule) in zip(panels.flat, RULES.items()):
    path = np.array(walk(*rule, best[name], 60))
    axes.contour(across, up, valley((across, up)), [0.01, 0.3, 1, 3, 10, 30, 70], colors=GREY, linewidths=0.8)
    axes.plot(*path.T, "o-", color=BLUE, markersize=4, linewidth=1.5)
    axes.plot(*path[-1], "D", color=ORANGE, markersize=10)
    axes.plot(0.0, 0.0, "+", color=INK, markersize=14, markeredgewidth=2)
    axes.set(title=f"{name}, lr {best[name]:.3f}", xlim=(-2.5, 4.5), ylim=(-1.3, 1.3))
    axes.grid(False)
picture.supxlabel("w1", fontsize=15)
picture.supylabel("w2", fontsize=15)
lesson.show(
    "paths", picture, "60 steps from (4, 1); the diamond is where each rule is then, the cross is the goal"
)

# %% [markdown]
# ## The notes' Adam
# The notes write $W \leftarrow W - \eta \cdot \frac{m_t}{\sqrt{v_t} + \epsilon}$: the corrections $1 -
# \beta_1^t$ and $1 - \beta_2^t$ are missing. Since $m$ and $v$ begin at 0, both are too small at first, but
# not by the same factor: after one step $m = 0.1\, g$ and $v = 0.001\, g^2$.


# %%
def notes_adam(w, g, kept, t, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = kept
    m = beta1 * m + (1.0 - beta1) * g
    v = beta2 * v + (1.0 - beta2) * g * g
    return w - lr * m / (v**0.5 + eps), (m, v)


def lengths(rule, steps):
    """How long the steps of a rule that keeps two numbers are, in learning rates, if the gradient is 1."""
    w, kept, found = 0.0, (0.0, 0.0), []
    for t in range(1, steps + 1):
        moved, kept = rule(w, 1.0, kept, t, 1.0)
        found.append(w - moved)
        w = moved
    return found


corrected, bare = lengths(adam, 3000), lengths(notes_adam, 3000)
longest = int(np.argmax(bare)) + 1
double = sum(length > 2.0 for length in bare)

# %%
lesson.predict("How many learning rates long is the first step of the notes' Adam?", bare[0])
picture, axes = figure()
for (name, found), marker in zip({"the notes' Adam": bare, "Adam": corrected}.items(), MARKERS):
    axes.semilogx(range(1, 3001), found, marker=marker, markevery=0.1, label=name)
axes.set(xlabel="step", ylabel="length of a step, in learning rates", ylim=(0, 7))
axes.legend()
lesson.show("lengths", picture, "Without the correction, Adam's first hundreds of steps are too long")

# %%
lesson.check("Adam: longest step, in learning rates", max(corrected), equals=1.0, within=1e-6)
lesson.check("the notes' Adam: first step, in learning rates", bare[0], equals=10**0.5, within=1e-4)
lesson.check("the notes' Adam: longest step, in learning rates", max(bare), equals=6.57, within=0.01)
lesson.check("which is its step number", longest, equals=12)
lesson.check("steps that are more than twice as long as the rate", double, equals=287)

# %% [markdown]
# So the notes' rule is Adam with a learning rate that begins at $3.16\, \eta$, rises to $6.57\, \eta$ and
# falls to $\eta$: with the schedule $\eta\,(1 - \beta_1^t) / \sqrt{1 - \beta_2^t}$. In `nn` a schedule is a
# function of the steps taken before, and it can be checked:


# %%
def too_long(steps):
    t = steps + 1
    return 0.01 * (1.0 - 0.9**t) / (1.0 - 0.999**t) ** 0.5


apart = apart_from(walk(notes_adam, 2, 0.01, 200), Adam(map(Value, START), lr=too_long))
lesson.check("the notes' Adam and Adam with that schedule: largest difference", apart, at_most=1e-6)

# %% [markdown]
# ## What it costs, what it gains
# A net of two hidden layers on 100 moons, and each rule with learning rates from 0.001 to 1. The number is
# the loss after 100 steps on all samples, the median of some nets. A rule of one's own is a subclass of
# `Optimizer` with an `update`; the one for the notes' Adam is three lines.


# %%
class NotesAdam(Optimizer):
    entries = ("m", "v")

    def update(self, w, g, state, lr, step):
        w, (m, v) = notes_adam(w, g, (state["m"], state["v"]), step, lr)
        return w, {"m": m, "v": v}


X, y = make_moons(100, noise=0.15, seed=seed)
model = MLP(2, [12, 12, 1], "tanh", seed=seed)
loss = compile(lambda x, target: binary_cross_entropy(model(x), target), backend="numpy")
NETS = range(seed, seed + (2 if quick else 5))
GRID = [0.01, 0.03, 0.1, 0.3, 1.0] if quick else [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0]


def final_loss(make_optimizer, net, steps=100):
    """The loss on all samples after some steps, from the first weights of this net."""
    model.load_state_dict(MLP(2, [12, 12, 1], "tanh", seed=net).state_dict())
    with loss.training(make_optimizer(model.parameters())) as step:
        step.over(X, y, [range(len(X))] * steps)
    return float(loss(X, y).mean())


# %%
makers = {
    "SGD": lambda parameters, lr: SGD(parameters, lr=lr),
    "momentum": lambda parameters, lr: SGD(parameters, lr=lr, momentum=0.9),
    "RMSProp": lambda parameters, lr: RMSProp(parameters, lr=lr),
    "Adam": lambda parameters, lr: Adam(parameters, lr=lr),
    "the notes' Adam": lambda parameters, lr: NotesAdam(parameters, lr=lr),
}
finals = {}
for name, make in lesson.progress(makers.items(), "rules", "rules"):
    finals[name] = [
        float(np.median([final_loss(lambda p, make=make, lr=lr: make(p, lr), net) for net in NETS]))
        for lr in GRID
    ]
print(f"{'rate':15}" + "".join(f"{lr:>9}" for lr in GRID))
for name, losses in finals.items():
    print(f"{name:15}" + "".join(f"{number:9.4f}" for number in losses))

# %%
picture, axes = figure(9, 5.5)
for (name, losses), marker in zip(finals.items(), MARKERS):
    axes.loglog(GRID, losses, marker=marker, label=name)
axes.set(xlabel="learning rate", ylabel="loss after 100 steps (nats)")
picture.legend(loc="outside upper center", ncols=3)
lesson.show("rates", picture, f"100 moons, 100 steps on all of them, the median of {len(NETS)} nets")

# %%
ours, theirs = (dict(zip(GRID, finals[name])) for name in ("Adam", "the notes' Adam"))
lesson.check("loss at rate 0.01, the notes' Adam / Adam", theirs[0.01] / ours[0.01], at_most=0.5)
lesson.check("loss at rate 0.3, the notes' Adam / Adam", theirs[0.3] / ours[0.3], at_least=3.0)
best = {name: GRID[int(np.argmin(losses))] for name, losses in finals.items()}
lesson.check("best rate, Adam / the notes' Adam", best["Adam"] / best["the notes' Adam"], at_least=3.0)
share = min(finals["the notes' Adam"]) / min(finals["Adam"])
lesson.check("loss at the best rate, the notes' Adam / Adam", share, at_least=0.1, at_most=10.0)
share = min(finals["momentum"]) / min(finals["Adam"])
lesson.check("loss at the best rate, momentum / Adam", share, at_least=0.1, at_most=10.0)

# %% [markdown]
# Read the two lines of Adam together: the notes' line is the other one, moved to smaller rates. With a rate
# that is too small, the long first steps are a gain. With one that is right for Adam, they throw the weights
# so far that most neurons of the first layer are *saturated*: their tanh is nearly −1 or 1, its slope nearly
# 0, and hardly any gradient passes.


# %%
def saturated(make, lr):
    """The share of outputs of the first layer beyond 0.99, after training, over all samples."""
    final_loss(lambda parameters: make(parameters, lr), seed)
    return float(np.mean([abs(output.data) > 0.99 for x in X.tolist() for output in model.layers[0](x)]))


lesson.check("rate 0.3, Adam: share of saturated outputs", saturated(makers["Adam"], 0.3), at_most=0.6)
lesson.check(
    "rate 0.3, the notes' Adam: the same share", saturated(makers["the notes' Adam"], 0.3), at_least=0.7
)

# %% [markdown]
# At their best rates the two end within a factor of ten of each other. So the correction does not make Adam
# better; it makes the learning rate mean what it says, from the first step on. (RMSProp has no correction
# either: with a decay of 0.99 its first step is ten learning rates long.) And no rule is the best one:
# momentum at its best rate ends within a factor of ten of Adam at its best.
#
# ## Weight decay: Adam and AdamW
# A penalty $\frac{\lambda}{2} w^2$ in the loss adds $\lambda w$ to the gradient. (The notes' $\lambda \sum
# w^2$ has no half, so $2 \lambda w$.) With SGD that makes each weight a little smaller at each step, by the
# factor $1 - \eta \lambda$. With Adam it does not, since Adam divides the gradient by its size. Take a weight
# on which the loss does not depend: its gradient is $\lambda w$ alone. Guess first: how much further does
# Adam go with $\lambda = 0.1$ than with $\lambda = 0.001$?


# %%
def decayed(kind, decay, steps=50):
    """A weight of 1 on which the loss does not depend, after some steps with this weight decay."""
    weight, other = Value(1.0), Value(1.0)
    optimizer = kind([weight, other], lr=0.01, weight_decay=decay)
    for _ in range(steps):
        optimizer.zero_grad()
        (other * other).backward()
        optimizer.step()
    return weight.data


strong, weak = decayed(Adam, 0.1), decayed(Adam, 0.001)
print(f"Adam:  {strong:.6f} with a decay of 0.1, {weak:.6f} with 0.001")
print(f"AdamW: {decayed(AdamW, 0.1):.6f} with a decay of 0.1, {decayed(AdamW, 0.001):.6f} with 0.001")
lesson.check("Adam: the two weights are apart by", abs(strong - weak), at_most=1e-3)
for decay in (0.1, 0.001):
    expected = (1.0 - 0.01 * decay) ** 50
    lesson.check(f"AdamW, decay {decay}: the weight", decayed(AdamW, decay), equals=expected, within=1e-12)

# %% [markdown]
# Adam takes 50 steps as long as the learning rate towards 0, however small the penalty is. AdamW (Loshchilov
# and Hutter 2019) takes the decay out of the gradient: each weight shrinks by $1 - \eta \lambda$, as with
# SGD.
#
# ## Exercises
# 1. *Nesterov's* momentum steps along $g + \mu v$, with the new $v$. Write the rule, and compare it with
#    `SGD(..., momentum=0.9, nesterov=True)`. How many steps does it need in the valley?
# 2. For which $\beta_2$ is the first step of the notes' Adam as long as the learning rate, if $\beta_1 =
#    0.9$? How long is its longest step then?
# 3. *Adagrad* adds up: $s \leftarrow s + g^2$, $w \leftarrow w - \eta\, g / (\sqrt{s} + \epsilon)$. Write it
#    as a subclass of `Optimizer`. How long is its 100th step, when the gradient is always 1, and what does
#    RMSProp change about that?
#
# Solutions: `python -m demos --solutions optimizers`, or `demos/solutions/optimizers.py`.
