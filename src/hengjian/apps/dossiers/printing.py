"""A dossier on A4: the print page rendered by WeasyPrint, which is loaded only here and needs pango from the system."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from hengjian.apps.accounts.models import User
from hengjian.apps.dossiers.sections import Dossier
from hengjian.apps.record.models import ChainHead
from hengjian.kernel.errors import Refused

NO_PANGO = (
    "这台服务器没有装好 PDF 排版所需的 pango 库，暂时不能生成 PDF；"
    "请系统管理员安装 pango 后再试，也可以用浏览器打印本页。"
)
STYLES = ("ui/tokens.css", "ui/app.css", "ui/figures.css", "ui/print.css", "dossiers/paper.css")


def load_weasyprint() -> Any:
    """The library, or Refused with the sentence for the page where pango is missing."""
    try:
        import weasyprint
    except OSError as error:
        raise Refused(NO_PANGO) from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it reports every property meant for screens
    return weasyprint


def _style_text(name: str) -> str:
    found = finders.find(name)
    if not found:
        raise Refused(f"样式文件 {name} 不在，无法排版；请重新安装。")
    with open(str(found), encoding="utf-8") as file:
        return file.read()


def _nothing_from_outside(weasyprint: Any) -> Any:
    """A fetcher that loads nothing: the style sheets are handed over, and paper reaches for no network."""

    class Nothing(weasyprint.urls.URLFetcher):  # type: ignore[misc, name-defined]
        def fetch(self, url: str, headers: Any = None) -> Any:
            return weasyprint.urls.URLFetcherResponse(url, b"", {"Content-Type": "text/css"})

    return Nothing()


def dossier_pdf(dossier: Dossier, *, user: User, now: datetime) -> bytes:
    """The dossier as PDF; raises Refused with a sentence where the system lacks what typesetting needs."""
    weasyprint = load_weasyprint()
    head = ChainHead.objects.filter(pk=1).first()
    page = {"dossier": dossier, "institution": dossier.institution, "user": user, "now": now, "head": head}
    html = render_to_string("dossiers/print.html", page)
    fetcher = _nothing_from_outside(weasyprint)
    styles = [weasyprint.CSS(string=_style_text(name), url_fetcher=fetcher) for name in STYLES]
    document = weasyprint.HTML(string=html, base_url="file:///nowhere/", url_fetcher=fetcher)
    return bytes(document.write_pdf(stylesheets=styles))
