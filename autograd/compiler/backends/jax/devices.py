"""Devices: where the numbers of a training block and its batches lie. It knows no program.

The batch is cut into equal parts, one for each device. The parameters and the optimiser's state are on each
of them; or, sharded, each has an equal part of them as well. Devices may belong to several processes, each of
which gives the samples for its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from autograd.compiler.backends.jax.inputs import flat
from autograd.compiler.backends.jax.processes import end_at_once_after_errors
from autograd.engine.messages import describe

AXIS = "devices"
"""The name of the axis along which devices are counted."""


def in_words(devices: Iterable[Any]) -> str:
    """The devices, counted, and their kinds.

    >>> in_words(jax.devices("cpu")[:1])
    'on 1 device: cpu'
    """
    kinds = Counter(device.device_kind for device in devices)
    count = sum(kinds.values())
    return f"on {count} device{'s' * (count > 1)}: {', '.join(kinds)}"


def devices_of(asked: Any) -> list[Any]:
    """The devices that a user asks for: None is the first one of this process, "all" is every one."""
    if asked is None:
        return list(jax.local_devices()[:1])
    if isinstance(asked, str) and asked == "all":
        return list(jax.devices())
    if not isinstance(asked, Sequence) or isinstance(asked, str) or not asked:
        raise TypeError(f'devices is None, "all" or a list of JAX\'s devices, got {describe(asked)}')
    found = list(asked)
    for device in found:
        if not isinstance(device, jax.Device):
            raise TypeError(f"devices lists JAX's devices, as jax.devices()[:2], got {describe(device)}")
    if len(set(found)) < len(found):
        raise ValueError("devices lists each device once, got one that is listed twice")
    return found


class Placement:
    """Which `devices` there are, and whether the numbers of a training block are cut up among them."""

    def __init__(self, devices: Sequence[Any], shard: bool) -> None:
        self.devices, self.shard = devices, shard
        self.count: int = len(devices)
        self.processes = len({device.process_index for device in devices})
        if self.processes > 1:
            end_at_once_after_errors()
        self.own: int = sum(device.process_index == jax.process_index() for device in devices)
        """How many of them are this process's."""

        if not self.own:
            raise ValueError("devices lists devices of other processes alone, and none of this one's")
        self.mesh = mesh = Mesh(np.array(devices), (AXIS,))
        self.everywhere = NamedSharding(mesh, PartitionSpec())
        self.rows = NamedSharding(mesh, PartitionSpec(AXIS)) if shard else self.everywhere
        self.batches = NamedSharding(mesh, PartitionSpec(None, AXIS))

    def check_batch(self, batch: int) -> None:
        """Refuse a batch that this process's devices cannot share equally."""
        if batch % self.own:
            below = batch - batch % self.own
            sizes = " or ".join(str(size) for size in (below, below + self.own) if size)
            raise ValueError(
                f"a batch is shared equally by the devices, and {batch} samples are not by {self.own}; give "
                f"{sizes}"
            )

    def whole_batch(self, share: int) -> int:
        """How many samples all processes have together, where this one has so many."""
        return share // self.own * self.count

    def share_of(self, share: int) -> slice:
        """Which samples of the whole batch are this process's."""
        index = jax.process_index()
        before = sum(device.process_index < index for device in self.devices)
        start = share // self.own * before
        return slice(start, start + share)

    # ---- putting numbers there ------------------------------------------------------------------

    def put_row(self, row: Any) -> Any:
        """A row of numbers, one for each Value; cut up, it is filled up with zeros to equal parts."""
        if self.shard:
            row = np.pad(row, (0, -len(row) % self.count))
        return self._put(np.array(row), self.rows)

    def put_batches(self, array: Any, lead: tuple[int, int]) -> Any:
        """The share that this process has of k batches: `lead` is (k, batch).

        Several devices need these axes to cut it up; one takes the numbers as they are.
        """
        return array if self.count == 1 else self._put(flat(array, lead), self.batches)

    def put_everywhere(self, array: Any) -> Any:
        """An array that is the same for all devices."""
        return self._put(array, self.everywhere)

    def _put(self, array: Any, sharding: Any) -> Any:
        if isinstance(array, jax.Array) and array.sharding.is_equivalent_to(sharding, array.ndim):
            return array
        if self.processes == 1:
            return jax.device_put(array, self.devices[0] if self.count == 1 else sharding, may_alias=False)
        if sharding is not self.batches:
            return jax.make_array_from_callback(array.shape, sharding, array.__getitem__)
        return jax.make_array_from_process_local_data(sharding, array)

    def fetched(self, rows: Sequence[Any]) -> list[Any]:
        """Rows as numpy arrays, whole in every process."""
        if self.shard and self.processes > 1:
            rows = jax.jit(lambda parts: parts, out_shardings=self.everywhere)(rows)
        return [np.asarray(row) for row in rows]

    def own_share(self, results: Any) -> Any:
        """Of results (..., batch) of all devices those of this process's samples, as a numpy array."""
        if self.processes == 1:
            return np.asarray(results)
        parts = sorted(results.addressable_shards, key=lambda part: part.index[-1].start or 0)
        return np.concatenate([np.asarray(part.data) for part in parts], axis=-1)

    # ---- inside what runs on each device --------------------------------------------------------

    def on_each(self, function: Any, arguments: Any, results: Any) -> Any:
        """The function, run on each device's part of its arguments; it is given how they are cut up."""
        if self.count == 1:
            return function
        return jax.shard_map(function, mesh=self.mesh, in_specs=arguments, out_specs=results, check_vma=False)

    def whole_row(self, row: Any) -> Any:
        """A row of which each device has its part, or all."""
        return jax.lax.all_gather(row, AXIS, tiled=True) if self.shard and self.count > 1 else row

    def mean(self, loss: Any, gradient: Any) -> tuple[Any, Any]:
        """The means over the devices of a number and of a row, of which each gets its part, or all.

        They travel together.
        """
        if self.count == 1:
            return loss, gradient
        if not self.shard:
            total = jax.lax.psum(jnp.append(gradient, loss), AXIS) / self.count
            return total[-1], total[:-1]
        parts = gradient.reshape(self.count, -1)
        parts = jnp.concatenate([parts, jnp.broadcast_to(loss, (self.count, 1))], axis=1)
        part = jax.lax.psum_scatter(parts, AXIS) / self.count
        return part[-1], part[:-1]
