"""What holds of all tests together: what a missing package skips, and that no clock judges."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.optional_packages import NEEDS

ROOT = Path(__file__).parents[1]
OPTIONAL = [
    *(
        "llvmlite",
        "matplotlib",
        "tqdm",
        "sklearn",
        "jupytext",
        "nbformat",
        "nbclient",
        "ipykernel",
        "IPython",
    ),
    *("nbconvert", "latex2mathml", "pdoc", "playwright", "micrograd", "torch", "jax"),
]
PROGRAM = """
import sys
for package in sys.argv.pop(1).split():
    sys.modules[package] = None
import pytest
sys.exit(pytest.main())
"""


def run_without(packages, *options):
    """What pytest says where none of these packages can be imported."""
    command = [sys.executable, "-c", PROGRAM, " ".join(packages), *options, "-p", "no:cacheprovider"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_files_and_tests_name_the_package_that_is_missing():
    """A file that imports it is not imported, doctests included; a test beside others is skipped alone."""
    said = run_without(
        ["matplotlib", "sklearn"], "demos/palette.py", "tests/nn/data/test_data.py", "-k", "palette or scikit"
    )
    assert " demos/palette.py: not installed: matplotlib\n" in said
    assert re.search(r" tests/nn/data/test_data\.py:\d+: not installed: sklearn\n", said)


@pytest.mark.slow
def test_the_whole_suite_is_collected_without_any_optional_package():
    """No collection error, and exactly the files of NEEDS are skipped, in their package's name."""
    said = run_without(OPTIONAL, "--collect-only", "-qq")
    skipped = {
        line.split()[2].rstrip(":"): line.split()[-1] for line in said.splitlines() if "SKIPPED" in line
    }
    expected = {
        path.relative_to(ROOT).as_posix(): package
        for pattern, package in NEEDS.items()
        for path in ROOT.glob(pattern)
    }
    assert skipped == expected


def test_no_test_reads_the_clock():
    """A busy machine fails no test: work is counted (`counting.py`), and other processes are waited for."""
    clock = re.compile(
        r"(?<!def )\b(perf_counter|monotonic|process_time|thread_time|time\.time|timeit)(_ns)?\("
    )
    files = [*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("tests/**/conftest.py")]
    assert len(files) > 80
    assert [path for path in files if clock.search(path.read_text(encoding="utf-8"))] == []
