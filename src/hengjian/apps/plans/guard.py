"""The burden guard: may officials go to this enterprise on that day? Decided from the ledger of visits alone.

Basis: 国办发〔2024〕54号 – a published yearly cap per enterprise, no repeated checks, one visit for several items;
checks upon tips, transfers, orders of a superior or alerts are not bound by the cap, but have to be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from hengjian.apps.accounts.models import Organ
from hengjian.apps.plans.models import Visit
from hengjian.apps.plans.parameters import Setting, settings_of
from hengjian.apps.plans.procedures import EXCEPTION_CODES, EXPECTED
from hengjian.apps.plans.secrecy import sealed, secret
from hengjian.apps.registry.models import Institution

OTHER_WAYS = "确因投诉举报、移送转办、上级交办、数据预警或者复查必须检查的，请选择例外情形并写明理由。"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A visit of the ledger as the guard sees it; `hidden` ones are another's secret or sealed visits."""

    number: str
    day: date
    state: str
    counted: bool
    organ_id: int
    organ_name: str
    hidden: bool = False
    guest: bool = False
    item: str = ""

    @property
    def words(self) -> str:
        """The visit in a sentence."""
        return f"{self.organ_name}的检查 {self.number}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Cap in visits a year, least days between two visits, days within which two visits should be one."""

    annual_cap: int
    min_gap_days: int
    merge_days: int
    cap_source: str = ""
    gap_source: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the guard says. `code` is "" (allowed), "cap" or "gap"; `used` counts what the cap counts in that year.

    `total` also counts exceptions and merged visits; `earliest` is the first later day on which the gap is kept.
    """

    allowed: bool
    sentence: str
    cap: int
    used: int
    total: int
    last_visit: date | None
    merge_candidates: tuple[Entry, ...]
    code: str = ""
    earliest: date | None = None

    @property
    def left(self) -> int:
        """How many visits the cap still leaves."""
        return max(0, self.cap - self.used)


def decide(entries: Iterable[Entry], *, day: date, limits: Limits, exception_code: str = "") -> Answer:
    """May a visit take place on that day beside these? Pure: the same rows give the same answer.

    `entries` are the expected and past visits of one enterprise, the one in question left out.
    """
    known = sorted(entries, key=lambda one: (one.day, one.number))
    year = [one for one in known if one.day.year == day.year]
    used = sum(one.counted for one in year)
    past = [one.day for one in known if one.day <= day and one.state in ("entered", "done")]
    near = [one for one in known if not one.guest and abs((one.day - day).days) < limits.min_gap_days]
    code = ""
    if not exception_code:
        code = "cap" if used >= limits.annual_cap else "gap" if near else ""
    candidates = _candidates(year if code == "cap" else known, day=day, limits=limits, code=code)
    nearest = min(near, key=lambda one: abs((one.day - day).days), default=None)
    told = nearest is not None and not any(one.hidden for one in known)
    earliest = _earliest(known, day=day, gap=limits.min_gap_days) if told else None
    if code == "cap":
        sentence = _cap_sentence(day.year, used, limits)
    elif nearest is not None and code == "gap":
        sentence = _gap_sentence(nearest, limits, earliest)
    else:
        sentence = _allowed_sentence(day.year, used, limits, exception_code)
    if code and candidates:
        sentence += f"可以并入{candidates[0].words}（{_day(candidates[0].day)}），进一次门查多项事。"
    return Answer(
        allowed=not code,
        sentence=sentence + (OTHER_WAYS if code else ""),
        cap=limits.annual_cap,
        used=used,
        total=len(year),
        last_visit=max(past, default=None),
        merge_candidates=candidates,
        code=code,
        earliest=earliest,
    )


def _candidates(entries: Sequence[Entry], *, day: date, limits: Limits, code: str) -> tuple[Entry, ...]:
    """Reserved visits that this one could join: near ones; any of the year, where only joining remains."""
    reach = 366 if code == "cap" else max(limits.merge_days, limits.min_gap_days if code else 0)
    open_ones = [
        one
        for one in entries
        if one.state == "reserved" and not one.guest and not one.hidden and abs((one.day - day).days) <= reach
    ]
    return tuple(sorted(open_ones, key=lambda one: (abs((one.day - day).days), one.number)))


def _earliest(entries: Sequence[Entry], *, day: date, gap: int) -> date:
    earliest = day
    for one in entries:
        if not one.guest and one.day - timedelta(days=gap) < earliest < one.day + timedelta(days=gap):
            earliest = one.day + timedelta(days=gap)
    return earliest


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _cap_sentence(year: int, used: int, limits: Limits) -> str:
    return (
        f"{year}年对该机构已安排 {used} 次计入上限的检查，达到年度上限 {limits.annual_cap} 次"
        f"（{limits.cap_source}），不能再安排。"
    )


def _gap_sentence(near: Entry, limits: Limits, earliest: date | None) -> str:
    apart = f"两次检查至少相隔 {limits.min_gap_days} 日（{limits.gap_source}）"
    if near.hidden:
        # neither the day nor the first free day: both would give an unannounced visit away
        return f"已另有对该机构的检查安排，离这一天太近：{apart}，请另选日期。"
    later = f"，最早可以安排在{_day(earliest)}" if earliest else ""
    has = "定于" if near.state == "reserved" else "已于"
    return f"{near.words} {has}{_day(near.day)}{'' if has == '定于' else '进行'}，{apart}{later}。"


def _allowed_sentence(year: int, used: int, limits: Limits, exception_code: str) -> str:
    if exception_code:
        return (
            f"按例外情形“{EXCEPTION_CODES.get(exception_code, exception_code)}”检查，不计入年度上限，"
            f"列入公示；{year}年计入上限的检查已有 {used} 次，上限 {limits.annual_cap} 次。"
        )
    return f"可以安排：{year}年计入上限的检查已有 {used} 次，上限 {limits.annual_cap} 次。"


def limits_from(settings: dict[str, Setting]) -> Limits:
    """The guard's limits from an organ's parameters."""
    return Limits(
        annual_cap=settings["annual_cap"].value,
        min_gap_days=settings["min_gap_days"].value,
        merge_days=settings["merge_days"].value,
        cap_source=settings["annual_cap"].text,
        gap_source=settings["min_gap_days"].text,
    )


def limits_for(organ: Organ, *, on: date) -> Limits:
    """The limits that hold for enterprises of an organ's area on a day."""
    return limits_from(settings_of(organ, on=on))


