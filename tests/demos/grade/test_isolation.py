"""What a submission does by accident stays in its folder and ends with it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demos.grade.fencing.fence import version
from demos.grade.grading import grade
from demos.grade.running.nurseries import Nursery
from tests.demos.grade.limits import ENDLESS, GENEROUS
from tests.waiting import eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.name != "posix", reason="limits, groups of processes and signals are those of POSIX"
    ),
]
fenced = pytest.mark.skipif(not version(), reason="the kernel has no Landlock")
ROOT = Path(__file__).parents[3]
ENGINE = "\nclass Value:\n    def __init__(self, data): self.data = data\n"


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """Grades a file that does something and holds data, and gives what it printed."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)

    def printed(text):
        (tmp_path / "ada.py").write_text(text + ENGINE)
        [report] = grade([str(tmp_path / "ada.py")], 0, GENEROUS)
        assert (report.problem, report.stages[0].state) == ("", "passed")
        return report.printed

    return printed


def test_what_is_printed_is_kept_however_it_ends(printed, tmp_path):
    """At its end, in the middle of a line, or before an endless loop or a crash: not lost in a buffer."""
    assert printed("print('in a', end=' line')") == "in a line"
    for ends in ("while True: pass", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"):
        (tmp_path / "ben.py").write_text(f"print('before')\n{ends}")
        [report] = grade([str(tmp_path / "ben.py")], 0, ENDLESS)
        assert report.printed == "before\n"


def state(process):
    """The letter that Linux has for it: S for sleeping, Z for dead, "" for gone."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(") ")[2][0]
    except FileNotFoundError:
        return ""


def test_the_original_file_is_left_alone(tmp_path):
    """A submission runs as a copy, in a folder of its own, which is gone afterwards."""
    path = tmp_path / "writes.py"
    source = "import os\nopen('left.txt', 'w').close()\nprint(os.getcwd(), __file__)\n"
    source += "class Value:\n    def __init__(self, data): self.data = data"
    path.write_text(source)
    [report] = grade([str(path)], 0, GENEROUS)
    assert [stage.state for stage in report.stages] == ["passed"]
    folder, copy = report.printed.split()
    assert os.path.dirname(copy) == folder != str(tmp_path) and not os.path.exists(folder)
    assert [entry.name for entry in tmp_path.iterdir()] == ["writes.py"] and path.read_text() == source


def test_nothing_is_left_running(tmp_path):
    """Children of a submission end with it."""
    path = tmp_path / "leaves_a_child.py"
    path.write_text(
        "import os, time\nif os.fork() == 0:\n    print(os.readlink('/proc/self'))\n    time.sleep(1000)\n"
        "time.sleep(0.5)"
    )
    [report] = grade([str(path)], 0, GENEROUS)
    assert eventually(lambda: state(int(report.printed)) in ("", "Z"))  # gone, or waiting to be collected


@pytest.mark.skipif(not os.path.exists("/proc/self/environ"), reason="there is no /proc")
def test_a_daemon_is_ended_too(printed):
    """A process in a session of its own, which a signal to the group does not reach."""
    daemon = int(
        printed(
            "import subprocess, sys\n"
            "code = 'import os, time; print(os.readlink(\"/proc/self\"), flush=True); time.sleep(1000)'\n"
            "command = [sys.executable, '-c', code]\n"
            "pipe = subprocess.PIPE\n"
            "daemon = subprocess.Popen(command, start_new_session=True, stdout=pipe, text=True)\n"
            "print(daemon.stdout.readline())"
        )
    )
    assert eventually(lambda: state(daemon) in ("", "Z"))


WITHOUT_NAMESPACES = """
import sys
from pathlib import Path

Path("/proc/sys/user/max_user_namespaces").write_text("0")
from demos.grade.grading import grade

[report] = grade([sys.argv[1]], 0)
assert report.problem == "", report.problem
print(report.printed)
"""
MAY_UNSHARE = (
    shutil.which("unshare") and not subprocess.run(["unshare", "-Ur", "true"], capture_output=True).returncode
)


@pytest.mark.skipif(not MAY_UNSHARE, reason="needs a namespace in which namespaces can be forbidden")
def test_a_daemon_is_ended_where_there_are_no_namespaces(tmp_path):
    """The keeper adopts it, whatever session it is in."""
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    code += (
        "        print(os.readlink('/proc/self'), flush=True)\n        time.sleep(1000)\n    os._exit(0)\n"
    )
    (tmp_path / "ada.py").write_text(code + "time.sleep(0.5)" + ENGINE)
    command = ["unshare", "-Ur", sys.executable, "-c", WITHOUT_NAMESPACES, str(tmp_path / "ada.py")]
    daemon = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert eventually(lambda: state(int(daemon)) in ("", "Z"))


def test_where_nothing_can_be_forked_each_worker_is_a_new_process(printed, monkeypatch):
    """As on Windows; the submission runs as well."""
    monkeypatch.delattr(os, "fork")
    assert printed("print('well')") == "well\n"


def test_the_run_goes_on_when_the_process_that_workers_come_from_has_ended():
    """Another one is started; what is born of it answers."""
    with Nursery("demos.grade.inside.worker") as nursery:
        for _ in range(2):
            ends = nursery.bear()
            assert ends.keeper.ended() == ""
            assert "SIGKILL" in ends.keeper.end()
            for pipe in (ends.questions, ends.answers, ends.printed):
                os.close(pipe)
            nursery._process.kill()
            nursery._process.wait()


def test_the_run_goes_on_when_the_process_that_workers_come_from_has_stopped():
    """What is waited for has an end; then another one is started."""
    with Nursery("demos.grade.inside.worker") as nursery:
        for _ in range(2):
            ends = nursery.bear()
            ends.keeper.end()
            for pipe in (ends.questions, ends.answers, ends.printed):
                os.close(pipe)
            assert nursery._orders.gettimeout()
            nursery._orders.settimeout(0.1)
            os.kill(nursery._process.pid, signal.SIGSTOP)


def test_home_and_temporary_files_are_in_its_folder(printed, tmp_path):
    """`~`, `tempfile` and `..` are places that go with the submission."""
    places = printed(
        "import os, tempfile\n"
        "for place in (os.getcwd(), os.path.expanduser('~'), tempfile.gettempdir(), os.path.abspath('..')):\n"
        "    open(os.path.join(place, 'mine.txt'), 'w').close()\n"
        "    print(place)"
    ).split()
    folder = os.path.commonpath(places)
    assert re.match("grade-", os.path.basename(folder)) and not os.path.exists(folder)
    assert [entry.name for entry in tmp_path.iterdir()] == ["ada.py"]


@fenced
@pytest.mark.parametrize(
    "does",
    [
        "open(victim, 'w')",
        "open(victim, 'a')",
        "os.truncate(victim, 0)",
        "os.remove(victim)",
        "os.rename(victim, 'mine')",
        "os.rename(__file__, victim)",
        "os.mkdir(victim + '-2')",
        "os.symlink(victim, victim + '-2')",
        "shutil.rmtree(os.path.dirname(victim))",
        "subprocess.run(['rm', victim], stderr=subprocess.PIPE).check_returncode()",
    ],
)
def test_the_kernel_keeps_it_from_files_outside(printed, tmp_path, does):
    """A file beside the submission can be neither written nor deleted, by it or by what it starts."""
    victim = tmp_path / "folder" / "victim.txt"
    victim.parent.mkdir()
    victim.write_text("grades")
    code = f"import os, shutil, subprocess\nvictim = {str(victim)!r}\n"
    code += f"try: {does}\nexcept (OSError, subprocess.CalledProcessError) as e: print(type(e).__name__)"
    assert printed(code).strip() in ("PermissionError", "CalledProcessError")
    assert victim.read_text() == "grades" and [entry.name for entry in victim.parent.iterdir()] == [
        victim.name
    ]


@fenced
def test_a_denied_file_is_explained(tmp_path):
    """A path of the student's own machine, written to when the file is imported."""
    (tmp_path / "ada.py").write_text(f"open({str(tmp_path / 'log.txt')!r}, 'w')" + ENGINE)
    [report] = grade([str(tmp_path / "ada.py")], 0, GENEROUS)
    assert re.search(
        r"PermissionError: .*log\.txt' \(ada\.py line 1\); a submission may read its own files "
        "and Python's, and write in a folder of its own",
        report.problem,
    )


def test_a_file_that_may_only_be_read_is_graded(tmp_path):
    """As course platforms hand them out; also when a new process has to begin after a crash."""
    (tmp_path / "ada.py").write_text(ENGINE + "    def __add__(self, other): import os; os.abort()\n")
    (tmp_path / "ada.py").chmod(0o444)
    [report] = grade([str(tmp_path / "ada.py")], 2, GENEROUS)
    assert [stage.state for stage in report.stages] == ["passed", "failed", "failed"]


@pytest.mark.skipif(version() < 6, reason="the kernel's Landlock knows nothing of signals")
def test_the_kernel_keeps_it_from_other_processes(printed):
    """Not even a signal that does nothing reaches the grader."""
    code = f"import os\ntry: os.kill({os.getpid()}, 0)\nexcept OSError: print('no one there')"
    assert printed(code) == "no one there\n"


def test_a_file_that_grows_ends_at_a_limit(printed):
    """A loop that writes fills no disk."""
    code = "try:\n    with open('large', 'wb') as file: file.write(bytes(65 << 20))\n"
    assert printed(code + "except OSError as error: print(error.strerror)") == "File too large\n"


@pytest.mark.parametrize("junk", ["5", "null", "[1]", '"text"', '{"odd": 1}', "{", "\\xff"])
def test_junk_in_the_grader_s_pipe_is_passed_over(printed, junk):
    """A submission that writes to every open file has written nothing that is believed."""
    code = "import os\nfor file in range(3, 10):\n    try: os.write(file, JUNK)\n    except OSError: pass"
    assert printed(code.replace("JUNK", f"b'{junk}\\n'")) == ""


def test_closing_the_grader_s_pipe_has_a_report(tmp_path):
    """As daemons close all that they did not open."""
    (tmp_path / "ada.py").write_text("import os\nos.closerange(3, 10_000)" + ENGINE)
    [report] = grade([str(tmp_path / "ada.py")], 0, GENEROUS)
    assert re.search(r"importing it ends the process \(exit code \d+\)", report.problem)


def test_closing_the_files_that_a_program_usually_has_does_no_harm(printed):
    """The pipes of the grader have numbers far off."""
    assert printed("import os\nos.closerange(3, 100)") == ""
