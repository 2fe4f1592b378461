"""Who an informant is, while it is in memory: never printed, never logged, stored only sealed. No framework."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """What an informant says of themselves; all empty for an anonymous one, who may still leave a way to be reached."""

    name: str = ""
    id_no: str = ""
    phone: str = ""
    address: str = ""
    email: str = ""
    anonymous: bool = False

    def __repr__(self) -> str:
        return "Identity(…)"

    def values(self) -> list[str]:
        """The identifying values given, longest first."""
        given = [self.name, self.id_no, self.phone, self.address, self.email]
        return sorted((one.strip() for one in given if one.strip()), key=len, reverse=True)


def to_bytes(identity: Identity) -> bytes:
    """For sealing."""
    return json.dumps(asdict(identity), ensure_ascii=False).encode()


def from_bytes(plain: bytes) -> Identity:
    """From what was sealed; keys of later versions are left aside."""
    held = json.loads(plain)
    known = {one.name for one in fields(Identity)}
    return Identity(**{name: value for name, value in held.items() if name in known})


def normal(value: str) -> str:
    """A value as it is compared: full-width folded, no spaces or signs, capitals."""
    return re.sub(r"[\s\-－—·•.,，。()（）]", "", unicodedata.normalize("NFKC", value)).upper()


def normal_phone(value: str) -> str:
    """Digits alone, without the country's 86."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", value))
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits
