"""The numpy backend: a program as text that a person can read."""
