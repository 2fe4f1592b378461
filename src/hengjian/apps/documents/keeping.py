"""Printed bytes by the hash of their content: written once, re-hashed whenever they are read."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from django.conf import settings

from hengjian.apps.record.received import received
from hengjian.kernel.errors import Refused


def folder() -> Path:
    """Where printed documents lie."""
    return Path(settings.UPLOADS_ROOT) / "documents"


def keep(content: bytes, kind: str) -> str:
    """Put the bytes on the disk and give their SHA-256; what lay there under the same digest is the same."""
    with received([content], folder() / "incoming") as file:
        file.settle(_place(file.sha256, kind))
        return file.sha256


def kept(digest: str, kind: str, *, title: str) -> bytes:
    """The bytes, only while their hash still holds; Refused with a sentence otherwise."""
    place = _place(digest, kind)
    if not place.exists():
        raise Refused(f"《{title}》制作时的文件已不在存储中，请系统管理员从备份恢复。")
    content = place.read_bytes()
    if sha256(content).hexdigest() != digest:
        raise Refused(
            f"《{title}》的文件与制作时的摘要值 {digest[:8]}… 不符，文件被改动或者损坏，已停止提供；"
            "请系统管理员从备份恢复。"
        )
    return content


def _place(digest: str, kind: str) -> Path:
    return folder() / digest[:2] / f"{digest}.{kind}"
