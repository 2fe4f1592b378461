"""Files of evidence: taken in as a stream, kept once by their digest, re-hashed on every reading wherever they lie."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from hengjian.apps.alerts.models import Alert
from hengjian.apps.cases.entering import refused
from hengjian.apps.cases.evidence_procedures import ELECTRONIC
from hengjian.apps.inspections import storage as inspected
from hengjian.apps.inspections.models import Attachment
from hengjian.apps.intake.selectors import organ_report_rows
from hengjian.apps.record.received import received
from hengjian.apps.record.services import plain
from hengjian.kernel.errors import Refused
from hengjian.ui.wording import size as size_text

FILE_MOST = 200 * 1024 * 1024
NAME_MOST = 160
PIECE = 1 << 18
REPORT_TABLES = ("reports", "results")
MEDIA: Mapping[str, str] = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "mp4": "video/mp4",
    "mp3": "audio/mpeg",
    "json": "application/json",
    "csv": "text/csv",
}


class Incoming(Protocol):
    """An uploaded file as Django hands it over."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterable[bytes]: ...


@dataclass(frozen=True, slots=True)
class Kept:
    """One file that lies in its place: name, media type, bytes, hex SHA-256, and where it was made."""

    name: str
    media_type: str
    size: int
    sha256: str
    origin: str = "upload"
    origin_id: str = ""
    origin_label: str = ""


def place_of(sha256: str) -> Path:
    """Where uploaded bytes of that digest lie."""
    return Path(settings.UPLOADS_ROOT) / "cases" / sha256[:2] / sha256


def keep(file: Incoming) -> Kept:
    """Take one upload in; Refused with a sentence where it is empty or larger than the limit, nothing stays then."""
    name = clean_name(file.name or "")
    if file.size is not None and file.size > FILE_MOST:
        raise _too_large(name, file.size)

    def watch(size: int) -> None:
        if size > FILE_MOST:
            raise _too_large(name, None)

    with received(file.chunks(), Path(settings.UPLOADS_ROOT) / "cases", watch=watch) as taken:
        if not taken.size:
            raise refused("files", f"“{name}”是空文件，没有收下。请重新选一份。")
        taken.settle(place_of(taken.sha256))
    return Kept(name, media_of(name), taken.size, taken.sha256)


def keep_all(files: Iterable[Incoming]) -> list[Kept]:
    """Take several in; the same bytes twice are one file."""
    kept: dict[str, Kept] = {}
    for file in files:
        one = keep(file)
        kept.setdefault(one.sha256, one)
    return list(kept.values())


def _too_large(name: str, size: int | None) -> Refused:
    said = f"有 {size_text(size)}" if size else "太大"
    return refused(
        "files",
        f"“{name}”{said}，单个证据文件最多 {size_text(FILE_MOST)}，没有收下。"
        "请把原始载体封存为物证，登记提取方法和校验值；或者分段提交。",
        ELECTRONIC,
    )


def clean_name(name: str) -> str:
    """The last part of the name without control characters, cut where it is too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in last if char.isprintable()).strip(" .") or "未命名"
    stem, dot, ending = kept.rpartition(".")
    if len(kept) <= NAME_MOST:
        return kept
    return f"{stem[: NAME_MOST - len(ending) - 2]}…{dot}{ending}" if dot and len(ending) < 10 else kept[:NAME_MOST]


def media_of(name: str) -> str:
    """The media type by the ending; bytes for anything else. Files are only ever handed out as downloads."""
    return MEDIA.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def packet_bytes(alert: Alert) -> bytes:
    """An alert's evidence packet as canonical JSON."""
    said = {"number": alert.number, "detector": alert.detector, "version": alert.version, "evidence": alert.evidence}
    return _canonical(said)


def report_bytes(organ: Any, report_id: str, on: date) -> bytes:
    """One report and its results as the lake of an organ has them in force, as canonical JSON; Refused if not there."""
    rows = {
        table: organ_report_rows(organ=organ, on=on, report_ids=[report_id], table=table) for table in REPORT_TABLES
    }
    if not rows["reports"]:
        raise refused("report_id", f"{organ.short_name}的数据里没有编号为“{report_id[:40]}”的报告。")
    return _canonical({"report_id": report_id, **rows})


def _canonical(value: Any) -> bytes:
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(content: bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(content).hexdigest()


def open_file(file: Any, *, on: date) -> Iterator[bytes]:
    """The bytes of an evidence file in pieces, after they were hashed again; Refused where they are gone or changed."""
    if file.origin in ("upload", "letter"):
        return open_upload(file.sha256, file.name)
    content = READERS[file.origin](file, on)
    if digest_of(content) != file.sha256:
        raise Refused(
            f"“{file.name}”现在的内容与登记的摘要值 {file.sha256[:8]}… 不符，来源（{file.origin_label}）已被改动，"
            "不能作为同一份证据打开。",
            article=ELECTRONIC,
        )
    return iter((content,))


def open_upload(sha256: str, name: str) -> Iterator[bytes]:
    """Uploaded bytes in pieces after hashing; Refused where they are gone or changed."""
    path = place_of(sha256)
    if not path.exists():
        raise Refused(f"“{name}”的文件不在存储里，请系统管理员从备份恢复。", article=ELECTRONIC)
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        raise Refused(
            f"“{name}”的内容与登记的摘要值 {sha256[:8]}… 不符，文件被改动或者损坏，已停止打开；请从备份恢复。",
            article=ELECTRONIC,
        )
    return _pieces(path)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _attachment(file: Any, on: date) -> bytes:
    return inspected.read_attachment(Attachment.objects.get(pk=file.origin_id))


def _alert(file: Any, on: date) -> bytes:
    return packet_bytes(Alert.objects.get(number=file.origin_id))


def _report(file: Any, on: date) -> bytes:
    return report_bytes(file.case.organ, file.origin_id, on)


READERS: Mapping[str, Callable[[Any, date], bytes]] = {"attachment": _attachment, "alert": _alert, "report": _report}
"""How the bytes are read that lie elsewhere; never changed, only compared."""
