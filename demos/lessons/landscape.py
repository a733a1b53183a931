# %% [markdown]
# # Saddle points and local minima
#
# Four optimisers on one surface: which of them the saddle holds up, and which go into the wrong valley.
#
# **What you will learn**
# * how the Hessian's eigenvalues tell a saddle from a minimum
# * why plain gradient descent lingers at a saddle, and what momentum and Adam do about it
# * that two optimisers from one start can end in two minima
# * that where you start decides more than which optimiser you take
#
# Notes: *Challenges of Backpropagation, 3. Local Minima and Saddle Points*,
# *Advantages of Backpropagation, 6. Adaptability*
#
# Time: 45 minutes
#
# Builds on: `optimizers`

# %% tags=["parameters"]
seed, quick, out = 0, False, "out"

# %%
from math import hypot, sin

import numpy as np

import autograd
from autograd import Value, compile, grad, hessian, mean
from demos.films import Film
from demos.lesson import Lesson
from demos.palette import BLUE, ORANGE, figure
from nn import SGD, Adam, RMSProp

lesson = Lesson("landscape", seed, quick, out)

# %% [markdown]
# ## The smallest network with a landscape
# One neuron with a sine, and one weight behind it: $\hat y = w_2 \sin(w_1 x)$. It is to learn $\sin(6x)$ on
# 21 points, so that $w = (6, 1)$ is the answer; a little L2 penalty keeps the weights from running away.
# Two weights: the whole loss is a map.

# %%
xs = np.linspace(-1.0, 1.0, 21).tolist()
targets = [sin(6.0 * x) for x in xs]


def loss(w):
    w1, w2 = w
    errors = [w2 * autograd.sin(w1 * x) - target for x, target in zip(xs, targets)]
    return 0.5 * mean([error * error for error in errors]) + 0.001 * (w1 * w1 + w2 * w2)


# %% [markdown]
# ## Where the gradient is zero
# At a flat point the gradient says nothing; the second derivatives do. Newton's method finds flat points of
# any kind ($w \leftarrow w - H^{-1} g$), and the eigenvalues of the Hessian H there tell which kind: all
# positive, a minimum; one negative, a saddle, with a way down along its eigenvector.


# %%
def flat_point(w):
    """The flat point near w, by Newton's method, and the eigenvalues of the Hessian there."""
    for _ in range(20):
        w = (np.array(w) - np.linalg.solve(hessian(loss)(w), grad(loss)(w))).tolist()
    return w, np.linalg.eigvalsh(hessian(loss)(w))


places, curvatures = {}, {}
print("                     w1      w2     loss    eigenvalues of the Hessian")
for name, guess in {"saddle": [3.0, 0.0], "local minimum": [0.5, -1.0], "global minimum": [6.0, 1.0]}.items():
    places[name], curvatures[name] = flat_point(guess)
    low, high = curvatures[name]
    w1, w2 = places[name]
    print(f"{name:15} {w1:7.3f} {w2:7.3f} {loss(places[name]):8.4f}    {low:.4f}, {high:.4f}")
    lesson.check(f"{name}: norm of the gradient", hypot(*grad(loss)(places[name])), at_most=1e-9)
    if name == "saddle":
        lesson.check("saddle: one eigenvalue is negative, one positive", low < 0.0 < high, equals=True)
    else:
        lesson.check(f"{name}: both eigenvalues are positive", low > 0.0, equals=True)

# %% [markdown]
# The local minimum is no accident: there the sine is so slow that the net draws almost a *straight line*, and
# nearly the one that fits the data best. Each small change makes the loss larger, so the net stays, with a
# loss almost six times that of the answer.

# %%
ratio = loss(places["local minimum"]) / loss(places["global minimum"])
lesson.check("loss at the local minimum / at the global one", ratio, equals=5.8, within=0.1)
w1, w2 = places["local minimum"]
net_slope = w1 * w2  # of w2 sin(w1 x) at x = 0
best_slope = sum(x * target for x, target in zip(xs, targets)) / sum(x * x for x in xs)
lesson.check(
    "slope of the net there / of the best straight line", net_slope / best_slope, equals=1.0, within=0.1
)

