"""Hyperparameter search: try settings, and see which gives the lowest score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import exp, isnan, log, nan
from typing import Any

import numpy as np

from autograd.engine.operands import number as real
from autograd.progress import Bar
from nn.checks import check_function, check_size
from nn.randomness import Seed, generator
from nn.training.interruption import passed_on

Setting = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """One setting, and the score it reached; or the error by which it failed, and NaN as its score."""

    setting: Setting
    score: float
    error: Exception | None = None


@dataclass(frozen=True)
class SearchResults:
    """All trials, the lowest score first, NaN after it, failed ones last. Its text is a table."""

    trials: tuple[Trial, ...]
    interrupted: bool = False
    """Whether Ctrl-C ended the search: these are the trials before it."""

    @property
    def best(self) -> Setting:
        """The setting with the lowest score."""
        return self.trials[0].setting

    def __iter__(self) -> Iterator[Trial]:
        return iter(self.trials)

    def __len__(self) -> int:
        return len(self.trials)

    def __str__(self) -> str:
        names = list(self.trials[0].setting)
        rows = [["score", *names]]
        rows += [[_score(trial), *(_text(trial.setting[name]) for name in names)] for trial in self.trials]
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths)) for row in rows]
        errors = ["", *(f"  {_in_one_line(t.error)}" if t.error else "" for t in self.trials)]
        return "\n".join(line + error for line, error in zip(lines, errors))

    __repr__ = __str__


def grid_search(
    run: Callable[..., float], space: Mapping[str, Sequence[Any]], progress: bool = True
) -> SearchResults:
    """Call `run(**setting)` with every combination of the values in `space`. Lower scores are better.

    A trial that raises an error is kept with it, and the search goes on; when all have failed, the first
    error is raised. Ctrl-C ends the search with the trials that are done.

    >>> print(grid_search(lambda lr, width: abs(lr - 0.1) + 1 / width, {"lr": [0.1, 1.0], "width": [4, 8]},
    ...                   progress=False))
    score   lr  width
    0.125  0.1      8
     0.25  0.1      4
    1.025  1.0      8
     1.15  1.0      4
    """
    for name, values in _checked("grid_search", space).items():
        _check_choices("grid_search", name, values)
    return _search(run, [dict(zip(space, values)) for values in product(*space.values())], progress)


def random_search(
    run: Callable[..., float],
    space: Mapping[str, Any],
    trials: int,
    seed: Seed = None,
    progress: bool = True,
) -> SearchResults:
    """Call `run(**setting)` with `trials` random settings. Lower scores are better.

    A value of `space` is a list to choose from, or a function of a numpy Generator that draws, as
    `between_logs` makes; a tuple, which may be a range or two choices, is refused. Errors and Ctrl-C are as
    in `grid_search`. (Bergstra and Bengio 2012, "Random search for hyper-parameter optimization".)

    >>> space = {"lr": between_logs(1e-3, 1.0)}
    >>> results = random_search(lambda lr: lr, space, trials=5, seed=0, progress=False)
    >>> len(results), results.best["lr"] == min(trial.score for trial in results)
    (5, True)
    """
    check_size("random_search", trials=trials)
    source = generator(seed)
    for name, entry in _checked("random_search", space).items():
        if isinstance(entry, tuple):
            raise TypeError(
                f"random_search needs a list to choose {name!r} from, or a function that draws it, got the "
                f"tuple {entry!r:.40}; write {list(entry)!r:.40} to choose from these values, or "
                "between_logs(low, high) for a range"
            )
        if not callable(entry):
            _check_choices("random_search", name, entry)
    settings = [{name: _draw(entry, source) for name, entry in space.items()} for _ in range(trials)]
    return _search(run, settings, progress)


def between_logs(low: float, high: float) -> Callable[[np.random.Generator], float]:
    """A draw from [low, high) whose logarithm is uniform: for learning rates and strengths.

    >>> 1e-4 <= between_logs(1e-4, 1e-1)(np.random.default_rng(0)) < 1e-1
    True
    """
    if not 0 < low < high:
        raise ValueError(f"between_logs needs 0 < low < high, got {low!r} and {high!r}")
    return lambda source: exp(source.uniform(log(low), log(high)))


def _search(run: Callable[..., float], settings: Sequence[Setting], progress: bool) -> SearchResults:
    check_function("a search", run=run)
    trials: list[Trial] = []
    interrupted = False
    with passed_on(), Bar(len(settings), "trials", progress) as bar:
        try:
            for setting in settings:
                trials.append(_trial(run, setting))
                bar.advance(f"best {_score(min(trials, key=_order))}")
        except KeyboardInterrupt:
            if not trials:
                raise
            interrupted = True
    first = next((trial for trial in trials if trial.error is not None), None)
    if first is not None and all(trial.error is not None for trial in trials):
        count = f"all {len(trials)} trials" if len(trials) > 1 else "the only trial"
        raise RuntimeError(
            f"{count} failed, the first, {first.setting!r:.80}, by {_in_one_line(first.error)}"
        ) from first.error
    return SearchResults(tuple(sorted(trials, key=_order)), interrupted)


def _trial(run: Callable[..., float], setting: Setting) -> Trial:
    try:
        score = run(**setting)
        found = real(score)
        if found is NotImplemented:
            raise TypeError(f"run gives a number, its score, got {score!r:.40}; for a Value give its .data")
        return Trial(setting, found)
    except Exception as error:
        return Trial(setting, nan, error)


def _order(trial: Trial) -> tuple[bool, bool, float]:
    return trial.error is not None, isnan(trial.score), trial.score


def _score(trial: Trial) -> str:
    return f"{trial.score:.6g}" if trial.error is None else "failed"


def _in_one_line(error: Exception | None) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:100]


def _checked(where: str, space: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(space, Mapping) or not space:
        raise ValueError(
            f"{where} needs a space of at least one setting, as {{'lr': [0.1, 1.0]}}; got {space!r}"
        )
    return space


def _draw(entry: Any, source: np.random.Generator) -> Any:
    return entry(source) if callable(entry) else entry[int(source.integers(len(entry)))]


def _check_choices(where: str, name: str, values: Any) -> None:
    """Values to choose from have an order: a list, a tuple, a range, an array; not text, a set, a dict."""
    ordered = isinstance(values, (Sequence, np.ndarray)) and not isinstance(values, (str, bytes))
    if not ordered or not len(values):
        needed = "values or a function" if where == "random_search" else "a list of values"
        raise ValueError(f"{where} needs {needed} for {name!r}, got {values!r:.60}")


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) and value != round(value, 3) else str(value)
