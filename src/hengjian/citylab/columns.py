"""Text and time columns made in bulk: numbers as digits, decimals as written, moments with the right resolution."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Array = np.ndarray[Any, Any]

_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def fixed_text(cells: Array) -> pa.Array:
    """An n × width array of ASCII bytes as n strings."""
    n, width = cells.shape
    offsets = np.arange(n + 1, dtype=np.int32) * width
    data = np.ascontiguousarray(cells, dtype=np.uint8)
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets.tobytes()), pa.py_buffer(data.tobytes()))


def digits(values: Array, width: int) -> Array:
    """Numbers as `width` ASCII digits with leading zeros."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (np.asarray(values, dtype=np.int64)[:, None] // powers % 10 + 48).astype(np.uint8)


def coded(prefix: str, *parts: tuple[Array, int]) -> pa.Array:
    """`prefix` followed by numbers of fixed widths."""
    n = len(parts[0][0])
    head = np.tile(np.frombuffer(prefix.encode(), dtype=np.uint8), (n, 1))
    return fixed_text(np.hstack([head, *(digits(values, width) for values, width in parts)]))


def hex_text(words: Array) -> pa.Array:
    """n × k 64-bit words as strings of 16·k hexadecimal digits."""
    data = np.ascontiguousarray(words.astype(">u8")).view(np.uint8).reshape(len(words), 8 * words.shape[1])
    cells = np.empty((len(data), data.shape[1] * 2), dtype=np.uint8)
    cells[:, 0::2], cells[:, 1::2] = _HEX[data >> 4], _HEX[data & 15]
    return fixed_text(cells)


def lookup(index: Array, values: Any, mask: Array | None = None) -> pa.Array:
    """`values[index]` as a dictionary array; rows where `mask` holds are null.

    Equal values become one entry: a dictionary that names a value twice is not written to the same bytes each time.
    """
    number = np.asarray(index, dtype=np.int32)
    if not isinstance(values, pa.Array):
        entries = dict.fromkeys(values)
        if len(entries) < len(values):
            place = {value: k for k, value in enumerate(entries)}
            number = np.array([place[value] for value in values], dtype=np.int32)[number]
        values = pa.array(list(entries), type=pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(number, mask=mask), values)


def decimal_text(numbers: Array, decimals: Array) -> pa.Array:
    """Integers as decimals with their number of places: (1230, 2) → `12.30`."""
    n = len(numbers)
    order = np.argsort(decimals, kind="stable")
    pieces = []
    for places in np.unique(decimals):
        rows = order[decimals[order] == places]
        words = np.zeros((len(rows), 2), dtype=np.int64)
        words[:, 0], words[:, 1] = numbers[rows], np.where(numbers[rows] < 0, -1, 0)
        kind = pa.decimal128(19, int(places))
        piece = pa.Array.from_buffers(kind, len(rows), [None, pa.py_buffer(words.tobytes())])
        pieces.append(pc.cast(piece, pa.string()))
    if not pieces:
        return pa.array([], type=pa.string())
    back = np.empty(n, dtype=np.int64)
    back[order] = np.arange(n)
    return pa.concat_arrays(pieces).take(pa.array(back))


def moments(first: date, seconds: Array, missing: Array | None = None) -> pa.Array:
    """Seconds from the first midnight as timestamps without zone."""
    base = np.datetime64(first.isoformat(), "s").astype(np.int64)
    return pa.array((np.asarray(seconds, dtype=np.int64) + base) * 1_000_000, type=pa.int64(), mask=missing).cast(
        pa.timestamp("us")
    )


def days(first: date, numbers: Array, missing: Array | None = None) -> pa.Array:
    """Day numbers as dates."""
    base = np.datetime64(first.isoformat(), "D").astype(np.int64)
    return pa.array((np.asarray(numbers) + base).astype(np.int32), type=pa.int32(), mask=missing).cast(pa.date32())
