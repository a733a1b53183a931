"""The program: array operations over a batch, in words of no array library."""
