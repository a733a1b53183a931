"""Hyperparameter search: try settings, and see which gives the lowest score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import exp, isnan, log
from typing import Any

import numpy as np

from autograd.progress import Bar
from nn.checks import size
from nn.randomness import Seed, generator

Setting = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """One setting, and the score it reached."""

    setting: Setting
    score: float


@dataclass(frozen=True)
class SearchResults:
    """All trials, the lowest score first (NaN last). Its text is a table."""

    trials: tuple[Trial, ...]

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
        rows += [[f"{t.score:.6g}", *(_text(t.setting[name]) for name in names)] for t in self.trials]
        widths = [max(map(len, column)) for column in zip(*rows)]
        return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(row, widths)) for row in rows)

    __repr__ = __str__


def grid_search(
    run: Callable[..., float], space: Mapping[str, Sequence[Any]], progress: bool = True
) -> SearchResults:
    """Call `run(**setting)` with every combination of the values in `space`. Lower scores are better.

    >>> print(grid_search(lambda lr, width: abs(lr - 0.1) + 1 / width, {"lr": [0.1, 1.0], "width": [4, 8]},
    ...                   progress=False))
    score   lr  width
    0.125  0.1      8
     0.25  0.1      4
    1.025  1.0      8
     1.15  1.0      4
    """
    for name, values in _checked("grid_search", space).items():
        if not _is_choice(values):
            raise ValueError(f"grid_search needs a list of values for {name!r}, got {values!r}")
    return _search(run, [dict(zip(space, values)) for values in product(*space.values())], progress)


def random_search(
    run: Callable[..., float],
    space: Mapping[str, Any],
    trials: int,
    seed: Seed = None,
    progress: bool = True,
) -> SearchResults:
    """Call `run(**setting)` with `trials` random settings. Lower scores are better.

    A value of `space` is a list to choose from, or a function of a numpy Generator, as `between_logs`
    makes. (Bergstra and Bengio 2012, "Random search for hyper-parameter optimization".)

    >>> space = {"lr": between_logs(1e-3, 1.0)}
    >>> results = random_search(lambda lr: lr, space, trials=5, seed=0, progress=False)
    >>> len(results), results.best["lr"] == min(trial.score for trial in results)
    (5, True)
    """
    size("random_search", trials=trials)
    source = generator(seed)
    _checked("random_search", space)
    settings = [{name: _draw(name, entry, source) for name, entry in space.items()} for _ in range(trials)]
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
    trials: list[Trial] = []
    with Bar(len(settings), "trials", progress) as bar:
        for setting in settings:
            trials.append(Trial(setting, float(run(**setting))))
            best = min(trials, key=_order)
            bar.advance(f"best {best.score:.6g}")
    return SearchResults(tuple(sorted(trials, key=_order)))


def _order(trial: Trial) -> tuple[bool, float]:
    return isnan(trial.score), trial.score


def _checked(where: str, space: Mapping[str, Any]) -> Mapping[str, Any]:
    if not space:
        raise ValueError(
            f"{where} needs a space of at least one setting, as {{'lr': [0.1, 1.0]}}; got {space!r}"
        )
    return space


def _draw(name: str, entry: Any, source: np.random.Generator) -> Any:
    if callable(entry):
        return entry(source)
    if not _is_choice(entry):
        raise ValueError(f"random_search needs values or a function for {name!r}, got {entry!r}")
    return entry[int(source.integers(len(entry)))]


def _is_choice(values: Any) -> bool:
    return (
        not callable(values)
        and not isinstance(values, str)
        and hasattr(values, "__len__")
        and len(values) > 0
    )


def _text(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) and value != round(value, 3) else str(value)
