"""The reference: the docstrings of our packages as pages, by pdoc, a library for just that."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from demos.pages.naming import PACKAGES, public

_HERE = re.compile(r'<a href="#([\w.]+)">(.*?)</a>')


def write_reference(folder: Path) -> None:
    """Write the public names of our packages, and what they say of themselves, as pages into `folder`."""
    import pdoc.render

    pdoc.render.configure(
        show_source=False,  # half of the time and most of the size
        template_directory=Path(__file__).parent / "templates" / "reference",
    )
    inside = [f"!{name}\\.(?!symbols$)" for name in PACKAGES]
    with _whole(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of annotations that a module imports for its type checker alone
        pdoc.pdoc(*PACKAGES, *inside, output_directory=folder)
    for path in folder.rglob("*.html"):
        text = path.read_text("utf-8")
        # a member that is inherited from a private module is linked, and is not there
        text = _HERE.sub(lambda link: link[0] if f'id="{link[1]}"' in text else link[2], text)  # noqa: B023
        path.write_text(text, encoding="utf-8")


@contextmanager
def _whole() -> Iterator[None]:
    """All public names inside: those that are imported late, and those that `import *` leaves out."""
    packages = [import_module(name) for name in PACKAGES]
    listed = [package.__all__ for package in packages]
    try:
        for package in packages:
            package.__all__ = public(package.__name__)
            for name in package.__all__:
                setattr(package, name, getattr(package, name))
        yield
    finally:
        for package, names in zip(packages, listed):
            package.__all__ = names
