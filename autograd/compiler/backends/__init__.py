"""Backends: from a program to functions. Each has a folder of its own, and keeps what `protocol` says.

`registry` has them by name. `auto` is one that takes another, by `choosing`. A `parameter_table` has the
numbers of a training block; `bars` show what takes long.
"""
