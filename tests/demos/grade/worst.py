"""The worst submissions one can think of: name of the file, its text, what the report must say."""

# ruff: noqa: E501 - each submission is one entry, its code one string

from tests.demos.grade.engines import LECTURE

_ADD = "        out = Value(self.data + other.data"
_BACK = "    def backward(self):\n"
_INIT = "        self.data = data\n"


def _engine(old, new):
    assert old in LECTURE, old
    return LECTURE.replace(old, new)


# The file cannot be used at all: `problem` matches.
UNUSABLE = {
    "loop_at_import.py": ("while True: pass", "importing it did not end within 6 s"),
    "sleeps.py": ("import time; time.sleep(1000)", "importing it did not end within 6 s"),
    "exits.py": ("import sys; sys.exit(0)", r"cannot be imported: calls sys\.exit \(exits\.py line 1\)"),
    "dies.py": ("import os; os._exit(0)", r"importing it ends the process \(exit code 0\)"),
    "aborts.py": ("import os; os.abort()", "importing it crashes the process .SIGABRT"),
    "segfault.py": ("import ctypes; ctypes.string_at(0)", "importing it crashes the process .SIGSEGV"),
    "interrupts.py": ("raise KeyboardInterrupt", "cannot be imported: KeyboardInterrupt"),
    "base.py": (
        "class Mine(BaseException): pass\nraise Mine('no')",
        r"cannot be imported: Mine: no \(base\.py line 2\)",
    ),
    "unprintable.py": (
        "class E(Exception):\n    def __str__(self): raise self\nraise E",
        "E: .an exception that cannot be printed",
    ),
    "syntax.py": (
        "class Value:\n    def __init__(self, data)\n",
        r"SyntaxError: expected ':' \(syntax\.py line 2\)",
    ),
    "tabs.py": ("class Value:\n\tx = 1\n        y = 2\n", "TabError"),
    "missing_import.py": (
        "import torch_is_not_here",
        "ModuleNotFoundError: No module named 'torch_is_not_here'",
    ),
    "empty.py": ("", "^is empty$"),
    "only_blanks.py": ("\n  \n", "^is empty$"),
    "latin.py": (b"x = 'caf\xe9'\nclass Value: pass\n", "cannot be imported: SyntaxError: .*(utf|UTF)-8"),
    "null.py": (
        b"class Value:\x00 pass",
        "cannot be imported: (SyntaxError|ValueError): source code .*null bytes",
    ),
    "notes.txt": ("class Value: pass", r"is not a \.py file"),
    "homework.ipynb": ("{}", "is no notebook: it holds no code cell"),
    "none.py": ("x = 1", "no class `Value` in it; its classes: none at all"),
    "other.py": ("class Helper: pass", "no class `Value` in it; its classes: Helper"),
    "two.py": (
        "class A:\n    def backward(self): pass\nclass B:\n    def backward(self): pass",
        r"several that could be meant \(A, B\): add `:NAME`",
    ),
    "function.py": ("def Value(data): return data", "`Value` is a function, not a class"),
    "no_argument.py": (
        "class Value: pass",
        r"`Value\(2\.0\)` fails: TypeError: Value\(\) takes no arguments",
    ),
    "abstract.py": (
        "import abc\nclass Value(abc.ABC):\n    def __init__(self, data): pass\n    @abc.abstractmethod\n    def f(self): ...",
        r"`Value\(2\.0\)` fails: TypeError: Can't instantiate abstract class",
    ),
    "loop_in_init.py": (
        _engine(_INIT, "        while True: pass\n"),
        "making a Value did not end within 6 s",
    ),
    "reads_input.py": ("name = input('Your name? ')", "cannot be imported: EOFError"),
    "hog.py": ("hog = [0] * 10**10", "cannot be imported: MemoryError"),
    "recursive.py": ("def f(): f()\nf()", "cannot be imported: RecursionError"),
    "exec_itself.py": (
        "import os, sys; os.execv(sys.executable, [sys.executable, '-c', ''])",
        r"ends the process \(exit code 0\)",
    ),
}

