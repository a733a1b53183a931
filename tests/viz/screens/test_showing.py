"""`show()`: in a notebook, a browser or a terminal, as the environment says; and it always comes back."""

import base64
import os
import re
import subprocess
import sys
import threading

import numpy as np
import pytest

import nn
from autograd import Value
from tests.waiting import eventually
from viz import DrawingError, draw, draw_network, play
from viz.formats import digraphs
from viz.formats.png import png as as_png
from viz.screens import browsers, notebooks, terminals
from viz.screens.sixels import pixels, sixels

pty = pytest.importorskip("pty", reason="pseudo-terminals as POSIX has them")

SAYS = (
    "BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION",
    "TMUX", "STY", "TERM_PROGRAM", "KITTY_WINDOW_ID", "LC_TERMINAL", "KONSOLE_VERSION",
    "VTE_VERSION", "XTERM_VERSION", "WT_SESSION",
)  # fmt: skip
"""The variables that are looked at, besides TERM."""

KITTY, ITERM, SIXEL = "\033_G", "\033]1337;File=", "\033P"


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """A Linux of which nothing is known, and a folder for its files."""
    for name in SAYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(browsers.tempfile, "tempdir", str(tmp_path))


def drawing():
    return draw(Value(2.0, label="x") * 3.0, names=False)


def page():
    return play(Value(2.0, label="x") * 3.0, names=False)


def network():
    return draw_network(nn.MLP(2, [2, 1], seed=0))


def typed(show, monkeypatch, encoding="utf-8", types=b""):
    """What a pseudo-terminal gets while `show` runs, and somebody types."""
    ours, theirs = pty.openpty()
    os.write(ours, types)
    received = []

    def listen():
        while True:
            try:
                received.append(os.read(ours, 65536))
            except OSError:  # Linux: nobody has the other end open any longer
                return
            if not received[-1]:
                return

    listener = threading.Thread(target=listen)
    listener.start()
    with open(theirs, "w", encoding=encoding, newline="") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        show()
    listener.join()
    os.close(ours)
    return b"".join(received).decode(encoding).replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("says", "protocol"),
    [
        ({"KITTY_WINDOW_ID": "1"}, KITTY),
        ({"TERM": "xterm-kitty"}, KITTY),
        ({"TERM": "xterm-ghostty"}, KITTY),
        ({"TERM_PROGRAM": "iTerm.app"}, ITERM),
        ({"LC_TERMINAL": "iTerm2", "SSH_CONNECTION": "1"}, ITERM),
        ({"TERM_PROGRAM": "WezTerm"}, ITERM),
        ({"TERM": "foot"}, SIXEL),
        ({"TERM": "mlterm-256color"}, SIXEL),
        ({"TERM_PROGRAM": "mintty"}, SIXEL),
        ({"KONSOLE_VERSION": "230805"}, SIXEL),
        ({"TERM": "xterm-kitty", "TERM_PROGRAM": "iTerm.app", "VTE_VERSION": "7200"}, KITTY),
    ],
)
def test_a_terminal_that_draws_gets_the_picture(monkeypatch, says, protocol):
    """In its own protocol, and nothing else; also over ssh, where what it says of itself arrives."""
    for name, value in says.items():
        monkeypatch.setenv(name, value)
    for make in drawing, network:
        assert typed(make().show, monkeypatch).startswith(protocol)


@pytest.mark.parametrize(
    "says",
    [
        {},
        {"TERM": "dumb"},
        {"TERM": "linux"},
        {"TERM_PROGRAM": "vscode"},
        {"TERM_PROGRAM": "Apple_Terminal"},
        {"WT_SESSION": "1"},
        {"TERM_PROGRAM": "vscode", "KITTY_WINDOW_ID": "1"},
        {"TERM_PROGRAM": "vscode", "LC_TERMINAL": "iTerm2"},
        {"VTE_VERSION": "7200", "KITTY_WINDOW_ID": "1"},
        {"XTERM_VERSION": "XTerm(390)", "KONSOLE_VERSION": "230805"},
        {"KONSOLE_VERSION": "210803"},
        {"KONSOLE_VERSION": "git"},
        {"KITTY_WINDOW_ID": "1", "TMUX": "/tmp/tmux-1000/default,1,0"},
        {"LC_TERMINAL": "iTerm2", "TERM": "screen-256color"},
        {"TERM_PROGRAM": "iTerm.app", "STY": "1.pts-0"},
        {"BROWSER": "w3m"},
        {"BROWSER": "/usr/bin/lynx %s"},
    ],
)
def test_any_other_gets_text(monkeypatch, says):
    """No escape sequence, whatever stands between or started it; and a line that says how to look at it."""
    for name, value in says.items():
        monkeypatch.setenv(name, value)
    made = drawing()
    shown = typed(made.show, monkeypatch)
    assert shown == f"{made.text}\nno browser is known here; .save('shown.svg') writes a file to look at\n"


