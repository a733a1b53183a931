"""What a submission writes or starts changes no verdict, its own or another's, and ends no run."""

import json
import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from demos.grade.escapes import cell, visible
from demos.grade.fencing.fence import version
from demos.grade.grading import grade
from demos.grade.judging.verdicts import judge
from demos.grade.reports.formats import as_csv, as_json, as_junit, as_text
from demos.grade.running import answers, usage
from demos.grade.running.engines import Run
from demos.grade.running.isolation import Limits, workspace
from demos.grade.trials.drawing import draw
from demos.grade.trials.models import is_convention, is_right, right
from demos.grade.trials.stages import STAGES
from demos.mistakes import Value
from tests.demos.grade.engines import LECTURE, changed
from tests.demos.grade.limits import ENDLESS, GENEROUS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits, signals and forks are those of POSIX")
ROOT = Path(__file__).parents[3]
unprivileged = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="no attack on the machine runs as root"
)
fenced = pytest.mark.skipif(not version(), reason="the kernel has no Landlock")
SUMS = """
class Value:
    def __init__(self, data): self.data, self.grad = data, 0.0
    def __add__(self, other): return Value(self.data + (other.data if isinstance(other, Value) else other))
    def backward(self): self.grad = 1.0
"""
"""Right in the first stage alone."""

EVERYWHERE = """
import os
def write(line):
    for file in range(3, 256):
        try: os.write(file, line)
        except OSError: pass
"""
FORGERIES = {
    "skips.py": 'for at in range(40): write(b\'{"skipped": %d}\\n{"done": true}\\n\' % at)',
    "senseless.py": """write(b'{"trial": 5}\\n[[\\n"a"\\nnull\\n{"token": 7}\\n{"token": 0}\\n\\xff\\n')""",
    "deep.py": "write(b'[' * 20_000 + b'\\n' + b'{\"a\":' * 5_000)",
    "knows.py": """
import json, sys, threading
def answer_for_the_worker():
    while True:
        for frame in sys._current_frames().values():
            while frame:
                question = frame.f_locals.get("question")
                if isinstance(question, dict) and question.get("do") == "try":
                    numbers = dict.fromkeys(question["shows"], 1.0)
                    said = {"token": question["token"], "outcome": {"numbers": numbers}}
                    write(b"\\n" + json.dumps(said).encode() + b"\\n")
                frame = frame.f_back
threading.Thread(target=answer_for_the_worker, daemon=True).start()
""",
}
"""Each writes into every file that is open; the last knows what is asked and the token of it."""


@pytest.fixture(scope="module")
def forged(graded):
    files = {name: EVERYWHERE + text + SUMS for name, text in FORGERIES.items()}
    return graded({"honest.py": SUMS, **files, "right.py": LECTURE}, "reuse")


@pytest.mark.slow
@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_written_into_open_files_passes_no_stage(forged, name):
    """The verdict is at most that of the same class without the forgery."""
    honest = [stage.state for stage in forged["honest.py"].stages]
    assert honest[0] == "passed" and "passed" not in honest[1:]
    assert [stage.state for stage in forged[name].stages][1:].count("passed") == 0


@pytest.mark.slow
def test_what_is_written_into_open_files_costs_no_other_its_result(forged):
    """The right engine beside them is right."""
    assert forged["right.py"].stuck is None


@pytest.mark.slow
def test_lines_in_the_pipe_do_not_hide_the_answers(graded):
    """Half a line, and a flood without end from a thread: the answers begin lines of their own."""
    flood = "import threading\ndef flood():\n    while True: write(b'x' * 100 + b'\\n{')\n"
    text = (
        EVERYWHERE
        + "write(b'half a line')\n"
        + flood
        + "threading.Thread(target=flood, daemon=True).start()\n"
    )
    assert graded({"flood.py": text + LECTURE}, "arithmetic")["flood.py"].stuck is None


