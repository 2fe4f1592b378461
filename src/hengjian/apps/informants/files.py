"""Files from informants: checked by their bytes, encrypted on their way to the disk, shown under a number."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from hengjian.apps.informants.filecrypt import Plain, decrypted, encrypted
from hengjian.apps.informants.models import Informant, Message, SealedFile
from hengjian.apps.informants.vault import data_key_of, open_vault, seal_row, unseal_row
from hengjian.apps.record.received import received
from hengjian.kernel.errors import Refused
from hengjian.ui.wording import size as size_text

FILE_MOST = 50 * 1024 * 1024
FILES_MOST = 10
NAME_MOST = 120
MEDIA = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "mp4": "video/mp4",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
}
ALLOWED = "PDF、JPG、PNG、docx、xlsx、MP4、MP3、M4A、WAV"
_BEGINNINGS: dict[str, tuple[re.Pattern[bytes], ...]] = {
    "pdf": (re.compile(rb"%PDF-"),),
    "jpg": (re.compile(rb"\xff\xd8\xff"),),
    "png": (re.compile(rb"\x89PNG\r\n\x1a\n"),),
    "docx": (re.compile(rb"PK\x03\x04"),),
    "xlsx": (re.compile(rb"PK\x03\x04"),),
    "mp4": (re.compile(rb".{4}ftyp", re.DOTALL),),
    "m4a": (re.compile(rb".{4}ftyp", re.DOTALL),),
    "mp3": (re.compile(rb"ID3"), re.compile(rb"\xff[\xe2-\xff]")),
    "wav": (re.compile(rb"RIFF.{4}WAVE", re.DOTALL),),
}


class Incoming(Protocol):
    """An uploaded file as Django hands it over."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterable[bytes]: ...


def too_large(size: int | None = None) -> str:
    """The sentence for a file above the limit; it does not repeat the file's name, which may name the sender."""
    told = f"有一个附件{f'有 {size_text(size)}，' if size else ''}超过了每个 {size_text(FILE_MOST)} 的上限，没有收下。"
    return told + "请压缩、截取关键的一段，或者拷贝在光盘、U 盘上寄到受理机关。"


def check_files(files: Sequence[Incoming]) -> None:
    """Refused for what can be told before anything is read: number, size, ending. Nothing is kept."""
    if len(files) > FILES_MOST:
        raise _refused(f"一次最多附 {FILES_MOST} 个附件，现在是 {len(files)} 个。其余的可以凭查询码再补充。")
    for place, file in enumerate(files, start=1):
        if not file.size:
            raise _refused(f"第 {place} 个附件是空文件。请重新选一个。")
        if file.size > FILE_MOST:
            raise _refused(too_large(file.size))
        _kind(file.name or "", place)


@transaction.atomic
def keep_files(
    *,
    informant: Informant,
    files: Sequence[Incoming],
    now: datetime,
    revealing: bool = False,
    message: Message | None = None,
) -> list[SealedFile]:
    """Encrypt and keep the files; all of them or none. The bytes lie in the store once the transaction is done."""
    check_files(files)
    last = informant.files.aggregate(last=Max("ordinal"))["last"] or 0
    made: list[SealedFile] = []
    try:
        for place, file in enumerate(files, start=1):
            made.append(
                _keep(file, place, SealedFile(informant=informant, message=message, revealing=revealing, at=now))
            )
            made[-1].ordinal = last + place
            made[-1].save()
    except Exception:
        for row in made:
            place_of(row).unlink(missing_ok=True)
        raise
    return made


def _keep(file: Incoming, place: int, row: SealedFile) -> SealedFile:
    row.kind = _kind(file.name or "", place)
    data_key = seal_row(row, json.dumps({"name": clean_name(file.name or "")}).encode(), open_vault())
    plain = Plain()

    def watch(size: int) -> None:
        if plain.size > FILE_MOST:
            raise _refused(too_large())

    with received(encrypted(file.chunks(), data_key, row.record_id, plain), _root(), watch=watch) as taken:
        if not any(one.match(plain.head) for one in _BEGINNINGS[row.kind]):
            raise _refused(f"第 {place} 个附件的内容不是 {row.kind}：文件坏了，或者只是改了扩展名。请重新导出再交。")
        taken.settle(place_of(row))
    row.size, row.sha256 = plain.size, plain.digest.hexdigest()
    return row


def opened_file(row: SealedFile) -> Iterator[bytes]:
    """The plain bytes in pieces; Refused where the store has lost or changed them, before the first piece goes out."""
    path = place_of(row)
    if not path.exists():
        raise Refused(f"{row.label} 不在存储里，请报告系统管理员。")
    data_key = data_key_of(row, open_vault())
    for _piece in decrypted(path, data_key, row.record_id):
        pass
    return decrypted(path, data_key, row.record_id)


def own_name(row: SealedFile) -> str:
    """The name the sender gave the file; it opens like the identity."""
    return str(json.loads(unseal_row(row, open_vault()))["name"])


def place_of(row: SealedFile) -> Path:
    """Where the encrypted bytes lie."""
    name = row.record_id.hex
    return _root() / name[:2] / name


def clean_name(name: str) -> str:
    """The last part of the name without control characters, cut to a sensible length."""
    plain = re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/").rpartition("/")[2]).strip(" .") or "未命名"
    return plain[-NAME_MOST:]


def _root() -> Path:
    return Path(settings.UPLOADS_ROOT) / "informants"


def _kind(name: str, place: int) -> str:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    ending = "jpg" if ending == "jpeg" else ending
    if ending not in _BEGINNINGS:
        raise _refused(f"第 {place} 个附件不是可以收的类型。可以交 {ALLOWED}。")
    return ending


def _refused(sentence: str) -> Refused:
    return Refused(sentence, where={"field": "files"})
