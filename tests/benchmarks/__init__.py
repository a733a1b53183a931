"""Measured comparisons: `python -m tests.benchmarks` prints every table of the README."""
