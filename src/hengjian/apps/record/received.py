"""Bytes that come in from outside: streamed to disk under their SHA-256, and either settled in their place or gone."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HEAD = 32
"""First bytes kept at hand: enough to tell a type by its content."""


@dataclass(frozen=True, slots=True)
class Received:
    """What came in, lying in a file of its own for as long as nobody has settled it."""

    path: Path
    sha256: str
    size: int
    head: bytes

    def settle(self, target: Path) -> None:
        """Put the file in its place in one step; what lay there under the same digest is the same."""
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(self.path, target)


@contextmanager
def received(
    chunks: Iterable[bytes], folder: Path, *, watch: Callable[[int], None] = lambda size: None
) -> Iterator[Received]:
    """Take the bytes in below `folder`, on the disk before anything is said of them; leaving unsettled removes them.

    `watch` gets the size after every piece and may raise: nothing is read on and nothing stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{os.getpid()}-{secrets.token_hex(8)}.part"
    try:
        yield _take_in(chunks, part, watch)
    finally:
        part.unlink(missing_ok=True)


def _take_in(chunks: Iterable[bytes], part: Path, watch: Callable[[int], None]) -> Received:
    digest, size, head = hashlib.sha256(), 0, b""
    with part.open("wb") as stream:
        for chunk in chunks:
            size += len(chunk)
            watch(size)
            head = head or chunk[:HEAD]
            digest.update(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    return Received(part, digest.hexdigest(), size, head)