# %% [markdown]
# ## Four optimisers, one start
# Each goes 800 steps from (2.6, 1.0). The learning rates suit each optimiser: a step of SGD is as long as the
# slope times its learning rate, a step of Adam about as long as its learning rate, whatever the slope.
# (RMSProp's first steps are up to ten times that: its mean of squares starts at 0.) Nothing here is random,
# so `--seed` changes nothing. The loss is compiled, which makes the steps faster; what they compute is the
# same.

# %%
optimisers = {
    "SGD": lambda parameters: SGD(parameters, lr=0.3),
    "momentum": lambda parameters: SGD(parameters, lr=0.3, momentum=0.9),
    "RMSProp": lambda parameters: RMSProp(parameters, lr=0.03),
    "Adam": lambda parameters: Adam(parameters, lr=0.1),
}


def descend(make_optimizer, start, steps=800):
    """The path: (w1, w2) before each step, and at the end."""
    w = [Value(number) for number in start]
    fast = compile(lambda: loss(w), batched=False, backend="numpy")
    optimizer = make_optimizer(w)
    path = [start]
    for _ in range(steps):
        optimizer.zero_grad()
        fast.backward()
        optimizer.step()
        path.append([w[0].data, w[1].data])
    return path


def near_saddle(path):
    """The steps of the path that are within 0.5 of the saddle."""
    return [at for at, w in enumerate(path) if hypot(*np.subtract(w, places["saddle"])) < 0.5]


START = [2.6, 1.0]
paths = {name: descend(make, START) for name, make in optimisers.items()}
around = {name: near_saddle(path) for name, path in paths.items()}
steps_near = {name: len(inside) for name, inside in around.items()}
ends = {
    name: min(places, key=lambda place: hypot(*np.subtract(path[-1], places[place])))
    for name, path in paths.items()
}
distances = {name: hypot(*np.subtract(path[-1], places[ends[name]])) for name, path in paths.items()}
print("\n            steps near the saddle   is nearest to     distance     loss")
for name, path in paths.items():
    print(f"{name:10}  {steps_near[name]:21}   {ends[name]:16}{distances[name]:10.3f}{loss(path[-1]):9.4f}")

lesson.check("steps of SGD near the saddle", steps_near["SGD"], at_least=50)
for name in ("momentum", "RMSProp", "Adam"):
    share = steps_near[name] / steps_near["SGD"]
    lesson.check(f"{name}: steps near the saddle / those of SGD", share, at_most=0.5)
for name, place in {"SGD": "local", "momentum": "local", "RMSProp": "global", "Adam": "global"}.items():
    lesson.check(f"{name} is in the valley of the {place} minimum", ends[name], equals=f"{place} minimum")
for name in ("momentum", "RMSProp", "Adam"):
    lesson.check(f"{name}: distance from its minimum after 800 steps", distances[name], at_most=0.15)
lesson.check("SGD: distance from its minimum after 800 steps", distances["SGD"], at_least=0.1, at_most=0.3)

# %% [markdown]
# Close to the saddle SGD's distance from it grows by the factor $1 + \eta |\lambda|$ per step, λ the
# negative eigenvalue: here about 1.03, so that it takes twenty-five steps to double. Momentum adds up these
# small pushes. RMSProp and Adam divide the gradient by its own size, so that a small slope moves them as
# fast as a large one: all four come near the saddle in their first five steps, and these two leave it
# after a few more.

# %%
growth = 1.0 - 0.3 * curvatures["saddle"][0]
lesson.check("SGD at the saddle: growth per step", growth, at_least=1.01, at_most=1.06)
doubling = float(np.log(2.0) / np.log(growth))
lesson.check("steps that double the distance", doubling, equals=25, within=1)

for name, inside in around.items():
    print(f"{name:10} is near the saddle from step {inside[0]} to step {inside[-1]}")
