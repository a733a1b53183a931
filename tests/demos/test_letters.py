"""The text of the character lessons: its tokens, its batches, and the losses that counting reaches."""

import math
import sys

import numpy as np
import pytest

from demos.letters import (
    END,
    LETTERS,
    MODULE_NAMES,
    batches_by_length,
    by_length,
    counting_loss,
    decode,
    encode,
    loss_per_letter,
)


def test_every_name_is_a_module_of_this_python():
    """The fixed list holds under every supported version, so under this one, too."""
    assert not set(MODULE_NAMES) - sys.stdlib_module_names
    assert len(set(MODULE_NAMES)) == len(MODULE_NAMES) == 181


def test_decoding_undoes_encoding():
    """Every name comes back, and END stands at both ends only."""
    for name in MODULE_NAMES:
        tokens = encode(name)
        assert decode(tokens) == name
        assert [place for place, token in enumerate(tokens) if token == END] == [0, len(name) + 1]


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_batches_hold_each_name_once_in_rows_of_one_length(size):
    """No name is lost, doubled or padded, and no batch is larger than asked."""
    rows = list(batches_by_length(MODULE_NAMES, size, np.random.default_rng(0)))
    assert max(map(len, rows)) <= size
    assert sorted(decode(row) for part in rows for row in part.tolist()) == sorted(MODULE_NAMES)


def test_loss_per_letter_weighs_predictions_not_names():
    """Of "a", 2 predictions at a loss of 1, and of "bbb", 4 at 4: (2 + 16) / 6."""
    loss_by_tokens = {3: 1.0, 5: 4.0}
    assert loss_per_letter(lambda rows: [loss_by_tokens[rows.shape[1]]] * len(rows), ["a", "bbb"]) == 3.0


def test_counting_without_memory_gives_the_entropy_of_the_letters():
    """Against the entropy from numpy's counts."""
    tokens = np.concatenate([encode(name)[1:] for name in MODULE_NAMES])
    shares = np.bincount(tokens, minlength=len(LETTERS)) / len(tokens)
    expected = -sum(share * math.log(share) for share in shares.tolist() if share)
    assert math.isclose(counting_loss(MODULE_NAMES, 0), expected, rel_tol=1e-12)


def test_counting_with_one_letter_bounds_every_table_of_pairs():
    """No table p(next | last) has a lower loss on the text than the one counted in it."""
    bound = counting_loss(MODULE_NAMES, 1)
    generator = np.random.default_rng(0)
    counts = np.zeros((len(LETTERS), len(LETTERS)))
    for rows in by_length(MODULE_NAMES):
        np.add.at(counts, (rows[:, :-1].ravel(), rows[:, 1:].ravel()), 1)

    def loss(table):
        return -(counts * np.log(table / table.sum(axis=1, keepdims=True))).sum() / counts.sum()

    assert math.isclose(loss(counts + 1e-12), bound, rel_tol=1e-6)
    for scale in (0.01, 0.1, 1.0):
        assert loss(counts + scale * generator.random(counts.shape)) > bound


def test_counting_gets_better_with_memory():
    """H(next | more) is at most H(next | less)."""
    losses = [counting_loss(MODULE_NAMES, memory) for memory in range(6)]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] < math.log(len(LETTERS))
