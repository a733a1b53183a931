"""Tests of the engine, by the sections of its semantics."""
