"""JavaScript: programs and optimisers' formulas as text that a page includes, and a person can read.

`text` writes a program, a function for each step; what is inside each, by kind, is in `elementwise`,
`products` (sums of products, by `contraction`) and `selecting`. They know of arrays by the `tables`, and
write loops by the `writer`. `updates` writes an optimiser's formula. Nothing here runs a program, or knows a
page.
"""
