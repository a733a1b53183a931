"""Compiled WebAssembly between processes: compiled once, and never run when it may not be what was kept."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

wasmtime = pytest.importorskip("wasmtime")

from viz.formats import caching  # noqa: E402
from viz.formats.caching import cache_folder, load  # noqa: E402

WASM = bytes(wasmtime.wat2wasm('(module (func (export "answer") (result i32) i32.const 42))'))
posix = pytest.mark.skipif(os.name == "nt", reason="rights as POSIX has them")


@pytest.fixture
def folder(tmp_path):
    """Where it is kept: not there yet."""
    return tmp_path / "seegrad"


@pytest.fixture
def answer(monkeypatch, folder):
    """Loads as a new process would and runs it; the answer, and whether it had to compile."""
    compiled = []
    compiles = wasmtime.Module.__init__
    monkeypatch.setattr(
        wasmtime.Module, "__init__", lambda *given: (compiled.append(given), compiles(*given))[1]
    )

    def load_and_run(place=folder):
        before = len(compiled)
        engine = wasmtime.Engine()
        store = wasmtime.Store(engine)
        instance = wasmtime.Instance(store, load(engine, WASM, place), [])
        return instance.exports(store)["answer"](store), len(compiled) - before

    return load_and_run


def kept(folder):
    """The one file in it."""
    (path,) = folder.iterdir()
    return path


def test_it_is_compiled_once(answer, folder):
    """The second process finds it; both run the same code. Nobody else may read or write it."""
    assert [answer(), answer(), answer()] == [(42, 1), (42, 0), (42, 0)]
    if os.name != "nt":
        assert (folder.stat().st_mode & 0o777, kept(folder).stat().st_mode & 0o777) == (0o700, 0o600)


def flipped(data):
    """One bit is another."""
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]


def of_another_machine(data):
    """Whole, and nothing that this wasmtime can run."""
    return hashlib.sha256(b"other").digest() + b"other"


@pytest.mark.parametrize("damage", [flipped, of_another_machine, lambda data: data[:-1], lambda data: b""])
def test_what_is_damaged_is_compiled_anew(answer, folder, damage):
    """Cut, empty, a bit changed, made elsewhere: it is never run, and the next process finds a good one."""
    answer()
    kept(folder).write_bytes(damage(kept(folder).read_bytes()))
    assert [answer(), answer()] == [(42, 1), (42, 0)]


@posix
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_others_may_write_is_not_run(answer, folder, what):
    """Machine code that another user could have put there is left alone."""
    answer()
    place = kept(folder) if what == "file" else folder
    place.chmod(0o722)
    assert answer() == (42, 1)


@posix
def test_what_others_own_is_not_run(answer, folder, monkeypatch):
    """Nor is that of another user, and nothing is written beside it."""
    answer()
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    assert answer() == (42, 1)
    kept(folder)


@posix
def test_root_makes_no_folder_in_the_home_of_another(answer, folder, tmp_path, monkeypatch):
    """It would be root's, and of no use to whom it stands in the way."""
    if os.geteuid() == 0:
        os.chown(tmp_path, 65534, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert answer() == (42, 1)
    assert not folder.exists()


@posix
def test_links_are_not_followed_and_fifos_not_waited_for(answer, folder, tmp_path):
    """Only a regular file is read, in a folder that is one."""
    answer()
    path, elsewhere = kept(folder), tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert answer() == (42, 1)
    path.unlink()
    os.mkfifo(path)
    assert answer() == (42, 1)
    folder.rename(tmp_path / "real")
    folder.symlink_to(tmp_path / "real")
    assert answer() == (42, 1)


def test_where_nothing_can_be_kept_it_is_compiled(answer, tmp_path):
    """A file in the place of the folder, or no folder at all, is no error."""
    (tmp_path / "file").touch()
    assert answer(tmp_path / "file") == (42, 1)
    assert answer(tmp_path / "file" / "seegrad") == (42, 1)
    assert answer(None) == (42, 1)


def test_a_wasmtime_that_does_not_say_its_version_keeps_nothing(answer, folder, monkeypatch):
    """What another one compiled could not be told from what this one did."""

    def unknown(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(caching, "version", unknown)
    assert answer() == (42, 1)
    assert not folder.exists()


@pytest.mark.parametrize("stopped_by", [KeyboardInterrupt, PermissionError])
def test_what_stops_while_it_is_written_leaves_nothing(answer, folder, monkeypatch, stopped_by):
    """Neither a part of a file nor its beginning; Ctrl-C still stops."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(stopped_by()))
        if stopped_by is KeyboardInterrupt:
            with pytest.raises(KeyboardInterrupt):
                answer()
        else:
            assert answer() == (42, 1)
    assert not list(folder.iterdir())
    assert [answer(), answer()] == [(42, 1), (42, 0)]


def test_processes_at_once_leave_one_whole_file(answer, folder):
    """Each compiles, the last one's file stays, and nothing else does."""
    with ThreadPoolExecutor(8) as pool:
        assert {found for found, _ in pool.map(lambda _: answer(), range(32))} == {42}
    kept(folder)
    assert answer() == (42, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
def test_the_folder_is_where_the_system_keeps_such_things(monkeypatch, tmp_path):
    """XDG_CACHE_HOME if it is absolute, else ~/.cache; none where there is no home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == tmp_path / ".cache" / "seegrad"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == tmp_path / ".cache" / "seegrad"
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/cache/me")
    assert cache_folder() == Path("/var/cache/me/seegrad")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as for a user who has none
    assert cache_folder() is None


PICTURE = """
import wasmtime
compiled, compiles = [], wasmtime.Module.__init__
wasmtime.Module.__init__ = lambda *given: (compiled.append(1), compiles(*given))[1]
from autograd import Value
from viz import DrawingError, draw
from viz.formats.engines import layout
picture = draw(Value(2.0, label="x") * 3.0).svg
try:
    layout("digraph {")
except DrawingError:
    assert draw(Value(2.0, label="x") * 3.0).svg == picture
print(len(compiled), hash(picture))
"""


@pytest.mark.slow
def test_the_first_picture_of_a_second_process_compiles_nothing(tmp_path):
    """Nor does the first one after a failure; the pictures are the same."""
    (tmp_path / "bin").mkdir()
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(tmp_path),
        "LOCALAPPDATA": str(tmp_path),
        "HOME": str(tmp_path),
        "PATH": str(tmp_path / "bin"),
        "PYTHONHASHSEED": "0",
    }
    said = [
        subprocess.run(
            [sys.executable, "-c", PICTURE], env=environment, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    ]
    assert [compiled for compiled, _ in said] == ["1", "0"]
    assert said[0][1] == said[1][1]
