"""The rules: a derivative, written once, and the ways it is read. Nothing here knows a node or a graph."""
