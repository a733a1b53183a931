"""The likely cause: the model that gives every number that the student's engine gives.

The methods are gone through one by one, from `+` on, each with the trials that call it and no later one. Of
the models that have explained everything so far, with every way to write this method, those stay that give
the student's numbers in all of these trials, right ones and wrong ones. Where none does, the method is wrong
in a way that is not known, and what calls it is left out. In the end the models with fewest mistakes count,
and only what all of them agree on is named. So a cause is no guess: it gives all numbers that it touches.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any

from demos.grade.trials.models import (
    OPERATIONS,
    Model,
    Numbers,
    Pass,
    Way,
    all_agree,
    by_name,
    changed,
    double_passes,
    is_convention,
    methods,
    right,
    single_passes,
    ways_of,
)
from demos.grade.trials.orders import passes_on_tape, passes_over_sets
from demos.grade.trials.stages import Trial
from demos.mistakes import Mistake

_BASE = {"__add__", "__mul__"}  # without which no other method can be tried
_KEPT = 40  # models that are followed from one method to the next

Tried = tuple[Trial, Numbers]


@dataclass(frozen=True)
class Cause:
    """Mistakes that give the student's numbers in one trial, and the method of each to look at."""

    mistakes: tuple[Mistake, ...]
    looks: tuple[str, ...]

    @property
    def words(self) -> str:
        """What was done in place of what is right, as "`=` in place of `+=`"."""
        return " together with ".join(mistake.words for mistake in self.mistakes)


