"""The look at a file while its sender still waits: is it a table at all, and will it unpack to a sane size?

Everything that needs reading is left to the background; here only the first bytes and a zip's directory are read.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from hengjian.kernel.errors import Refused

KINDS = "xlsx、xls、csv、parquet，或装着它们的 zip"
SHEETS = (".xlsx", ".xls", ".csv", ".parquet")
LARGEST_UNPACKED = 8 * 1024**3
LARGEST_RATIO = 200
RATIO_FROM = 64 * 1024**2  # small files may compress as well as they like
MOST_MEMBERS = 2000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAMPLE = 65_536


def look_at(path: Path, file_name: str) -> None:
    """Raise Refused with a sentence for what is plainly no table, or a zip that would burst the disk."""
    suffix = Path(file_name).suffix.lower()
    where = {"file": file_name}
    with path.open("rb") as stream:
        head = stream.read(SAMPLE)
    if head.startswith(b"PK"):
        _look_into_zip(path, file_name)
    elif suffix in {".zip", ".xlsx"}:
        if head.startswith(OLE):
            raise Refused(
                f"“{file_name}”加了打开密码，或是旧式 xls 改了后缀。去掉密码，或另存为 xlsx 再交。", where=where
            )
        raise Refused(f"“{file_name}”不是能打开的 {suffix[1:]} 文件，可能没有传完整。请重新导出再交。", where=where)
    elif suffix == ".xls":
        if not head.startswith(OLE):
            raise Refused(f"“{file_name}”不是 xls 文件。请在表格软件里另存为 xlsx 再交。", where=where)
    elif suffix == ".parquet":
        if not head.startswith(b"PAR1"):
            raise Refused(f"“{file_name}”不是 Parquet 文件。", where=where)
    elif suffix not in {".csv", ".txt", ".tsv"}:
        raise Refused(f"“{file_name}”不是能收的文件。能收 {KINDS}。", where=where)
    else:
        _look_at_text(head, file_name)


def _look_at_text(head: bytes, file_name: str) -> None:
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(f"“{file_name}”不是文本，不能当作 csv 读。能收 {KINDS}。", where={"file": file_name})


def _look_into_zip(path: Path, file_name: str) -> None:
    where = {"file": file_name}
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused(f"“{file_name}”打不开，可能没有传完整。请重新压缩或导出再交。", where=where) from error
    unpacked = sum(member.file_size for member in members)
    packed = max(path.stat().st_size, 1)
    if unpacked > LARGEST_UNPACKED or (unpacked > RATIO_FROM and unpacked / packed > LARGEST_RATIO):
        raise Refused(
            f"“{file_name}”解开后大得不正常（{unpacked // 1024**2:,} MB），没有收。请分成几份报送。", where=where
        )
    if len(members) > MOST_MEMBERS:
        raise Refused(f"“{file_name}”里有 {len(members):,} 个文件，一次最多 {MOST_MEMBERS:,} 个。", where=where)
    if any(member.flag_bits & 1 for member in members):
        raise Refused(f"“{file_name}”加了密码，打不开。去掉密码再交。", where=where)
    names = [member.filename.lower() for member in members]
    if any(name.startswith("xl/workbook.") for name in names):
        return
    if not any(name.endswith(SHEETS) for name in names):
        raise Refused(f"“{file_name}”里没有表。能收 {KINDS}。", where=where)