def ask(
    *,
    institution: Institution,
    organ: Organ,
    day: date,
    on: date,
    exception_code: str | None = None,
    ignore: Visit | None = None,
    known: Collection[int] | None = None,
) -> Answer:
    """What the guard says to a visit of `organ` at `institution` on `day`; `on` is the day of asking.

    The limits are those of the enterprise's own area, whoever comes. `ignore` is the visit itself when it is asked
    again (moved, entered). Ask under the institution's row lock when the answer leads to a write. For
    somebody who only looks, `known` are the secret visits he may know: the others are left out, lest trying one day
    after another tell of them.
    """
    rows = _rows([institution.pk], day=day)
    rows = rows.exclude(Q(pk=ignore.pk) | Q(merged_with=ignore)) if ignore else rows
    rows = rows.filter(Q(is_secret=False) | Q(pk__in=known)) if known is not None else rows
    entries = [_entry(row, organ) for row in rows]
    limits = limits_for(institution.organ, on=on)
    return decide(entries, day=day, limits=limits, exception_code=exception_code or "")


def ask_many(
    *, institutions: Collection[Institution], organ: Organ, day: date, on: date, secret_too: bool = True
) -> dict[int, Answer]:
    """The same for many institutions (a roster) with few queries: institution id → answer.

    Without `secret_too` as if visits that must not be heard of did not exist: for answers that others will read.
    """
    entries: dict[int, list[Entry]] = defaultdict(list)
    ids = [one.pk for one in institutions]
    for start in range(0, len(ids), CHUNK):
        rows = _rows(ids[start : start + CHUNK], day=day)
        for row in rows if secret_too else rows.filter(is_secret=False):
            entries[row.institution.merged_into_id or row.institution_id].append(_entry(row, organ))
    by_organ: dict[int, Limits] = {}
    answers: dict[int, Answer] = {}
    for one in institutions:
        if one.organ_id not in by_organ:
            by_organ[one.organ_id] = limits_for(one.organ, on=on)
        answers[one.pk] = decide(
            entries[one.pk],
            day=day,
            limits=by_organ[one.organ_id],
        )
    return answers


def _rows(ids: Collection[int], *, day: date) -> QuerySet[Visit]:
    # a year on either side is more than the longest gap that may be set
    rows = Visit.objects.filter(state__in=EXPECTED, day__gte=day - timedelta(days=366), day__lte=day + timedelta(366))
    rows = rows.filter(Q(institution_id__in=ids) | Q(institution__merged_into_id__in=ids))
    rows = rows.annotate(is_secret=_flag(secret()), is_sealed=_flag(sealed()))
    return rows.select_related("organ", "item", "institution")


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _entry(row: Any, organ: Organ) -> Entry:
    return Entry(
        number=row.number,
        day=row.day,
        state=row.state,
        counted=row.counted,
        organ_id=row.organ_id,
        organ_name=row.organ.short_name,
        # a sealed sample is kept from most people of the organ itself
        hidden=row.is_sealed or (row.is_secret and row.organ_id != organ.pk),
        guest=row.merged_with_id is not None,
        item=row.item.title if row.item else "",
    )
