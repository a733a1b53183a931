"""The numpy backend: a program as text that a person can read.

`backend` loads the text as functions. `text` writes it, step by step; what is inside each, by kind, is in
`elementwise`, `products` and `selecting`. They read selections by the `writer`, as `slices` where the rows
allow it, and add to `cotangents`. `forms` are rules as text, `pieces` texts with what is known of them.
`runtime` is what programs call besides numpy.
"""
