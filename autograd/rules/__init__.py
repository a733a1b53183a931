"""The rules: derivatives, each written once as a calculus table has it, and the ways in which they are read.

Nothing here knows a node, a graph or an array. To read it, begin with `table`; each file knows only those
below it:

    table          THE table
    words          what a row says of itself beside its mathematics
    javascript     rules in one more notation, for pages; `numbers.js` is what they call there
    primitives     Primitive: a row, and what it gives on floats
    constants      what depends on known numbers alone, carried out
    readings       a rule as functions, in a language: floats, complex numbers, or functions of one's own
    reductions     `total` and `largest`, which make one number of a family
    limits         floats by IEEE 754
    notation       a rule as text: for people, in Python, or in a notation of one's own

The language in which rules are written is `autograd.symbols`.
"""
