"""Codes of the demo range: right check characters, but area 9901xx and issuer 99, which nobody real has."""

from __future__ import annotations

from hengjian.citylab.chance import Stream

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

PROVINCE, CITY, OUTSIDE = "990000", "990100", "980000"
COUNTIES = {"990102": "临溪区", "990103": "白石区", "990104": "高新区", "990121": "青桐县", "990122": "望澜县"}
AREA_NAMES = {PROVINCE: "云泽省", CITY: "澄川市", OUTSIDE: "沧屿省", **COUNTIES}

CMA_FIELD = {
    "food": "00",
    "construction": "01",
    "building_material": "02",
    "vehicle": "05",
    "environment": "12",
    "special_equipment": "08",
    "medical_device": "15",
    "forensic": "07",
    "carbon": "17",
    "fertilizer": "14",
}
CMA_SECTOR = {"food": "14", "construction": "06", "vehicle": "11", "environment": "05", "special_equipment": "11"}


def uscc_check(first17: str) -> str:
    """Check character of GB 32100-2015 for the first seventeen."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_code(stream: Stream) -> str:
    """Nine characters of an organisation code beginning with MA, with the check character of GB 11714."""
    body = "MA" + "".join(ALPHABET[int(i)] for i in stream.integers(6, 31))
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = 11 - sum(digits.index(char) * weight for char, weight in zip(body, weights, strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(rest, str(rest))


def make_uscc(stream: Stream, area: str, *, public: bool) -> str:
    """A unified social credit code of the demo range: `12` for public bodies, `91` for enterprises."""
    first = ("12" if public else "91") + area + organisation_code(stream)
    return first + uscc_check(first)


def make_cma(year: int, field: str, number: int) -> str:
    """A certificate number of twelve digits with issuer 99; numbers above 9 999 go on in the sector department."""
    sector = int(CMA_SECTOR.get(field, "34"))
    return f"{year % 100:02d}99{CMA_FIELD.get(field, '20')}{(sector + number // 10_000) % 35:02d}{number % 10_000:04d}"
