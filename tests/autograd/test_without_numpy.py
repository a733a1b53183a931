"""autograd in a Python that has no numpy, a browser's for example."""

import subprocess
import sys
import textwrap

WITHOUT = "import sys; sys.modules['numpy'] = None"


def run(program, *before):
    """Run a program in a fresh Python; what it prints."""
    text = "\n".join([*before, textwrap.dedent(program)])
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


EVERYTHING = """
import copy, math, pickle
import autograd
from autograd import *
from autograd.symbols import x, z

v = lambda number=0.5: Value(number)
cube = lambda x: x ** 3
raised = (AnomalyError, DomainError, GradientCheckError, GradientReport)

def in_anomaly_detection():
    with detect_anomaly():
        try:
            (v(1e300) * 1e300).backward()
        except AnomalyError:
            return True

@no_grad()
def unrecorded():
    return not (v() * v()).parents

families = {
    "dot": ([v()], [v()]), "select": (0, [v()]), "matvec": ([[v()]], [v()]), "clamp": (v(), 0.0, 1.0),
    "acosh": (v(1.5),),
    "where": (v(), 1.0, 2.0), "topological_order": (v(),), "primitive": ("one_more", x * x, 2 * x),
}
families |= {name: ([v(), v()],) for name in "sum logsumexp softmax log_softmax mean norm".split()}
families |= {name: (v(), v()) for name in "add sub mul div pow maximum minimum hypot atan2".split()}
transforms = {
    "grad": lambda: grad(grad(grad(cube)))(2.0) == 6.0,
    "value_and_grad": lambda: value_and_grad(cube)(2.0) == (8.0, 12.0),
    "elementwise_grad": lambda: elementwise_grad(lambda x: [x[0] ** 2, x[1]])([2.0, 3.0]) == [4.0, 1.0],
    "jacobian": lambda: jacobian(lambda x: [x[0] * x[1]])([2.0, 3.0]) == [[3.0, 2.0]],
    "hessian": lambda: hessian(lambda x: x[0] ** 2 * x[1])([2.0, 3.0]) == [[6.0, 4.0], [4.0, 0.0]],
    "jvp": lambda: jvp(cube, (2.0,), (1.0,)) == (8.0, 12.0),
    "hvp": lambda: hvp(cube, (2.0,), (1.0,)) == 12.0,
    "check_gradients": lambda: bool(check_gradients(lambda a, b: (a * b).tanh(), 0.5, -1.2)),
    "checkpoint": lambda: grad(grad(lambda x: checkpoint(cube, x)))(2.0) == 12.0,
    "detect_anomaly": in_anomaly_detection,
    "no_grad": unrecorded,
    "Value": lambda: repr(v()) == "Value(data=0.5, grad=0.0)",
}
for name in [*autograd.__all__, "sum", "abs", "pow"]:
    function = getattr(autograd, name)
    if name in transforms:
        assert transforms[name](), name
    elif function not in raised:
        function(*families.get(name, (v(),)))

for root in (copy.deepcopy(v().exp()), pickle.loads(pickle.dumps(v().exp())), copy.copy(v().exp())):
    root.backward()
    assert root.data == math.exp(0.5)

softsign = primitive("softsign", x / (1 + abs(x)), (1 - abs(z)) ** 2)
assert grad(grad(softsign))(3.0) == -0.03125
assert grad(sqrt)(0.0) == math.inf and grad(grad(sqrt))(0.0) == -math.inf
"""


def test_every_function_works_without_numpy():
    """All of `__all__` runs, derivatives of derivatives and limits included, where there is no numpy."""
    run(EVERYTHING, WITHOUT)


def test_autograd_leaves_numpy_alone():
    """Where numpy is installed, none of that imports it: nothing waits for it."""
    run(EVERYTHING + "\nimport sys\nassert 'numpy' not in sys.modules")


def test_compile_without_numpy_says_what_is_missing():
    """What does need arrays says so, asked for by attribute or by import."""
    for asked in ("import autograd; autograd.compile", "from autograd import compile"):
        said = run(f"try:\n    {asked}\nexcept ImportError as error:\n    print(error)", WITHOUT)
        assert said.startswith("autograd.compile makes array programs and needs numpy"), said
        assert "pip install numpy" in said
