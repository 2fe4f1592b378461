"""Searching the law data, and the reverse index: which entries cite an article, a violation or a standard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from hengjian.kernel.citation import Citation, Reference
from hengjian.law.amending import kept
from hengjian.law.loader import Lawbook, lawbook
from hengjian.law.wording import length_text

Kind = Literal[
    "instrument", "article", "violation", "sector_rule", "clock", "check_item", "test_standard", "threshold", "field"
]
SEARCH_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the book in a list: kind, id, Chinese title and one line of content."""

    kind: Kind
    id: str
    title: str
    summary: str


def entries(book: Lawbook) -> Iterator[Entry]:
    """Every entry of a book as a line, articles with the number they bear in that book."""
    names = {one.key: one for one in book.instruments}
    for instrument in book.instruments:
        summary = "；".join(f"{version.number}（{version.valid_from}）" for version in instrument.versions)
        yield Entry("instrument", instrument.key, instrument.title, summary)
    for article in book.articles:
        holder = names.get(article.id.partition("-")[0])
        version = article.versions[-1]
        place = Citation(article.id, holder.title if holder else "", article=version.number).text
        yield Entry("article", article.id, f"{place} {article.heading}", version.summary)
    for violation in book.violations:
        yield Entry("violation", violation.id, violation.title, violation.situation)
    for rule in book.sector_rules:
        yield Entry("sector_rule", rule.id, rule.title, rule.authority)
    for clock in book.clocks:
        yield Entry("clock", clock.id, clock.title, f"{clock.trigger}起{length_text(clock)}：{clock.rule}")
    for item in (item for checklist in book.checklists for item in checklist.items):
        yield Entry("check_item", item.id, item.text, item.how)
    for standard in book.test_standards:
        yield Entry(
            "test_standard", standard.standard_no, standard.title, "、".join(item.name for item in standard.items)
        )
    for threshold in book.thresholds:
        yield Entry("threshold", threshold.id, threshold.title, threshold.rule)
    for field in book.fields:
        yield Entry("field", field.code, field.title, "重点领域" if field.is_key else "")


def search(text: str, as_of: date) -> tuple[Entry, ...]:
    """Entries in force on a day that hold every word of `text` in id, title or summary; at most 200, empty for none."""
    words = text.casefold().split()
    if not words:
        return ()
    found = []
    for entry in entries(lawbook().as_of(as_of)):
        content = f"{entry.id} {entry.title} {entry.summary}".casefold()
        if all(word in content for word in words):
            found.append(entry)
    return tuple(found[:SEARCH_LIMIT])


def uses(entry_id: str) -> tuple[Entry, ...]:
    """What cites an instrument (or one of its articles), an article, a violation, a field or a standard."""
    return _reverse_index().get(entry_id, ())


@kept
def _reverse_index() -> Mapping[str, tuple[Entry, ...]]:
    book = lawbook()
    lines = {(entry.kind, entry.id): entry for entry in entries(book)}
    index: dict[str, dict[tuple[str, str], Entry]] = defaultdict(dict)
    for kind, citing, cited in _pairs(book):
        if (kind, citing) in lines:
            index[cited][kind, citing] = lines[kind, citing]
    return {cited: tuple(users.values()) for cited, users in index.items()}


def _pairs(book: Lawbook) -> Iterator[tuple[Kind, str, str]]:
    for violation in book.violations:
        cited = (*violation.basis, *(one for penalty in violation.penalties for one in penalty.basis))
        yield from (("violation", violation.id, name) for one in cited for name in _names(one))
    for rule in book.sector_rules:
        yield from (("sector_rule", rule.id, name) for one in rule.basis for name in _names(one))
        yield from (("sector_rule", rule.id, code) for code in rule.fields)
    for clock in book.clocks:
        yield from (("clock", clock.id, name) for one in clock.basis for name in _names(one))
    for item in (item for checklist in book.checklists for item in checklist.items):
        yield from (("check_item", item.id, name) for one in item.anchors for name in _names(one))
        yield from (("check_item", item.id, name) for name in (*item.violations, *item.standards, *item.fields))
    for threshold in book.thresholds:
        yield from (("threshold", threshold.id, name) for one in threshold.basis for name in _names(one))
        yield from (("threshold", threshold.id, name) for name in threshold.standards)
    for standard in book.test_standards:
        yield from (("test_standard", standard.standard_no, code) for code in standard.fields)
        if standard.replaced_by is not None:
            yield "test_standard", standard.standard_no, standard.replaced_by
    for field in book.fields:
        yield from (("field", field.code, name) for one in field.key_basis for name in _names(one))


def _names(reference: Reference) -> tuple[str, ...]:
    article_id = reference.article_id
    return (reference.instrument,) if article_id is None else (reference.instrument, article_id)
