"""Names that other libraries have: an error says what takes their place here, and what it says is true."""

import ast
import builtins
import copy
import inspect
import pydoc
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec

import pytest

import autograd
import nn
import viz
from autograd import Value
from autograd.neighbours import AUTOGRAD, VALUE
from nn.neighbours import MODULE, NN, OPTIMIZER

PACKAGES = {"autograd": AUTOGRAD, "nn": NN}
CLASSES = {Value: VALUE, nn.Module: MODULE, nn.Optimizer: OPTIMIZER}
INSTANCES = {Value: Value(1.0), nn.Module: nn.MLP(2, [3, 1]), nn.Optimizer: nn.Adam([Value(1.0)])}

THINGS = {"nn": nn, "autograd": autograd, "viz": viz, "v": INSTANCES[Value], "loss": INSTANCES[Value]}
THINGS |= {"model": INSTANCES[nn.Module], "optimizer": INSTANCES[nn.Optimizer]}
VARIABLES = """
_ x y z f v p X dx xs ys rows name low high nin nout nhidden width heads channels filters kernel size
prediction target logit logits score samples saved path parameters limit layers buffers update
"""
"""What a hint may call a number, a function, a list."""


def by_name(tables):
    return [(owner, name, hint) for owner, table in tables.items() for names, hint in table.items()
            for name in names.split()]  # fmt: skip


names = pytest.mark.parametrize(("package", "name", "hint"), by_name(PACKAGES))
attributes = pytest.mark.parametrize(("kind", "name", "hint"), by_name(CLASSES))
hints = pytest.mark.parametrize(("owner", "hint"), [(o, h) for o, _, h in by_name(PACKAGES | CLASSES)])


@names
def test_name_of_a_neighbour_is_not_there_and_its_error_says_what_is(package, name, hint):
    """As an attribute, as a module, in `from` imports; and still an AttributeError and an ImportError."""
    module = sys.modules[package]
    assert not hasattr(module, name) and name not in dir(module)
    said = f"^{re.escape(f'{package} has no {name}: {hint}'.replace('`', ''))}$"
    with pytest.raises(AttributeError, match=said):
        getattr(module, name)
    for statement in (
        f"import {package}.{name}",
        f"import {package}.{name}.below",
        f"from {package} import {name}",
        f"from {package}.{name} import something",
    ):
        with pytest.raises(ImportError, match=said):
            exec(statement)


@attributes
def test_attribute_of_a_neighbour_is_not_there_and_its_error_says_what_is(kind, name, hint):
    """On the class and on its instances, which do not list it."""
    for owner in (kind, INSTANCES[kind]):
        assert not hasattr(owner, name)
        with pytest.raises(AttributeError, match=re.escape(f"has no {name}: {hint}".replace("`", ""))):
            getattr(owner, name)
    assert name not in dir(INSTANCES[kind])
    if kind is nn.Module:  # what a module is made of are its attributes
        module = nn.Module()
        setattr(module, name, [Value(1.0)])
        assert len(module.parameters()) == 1
    else:
        with pytest.raises(AttributeError, match=f"has no {name}: "):
            setattr(INSTANCES[kind], name, 1.0)


@pytest.mark.parametrize("kind", CLASSES)
def test_help_of_a_class_says_what_is_not_there(kind):
    """It lists what a class has, these names among them: each with its hint."""
    text = pydoc.render_doc(kind, renderer=pydoc.plaintext)
    for names, hint in CLASSES[kind].items():
        for name in names.split():
            assert f" |  {name}\n |      Not here: {hint}." in text


@hints
def test_what_a_hint_names_is_there(owner, hint):
    """Its code is Python: names and attributes in it are variables, or Python's, or ours; so are options."""
    package = owner if isinstance(owner, str) else owner.__module__.partition(".")[0]
    for code in re.findall("`(.*?)`", hint):
        tree = ast.parse(code)
        own = {argument.arg for node in ast.walk(tree) if isinstance(node, ast.Lambda)
               for argument in node.args.args}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, (ast.Name, ast.Attribute)) and not isinstance(node.ctx, ast.Store):
                found(node, package, own)
            elif isinstance(node, ast.ImportFrom):
                assert all(hasattr(sys.modules[node.module], alias.name) for alias in node.names)
            elif isinstance(node, ast.Call):
                check_call(node, found(node.func, package, own))


def found(node, package, own):
    """The thing that a name or an attribute in a hint stands for; None for a variable."""
    if isinstance(node, ast.Attribute):
        return getattr(found(node.value, package, own), node.attr)
    if not isinstance(node, ast.Name):
        return None
    module = sys.modules[package]
    if hasattr(module, node.id):
        return getattr(module, node.id)
    known = node.id in THINGS or node.id in VARIABLES.split() or node.id in own
    assert known or hasattr(builtins, node.id), node.id
    return THINGS.get(node.id)


def check_call(node, function):
    """Its arguments fit the signature, as far as a hint gives them."""
    if function is not None and function not in vars(builtins).values():
        given = [argument for argument in node.args if not isinstance(argument, ast.Starred)]
        inspect.signature(function).bind_partial(*given, **{word.arg: word.value for word in node.keywords})


@hints
def test_hint_names_something(owner, hint):
    """No hint is without a word of code, or a plain sentence on what to write."""
    assert "`" in hint or re.search("plain|Python's own|leave it out|assign", hint)


def test_other_names_are_refused_in_pythons_words():
    """A name that nobody has means nothing."""
    for package in PACKAGES:
        with pytest.raises(AttributeError, match=f"^module '{package}' has no attribute 'tangent'$"):
            sys.modules[package].tangent
        with pytest.raises(ImportError, match="cannot import name 'tangent'"):
            exec(f"from {package} import tangent")
        assert find_spec(f"{package}.tangent") is None


def test_attributes_of_ones_own_may_have_such_names():
    """Of an instance, of a class, of a dataclass: the hint gives way."""

    class Classifier(nn.Module):
        def __init__(self):
            self.weights = [Value(1.0)]

        def fit(self):
            return "fitted"

    @dataclass(eq=False)
    class Pair(nn.Module):
        weights: list
        predict: object = None

    model = Classifier()
    assert (model.fit(), len(model.parameters())) == ("fitted", 1)
    assert {"fit", "weights"} <= set(dir(model))
    assert copy.deepcopy(model).weights[0].data == 1.0
    del model.weights
    assert not hasattr(model, "weights")
    assert len(Pair([Value(2.0)]).parameters()) == 1 and Pair([]).predict is None
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'weights'"):
        Pair()


def test_files_of_another_autograd_are_found_before_a_hint(tmp_path):
    """Where HIPS autograd shares the folder, its modules are there: what is said is for `namesake` to say."""
    (tmp_path / "misc").mkdir()
    (tmp_path / "misc" / "__init__.py").write_text("there = True")
    add = f"import autograd; autograd.__path__.append({str(tmp_path)!r})"
    program = f"{add}; import autograd.misc as misc; print(misc.there)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr
    assert "differential_operators" not in " ".join(AUTOGRAD)  # by which `namesake` knows the other one
