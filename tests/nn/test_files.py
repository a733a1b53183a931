"""Where `save` writes and what it leaves: through links, into regular files alone, whole or not at all."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading

import pytest

import nn
from nn import files

posix = pytest.mark.skipif(os.name != "posix", reason="links, FIFOs and permissions of POSIX")
ordinary = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere"
)


@pytest.fixture
def model():
    return nn.Neuron(1, seed=0)


def holds(path, model):
    """Whether a file holds a model's state."""
    return json.loads(path.read_text())["parts"]["model"] == model.state_dict()


# ---- through links --------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("chain", [1, 3])
@pytest.mark.parametrize("relative", [True, False])
def test_saving_through_a_link_writes_its_target_and_keeps_the_link(tmp_path, model, exists, chain, relative):
    """Absolute or relative, one or several, to a file or to none as yet; nothing else is left anywhere."""
    (tmp_path / "runs").mkdir()
    (tmp_path / "links").mkdir()
    target = tmp_path / "runs" / "run7"
    if exists:
        target.write_text("old")
    to = os.path.join("..", "runs", "run7") if relative else target
    for place in range(chain):
        link = tmp_path / "links" / f"latest{place}"
        link.symlink_to(to)
        to = link.name if relative else link
    leads = os.readlink(link)
    model.save(link)
    assert os.readlink(link) == leads
    assert holds(target, model)
    assert not target.is_symlink()
    assert os.listdir(tmp_path / "runs") == ["run7"]
    assert len(os.listdir(tmp_path / "links")) == chain
    assert nn.Neuron(1).load(link).state_dict() == model.state_dict()


@posix
def test_a_link_to_itself_or_into_no_folder_is_refused(tmp_path, model):
    """Before any byte is written."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").symlink_to("missing/run")
    with pytest.raises(OSError, match=r"cannot save '.*/a': the link leads back to itself"):
        model.save(tmp_path / "a")
    with pytest.raises(FileNotFoundError, match=r"cannot save '.*/c': there is no folder '.*/missing'"):
        model.save(tmp_path / "c")
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "c"]


# ---- what is not a file ---------------------------------------------------------------------------


def fifo(path):
    os.mkfifo(path)


def bound(path):
    os.chdir(path.parent)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)


KINDS = {
    "a folder": os.mkdir,
    "a FIFO": fifo,
    "a socket": bound,
    "a device": lambda path: path.symlink_to(os.devnull),
}


@posix
@pytest.mark.parametrize("kind", KINDS)
def test_only_regular_files_are_replaced_and_read(tmp_path, monkeypatch, model, kind):
    """A folder, a FIFO, a socket, a device is refused by name, and stays what it is."""
    monkeypatch.chdir(tmp_path)
    KINDS[kind](tmp_path / "it")
    before = os.stat(tmp_path / "it")
    with pytest.raises(OSError, match=f"cannot save '.*/it': it is {kind}, and only regular files"):
        model.save(tmp_path / "it")
    with pytest.raises(nn.StateError, match=f"it is {kind}"):
        model.load(tmp_path / "it")
    assert os.stat(tmp_path / "it").st_ino == before.st_ino
    assert stat.S_IFMT(os.stat(tmp_path / "it").st_mode) == stat.S_IFMT(before.st_mode)
    assert os.listdir(tmp_path) == ["it"]


# ---- names ----------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("name", ["n" * 255, "é" * 127, ".hidden", "-f", " ", "a\nb", "ü.json", "*"])
def test_every_legal_name_is_a_path_to_save_to(tmp_path, model, name):
    """The longest too: the temporary file has a short name of its own."""
    model.save(tmp_path / name)
    assert os.listdir(tmp_path) == [name]
    assert nn.Neuron(1).load(tmp_path / name).state_dict() == model.state_dict()


def test_paths_that_name_no_file_are_refused(tmp_path, monkeypatch, model):
    """Empty, a folder's, too long; the error gives the path as it was given."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="cannot save to an empty path; give a file name"):
        model.save("")
    with pytest.raises(FileNotFoundError, match="''"):
        model.load("")
    with pytest.raises(IsADirectoryError, match="cannot save 'new/': it names a folder"):
        model.save("new/")
    with pytest.raises(OSError, match=r"cannot save 'nnn.*': "):
        model.save("n" * 300)
    with pytest.raises(FileNotFoundError, match="missing"):
        model.load("missing")
    model.save(b"bytes")
    assert os.listdir(tmp_path) == ["bytes"]


def test_save_and_load_say_what_they_take(tmp_path, model):
    """Parts by name, of kinds that have a state; before anything is read or written."""
    for call in (nn.save, nn.load):
        with pytest.raises(TypeError, match=r"takes a path and named parts, as (save|load)\(path, model=mod"):
            call(tmp_path / "m")
        with pytest.raises(TypeError, match=r"takes modules, optimisers, histories and random .*, got x=3"):
            call(tmp_path / "m", model=model, x=3)
        with pytest.raises(TypeError, match="got model=<class"):
            call(tmp_path / "m", model=nn.Neuron)
    assert os.listdir(tmp_path) == []
    model.save(tmp_path / "m")
    with pytest.raises(nn.StateError, match="has no 'net'; it has 'model'"):
        nn.load(tmp_path / "m", net=model)