def test_a_pipe_gets_text(monkeypatch, capsys):
    """What kitty starts may write into a file."""
    monkeypatch.setenv("KITTY_WINDOW_ID", "1")
    drawing().show()
    assert "\033" not in capsys.readouterr().out


def test_a_page_in_a_terminal_is_text(monkeypatch):
    """It needs a browser, and says so."""
    monkeypatch.setenv("KITTY_WINDOW_ID", "1")
    assert ".save('shown.html')" in typed(page().show, monkeypatch)


def test_a_terminal_may_have_another_encoding(monkeypatch):
    """What it cannot show becomes a question mark, and no error."""
    assert "? x" in typed(drawing().show, monkeypatch, encoding="ascii").replace("??", "?")


def test_without_stdout_nothing_happens(monkeypatch):
    """As under pythonw."""
    monkeypatch.setattr(sys, "stdout", None)
    drawing().show()


def test_kitty_gets_the_png_in_pieces_and_is_to_answer_nothing():
    """None is longer than it takes; all but the last say that more comes."""
    png = bytes(range(256)) * 40
    pieces = re.findall("\033_G(.*?);(.*?)\033\\\\", terminals.kitty(png))
    assert base64.b64decode("".join(data for _, data in pieces)) == png
    assert all(len(data) <= 4096 for _, data in pieces) and len(pieces) == 4
    assert [keys for keys, _ in pieces] == ["a=T,f=100,q=2,m=1", "m=1", "m=1", "m=0"]
    assert terminals.kitty(b"small").count("\033_G") == 1


def test_iterm_gets_the_png_and_its_size():
    """Inline, whole."""
    found = re.fullmatch("\033]1337;File=inline=1;size=5:(.*)\a", terminals.iterm(b"bytes"))
    assert base64.b64decode(found[1]) == b"bytes"


def from_sixels(text):
    """The pixels that a terminal makes of sixels."""
    wide, high = map(int, re.search(r'"1;1;(\d+);(\d+)', text).groups())
    colors = {
        int(at): [round(int(part) * 255 / 100) for part in parts.split(";")]
        for at, parts in re.findall(r"#(\d+);2;(\d+;\d+;\d+)", text)
    }
    image = np.full((high + 6, wide, 3), -1)
    for band, drawn in enumerate(re.sub(r"#\d+;2;\d+;\d+;\d+", "", text[text.index('"') :]).split("-")[:-1]):
        for color, row in re.findall(r"#(\d+)([^$#]*)\$", drawn):
            x = 0
            for many, sixel in re.findall(r"(?:!(\d+))?([?-~])", row):
                for _ in range(int(many or 1)):
                    for bit in range(6):
                        if (ord(sixel) - 63) >> bit & 1:
                            image[band * 6 + bit, x] = colors[int(color)]
                    x += 1
    assert (image[high:] == -1).all()
    return image[:high]


def test_sixels_are_the_picture():
    """Each pixel is drawn, and near enough to its colour: there are 255, in steps of a hundredth."""
    png = as_png(drawing().svg, 0.5)
    off = np.abs(from_sixels(sixels(png)) - pixels(png)[..., :3].astype(int))
    assert off.max() <= 12 and np.median(off) <= 1


@pytest.mark.needs("matplotlib")
def test_pixels_are_those_of_another_reader():
    """All filters of PNG that occur are undone."""
    import io

    from matplotlib.image import imread

    png = as_png(drawing().svg, 0.5)
    assert (pixels(png) == np.round(imread(io.BytesIO(png)) * 255)).all()


def test_a_picture_is_no_wider_than_the_terminal(monkeypatch):
    """Where the system knows its pixels; else it has its usual size."""
    import fcntl
    import struct
    import termios

    made = drawing()
    wide = {}
    for pixel in 0, 160, 60_000:

        def show(pixel=pixel):
            size = struct.pack("HHHH", 24, 80, pixel, 480)
            fcntl.ioctl(sys.stdout.fileno(), termios.TIOCSWINSZ, size)
            made.show()

        monkeypatch.setenv("KITTY_WINDOW_ID", "1")
        shown = typed(show, monkeypatch)
        data = "".join(re.findall("\033_G.*?;(.*?)\033\\\\", shown))
        wide[pixel] = int.from_bytes(base64.b64decode(data)[16:20], "big")
    assert wide[160] <= 158 < wide[0] / 2
    assert wide[60_000] == int.from_bytes(made.png[16:20], "big")


@pytest.mark.parametrize(
    ("platform", "says", "there"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "1"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"BROWSER": "/x/helpers/browser.sh", "SSH_CONNECTION": "1"}, True),
        ("linux", {"BROWSER": "w3m:firefox", "DISPLAY": ":0"}, False),
        ("linux", {"BROWSER": " "}, False),
        ("darwin", {}, True),
        ("darwin", {"SSH_CONNECTION": "1"}, False),
        ("win32", {}, True),
        ("win32", {"SSH_CONNECTION": "1"}, False),
    ],
)
def test_a_browser_is_here_if_who_sits_here_would_see_it(monkeypatch, platform, says, there):
    """A display, one that ssh brought, or the helper of an editor; no browser that takes the terminal."""
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in says.items():
        monkeypatch.setenv(name, value)
    assert browsers.is_here() == there


