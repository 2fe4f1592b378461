"""The installable page: its files with one version over all of them, the worker script, the manifest."""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from hengjian import ui
from hengjian.apps.accounts.models import User
from hengjian.ui.icons import ICONS

HERE = Path(__file__).resolve().parents[1] / "static" / "inspections" / "phone"
LOOK = Path(ui.__file__).resolve().parent / "static" / "ui"
STYLES = ("tokens.css", "app.css", "figures.css", "narrow.css")
LOCAL = ("localhost", "127.0.0.1", "[::1]")
ICON_NAMES = (
    "book", "cam", "check", "doc", "dot", "lock", "lt", "minus", "off", "pause", "qr", "ring", "sync", "warn", "x",
)  # fmt: skip


def is_safe_place(request: HttpRequest) -> bool:
    """Whether a browser keeps things offline for this address: HTTPS, or this very computer."""
    return request.is_secure() or request.get_host().rpartition(":")[0] in LOCAL or request.get_host() in LOCAL


def shell_html(*, safe: bool) -> str:
    """The page without anybody's data: the same for every person."""
    context = {
        "safe": safe,
        "styles": [f"{settings.STATIC_URL}ui/{name}" for name in STYLES],
        "base": f"{settings.STATIC_URL}inspections/phone/",
        "icons": {name: ICONS[name] for name in ICON_NAMES},
    }
    return render_to_string("inspections/phone/shell.html", context)


def files() -> dict[str, bytes]:
    """Address → content of everything that the page needs without a connection."""
    found = {f"{settings.STATIC_URL}ui/{name}": (LOOK / name).read_bytes() for name in STYLES}
    for path in sorted(HERE.iterdir()):
        if path.name != "sw.js":
            found[f"{settings.STATIC_URL}inspections/phone/{path.name}"] = path.read_bytes()
    found[reverse("inspections:phone")] = shell_html(safe=True).encode()
    return found


@cache
def worker_script() -> str:
    """The service worker with the list of files and the version that changes with any of them."""
    kept = files()
    digest = hashlib.sha256()
    for address, content in kept.items():
        digest.update(address.encode() + b"\0" + hashlib.sha256(content).digest())
    script = (HERE / "sw.js").read_text(encoding="utf-8")
    head = f"const VERSION = {json.dumps(digest.hexdigest()[:16])};\nconst FILES = {json.dumps(list(kept))};\n"
    return head + script


def manifest() -> dict[str, Any]:
    """The web app manifest."""
    start, base = reverse("inspections:phone"), f"{settings.STATIC_URL}inspections/phone/"
    sizes = (("icon-192.png", "192x192"), ("icon-512.png", "512x512"))
    icons = [{"src": f"{base}{name}", "sizes": size, "type": "image/png", "purpose": "any"} for name, size in sizes]
    icons.append({"src": f"{base}icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"})
    icons.append({"src": f"{base}icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"})
    return {
        "id": start,
        "name": "衡鉴现场检查",
        "short_name": "现场检查",
        "lang": "zh-CN",
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#ffffff",
        "theme_color": "#17212f",
        "icons": icons,
    }


def key_of(user: User) -> str:
    """The person's key (256 bits, hex) to what lies on their phones; nobody else's session gets it."""
    secret = bytes.fromhex(settings.PERSON_KEY)
    return hmac.new(secret, f"hengjian phone {user.pk}".encode(), hashlib.sha256).hexdigest()
