"""Grades an engine that a student wrote, or the tests of one: `python -m demos.grade --help`."""
