"""What the public may know of a detector: what it looks for and how well, never where its limits lie."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from hengjian.apps.rulebook import wording
from hengjian.apps.rulebook.detector_pages import STEALTHS, article_of, history_of, measured_of, wilson
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.screening.detector import Detector
from hengjian.engines.tables.contract import TABLES
from hengjian.law.recording import detector_record

FIGURE = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十百千万两]{2,}|[二三四五六七八九十百千万两](?=\D)")
KEPT = re.compile(
    r"GB/?T? ?[0-9]+|四舍六入五成双|两侧|两者|三者|几家|同一|一[处项份条家]|两[份处地]|第[一二三四五六七八九十]"
    r"|二[氧维]|[三四五六七八九]氧|万一|十分"
)
SOME = "若干"


def line(detector: Detector) -> dict[str, Any]:
    """One row of the list."""
    return {
        "id": detector.id,
        "title": detector.title,
        "kind": wording.DETECTOR_KINDS[detector.kind],
        "cluster": wording.DETECTOR_CLUSTERS[detector.cluster],
        "version": detector.version,
        "measured": bool(measured_of(detector)),
    }


def lines() -> list[dict[str, Any]]:
    """Every detector of this release in the order of the catalogue."""
    return [line(one) for one in DETECTORS]


def whole(detector: Detector, on: date) -> dict[str, Any]:
    """One detector: meaning, article, data, what it makes allowance for, error rates and versions; no limits."""
    return {
        **line(detector),
        "meaning": detector.meaning,
        "about": wording.DETECTOR_SUBJECTS[detector.subject_kind],
        "article": article_of(detector, on),
        "data": [TABLES[one.table].header for one in detector.needs if one.table in TABLES],
        "allowances": [without_figures(one) for one in detector.benign],
        "rates": [_rate(one) for one in measured_of(detector)],
        "versions": [
            {"version": number, "since": day if day != "—" else None, "change": without_figures(words)}
            for number, day, words in history_of(detector)
        ],
    }


def _rate(one: Any) -> dict[str, Any]:
    return {
        "stealth": STEALTHS[one.stealth],
        "found": _share(one.found, one.planted),
        "accused": _share(one.accused, one.innocent),
        "measured_on": one.measured_on,
        "benchmark": one.benchmark,
    }


def _share(part: int, of: int) -> dict[str, Any]:
    low, high = wilson(part, of) if of else (None, None)
    return {"part": part, "of": of, "low": low, "high": high}


def without_figures(text: str) -> str:
    """The sentence with every figure taken out: how far a limit lies is not published."""
    out, place = [], 0
    for kept in KEPT.finditer(text):
        out += [FIGURE.sub(SOME, text[place : kept.start()]), kept[0]]
        place = kept.end()
    return re.sub(f"(?:{SOME})+", SOME, "".join([*out, FIGURE.sub(SOME, text[place:])]))


def as_of() -> datetime | None:
    """When the newest entry of the algorithm record was made."""
    record = detector_record()
    days = [*(one.since for one in record.changes), *(one.measured_on for one in record.measured)]
    return timezone.make_aware(datetime.combine(max(days), time.min)) if days else None
