"""From what the command line names to one target for each student: files, folders, zips.

Of a student's files the one that defines the engine is graded; the others go along with it.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from demos.grade.submissions.archives import LARGEST, ArchiveError, is_junk, unpack
from demos.grade.submissions.exports import Owner, as_written, names_in_gradescope, owner_of
from demos.grade.submissions.targets import CODE, Target

_CLASS = 4 << 30  # bytes in the zip of a whole class, unpacked
# files are searched as bytes, not parsed; in a notebook a line is a string of JSON, or follows \n in one
_LINE = rb'(?:^|"|\\n)[ \t]*'
_IMPORT = re.compile(_LINE + rb"(?:from|import)[ \t]+\.?(\w+)", re.MULTILINE)
_VALUE = re.compile(_LINE + rb"class[ \t]+Value\b", re.MULTILINE)
_BACKWARD = re.compile(_LINE + rb"def[ \t]+back\w*\(", re.MULTILINE)
_TEST = re.compile(_LINE + rb"def[ \t]+test\w*\(", re.MULTILINE)
_BESIDES = re.compile(r"setup|conftest|tests?|test_\w+|\w+_test|docs|examples")
_TEST_FILE = re.compile(r"test.*|.*_test\.py|conftest\.py")


class _Piece(NamedTuple):
    """A file, folder or zip: what it is called where it is tried, where it lies, and how it is shown."""

    name: str
    path: Path
    shown: str


def targets_of(named: Sequence[str], unpacked: Path, tests: bool = False) -> list[Target]:
    """A target for each student, in the order of the command line.

    `unpacked` is an empty folder for what is in archives. `tests`: tests are graded, and not engines.
    """
    found: list[Target] = []
    for text in named:
        path = Path(text)
        try:
            if path.is_dir():
                found += _in_folder(path, text, path.resolve().name, unpacked, tests)
            elif _is_zip(path):
                inside = _unpack(path, unpacked, _CLASS)
                found += _in_folder(inside, text, path.stem, unpacked, tests)
            else:
                found.append(Target.parse(text))
        except ArchiveError as error:
            found.append(Target(text, text, refused=str(error)))
    graded = {os.path.realpath(target.source) for target in found}
    return [_with_modules(target, graded) for target in found]


def _in_folder(folder: Path, shown: str, name: str, unpacked: Path, tests: bool) -> list[Target]:
    """One target, or those of a class in which each file and each folder is a student's."""
    outer, inside = folder, _entries(folder)
    while len(inside) == 1 and inside[0].is_dir() and owner_of(inside[0].name) is None:
        folder, shown, name = inside[0], _joined(shown, inside[0].name), inside[0].name
        inside = _entries(folder)
    pieces = [_Piece(entry.name, entry, _joined(shown, entry.name)) for entry in inside]
    is_alone = len(pieces) == 1 and pieces[0].path.suffix in CODE and owner_of(pieces[0].name) is None
    if _belong_together(pieces) or (is_alone and folder != outer):
        return [_of_one(as_written(name), pieces, unpacked, tests)]
    names = names_in_gradescope(folder)
    handed: dict[Owner, list[_Piece]] = {}
    late = []
    for piece in pieces:
        owner = owner_of(piece.name)
        is_root = piece.path.is_dir() or _is_zip(piece.path)
        if owner is None and is_root:
            called = piece.name.removesuffix(".zip")
            owner = Owner(names.get(called) or as_written(called), called)
        elif owner is None and piece.path.suffix in CODE:
            owner = Owner("", piece.name)
        if owner is not None:
            whose = Owner(owner.name, owner.id)
            late += [whose] if owner.late else []
            inner = "" if is_root else owner.file or piece.name
            handed.setdefault(whose, []).append(piece._replace(name=inner))
    if not handed:
        raise ArchiveError(f"holds nothing to grade: {_listed(pieces)}")
    many = Counter(owner.name for owner in handed)
    return [
        _of_one(
            f"{owner.name} ({owner.id})" if owner.name and many[owner.name] > 1 else owner.name,
            theirs,
            unpacked,
            tests,
            ("handed in late",) if owner in late else (),
        )
        for owner, theirs in handed.items()
    ]


def _of_one(
    student: str, pieces: Sequence[_Piece], unpacked: Path, tests: bool, notes: tuple[str, ...] = ()
) -> Target:
    """The target of one student: the file that defines the engine, with all others."""
    try:
        files = [file for piece in pieces for file in _files_of(piece, unpacked)]
        if sum(file.path.stat().st_size for file in files) > LARGEST:
            raise ArchiveError(f"holds more than {LARGEST >> 20} MB")
        ranked = sorted((_rank(file, tests), file) for file in files if file.path.suffix in CODE)
        if not ranked:
            raise ArchiveError(f"holds no .py and no .ipynb file: {_listed(files)}")
    except (ArchiveError, OSError) as error:
        return Target(pieces[0].shown, str(pieces[0].path), student=student, refused=str(error), notes=notes)
    (best, first), *others = ranked
    rivals = [file.name for rank, file in others if rank[0] == best[0] < 0]
    if rivals:
        notes += (f"{first.name} is graded; {', '.join(rivals)} would do, too",)
    along = tuple((file.name, str(file.path)) for file in files if file is not first)
    return Target(first.shown, str(first.path), "", student, first.name, along, notes)


