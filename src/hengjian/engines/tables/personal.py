"""Identity-card numbers: recognised, masked wherever a cell is shown, kept only as a keyed digest."""

from __future__ import annotations

import hashlib
import hmac
import re

from stdnum.cn import ric

from hengjian.engines.tables.writing import Refusal, narrow

_LIKE_IDENTITY = re.compile(r"(?<!\d)\d{6}(?:18|19|20)\d{9}[\dXx](?!\d)", re.ASCII)


def mask_identity(text: str) -> str:
    """The text with every identity-card number (right or wrong check character) covered."""
    return _LIKE_IDENTITY.sub("（身份证号，已遮蔽）", text)


def person_digest(text: str, *, key: bytes) -> str | Refusal:
    """HMAC-SHA-256 (hex) of the identity-card number under the installation's key; refuses a wrong number."""
    number = re.sub(r"\s+", "", narrow(text)).upper()
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        return Refusal("identity.form", "身份证号应为18位", "核对身份证号")
    if ric.calc_check_digit(number) != number[-1]:
        return Refusal("identity.check", "身份证号的校验码不对", "核对身份证号")
    return hmac.new(key, number.encode("ascii"), hashlib.sha256).hexdigest()
