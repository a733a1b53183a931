"""How the house is built: who may import whom, what a module may be called, how long the core's files are.

Every import counts, also one inside a function or under TYPE_CHECKING: who reads a file follows them all.
"""

import ast
import inspect
import shutil
import subprocess
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import autograd
import autograd.symbols
import nn
import viz

ROOT = Path(__file__).parents[1]


def in_turn(names):
    """A floor for each name: in the order in which they are read."""
    return [(name,) for name in names.split()]


FLOORS = {
    "autograd": [
        ("namesake", "neighbours", "errors", "symbols", "trees", "stored", "commands", "progress"),
        ("rules",),
        ("engine",),
        ("tools",),
        ("compiler", "micrograd"),
    ],
    "autograd.rules": in_turn(
        "notation limits reductions readings constants primitives javascript words table"
    ),
    "autograd.engine": in_turn(
        "graph messages operands recorders recording operators operator_templates operator_text printing "
        "sweep copying value functions"
    ),
    "autograd.tools": in_turn(
        "handwritten partials modes arrays variables transforms differences checking declaring events "
        "anomalies checkpointing"
    ),
    "autograd.micrograd": in_turn("operators children engine nn"),
    "autograd.compiler": [("program",), ("lowering",), ("backends",)],
    "autograd.compiler.backends": [
        ("accesses", "choosing", "parameter_table"),
        ("protocol", "bars"),
        ("host",),
        ("numpy", "llvm", "javascript", "jax"),
        ("auto",),
        ("registry",),
    ],
    "nn": [
        ("errors", "neighbours", "checks", "randomness", "states", "files", "saving"),
        ("layers",),
        ("optimizers",),
        ("data",),
        ("training",),
    ],
    "viz": [
        ("views",),
        ("formats", "screens"),
        ("documents", "explaining", "formulas", "plots", "diagnosis", "parsing"),
        ("drawings", "networks"),
        ("player",),
        ("live",),
    ],
    "demos.grade": [
        ("escapes", "searching"),
        ("submissions",),
        ("fencing",),
        ("inside",),
        ("trials",),
        ("running",),
        ("judging",),
        ("reports",),
    ],
}
"""What stands in each folder, from the ground up; its other modules, and its `__init__`, stand on top.

Folders on one floor know nothing of one another.
"""

LAZY = {
    ("autograd.namesake", "autograd"): "it asks which package has the name, and may find the other one",
    ("viz.live.optimizers", "nn"): "a page of training offers the optimisers that there are",
}
"""Imports that go up, or across, each inside a function, with the reason why."""

LONGEST = 350
"""Lines of a file of the core, which is read in one sitting."""


def modules(*packages):
    """The modules of packages by name, each with its path; `autograd.rules` stands for its `__init__`."""
    found = {}
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(source, known):
    """The modules among `known` that a source imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else node.module for name in inside}
    return found & set(known)


@cache
def imports(*packages):
    """What each module imports, from all of these packages."""
    known = modules(*packages)
    found = {name: imported(path.read_text(encoding="utf-8"), known) for name, path in known.items()}
    return {name: {other for other in others if (name, other) not in LAZY} for name, others in found.items()}


def circle(graph):
    """The modules of a circle of imports, in their order; none where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def floor(folder, name):
    """On which floor of a folder a module stands, and in which of its rooms."""
    room = name.removeprefix(folder).lstrip(".").partition(".")[0]
    for height, rooms in enumerate(FLOORS[folder]):
        if room in rooms:
            return height, room
    return len(FLOORS[folder]), room


def climbs(folder, graph):
    """The imports inside of a folder that go up, or across to another room of the same floor."""
    found = []
    for name, others in graph.items():
        for other in others:
            if all(f"{module}.".startswith(f"{folder}.") for module in (name, other)):
                (here, room), (there, other_room) = floor(folder, name), floor(folder, other)
                listed = here < len(FLOORS[folder])
                if there > here or (
                    listed and there == here and room != other_room and is_folder(folder, room)
                ):
                    found.append(f"{name} imports {other}")
    return found


