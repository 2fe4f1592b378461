"""Delimited text: encoding and separator found out, transcoded to UTF-8 where needed, records with their numbers."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hengjian.kernel.errors import Refused

CHUNK = 1 << 22
_DELIMITERS = ",\t;|"


@dataclass(frozen=True)
class Delimited:
    """A text file made ready: UTF-8 at `path`, its original `encoding`, `delimiter`, and whether every record is one
    line (`plain`: no blank lines, no lone carriage returns), so that a fast reader counts records as we do."""

    path: Path
    encoding: str
    delimiter: str
    plain: bool


def open_delimited(path: Path, *, name: str, workdir: Path) -> Delimited:
    """Find out the encoding (UTF-8 with or without mark, UTF-16 with mark, GB18030); raises Refused where none fits."""
    with path.open("rb") as file:
        head = file.read(4)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        ready, encoding = _transcode(path, "utf-16", name=name, workdir=workdir), "UTF-16"
    elif head[:3] == codecs.BOM_UTF8 or _decodes(path, "utf-8"):
        ready, encoding = path, "UTF-8"
    else:
        ready, encoding = _transcode(path, "gb18030", name=name, workdir=workdir), "GB18030"
    if head[:3] == codecs.BOM_UTF8 and not _decodes(path, "utf-8"):
        raise Refused(f"{name}：标明是 UTF-8，但中间有坏字节", where={"file": name})
    return Delimited(ready, encoding, _delimiter(ready), _is_plain(ready, name=name))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _transcode(path: Path, encoding: str, *, name: str, workdir: Path) -> Path:
    out = workdir / f"{path.stem[:40]}.utf8.csv"
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    place = 0
    with path.open("rb") as source, out.open("wb") as target:
        try:
            while chunk := source.read(CHUNK):
                target.write(decoder.decode(chunk).encode("utf-8"))
                place += len(chunk)
            target.write(decoder.decode(b"", final=True).encode("utf-8"))
        except UnicodeError as error:
            at = place + getattr(error, "start", 0)
            raise Refused(
                f"{name}：既不是 UTF-8 也不是 GB18030，第 {at} 字节附近读不成字", where={"file": name}
            ) from error
    return out


def _is_plain(path: Path, *, name: str) -> bool:
    """Is every record one line? Raises Refused where the file is no text."""
    plain = True
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if b"\0" in chunk:
                raise Refused(f"{name}：里面有空字节，不是文本表格", where={"file": name})
            window = last + chunk
            plain = plain and not (b"\n\n" in window or _lone_return(window))
            last = window[-2:]
    return plain


def _lone_return(window: bytes) -> bool:
    """A blank line or a carriage return that ends a record by itself; one at the very end waits for the next window."""
    if b"\r" not in window:
        return False
    if b"\n\r\n" in window:
        return True
    return window.count(b"\r") - window.count(b"\r\n") - window.endswith(b"\r") > 0


def _delimiter(path: Path) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in (file.readline(65_536) for _ in range(20)) if line.strip()]
    counts = {mark: [line.count(mark) for line in lines] for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: (sum(count > 0 for count in counts[mark]), sum(counts[mark])))


def records(source: Delimited, *, name: str) -> Iterator[list[str]]:
    """Records in order, the slow and forgiving way: ragged rows, line breaks in quotes, blank lines as empty rows."""
    csv.field_size_limit(1 << 24)
    with source.path.open(encoding="utf-8-sig", newline="") as file:
        try:
            yield from csv.reader(file, delimiter=source.delimiter)
        except csv.Error as error:
            raise Refused(f"{name}：有一格引号没有配对或过长，读不下去", where={"file": name}) from error
