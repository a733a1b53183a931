"""What a submission may read besides its own folder: Python and its libraries, the system's, and no more."""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterable
from pathlib import Path

_SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt",
    "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/fonts",
    "/etc/localtime", "/etc/timezone", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/mime.types",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems", "/proc/version",
    "/sys/devices/system",
)  # fmt: skip


def libraries(closed: Iterable[str]) -> list[str]:
    """Files and folders, with all below them. `closed`: folders that none of these may hold."""
    prefixes = (
        sys.prefix,
        sys.exec_prefix,
        sys.base_prefix,
        sys.base_exec_prefix,
        site.getusersitepackages(),
    )
    listed = dict.fromkeys([*_SYSTEM, *map(os.path.realpath, [*prefixes, *filter(None, sys.path)])])
    above = {str(folder) for name in closed for folder in (Path(name), *Path(name).parents)}
    return [path for path in listed if path not in above]
