"""The bytes of a file are text, or no submission, as Python has it; the grader starts beside any file."""

import subprocess
import sys
from pathlib import Path

import pytest

from demos.grade.inside.loading import source_of

ROOT = Path(__file__).parents[3]
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    "source",
    [
        "x = 'café'".encode(),
        BYTE_ORDER_MARK + "x = 'café'".encode(),
        b"# -*- coding: latin-1 -*-\nx = 'caf\xe9'",
        b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\nx = 'caf\xe9'",
    ],
)
def test_what_is_in_its_encoding_is_read(tmp_path, source):
    """UTF-8, with a byte order mark, or what one of the first two lines declares (PEP 263)."""
    (tmp_path / "x.py").write_bytes(source)
    assert source_of(str(tmp_path / "x.py")) == source


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"x = 1\n# caf\xe9\n", r"byte 0xe9 is not utf-8; save it as UTF-8.*line 2"),
        (b"# caf\xe9\n", r"byte 0xe9 is not utf-8"),
        (b"# coding: ascii\nx = 'caf\xe9'", r"byte 0xe9 is not ascii"),
        (b"# coding: nonsense\n", r"unknown encoding: nonsense"),
        (BYTE_ORDER_MARK + b"# coding: latin-1\n", r"encoding problem: utf-8"),
    ],
)
def test_what_is_not_in_its_encoding_is_refused(tmp_path, source, says):
    """Also where the byte is in a comment, which a parser of bytes reads over."""
    (tmp_path / "x.py").write_bytes(source)
    with pytest.raises(SyntaxError, match=says):
        source_of(str(tmp_path / "x.py"))


@pytest.mark.slow
def test_the_grader_starts_beside_files_named_like_modules_of_python(tmp_path):
    """A random.py and a json.py where it is started are files like others."""
    for name in ("random.py", "json.py"):
        (tmp_path / name).write_text("raise SystemExit('imported in place of Python\\'s own')")
    command = [sys.executable, "-m", "demos.grade", "--help"]
    paths = {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=tmp_path, env=paths, capture_output=True, text=True, timeout=300)
    assert (run.returncode, run.stderr) == (0, "")
