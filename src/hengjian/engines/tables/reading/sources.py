"""Files as handed over: what kind each is, archives opened within limits."""

from __future__ import annotations

import shutil
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from hengjian.kernel.errors import Refused

Kind = Literal["xlsx", "xls", "csv", "parquet"]
MEGABYTE = 1 << 20
_IGNORED = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Limits:
    """How much may be handed over at once; sizes in bytes, `ratio` is unpacked to packed."""

    file_bytes: int = 2048 * MEGABYTE
    unpacked_bytes: int = 8192 * MEGABYTE
    ratio: int = 250
    members: int = 500
    rows: int = 10_000_000
    columns: int = 500


@dataclass(frozen=True)
class SourceFile:
    """One readable file: `name` as the user knows it (`a.zip/b.csv` inside an archive), where it lies now."""

    name: str
    path: Path
    kind: Kind


def open_sources(paths: Sequence[Path], *, workdir: Path, limits: Limits) -> list[SourceFile]:
    """Every readable file among `paths`, archives unpacked below `workdir`. Raises Refused naming the file and why."""
    sources: list[SourceFile] = []
    for place, path in enumerate(paths):
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise _refused(path.name, f"文件有 {size // MEGABYTE} MB，超过上限 {limits.file_bytes // MEGABYTE} MB")
        if size == 0:
            raise _refused(path.name, "文件是空的")
        kind = kind_of(path)
        if kind == "zip":
            sources += _unpack(path, target=workdir / f"unpacked-{place}", limits=limits)
        else:
            sources.append(_checked(SourceFile(path.name, path, kind), limits=limits))
    return sources


def kind_of(path: Path) -> Kind | Literal["zip"]:
    """The kind by content, not by name. Raises Refused for what no ledger is."""
    with path.open("rb") as file:
        head = file.read(8)
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:4] == b"PK\x03\x04" or head[:4] == b"PK\x05\x06":
        return _zip_kind(path)
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "xls"
    if (
        head[:4] in (b"%PDF", b"\x89PNG", b"Rar!", b"7z\xbc\xaf")
        or head[:3] == b"\xff\xd8\xff"
        or head[:2] == b"\x1f\x8b"
    ):
        raise _refused(path.name, "不是表格：收 xlsx、xls、csv、Parquet，或它们的 zip")
    return "csv"


def _zip_kind(path: Path) -> Literal["xlsx", "zip"]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile as error:
        raise _refused(path.name, "压缩包或 xlsx 已损坏，打不开") from error
    return "xlsx" if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names) else "zip"


def _checked(source: SourceFile, *, limits: Limits) -> SourceFile:
    """A workbook is an archive too."""
    if source.kind == "xlsx":
        with zipfile.ZipFile(source.path) as archive:
            _check_volume(source.name, archive.infolist(), limits=limits)
    return source


def _check_volume(name: str, members: Sequence[zipfile.ZipInfo], *, limits: Limits) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if len(members) > limits.members:
        raise _refused(name, f"里面有 {len(members)} 个文件，超过上限 {limits.members} 个")
    if unpacked > limits.unpacked_bytes:
        raise _refused(name, f"解开有 {unpacked // MEGABYTE} MB，超过上限 {limits.unpacked_bytes // MEGABYTE} MB")
    if unpacked > 10 * MEGABYTE and unpacked / packed > limits.ratio:
        raise _refused(name, f"压缩比 {unpacked // packed} 倍，像压缩炸弹，不解开")


def _unpack(path: Path, *, target: Path, limits: Limits) -> list[SourceFile]:
    target.mkdir(parents=True, exist_ok=True)
    sources = []
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _check_volume(path.name, members, limits=limits)
        for number, member in enumerate(members):
            inner = _member_name(path, member)
            if inner is None:
                continue
            out = target / f"{number:04d}{PurePosixPath(inner).suffix[:10]}"
            _extract(archive, member, out, name=f"{path.name}/{inner}")
            kind = kind_of(out)
            if kind == "zip":
                raise _refused(f"{path.name}/{inner}", "压缩包里还有压缩包，请解开后再交")
            sources.append(_checked(SourceFile(f"{path.name}/{inner}", out, kind), limits=limits))
    if not sources:
        raise _refused(path.name, "压缩包里没有表格")
    return sources


def _member_name(path: Path, member: zipfile.ZipInfo) -> str | None:
    """The member's name as written by Chinese systems; None for what is not a ledger, Refused for what escapes."""
    inner = member.filename
    if not member.flag_bits & 0x800:
        try:
            inner = inner.encode("cp437").decode("gb18030")
        except (UnicodeDecodeError, UnicodeEncodeError):
            inner = member.filename
    parts = PurePosixPath(inner.replace("\\", "/")).parts
    if inner.startswith(("/", "\\")) or ".." in parts or (parts and ":" in parts[0]):
        raise _refused(path.name, f"压缩包里的路径“{inner}”跑到了包外，不解开")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise _refused(path.name, f"压缩包里的“{inner}”是链接，不解开")
    if member.flag_bits & 0x1:
        raise _refused(path.name, "压缩包有密码，请去掉密码再交")
    if any(part in _IGNORED for part in parts) or parts[-1].startswith(("~$", "._")):
        return None
    return inner


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, out: Path, *, name: str) -> None:
    """Unpack one member, no further than its stated size: the directory of an archive may lie."""
    try:
        with archive.open(member) as inside, out.open("wb") as file:
            shutil.copyfileobj(inside, file, MEGABYTE)
            if file.tell() > member.file_size:
                raise _refused(name, "解开后比压缩包里写的大，不收")
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise _refused(name, "压缩包已损坏或用了读不了的压缩方法") from error


def _refused(name: str, why: str) -> Refused:
    return Refused(f"{name}：{why}", where={"file": name})
