"""The text of the character lessons: its tokens, its batches, and the losses that counting reaches."""

import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from demos.letters import (
    END,
    LETTERS,
    batches_by_length,
    by_length,
    counting_loss,
    decode,
    encode,
    loss_per_letter,
    parted,
    table_losses,
    words_of_help,
)

WORDS = words_of_help()


def test_the_words_are_many_different_and_of_small_letters():
    """Some 1,860 under each version of Python so far; every one has tokens."""
    assert 1_700 < len(WORDS) < 2_100
    assert sorted(set(WORDS)) == WORDS
    assert all(word.isascii() and word.isalpha() and word.islower() and 3 <= len(word) <= 8 for word in WORDS)


def test_names_and_parts_of_words_are_no_words(monkeypatch):
    """What has an underline, a digit, a capital or an apostrophe beside it is not cut into words."""
    text = "The __init__ of utf8 doesn't and doesn’t; loops, 'if'-loops, notoverlylong"
    monkeypatch.setitem(
        sys.modules, "pydoc_data.topics", SimpleNamespace(topics={"one": text, "two": "and so"})
    )
    assert words_of_help() == ["and", "loops"]


def test_shorter_words_are_a_part_of_the_words():
    """`longest` leaves out, and cuts no word short."""
    assert words_of_help(5) == [word for word in WORDS if len(word) <= 5]


def test_a_python_without_the_text_is_told_so(monkeypatch):
    """The message names what is missing and what to do."""
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(
        ImportError, match=r"text of this lesson is pydoc_data.topics .* whole standard library"
    ):
        words_of_help()


@pytest.mark.parametrize("seed", range(3))
def test_no_word_is_in_two_parts_and_none_is_lost(seed):
    """Training, validation and test words together are the words, each once."""
    parts = parted(WORDS, np.random.default_rng(seed))
    assert sorted(word for part in parts for word in part) == WORDS
    assert [len(part) for part in parts[1:]] == [len(WORDS) // 10] * 2


def test_decoding_undoes_encoding():
    """Every word comes back, and END stands at both ends only."""
    for word in WORDS:
        tokens = encode(word)
        assert decode(tokens) == word
        assert [place for place, token in enumerate(tokens) if token == END] == [0, len(word) + 1]


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_batches_hold_each_word_once_in_rows_of_one_length(size):
    """No word is lost, doubled or padded, and no batch is larger than asked."""
    rows = list(batches_by_length(WORDS, size, np.random.default_rng(0)))
    assert max(map(len, rows)) <= size
    assert sorted(decode(row) for part in rows for row in part.tolist()) == WORDS


def test_loss_per_letter_weighs_predictions_not_words():
    """Of "a", 2 predictions at a loss of 1, and of "bbb", 4 at 4: (2 + 16) / 6."""
    loss_by_tokens = {3: 1.0, 5: 4.0}
    assert loss_per_letter(lambda rows: [loss_by_tokens[rows.shape[1]]] * len(rows), ["a", "bbb"]) == 3.0


def test_counting_without_memory_gives_the_entropy_of_the_letters():
    """Against the entropy from numpy's counts."""
    tokens = np.concatenate([encode(word)[1:] for word in WORDS])
    shares = np.bincount(tokens, minlength=len(LETTERS)) / len(tokens)
    expected = -sum(share * math.log(share) for share in shares.tolist() if share)
    assert math.isclose(counting_loss(WORDS, 0), expected, rel_tol=1e-12)


def pair_counts(words):
    counts = np.zeros((len(LETTERS), len(LETTERS)))
    for rows in by_length(words):
        np.add.at(counts, (rows[:, :-1].ravel(), rows[:, 1:].ravel()), 1)
    return counts


def pair_loss(counts, table):
    """The loss of a table, whose rows need not add up to 1, on a text of these pairs."""
    return -(counts * np.log(table / table.sum(axis=1, keepdims=True))).sum() / counts.sum()


def test_counting_with_one_letter_bounds_every_table_of_pairs():
    """No table p(next | last) has a lower loss on the text than the one counted in it."""
    bound, counts = counting_loss(WORDS, 1), pair_counts(WORDS)
    generator = np.random.default_rng(0)
    assert math.isclose(pair_loss(counts, counts + 1e-12), bound, rel_tol=1e-6)
    for scale in (0.01, 0.1, 1.0):
        assert pair_loss(counts, counts + scale * generator.random(counts.shape)) > bound


@pytest.mark.parametrize("added", [0.1, 1.0])
def test_a_table_is_counted_in_one_text_and_measured_on_another(added):
    """Against numpy's table of the same pairs, with `added` to each count."""
    counted, words = WORDS[::2], WORDS[1::2]
    expected = pair_loss(pair_counts(words), pair_counts(counted) + added)
    assert math.isclose(counting_loss(counted, 1, words, added), expected, rel_tol=1e-12)


def test_what_was_never_counted_costs_infinitely_much_unless_something_is_added():
    """p = 0 for a letter that came; with an addition, even after a letter that was never seen."""
    assert counting_loss(["aa"], 1, ["ab"]) == math.inf
    assert math.isclose(counting_loss(["aa"], 1, ["bb"], added=1e9), math.log(len(LETTERS)), rel_tol=1e-6)


@pytest.mark.parametrize("memory", range(3))
def test_a_tables_loss_is_that_of_the_best_addition(memory):
    """No other addition is better by more than 0.02 nats, on words that it was not counted in."""
    counted, words = WORDS[::8], WORDS[4::8]
    best = table_losses(counted, words)[memory]
    others = [counting_loss(counted, memory, words, added) for added in (0.005, 0.05, 0.2, 0.5, 2.0)]
    assert min(others) > best - 0.02


def test_counting_gets_better_with_memory():
    """H(next | more) is at most H(next | less)."""
    losses = [counting_loss(WORDS[::4], memory) for memory in range(6)]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] < math.log(len(LETTERS))
