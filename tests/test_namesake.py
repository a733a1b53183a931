"""The packages together: `autograd` is ours, or `nn` and `viz` say at once what is wrong and what to do."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from tests.copying import copy_package

LIBRARIES = Path(numpy.__file__).parents[1]
HIPS = "from autograd.differential_operators import grad"


class Environment:
    """A folder as pip fills it, with our packages in it, and perhaps HIPS's `autograd`."""

    def __init__(self, folder):
        self.site, self.elsewhere = folder / "site packages", folder / "elsewhere"
        self.elsewhere.mkdir()
        (self.site / "pip").mkdir(parents=True)
        (self.site / "pip/__init__.py").touch()

    def install_ours(self, place=None, **origin):
        """Our files, written over what is there; `origin` is what pip notes of where they came from."""
        place = place or self.site
        for package in ("autograd", "nn", "viz"):
            copy_package(package, place)
        self._note("seegrad", "0.1.0")
        if origin:
            (self.site / "seegrad-0.1.0.dist-info/direct_url.json").write_text(json.dumps(origin))

    def install_hips(self):
        """HIPS's files, as far as they matter, written over what is there."""
        folder = self.site / "autograd"
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").write_text(HIPS)
        (folder / "differential_operators.py").write_text("def grad(f): return f")
        self._note("autograd", "1.9.1")

    def uninstall_hips(self):
        """As pip does it: each file that it wrote goes, whoever has written over it since."""
        (self.site / "autograd/__init__.py").unlink()
        (self.site / "autograd/differential_operators.py").unlink()
        shutil.rmtree(self.site / "autograd-1.9.1.dist-info")

    def _note(self, name, version):
        folder = self.site / f"{name}-{version}.dist-info"
        folder.mkdir(exist_ok=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")

    def said(self, package, *places):
        """What `import package` says, from a folder that is elsewhere: its last lines, or nothing."""
        program = f"try:\n    import {package}\nexcept ImportError as error:\n    print(error)"
        path = os.pathsep.join(map(str, [*(places or [self.site]), LIBRARIES]))
        done = subprocess.run(
            [sys.executable, "-S", "-B", "-c", program],  # -S: nothing of the environment that runs the tests
            cwd=self.elsewhere,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def environment(tmp_path):
    return Environment(tmp_path.resolve())


packages = pytest.mark.parametrize("package", ["nn", "viz"])


@packages
def test_alone_it_says_nothing(environment, package):
    """With our packages alone nothing is wrong."""
    environment.install_ours()
    assert environment.said(package) == ""


@packages
@pytest.mark.parametrize("order", ["ours, then HIPS", "HIPS, then ours"])
def test_two_packages_of_one_name_are_refused(environment, package, order):
    """In either order, one error says what happened and gives the two commands that mend it."""
    steps = [environment.install_ours, environment.install_hips]
    for step in steps if order.startswith("ours") else reversed(steps):
        step()
    happened, uninstall, install = environment.said(package).splitlines()
    assert happened.startswith("HIPS autograd 1.9.1 and seegrad share an environment")
    assert uninstall.endswith("pip uninstall -y autograd")
    assert install.endswith("pip install --force-reinstall --no-deps seegrad")


@packages
def test_what_the_other_package_took_with_it_is_named(environment, package):
    """`pip uninstall autograd` deletes our own __init__.py: the error says so, and to install again."""
    environment.install_ours()
    environment.install_hips()
    environment.uninstall_hips()
    happened, install = environment.said(package).splitlines()
    assert "files of seegrad's autograd are missing" in happened
    assert install.endswith("pip install --force-reinstall --no-deps seegrad")


@packages
def test_a_clone_needs_no_second_command(environment, package, tmp_path):
    """Installed from a clone with -e, our files are apart from HIPS's: to uninstall that is enough."""
    clone = tmp_path.resolve() / "clone"
    environment.install_ours(clone, url=clone.as_uri(), dir_info={"editable": True})
    environment.install_hips()
    happened, uninstall = environment.said(package, environment.site, clone).splitlines()
    assert happened.startswith("HIPS autograd 1.9.1 and seegrad share an environment")
    assert uninstall.endswith("pip uninstall -y autograd")
    assert environment.said(package, clone, environment.site) == ""


@packages
def test_a_file_of_ones_own_called_autograd_is_named(environment, package):
    """A student's own `autograd.py` beside the script hides ours: the error says which file to rename."""
    environment.install_ours()
    (environment.elsewhere / "autograd.py").write_text("class Value: pass")
    said = environment.said(package, environment.elsewhere, environment.site)
    assert f"but Python finds {environment.elsewhere / 'autograd.py'}; rename that" in said


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (
            {"url": "file:///a/seegrad-0.1.0-py3-none-any.whl", "archive_info": {}},
            "/a/seegrad-0.1.0-py3-none-any.whl",
        ),
        ({"url": "file:///a/my%20clone", "dir_info": {}}, "'/a/my clone'"),
        ({"url": "file:///a/clone", "dir_info": {"editable": True}}, "-e /a/clone"),
        ({"url": "https://example.org/s.whl", "archive_info": {}}, "https://example.org/s.whl"),
        (
            {"url": "https://example.org/s.git", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}},
            "git+https://example.org/s.git@c0ffee",
        ),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="paths as POSIX shells quote them")
def test_the_remedy_installs_from_where_it_came(environment, origin, expected):
    """A wheel, a folder, a clone, an address, a repository: each is given to pip as it was."""
    environment.install_ours(**origin)
    environment.install_hips()
    assert environment.said("nn").splitlines()[-1].endswith(f"--no-deps {expected}")


def test_the_lessons_can_be_found_from_an_installed_package():
    """`help(autograd)` says which packages there are, and where the lessons are."""
    import autograd

    assert all(f"`{name}`" in autograd.__doc__ for name in ("nn", "viz", "python -m demos"))
    assert "clone" in autograd.__doc__
