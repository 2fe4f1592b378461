"""Files under a record's data key: pieces of one mebibyte, each AES-256-GCM with its number and whether it is the last.

A piece cut off, moved or taken from another file does not open. Imports no framework.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hengjian.apps.informants.envelope import NOT_GENUINE
from hengjian.kernel.errors import Refused

PIECE = 1 << 20
TAG = 16


class Plain:
    """Digest, size and first bytes of what goes through; known once it has gone through."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.size = 0
        self.head = b""

    def take(self, chunk: bytes) -> None:
        """Count one chunk in."""
        self.digest.update(chunk)
        self.size += len(chunk)
        if len(self.head) < 64:
            self.head += chunk[: 64 - len(self.head)]


def encrypted(chunks: Iterable[bytes], data_key: bytes, record_id: UUID, plain: Plain) -> Iterator[bytes]:
    """The sealed pieces of the bytes; at least one, so that an empty file is told from a lost one."""
    cipher, bound, number, held = AESGCM(_file_key(data_key)), _bound(record_id), 0, bytearray()
    for chunk in chunks:
        plain.take(chunk)
        held += chunk
        while len(held) > PIECE:
            yield cipher.encrypt(_nonce(number, last=False), bytes(held[:PIECE]), bound)
            del held[:PIECE]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(held), bound)


def decrypted(path: Path, data_key: bytes, record_id: UUID) -> Iterator[bytes]:
    """The plain pieces; Refused where a piece was changed, cut off or is of another file."""
    cipher, bound, number = AESGCM(_file_key(data_key)), _bound(record_id), 0
    with path.open("rb") as stream:
        piece = stream.read(PIECE + TAG)
        while True:
            after = stream.read(PIECE + TAG)
            try:
                yield cipher.decrypt(_nonce(number, last=not after), piece, bound)
            except InvalidTag as error:
                raise Refused(NOT_GENUINE) from error
            if not after:
                return
            piece, number = after, number + 1


def _file_key(data_key: bytes) -> bytes:
    return hmac.new(data_key, b"hengjian|file", hashlib.sha256).digest()


def _bound(record_id: UUID) -> bytes:
    return f"hengjian|file|{record_id}".encode()


def _nonce(number: int, *, last: bool) -> bytes:
    return bytes([1 if last else 0]) + number.to_bytes(11, "big")
