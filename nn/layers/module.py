"""Module: a function with parameters, which is its attributes.

Nothing is registered: what a module holds is found in its attributes whenever it is asked for. Searched are
also the lists, tuples, dicts, deques, dataclasses and object arrays of numpy among them, and nothing else:
not sets, which have no order, nor other objects, nor what a function closes over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from typing import Any, NamedTuple, TypeVar

import numpy as np

from autograd import Value
from autograd.engine.recording import running
from autograd.tools.events import Entered, Returned
from autograd.trees import leaves
from nn import saving
from nn.errors import InputError
from nn.layers.parameters import is_frozen, is_parameter
from nn.layers.parts import attributes, entries
from nn.layers.paths import ROOT, Place, by_path, path_of
from nn.layers.state import prepare_state, read_state
from nn.layers.summary import summary

M = TypeVar("M", bound="Module")


class Part(NamedTuple):
    """What a module does apart and is no module, as it has no parameters: a head of attention."""

    path: str
    """Told from the module, as `heads.0`."""
    name: str
    """In place of the name of a class."""


class Call:
    """What a module notes on its outputs, under "module": who was called, and with what.

    A Layer notes one Call on all its outputs, which neurons made; `layer.neurons[k]` made output k.
    """

    __slots__ = ("around", "inputs", "module", "part")

    def __init__(self, module: Module, inputs: tuple[Any, ...], part: Part | None = None) -> None:
        self.module, self.inputs, self.part = module, inputs, part
        self.around: Call | None = None
        """The call of an outer module, which handed on the outputs of this one as its own."""


class Module:
    """A function with parameters. A subclass assigns them in `__init__` and writes `forward`.

    Every leaf Value in its attributes, or in lists and dicts there, is a parameter, and every Module a part;
    the order is that of assignment. Names that begin with `_` are private and are not searched.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data
    7.0
    >>> [name for name, parameter in line.named_parameters()]
    ['slope', 'offset']
    """

    training: bool = True
    """Whether the module is being trained: dropout and batch normalisation ask. See `train`."""

    buffers: tuple[str, ...] = ()
    """Names of attributes that hold numbers which are saved with the parameters and not trained."""

    nonnegative: tuple[str, ...] = ()
    """Which of the buffers no run makes negative: a state with other numbers is refused."""

    folded = False
    """Whether a summary leaves out the modules inside this one."""

    def forward(self, *inputs: Any) -> Any:
        """The output for one sample: what a subclass writes."""
        raise NotImplementedError(f"{type(self).__name__} has no forward(self, x); write it")

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """`forward`, with a mark on the outputs that says which module made them, and from what."""
        recorder = running()
        if recorder is not None:
            recorder.notice(Entered(self))
        try:
            output = self.forward(*inputs, **named)
        except InputError as error:
            error.found_in(self)
            raise
        if recorder is not None:
            recorder.notice(Returned(self, inputs, output))
        if not (inputs and output is inputs[0]):  # what is handed through was made elsewhere
            self.mark(output, (*inputs, *named.values()) if named else inputs)
        return output

    def mark(self, output: Any, inputs: tuple[Any, ...]) -> None:
        """Note this call on the outputs that no inner module has marked, and around the calls that have."""
        note(Call(self, inputs), output)

    def batch(self, samples: Sequence[Any]) -> list[Any]:
        """The outputs for a list of samples: one by one, unless a subclass needs them together."""
        return [self(sample) for sample in samples]

    # ---- its parameters and the modules in it ---------------------------------------------------

    def parameters(self) -> list[Value]:
        """The parameters, in order, each once."""
        return [found for _, found in contents(self) if is_parameter(found)]

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Every parameter by its path, as `layers.0.neurons.3.w.1`; a shared one under its first path.

        A StateError where two have one path, as under the keys 1 and "1" of a dict: they could not be saved.
        """
        return by_path((place, found) for place, found in contents(self) if is_parameter(found))

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """The module itself, under the name "", and every module inside it by its path, each once.

        A StateError where two have one path.
        """
        return by_path((place, found) for place, found in contents(self) if isinstance(found, Module))

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The modules directly inside this one, by name, as `layers.0`."""
        for place, found in contents(self, deep=False):
            if isinstance(found, Module) and found is not self:
                yield path_of(place), found

    # ---- training -------------------------------------------------------------------------------

    def zero_grad(self) -> None:
        """Forget every parameter's gradient."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def train(self: M, training: bool = True) -> M:
        """Put this module, and all in it, in training mode. Returns the module."""
        for module in modules_in(self):
            object.__setattr__(module, "training", training)  # a frozen dataclass allows no other way
        return self

    def eval(self: M) -> M:
        """Put this module, and all in it, in evaluation mode. Returns the module."""
        return self.train(False)

    def freeze(self: M) -> M:
        """Let optimisers skip this module's parameters. Returns the module."""
        for parameter in self.parameters():
            parameter.note("frozen", True)
        return self

    def unfreeze(self: M) -> M:
        """Let optimisers step this module's parameters again. Returns the module."""
        for parameter in self.parameters():
            if is_frozen(parameter):
                parameter.note("frozen", False)
        return self

    # ---- its state as data ----------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """What the module has learned, by name: plain numbers, and the states of random generators."""
        return read_state(contents(self))

    def prepare_state(self, saved: Any) -> Callable[[], None]:
        """Check a state, and return the function that takes it over."""
        return prepare_state(type(self).__name__, contents(self), saved)

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Take over a state. One that does not fit is a StateError, and nothing changes."""
        self.prepare_state(saved)()

    def save(self, path: str | PathLike[str]) -> None:
        """Write the state to exactly this path; see `nn.save`."""
        saving.save(path, model=self)

    def load(self: M, path: str | PathLike[str], *, progress: bool = True) -> M:
        """Take over the state in a file, or raise and change nothing; see `nn.load`. Returns the module."""
        saving.load(path, progress=progress, model=self)
        return self

    # ---- in words -------------------------------------------------------------------------------

    def describe(self) -> str:
        """The module in a few words, as a summary lists it."""
        return type(self).__name__

    def summary(self) -> str:
        """An indented table: the modules inside this one, and how many parameters each has."""
        return summary(self)

    def __repr__(self) -> str:
        return self.describe() if self.folded or not any(self.named_children()) else self.summary()


def note(call: Call, output: Any) -> None:
    """Note a call on the outputs that no inner one has marked, and around the calls that have."""
    for value in leaves(output):
        if isinstance(value, Value) and value.primitive is not None:
            inner = value.notes.get("module")
            if inner is None:
                value.note("module", call)
                continue
            while inner.around is not None:
                inner = inner.around
            if inner is not call:
                inner.around = call


def contents(module: Module, deep: bool = True) -> Iterator[tuple[Place, Any]]:
    """The module itself, and the modules, Values and random generators in it, each with its place.

    In order of assignment, a module before what it contains; with `deep=False`, without that. What is met
    again, in a cycle too, is found once, where it was met first.
    """
    yield ROOT, module
    met: dict[int, Any] = {id(module): module}  # by identity: a dataclass has no hash; held, lest an id recur
    rest = attributes(ROOT, module)
    while rest:
        place, found = rest.pop()
        if id(found) in met:
            continue
        met[id(found)] = found
        if isinstance(found, Value):
            yield place, found
        elif isinstance(found, Module):
            yield place, found
            if deep:
                rest += attributes(place, found)
        elif isinstance(found, np.random.Generator):
            yield place, found
        else:
            rest += entries(place, found)


def modules_in(module: Module) -> Iterator[Module]:
    """The module itself and every module inside it, each once; their paths need not be unique."""
    return (found for _, found in contents(module) if isinstance(found, Module))
