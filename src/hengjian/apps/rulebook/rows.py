"""The rows of each section of the rulebook, from the book as of a day: (id, values by column key)."""

from __future__ import annotations

from datetime import date
from typing import Any

from hengjian.apps.rulebook import wording
from hengjian.apps.rulebook.entry import cited
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.kernel.citation import Citation
from hengjian.law.loader import Lawbook, lawbook
from hengjian.law.wording import amount_text, length_text


def field_titles() -> dict[str, str]:
    """Titles of the fields by code."""
    return {one.code: one.title for one in lawbook().fields}


def _certainty(one: Any) -> str:
    return wording.CERTAINTY[one.certainty]


def instruments(book: Lawbook, on: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of this section."""
    return [
        (
            one.key,
            {
                "title": f"《{one.title}》",
                "kind": wording.INSTRUMENT_KINDS[one.kind],
                "number": one.versions[-1].number,
                "since": one.versions[-1].valid_from.isoformat(),
                "sure": _certainty(one),
            },
        )
        for one in book.instruments
    ]


def articles(book: Lawbook, on: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of this section."""
    names = {one.key: one.short for one in book.instruments}
    made = []
    for one in book.articles:
        version = one.versions[-1]
        former = next((v.number for v in _all_versions(one.id) if v.number != version.number), None)
        place = Citation("", "", article=version.number).place
        made.append(
            (
                one.id,
                {
                    "title": f"{names.get(one.id.partition('-')[0], '')}{place}",
                    "heading": one.heading,
                    "summary": version.summary,
                    "instrument": names.get(one.id.partition("-")[0], ""),
                    "other": Citation("", "", article=former).place if former else "",
                    "sure": _certainty(one),
                },
            )
        )
    return made


def _all_versions(article_id: str) -> tuple[Any, ...]:
    found = lawbook().article(article_id)
    return found.versions if found else ()


def violations(book: Lawbook, on: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of this section."""
    return [
        (
            one.id,
            {
                "title": one.title,
                "kind": wording.CONDUCT[one.kind],
                "basis": "、".join(cited(r, on) for r in one.basis),
                "sum": "；".join(amount_text(a) for a in one.penalties[-1].amounts)
                or "、".join(one.penalties[-1].measures),
                "id": one.id,
            },
        )
        for one in book.violations
    ]


def sector(book: Lawbook, on: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of this section."""
    titles = field_titles()
    return [
        (
            one.id,
            {
                "title": one.title,
                "fields": "、".join(titles.get(c, c) for c in one.fields),
                "conduct": "、".join(wording.CONDUCT[c] for c in one.conduct),
                "authority": one.authority,
                "duty": "移送" if one.transfer else "本机关处理",
                "id": one.id,
            },
        )
        for one in book.sector_rules
    ]


def clocks(book: Lawbook, on: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of this section."""
    return [
        (
            one.id,
            {
                "title": one.title,
                "length": length_text(one),
                "trigger": one.trigger,
                "basis": "、".join(cited(r, on) for r in one.basis),
                "id": one.id,
                "sure": _certainty(one),
            },
        )
        for one in book.clocks
    ]


def thresholds(book: Lawbook, on: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of this section."""
    return [
        (
            one.id,
            {
                "title": one.title,
                "rule": one.rule,
                "id": one.id,
                "sure": _certainty(one),
                "values": "；".join(f"{v.label} {wording.OPERATORS[v.op]} {v.value:f} {v.unit}" for v in one.values),
            },
        )
        for one in book.thresholds
    ]


def checklists(book: Lawbook, on: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of this section."""
    titles = field_titles()
    return [
        (
            item.id,
            {
                "title": item.text,
                "group": one.title,
                "how": item.how,
                "fields": "、".join(titles.get(c, c) for c in item.fields) or "各领域",
                "list": one.id,
            },
        )
        for one in book.checklists
        for item in one.items
    ]


def standards(book: Lawbook, on: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of this section."""
    titles = field_titles()
    return [
        (
            one.standard_no,
            {
                "title": one.standard_no,
                "name": one.title,
                "fields": "、".join(titles.get(c, c) for c in one.fields),
                "must": sum(item.mandatory for item in one.items),
                "since": one.effective_on.isoformat(),
                "till": one.abolished_on.isoformat() if one.abolished_on else "",
            },
        )
        for one in book.test_standards
    ]


def fields(book: Lawbook, on: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of this section."""
    return [
        (
            one.code,
            {
                "title": one.title,
                "key": "重点领域" if one.is_key else "",
                "id": one.code,
                "basis": "、".join(cited(r, on) for r in one.key_basis),
            },
        )
        for one in book.fields
    ]


def detectors(book: Lawbook, on: date) -> list[tuple[str, dict[str, Any]]]:
    """The rows of this section."""
    return [
        (
            one.id,
            {
                "title": f"{one.id}　{one.title}",
                "meaning": one.meaning,
                "kind": wording.DETECTOR_KINDS[one.kind],
                "cluster": wording.DETECTOR_CLUSTERS[one.cluster],
                "version": f"第 {one.version} 版",
                "level": f"{one.level} {wording.LEVELS[one.level]}",
                "violation": one.violation,
            },
        )
        for one in DETECTORS
    ]
