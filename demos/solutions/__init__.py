"""The solutions of the lessons' exercises: each file runs, and asserts what it says."""
