"""What is graded: a file or a module, perhaps a class in it, and what a student has handed in with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CODE = (".py", ".ipynb")


@dataclass(frozen=True)
class Target:
    """`path/to/file.py`, `path/to/file.py:Name` or `package.module:Name`.

    `student` is who handed it in, where that is known. `name` is the path of the file among the student's
    own, and `files` are the others: their paths there, and where they lie. `notes` are sentences for the
    report; `refused` says why nothing of it is tried.

    >>> Target.parse("ada.py:Node").class_name
    'Node'
    >>> Target.parse("micrograd.engine:Value").is_file
    False
    """

    text: str
    source: str
    class_name: str = ""
    student: str = ""
    name: str = ""
    files: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    refused: str = ""

    @classmethod
    def parse(cls, text: str) -> Target:
        """A colon before an identifier names the class; other colons belong to the path."""
        source, colon, name = text.rpartition(":")
        if colon and name.isidentifier() and not Path(text).exists():
            return cls(text, source, name)
        return cls(text, text)

    @property
    def is_file(self) -> bool:
        """Whether a file is meant, and not a module that Python finds."""
        path, parts = Path(self.source), self.source.split(".")
        if path.suffix in CODE or path.is_file() or not all(part.isidentifier() for part in parts):
            return True
        return path.is_dir() and not self.class_name

    @property
    def problem(self) -> str:
        """Why nothing can be read; "" where something can."""
        path = Path(self.source)
        if self.refused or not self.is_file:
            return self.refused
        if not path.exists():
            return "there is no such file"
        if path.suffix not in CODE:
            return "is not a .py file, a notebook (.ipynb), a folder or a zip; unpack other archives first"
        try:
            empty = not path.read_bytes().strip()
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        return "is empty" if empty else ""
