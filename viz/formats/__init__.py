"""Formats: a view as DOT, SVG, Mermaid or text."""
