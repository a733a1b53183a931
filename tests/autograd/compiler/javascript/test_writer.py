"""The writer: rows of elements as text, and blocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from autograd.compiler.backends.accesses import Access, Location
from autograd.compiler.backends.javascript.writer import Writer

TABLE = Location("v3", "v3", 0, False)

REGULAR = {
    "one row": (np.array([[5]]), "5"),
    "a block": (np.arange(12).reshape(3, 4) + 2, "4 * j + r + 2"),
    "a transposed block": (np.arange(12).reshape(4, 3).T, "j + 3 * r"),
    "backward": (np.array([[7, 6, 5]]), "-1 * r + 7"),
    "the same for each": (np.array([[4, 4], [9, 9]]), "5 * j + 4"),
    "of a table": (np.array([[0, 1], [5, 6], [7, 8]]), "rows1[j] + r"),
    "of a table of two axes": (np.array([[0, 1], [5, 2]]), "rows1[2 * j + r]"),
}


@pytest.mark.parametrize("name", REGULAR)
def test_rows_that_lie_regularly_are_strides(name):
    """And a table has what does not, by as few indices as it depends on."""
    rows, text = REGULAR[name]
    assert Writer().row(Access(TABLE, rows, ("j", "r")), {"j": "j", "r": "r"}) == text


@given(arrays(np.intp, array_shapes(min_dims=1, max_dims=3, max_side=4), elements=st.integers(0, 9)))
def test_the_text_of_a_row_is_the_row(rows):
    """At all indices, however the rows lie: the text is an expression in Python, too."""
    writer, variables = Writer(), ("j", "r", "m")[: rows.ndim]
    sizes = dict(zip(variables, rows.shape))
    text = writer.row(
        Access(TABLE, rows, variables), {name: name for name, size in sizes.items() if size > 1}
    )
    tables = {name: eval(text.split("(", 1)[1][:-1]) for text, name in writer.tables.items()}
    for at in np.ndindex(rows.shape):
        assert eval(text, tables, dict(zip(variables, at))) == rows[at]


def test_a_name_is_declared_once_in_the_blocks_around():
    """A constant that is there serves again; another value has another name, no word of JavaScript."""
    writer = Writer()
    with writer.block("function f()"):
        assert writer.declared("at", "r * batch") == "at"
        with writer.block("for (const x of y)"):
            assert writer.declared("at", "r * batch") == "at"
            assert writer.declared("at", "j * batch") == "at1"
            assert writer.declare("sum", "0", "let") == "sum"
            assert writer.declared("zero", "0") == "zero"
            assert writer.declare("new", "1") == "new1"
        assert writer.declared("at", "m * batch") == "at1"