@pytest.mark.parametrize(
    "stage",
    [
        pytest.param(stage, marks=[pytest.mark.slow] * any(trial.answer for trial in stage.trials))
        for stage in STAGES
    ],
    ids=lambda stage: stage.name,
)
def test_the_right_engine_is_right_for_every_draw(stage):
    """Ten draws of each trial; also those that are tried instead."""
    for seed in range(1 if stage.name == "depth" else 10):
        [trials] = draw((stage,), random.Random(seed))
        for trial in trials:
            names = trial.run(Value)
            numbers = {asked: float(eval(asked, names)) for asked in trial.asks or trial.shows}
            if trial.asks:
                numbers = {trial.shows[0]: float(sum(number > 0 for number in numbers.values()))}
            assert is_right(trial, {"numbers": numbers})


def test_numbers_that_were_written_down_are_wrong_for_a_draw():
    """What is right for a printed trial is wrong for the drawn one, in every stage of small expressions."""
    for stage, trials in zip(STAGES, draw(STAGES, random.Random(0))):
        pairs = [(printed, drawn) for printed, drawn in zip(stage.trials, trials) if not printed.answer]
        if pairs:
            assert any(not is_right(drawn, {"numbers": right(printed)}) for printed, drawn in pairs), (
                stage.name
            )


def test_conventions_that_were_written_down_are_wrong_for_a_draw():
    """Theirs are numbers of the trial as it is drawn; where they hold none of it, they stay."""
    for stage, trials in zip(STAGES, draw(STAGES, random.Random(0))):
        for printed, drawn in zip(stage.trials, trials):
            for (answer, remark), (other, _) in zip(printed.also, drawn.also):
                theirs = {shown: float(eval(number)) for shown, number in zip(printed.shows, answer)}
                assert is_convention(printed, theirs) == remark
                assert is_convention(drawn, theirs) == (remark if answer == other else "")


_KEPT = "            if node._prev:\n                node.grad = 0.0\n"
ANEW = changed((_KEPT, "            node.grad = 0.0\n"))
"""Each backward() starts the gradients anew."""
ANEW_IF_PRINTED = changed((_KEPT, "            node.grad *= not (node._prev or node.data == 3.0) and 2.0\n"))
"""So it does with the number that is printed; with others it is wrong."""


@pytest.mark.slow
def test_what_is_right_by_a_convention_is_so_for_a_draw(graded):
    """It is asked for a second time, as what is right is."""
    reports = graded({"anew.py": ANEW, "printed.py": ANEW_IF_PRINTED}, "again")
    anew, printed = (report.stages[-1] for report in reports.values())
    assert anew.state == "passed" and anew.remark.startswith("convention: each backward() starts")
    assert printed.state == "advice"


def test_what_an_earlier_stage_has_seen_is_not_missing_later():
    """An answer that `backward` is not written passes no trial of a stage after it was seen to work."""
    at = [stage.name for stage in STAGES].index("reuse")
    run = Run()
    for place, stage in enumerate(STAGES[: at + 1]):
        for number, trial in enumerate(stage.trials):
            run.outcomes[place, number] = {"numbers": right(trial)}
    lacking = {"missing": "`backward`", "method": "backward"}
    run.drawn = {(at, number): (trial, lacking) for number, trial in enumerate(STAGES[at].trials)}
    assert judge("ada.py", run, at).stages[at].state == "not written yet"


@pytest.mark.slow
def test_numbers_that_lie_about_their_sign_and_gradients_of_1_pass_nothing(graded):
    """`-data` is the grader's own minus; a gradient of 1 without a way back is wrong 100,000 deep, too."""
    text = """
class Lie(float):
    def __neg__(self): return Lie(1.0)
class Value:
    def __init__(self, data): self.data, self.grad = data, 1.0
    def __add__(self, other): return Value(self.data + (other.data if isinstance(other, Value) else other))
    __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __add__
    def tanh(self): return self
    def backward(self): self.grad = 1.0
    def __setattr__(self, name, value): object.__setattr__(self, name, Lie(1.0) if name == "data" else value)
"""
    honest = text.replace('Lie(1.0) if name == "data" else value', "value")
    reports = graded({"lies.py": text, "ones.py": honest})
    states = [{stage.name: stage.state for stage in report.stages} for report in reports.values()]
    assert states[0]["xor"] == "failed" and states[1]["depth"] == "advice"