@pytest.mark.parametrize("make", [drawing, network, page])
def test_a_browser_gets_the_page(monkeypatch, tmp_path, make):
    """A file, readable by this user alone, whose address is printed."""
    opened = []
    monkeypatch.setattr(
        browsers.subprocess,
        "Popen",
        lambda command, **options: (
            opened.append((command[-1], options)),
            subprocess.CompletedProcess([], 0),
        )[1],
    )
    monkeypatch.setattr(subprocess.CompletedProcess, "wait", lambda self: 0, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    made = make()
    shown = typed(made.show, monkeypatch)
    ((address, options),) = opened
    (written,) = tmp_path.glob("*.html")
    assert written.read_text(encoding="utf-8") == made.html
    assert written.as_uri() == address and shown == f"{made.title}: {address}\n"
    assert written.stat().st_mode & 0o777 == 0o600
    assert {options[stream] for stream in ("stdin", "stdout", "stderr")} == {subprocess.DEVNULL}


@pytest.mark.parametrize("broken", ["folder", "program"])
def test_where_no_page_can_be_opened_it_is_text(monkeypatch, tmp_path, broken):
    """A folder that cannot be written, a Python without a program."""
    monkeypatch.setenv("DISPLAY", ":0")
    if broken == "folder":
        monkeypatch.setattr(browsers.tempfile, "tempdir", str(tmp_path / "nowhere"))
    else:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    assert "no browser is known here" in typed(drawing().show, monkeypatch)


def test_a_snap_finds_the_page(monkeypatch, tmp_path):
    """Its /tmp is another one: the page is in the home, and not hidden."""
    monkeypatch.setattr(browsers.Path, "home", lambda: tmp_path)
    real = browsers.Path.is_dir
    monkeypatch.setattr(browsers.Path, "is_dir", lambda path: str(path) == "/snap/bin" or real(path))
    assert browsers._folder() == tmp_path / "seegrad-pages"
    monkeypatch.setattr(browsers.Path, "home", lambda: tmp_path / "nowhere")
    assert browsers._folder() == tmp_path


def test_without_graphviz_it_is_text_and_what_to_install(monkeypatch):
    """Never nothing, and no traceback."""

    def no_graphviz(*_):
        raise DrawingError("Graphviz is not here; install it")

    monkeypatch.setattr(digraphs, "layout", no_graphviz)
    monkeypatch.setenv("DISPLAY", ":0")
    made = drawing()
    assert typed(made.show, monkeypatch) == f"{made.text}\nGraphviz is not here; install it\n"


@pytest.mark.needs("IPython")
def test_in_a_notebook_it_is_in_the_cell(monkeypatch):
    """A kernel shows what it is given, also in the middle of a cell; the shell in a terminal is none."""
    import IPython
    import IPython.display

    shown = []
    monkeypatch.setattr(IPython.display, "display", shown.append)
    made = drawing()
    for shell, there in (None, False), (object(), False), (type("Shell", (), {"kernel": None})(), True):
        monkeypatch.setattr(IPython, "get_ipython", lambda shell=shell: shell)
        assert notebooks.show(made) == there
    assert shown == [made]


SESSION = """
from autograd import Value
from viz import draw
draw(Value(2.0, label="x") * 3.0, names=False).show()
print("came back")
"""


@pytest.mark.slow
@pytest.mark.parametrize("browser", ["sleep 20", "cat", 'echo "$1" >"$SEEN"', "no-such-program"])
def test_a_session_comes_back_whatever_the_browser_does(monkeypatch, tmp_path, browser):
    """One that stays, one that reads what is typed, one that opens the page, and none."""
    program, seen = tmp_path / "browser", tmp_path / "seen"
    program.write_text(f"#!/bin/sh\n{browser}\n")
    program.chmod(0o755)
    environment = {**os.environ, "BROWSER": str(program), "SEEN": str(seen), "TMPDIR": str(tmp_path)}

    def session():
        with subprocess.Popen(
            [sys.executable, "-i", "-c", SESSION],
            stdin=sys.stdout,
            stdout=sys.stdout,
            stderr=sys.stdout,
            env=environment,
            start_new_session=True,
        ) as process:
            process.wait(60)

    shown = typed(session, monkeypatch, types=b"print('typed'.upper())\nexit()\n")
    (written,) = tmp_path.glob("*.html")
    assert f"{written.as_uri()}\ncame back" in shown and "TYPED" in shown
    if "SEEN" in browser:
        assert eventually(lambda: seen.exists() and seen.read_text())
        assert seen.read_text() == f"{written.as_uri()}\n"
