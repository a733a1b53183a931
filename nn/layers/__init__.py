"""Layers: modules, and what all modules share."""
