"""Search over everything a person may see, grouped by kind; each kind is one small function."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from hengjian.apps.accounts.rights import granting
from hengjian.apps.accounts.selectors import people_seen_by
from hengjian.apps.alerts.selectors import alerts_seen_by
from hengjian.apps.intake.selectors import find_report, submissions_seen_by
from hengjian.apps.registry.models import Person
from hengjian.apps.registry.selectors import institutions_seen_by, matching_text
from hengjian.apps.rulebook.entry import entry_url
from hengjian.apps.rulebook.wording import KINDS as RULE_KINDS
from hengjian.apps.runs.presenting import risk_text
from hengjian.apps.runs.selectors import runs_seen_by
from hengjian.engines.tables.identifiers import check_uscc, clean_code
from hengjian.law.catalogue import search as search_law

WORDS_MAX = 100
LOOKS_LIKE_CODE = re.compile(r"[0-9A-Z]{16,20}")
REPORT_LEAST = 6
"""Report numbers have a digit and at least this many characters; other words would read the lake for nothing."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: icon, name, one line, state at the right, page."""

    icon: str
    title: str
    line: str
    url: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The results of one kind, as many as asked for, and whether there are more."""

    key: str
    label: str
    hits: tuple[Hit, ...]
    total: int

    @property
    def more(self) -> bool:
        return self.total > len(self.hits)


Finder = Callable[..., tuple[list[Hit], int]]


def institutions(user: Any, words: str, *, on: date, limit: int) -> tuple[list[Hit], int]:
    """Name, former name, credit code, certificate number, legal representative."""
    rows = matching_text(institutions_seen_by(user, on=on), words).select_related("organ").order_by("-risk", "name")
    hits = [
        Hit(
            "org",
            one.name,
            " · ".join(part for part in (one.uscc, one.organ.short_name, one.get_kind_display()) if part),
            reverse("dossiers:dossier", args=[one.uscc]),
            f"风险 {risk_text(one.risk)}" if one.risk is not None else "",
        )
        for one in rows[:limit]
    ]
    return hits, len(hits) if len(hits) < limit else rows.count()


def reports(user: Any, words: str, *, on: date, limit: int) -> tuple[list[Hit], int]:
    """The whole printed number of a report, in the lake."""
    if len(words) < REPORT_LEAST or not any(map(str.isdigit, words)) or not granting(user, "intake.view", on):
        return [], 0
    rows = find_report(words, user, on=on, limit=limit)
    seen = institutions_seen_by(user, on=on).in_bulk([row["institution_id"] for row in rows], field_name="uscc")
    hits = [
        Hit(
            "doc",
            str(row.get("report_no") or row["report_id"]),
            f"{seen[row['institution_id']].name} · 签发 {row.get('issued_at') or '—'}",
            reverse("dossiers:dossier", args=[row["institution_id"]]),
        )
        for row in rows
        if row["institution_id"] in seen
    ]
    return hits, len(hits)


def alerts(user: Any, words: str, *, on: date, limit: int) -> tuple[list[Hit], int]:
    """Number, title, institution."""
    wanted = Q(number__icontains=words) | Q(title__icontains=words) | Q(institution__name__icontains=words)
    rows = alerts_seen_by(user, on=on).filter(wanted | Q(institution__uscc=words)).order_by("-score")
    rows = rows.defer("evidence", "report_ids", "judged_reports")
    hits = [
        Hit(
            "pulse",
            f"{one.number}　{one.title}",
            one.institution.name,
            reverse("alerts:show", args=[one.number]),
            one.get_state_display(),
        )
        for one in rows[:limit]
    ]
    return hits, len(hits) if len(hits) < limit else rows.count()


def submissions(user: Any, words: str, *, on: date, limit: int) -> tuple[list[Hit], int]:
    """Number, file name, sender."""
    wanted = Q(number__icontains=words) | Q(file_name__icontains=words) | Q(sender__icontains=words)
    rows = submissions_seen_by(user, on).filter(wanted).order_by("-received_at")
    hits = [
        Hit(
            "down",
            one.file_name,
            f"{one.number} · {one.sender}",
            reverse("intake:show", args=[one.number]),
            one.get_state_display(),
        )
        for one in rows[:limit]
    ]
    runs = runs_seen_by(user, on=on).filter(number__icontains=words) if granting(user, "run.view", on) else []
    hits += [
        Hit(
            "sync",
            f"筛查运行 {run.number}",
            run.organ.short_name,
            reverse("runs:show", args=[run.number]),
            run.get_state_display(),
        )
        for run in runs[:limit]
    ]
    return hits[:limit], len(hits) if len(hits) < limit else rows.count()


def people(user: Any, words: str, *, on: date, limit: int) -> tuple[list[Hit], int]:
    """Key persons of institutions, and people of the organs."""
    seen = institutions_seen_by(user, on=on)
    rows = Person.objects.filter(institution__in=seen.values("pk"), name__icontains=words).select_related("institution")
    hits = [
        Hit(
            "man",
            one.name,
            f"{one.institution.name} · {one.role or '—'}",
            reverse("registry:people", args=[one.institution.uscc]),
            "离职" if one.employed_to and one.employed_to < on else "",
        )
        for one in rows.order_by("name", "pk")[:limit]
    ]
    if granting(user, "organ.view", on):
        postings = people_seen_by(user, on=on).filter(Q(user__name__icontains=words) | Q(user__username=words))
        hits += [
            Hit(
                "man",
                one.user.name,
                f"{one.organ.name} · {one.get_role_display()}",
                reverse("accounts:person", args=[one.user_id]),
            )
            for one in postings[:limit]
        ]
    return hits[:limit], len(hits) if len(hits) < limit else rows.count()


def rules(user: Any, words: str, *, on: date, limit: int) -> tuple[list[Hit], int]:
    """Articles, violations, clocks, standards by number and text."""
    if not granting(user, "rulebook.view", on):
        return [], 0
    entries = search_law(words, on)
    hits = [
        Hit(
            "book",
            one.title,
            one.summary[:60],
            entry_url(RULE_KINDS[one.kind][0], one.id, on, today=on),
            RULE_KINDS[one.kind][1],
        )
        for one in entries[:limit]
    ]
    return hits, len(entries)


KINDS: dict[str, tuple[str, str, Finder]] = {
    "institutions": ("机构", "机构:", institutions),
    "reports": ("报告编号", "报告:", reports),
    "alerts": ("预警", "预警:", alerts),
    "submissions": ("报送与运行", "报送:", submissions),
    "people": ("人员", "人:", people),
    "rules": ("规则", "规则:", rules),
}
"""Kind → (label, prefix that asks for it alone, finder)."""


def split_prefix(text: str) -> tuple[str, str]:
    """`人:毕清和` → (people, 毕清和); no prefix → ("", text)."""
    plain = text.replace("：", ":").strip()
    for key, (_, prefix, _finder) in KINDS.items():
        if plain.startswith(prefix):
            return key, plain.removeprefix(prefix).strip()
    return "", text.strip()


def find(user: Any, words: str, *, on: date, limit: int, only: str = "") -> list[Found]:
    """What the person may see that has to do with the words, by kind, without empty kinds."""
    if not words:
        return []
    made = []
    for key, (label, _, finder) in KINDS.items():
        if only and key != only:
            continue
        hits, total = finder(user, words, on=on, limit=limit)
        if hits:
            made.append(Found(key, label, tuple(hits), max(total, len(hits))))
    return made


def code_advice(words: str) -> list[str]:
    """What is wrong with a text that looks like a credit code, in sentences."""
    code = clean_code(words)
    if not LOOKS_LIKE_CODE.fullmatch(code) or not any(char.isdigit() for char in code):
        return []
    return [problem.sentence for problem in check_uscc(code, demo=settings.DEMO)]


def marked(text: str, words: str) -> SafeString:
    """The text with the words marked where they stand, escaped."""
    if not words:
        return mark_safe(escape(text))  # noqa: S308 – escaped
    at = text.casefold().find(words.casefold())
    if at < 0 or len(text.casefold()) != len(text):
        return mark_safe(escape(text))  # noqa: S308 – escaped
    end = at + len(words)
    return format_html("{}<mark>{}</mark>{}", text[:at], text[at:end], text[end:])