def is_folder(folder, room):
    """Whether a room is a folder of its own."""
    return (ROOT / folder.replace(".", "/") / room).is_dir()


def test_no_module_is_in_a_circle_of_imports():
    """From each module one comes down to the ground, however one goes."""
    assert not circle(imports("autograd", "nn", "viz", "demos"))


def test_a_circle_would_be_found():
    """Also one that is closed inside a function, or for types alone."""
    known = {"a": 0, "a.b": 0, "a.c": 0}
    sources = {
        "a.b": "def f():\n    from a import c",
        "a.c": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a.b",
    }
    assert sorted(set(circle({name: imported(source, known) for name, source in sources.items()}))) == [
        "a.b",
        "a.c",
    ]


@pytest.mark.parametrize("folder", FLOORS)
def test_each_folder_imports_downward_only(folder):
    """What stands lower is read, and understood, without what stands on it."""
    assert not climbs(folder, imports("autograd", "nn", "viz", "demos"))


def test_the_engine_knows_neither_networks_nor_pictures():
    """autograd imports neither nn nor viz; nn and viz do not import one another, but for LAZY."""
    graph = imports("autograd", "nn", "viz", "demos")
    below = {"autograd": {"autograd"}, "nn": {"autograd", "nn"}, "viz": {"autograd", "viz"}}
    for name, others in graph.items():
        package = name.partition(".")[0]
        assert {other.partition(".")[0] for other in others} <= below.get(
            package, {"autograd", "nn", "viz", "demos"}
        ), name


def test_who_does_not_ask_for_micrograds_contract_does_not_load_it():
    """Nothing but the user's own import names `autograd.micrograd`."""
    asking = {
        name
        for name, others in imports("autograd", "nn", "viz").items()
        if any(other.startswith("autograd.micrograd") for other in others)
    }
    assert asking and all(name.startswith("autograd.micrograd") for name in asking)


def test_what_stands_on_a_floor_exists():
    """A room that is moved takes its line of FLOORS along."""
    for folder, floors in FLOORS.items():
        assert {f"{folder}.{room}" for rooms in floors for room in rooms} <= set(
            modules(folder.partition(".")[0])
        )


def test_each_lazy_import_is_there_and_inside_a_function():
    """LAZY lists no more than there is."""
    known = modules("autograd", "nn", "viz")
    for (name, other), reason in LAZY.items():
        tree = ast.parse(known[name].read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        assert reason
        assert any(other in imported(ast.unparse(function), known) for function in functions)


@pytest.mark.parametrize("package", [autograd, nn, viz])
def test_no_module_is_named_like_a_public_function(package):
    """`from autograd import name` gives one thing, whatever was imported before."""
    functions = {name for name in dir(package) if inspect.isfunction(getattr(package, name))} | {"compile"}
    rooms = {part for name in modules(package.__name__) for part in name.split(".")[1:]}
    assert not functions & rooms


@pytest.mark.parametrize("folder", ["rules", "engine"])
def test_the_core_is_read_in_one_sitting(folder):
    """No file of the core is longer than some screens, but for the operators, which are printed."""
    lengths = {
        path.name: len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "autograd" / folder).glob("*.py")
        if path.name != "operators.py"
    }
    assert {name: lines for name, lines in lengths.items() if lines >= LONGEST} == {}


def test_the_top_level_holds_what_it_should():
    """A clone shows the packages, the lessons, the tests and four files; all else is hidden by a dot."""
    if not shutil.which("git"):
        pytest.skip("needs git")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip(f"git does not say which files belong to the repository: {listed.stderr.strip()}")
    shown = {line.partition("/")[0] for line in listed.stdout.splitlines() if not line.startswith(".")}
    files = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"}
    assert shown == {"autograd", "nn", "viz", "demos", "tests"} | files
