"""Lowering: from a scalar graph, recorded once, to a program of array operations."""
