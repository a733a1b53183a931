"""A process that keeps a worker: it tells how the worker ended, and sees that nothing is left of it.

Where the kernel lets an ordinary user have namespaces (Linux), the worker and all that it starts are in some
of their own, of users, processes, network and shared memory: they see no process outside, reach no network,
and end with their keeper, whatever session they went to. Elsewhere the keeper adopts what is orphaned
(Linux), or ends the group of processes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

from demos.grade.fencing.process import Begin, answer_all

_NAMESPACES = 0x10000000 | 0x20000000 | 0x08000000 | 0x40000000  # of users, processes, shared memory, network
_ADOPT, _DUMPABLE, _DROP = 36, 4, 24  # for prctl
_VERSION_OF_CAPABILITIES = 0x20080522


def keep(begin: Begin, questions: int, answers: int, printed: int, grader: socket.socket) -> NoReturn:
    """Starts a worker and waits for its end, or for the grader to go; then ends all that it has started."""
    os.setsid()
    alone = _separate()
    if alone and (first := os.fork()):  # the first process of a namespace: all others end with it
        for pipe in (questions, answers, printed):
            os.close(pipe)
        os.waitpid(first, 0)  # the grader's socket stays open until all have ended
        os._exit(0)
    _control(_ADOPT, 1)
    _control(_DUMPABLE, 0)  # the memory of the keeper, and then of the worker, is no other process's to read
    woken, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    worker = os.fork()
    if worker == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        _give_up_privileges()
        answer_all(begin, *_only(questions, answers, printed), alone)
    for pipe in (questions, answers, printed):
        os.close(pipe)
    status = None
    while status is None:
        ready, _, _ = select.select([grader, woken], [], [])
        if grader in ready:  # it sends nothing: it has gone, or wants the end
            os.kill(worker, signal.SIGKILL)
            _, status = os.waitpid(worker, 0)
        else:
            woken.recv(4096)
            status = _ended(worker)
    with contextlib.suppress(OSError):
        grader.send(b"%d\n" % os.waitstatus_to_exitcode(status))
    with contextlib.suppress(OSError):
        os.killpg(worker, signal.SIGKILL)
    if not alone:
        _end_children()
    os._exit(0)


def _separate() -> bool:
    """Namespaces for what this process will start, in which the user is who he was; whether there are any."""
    if sys.platform != "linux":
        return False
    user, group = os.geteuid(), os.getegid()
    _control(_DUMPABLE, 1)  # else /proc/self is root's
    if ctypes.CDLL(None).unshare(_NAMESPACES) != 0:
        return False
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


def _give_up_privileges() -> None:
    """Those that the first process of a namespace has in it, and root's."""
    if sys.platform != "linux":
        return
    for capability in range(64):
        _control(_DROP, capability)
    header, none = (ctypes.c_uint32 * 2)(_VERSION_OF_CAPABILITIES, 0), (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capset(header, none)


def _only(questions: int, answers: int, printed: int) -> tuple[int, int]:
    """Leaves the process no other files; those for talking get numbers that students' code does not close."""
    import fcntl

    empty = os.open(os.devnull, os.O_RDONLY)
    for file, number in ((empty, 0), (printed, 1), (printed, 2)):
        os.dup2(file, number)
    far = fcntl.fcntl(questions, fcntl.F_DUPFD_CLOEXEC, 200), fcntl.fcntl(answers, fcntl.F_DUPFD_CLOEXEC, 200)
    os.closerange(3, min(far))
    return far


def _ended(worker: int) -> int | None:
    """The worker's status, if it has ended; orphans that have are collected."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == worker:
                return ended[1]
    return None


def _end_children() -> None:
    """Ends the children, and theirs, which become children when orphaned, until there are none."""
    mine = Path(f"/proc/self/task/{os.getpid()}/children")
    with contextlib.suppress(ChildProcessError, OSError):
        while True:
            for child in mine.read_text().split():
                with contextlib.suppress(OSError):
                    os.kill(int(child), signal.SIGKILL)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _control(what: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(what, *map(ctypes.c_ulong, (value, 0, 0, 0)))
