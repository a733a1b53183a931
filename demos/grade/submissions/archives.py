"""Unpacks a zip that somebody else has made, or says by name what in it is refused.

What would be written outside, links, what is encrypted, and what unpacks to more than a class hands in are
refused, and then nothing of the archive counts. What systems add (`__MACOSX`, `.DS_Store`) is left out.
"""

from __future__ import annotations

import lzma
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

LARGEST = 64 << 20
"""Bytes that one student's files may have, unpacked."""

_MOST_FILES = 20_000
_DEEPEST = 50  # folders within folders
_SYSTEMS = frozenset({"__MACOSX", "__pycache__", "node_modules", "venv", "Thumbs.db", "desktop.ini"})
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError, ValueError,
    KeyError, OverflowError, MemoryError, OSError,
)  # fmt: skip
"""What is raised where the bytes of an archive are not what they should be."""


class ArchiveError(Exception):
    """The archive is refused; the message says why."""


def is_junk(name: str) -> bool:
    """Whether a file or folder comes from a system or a tool: hidden ones, caches, checkpoints."""
    return name in _SYSTEMS or name.startswith(".") or name.endswith(".pyc")


def unpack(archive: Path, into: Path, largest: int = LARGEST) -> None:
    """Writes the files of a zip below the folder `into`; ArchiveError where it is refused."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            if len(members) > _MOST_FILES:
                raise ArchiveError(f"holds {len(members):,} files; {_MOST_FILES:,} are allowed")
            left = largest
            for member in members:
                path = _path_of(member)
                if not any(map(is_junk, path.parts)):
                    left -= _write(opened, member, into / path, left, largest)
    except _DAMAGED as error:
        raise ArchiveError(f"cannot be unpacked: {error}") from None


def _path_of(member: zipfile.ZipInfo) -> PurePosixPath:
    """Where a member belongs, once it is known to be a plain file that stays inside."""
    name = _name_of(member).replace("\\", "/")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name) or "\0" in name:
        raise ArchiveError(f"is refused: it holds {name!r}, which would be written outside its folder")
    if len(path.parts) > _DEEPEST:
        raise ArchiveError(f"is refused: it holds folders within folders, more than {_DEEPEST} deep")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        what = "a link" if kind == stat.S_IFLNK else "no plain file"
        raise ArchiveError(f"is refused: {name!r} in it is {what}")
    if member.flag_bits & 1:
        raise ArchiveError(f"is refused: {name!r} in it is encrypted")
    return path


def _name_of(member: zipfile.ZipInfo) -> str:
    """The member's name; macOS writes UTF-8 without saying so, which is then read as code page 437."""
    if not member.flag_bits & 0x800:
        try:
            return member.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return member.filename


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, left: int, largest: int) -> int:
    """Unpacks one member; how many bytes it has. What its header says of its size is not believed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with opened.open(member) as source, path.open("wb") as target:
        while chunk := source.read(1 << 20):
            size += len(chunk)
            if size > left:
                raise ArchiveError(f"is refused: it unpacks to more than {largest >> 20} MB")
            target.write(chunk)
    return size
