"""A text to learn letters from: the English words in Python's own help texts, its tokens and batches, and the
losses that counting reaches on it. It knows nothing of models.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

END = 0
"""The token that stands before a word's first letter and after its last."""

LETTERS = ".abcdefghijklmnopqrstuvwxyz"
"""The 27 tokens by their numbers; `END` is printed as a dot."""


def words_of_help(longest: int = 8) -> list[str]:
    """The different words of 3 to `longest` small letters in the texts of `help("topics")`, by the alphabet.

    The texts come with Python and are data, not docstrings, so `python -OO` keeps them. They are edited a
    little from one version to the next: of the words in 3.11, 3.12 or 3.13, all three have 97 %. ImportError
    where they are not installed.

    >>> [word in words_of_help() for word in ("loop", "returns", "loup", "__init__")]
    [True, True, False, False]
    """
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise ImportError(
            "the text of this lesson is pydoc_data.topics of the standard library, and this Python was "
            "installed without it; take one with the whole standard library, as from python.org"
        ) from error
    found = re.findall(rf"(?<![\w'’])[a-z]{{3,{longest}}}(?![\w'’])", "\n".join(topics.values()))
    return sorted(dict.fromkeys(found))


def parted(words: Sequence[str], generator: np.random.Generator) -> tuple[list[str], list[str], list[str]]:
    """The words in random order, in three parts: for training 80 %, for validation 10 %, for the test 10 %.

    >>> [len(part) for part in parted(["for", "the", "not", "and", "its"] * 20, np.random.default_rng(0))]
    [80, 10, 10]
    """
    shuffled = generator.permutation(words).tolist()
    tenth = len(shuffled) // 10
    return shuffled[2 * tenth :], shuffled[:tenth], shuffled[tenth : 2 * tenth]


def encode(word: str) -> list[int]:
    """The word's letters as tokens, between two `END`s.

    >>> encode("abc")
    [0, 1, 2, 3, 0]
    """
    return [END, *map(LETTERS.index, word), END]


def decode(tokens: Sequence[int]) -> str:
    """The letters after the first token, up to the next `END`.

    >>> decode([0, 1, 2, 3, 0, 26])
    'abc'
    """
    letters = "".join(LETTERS[token] for token in tokens[1:])
    return letters.split(LETTERS[END])[0]


def by_length(words: Sequence[str]) -> list[Any]:
    """One array of tokens, (words, letters + 2), for each length of word, so that none needs padding.

    >>> [rows.tolist() for rows in by_length(["os", "abc", "io"])]
    [[[0, 15, 19, 0], [0, 9, 15, 0]], [[0, 1, 2, 3, 0]]]
    """
    groups: dict[int, list[list[int]]] = {}
    for word in words:
        groups.setdefault(len(word), []).append(encode(word))
    return [np.array(groups[length]) for length in sorted(groups)]


def batches_by_length(words: Sequence[str], size: int, generator: np.random.Generator) -> Iterator[Any]:
    """All words once, in random order, as arrays of at most `size` rows of one length."""
    shuffled = (generator.permutation(rows) for rows in by_length(words))
    parts = [part for rows in shuffled for part in np.array_split(rows, math.ceil(len(rows) / size))]
    for place in generator.permutation(len(parts)):
        yield parts[place]


def loss_per_letter(losses: Callable[[Any], Any], words: Sequence[str]) -> float:
    """The mean over all predictions, in nats. `losses(rows)` gives, for each row, the mean over that row.

    It is called with few rows at a time: their arrays stay in the processor's cache, which takes a third of
    the time.
    """
    parts = [part for rows in by_length(words) for part in np.array_split(rows, math.ceil(len(rows) / 64))]
    total = math.fsum(float(np.sum(losses(rows))) * (rows.shape[1] - 1) for rows in parts)
    return total / math.fsum(rows[:, 1:].size for rows in parts)


def counting_loss(
    counted: Sequence[str], memory: int, words: Sequence[str] | None = None, added: float = 0.0
) -> float:
    """The loss per letter on `words`, in nats, of a table counted in the words `counted`.

    The table's chance of a token is how often it followed the last `memory` tokens, with `added` to each
    count. Without `words` it is measured on the words it was counted in: with nothing added that is the
    conditional entropy H(next | last `memory`), below which no model that sees only these tokens can come on
    this text. Before a word, all tokens are `END`.

    >>> [round(counting_loss(["aa", "bb"], memory) / math.log(2), 6) for memory in (1, 2)]
    [1.0, 0.333333]
    >>> counting_loss(["aa"], 1, words=["ab"])
    inf
    """
    followers: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for last, token in _predictions(counted, memory):
        followers[last][token] += 1
    measured = Counter(_predictions(counted if words is None else words, memory))
    total = 0.0
    for (last, token), times in measured.items():
        counts = followers[last]
        share = counts[token] + added
        if not share:
            return math.inf
        total -= times * math.log(share / (counts.total() + added * len(LETTERS)))
    return total / measured.total()


def table_losses(counted: Sequence[str], words: Sequence[str]) -> list[float]:
    """The losses per letter on `words` of three tables counted in `counted`: of letters, pairs and triples.

    To each table's counts is added what suits `words` best, so that a model has no weak rival.

    >>> letters, pairs, triples = table_losses(["loop", "look"], ["loop"])
    >>> letters > pairs > triples
    True
    """
    additions = (0.01, 0.03, 0.1, 0.3, 1.0)
    return [min(counting_loss(counted, memory, words, added) for added in additions) for memory in range(3)]


def _predictions(words: Sequence[str], memory: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Each token after the first, with the last `memory` before it."""
    for word in words:
        tokens = [END] * max(memory - 1, 0) + encode(word)
        for place in range(max(memory, 1), len(tokens)):
            yield tuple(tokens[place - memory : place]), tokens[place]
