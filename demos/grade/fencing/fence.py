"""Keeps a process, and all that it starts, to one folder: it writes there alone, and reads libraries besides.

The kernel does it (Landlock, Linux 5.13 and later) and takes no privileges; even root's are fenced. Elsewhere
nothing is fenced. Structures and numbers are those of linux/landlock.h; the calls have no wrapper in libc.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import sys
from collections.abc import Iterable

from demos.grade.fencing.filtering import keep_to_files

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # system calls, the same on all architectures but Alpha
_NO_NEW_PRIVILEGES = 38
_VERSION, _PATH_BENEATH = 1, 1
_TCP = 1 << 0 | 1 << 1  # to be called and to call: since version 4
_SCOPED = 1 << 0 | 1 << 1  # abstract sockets of, and signals to, processes outside the fence: since version 6

# fmt: off
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_REMOVE = 1 << 4 | 1 << 5                                  # folders, files
_MAKE   = sum(1 << right for right in range(6, 13))        # files, folders, links, sockets, pipes, devices
_READ   = _EXECUTE | _READ_FILE | _READ_FOLDER
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
# fmt: on


class _Ruleset(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("files", "network", "scoped")]


class _PathBeneath(ctypes.Structure):
    _pack_, _layout_ = 1, "ms"  # packed structures are laid out so; Python 3.14 wants to hear it
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


def version() -> int:
    """What the kernel knows of Landlock; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_call(_CREATE, None, 0, _VERSION)))


def fence(folder: str, readable: Iterable[str]) -> bool:
    """From now on this process may write only below `folder`, and read only there and what is `readable`.

    /dev/null may be written to. TCP is closed (Linux 6.7), and so are signals to processes outside (6.12).
    Modes, owners and sockets, of which Landlock does not know, are kept from it by `keep_to_files`. False
    where the kernel cannot; nothing is fenced then.
    """
    known = version()
    if not known:
        return False
    writing = _WRITE_FILE | _REMOVE | _MAKE | (_REFER if known >= 2 else 0) | (_TRUNCATE if known >= 3 else 0)
    wanted = _Ruleset(_READ | writing, _TCP if known >= 4 else 0, _SCOPED if known >= 6 else 0)
    rules = _call(_CREATE, ctypes.byref(wanted), ctypes.sizeof(wanted), 0)
    if rules < 0:
        return False
    try:
        allowed = _allow(rules, folder, _READ | writing)
        _allow(rules, "/dev/null", (_READ | writing) & (_READ_FILE | _WRITE_FILE | _TRUNCATE))
        for path in readable:
            with contextlib.suppress(OSError):  # what is not there needs no leave
                _allow(rules, path, _READ)
        privileges = ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0)))
        keep_to_files()
        return allowed and privileges == 0 and _call(_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


def _allow(rules: int, path: str, what: int) -> bool:
    opened = os.open(path, os.O_PATH)
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            what &= _OF_A_FILE
        return _call(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(_PathBeneath(what, opened)), 0) == 0
    finally:
        os.close(opened)


def _call(number: int, *arguments: object) -> int:
    system = ctypes.CDLL(None).syscall
    system.restype = ctypes.c_long
    return system(*(ctypes.c_long(one) if isinstance(one, int) else one for one in (number, *arguments)))
