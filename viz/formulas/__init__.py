"""Formulas: a graph in infix, as Python that evaluates or as LaTeX."""
