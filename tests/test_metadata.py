"""What a package's page says: the metadata, and the README as it stands there."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RELATIVE = re.compile(r"""\]\((?!https?:|#)|(?:src|srcset|href)=["'](?!https?:|#)""")


def description():
    """The README with the substitutions that the build makes."""
    text = (ROOT / "README.md").read_text("utf-8")
    for change in PROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(change["pattern"], change["replacement"], text)
    return text


def test_the_description_refers_to_nothing_relative():
    """A package's page has no files beside it: each picture is its words there, each link its text."""
    assert RELATIVE.search((ROOT / "README.md").read_text("utf-8"))
    assert not RELATIVE.search(description())
    assert "*A neuron as a computation graph: " in description()


def test_the_description_says_where_the_lessons_are():
    """Whoever installs the package and types `python -m demos` can read why there is no such module."""
    assert "folder `demos` of a clone" in description()


def test_every_python_that_is_named_is_allowed():
    """The versions in the classifiers are those from `requires-python` on; the tools read the same one."""
    named = re.findall(r"Python :: 3\.(\d+)", " ".join(PROJECT["project"]["classifiers"]))
    assert PROJECT["project"]["requires-python"] == f">=3.{min(map(int, named))}"
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py3{min(map(int, named))}"
