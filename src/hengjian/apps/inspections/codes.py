"""QR codes of institutions and tasks: an address of this installation with a signed token, drawn as SVG."""

from __future__ import annotations

import io
from typing import Literal

import segno
from django.core import signing

from hengjian.kernel.errors import NotFound

Kind = Literal["institution", "task"]
_SALTS: dict[str, str] = {"institution": "inspections.code.institution", "task": "inspections.code.task"}
_LETTERS: dict[str, Kind] = {"i": "institution", "t": "task"}
NOT_OURS = "这个二维码不是本系统签发的，或者已经损坏。请核对二维码，或者在任务页手工登记入企。"


def token_for(kind: Kind, name: str) -> str:
    """A signed token such as `i.<code>.<signature>`; the name is a code or a task number."""
    signed = signing.Signer(salt=_SALTS[kind], sep="~").sign(name)
    return f"{kind[0]}.{signed}"


def read_token(token: str) -> tuple[Kind, str]:
    """(kind, name); NotFound with a sentence for anything this installation has not signed."""
    letter, _, signed = token.partition(".")
    kind = _LETTERS.get(letter)
    if kind is None:
        raise NotFound(NOT_OURS)
    try:
        return kind, signing.Signer(salt=_SALTS[kind], sep="~").unsign(signed)
    except signing.BadSignature as error:
        raise NotFound(NOT_OURS) from error


def qr_svg(address: str) -> bytes:
    """The QR code of an address (error correction M) as a stand-alone SVG file."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", scale=4, border=4, xmldecl=False)
    return out.getvalue()
