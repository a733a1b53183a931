"""What needs an optional package that is not installed is skipped, and the package is named.

A test says so with `@pytest.mark.needs("llvmlite")`, or with `peer("micrograd")` where it compares with that
library. A file that cannot be imported without a package, its doctests included, stands in NEEDS. This is a
plugin, which `tests/conftest.py` registers, since a conftest speaks for its own folder alone.
"""

from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

NEEDS = {
    "autograd/compiler/backends/jax/*.py": "jax",
    "autograd/compiler/backends/llvm/*.py": "llvmlite",
    "demos/lesson.py": "matplotlib",
    "demos/pages/*.py": "nbconvert",
    "demos/palette.py": "matplotlib",
    "demos/showing.py": "matplotlib",
    "tests/autograd/compiler/in_processes.py": "jax",
    "tests/autograd/compiler/on_devices.py": "jax",
    "tests/autograd/compiler/test_contraction.py": "llvmlite",
    "tests/autograd/compiler/test_jax.py": "jax",
    "tests/autograd/compiler/test_llvm.py": "llvmlite",
    "tests/benchmarks/gpt_in_jax.py": "jax",
    "tests/benchmarks/scans.py": "jax",
    "tests/demos/test_outputs.py": "matplotlib",
    "tests/demos/pages/*.py": "nbconvert",
    "tests/demos/test_lesson.py": "matplotlib",
    "tests/viz/plots/test_plots.py": "matplotlib",
}
"""Patterns of files, and the package that they import."""


def lacks(packages):
    """The reason to skip what needs these packages; "" where all are installed."""
    missing = [package for package in packages if find_spec(package) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


def pytest_make_collect_report(collector):
    """Skip a file of NEEDS in place of importing it."""
    if isinstance(collector, pytest.Module):
        place = collector.path.relative_to(ROOT).as_posix()
        reason = lacks(package for pattern, package in NEEDS.items() if fnmatch(place, pattern))
        if reason:
            return pytest.CollectReport(collector.nodeid, "skipped", (place, None, f"Skipped: {reason}"), [])
    return None


def pytest_collection_modifyitems(items):
    """Skip the tests whose marks name a missing package; a browser is driven by playwright."""
    for item in items:
        marks = [*item.iter_markers("needs"), *item.iter_markers("peer")]
        packages = [package for mark in marks for package in mark.args]
        if item.get_closest_marker("browser"):
            packages.append("playwright")
        if reason := lacks(packages):
            item.add_marker(pytest.mark.skip(reason=reason))