# Something is wrong with it, and the report on the screen says so: all of these match.
FAULTY = {
    "loop_in_backward.py": (
        _engine(_BACK, _BACK + "        while True: pass\n"),
        [r"It did not end within 1\.5 s", "✓ holds data"],
    ),
    "exit_in_add.py": (
        _engine(_ADD, "        raise SystemExit\n" + _ADD),
        [r"`c = a \+ b`: calls sys\.exit \(exit_in_add\.py line 17, in __add__\)", "✓ holds data"],
    ),
    "dies_in_backward.py": (
        _engine(_BACK, _BACK + "        import os; os._exit(3)\n"),
        [r"It ends the process \(exit code 3\)", "✓ adds and multiplies"],
    ),
    "crash_in_mul.py": (
        _engine(
            "        out = Value(self.data * other.data",
            "        import ctypes; ctypes.string_at(0)\n        out = Value(self.data * other.data",
        ),
        ["It crashes the process .SIGSEGV", "✓ holds data"],
    ),
    "recursion_in_add.py": (
        _engine(_ADD, "        return self + other\n" + _ADD),
        ["RecursionError: maximum recursion depth exceeded"],
    ),
    "hog_in_add.py": (_engine(_ADD, "        x = bytearray(10**11)\n" + _ADD), ["MemoryError"]),
    "strings.py": (
        _engine(_INIT, "        self.data = str(data)\n"),
        ["Your a.data is the str '2.5' where 2.5 is right"],
    ),
    "none_data.py": (
        _engine(_INIT, "        self.data = None\n"),
        ["Your a.data is None where 2.5 is right"],
    ),
    "nan.py": (
        _engine(_INIT, "        self.data = float('nan')\n"),
        ["Your a.data is nan where 2.5 is right"],
    ),
    "list_data.py": (
        _engine(_INIT, "        self.data = [data]\n"),
        ["Your a.data is a list where 2.5 is right"],
    ),
    "vector_grad.py": (
        _engine(
            "self.grad = 0.0\n        self._b", "import numpy; self.grad = numpy.zeros(3)\n        self._b"
        ),
        [r"a.grad is a numpy array of shape \(3,\) where"],
    ),
    "renamed.py": (
        LECTURE.replace(".data", ".number_of_it"),
        ["AttributeError: 'Value' object has no attribute 'data'; the grader reads `.data`"],
    ),
    "forgets_return.py": (
        _engine(', "+")\n', ', "+")\n        return\n'),
        ["not written yet: `data` of None: a `return` is missing", "· adds and multiplies"],
    ),
    "returns_number.py": (
        "class Value:\n    def __init__(self, data): self.data = data\n    def __add__(self, other): return self.data + other.data\n    def __mul__(self, other): return 7.0",
        ["AttributeError: 'float' object has no attribute 'data'; the result is no Value"],
    ),
    "no_numbers.py": (
        _engine("other = other if isinstance(other, Value) else Value(other)", "pass"),
        ["'int' object has no attribute 'data' .*; the plain number was not made a Value"],
    ),
    "answers_all.py": (
        "class Value:\n    def __init__(self, data): pass\n    def __getattr__(self, name): return lambda *a: self",
        ["Your a.data is a function where 2.5 is right"],
    ),
    "stub.py": (
        "class Value:\n    def __init__(self, data):\n        self.data = data\n        self.grad = 0\n    def __add__(self, other):\n        raise NotImplementedError\n    def __mul__(self, other):\n        pass\n    def backward(self):\n        pass",
        [
            "· adds and multiplies – not written yet: `c = a \\+ b`, `data` of None",
            "· automatic backward – not written yet: `backward`",
        ],
    ),
    "first_lesson.py": (
        "class Value:\n    def __init__(self, data):\n        self.data = data",
        [
            "✓ holds data",
            "· adds and multiplies – not written yet: `__add__` \\(`c = a \\+ b`\\), `__mul__` \\(",
            "1 of 5 stages; first to look at: adds and multiplies",
        ],
    ),
    "none_grad.py": (
        _engine("self.grad = 0.0\n        self._b", "self.grad = None\n        self._b"),
        [
            r"`c\._backward\(\)`: TypeError: .*'NoneType' and 'float' \(none_grad\.py line 20, in _backward\)",
            "✗ automatic backward – again TypeError\n",
        ],
    ),
    "typo.py": (
        _engine("__rmul__", "__rmull__"),
        [r"not written yet: `__rmul__` \(`c = 10 \* a`\), but there is `__rmull__`"],
    ),
    "another_typo.py": (
        _engine("def backward", "def backwards"),
        ["automatic backward – not written yet: `backward`, but there is `backwards`"],
    ),
}