@pytest.mark.slow
def test_an_engine_that_is_right_for_whole_numbers_alone_is_found_out(graded):
    """As the printed numbers are: the finding shows the drawn ones."""
    old = "out = Value(self.data + other.data,"
    assert old in LECTURE
    text = LECTURE.replace(old, "out = Value(self.data + other.data + (self.data * 2 % 1 > 0),")
    stage = graded({"whole.py": text}, "arithmetic")["whole.py"].stuck
    assert stage.name == "arithmetic" and len(stage.findings) == 1
    assert stage.findings[0].code != "\n".join(STAGES[1].trials[0].lines)


def test_no_right_number_is_in_the_process_of_a_submission(graded):
    """Neither stages nor right engine, to import or in memory."""
    text = """
import gc
for module in ("demos", "demos.mistakes", "demos.grade.trials.stages"):
    try:
        __import__(module)
        print("imported", module)
    except ImportError:
        pass
made = [one for one in gc.get_objects() if isinstance(one, type)]
print([one for one in made if one.__module__ in ("demos.mistakes.engine", "demos.grade.trials.stages")])
"""
    assert graded({"looks.py": text + SUMS}, "data")["looks.py"].printed == "[]\n"


@fenced
def test_files_that_are_neither_its_own_nor_a_library_s_cannot_be_read(graded):
    """The grader's own, and what another process was started with; its own it can read."""
    text = f"""
import os
for path in ({__file__!r}, "/proc/1/cmdline", {os.path.dirname(__file__)!r}):
    try:
        print(os.listdir(path) if os.path.isdir(path) else open(path, "rb").read())
    except PermissionError:
        print("denied")
print(open(__file__).read()[:7])
"""
    printed = graded({"reads.py": text + SUMS}, "data")["reads.py"].printed
    assert printed == "denied\ndenied\ndenied\n\nimport\n"


@fenced
def test_another_submission_cannot_be_read(tmp_path):
    """Nor imported, opened by a link, or listed with its folder."""
    (tmp_path / "ada.py").write_text(LECTURE)
    code = f"""
import os
os.symlink({str(tmp_path / "ada.py")!r}, "link")
for read, path in ((open, "link"), (open, {str(tmp_path / "ada.py")!r}), (os.listdir, {str(tmp_path)!r})):
    try:
        print(read(path))
    except PermissionError:
        pass
from ada import Value
"""
    (tmp_path / "ben.py").write_text(code)
    _, ben = grade([str(tmp_path / "ada.py"), str(tmp_path / "ben.py")], 0, GENEROUS)
    assert ben.printed == "" and "No module named 'ada'" in ben.problem


@fenced
@pytest.mark.skipif(os.uname().machine not in ("x86_64", "aarch64"), reason="calls have other numbers there")
def test_modes_and_sockets_outside_are_kept_from_it(tmp_path):
    """Of a file beside it the mode and the time stay; a socket is not reached, and copying works."""
    victim, door = tmp_path / "victim", tmp_path / "door"
    victim.write_text("grades")
    before = victim.stat()
    code = f"""
import os, shutil, socket
victim, door = {str(victim)!r}, {str(door)!r}
os.chmod(victim, 0)
os.utime(victim, (0, 0))
shutil.copy2(__file__, "copy")
for open_socket in (
    lambda: socket.socket(socket.AF_UNIX).connect(door),
    lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"out", door),
):
    try:
        open_socket()
        print("open")
    except PermissionError:
        print("denied")
one, other = socket.socketpair()
one.send(b"works")
print(other.recv(5))
"""
    (tmp_path / "ada.py").write_text(code + SUMS)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(door))
        [report] = grade([str(tmp_path / "ada.py")], 0, GENEROUS)
    assert (report.problem, report.printed) == ("", "denied\ndenied\nb'works'\n")
    after = victim.stat()
    assert (after.st_mode, after.st_mtime) == (before.st_mode, before.st_mtime)


@fenced
@pytest.mark.skipif(os.uname().machine not in ("x86_64", "aarch64"), reason="calls have other numbers there")
def test_memory_that_belongs_to_no_process_is_kept_from_it(graded):
    """What is held so is counted for no process, and would have no limit."""
    code = """
import ctypes, os
try:
    os.memfd_create("apart")
except PermissionError:
    print("denied")
libc = ctypes.CDLL(None)
print(libc.shmget(0, 4096, 0o600), libc.msgget(0, 0o600), libc.semget(0, 1, 0o600))
"""
    assert graded({"apart.py": code + SUMS}, "data")["apart.py"].printed == "denied\n-1 -1 -1\n"


