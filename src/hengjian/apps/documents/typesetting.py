"""Sheets on A4 as PDF: one template, one style, one font configuration per process.

The same sheet gives the same bytes. WeasyPrint is loaded here alone and needs pango from the system; without it
the sentence says so and Word still works.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from pypdf import PdfReader

from hengjian.apps.documents.composing import Sheet
from hengjian.kernel.errors import Refused

NO_PANGO = (
    "这台服务器没有装好 PDF 排版所需的 pango 库，暂时不能生成 PDF；"
    "请系统管理员安装 pango 后再试。Word 版不受影响，可以先下载使用。"
)
STYLE = "documents/paper.css"
SOURCES = ("filling.py", "composing.py", "typesetting.py", "word.py", "templates/documents/_sheet.html")


@dataclass(frozen=True, slots=True)
class Press:
    """What a process sets up once: the library, its fonts, the style, a fetcher that reaches for nothing."""

    library: Any
    fonts: Any
    style: Any
    fetcher: Any


@cache
def press() -> Press:
    """The press of this process; Refused with the sentence for the page where pango is missing."""
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
    except OSError as error:
        raise Refused(NO_PANGO) from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)

    class Nothing(weasyprint.urls.URLFetcher):  # type: ignore[misc, name-defined]
        def fetch(self, url: str, headers: Any = None) -> Any:
            return weasyprint.urls.URLFetcherResponse(url, b"", {"Content-Type": "text/css"})

    fonts = FontConfiguration()
    fetcher = Nothing()
    style = weasyprint.CSS(string=style_text(), font_config=fonts, url_fetcher=fetcher)
    return Press(weasyprint, fonts, style, fetcher)


def style_text() -> str:
    """The style sheet of official documents."""
    found = finders.find(STYLE)
    if not found:
        raise Refused(f"样式文件 {STYLE} 不在，无法排版；请重新安装。")
    with open(str(found), encoding="utf-8") as file:
        return file.read()


def sheet_html(sheets: Sequence[Sheet], *, title: str) -> str:
    """The sheets as one page of HTML, each on paper of its own."""
    return render_to_string("documents/paper.html", {"sheets": sheets, "title": title})


def pdf_of(sheet: Sheet) -> bytes:
    """The sheet as PDF; identical bytes for an identical sheet on the same installation."""
    return html_pdf(sheet_html([sheet], title=sheet.name))


def html_pdf(html: str) -> bytes:
    """A whole HTML page as PDF; the identifier follows from the content, no clock is read."""
    machine = press()
    document = machine.library.HTML(string=html, base_url="file:///nowhere/", url_fetcher=machine.fetcher)
    name = sha256(html.encode()).hexdigest()[:32].encode()
    made = document.write_pdf(stylesheets=[machine.style], font_config=machine.fonts, pdf_identifier=name)
    return bytes(made)


def pages_of(content: bytes) -> int:
    """How many pages a PDF has."""
    return len(PdfReader(BytesIO(content)).pages)


@cache
def template_digest() -> str:
    """SHA-256 over everything that decides the layout: code, template and style."""
    folder = files("hengjian.apps.documents")
    parts = [folder.joinpath(name).read_bytes() for name in SOURCES] + [style_text().encode()]
    return sha256(b"\0".join(parts)).hexdigest()


@cache
def renderer() -> str:
    """The versions of what sets the type, for the comparison years later; Word only where pango is missing."""
    import docx

    word = f"python-docx {docx.__version__}"
    try:
        machine = press()
    except Refused:
        return word
    from weasyprint.text.ffi import pango

    number = pango.pango_version()
    version = f"{number // 10_000}.{number // 100 % 100}.{number % 100}"
    return f"weasyprint {machine.library.__version__}, pango {version}, {word}"
