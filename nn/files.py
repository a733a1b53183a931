"""A file written whole or not at all, where the path leads.

A temporary file beside the target gets the text, and then the target's name, in one step. While it is being
written it is locked, so that a save that finds one unlocked knows that its writer was killed, and removes it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import TextIO

try:
    import fcntl
except ImportError:  # Windows, which lets nobody remove a file that is open
    fcntl = None  # type: ignore[assignment]


def write(path: str | os.PathLike[str], text: str) -> None:
    """Make `text` the content of the file at `path`; when that fails, the earlier file stays as it was.

    A link is kept, and what it leads to is written. Only a regular file is replaced, which keeps its
    permissions. When this returns, the content is on the disk.
    """
    given = os.fsdecode(path)
    try:
        target, mode = _target(given)
        _remove_leftovers(target)
        with _temporary(target, 0o666 if mode is None else mode) as (temporary, file):
            if mode is not None:
                os.chmod(temporary, mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            if fcntl is None:
                file.close()  # Windows renames no file that is open
            os.replace(temporary, target)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(
            error.errno,
            f"cannot save {given!r}: {_reason(error)}; an earlier file there is as it was",
        ) from None


def read(path: str | os.PathLike[str]) -> bytes:
    """The content of the regular file at a path; a ValueError where it is something else."""
    given = os.fsdecode(path)
    if given and not stat.S_ISREG(mode := os.stat(given).st_mode):
        raise ValueError(f"it is {_kind(mode)}")
    with open(given, "rb") as file:
        return file.read()


def _target(given: str) -> tuple[Path, int | None]:
    """Where a path leads, through links, and the permissions of the file there; None where there is none."""
    if not given:
        raise FileNotFoundError("cannot save to an empty path; give a file name")
    target = Path(os.path.realpath(given))
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"cannot save {given!r}: there is no folder {str(target.parent)!r}; make it first"
        )
    if target.is_symlink():
        raise OSError(f"cannot save {given!r}: the link leads back to itself; remove it first")
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        if given.endswith(("/", os.sep)):
            raise IsADirectoryError(f"cannot save {given!r}: it names a folder; give a file name") from None
        return target, None
    if not stat.S_ISREG(mode):
        kind = IsADirectoryError if stat.S_ISDIR(mode) else OSError
        raise kind(f"cannot save {given!r}: it is {_kind(mode)}, and only regular files are replaced")
    if not os.access(target, os.W_OK):
        raise PermissionError(f"cannot save {given!r}: the file is read-only; choose another, or chmod it")
    return target, stat.S_IMODE(mode)


@contextmanager
def _temporary(target: Path, mode: int) -> Iterator[tuple[Path, TextIO]]:
    """A new locked file beside `target`, to be renamed; what goes wrong removes it."""
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
    while True:
        path = target.with_name(f"{_prefix(target)}{token_hex(8)}")
        handle = os.open(path, flags, mode)
        _lock(handle, wait=True)
        if fcntl is None or os.fstat(handle).st_nlink:
            break
        os.close(handle)  # another save took it for a leftover, before it was locked
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            yield path, file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _remove_leftovers(target: Path) -> None:
    """Remove the temporary files of this target whose writers are gone: nobody holds their locks."""
    prefix = _prefix(target)
    with suppress(OSError):  # a folder that cannot be listed can be written all the same
        for name in os.listdir(target.parent):
            if name.startswith(prefix):
                with suppress(OSError):  # gone already, or not ours to touch
                    _remove_leftover(target.with_name(name))


def _remove_leftover(path: Path) -> None:
    if fcntl is None:
        path.unlink()
        return
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if stat.S_ISREG(os.fstat(handle).st_mode) and _lock(handle, wait=False):
            path.unlink()
    finally:
        os.close(handle)


def _lock(handle: int, wait: bool) -> bool:
    """Whether a lock was obtained, which ends with the process at the latest."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # held by another, or a file system without locks
        return False
    return True


def _prefix(target: Path) -> str:
    """How the temporary files of a target begin: short, however long its own name is."""
    return f".seegrad-{sha256(os.fsencode(target.name)).hexdigest()[:16]}-"


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "there is no permission to write in its folder"
    return error.strerror or str(error)
