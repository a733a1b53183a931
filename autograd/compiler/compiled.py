"""compile: a function of one sample, as an array program over a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.arguments import Arguments
from autograd.compiler.backends import registry
from autograd.compiler.specialization import Specialization
from autograd.compiler.specializations import Specializations
from autograd.compiler.training_block import TrainingBlock


def compile(
    f: Callable[..., Any],
    *,
    backend: str = "auto",
    batched: bool = True,
    dtype: str = "float64",
    check: bool = False,
    progress: bool = True,
    has_aux: bool = False,
) -> Compiled:
    """f, written for one sample with Values and plain loops, as an array program over a batch.

    f is recorded once per structure and shape of its arguments: arrays with a leading batch axis, or
    lists, tuples and dicts of them; f sees the same structure of Values for one sample. The graph is
    simplified, grouped into array operations and run by a backend: "numpy", "llvm" (machine code; needs
    the extra `jit`), "jax" (GPUs, TPUs and several machines; needs the extra `jax`), or "auto", which chooses
    one of the first two by the work of a step, and says in `report()` what and why.
    With "jax", f's own x / y / z may be computed as x / (y z), whose product can overflow, and a CPU takes
    numbers below the smallest normal one for 0.
    `batched=False` is for an f of the whole batch. `has_aux=True` is for an f that returns (loss, aux), where
    aux is a structure of what else is wanted of the same run, as predictions: `backward` and the steps of
    training differentiate the loss alone, and give (loss, aux).

    Values that f closes over are its parameters, read at each call. One that is replaced by a new Value
    is noticed, and f recorded anew, where f's code finds it by a name: in closures, globals (of modules
    that it names, too), defaults, `self`, and the attributes, slots, containers and object arrays in them;
    so are functions, methods and classes of the user's that are replaced or reloaded. In the later steps
    of a training block only the names themselves are looked at. Not searched are installed packages, and
    what f asks a function of theirs for, as `globals()`. Plain numbers that f closes over, and what Python
    decides while f runs, are frozen in the recording.

    A Python `if` on a Value, `.data` and `float()` are refused by a TraceError that names the line.
    `detach` and `no_grad` stop gradients as they do eagerly; a `checkpoint` is f as it stands. A
    comparison is a number, 1 or 0. Programs follow IEEE 754, without exceptions; `check=True` runs the
    first batch eagerly as well, compares, and raises what eager raises.
    What takes more than two seconds shows its progress on stderr, unless `progress=False`.

    >>> from autograd import Value
    >>> w = Value(3.0)
    >>> fast = compile(lambda x, y: (w * x - y) ** 2, backend="numpy")
    >>> fast([1.0, 2.0], [3.0, 5.0])
    array([0., 1.])
    >>> fast.backward([1.0, 2.0], [3.0, 5.0]), w.grad
    (0.5, 2.0)
    """
    return Compiled(f, backend, batched, dtype, check, progress, has_aux)


class Compiled:
    """A compiled function; see `compile`."""

    def __init__(
        self,
        f: Callable[..., Any],
        backend: str,
        batched: bool,
        dtype: str,
        check: bool,
        progress: bool = True,
        has_aux: bool = False,
    ) -> None:
        if not callable(f):
            raise TypeError(f"compile takes a function of one sample, got {type(f).__name__}")
        if dtype not in ("float64", "float32"):
            raise ValueError(f'dtype is "float64" or "float32", got {dtype!r}')
        self.f, self.batched, self.check, self.progress, self.has_aux = f, batched, check, progress, has_aux
        self.backend, made = registry.find(backend)
        self.dtype = np.dtype(dtype)
        self.specializations = Specializations(f, made, batched, self.dtype, check, progress, has_aux)

    def __repr__(self) -> str:
        name = getattr(self.f, "__name__", type(self.f).__name__)
        return f"<compiled {name}: backend {self.backend}, {len(self.specializations)} recordings>"

    def __reduce__(self) -> tuple[Any, ...]:
        options = self.backend, self.batched, self.dtype.name, self.check, self.progress, self.has_aux
        return type(self), (self.f, *options)

    # ---- running --------------------------------------------------------------------------------

    def __call__(self, *arguments: Any) -> Any:
        """f of every sample: arrays (batch,), in the structure of f's result."""
        given = Arguments(arguments, self.batched)
        return self.specializations.fitting(given).results(given)

    def backward(self, *arguments: Any) -> Any:
        """The mean of f over the batch; adds its gradient to `.grad` of every Value that f closes over.

        If such a Value is itself a result, the gradient goes on to the leaves that it is made from. With
        `has_aux`: (mean loss, aux).
        """
        given = Arguments(arguments, self.batched)
        specialization = self.specializations.differentiable(given)
        loss, gradient, aux = specialization.gradient(given)
        for row in sorted(specialization.program.differentiated):
            parameter, entry = specialization.parameters[row], float(gradient[row])
            if parameter.primitive is None:
                parameter.grad += entry
            else:
                parameter.backward(entry)
        return (loss, aux) if self.has_aux else loss

    def training(self, optimizer: Any, *, devices: Any = None, shard: bool = False) -> TrainingBlock:
        """A block in which `step(*batch)` trains: gradient and update, on one flat array of parameters.

        `optimizer` is any of nn's. The block holds the Values and the optimiser: whoever reads, assigns,
        freezes or steps them, another block too, finds what eager training would have left, and what it
        changes counts from the next step on. Since all Values are then written back and read anew, a
        touch costs as much as some steps; compiled functions may be called inside without that. On leaving
        the block, also by an exception, everything is up to date.

        `step.many(Xs, ys)` takes a step for each of k batches, stacked along a first axis, and gives k
        losses; `step.many(batches)` for those that a generator or a DataLoader gives, each the arguments of
        a call; `step.over(X, y, places)` for batches of rows of the data, whose numbers are `places` (k,
        batch). All are the k calls of step, bit for bit, and read from a `numpy.memmap` or a data set of h5py
        no more than some batches at a time.

        With `compile(f, backend="jax")` the numbers stay on a device, and `step.many` and `step.over` are one
        loop there, so that they are worth it. `devices` are "all" or a list of `jax.devices()`: each gets an
        equal part of the batch, and all the parameters; with `shard`, each has a part of those and of the
        optimiser's state. Results are the same, to rounding, on however many. JAX's arrays stay where
        they are. An `update` that JAX cannot trace, as one that calls numpy, runs in this process.

        After `jax.distributed.initialize()` several processes that run the same script train together: each
        gives its own share of every batch, and has all results but those of the others' samples. With `shard`
        they read parameters all at once, by `step.sync()`. One that ends by an error, or is killed, makes the
        others end: their next step is an error that says so.

        Other threads may step, read and assign too. What reads many Values, as copying and saving a model
        do, reads them in turn, between steps: do that in the thread that trains. Do not fork while another
        thread steps.

        >>> from autograd import Value
        >>> from nn import SGD
        >>> w = Value(0.0)
        >>> fast = compile(lambda x, y: ((w * x - y) ** 2, w * x), backend="numpy", has_aux=True)
        >>> with fast.training(SGD([w], lr=0.1)) as step:
        ...     loss, predictions = step([1.0, 2.0], [3.0, 6.0])
        ...     losses, _ = step.over([1.0, 2.0, 4.0], [3.0, 6.0, 12.0], [[0, 1], [1, 0]])
        >>> loss, predictions, losses, w.data
        (22.5, array([0., 0.]), array([5.625  , 1.40625]), 2.625)
        """
        return TrainingBlock(self.specializations, optimizer, devices, shard)

    # ---- looking at it --------------------------------------------------------------------------

    def latest(self, asked_by: str = "latest()") -> Specialization:
        """What f became for the latest call's arguments: program, parameters, how it was lowered.

        Drawings read it. Raises RuntimeError, which names `asked_by`, before the first call.
        """
        found = self.specializations.latest
        if found is None:
            raise RuntimeError(
                f"{asked_by} needs a recording: call the compiled function once on a batch first"
            )
        return found

    @property
    def source(self) -> str:
        """The program for the latest call's arguments, forward and reverse, to be read."""
        return self.latest("source").source

    @property
    def javascript(self) -> str:
        """The same program as JavaScript, in double precision: to be read, or included in a page.

        `compiled(batch, p, dp)` makes tables for so many samples, where `p` has the parameters and `dp` room
        for the gradient, Float64Arrays that several of them may share; leave `dp` out for forward passes
        alone. What it gives has `inputs`, to be filled: number i of sample s at i * batch + s; `forward()`,
        which computes all rows; `results`, an array for each leaf of what f returns; `loss()`, the mean of
        the first; `reverse()`, which sets `dp` to its gradient; and `cotangents`, an array for each result,
        or null where no derivative reaches it. Each step of the program is a function of its own.

        >>> from autograd import Value
        >>> w = Value(3.0)
        >>> fast = compile(lambda x, y: (w * x - y) ** 2, backend="numpy")
        >>> fast.backward([1.0, 2.0], [3.0, 5.0])
        0.5
        >>> print(fast.javascript)  # doctest: +ELLIPSIS
        function compiled(batch, p, dp) {
        ...
          function mul_3() {
            for (let s = 0; s < batch; s++) v3[s] = p[0] * inputs[s];
          }
        ...
          function mul_3_back() {
            let sum = 0;
            for (let s = 0; s < batch; s++) sum += d3[s] * inputs[s];
            dp[0] += sum;
          }
        ...
        """
        return self.latest("javascript").javascript

    def report(self) -> str:
        """What f became for the latest call: sizes, array operations, products, time, bytes, backend."""
        found = self.latest("report()")
        program, executable = found.program, found.executable
        scalars = sum(array.rows for array in program.arrays)
        products = sum(step.kind == "matmul" for step in program.steps)
        return "\n".join(
            [
                f"nodes recorded           {found.nodes:>10,}",
                f"after simplification     {program.entries:>10,}",
                f"array operations         {len(program.steps):>10,}",
                f"of them matrix products  {products:>10,}",
                f"parameters               {program.parameters:>10,}",
                f"seconds to compile       {found.seconds + executable.seconds:>10.3f}",
                f"bytes held per sample    {scalars * self.dtype.itemsize:>10,}",
                f"backend                  {executable.name:>10}  {executable.reason}",
            ]
        )
