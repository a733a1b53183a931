"""The program: array operations over a batch, in words of no array library.

`program` says what each step computes, `inputs` what it is given, `rows` how a selection of rows lies, and
`products` which dots are cells of matrix products.
"""
