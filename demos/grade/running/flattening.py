"""Makes a tree of folders flat, so that it can be deleted however deep it is and whatever its modes are.

Deleting a tree goes down by recursion, and ends at Python's limit; paths end at the system's.
"""

from __future__ import annotations

import contextlib
import os
import secrets


def flatten(folder: str) -> None:
    """Moves all folders below `folder` into it, under names of no meaning. Links are not followed.

    Where the system has no descriptors of folders (Windows), everything stays where it is.
    """
    if os.rename not in os.supports_dir_fd or os.scandir not in os.supports_fd:
        return
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _lift(top)
        finally:
            os.close(top)


def _lift(top: int) -> None:
    waiting, unique = _folders(top), secrets.token_hex(8)
    moved = 0
    while waiting:
        name = waiting.pop()
        with contextlib.suppress(OSError):
            inner = _opened(name, top)
            try:
                for one in _folders(inner):
                    moved += 1
                    with contextlib.suppress(OSError):
                        os.chmod(one, 0o700, dir_fd=inner)  # to be moved it has to be writable
                        os.rename(one, f"{unique}-{moved}", src_dir_fd=inner, dst_dir_fd=top)
                        waiting.append(f"{unique}-{moved}")
            finally:
                os.close(inner)


def _opened(name: str, within: int) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    try:
        return os.open(name, flags, dir_fd=within)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=within)
        return os.open(name, flags, dir_fd=within)


def _folders(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
