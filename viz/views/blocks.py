"""A model as blocks: one box for each module, its shape and its parameters, and arrows as the data flows.

How a module is wired is known for the modules of `nn`; of another, which may do anything with the modules in
it, no wiring is drawn.
"""

from __future__ import annotations

from math import prod
from typing import Any

from viz.views.boxes import Arrow, Box, View
from viz.views.text import Span, count, cut

Shape = tuple[int, ...] | None
"""How many numbers along each axis; None where that is not known."""

_WORDS = {"folded": "module with parameters", "operation": "without parameters", "variable": "input"}


_WHAT_ARROWS_MEAN = ("→ 3 × 8: the shape of what a module gives",)


def blocks_view(model: Any, shape: Shape) -> View:
    """The blocks of a model, for a sample of this shape."""
    blocks = _Blocks()
    blocks.flow(model, "", blocks.box("input", "input", "variable", _sizes(shape)), shape)
    boxes = [*blocks.boxes]
    boxes[-1] = boxes[-1]._replace(is_root=True)
    total = count(len(model.parameters()))
    return View(
        f"Blocks of {cut(model.describe())}, {total} parameters",
        tuple(boxes),
        tuple(blocks.arrows),
        tuple(dict.fromkeys([*_WHAT_ARROWS_MEAN * bool(shape), *blocks.captions])),
        legend_words={**_WORDS, "root": "output"},
    )


class _Blocks:
    """Boxes and arrows, operands before results."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.arrows: list[Arrow] = []
        self.captions: list[str] = []

    def box(self, title: str, what: str, kind: str, shape: str, parameters: int = 0) -> str:
        """A new box; its key."""
        key = f"b{len(self.boxes)}"
        lines = [(Span(cut(title), "name"),)]
        lines += [(Span(cut(what), "muted"),)] if what and what != title else []
        lines += [(Span(f"{count(parameters)} parameters", "data"),)] if parameters else []
        lines += [(Span(f"→ {shape}", "data"),)] if shape else []
        self.boxes.append(Box(key, kind, False, tuple(lines), f"{title}\n{what}", None, ()))
        return key

    def arrow(self, source: str, target: str, label: str = "") -> None:
        """An arrow, and what it carries where that is not plain."""
        key = f"e{len(self.arrows)}"
        self.arrows.append(
            Arrow(key, source, target, label, label or "what the one gives the other", None, ())
        )

    def module(self, module: Any, path: str, source: str, shape: Shape) -> str:
        """One box for a module, whatever is in it."""
        many = len(module.parameters())
        kind = "folded" if many else "operation"
        key = self.box(path or module.describe(), module.describe(), kind, _sizes(shape), many)
        self.arrow(source, key)
        return key

    def add(self, *sources: tuple[str, str], shape: Shape) -> str:
        """A sum of what arrows bring, each with its label."""
        key = self.box("+", "", "operation", _sizes(shape))
        for source, label in sources:
            self.arrow(source, key, label)
        return key

    def flow(self, module: Any, path: str, source: str, shape: Shape) -> tuple[str, Shape]:
        """The boxes of a module that reads `source`; the box and the shape of what it gives."""
        inside = f"{path}." if path else ""
        if _is(module, "MLP") and path:
            after = _after(module, shape)
            return self.module(module, path, source, after), after
        if _is(module, "Sequential"):
            for at, layer in enumerate(module.layers):
                source, shape = self.flow(layer, f"{inside}layers.{at}", source, shape)
            return source, shape
        if _is(module, "Residual"):
            given, _ = self.flow(module.inner, f"{inside}inner", source, shape)
            return self.add((given, ""), (source, "skip"), shape=shape), shape
        if _is(module, "TransformerBlock"):
            for norm, body in (("first_norm", "attention"), ("second_norm", "mlp")):
                given = self.module(getattr(module, norm), f"{inside}{norm}", source, shape)
                given = self.module(getattr(module, body), f"{inside}{body}", given, shape)
                source = self.add((given, ""), (source, "skip"), shape=shape)
            return source, shape
        if _is(module, "GPT"):
            return self._gpt(module, inside, source, shape)
        if _is(module, "RNN"):
            after = _after(module, shape)
            key = self.module(module.cell, f"{inside}cell", source, after)
            self.arrow(key, key, "state, to the next step")
            return key, after
        if not hasattr(module, "named_children"):
            key = self.box(getattr(module, "__name__", type(module).__name__), "a function", "operation", "")
            self.arrow(source, key)
            return key, None
        if any(module.named_children()) and not _is_of_nn(module):
            self.captions.append(
                "how a module that is not of nn uses the modules in it: draw(output) shows it"
            )
        after = _after(module, shape)
        return self.module(module, path, source, after), after

    def _gpt(self, model: Any, inside: str, source: str, shape: Shape) -> tuple[str, Shape]:
        width = len(model.positions.rows[0])
        shape = (shape[0], width) if shape else None
        tokens = self.module(model.tokens, f"{inside}tokens", source, shape)
        where = self.box("positions", "0, 1, 2, …", "variable", "")
        positions = self.module(model.positions, f"{inside}positions", where, shape)
        source = self.add((tokens, ""), (positions, ""), shape=shape)
        for at, block in enumerate(model.blocks):
            source, shape = self.flow(block, f"{inside}blocks.{at}", source, shape)
        source = self.module(model.norm, f"{inside}norm", source, shape)
        after = (shape[0], len(model.tokens.rows)) if shape else None
        return self.module(model.logits, f"{inside}logits", source, after), after


def _is(module: Any, *names: str) -> bool:
    """Whether a module is of one of these classes of nn, and has no forward of its own."""
    classes = [kind.__name__ for kind in type(module).__mro__ if kind.__module__.partition(".")[0] == "nn"]
    return _is_of_nn(module) and any(name in classes for name in names)


def _is_of_nn(module: Any) -> bool:
    forward = getattr(type(module), "forward", None)
    return str(getattr(forward, "__module__", "")).partition(".")[0] == "nn"


def _after(module: Any, shape: Shape) -> Shape:
    """The shape of a module's output for an input of this shape."""
    if _is(module, "MLP"):
        return (len(module.layers[-1].neurons),)
    if _is(module, "Layer"):
        return (len(module.neurons),)
    if _is(module, "Neuron"):
        return (1,)
    if _is(module, "Embedding"):
        return (len(module.rows[0]),)
    if shape is None:
        return None
    if _is(module, "RNN"):
        hidden = getattr(module.cell, "nhidden", None)
        return None if hidden is None else (hidden,) if module.last else (shape[0], hidden)
    if _is(module, "Conv1d", "Conv2d"):
        moved = [(n + 2 * module.padding - module.kernel) // module.stride + 1 for n in shape[1:]]
        return (len(module.filters), *moved)
    if _is(module, "MaxPool2d", "AvgPool2d"):
        return (shape[0], *((n - module.size) // module.stride + 1 for n in shape[1:]))
    if _is(module, "Flatten"):
        return (prod(shape),)
    kept = _is(module, "LayerNorm", "RMSNorm", "BatchNorm", "Dropout", "SelfAttention")
    return shape if kept else None


def _sizes(shape: Shape) -> str:
    """`8 × 6 × 6`."""
    return " × ".join(map(count, shape)) if shape else ""
