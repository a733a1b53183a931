"""Checks of what a page of training is asked for: what was got, what is allowed, what to do."""

from __future__ import annotations

from typing import Any


class UnfitError(ValueError):
    """A model that trains in Python and cannot train in a page."""


def check_model(who: str, model: Any, loss: Any) -> None:
    """A TypeError for what is no model, or no loss."""
    if isinstance(model, type) or not all(
        hasattr(model, name) for name in ("named_parameters", "named_modules", "named_children", "save")
    ):
        kind = type(model)
        raise TypeError(
            f"{who} takes a model (MLP, GPT, any nn.Module), got {kind.__name__} of {kind.__module__}"
        )
    if not callable(loss):
        raise TypeError(f"{who} takes a loss(prediction, target) of one sample, got {type(loss).__name__}")


def check_batches(who: str, model: Any) -> None:
    """An UnfitError where a module needs a batch together."""
    for path, module in model.named_modules():
        if any(kind.__name__ == "BatchNorm" for kind in type(module).__mro__):
            raise UnfitError(
                f"{who} trains on one sample at a time, many side by side, and BatchNorm at {path!r} needs "
                "a batch together; put LayerNorm in its place"
            )


def check_settings(who: str, batch_size: Any, noise: Any, seed: Any) -> None:
    """A ValueError for a setting that a page cannot begin with."""
    if batch_size is not None and (type(batch_size) is not int or batch_size < 1):
        raise ValueError(
            f"{who} needs batch_size to be a whole number above 0, or None for all, got {batch_size!r}"
        )
    if not isinstance(noise, (int, float)) or not 0 <= noise <= 1:
        raise ValueError(f"{who} needs noise from 0 to 1, in spreads of the data, got {noise!r}")
    if type(seed) is not int or not 0 <= seed < 2**32:
        raise ValueError(f"{who} needs a seed from 0 to 2**32 - 1, got {seed!r}")
