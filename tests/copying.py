"""Copies of this checkout's packages, for tests that change them."""

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]


def copy_package(name, place):
    """Copy a package into a folder, over what is there, so that it can be changed."""
    shutil.copytree(
        ROOT / name,
        place / name,
        dirs_exist_ok=True,
        copy_function=shutil.copyfile,
        ignore=lambda *_: ["__pycache__"],
    )
    for folder, _, _ in os.walk(place / name):
        os.chmod(folder, 0o755)
