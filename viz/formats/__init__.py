"""Formats: a view as DOT, SVG, Mermaid, HTML or text."""
