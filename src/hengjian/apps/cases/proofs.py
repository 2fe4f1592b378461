"""Photos, videos, scans and screenshots that show how something was served: checked by their bytes, kept by digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings

from hengjian.apps.record.received import received
from hengjian.apps.rectifications.evidence import clean_name
from hengjian.kernel.errors import Refused
from hengjian.ui.wording import size as size_text

FILE_MOST = 100 * 1024 * 1024
FILES_MOST = 10
BEGINNINGS: dict[str, tuple[int, bytes]] = {
    "pdf": (0, b"%PDF-"),
    "jpg": (0, b"\xff\xd8\xff"),
    "png": (0, b"\x89PNG\r\n\x1a\n"),
    "mp4": (4, b"ftyp"),
}
MEDIA = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png", "mp4": "video/mp4"}
ALLOWED = "JPG、PNG、PDF、MP4"


class Incoming(Protocol):
    """An uploaded file as Django hands it over."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterable[bytes]: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """One file that lies in the store."""

    name: str
    kind: str
    size: int
    sha256: str


def folder() -> Path:
    """Where proofs of service lie."""
    return Path(settings.UPLOADS_ROOT) / "service"


def place_of(sha256: str) -> Path:
    """Where the bytes of that digest lie."""
    return folder() / sha256[:2] / sha256


def keep_proofs(files: Sequence[Incoming]) -> list[Kept]:
    """Check every file and keep it; Refused naming the first that cannot be taken. None given: an empty list."""
    if len(files) > FILES_MOST:
        raise _refused(f"一次最多附 {FILES_MOST} 份送达记录，现在是 {len(files)} 份。")
    return list({one.sha256: one for one in [_keep(file) for file in files]}.values())


def _keep(file: Incoming) -> Kept:
    name, given = clean_name(file.name or ""), file.size or 0
    if given == 0:
        raise _refused(f"“{name}”是空文件。请重新选一份。")
    if given > FILE_MOST:
        raise _refused(f"“{name}”有 {size_text(given)}，每份最大 {size_text(FILE_MOST)}。请压缩或者截取后再交。")
    ending = name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    if ending not in BEGINNINGS:
        raise _refused(f"“{name}”不是可以收的类型。可以交 {ALLOWED}。")
    with received(file.chunks(), folder()) as taken:
        start, mark = BEGINNINGS[ending]
        if taken.head[start : start + len(mark)] != mark:
            raise _refused(f"“{name}”的内容不是 {ending}：文件坏了，或者只是改了扩展名。")
        taken.settle(place_of(taken.sha256))
    return Kept(name, ending, taken.size, taken.sha256)


def open_proof(sha256: str, name: str) -> Iterator[bytes]:
    """The kept bytes in pieces, after the digest was compared; Refused where they are gone or changed."""
    path = place_of(sha256)
    if not path.exists():
        raise Refused(f"“{name}”的文件不在存储里，请报告系统管理员。")
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
            raise Refused(f"“{name}”与收入时的摘要不符，不能打开。请报告系统管理员。")
    return _pieces(path)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(1 << 18):
            yield piece


def _refused(sentence: str) -> Refused:
    return Refused(sentence, where={"field": "files"})