def _rank(file: _Piece, tests: bool) -> tuple[int, bool, bool, int, bool, int]:
    """The smaller, the likelier is it what is to be graded; what begins with 0 does not look like it."""
    text, path = file.path.read_bytes(), PurePosixPath(file.name)
    is_test = _TEST_FILE.fullmatch(path.name) is not None
    if tests:
        score = 2 * is_test + bool(_TEST.search(text))
    else:
        score = 2 * bool(_VALUE.search(text)) + bool(_BACKWARD.search(text))
    is_notebook = path.suffix == ".ipynb"
    return (
        -score,
        is_test and not tests,
        is_notebook,
        len(path.parts),
        path.stem != "engine",
        len(file.name),
    )


def _files_of(piece: _Piece, unpacked: Path, level: int = 0) -> Iterator[_Piece]:
    """The files in a folder or a zip, or the file itself; a zip within a zip is unpacked once."""
    if piece.path.is_symlink():
        raise ArchiveError(f"is refused: {piece.shown!r} is a link")
    if piece.path.is_dir():
        for folder, folders, names in os.walk(piece.path):
            links = [name for name in folders if Path(folder, name).is_symlink()]
            folders[:] = sorted(name for name in folders if not is_junk(name) and name not in links)
            for name in sorted(name for name in [*names, *links] if not is_junk(name)):
                path = Path(folder, name)
                inner = path.relative_to(piece.path).as_posix()
                within = _Piece(_joined(piece.name, inner), path, _joined(piece.shown, inner))
                yield from _files_of(within, unpacked, level)
    elif _is_zip(piece.path):
        if level > 1:
            raise ArchiveError(f"is refused: {piece.shown!r} is a zip in a zip in a zip")
        beside = piece.name.rpartition("/")[0]
        inside = _Piece(beside, _unpack(piece.path, unpacked, LARGEST), piece.shown)
        yield from _files_of(inside, unpacked, level + 1)
    else:
        yield piece


def _belong_together(pieces: Sequence[_Piece]) -> bool:
    """Whether files of a folder are parts of one program: each imports another, is imported, or tests it."""
    files = {piece.path.stem: _imported(piece.path) for piece in pieces if piece.path.suffix in CODE}
    folders = [piece.name for piece in pieces if piece.path.is_dir() and any(piece.path.rglob("*.py"))]
    modules = {*files, *folders}
    imported = {name for found in files.values() for name in found} & modules
    linked = imported | {stem for stem, found in files.items() if found & modules - {stem}}
    return bool(linked) and all(_BESIDES.fullmatch(name) for name in modules - linked)


def _with_modules(target: Target, graded: set[str]) -> Target:
    """A single file with the modules beside it that it imports, unless they are graded themselves."""
    if target.student or target.files or not target.is_file or target.problem:
        return target
    beside = Path(target.source).resolve().parent
    waiting, along = [Path(target.source)], dict[str, str]()
    while waiting:
        for name in sorted(_imported(waiting.pop())):
            package = sorted((beside / name).rglob("*.py")) if (beside / name).is_dir() else []
            for path in [beside / f"{name}.py", *package]:
                inner = path.relative_to(beside).as_posix()
                if path.is_file() and inner not in along and os.path.realpath(path) not in graded:
                    along[inner] = str(path)
                    waiting.append(path)
    return replace(target, files=tuple(along.items()))


def _imported(path: Path) -> set[str]:
    return {name.decode() for name in _IMPORT.findall(path.read_bytes())} if path.is_file() else set()


def _unpack(archive: Path, unpacked: Path, largest: int) -> Path:
    folder = Path(tempfile.mkdtemp(dir=unpacked))
    unpack(archive, folder, largest)
    return folder


def _entries(folder: Path) -> list[Path]:
    return sorted(
        (entry for entry in folder.iterdir() if not is_junk(entry.name)),
        key=lambda entry: (entry.name.casefold(), entry.name),
    )


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and path.is_file()


def _joined(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if folder else name


def _listed(pieces: Sequence[_Piece]) -> str:
    names = [as_written(piece.name or piece.path.name) for piece in pieces]
    return ", ".join(names[:5] + ["…"] * (len(names) > 5)) or "nothing at all"
