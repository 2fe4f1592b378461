"""What a citizen checks a bundle with: the script of sixty lines and the page, as package data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SCRIPT = "verify_srd1.py"
PAGE = "verify.html"


@dataclass(frozen=True, slots=True)
class PageParts:
    """The page taken apart, for a site whose content policy forbids inline script and style."""

    title: str
    style: str
    body: str
    script: str


def script() -> bytes:
    """verify_srd1.py, the file whose SHA-256 a commitment may name as `verifier_sha256`."""
    return files(__package__).joinpath(SCRIPT).read_bytes()


def page() -> bytes:
    """verify.html, one file that works from a disk without a network."""
    return files(__package__).joinpath(PAGE).read_bytes()


@cache
def page_parts() -> PageParts:
    """Title, style, body and script of the page; the script wants the body's elements to be there when it runs."""
    text = page().decode()
    found = [
        re.search(pattern, text, re.DOTALL)
        for pattern in (
            r"<title>(.*?)</title>",
            r"<style>\n(.*?)</style>",
            r"<body>\n(.*?)<script>",
            r"<script>\n(.*?)</script>",
        )
    ]
    return PageParts(*(part[1] if part else "" for part in found))
