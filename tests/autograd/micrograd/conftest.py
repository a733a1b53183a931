"""The packages that code written for micrograd imports: ours in its place, and micrograd itself.

A test that takes `micrograd` makes the calls that extend a Value: it runs with `autograd.micrograd`, and with
the package from PyPI where it is installed, so the cells are held to the calls of both. A test that takes
`package`, or its `engine`, makes the calls that every Value answers, `autograd.Value` among them.
"""

from importlib import import_module
from types import SimpleNamespace

import pytest

import autograd
import nn

EXTENDABLE = [
    pytest.param("autograd.micrograd", id="autograd.micrograd"),
    pytest.param("micrograd", id="micrograd", marks=pytest.mark.peer("micrograd")),
]
PLAIN = pytest.param("autograd", id="autograd")


def imported(package):
    """The modules `engine` and `nn` of a package; for `autograd`, what its users import in their place."""
    if package == "autograd":
        return SimpleNamespace(engine=autograd, nn=nn)
    return SimpleNamespace(engine=import_module(f"{package}.engine"), nn=import_module(f"{package}.nn"))


@pytest.fixture(params=EXTENDABLE)
def micrograd(request):
    """A package with micrograd's whole contract."""
    return imported(request.param)


@pytest.fixture(params=[PLAIN, *EXTENDABLE])
def package(request):
    """A package with a Value and networks, whichever it is."""
    return imported(request.param)


@pytest.fixture
def engine(package):
    """The module that has the Value."""
    return package.engine
