"""`python -m demos` trains a network on the moons and shows what happened."""

from __future__ import annotations

import argparse
from pathlib import Path

from demos import moons


def main() -> None:
    """Parse the command line and run the lesson."""
    parser = argparse.ArgumentParser(prog="python -m demos", description=moons.__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("out"), help="where the pictures go (out)")
    parser.add_argument("--seed", type=int, default=0, help="of the data and of the weights (0)")
    parser.add_argument("--quick", action="store_true", help="train for 20 steps instead of 100")
    options = parser.parse_args()
    moons.main(options.out, options.seed, options.quick)


if __name__ == "__main__":
    main()
