"""The public names that a lesson imports from our packages, and where the reference has them.

It knows nothing of how a page or the reference is made.
"""

from __future__ import annotations

import ast
import re
from importlib import import_module

PACKAGES = ("autograd", "autograd.symbols", "nn", "viz")

_HIDDEN = {"autograd": ["abs", "compile", "pow", "sum"]}
"""Public names that `import *` leaves to Python."""

_DOTTED = re.compile(
    r'(?<!\.</span>)<span class="n\w*">(\w+)</span>'
    r'((?:<span class="o">\.</span><span class="n\w*">\w+</span>)*)'
    r'(?!<span class="o">=</span>)'  # not the name of an argument
)
"""A name in code as pygments sets it, and the names after its dots."""

_CODE = re.compile(r"([\w.]+)(?:\(.*\))?", re.DOTALL)


class Names:
    r"""The names of our packages in a lesson's text, each with its address in the reference.

    A name that the text gives to something of its own as well is left out: it may be the other one.

    >>> names = Names("import autograd\nfrom nn import MLP, SGD as Optimizer, step\nstep = 1")
    >>> names.address("MLP"), names.address("Optimizer"), names.address("autograd.mean")
    ('nn.html#MLP', 'nn.html#SGD', 'autograd.html#mean')
    >>> names.address("step"), names.address("autograd.nonsense")
    (None, None)
    """

    def __init__(self, text: str) -> None:
        self._addresses: dict[str, str] = {}
        self._modules: dict[str, str] = {}
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in PACKAGES:
                for alias in node.names:
                    if alias.name in public(node.module):
                        self._addresses[alias.asname or alias.name] = _address(node.module, alias.name)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name in PACKAGES:
                        self._modules[alias.asname or alias.name] = alias.name
        for name in _bound(tree):
            self._addresses.pop(name, None)
            self._modules.pop(name, None)

    def address(self, words: str) -> str | None:
        """Where the reference has the name, the dotted name or the call that these words are."""
        found = _CODE.fullmatch(words)
        if found is None:
            return None
        module, _, name = found[1].rpartition(".")
        if not module:
            own = self._modules.get(name)
            return self._addresses.get(name) or (own and f"{own.replace('.', '/')}.html")
        package = self._modules.get(module, module)
        return _address(package, name) if package in PACKAGES and name in public(package) else None

    def linked(self, code: str, root: str) -> str:
        """Code as pygments sets it in HTML, with links to the reference, which lies below `root`."""

        def link(found: re.Match[str]) -> str:
            members = re.findall(r">(\w+)</span>", found[2])
            if found[1] in self._modules and members:
                address, shown, rest = self.address(f"{found[1]}.{members[0]}"), found[0], ""
            else:
                address, shown, rest = self.address(found[1]), found[0].removesuffix(found[2]), found[2]
            return f'<a href="{root}{address}">{shown}</a>{rest}' if address else found[0]

        return _DOTTED.sub(link, code)


def public(package: str) -> list[str]:
    """The public names of a package."""
    return [*import_module(package).__all__, *_HIDDEN.get(package, [])]


def _address(package: str, name: str) -> str:
    return f"{package.replace('.', '/')}.html#{name}"


def _bound(tree: ast.AST) -> set[str]:
    """The names that a text binds in other ways than by an import."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
    return found