latest = max(inside[0] for inside in around.values())
lesson.check("last of the four to come near the saddle, step", latest, equals=5)
quickly = max(around[name][-1] for name in ("RMSProp", "Adam"))
lesson.check("RMSProp and Adam: last step near the saddle", quickly, at_most=15)
lesson.check("SGD: last step near the saddle", around["SGD"][-1], at_least=60)

# %% [markdown]
# SGD is in the valley of the local minimum, but not yet at its end. The floor of this valley is nearly flat:
# its small eigenvalue is 0.007, so that along it each step takes away only $\eta \lambda$ = 0.2 % of the
# distance. It is on its way, and four times as many steps bring it there.

# %%
shrinks = 0.3 * curvatures["local minimum"][0]
lesson.check(
    "SGD on the floor of the valley: share of the distance that a step takes away",
    100 * shrinks,
    equals=0.2,
    within=0.02,
    unit="%",
)
longer = descend(optimisers["SGD"], paths["SGD"][-1], steps=2400)[-1]
remains = hypot(*np.subtract(longer, places["local minimum"]))
lesson.check("SGD: distance from its minimum after 3,200 steps", remains, at_most=0.01)

# %% [markdown]
# ## The paths, drawn
# A compiled loss takes a whole grid of weights at once. The colours mean the height: dark is low.

# %%
# fmt: off
LOOKS = {  # light colours, for a dark map
    "SGD":      ("#ff9a52", "-",  "o"),
    "momentum": ("#f4f4f4", "--", "s"),
    "RMSProp":  ("#f7b6dd", "-.", "^"),
    "Adam":     ("#7ef0c8", ":",  "D"),
}
# fmt: on
across, up = np.linspace(0.0, 7.0, 90), np.linspace(-1.5, 1.5, 60)
grid = np.array([(w1, w2) for w2 in up for w1 in across])
heights = compile(lambda w1, w2: loss([w1, w2]), backend="numpy")(grid[:, 0], grid[:, 1]).reshape(60, 90)


def draw_map():
    """The surface with its three flat points, and an empty line for each optimiser."""
    picture, axes = figure(9, 6)
    shown = axes.contourf(across, up, heights, levels=np.linspace(0.0, 1.0, 21), cmap="cividis", extend="max")
    picture.colorbar(shown, label="loss", ticks=[0, 0.25, 0.5, 0.75, 1])
    for (name, place), marker in zip(places.items(), "X*P"):
        axes.plot(
            *place, marker, color="#ffe14d", markeredgecolor="#0b0b0b", markersize=16, label=name, zorder=5
        )
    lines = {
        name: axes.plot([], [], dash, color=color, marker=marker, markeredgecolor="#0b0b0b", label=name)[0]
        for name, (color, dash, marker) in LOOKS.items()
    }
    axes.plot(*START, "o", color="#0b0b0b", markeredgecolor="#f4f4f4", markersize=11, label="start")
    axes.set(xlabel="weight w1", ylabel="weight w2", xlim=(0.0, 7.0), ylim=(-1.5, 1.5))
    look = {"labelcolor": "#f4f4f4", "facecolor": "#30343a"}
    picture.legend(loc="outside lower center", ncols=4, **look)
    return picture, axes, lines


def show_until(step, lines):
    """Let each line show its path up to this step, with a marker where the optimiser is."""
    for name, line in lines.items():
        line.set_data(*np.transpose(paths[name][: step + 1]))
        line.set_markevery([min(step, len(paths[name]) - 1)])


picture, axes, lines = draw_map()
show_until(800, lines)
axes.set_title("From (2.6, 1.0), 800 steps: two valleys")
lesson.show(
    "paths",
    picture,
    "SGD and momentum go into the valley of the local minimum, RMSProp and Adam into that of the global one",
)

# %% [markdown]
# The same as a film: step by step at first, then faster.

# %%
count = 8 if quick else 36
moments = sorted({round(800 * (frame / (count - 1)) ** 2.2) for frame in range(count)})
picture, axes, lines = draw_map()


def show_step(step):
    """The paths up to this step, and its number."""
    show_until(step, lines)
    axes.set_title(f"step {step}")