# ---- permissions ----------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_permissions_of_new_files(tmp_path, model, mask, mode):
    """Those that the umask leaves; a file that is there keeps its own."""
    earlier = os.umask(mask)
    try:
        model.save(tmp_path / "m")
        assert stat.S_IMODE(os.stat(tmp_path / "m").st_mode) == mode
        os.chmod(tmp_path / "m", 0o640)
        model.save(tmp_path / "m")
        assert stat.S_IMODE(os.stat(tmp_path / "m").st_mode) == 0o640
    finally:
        os.umask(earlier)


@posix
@ordinary
def test_a_file_or_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path, model):
    """And stays as it is: a rename would need no permission for the file."""
    model.save(tmp_path / "m")
    before = (tmp_path / "m").read_text()
    model.b.data = 7.0
    (tmp_path / "m").chmod(0o444)
    with pytest.raises(PermissionError, match=r"cannot save '.*/m': the file is read-only"):
        model.save(tmp_path / "m")
    (tmp_path / "m").chmod(0o644)
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(PermissionError, match=r"cannot save '.*/m': there is no permission to write in"):
            model.save(tmp_path / "m")
        assert (tmp_path / "m").read_text() == before
    finally:
        tmp_path.chmod(0o755)


# ---- whole or not at all --------------------------------------------------------------------------

KILLED = """
import os, signal, sys
import nn
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
nn.Neuron(2, seed=1).save(sys.argv[1])
"""


@posix
@pytest.mark.slow
def test_what_a_killed_save_left_is_removed_by_the_next_of_that_path(tmp_path, model):
    """And only that: what another path's save left, or a save that is still running, stays."""
    model.save(tmp_path / "m")
    before = (tmp_path / "m").read_text()
    for name in ("m", "m", "other"):
        done = subprocess.run([sys.executable, "-c", KILLED, tmp_path / name], check=False)
        assert done.returncode == -9
    assert (tmp_path / "m").read_text() == before
    assert len(os.listdir(tmp_path)) == 3  # the second killed save of m has removed what the first left
    with files._temporary(tmp_path / "m", 0o600) as (running, file):
        model.save(tmp_path / "m")
        assert running.exists()
        assert len(os.listdir(tmp_path)) == 3
        file.close()
        running.unlink()
    model.save(tmp_path / "other")
    assert sorted(os.listdir(tmp_path)) == ["m", "other"]


def test_a_leftover_is_removed_and_a_locked_file_is_not(tmp_path, model):
    """The lock that ends with its process tells which is which; the name, whose it is."""
    prefix = files._prefix(tmp_path / "m")
    (tmp_path / f"{prefix}0000").write_text("{")
    (tmp_path / f"{files._prefix(tmp_path / 'n')}0000").write_text("{")
    (tmp_path / ".seegrad-notes").write_text("mine")
    model.save(tmp_path / "m")
    assert sorted(os.listdir(tmp_path)) == sorted(
        [".seegrad-notes", f"{files._prefix(tmp_path / 'n')}0000", "m"]
    )


FULL = """
import resource, sys
import nn
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    nn.Neuron(50, seed=1).save(sys.argv[1])
except OSError as error:
    print(error)
"""


def test_a_saved_file_is_on_the_disk_before_it_takes_the_place_of_the_earlier_one(
    tmp_path, model, monkeypatch
):
    """So that a machine that fails has one of the two, whole."""
    done = []
    for name in ("fsync", "replace"):
        act = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, act=act: (done.append(name), act(*given)))
    model.save(tmp_path / "m")
    assert done == ["fsync", "replace"]


@posix
@pytest.mark.slow
def test_a_full_disk_leaves_the_earlier_file(tmp_path, model):
    """As the limit on a file's size, which an ordinary process can set, shows it."""
    model.save(tmp_path / "m")
    done = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path / "m"], capture_output=True, text=True, check=True
    )
    assert (
        f"cannot save '{tmp_path / 'm'}': File too large; an earlier file there is as it was" in done.stdout
    )
    assert holds(tmp_path / "m", model)
    assert os.listdir(tmp_path) == ["m"]


def test_saves_of_one_path_at_once_leave_one_whole_file(tmp_path):
    """None takes another's temporary file for a leftover."""
    models = [nn.Neuron(20, seed=seed) for seed in range(4)]
    failures = []

    def run(model):
        try:
            for _ in range(10):
                model.save(tmp_path / "m")
        except BaseException as error:  # told below, in the thread of the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=[model]) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert os.listdir(tmp_path) == ["m"]
    assert any(holds(tmp_path / "m", model) for model in models)