@fenced
@pytest.mark.skipif(os.uname().machine not in ("x86_64", "aarch64"), reason="calls have other numbers there")
def test_limits_and_priorities_of_other_processes_are_kept_from_it(tmp_path):
    """Where it sees them, for want of namespaces: with no time left to compute they would be ended."""
    code = f"""
import os, resource, sys
from demos.grade.fencing.fence import fence
from demos.grade.fencing.readable import libraries
other = int(sys.argv[1])
fence({str(tmp_path)!r}, libraries(()))
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
os.setpriority(os.PRIO_PROCESS, other, 19)
os.sched_setaffinity(other, {{min(os.sched_getaffinity(other))}})
os.sched_setscheduler(other, os.SCHED_IDLE, os.sched_param(0))
try:
    resource.prlimit(other, resource.RLIMIT_CPU, (1000, 1000))
except PermissionError:
    print("denied", resource.getrlimit(resource.RLIMIT_NOFILE))
"""

    import resource  # not on Windows

    def seen(process):
        return (
            resource.prlimit(process, resource.RLIMIT_CPU),
            os.getpriority(os.PRIO_PROCESS, process),
            os.sched_getaffinity(process),
            os.sched_getscheduler(process),
        )

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        before = seen(other.pid)
        command = [sys.executable, "-c", code, str(other.pid)]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert (said, seen(other.pid)) == ("denied (100, 100)\n", before)
        other.kill()


HOSTILE = "\x1b]0;title\x07\x1b[2J\u202egnp.exe\u2066\x9b31m"


def test_escapes_are_shown_and_not_obeyed(graded):
    """From an exception, a class and what is printed, into every format."""
    text = f"print({HOSTILE!r})\nclass Value:\n    def __init__(self, data): raise ValueError({HOSTILE!r})\n"
    report = graded({"hostile.py": text}, "data")["hostile.py"]
    assert "\\x1b]0;title\\x07\\x1b[2J\\u202egnp.exe" in report.problem
    for said in (
        as_text(report),
        as_csv([report]),
        as_junit([report]),
        report.printed,
        *json.loads(as_json([report])),
    ):
        assert all(sign in "\n\t" or sign.isprintable() for sign in said)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_of_a_table_is_no_formula(text):
    """A spreadsheet computes what begins so; what begins with an apostrophe is text."""
    assert cell(text) == f"'{text}"
    assert cell("ada.py") == "ada.py"


def test_a_text_with_new_lines_writes_no_other_student_s_line(graded):
    """Neither the name of a file nor what an engine says: the table has one line for each."""
    text = (
        "class Value:\n    def __init__(self, data): raise type('X\\nben.py  all is right', (Exception,), {})"
    )
    reports = graded({"ada.py\nben.py": text, "a\nb.py": text}, "data")
    assert as_csv(list(reports.values())).count("\n") == 3
    assert all("\n" not in report.problem + report.name for report in reports.values())
    assert "\n" not in answers.outcome({"error": "X\nben.py  all is right"}, [])["error"]


def test_what_can_be_read_is_left_as_it_is():
    """Letters of all scripts, and new lines."""
    assert visible("größer Ω 数\n\tπ ✗") == "größer Ω 数\n\tπ ✗"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        3,
        [],
        "x",
        {},
        {"numbers": 5},
        {"numbers": {}},
        {"numbers": {"b": 1.0}},
        {"missing": 7, "error": []},
    ],
)
def test_an_answer_of_another_shape_is_no_error_of_the_grader(answer):
    """It is an error of the submission."""
    outcome = answers.outcome(answer, ["a"])
    assert "numbers" not in outcome and ("error" in outcome or "missing" in outcome)


@pytest.mark.parametrize("number", [10**400, "1.0", [1.0], None, {"is": 3}, {"is": "x" * 10_000}])
def test_what_is_no_number_is_not_read_as_one(number):
    """It is shown as what it is, and no longer than can be shown."""
    said = answers.outcome({"numbers": {"a": number}}, ["a"])["numbers"]["a"]
    assert isinstance(said, dict) and len(said["is"]) <= 2000


