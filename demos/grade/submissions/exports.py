"""How learning platforms name what they export: whose a file or folder is."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from demos.grade.escapes import visible

_PLATFORMS = (  # Moodle; Canvas; Canvas where names are hidden; Name_12345_file.py
    re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?"),
    re.compile(r"(?P<name>[^\W\d]\w*?)_(?P<late>late_)?(?P<id>\d+)_\d+_(?P<file>.+)", re.IGNORECASE),
    re.compile(r"(?P<name>anon)_(?P<late>late_)?(?P<id>[^\W_]+)_\d+_(?P<file>.+)", re.IGNORECASE),
    re.compile(r"(?P<name>[^\W\d].*?)_(?P<late>late_)?(?P<id>\d{3,})_(?P<file>[^_\d].*)", re.IGNORECASE),
)
_HANDED_IN_AGAIN = re.compile(r"-\d+(?=\.\w+$)")  # Canvas: engine-1.py
_METADATA = re.compile(
    r"^(?P<folder>submission_\d+):|^[ \t]*(?:-[ \t]*)?:name:[ \t]*(?P<name>.+?)[ \t]*$", re.MULTILINE
)
_JOINERS = "\u200c\u200d"  # have no width, and belong to names all the same


class Owner(NamedTuple):
    """The student, as people write the name; `id` tells two of one name apart; the file's own name."""

    name: str
    id: str = ""
    file: str = ""
    late: bool = False


def owner_of(name: str) -> Owner | None:
    """Who handed in a file or folder of this name; None where the name does not say.

    >>> owner_of("Ada Lovelace_1234_assignsubmission_file_")
    Owner(name='Ada Lovelace', id='1234', file='', late=False)
    >>> owner_of("lovelaceada_LATE_1234_5678_engine-1.py")
    Owner(name='lovelaceada', id='1234', file='engine.py', late=True)
    >>> owner_of("engine_2.py")
    """
    found = next(filter(None, (platform.fullmatch(name) for platform in _PLATFORMS)), None)
    if found is None:
        return None
    said = found.groupdict()
    file = _HANDED_IN_AGAIN.sub("", said["file"] or "")
    return Owner(as_written(said["name"]), said["id"], file, bool(said.get("late")))


def as_written(name: str) -> str:
    r"""A name as people write it: composed accents, single blanks, nothing that a terminal would obey.

    >>> as_written("Zoe\u0308  Nguye\u0302\u0303n\x1b[2J")
    'Zoë Nguyễn\\x1b[2J'
    """
    composed = unicodedata.normalize("NFC", " ".join(name.split()))
    return "".join(one if one in _JOINERS else visible(one) for one in composed)


def names_in_gradescope(folder: Path) -> dict[str, str]:
    """Of a Gradescope export, who handed in each folder; a group's names are joined."""
    try:
        text = (folder / "submission_metadata.yml").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    names: dict[str, list[str]] = {}
    for found in _METADATA.finditer(text):
        if found["folder"]:
            names[found["folder"]] = []
        elif names:
            names[list(names)[-1]].append(as_written(_unquoted(found["name"])))
    return {submission: ", ".join(submitters) for submission, submitters in names.items() if submitters}


def _unquoted(scalar: str) -> str:
    """A scalar of YAML as it is written on one line."""
    if scalar.startswith("'"):
        return scalar[1:-1].replace("''", "'")
    try:
        return str(json.loads(scalar)) if scalar.startswith('"') else scalar
    except ValueError:
        return scalar.strip('"')
