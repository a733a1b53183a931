"""Screens: where a document can be looked at from here, and how it gets there."""
