"""A cache of compiled WebAssembly between processes: Graphviz takes two and a half seconds to compile.

What is kept is machine code, so it is run only where nobody else can have written it: a file of this user,
as it was written, in a folder of this user that others may not write. Whatever is wrong with the file or
the folder, the module is compiled instead. (wasmtime has a cache of its own; it runs what lies there, damaged
or not.)
"""

from __future__ import annotations

import hashlib
import os
import platform
import stat
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import wasmtime

_DIGEST = 32
_FLAGS = (
    os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)
"""Read bytes, through no link, and wait for no FIFO's writer."""


def load(engine: wasmtime.Engine, wasm: bytes, folder: Path | None) -> wasmtime.Module:
    """The module compiled: as `folder` keeps it, or else now, and then kept there if that can be."""
    path = folder and _place(folder, wasm)
    code = path and _read(path)
    if code:
        with suppress(wasmtime.WasmtimeError):  # compiled for a processor with other instructions
            return wasmtime.Module.deserialize(engine, bytearray(code))
    module = wasmtime.Module(engine, wasm)
    if path:
        _write(path, bytes(module.serialize()))
    return module


def _place(folder: Path, wasm: bytes) -> Path | None:
    """The file of this module, compiled by this wasmtime; None where that does not say its version."""
    try:
        made_by = f"{version('wasmtime')} {sys.platform} {platform.machine()} ".encode()
    except PackageNotFoundError:
        return None
    return folder / f"graphviz-{hashlib.sha256(made_by + wasm).hexdigest()[:32]}"


def cache_folder() -> Path | None:
    """Our folder where this system keeps what programs can make again; None for a user without a home."""
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        base = base if os.path.isabs(base) else os.path.join(home, ".cache")
    return Path(base) / "seegrad" if os.path.isabs(base) else None


def _read(path: Path) -> bytes | None:
    """What `_write` wrote, if it is whole and nobody else can have written it."""
    try:
        if not _is_private(path.parent.lstat(), stat.S_ISDIR):
            return None
        with open(os.open(path, _FLAGS), "rb") as file:
            if not _is_private(os.fstat(file.fileno()), stat.S_ISREG):
                return None
            digest, code = file.read(_DIGEST), file.read()
    except OSError:
        return None
    return code if hashlib.sha256(code).digest() == digest else None


def _write(path: Path, code: bytes) -> None:
    """Write it, whole or not at all; where that cannot be, the next process compiles again."""
    with suppress(OSError):
        if _is_at_home(path.parent):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(path.parent.lstat(), stat.S_ISDIR):
            return
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            with open(handle, "wb") as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(name, path)
        except BaseException:  # Ctrl-C too leaves nothing behind
            os.unlink(name)
            raise


def _is_private(found: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    """Whether it is of this kind and this user's, and nobody else may write it."""
    if sys.platform == "win32":  # a user's folders are private by their place
        return is_kind(found.st_mode)
    return is_kind(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _is_at_home(folder: Path) -> bool:
    """Whether what is made there will be in a place of this user or the system's.

    Root in the home of somebody else, as with sudo, would make a folder there that they could not use.
    """
    if sys.platform == "win32":
        return True
    place = next(place for place in folder.parents if place.exists())
    return place.stat().st_uid in (0, os.geteuid())
