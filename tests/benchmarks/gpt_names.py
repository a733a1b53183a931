"""The work of the GPT's table: names of Python's standard modules, one a step, and the weights to start from.

The architecture is that of the published 200-line script: 27 tokens (a to z, and one that begins and ends
a name), 16 wide, 4 heads, 1 layer, blocks of 16, a ReLU MLP of 64, RMSNorm, no biases, its own lm_head.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

NAMES = """
abc argparse array ast asyncio bisect builtins calendar cmath cmd code codecs collections colorsys
compileall configparser contextlib copy copyreg csv ctypes curses dataclasses datetime dbm decimal
difflib dis doctest email ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions
ftplib functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib
importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math
mimetypes mmap modulefinder multiprocessing netrc numbers operator optparse os pathlib pdb pickle
pickletools pkgutil platform plistlib poplib posix pprint profile pstats pty pwd pyclbr pydoc queue
quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex
shutil signal site smtplib socket socketserver ssl stat statistics string stringprep struct subprocess
symtable sys sysconfig syslog tabnanny tarfile tempfile termios textwrap threading time timeit tkinter
token tokenize tomllib trace traceback tracemalloc tty turtle types typing unicodedata unittest urllib
uuid venv warnings wave weakref webbrowser wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
""".split()  # noqa: SIM905, one name a line would fill three screens

TOKENS, WIDTH, BLOCK = 27, 16, 16
LEARNING_RATE, BETA1, BETA2, EPS = 0.01, 0.85, 0.99, 1e-8

# fmt: off
SHAPES = {
    "wte":     (TOKENS, WIDTH),
    "wpe":     (BLOCK, WIDTH),
    "wq":      (WIDTH, WIDTH),
    "wk":      (WIDTH, WIDTH),
    "wv":      (WIDTH, WIDTH),
    "wo":      (WIDTH, WIDTH),
    "fc1":     (4 * WIDTH, WIDTH),
    "fc2":     (WIDTH, 4 * WIDTH),
    "lm_head": (TOKENS, WIDTH),
}
# fmt: on


def documents() -> list[Any]:
    """The tokens of every name, 0 before and after it, in a fixed random order."""
    names = list(NAMES)
    random.Random(0).shuffle(names)
    return [np.array([0, *(ord(letter) - ord("a") + 1 for letter in name), 0]) for name in names]


def first_of_each_length() -> list[int]:
    """Where in `documents` each length occurs first."""
    places: dict[int, int] = {}
    for place, tokens in enumerate(documents()):
        places.setdefault(len(tokens), place)
    return list(places.values())


def initial_weights() -> dict[str, Any]:
    """Normal with deviation 0.08, as the script draws them."""
    generator = np.random.default_rng(0)
    return {name: generator.normal(0.0, 0.08, shape) for name, shape in SHAPES.items()}