film = Film(picture, [*lines.values(), axes.title], show_step, moments)
lesson.show("descent", film, "The four optimisers on their way, from the same start")

# %% [markdown]
# ## Where you start decides
# 20 × 12 starts for each optimiser. Instead of 240 runs we make one: add up the losses of 240 little
# networks. Each weight is in one of the losses, so its gradient is what it would be alone, and one compiled
# training step moves all.

# %%
columns, rows = (12, 8) if quick else (20, 12)
starts = [
    [w1, w2] for w2 in np.linspace(-1.5, 1.5, rows).tolist() for w1 in np.linspace(0.5, 7.0, columns).tolist()
]
nets = [[Value(number) for number in start] for start in starts]
total = compile(lambda: autograd.sum([loss(w) for w in nets]), batched=False, backend="numpy")


def basins(make_optimizer):
    """For each start, whether it leads to the global minimum."""
    for net, start in zip(nets, starts):
        for weight, number in zip(net, start):
            weight.data = number
    with total.training(make_optimizer([weight for net in nets for weight in net])) as step:
        for _ in range(150 if quick else 400):
            step()
    ends = np.array([[weight.data for weight in net] for net in nets])
    return np.linalg.norm(ends - places["global minimum"], axis=1) < 1.0


reached = {name: basins(make) for name, make in lesson.progress(optimisers.items(), "starts", "optimisers")}
picture, grid_of_axes = figure(10, 6.5, 2, 2, sharex=True, sharey=True)
print("\n            starts that lead to the global minimum")
for axes, (name, good) in zip(grid_of_axes.flat, reached.items()):
    print(f"{name:10}  {good.mean():.0%}")
    for color, marker, chosen in ((BLUE, "o", good), (ORANGE, "x", ~good)):
        axes.plot(*np.array(starts)[chosen].T, marker, color=color, markersize=6, linestyle="none")
    axes.set_title(f"{name}: {good.mean():.0%}")
picture.supxlabel("w1 at the start", fontsize=15)
picture.supylabel("w2 at the start", fontsize=15)
lesson.show(
    "starts", picture, "Starts that end in the global minimum (blue dots) and those that do not (crosses)"
)

shares = [float(good.mean()) for good in reached.values()]
lesson.check("largest share - smallest, over the optimisers", max(shares) - min(shares), at_most=0.15)
alike = float(np.mean([len(set(each)) == 1 for each in zip(*(good.tolist() for good in reached.values()))]))
lesson.check("share of starts that all four optimisers end alike", alike, at_least=0.8)
right = np.array(starts)[:, 0] >= 4.0
for name, good in reached.items():
    lesson.check(
        f"{name}: share of starts with w1 of 4 or more that succeed", float(good[right].mean()), at_least=0.9
    )

# %% [markdown]
# The four maps are nearly the same. Our start (2.6, 1.0), from which two optimisers went one way and two the
# other, is one of the few near a border. From most starts it is the start that decides, not the optimiser,
# and so the notes name "careful weight initialization" beside momentum. What the optimisers change is the
# speed, most of all at saddles, of which large networks have far more than bad local minima (Dauphin et al.
# 2014).
#
# ## Exercises
# 1. Start exactly on the saddle. Who moves? Then call `nn.gradient_noise(w, 0.05, generator)` after each
#    `backward()`, which adds a little random noise to every gradient, and count the steps until the distance
#    is 0.5.
# 2. Adam scales each coordinate on its own. Turn the map: with $u = (w_1 + w_2)/\sqrt 2$ and $v = (w_2 -
#    w_1)/\sqrt 2$ as the parameters, where do SGD and Adam end from the same start?
# 3. How many random starts from the square of side 14 around 0 do you need to find an answer with a loss
#    below 0.05 with 99 % certainty, by SGD? (Far out the slope is steep: take a learning rate of 0.1, and
#    1000 steps.)
#
# Solutions: `python -m demos --solutions landscape`, or `demos/solutions/landscape.py`.
