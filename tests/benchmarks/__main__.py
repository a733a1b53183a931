"""`python -m tests.benchmarks [eager] [compiled] [large] [live]`: print the tables, for what is installed."""

from __future__ import annotations

import datetime
import os
import platform
import shlex
import sys
from importlib import metadata

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import autograd  # noqa: E402
from autograd.commands import Parser, run_command  # noqa: E402
from tests.benchmarks import compiled, eager, large, live  # noqa: E402

SECTIONS = ("eager", "compiled", "large", "live")


def _versions() -> str:
    found = [f"Python {platform.python_version()}", f"seegrad {autograd.__version__}"]
    for name in ("numpy", "micrograd", "llvmlite", "torch", "jax"):
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


def main() -> None:
    """Run the sections asked for, or all."""
    parser = Parser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[[], *SECTIONS], help="what to measure; all if none")
    parser.add_argument("--repeats", type=int, default=15, help="interleaved repeats of each (15)")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        help="part of the name of a row of the tables of steps; may be repeated",
    )
    options = parser.parse_args()
    command = shlex.join(["python", "-m", "tests.benchmarks", *sys.argv[1:]])
    print(f"`{command}`, {datetime.date.today()}: {_versions()}; {platform.machine()}, medians")
    for section in options.sections or SECTIONS:
        if section == "eager":
            eager.main(options.repeats, options.only)
        elif section == "large":
            large.main(min(options.repeats, 5), options.only)
        elif section == "live":
            live.main(options.repeats)
        else:
            compiled.main(options.repeats, options.only)


if __name__ == "__main__":
    run_command(main)
