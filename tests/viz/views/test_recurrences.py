"""A recurrent net in time: its steps one below the other, each with what it reads."""

import pytest

import nn
from autograd import Value
from autograd import sum as sum_values
from viz import draw
from viz.formats.ranks import places_of

LETTERS = (2, 0, 3, 1, 1, 2)
CELLS = {
    "RNN": lambda: nn.RNNCell(4, 3, seed=0),
    "GRU": lambda: nn.GRUCell(4, 2, seed=0),
    "LSTM": lambda: nn.LSTMCell(4, 2, seed=0),
}


def read(cell, encode=float):
    """All the states of a net that reads some letters, added up."""
    letters = [[encode(at == letter) for at in range(4)] for letter in LETTERS]
    return sum_values([unit for state in nn.RNN(cell)(letters) for unit in state])


def lines(box):
    return ["".join(span.text for span in line) for line in box.lines]


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_at_first_sight_a_recurrent_net_shows_each_step_and_its_letter(cell):
    """A box for each call of the cell, with the letter that it reads: x1, x2, ..."""
    view = draw(read(cell()), names=False).view
    (steps,) = view.recurrences
    shown = {box.key: lines(box) for box in view.boxes}
    assert [shown[key][0] for key in steps] == [f"cell, call {at}" for at in range(1, 7)]
    assert [shown[key][1] for key in steps] == [
        f"x{at} = one-hot {letter}" for at, letter in enumerate(LETTERS, 1)
    ]


def test_the_state_that_a_cell_begins_with_is_no_letter():
    """Zeros that a cell appends to its input are not shown as what it reads."""
    view = draw(read(nn.RNNCell(4, 3, seed=0), encode=Value), names=False).view
    assert not [line for box in view.boxes for line in lines(box) if line.startswith(("x1", "in "))]


def test_each_step_stands_below_the_one_before():
    """In one rank, in order; what all share stands before it, what reads all of them after it."""
    view = draw(read(nn.RNNCell(4, 3, seed=0), encode=Value), names=False).view
    (steps,) = view.recurrences
    found = places_of(view, turning=True)
    (rank,) = {found.ranks[key] for key in steps}
    assert [key for key in found.lines[rank] if key in steps] == list(steps)
    for arrow in view.arrows:
        along = found.ranks[arrow.target] - found.ranks[arrow.source]
        assert (along == 0) == {arrow.source, arrow.target}.issubset(steps) and along >= 0


def test_two_recurrent_nets_one_upon_the_other_are_two_columns():
    """Each step of the upper one beside the step of the lower one that it reads."""
    lower, upper = nn.RNN(nn.RNNCell(2, 2, seed=0)), nn.RNN(nn.RNNCell(2, 2, seed=1))
    root = sum_values([unit for state in upper(lower([[1.0, 0.0]] * 3)) for unit in state])
    view = draw(root, names=False).view
    ranks = places_of(view, turning=True).ranks
    columns = [{ranks[key] for key in steps} for steps in view.recurrences]
    assert [len(steps) for steps in view.recurrences] == [3, 3] and columns[0] != columns[1]
    assert all(len(column) == 1 for column in columns)


def test_steps_that_reach_one_another_through_other_boxes_are_none():
    """Taken together they would be in a circle; nor are calls that do not read one another."""
    layer = nn.Layer(2, 2, "tanh", seed=0)
    state = [Value(0.5, label="a"), Value(1.0, label="b")]
    for _ in range(3):
        after = layer(state)
        state = [2.0 * one + (0.5 * two).exp() for one, two in zip(after, state)]
        state = [one + two for one, two in zip(state, after)]
    beside = [unit for x in (1.0, 2.0, 3.0) for unit in layer([x, x])]
    for root in (sum_values(state), sum_values(beside)):
        view = draw(root, names=False, collapse="layers").view
        assert len(view.boxes) > 2 and view.recurrences == ()
