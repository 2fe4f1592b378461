"""Codes by which an informant comes back: a hundred random bits in groups of four; stored only as keyed digests.

No framework. The letters leave out I, L, O and U; what people type for them is understood.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

from hengjian.apps.informants.keyfile import Vault

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20
GROUP = 4


def new_code(vault: Vault, form: str = "") -> str:
    """A fresh code; with `form` (a random mark of at least 128 bits) the same form always gives the same code."""
    if not form:
        return shown("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))
    digest = int.from_bytes(_keyed(vault, "make", form), "big")
    return shown("".join(ALPHABET[digest >> (5 * place) & 31] for place in range(LENGTH)))


def shown(code: str) -> str:
    """`ABCD-EFGH-JKMN-PQRS-TVWX`."""
    return "-".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))


def plain(typed: str) -> str:
    """What was typed as a code: capitals, without blanks and signs; "" where it cannot be one."""
    folded = unicodedata.normalize("NFKC", typed).upper().translate(str.maketrans("OIL", "011"))
    code = "".join(char for char in folded if char not in " -–—_\t")
    return code if len(code) == LENGTH and all(char in ALPHABET for char in code) else ""


def code_digest(vault: Vault, code: str) -> str:
    """The digest under which a code is found."""
    return _keyed(vault, "code", plain(code)).hex()


def form_digest(vault: Vault, form: str) -> str:
    """The digest under which a form is known."""
    return _keyed(vault, "form", form).hex()


def address_digest(vault: Vault, address: str, day: str) -> str:
    """The digest of a network address for one day: not followed from day to day, not computed without the key."""
    return _keyed(vault, "address", f"{day}|{address}").hex()


def _keyed(vault: Vault, use: str, value: str) -> bytes:
    return hmac.new(vault.code, f"{use}|{value}".encode(), hashlib.sha256).digest()