def test_waiting_for_a_processor_is_not_counted(monkeypatch):
    """The clock of a process is the ordinary one less what the kernel says that it has waited."""
    told = {"/proc/7/schedstat": b"9000000000 2000000000 5"}
    monkeypatch.setattr(usage.Path, "read_bytes", lambda path: told[str(path)])
    monkeypatch.setattr(usage.time, "monotonic", lambda: 100.0)
    clock = usage.QuietClock()
    clock.process = 7
    assert clock.now() == 98.0
    told["/proc/7/schedstat"] = b"9000000000 2500000000 6"
    assert clock.now() == 97.5
    told["/proc/7/schedstat"] = b""  # it has ended
    assert clock.now() == 97.5


@pytest.mark.slow
def test_a_workspace_is_deleted_however_deep_it_is(monkeypatch):
    """Deeper than Python's recursion and than the system's paths, with folders that cannot be opened."""
    with workspace() as place:
        monkeypatch.chdir(place.work)
        os.makedirs("closed/inner/more")
        for name in ("closed/inner", "closed"):
            os.chmod(name, 0)
        for _ in range(1500):
            os.mkdir("deep")
            os.chdir("deep")
        assert place.too_much() == "makes folders within folders, more than 100 deep"
        os.chdir("/")
    assert not os.path.exists(place.folder)


def test_folders_count_as_files(monkeypatch):
    """What is empty takes room, too."""
    monkeypatch.setattr("demos.grade.running.isolation._FILES", 20)
    with workspace() as place:
        for name in range(30):
            os.mkdir(os.path.join(place.work, str(name)))
        assert place.too_much().startswith("writes more than 20 files")


@unprivileged
@pytest.mark.slow
def test_cells_without_end_end(tmp_path):
    """A notebook that tells of one cell after another uses up the time of all its cells."""
    code = (
        EVERYWHERE
        + """
import json, sys
frame, question = sys._getframe(), None
while frame:
    question, frame = frame.f_locals.get("question") or question, frame.f_back
cell = 1
while True:
    cell += 1
    write(b"\\n" + json.dumps({"token": question["token"], "cell": cell}).encode() + b"\\n")
"""
    )
    notebook = {"nbformat": 4, "cells": [{"cell_type": "code", "source": code}]}
    (tmp_path / "ada.ipynb").write_text(json.dumps(notebook))
    [report] = grade([str(tmp_path / "ada.ipynb")], 0, Limits(0.5, 512))
    assert "importing it did not end" in report.problem


@unprivileged
@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "for at in range(20_000): open(f'{at}', 'w').close()\nwhile True: pass",
            "writes more than 10,000 files",
        ),
        (
            "for at in range(8):\n    with open(f'{at}', 'wb') as file: file.truncate(60 << 20)\n"
            "while True: pass",
            "256 MB",
        ),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "did not end within 6 s"),
    ],
    ids=["files", "bytes", "stopped"],
)
def test_what_is_too_much_ends(graded, text, says):
    """It is said what."""
    assert says in graded({"much.py": text}, "data", ENDLESS)["much.py"].problem


@unprivileged
@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="there is no /proc")
def test_children_that_compute_are_counted_with_their_parent(graded):
    """Twenty that take the processor from it win no time for it."""
    text = "import os\nfor at in range(20):\n    if os.fork() == 0: break\nwhile True: pass"
    problem = graded({"hogs.py": text}, "data", Limits(2.0, 512))["hogs.py"].problem
    assert "computes longer than it may, with all that it starts" in problem or "did not end" in problem


@unprivileged
@pytest.mark.slow
def test_processes_are_limited(graded):
    """By the kernel, which counts no processes of root, or by the grader, which counts all."""
    text = "import os, time\nfor at in range(200):\n    if os.fork() == 0: time.sleep(1000)\nwhile True: pass"
    problem = graded({"forks.py": text}, "data", ENDLESS)["forks.py"].problem
    assert "starts more than 128 processes" in problem or "BlockingIOError" in problem
