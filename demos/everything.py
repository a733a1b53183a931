"""Running all lessons, each in a Python of its own, and making the course of what they showed."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from demos.catalogue import Entry, lessons


class Outcome(NamedTuple):
    """How a lesson went: whether it ran to its end, and in how many seconds."""

    entry: Entry
    ran: bool
    seconds: float


def run_all(seed: int, quick: bool, out: Path) -> list[Outcome]:
    """Run every lesson, whatever happens to the others; write the course into `out`; say how it went.

    A lesson that needs a package of its own is left out where that is not installed.
    """
    from demos.pages.course import write_course

    entries = lessons()
    outcomes, left_out = [], []
    for place, entry in enumerate(entries, start=1):
        print(f"\n── {place} of {len(entries)}: {entry.name} {'─' * (60 - len(entry.name))}", flush=True)
        missing = [package for package in entry.needs if find_spec(package) is None]
        if missing:
            left_out.append(f"{entry.name} is left out: {', '.join(missing)} is not installed")
            print(left_out[-1])
        else:
            outcomes.append(_run(entry, seed, quick, out))
    failed = [outcome.entry.name for outcome in outcomes if not outcome.ran]
    print(f"\n{'lesson':20} {'seconds':>8}")
    for outcome in outcomes:
        print(f"{outcome.entry.name:20} {outcome.seconds:8.1f}{'' if outcome.ran else '  failed'}")
    print(f"{'together':20} {sum(outcome.seconds for outcome in outcomes):8.1f}")
    for line in left_out:
        print(line)
    begun = time.process_time()
    print(f"\nthe course: {write_course(out)} ({time.process_time() - begun:.1f} s for its pages)")
    if failed:
        print(f"{len(failed)} of {len(entries)} lessons failed: {', '.join(failed)}")
    return outcomes


def _run(entry: Entry, seed: int, quick: bool, out: Path) -> Outcome:
    command = [sys.executable, "-m", "demos", entry.name, "--seed", str(seed), "--out", str(out), "--no-page"]
    begun = time.perf_counter()
    ended = subprocess.run([*command, "--quick"] if quick else command, check=False)
    return Outcome(entry, ended.returncode == 0, time.perf_counter() - begun)
