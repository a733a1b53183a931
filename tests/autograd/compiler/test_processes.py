"""Training in several processes that meet on this machine: with a limit of time, and ended by SIGKILL."""

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.autograd.compiler.reference import assert_close

pytestmark = [pytest.mark.slow, pytest.mark.needs("jax")]

SECONDS = 240
"""Until a run counts as one that hangs."""


@contextmanager
def started(count, way):
    """So many processes, which are killed in the end if they have not ended."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    module = [sys.executable, "-m", "tests.autograd.compiler.in_processes"]
    processes = [
        subprocess.Popen(
            [*module, str(count), str(place), str(port), way],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for place in range(count)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def ended(count, way):
    """What each process says, and how it has ended."""
    with started(count, way) as processes:
        said = [process.communicate(timeout=SECONDS) for process in processes]
        return [(process.returncode, *texts) for process, texts in zip(processes, said)]


def results(count, way):
    """What the processes have found."""
    ends = ended(count, way)
    assert [code for code, _, _ in ends] == [0] * count, ends
    return [json.loads(said.splitlines()[-1]) for _, said, _ in ends]


@pytest.fixture(scope="module")
def alone():
    """What one process finds."""
    return results(1, "whole")[0]


@pytest.mark.parametrize("way", ["whole", "sharded"])
def test_two_processes_train_as_one_does(way, alone):
    """Within rounding after eighty steps: all numbers in each of them, and each its own samples' results."""
    first, second = found = results(2, way)
    for mine in found:
        for what in ("losses", "parameters", "state"):
            assert_close(mine[what], alone[what], 1e-12)
        assert mine["steps"] == 80
        assert mine["report"].endswith("on 2 devices: cpu")
    assert_close([a + b for a, b in zip(first["beside"], second["beside"])], alone["beside"], 1e-12)
    assert first["saved"] == first["parameters"]


def assert_ends_with_its_reason(process):
    """In less than a minute, and with a message."""
    _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "RuntimeError: a step of 2 processes together has failed, most likely since one of them" in error


def test_a_process_that_is_killed_makes_the_others_end():
    """Their next step fails, and they do not wait for it at their end."""
    with started(2, "endless") as processes:
        for process in processes:
            assert any(line == "training\n" for line in process.stdout)
        processes[1].send_signal(signal.SIGKILL)
        assert_ends_with_its_reason(processes[0])


def test_a_process_that_ends_by_an_error_makes_the_others_end():
    """It shows its own error, and waits for nobody."""
    with started(2, "raises sharded") as processes:
        _, error = processes[1].communicate(timeout=SECONDS)
        assert processes[1].returncode == 1
        assert "FileNotFoundError: no such data" in error
        assert_ends_with_its_reason(processes[0])
