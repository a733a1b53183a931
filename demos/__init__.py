"""Lessons to run in front of a class. `python -m demos` trains a network on the moons."""