# Odd, and yet right in every stage that is tried.
ODD_BUT_RIGHT = {
    "random.py": LECTURE,
    "test.py": LECTURE,
    "numbers.py": LECTURE,
    "a file with spaces.py": LECTURE,
    "first-try (2).py": LECTURE,
    "ünïcode.py": LECTURE,
    "flood.py": _engine(_INIT, "        print('x' * 10_000)\n" + _INIT),
    "binary_flood.py": "import os\nos.write(1, bytes(range(256)) * 100)\n" + LECTURE,
    "looks_like_protocol.py": "print('{\"done\": true}', flush=True)\n" + LECTURE,
    "closes_stdout.py": "import sys, os\nsys.stdout.close(); sys.stdout = None; os.close(1); os.close(0)\n"
    + LECTURE,
    "forks.py": "import os, time\nif os.fork() == 0: time.sleep(1000)\n" + LECTURE,
    "forks_and_goes_on.py": "import os\nos.fork()\n" + LECTURE,
    "thread.py": "import threading, time\nthreading.Thread(target=time.sleep, args=(1000,)).start()\n"
    + LECTURE,
    "ignores_signals.py": "import signal\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\n" + LECTURE,
    "exit_handler.py": "import atexit, time\natexit.register(time.sleep, 1000)\n" + LECTURE,
    "deletes_its_module.py": "import sys\ndel sys.modules[__name__]\n" + LECTURE,
    "changes_folder.py": "import os\nos.chdir(os.pardir)\n" + LECTURE,
    "counts_its_imports.py": (
        "import os\nassert not os.path.exists('imported')\nwith open('imported', 'w') as file:\n    file.write('once')\n"
        + LECTURE
    ),
    "patches_its_class.py": LECTURE.replace("__radd__", "plus")
    + "\nsetattr(Value, '__radd__', Value.plus)\n",
    "conditional_import.py": LECTURE.replace(
        "import math", "try:\n    import math\nexcept ImportError:\n    math = None"
    ),
    "builtins_changed.py": LECTURE
    + "import builtins\nbuiltins.len = builtins.isinstance = builtins.print = None\ndel builtins.float, builtins.dict\n",
    "json_changed.py": "import json, os\njson.dumps = os._exit = os.write = None\n" + LECTURE,
    "equal_to_all.py": _engine(
        "    def __radd__",
        "    __hash__ = object.__hash__\n\n    def __eq__(self, other):\n        return True\n\n    def __radd__",
    ),
    "backward_returns.py": LECTURE + "        return [self]\n",
    "training_at_the_end.py": LECTURE + "import time\ntime.sleep(0.15)\nValue(2.0).backward()\n",
    "two_classes.py": LECTURE + "\n\nclass Neuron:\n    def backward(self):\n        pass\n",
    "another_name.py": LECTURE.replace("Value", "Scalar"),
    "carriage_returns.py": LECTURE.replace("\n", "\r\n"),
    "byte_order_mark.py": "\ufeff" + LECTURE,
    "dataclass_too.py": "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass Pair:\n    x: int\n"
    + LECTURE,
}
