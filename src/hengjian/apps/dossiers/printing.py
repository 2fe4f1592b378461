"""A dossier on A4: the print page rendered by WeasyPrint, which is loaded only here and needs pango from the system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.templatetags.static import static

from hengjian.apps.accounts.models import User
from hengjian.apps.dossiers.sections import Dossier
from hengjian.apps.record.models import ChainHead
from hengjian.kernel.errors import Refused

NO_PANGO = (
    "这台服务器没有装好 PDF 排版所需的 pango 库，暂时不能生成 PDF；"
    "请系统管理员安装 pango 后再试，也可以用浏览器打印本页。"
)
STYLES = ("ui/tokens.css", "ui/app.css", "ui/figures.css", "ui/print.css")
Fetcher = Callable[..., dict[str, Any]]


def load_weasyprint() -> Any:
    """The library, or Refused with the sentence for the page where pango is missing."""
    try:
        import weasyprint
    except OSError as error:
        raise Refused(NO_PANGO) from error
    return weasyprint


def _style_text(name: str) -> str:
    found = finders.find(name)
    if not found:
        raise Refused(f"样式文件 {name} 不在，无法排版；请重新安装。")
    with open(str(found), encoding="utf-8") as file:
        return file.read()


def _static_only(url: str, **options: Any) -> dict[str, Any]:
    """Paper may load our own static files and nothing else."""
    prefix = urlsplit(static("x")).path.removesuffix("x") or settings.STATIC_URL
    path = unquote(urlsplit(url).path)
    found = finders.find(path.removeprefix(prefix)) if path.startswith(prefix) else None
    if not found:
        raise ValueError(f"not a static file: {path}")
    with open(str(found), "rb") as file:
        return {"string": file.read()}


def dossier_pdf(dossier: Dossier, *, user: User, now: datetime) -> bytes:
    """The dossier as PDF; raises Refused with a sentence where the system lacks what typesetting needs."""
    weasyprint = load_weasyprint()
    head = ChainHead.objects.filter(pk=1).first()
    page = {"dossier": dossier, "institution": dossier.institution, "user": user, "now": now, "head": head}
    html = render_to_string("dossiers/print.html", page)
    styles = [weasyprint.CSS(string=_style_text(name), url_fetcher=_static_only) for name in STYLES]
    document = weasyprint.HTML(string=html, base_url="file:///nowhere/", url_fetcher=_static_only)
    return bytes(document.write_pdf(stylesheets=styles))
