"""Optimisers: their formulas, learning rates, and what is done to gradients."""
