"""`film`: what happened in a training loop, whichever it is, as frames of a page that can go on from each.

The loop calls the film after each step. It looks at the model and never touches it: what is trained, and how
fast, is the loop's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd.engine.messages import describe
from viz.live.checking import check_model
from viz.live.following import Follower
from viz.live.frames import MOST, Frames, Point, Thinned, most_frames
from viz.live.making import live_page
from viz.live.measuring import Measure
from viz.live.pages import LivePage
from viz.screens import notebooks


def film(
    model: Any,
    loss: Callable[[Any, Any], Any],
    X: Sequence[Any],
    y: Sequence[Any],
    *,
    validation: tuple[Sequence[Any], Sequence[Any]] | None = None,
    every: int = 1,
    live: bool | None = None,
    optimizer: Any = None,
    metric: Callable[[Any, Any], float] | None = None,
    theme: str = "light",
) -> Film:
    """Record a training as frames of a page, which shows what happened and goes on from any of them.

    In the block `with film(model, loss, X, y) as record:` call `record()` after each step. `record` is also a
    callback of `fit`, where it counts epochs, and takes the step of a training block: `record(step)`. Frame k
    is the model after k · `every` of them, frame 0 the model before the first, the last one the model at the
    end of the block; from 300 frames of 337 parameters on, and from 1,000 of any, every second is left out,
    then every fourth. `record.page` is a page to scrub through them, and to go on training from any, with
    `optimizer`, or that of the step. `loss(prediction, target)` is of one sample, as `fit` takes it; X and y,
    and the pair `validation`, are what its mean is measured on.

    While a notebook's cell runs, the page is in it and moves; the film is what stays. `live=False` shows
    nothing. A model that cannot train in a page, as it is too large, is filmed as curves: its loss, and the
    length of its gradient, part by part.

    Raises TypeError for what is no model, ValueError for X and y of several lengths, an `every` below 1, and
    `live=True` outside a notebook; and where the model is refused by `compile`. `record()` raises
    RuntimeError outside the block, and ValueError for a model whose parameters are other Values by then.

    >>> from nn import MLP, SGD, fit, hinge, make_moons
    >>> X, y = make_moons(20, seed=0)
    >>> model = MLP(2, [4, 1], seed=0)
    >>> with film(model, hinge, X, 2 * y - 1) as record:
    ...     history = fit(
    ...         model, (X, 2 * y - 1), loss=hinge, optimizer=SGD(model.parameters(), lr=0.1),
    ...         epochs=5, callbacks=[record], seed=0, progress=False,
    ...     )
    >>> record
    <Film of 6 frames, epochs 0 to 5; .page.save('training.html')>
    """
    _check(model, loss, every, live)
    if validation is not None and (not isinstance(validation, (tuple, list)) or len(validation) != 2):
        raise TypeError(
            f"film takes validation as a pair (X, y) of samples and targets, got {describe(validation)}"
        )
    options = {"optimizer": optimizer, "metric": metric, "theme": theme}
    return Film(
        model, loss, (X, y), validation, every, notebooks.is_here() if live is None else live, options
    )


class Film:
    """What `film` gives: called after each step, it keeps a frame; `page` shows them."""

    def __init__(
        self,
        model: Any,
        loss: Callable[[Any, Any], Any],
        data: tuple[Sequence[Any], Sequence[Any]],
        validation: tuple[Sequence[Any], Sequence[Any]] | None,
        every: int,
        live: bool,
        options: dict[str, Any],
    ) -> None:
        self._model, self._loss, self._data, self._validation = model, loss, data, validation
        self._live, self._options = live, options
        self.every, self.unit = every, "step"
        self.count = 0
        """How many steps, or epochs, it was told of."""

        self._running = False
        self._optimizer: Any = None
        """That of the training block whose step it was told of."""

        self._curve: Thinned[Point] = Thinned(every, MOST)
        self._follower: Follower | None = None

    # ---- while it is being recorded -------------------------------------------------------------

    def __enter__(self) -> Film:
        if self._curve.steps:
            raise RuntimeError(
                "a film is recorded once; make another: with film(model, loss, X, y) as record"
            )
        self._blank = live_page(
            self._model,
            self._loss,
            *self._data,
            validation=self._validation,
            who="film",
            program="if it fits",
            **self._options,
        )
        values, has_curves = self._blank.values, self._blank.program is None
        self._measure = Measure(self._model, self._loss, self._data, self._validation, values, has_curves)
        self._frames: Thinned[Any] = Thinned(self.every, most_frames(len(values)))
        self._end: Any = None
        """The parameters at the end of the block, where they are no frame yet."""

        self._running = True
        self._keep()
        if self._live:
            self._follower = Follower(lambda name: self._blank.filmed(self.frames, live=name))
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        self._running = False
        try:
            numbers = self._measure.numbers()
            if self.count != self._frames.steps[-1] or (numbers != self._frames.entries[-1]).any():
                self._end = numbers
        except ValueError:
            if kind is None:
                raise
        finally:
            if self._follower is not None:
                self._follower.end(self.page)

    def __call__(self, told: Any = None) -> None:
        """Note a step. `told` is nothing, the step of a training block, or the history of `fit`."""
        if not self._running:
            raise RuntimeError(
                "record() was called outside of its block; call it after each step, inside "
                "`with film(model, loss, X, y) as record:`"
            )
        self._hear(told)
        self.count += 1
        if self.count % self.every == 0:
            self._keep()

    def _hear(self, told: Any) -> None:
        """Take what there is to know from what a loop hands over."""
        if hasattr(told, "rows") and hasattr(told, "means"):
            self.unit = "epoch"
        elif hasattr(told, "sync") and hasattr(told, "optimizer"):
            self._optimizer = told.optimizer
        elif told is not None:
            raise TypeError(
                "record() takes nothing, the step of a training block, or the history that fit gives its "
                f"callbacks; got {describe(told)}: the film measures the loss itself"
            )

    def _keep(self) -> None:
        """Keep the model as it is now, and show it."""
        kept = self._curve.wants(self.count)
        shown = self._follower if self._follower is not None and self._follower.is_due() else None
        if not kept and shown is None:
            return
        numbers, point = self._measure.numbers(), self._measure.point()
        if kept:
            self._curve.add(self.count, point)
        if self._frames.wants(self.count):
            self._frames.add(self.count, numbers)
        if shown is not None:
            newest = self._frames_of([self.count], [numbers], [self.count], [point])
            shown.tell(newest.as_json(self._blank.values))

    # ---- what was recorded ----------------------------------------------------------------------

    @property
    def frames(self) -> Frames:
        """What was recorded, as numbers."""
        ends = [] if self._end is None else [self._end]
        return self._frames_of(
            [*self._frames.steps, *[self.count] * len(ends)],
            [*self._frames.entries, *ends],
            self._curve.steps,
            self._curve.entries,
        )

    def _frames_of(
        self, steps: list[int], numbers: list[Any], curve_steps: list[int], curve: list[Point]
    ) -> Frames:
        return Frames(self.unit, steps, self._blank.values, np.array(numbers), curve_steps, curve)

    @property
    def page(self) -> LivePage:
        """The page of the frames so far: `.save('training.html')`, `.show()`, or the end of a cell."""
        if not self._curve.steps:
            raise RuntimeError(
                "nothing was recorded yet; train inside `with film(model, loss, X, y) as record:`"
            )
        return self._blank.filmed(self.frames, optimizer=self._optimizer)

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **_: Any
    ) -> dict[str, str]:
        """What a notebook shows."""
        bundle = self.page._repr_mimebundle_(include, exclude)
        return bundle | {"text/plain": repr(self)} if "text/plain" in bundle else bundle

    def __repr__(self) -> str:
        if not self._curve.steps:
            return "<Film, not recorded yet>"
        count = len(self.frames.steps)
        return f"<Film of {count} frames, {self.unit}s 0 to {self.count}; .page.save('training.html')>"


def _check(model: Any, loss: Any, every: Any, live: Any) -> None:
    """An error that says what film was given, and what it takes."""
    if isinstance(model, (list, tuple, dict)):
        raise TypeError(
            f"film takes one model, got a {type(model).__name__} of {len(model)}; film each on its own, or "
            "make them parts of one Module"
        )
    check_model("film", model, loss)
    if isinstance(every, bool) or not isinstance(every, (int, np.integer)):
        raise TypeError(f"film takes a whole number of steps for every, got {every!r:.40}")
    if every < 1:
        raise ValueError(f"film takes an every of at least 1, a frame after each step, got {every}")
    if live and not notebooks.is_here():
        raise ValueError(
            "film(live=True) shows the page in the cell of a notebook, and this is none; leave it out"
        )
