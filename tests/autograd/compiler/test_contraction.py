"""The loops of machine code, without a program around them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llvmlite import ir

from autograd.compiler.backends.accesses import Access, Location
from autograd.compiler.backends.llvm.contraction import contract
from autograd.compiler.backends.llvm.loops import Loops
from autograd.compiler.backends.llvm.machine import MachineFunction, address
from tests.autograd.compiler.reference import assert_close

SIZES = {"r": 6, "m": 3, "j": 5}
SAMPLES = 11
LANES = 4
ROW_LENGTH = 12
DRAWN = np.random.default_rng(0)


@given(
    shape=st.lists(st.integers(1, 4), max_size=3),
    strides=st.lists(st.integers(-3, 5), min_size=3, max_size=3),
    first=st.integers(0, 9),
)
def test_rows_are_the_first_and_multiples_of_the_strides(shape, strides, first):
    """Strides along axes of one row are 0."""
    grid = np.indices(shape)
    rows = first + sum((stride * index for stride, index in zip(strides, grid)), np.zeros(shape, int))
    variables = tuple("rmj"[: len(shape)])
    access = Access(Location("a", "a", 0, True), rows, variables)
    expected = tuple(stride if size > 1 else 0 for stride, size in zip(strides, shape))
    assert access.strides == expected
    assert access.depends == tuple(name for name, stride in zip(variables, expected) if stride)


@pytest.mark.parametrize("rows", [[0, 1, 3], [2, 1, 2], [[0, 1], [2, 4]]])
def test_irregular_rows_have_no_strides(rows):
    """They are read by an index; each variable counts as one on which the row depends."""
    access = Access(Location("a", "a", 0, True), np.array(rows), ("r", "j")[: np.ndim(rows)])
    assert access.strides is None
    assert access.depends == access.variables


def operand(variables, uniform, irregular=False):
    """Numbers (rows,) or (rows, samples), and the rows that the variables mean: in order, or in none."""
    shape = tuple(SIZES[name] for name in variables)
    rows = np.arange(np.prod(shape, dtype=int))
    if irregular:
        rows = DRAWN.permutation(rows)
    return DRAWN.normal(size=(rows.size, 1 if uniform else SAMPLES)), rows.reshape(shape)


# fmt: off
CONTRACTIONS = [
    # target            factors
    (("rm", False), [("rj", True),  ("jm", False)]),
    (("rj", True),  [("rm", False), ("jm", False)]),
    (("jm", False), [("rm", False), ("rj", True)]),
    (("rm", True),  [("rj", True),  ("jm", True)]),
    (("mr", True),  [("rj", True),  ("jm", True)]),
    (("r", False),  [("jr", False), ("jr", False)]),
    (("jr", True),  [("r", False),  ("jr", False)]),
    (("r", True),   [("jr", True)]),
    (("jr", False), [("r", False)]),
    (("r", True),   [("", True)]),
    (("", True),    [("jr", False)]),
]
# fmt: on


@pytest.mark.parametrize("irregular", [False, True])
@pytest.mark.parametrize("starts", [False, True])
@pytest.mark.parametrize(("target", "factors"), CONTRACTIONS)
def test_a_contraction_is_that_of_einsum(target, factors, starts, irregular):
    """Added to what the target has, or set; over samples too, where the target has one number for all."""
    variables, is_uniform = zip(target, *factors)
    names = [f"space{at}" for at in range(len(variables))]
    numbers, rows = zip(*(operand(*each, irregular) for each in [target, *factors]))
    accesses = [
        Access(Location(name, name, 0, uniform), row, tuple(own))
        for name, uniform, row, own in zip(names, is_uniform, rows, variables)
    ]
    lanes = 1 if all(is_uniform) else LANES
    loops = Loops(ir.Module("contraction"), "contraction", names, ir.DoubleType(), lanes, ROW_LENGTH)
    contract(loops, accesses[0], accesses[1:], [] if starts else None)
    loops.close()
    arrays = [in_memory(each) for each in numbers]
    MachineFunction(loops.function)(*arrays, SAMPLES)

    samples = 1 if all(is_uniform) else SAMPLES
    indexed = [each[row] for each, row in zip(numbers, rows)]
    ones = np.ones([*(SIZES[name] for name in target[0]), samples])
    factors_of_all = [np.broadcast_to(each, (*each.shape[:-1], samples)) for each in indexed[1:]]
    subscripts = ",".join(f"{own}b" for own in variables)
    expected = np.einsum(f"{subscripts}->{target[0]}{'' if target[1] else 'b'}", ones, *factors_of_all)
    expected = expected.reshape(indexed[0].shape) + (0.0 if starts else indexed[0])
    assert_close(arrays[0][rows[0]][..., : expected.shape[-1]], expected)


def in_memory(numbers):
    """A copy at an address for vectors; rows of numbers for each sample end in lanes that hold NaN."""
    rows, columns = numbers.shape
    width = 1 if columns == 1 else ROW_LENGTH
    space = np.full(rows * width + 8, np.nan)
    start = -(address(space) // 8) % 8
    copy = space[start : start + rows * width].reshape(rows, width)
    copy[:, :columns] = numbers
    return copy
