"""Runs a notebook as a teacher would: cell after cell in one namespace, on past the cells that fail.

Magics are left out, or done where they give names (`%time`, `%run`, `%%writefile`); what cells have printed
and drawn before is not looked at. A module that is not installed costs its import alone. Nothing here knows
what a Value is.
"""

from __future__ import annotations

import ast
import codeop
import json
import re
import types
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

_HELP = re.compile(r"\s*(\?{1,2}\s*[\w.*%]+|[\w.*%]+\?{1,2})\s*;?\s*")
_MAGIC = re.compile(r"(?P<indent>\s*)(?P<names>[\w., ]+=\s*)?(?P<kind>%|!{1,2})(?P<rest>.*)")
_BODY_RUNS = ("time", "capture", "prun")


class NotebookError(Exception):
    """There is nothing in it to run; the message says why."""


class Cell(NamedTuple):
    """A code cell: its number among the code cells, from 1, and its text."""

    number: int
    text: str


def cells_of(path: str) -> list[Cell]:
    """The code cells of a notebook of format 3 or 4, in order."""
    try:
        notebook = json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"is no notebook: {error}") from None
    notebook = notebook if isinstance(notebook, dict) else {}
    language = _language(notebook)
    if not language.lower().startswith("python"):
        raise NotebookError(f"is a notebook of {language}, not of Python")
    sheets = notebook.get("worksheets", [notebook])  # format 3 has them
    cells = [cell for sheet in _dicts(sheets) for cell in _dicts(sheet.get("cells"))]
    texts = [_text(cell) for cell in cells if cell.get("cell_type") == "code"]
    if not texts:
        raise NotebookError("is no notebook: it holds no code cell")
    return [Cell(number, text) for number, text in enumerate(texts, 1)]


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    for place, name in (("language_info", "name"), ("kernelspec", "language")):
        said = metadata.get(place) if isinstance(metadata, dict) else None
        if isinstance(said, dict) and isinstance(said.get(name), str):
            return str(said[name])
    return "python"


def _dicts(listed: Any) -> Iterator[dict[str, Any]]:
    return (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else iter(())


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def without_magics(text: str) -> str:
    r"""The text of a cell as Python, line for line, without what only Jupyter understands.

    >>> without_magics("%matplotlib inline\nx = 7 % 4\n%time y = x + 1\n!pip install torch\nx?")
    'pass\nx = 7 % 4\ny = x + 1\npass\npass'
    """
    lines = text.replace("\r\n", "\n").split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        name, _, rest = lines[first][2:].partition(" ")
        if name in ("writefile", "file"):
            return "\n" * first + _write_file(rest, "\n".join(lines[first + 1 :]))
        if name not in _BODY_RUNS:
            return ""  # of another language, or of no effect
        lines[first] = ""
    while True:
        try:
            ast.parse("\n".join(lines))
        except SyntaxError as error:
            at = (error.lineno or 0) - 1  # where Python stops is a magic, or a mistake
            if not 0 <= at < len(lines) or not _replace(lines, at):
                return "\n".join(lines)
        else:
            return "\n".join(lines)


def _replace(lines: list[str], at: int) -> bool:
    """Puts Python in place of a magic and the lines that continue it; False where there is none."""
    if _HELP.fullmatch(lines[at]):
        lines[at] = "pass"
        return True
    found = _MAGIC.fullmatch(lines[at])
    if found is None:
        return False
    end = at
    while lines[end].endswith("\\") and end + 1 < len(lines):
        end += 1
    lines[at + 1 : end + 1] = [""] * (end - at)
    lines[at] = found["indent"] + _python_for(found)
    return True


def _python_for(magic: re.Match[str]) -> str:
    name, _, rest = magic["rest"].strip().partition(" ")
    if magic["names"]:
        return magic["names"] + "None"
    if magic["kind"] == "%" and name == "time" and rest:
        return rest
    if magic["kind"] == "%" and name == "run" and rest:
        return f"exec(compile(open({rest.split()[0]!r}, 'rb').read(), {rest.split()[0]!r}, 'exec'))"
    return "pass"


def _write_file(rest: str, body: str) -> str:
    *options, path = rest.split() or [""]
    mode = "a" if "-a" in options else "w"
    return f"with open({path!r}, {mode!r}, encoding='utf-8') as _file: _file.write({body!r})"


class Notebook:
    """A notebook to run: what failed in it, and what defines its names.

    `is_definition` says of a statement whether it only gives names; `describe`, what was raised and where.
    """

    def __init__(
        self,
        path: str,
        is_definition: Callable[[ast.stmt, dict[str, Any]], bool],
        describe: Callable[[BaseException], str],
        without: Collection[int] = (),
    ) -> None:
        """`without`: the numbers of cells to leave out."""
        self.path, self.cells = path, [cell for cell in cells_of(path) if cell.number not in without]
        self.failed: list[str] = []
        self.definitions: list[types.CodeType] = []
        self._is_definition, self._describe = is_definition, describe
        self._compile = codeop.Compile()  # `from __future__ import …` holds for the cells below, too

    def run(self, names: dict[str, Any], begins: Callable[[int], None] = lambda number: None) -> None:
        """Runs the cells in `names`; a class that a later cell hides behind an import is put back."""
        names |= {"get_ipython": _Anything, "display": _Anything}
        classes: dict[str, type] = {}
        for cell in self.cells:
            begins(cell.number)
            self._run_cell(cell, names)
            classes |= {name: made for name, made in names.items() if self._is_own(made, names)}
        names |= {name: made for name, made in classes.items() if not self._is_own(names.get(name), names)}

    @staticmethod
    def _is_own(made: Any, names: dict[str, Any]) -> bool:
        return isinstance(made, type) and made.__module__ == names.get("__name__")

    def _run_cell(self, cell: Cell, names: dict[str, Any]) -> None:
        filename = f"{self.path}, code cell {cell.number}"
        try:
            for statement in ast.parse(without_magics(cell.text), filename).body:
                code = self._compile(ast.Module([statement], []), filename, "exec")
                try:
                    exec(code, names)
                except ModuleNotFoundError as missing:
                    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
                        raise
                    what = self._describe(missing)
                    self.failed.append(f"code cell {cell.number}: {what}; the rest of the cell was run")
                else:
                    if self._is_definition(statement, names):
                        self.definitions.append(code)
        except BaseException as raised:  # sys.exit of the student's own too
            what = self._describe(raised)
            self.failed.append(f"code cell {cell.number} fails: {what}; the cells after it were run")


class _Anything:
    """What Jupyter's own names stand for: whatever is asked of it is done, and nothing happens."""

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return _Anything
