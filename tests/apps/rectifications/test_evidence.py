"""Files handed in: told by their bytes, kept by their digest, never opened when they changed."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from hengjian.apps.rectifications.evidence import FILE_MOST, clean_name, keep_files, open_checked, place_of
from hengjian.kernel.errors import Refused
from tests.apps.rectifications.samples import PDF, evidence

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def _zip(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


def test_a_file_is_kept_once_under_the_digest_of_its_bytes() -> None:
    kept = keep_files([evidence(), evidence("同一份.pdf"), evidence("照片.PNG", PNG)])
    assert [one.sha256 for one in kept] == [hashlib.sha256(PDF).hexdigest(), hashlib.sha256(PNG).hexdigest()]
    assert [one.kind for one in kept] == ["pdf", "png"]
    assert b"".join(open_checked(kept[0].sha256, "a.pdf")) == PDF
    assert keep_files([evidence("表.docx", _zip("word/document.xml"))])[0].kind == "docx"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("空.pdf", b"", "“空.pdf”是空文件。请重新选一份。"),
        ("病毒.exe", b"MZ", "“病毒.exe”不是可以收的类型。可以交 PDF、JPG、PNG、docx、xlsx。"),
        ("假.pdf", b"MZ\x90", "“假.pdf”的内容不是 pdf：文件坏了，或者只是改了扩展名。请重新导出再交。"),
        ("假.jpg", PNG, "“假.jpg”的内容不是 jpg：文件坏了，或者只是改了扩展名。请重新导出再交。"),
        ("坏.xlsx", b"PK\x03\x04broken", "“坏.xlsx”打不开：文件不完整。请重新导出再交。"),
        (
            "错.xlsx",
            _zip("word/document.xml"),
            "“错.xlsx”的内容不是 xlsx：文件坏了，或者只是改了扩展名。请重新导出再交。",
        ),
        (
            "宏.docx",
            _zip("word/document.xml", "word/vbaProject.bin"),
            "“宏.docx”带有宏，不能收。请另存为 PDF 再交。",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_named_with_the_reason(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        keep_files([evidence(), evidence(name, content)])
    assert refused.value.sentence == sentence
    assert refused.value.where == {"field": "files"}


def test_too_large_and_too_many_are_refused_before_anything_is_read() -> None:
    large = evidence("大.pdf")
    large.size = 2 * FILE_MOST
    with pytest.raises(Refused, match=r"“大\.pdf”有 40 MB，每份最大 20 MB。请压缩或者分成几份。"):
        keep_files([large])
    with pytest.raises(Refused, match="一次最多附 10 份材料，现在是 11 份。请合并成 PDF 再交。"):
        keep_files([evidence(f"{n}.pdf") for n in range(11)])


def test_a_changed_or_lost_file_is_not_opened() -> None:
    kept = keep_files([evidence()])[0]
    place_of(kept.sha256).write_bytes(b"%PDF-forged")
    with pytest.raises(Refused, match="与提交时的摘要不符，不能打开"):
        open_checked(kept.sha256, kept.name)
    place_of(kept.sha256).unlink()
    with pytest.raises(Refused, match="不在存储里"):
        open_checked(kept.sha256, kept.name)


def test_names_lose_folders_and_control_characters_and_keep_their_ending() -> None:
    assert clean_name("C:\\fakepath\\..\\证\x00书.pdf") == "证书.pdf"
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name("") == "未命名"
    long = clean_name("长" * 300 + ".pdf")
    assert len(long) <= 120
    assert long.endswith(".pdf")
