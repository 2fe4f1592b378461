"""Attachments by the hash of their content: checked by what they are, kept unchanged, re-hashed on every reading."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from hengjian.apps.inspections.models import Attachment
from hengjian.apps.record.received import Received, received
from hengjian.kernel.errors import Refused
from hengjian.ui.wording import size as size_words

MB = 1024 * 1024
PHOTO_MOST = 20 * MB
VIDEO_MOST = 200 * MB

IMAGES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
PAPERS = {**IMAGES, "application/pdf": "pdf"}
TYPES: dict[str, dict[str, str]] = {
    "photo": IMAGES,
    "signature": PAPERS,
    "extract": PAPERS,
    "video": {"video/mp4": "mp4", "audio/mpeg": "mp3"},
    "other": PAPERS,
}
NAMES = {
    "photo": "照片只收 JPEG、PNG、WebP、HEIC",
    "signature": "签名只收 JPEG、PNG、WebP、HEIC 图片或者签字页的 PDF",
    "extract": "摘录复制件只收 PDF 或者 JPEG、PNG、WebP、HEIC 图片",
    "video": "音像只收 MP4 和 MP3",
    "other": "附件只收 PDF 或者 JPEG、PNG、WebP、HEIC 图片",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies in its place: path below the folder, hex SHA-256, bytes, type found by content."""

    path: str
    sha256: str
    size: int
    media_type: str


def folder() -> Path:
    """Where attachments lie."""
    return Path(settings.UPLOADS_ROOT) / "inspections"


def media_type_of(head: bytes) -> str:
    """The type by the first bytes; empty for anything that is not taken. Names and declared types are not asked."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"heix", b"mif1", b"hevc") else "video/mp4"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    return "audio/mpeg" if head.startswith(b"ID3") or head[:2] in (b"\xff\xfb", b"\xff\xf3") else ""


def most_of(kind: str) -> int:
    """The largest file of a kind, in bytes."""
    return VIDEO_MOST if kind == "video" else PHOTO_MOST


def too_large(kind: str, file_name: str, size: int | None) -> Refused:
    """The sentence for a file above the limit; the whole size is told where it is known."""
    what = {"photo": "照片", "signature": "签名", "video": "音像"}.get(kind, "文件")
    advice = (
        "请把手机相机的分辨率调低重拍，或者压缩后再传；原照片请先留在手机里，不要删除。"
        if kind == "photo"
        else "请压缩后再传，原件请保留。"
    )
    said = f"有 {size_words(size)}" if size else "太大"
    return Refused(
        f"{what}“{file_name}”{said}，单个{what}最多 {most_of(kind) // MB} MB，没有收下。{advice}",
        where={"field": "file", "file": file_name, "value": size},
    )


def store(
    *, kind: str, file_name: str, chunks: Iterable[bytes], declared_size: int | None = None, sha256: str = ""
) -> Stored:
    """Take the bytes in; Refused with a sentence when too large, empty, of a wrong type or damaged on the way.

    `sha256` is what the phone computed when the picture was taken.
    """
    if declared_size is not None and declared_size > most_of(kind):
        raise too_large(kind, file_name, declared_size)

    def watch(size: int) -> None:
        if size > most_of(kind):
            raise too_large(kind, file_name, declared_size)

    with received(chunks, folder() / "incoming", watch=watch) as file:
        media_type = _checked(kind, file_name, file, sha256)
        relative = f"{file.sha256[:2]}/{file.sha256}.{TYPES[kind][media_type]}"
        file.settle(folder() / relative)
    return Stored(relative, file.sha256, file.size, media_type)


def _checked(kind: str, file_name: str, file: Received, told: str) -> str:
    if kind not in TYPES:
        raise Refused(f"没有“{kind[:10]}”这一类附件。", where={"field": "kind"})
    if not file.size:
        raise Refused(f"文件“{file_name}”是空的，没有收下。", where={"field": "file"})
    if told and told != file.sha256:
        raise Refused(
            f"文件“{file_name}”传到服务器后的摘要值与拍摄时不一致，传输中有损坏，没有收下；请重传。",
            where={"field": "file"},
        )
    media_type = media_type_of(file.head)
    if media_type not in TYPES[kind]:
        raise Refused(f"文件“{file_name}”按内容看不是可收的类型：{NAMES[kind]}。", where={"field": "file"})
    return media_type


def keep_text(content: bytes) -> Stored:
    """A list of the system's own (the frozen report list), kept the same way."""
    found = hashlib.sha256(content).hexdigest()
    target = folder() / f"{found[:2]}/{found}.tsv"
    _made(target.parent)
    part = target.with_suffix(f".{secrets.token_hex(4)}.part")
    part.write_bytes(content)
    os.replace(part, target)
    return Stored(f"{found[:2]}/{found}.tsv", found, len(content), "text/tab-separated-values")


def read_kept(path: str, sha256: str, what: str) -> bytes:
    """The bytes, only while their hash still holds; Refused with a sentence otherwise."""
    place = folder() / path
    if not place.exists():
        raise Refused(f"{what}的文件已不在存储中，请系统管理员从备份恢复。")
    content = place.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refused(
            f"{what}的内容与登记的摘要值 {sha256[:8]}… 不符，文件被改动或者损坏，已停止显示；请系统管理员从备份恢复。"
        )
    return content


def read_attachment(attachment: Attachment) -> bytes:
    """An attachment's bytes after re-hashing."""
    return read_kept(attachment.path, attachment.sha256, f"附件“{attachment.file_name}”")


def _made(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
