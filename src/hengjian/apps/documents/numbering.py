"""Numbers of documents: one series per organ, number word and year, without gaps; the row of the series is the lock."""

from __future__ import annotations

from django.db import transaction

from hengjian.apps.accounts.models import Organ
from hengjian.apps.accounts.rights import OWN_LEVELS
from hengjian.apps.documents.models import NumberSeries
from hengjian.apps.record.models import ChainHead
from hengjian.law.paper import Form

AUTHORITY = "市场监督管理局"
PLACE_ENDS = "省市县区"


def bureau_of(organ: Organ) -> Organ:
    """The bureau in whose name a station or team acts (PEN-09); any other organ is its own."""
    while organ.level in OWN_LEVELS and organ.parent is not None:
        organ = organ.parent
    return organ


def organ_word(organ: Organ) -> str:
    """青桐县市场监督管理局 → 青桐市监."""
    place = bureau_of(organ).name.removesuffix(AUTHORITY)
    short = place[:-1] if len(place) > 2 and place[-1] in PLACE_ENDS else place
    return f"{short}市监"


def written(word: str, year: int, ordinal: int) -> str:
    """青桐市监罚决〔2026〕12号."""
    return f"{word}〔{year}〕{ordinal}号"


def lock_chain() -> None:
    """Take the lock of the event chain before any lock of documents: whoever issues inside a move holds it already,
    and two orders of the same two locks would be a deadlock.
    """
    ChainHead.objects.select_for_update().get(pk=1)


def next_number(*, organ: Organ, form: Form, year: int) -> tuple[NumberSeries, int] | None:
    """The next number of the series, locked until the transaction ends; None for forms that bear no number.

    A transaction that is undone gives its number back, so that no gap stays.
    """
    if form.number_word is None:
        return None
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a number is given only inside the transaction that uses it")
    lock_chain()
    bureau = bureau_of(organ)
    word = f"{organ_word(bureau)}{form.number_word}"
    made, _ = NumberSeries.objects.get_or_create(organ=bureau, word=word, year=year)
    series = NumberSeries.objects.select_for_update().get(pk=made.pk)
    series.last += 1
    series.save(update_fields=["last"])
    return series, series.last
