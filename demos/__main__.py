"""`python -m demos NAME` runs a lesson; without a name, the moons. `--list` shows all."""

from __future__ import annotations

import argparse
from pathlib import Path

from demos.catalogue import find, lessons
from demos.running import run


def main() -> None:
    """Parse the command line and do what it asks."""
    parser = argparse.ArgumentParser(prog="python -m demos", description=__doc__)
    parser.add_argument("name", nargs="?", default="moons", help="the lesson (moons)")
    parser.add_argument("--list", action="store_true", help="show all lessons, one line each")
    parser.add_argument("--out", type=Path, default=Path("out"), help="where pictures go (out)")
    parser.add_argument("--seed", type=int, default=0, help="of data and weights (0)")
    parser.add_argument("--quick", action="store_true", help="fewer steps: a few seconds per lesson")
    options = parser.parse_args()
    if options.list:
        for entry in lessons():
            print(f"{entry.name:20} {entry.summary}")
        return
    run(find(options.name), options.seed, options.quick, options.out)


if __name__ == "__main__":
    main()
