"""Lessons to run in front of a class: `python -m demos --list` shows them. They run from a clone."""
