"""What `autograd` exports, and what importing it brings along."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
from autograd.rules.table import TABLE

ROOT = Path(__file__).parents[2]

EXPORTED = autograd.__all__
BESIDES = ["abs", "pow", "sum"]


def run(code):
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_star_import_leaves_builtins_alone():
    """`from autograd import *` shadows neither abs, nor pow, nor sum."""
    namespace = {}
    exec("from autograd import *", namespace)
    assert not {"abs", "pow", "sum", "max", "min", "round"} & set(namespace)


def test_unknown_name_is_an_attribute_error():
    """As of any module, though some names are loaded when first asked for."""
    with pytest.raises(AttributeError, match="module 'autograd' has no attribute 'tangent'"):
        autograd.tangent


def test_every_row_is_exported():
    """Each primitive of the table but the engine's own identity."""
    assert set(TABLE) - {"identity"} <= {*EXPORTED, *BESIDES}


@pytest.mark.parametrize("name", [*EXPORTED, *BESIDES])
def test_everything_public_is_documented_and_typed(name):
    """A docstring that starts with a sentence; for functions, type hints on every argument and the result."""
    thing = getattr(autograd, name)
    assert inspect.getdoc(thing)
    if inspect.isfunction(thing):
        signature = inspect.signature(thing)
        assert signature.return_annotation is not signature.empty
        assert all(p.annotation is not p.empty for p in signature.parameters.values())


def test_importing_autograd_loads_neither_nn_nor_viz_nor_numpy():
    """The engine knows neither of them, needs no array, and starts with the standard library alone."""
    foreign = run(
        "import sys; before = set(sys.modules); import autograd\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new - set(sys.stdlib_module_names)))"
    )
    assert foreign == ["autograd"]


def test_scalar_work_loads_no_numpy():
    """Building, sweeping, copying and transforming on plain numbers never imports numpy."""
    code = (
        "import sys, copy, autograd; from autograd import Value, grad, checkpoint\n"
        "x = Value(2.0); y = (x * x).tanh() + checkpoint(lambda a: a.exp(), x) + autograd.sum([x, 1])\n"
        "y.backward(); copy.deepcopy(y); grad(lambda a: a**3)(2.0)\n"
        "print('numpy' in sys.modules)"
    )
    assert run(code) == ["False"]


def test_submodules_do_not_hide_functions():
    """No module bears the name of a public function, which importing it would replace."""
    code = (
        "import pkgutil, importlib, types, autograd\n"
        "for module in pkgutil.walk_packages(autograd.__path__, 'autograd.'):\n"
        "    try:\n"
        "        importlib.import_module(module.name)\n"
        "    except ModuleNotFoundError as error:\n"
        "        assert error.name in ('jax', 'llvmlite'), error\n"
        "names = [*autograd.__all__, 'abs', 'pow', 'sum']\n"
        "print(*[name for name in names if isinstance(getattr(autograd, name), types.ModuleType)])"
    )
    assert run(code) == []


@pytest.mark.parametrize(
    "module", [path.stem for path in sorted((ROOT / "autograd").glob("*.py")) if path.stem != "__init__"]
)
def test_any_module_may_be_imported_first(module):
    """No order of imports is hidden: each module of the package imports on its own."""
    assert run(f"import autograd.{module}; print(autograd.__version__)") == [autograd.__version__]


def test_package_is_typed():
    """py.typed is there."""
    assert (ROOT / "autograd" / "py.typed").exists()
