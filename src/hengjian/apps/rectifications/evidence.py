"""Files that institutions hand in: checked by their bytes, kept by their digest, compared when they are opened."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings

from hengjian.apps.record.received import received
from hengjian.kernel.errors import Refused
from hengjian.ui.wording import size as size_text

FILE_MOST = 20 * 1024 * 1024
FILES_MOST = 10
NAME_MOST = 120
BEGINNINGS = {
    "pdf": b"%PDF-",
    "jpg": b"\xff\xd8\xff",
    "png": b"\x89PNG\r\n\x1a\n",
    "docx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
}
INSIDE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
MEDIA = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ALLOWED = "PDF、JPG、PNG、docx、xlsx"


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


def place_of(sha256: str) -> Path:
    """Where the bytes of that digest lie."""
    return Path(settings.UPLOADS_ROOT) / "rectifications" / sha256[:2] / sha256


def keep_files(files: Sequence[Incoming]) -> list[Kept]:
    """Check every file and keep it; raises Refused naming the first file that cannot be taken, and why.

    A file given twice is kept once. Bytes kept for a reply that then fails belong to nobody and harm nobody.
    """
    if not files:
        raise _refused("请附上证明材料：整改前后的照片、记录、证书等，至少一份。")
    if len(files) > FILES_MOST:
        raise _refused(f"一次最多附 {FILES_MOST} 份材料，现在是 {len(files)} 份。请合并成 PDF 再交。")
    kept = {one.sha256: one for one in [_keep(file) for file in files]}
    return list(kept.values())


def _keep(file: Incoming) -> Kept:
    name = clean_name(file.name or "")
    given = file.size or 0
    if given == 0:
        raise _refused(f"“{name}”是空文件。请重新选一份。")
    if given > FILE_MOST:
        raise _refused(f"“{name}”有 {size_text(given)}，每份最大 {size_text(FILE_MOST)}。请压缩或者分成几份。")
    with received(file.chunks(), Path(settings.UPLOADS_ROOT) / "rectifications") as taken:
        kind = _kind(taken.path, taken.head, name)
        taken.settle(place_of(taken.sha256))
    return Kept(name, kind, taken.size, taken.sha256)


def clean_name(name: str) -> str:
    """The last part of the name without control characters, cut in the middle where it is too long."""
    plain = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rpartition("/")[2]).strip(" .") or "未命名"
    if len(plain) <= NAME_MOST:
        return plain
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: NAME_MOST - len(ending) - 2]}…{dot}{ending}" if dot and len(ending) < 10 else plain[:NAME_MOST]


def _kind(path: Path, begins: bytes, name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    ending = "jpg" if ending == "jpeg" else ending
    if ending not in BEGINNINGS:
        raise _refused(f"“{name}”不是可以收的类型。可以交 {ALLOWED}。")
    if not begins.startswith(BEGINNINGS[ending]):
        raise _refused(f"“{name}”的内容不是 {ending}：文件坏了，或者只是改了扩展名。请重新导出再交。")
    if ending in INSIDE:
        _check_office(path, name, ending)
    return ending


def _check_office(path: Path, name: str, ending: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _refused(f"“{name}”打不开：文件不完整。请重新导出再交。") from error
    if INSIDE[ending] not in inside:
        raise _refused(f"“{name}”的内容不是 {ending}：文件坏了，或者只是改了扩展名。请重新导出再交。")
    if any(part.lower().endswith("vbaproject.bin") for part in inside):
        raise _refused(f"“{name}”带有宏，不能收。请另存为 PDF 再交。")


def open_checked(sha256: str, name: str) -> Iterator[bytes]:
    """The kept bytes in pieces, after the digest was compared; Refused where they are gone or changed."""
    path = place_of(sha256)
    if not path.exists():
        raise Refused(f"“{name}”的文件不在存储里，请报告系统管理员。")
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        raise Refused(f"“{name}”与提交时的摘要不符，不能打开。请报告系统管理员。")
    return _pieces(path)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(1 << 18):
            yield piece


def _refused(sentence: str) -> Refused:
    return Refused(sentence, where={"field": "files"})
