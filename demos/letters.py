"""A text to learn letters from: names of modules in Python's standard library.

The list is fixed, so that a lesson prints the same numbers under each version of Python: it holds the public
names of small letters that every version has from 3.11 on. `sys.stdlib_module_names` lists those of yours.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

_TEXT = """
abc antigravity argparse array ast asyncio atexit bdb binascii bisect builtins calendar cmath cmd code
codecs codeop collections colorsys compileall concurrent configparser contextlib contextvars copy copyreg
csv ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings ensurepip enum errno
faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass
gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib importlib inspect io ipaddress
itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes mmap modulefinder msvcrt
netrc nt ntpath numbers opcode operator optparse os pathlib pdb pickle pickletools pkgutil platform plistlib
poplib posix posixpath pprint profile pstats pty pwd pyclbr pydoc pyexpat queue quopri random re readline
reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtplib
socket socketserver ssl stat statistics string stringprep struct subprocess symtable sys sysconfig syslog
tabnanny tarfile tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib trace
traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uuid venv warnings wave
weakref webbrowser winreg winsound wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
"""

MODULE_NAMES = tuple(_TEXT.split())

END = 0
"""The token that stands before a name's first letter and after its last."""

LETTERS = ".abcdefghijklmnopqrstuvwxyz"
"""The 27 tokens by their numbers; `END` is printed as a dot."""


def encode(name: str) -> list[int]:
    """The name's letters as tokens, between two `END`s.

    >>> encode("abc")
    [0, 1, 2, 3, 0]
    """
    return [END, *map(LETTERS.index, name), END]


def decode(tokens: Sequence[int]) -> str:
    """The letters after the first token, up to the next `END`.

    >>> decode([0, 1, 2, 3, 0, 26])
    'abc'
    """
    letters = "".join(LETTERS[token] for token in tokens[1:])
    return letters.split(LETTERS[END])[0]


def by_length(names: Sequence[str]) -> list[Any]:
    """One array of tokens, (names, letters + 2), for each length of name, so that none needs padding.

    >>> [rows.tolist() for rows in by_length(["os", "abc", "io"])]
    [[[0, 15, 19, 0], [0, 9, 15, 0]], [[0, 1, 2, 3, 0]]]
    """
    groups: dict[int, list[list[int]]] = {}
    for name in names:
        groups.setdefault(len(name), []).append(encode(name))
    return [np.array(groups[length]) for length in sorted(groups)]


def batches_by_length(names: Sequence[str], size: int, generator: np.random.Generator) -> Iterator[Any]:
    """All names once, in random order, as arrays of at most `size` rows of one length."""
    shuffled = (generator.permutation(rows) for rows in by_length(names))
    parts = [part for rows in shuffled for part in np.array_split(rows, math.ceil(len(rows) / size))]
    for place in generator.permutation(len(parts)):
        yield parts[place]


def loss_per_letter(losses: Callable[[Any], Any], names: Sequence[str]) -> float:
    """The mean over all predictions, in nats. `losses(rows)` gives, for each row, the mean over that row."""
    groups = by_length(names)
    total = math.fsum(float(np.sum(losses(rows))) * (rows.shape[1] - 1) for rows in groups)
    return total / math.fsum(rows[:, 1:].size for rows in groups)


def counting_loss(names: Sequence[str], memory: int) -> float:
    """The best loss per letter, in nats, of any model that sees only the last `memory` tokens.

    That model predicts by counting: how often each token follows the last ones in these very names. Its loss
    is the conditional entropy H(next | last `memory`), with memory 0 the entropy of the letters. Before a
    name, all tokens are `END`.

    >>> [round(counting_loss(["aa", "bb"], memory) / math.log(2), 6) for memory in (1, 2)]
    [1.0, 0.333333]
    """
    followers: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for name in names:
        tokens = [END] * max(memory - 1, 0) + encode(name)
        start = max(memory, 1)
        for place in range(start, len(tokens)):
            followers[tuple(tokens[place - memory : place])][tokens[place]] += 1
    pairs = [(count, counts.total()) for counts in followers.values() for count in counts.values()]
    return -sum(count * math.log(count / total) for count, total in pairs) / sum(count for count, _ in pairs)