@dataclass
class Diagnosis:
    """What is known of an engine: the models that give its numbers, and the methods that none explains."""

    models: list[Model] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Those that every model makes."""
        if not self.models:
            return ()
        return tuple(m for m in self.models[0].mistakes if all(m in model.mistakes for model in self.models))

    def cause(self, trial: Trial, seen: Numbers) -> Cause | None:
        """The mistakes without which this trial would give other numbers; None where they are not known."""
        if not self.mistakes or set(methods(trial)) & set(self.unknown) or trial.answer:
            return None
        model = self.models[0]
        if all_agree(right(trial), seen) or not model.gives(trial, seen):
            return None
        named = [m for m in self.mistakes if not model.without(m).gives(trial, seen)]
        if not named:  # each of them alone gives these numbers
            named = [m for m in self.mistakes if m in _made_in(model, trial)]
        return (
            Cause(tuple(named), tuple(_look(mistake, model, trial) for mistake in named)) if named else None
        )


def diagnose(everything: Iterable[Tried]) -> Diagnosis:
    """What explains all numbers of a submission, each trial with its numbers."""
    tried = [one for one in everything if not one[0].answer and not is_convention(*one)]
    if all(all_agree(right(trial), seen) for trial, seen in tried):
        return Diagnosis()
    best = Diagnosis()
    for sweeps in (single_passes, passes_over_sets, passes_on_tape, double_passes):
        found = _search(sweeps(), tried)
        if not best.models or _quality(found) < _quality(best):
            best = found
        if not best.unknown and len(best.mistakes) == 1:
            break
    if len(best.mistakes) > 1 and any(mistake.mixed for mistake in best.mistakes):  # many engines: rarely
        best = min(best, _search(double_passes(by_chance=True), tried), key=_quality)
    return best if best.models and not _BASE & set(best.unknown) else Diagnosis([], best.unknown)


def _quality(found: Diagnosis) -> tuple[Any, ...]:
    """What is left unexplained, and how complicated the explanation is: the smaller, the better."""
    return len(_BASE & set(found.unknown)), len(found.unknown), [_rank(model) for model in found.models[:1]]


def _search(sweeps: Iterable[Pass], tried: list[Tried]) -> Diagnosis:
    models, unknown, known = [Model(sweep) for sweep in sweeps], [], set[str]()
    once = [(trial, seen) for trial, seen in tried if not trial.repeated and "_backward" not in trial.text]
    for method in OPERATIONS:
        trials = [
            (trial, seen)
            for trial, seen in once
            if method in methods(trial) and known >= {*methods(trial)} - {method}
        ]
        trials.sort(key=lambda one: len(one[0].text))
        if found := _extended(models, method, trials) if trials else models:
            fewest = min(map(_mistakes_made, found))
            if method == "__add__":  # many mistakes show only where there is a product
                models = [model for model in found if _mistakes_made(model) <= fewest + 1]
            else:
                found = [model for model in found if _mistakes_made(model) == fewest]
                models = sorted(found, key=_rank)[:_KEPT]
            known |= {method} if trials else set()
        else:
            unknown.append(method)
    if not known:
        return Diagnosis([], unknown)
    if again := [one for one in tried if one[0].repeated and known >= {*methods(one[0])}]:
        if found := _with_again(models, again):
            models = found
        else:
            unknown.append("backward")
    best = min(map(_rank, models))
    return Diagnosis([model for model in models if _rank(model) == best], unknown)


def _extended(models: list[Model], method: str, trials: list[Tried]) -> list[Model]:
    """The models with each way to write a method that gives the numbers."""
    return [longer for model in models for longer in _extensions(model, method, trials)]


def _extensions(model: Model, method: str, trials: list[Tried]) -> list[Model]:
    """One model with each such way.

    Beyond the base, ways without a mistake count first, then those with the mistakes that it makes already.
    """
    in_place = any(mistake.name == "data-in-place" for mistake in model.mistakes)
    tiers: tuple[list[Way], ...] = ([], [], [])
    for way in ways_of(method):
        if in_place or not way.late:
            tiers[bool(way.mistakes) + (not set(way.mistakes) <= set(model.mistakes))].append(way)
    if method in _BASE:
        return _that_give(trials, map(model.also, chain(*tiers)))
    for tier in tiers:
        if found := _that_give(trials, map(model.also, tier)):
            return list(
                {longer.mistakes: longer for longer in reversed(found)}.values()
            )  # one design is enough
    return []


def _that_give(trials: list[Tried], models: Iterable[Model]) -> list[Model]:
    return [model for model in models if all(model.gives(*one) for one in trials)]


def _mistakes_made(model: Model) -> int:
    """How many mistakes: one that is made in the pass, in + or in * counts once, others in each place anew.

    To take every gradient from above as it is, in - and relu alone, is no simpler than a wrong sign in -
    together with a relu that never masks: these give the same numbers.
    """
    anywhere = {*model.sweep.mistakes}.union(*(way.mistakes for way in model.ways if way.method in _BASE))
    return len(anywhere) + sum(len({*way.mistakes} - anywhere) for way in model.ways)


def _rank(model: Model) -> tuple[int, int, int]:
    """Simple explanations first: few mistakes, those of one rule before those of any step, in few places."""
    anywhere = sum(not mistake.look for mistake in model.mistakes)
    places = sum(bool(way.mistakes) for way in model.ways) + bool(model.sweep.mistakes)
    return _mistakes_made(model), anywhere, places


def _with_again(models: list[Model], trials: list[Tried]) -> list[Model]:
    """The models that also give the numbers of passes that are repeated."""
    longer = (
        Model(sweep, model.ways) for model in models for sweep in (model.sweep, *_repeated(model.sweep))
    )
    return _that_give(trials, longer)


def _look(mistake: Mistake, model: Model, trial: Trial) -> str:
    """The method to look at: the mistake's own, or, of those that make it here, the trial's or the first."""
    if mistake.look:
        return mistake.look
    made = [way.method for way in model.used(trial) if mistake in way.mistakes]
    return trial.look if trial.look in made or not made else made[0]


def _made_in(model: Model, trial: Trial) -> list[Mistake]:
    """The mistakes of those parts of a model that a trial uses."""
    return [*model.sweep.mistakes, *(mistake for way in model.used(trial) for mistake in way.mistakes)]


@cache
def _repeated(sweep: Pass) -> tuple[Pass, ...]:
    """A pass that keeps the gradients in between when it goes over a graph again, in each way."""
    if len(sweep.engines) > 1 or changed(sweep.engines[0]) & {"start", "backward"}:
        return ()
    [kept] = by_name("kept-interiors")
    return tuple(
        Pass((type("Again", (sweep.engines[0],), {"start": engine.start}),), (*sweep.mistakes, kept))
        for engine in kept.engines
    )
