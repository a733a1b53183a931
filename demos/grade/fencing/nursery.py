"""The process that workers are forked from: Python has started, and all that a worker needs is imported.

It starts as `python -m demos.grade.fencing.nursery MODULE SOCKET`, and no student's code ever runs in it. For
each worker the grader sends the pipes through which it will talk. Without SOCKET it is a worker itself, and
talks through its standard streams.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys

from demos.grade.fencing.process import Begin, answer_all


def fork_workers(begin: Begin, grader: socket.socket) -> None:
    """Forks a keeper for each set of pipes that arrives, until the grader goes."""
    from demos.grade.fencing.keeping import keep

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for keepers
    gc.freeze()
    while True:
        _, files, _, _ = socket.recv_fds(grader, 1, 4)
        if not files:
            return
        if os.fork() == 0:
            grader.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            *pipes, keeper = files
            keep(begin, *pipes, socket.socket(fileno=keeper))
        for file in files:
            os.close(file)
        grader.send(b".")


def be_a_worker(begin: Begin) -> None:
    """Answers what comes on standard input; what is printed goes where errors go."""
    questions, answers, empty = os.dup(0), os.dup(1), os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.dup2(2, 1)
    answer_all(begin, questions, answers, alone=False)


if __name__ == "__main__":
    begin = importlib.import_module(sys.argv[1]).begin
    if sys.argv[2:]:
        fork_workers(begin, socket.socket(fileno=int(sys.argv[2])))
    else:
        be_a_worker(begin)
