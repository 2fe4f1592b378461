"""Which number an article bore on which day: the alias map between the numberings of an instrument."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from hengjian.kernel.citation import Reference, parse_reference
from hengjian.law.errors import LawError
from hengjian.law.models import Article, ArticleVersion, Instrument, Renumbering


def old_number(renumbering: Renumbering, number: int) -> int | None:
    """The number before the change of the article that bears `number` after it; None when it did not exist."""
    old = number - renumbering.shift
    if renumbering.first_old <= old <= renumbering.last_old:
        return old
    return number if number < renumbering.first_old else None


def reference_of(article: Article) -> Reference:
    """The article's own id as a reference; LawError when the id is none."""
    try:
        reference = parse_reference(article.id)
    except ValueError:
        reference = None
    if reference is None or reference.article_id != article.id:
        raise LawError("not an article id", file="articles.yaml", entry=article.id, key="id")
    return reference


def with_versions(
    articles: Iterable[Article], instruments: Iterable[Instrument], renumberings: Iterable[Renumbering]
) -> tuple[Article, ...]:
    """Articles with their versions filled in where the data give none: one per numbering of their instrument."""
    by_key = {one.key: one for one in instruments}
    changes = {one.instrument: one for one in renumberings}
    return tuple(_filled(article, by_key, changes) for article in articles)


def _filled(article: Article, by_key: dict[str, Instrument], changes: dict[str, Renumbering]) -> Article:
    reference = reference_of(article)
    instrument = by_key.get(reference.instrument)
    if instrument is None:
        raise LawError(f"no instrument {reference.instrument}", file="articles.yaml", entry=article.id, key="id")
    if article.versions:
        return article
    number = reference.article or 0
    period = instrument.period
    change = changes.get(instrument.key)
    if change is None:
        return replace(article, versions=(_version(article, number, period.valid_from, period.valid_to),))
    now = _version(article, number, change.valid_from, period.valid_to)
    before = old_number(change, number)
    if before is None:
        return replace(article, versions=(now,))
    last_day = change.valid_from - timedelta(days=1)
    return replace(article, versions=(_version(article, before, period.valid_from, last_day), now))


def _version(article: Article, number: int, valid_from: date, valid_to: date | None) -> ArticleVersion:
    return ArticleVersion(number=number, summary=article.summary, valid_from=valid_from, valid_to=valid_to)
