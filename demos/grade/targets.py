"""What the command line names: a file or a module, and perhaps a class in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Target:
    """`path/to/file.py`, `path/to/file.py:Name` or `package.module:Name`.

    >>> Target.parse("ada.py:Node")
    Target(text='ada.py:Node', source='ada.py', class_name='Node')
    >>> Target.parse("micrograd.engine:Value").is_file
    False
    """

    text: str
    source: str
    class_name: str = ""

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
        if (
            path.suffix in (".py", ".ipynb")
            or path.is_file()
            or not all(part.isidentifier() for part in parts)
        ):
            return True
        return path.is_dir() and not self.class_name

    @property
    def problem(self) -> str:
        """Why nothing can be read; "" where something can."""
        path = Path(self.source)
        if not self.is_file:
            return ""
        if path.is_dir():
            return f"is a folder; name the files in it: {path}/*.py"
        if not path.exists():
            return "there is no such file"
        if path.suffix == ".ipynb":
            return (
                "is a notebook; save it as a .py file first (jupyter nbconvert --to script, or File, Save as)"
            )
        if path.suffix != ".py":
            return "is not a .py file"
        try:
            empty = not path.read_bytes().strip()
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        return "is empty" if empty else ""
