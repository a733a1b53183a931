"""Backends: from a program to functions. Each has a folder of its own."""
