"""The demonstration's ledger: earlier checks whose problems stand in every state, one waiting for institution1.

Called after the demonstration's inspections. Each step goes through the product's services at its own time in the
past weeks; early in a year, when those weeks belong to last year's plan, only what fits is built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hengjian.apps.accounts.models import Organ, User
    from hengjian.apps.inspections.models import Inspection
    from hengjian.apps.rectifications.models import Rectification
    from hengjian.apps.registry.models import Institution

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
STEPS = 40
"""Into how many moments the time of one check is cut."""
WEIGHING = "天平检定有效期届满后仍在使用，其间使用记录 12 次，不能提供其间的检定或者校准证书。"
SIGNING = "授权签字人张某在授权领域以外签发报告 3 份。"
STORING = "样品间没有温湿度记录，两个样品标识脱落。"
RAW = "抽查的 4 份报告中，1 份原始记录缺少检测人员签名。"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of the demonstration: check item, violation, text, handling, limit in days after the check."""

    item_id: str
    violation_id: str
    text: str
    handling: str = "order"
    days: int = 20
    severity: str = "general"


BALANCE = Problem("CK-D2", "SUP-14.2", WEIGHING)
CORRECTED = Problem("CK-E4", "SUP-14.1", STORING, "corrected")
TO_ORDER = Problem("CK-G3", "SUP-15.2", RAW, "follow_up", severity="serious")


@dataclass(frozen=True, slots=True)
class Crew:
    """Who checks, who settles the result, who verifies, in one county."""

    lead: User
    member: User
    chief: User
    leader: User


@dataclass(slots=True)
class Upload:
    """A file as a browser would send it."""

    name: str
    content: bytes = PDF

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    def chunks(self) -> list[bytes]:
        """All of it at once."""
        return [self.content]


def build(*, people: Mapping[str, User], organs: Mapping[str, Organ], now: datetime, today: date) -> int:
    """Build the ledger; gives the number of items."""
    from hengjian.apps.rectifications.models import Rectification
    from hengjian.apps.rectifications.overdue import escalate_overdue

    made = _earlier_checks(people, organs["qingtong"], now=now, today=today)
    _of_first_user(people, now=now, today=today)
    escalate_overdue(now=now)
    return Rectification.objects.count() if made else 0


def _crew(people: Mapping[str, User], key: str) -> Crew:
    names = ("officer", "officer2", "section_chief", "leader")
    return Crew(*(people[f"{key}.{name}"] for name in names))


def _earlier_checks(people: Mapping[str, User], county: Organ, *, now: datetime, today: date) -> list[Inspection]:
    """Checks of the county's key fields 50, 38, 24 and 12 days ago."""
    from hengjian.apps.plans.selectors import items_open_for_tasks

    item = items_open_for_tasks(county, today.year).filter(kind="key_field").first()
    if item is None:
        return []
    crew = _crew(people, "qingtong")
    labs = _untouched(county, item.fields)
    late_papers = Problem("CK-G3", "SUP-15.2", RAW, days=28)
    stories = (
        (50, _struck_and_late, (BALANCE, Problem("CK-B2", "SUP-12", SIGNING, days=25))),
        (38, _late_and_answered_late, (Problem("CK-E4", "SUP-14.1", STORING), late_papers)),
        (24, _returned_and_open, (BALANCE, Problem("CK-B2", "SUP-12", SIGNING, days=27))),
        (12, _rest, (CORRECTED, TO_ORDER, Problem("CK-D2", "SUP-14.2", WEIGHING, days=25))),
    )
    made = []
    for (ago, story, problems), lab in zip(stories, labs, strict=False):
        start = _morning(now) - timedelta(days=ago)
        if start.year != today.year:
            continue
        end = start + timedelta(hours=6)
        task = _checked("key_field", item.number, lab, crew, problems, start=start, end=end)
        story(_Ledger(task, crew, now))
        made.append(task)
    return made


def _untouched(county: Organ, fields: Sequence[str]) -> list[Institution]:
    """Institutions of these fields to which nobody has gone or is going."""
    from hengjian.apps.plans.models import Visit
    from hengjian.apps.registry.models import Institution

    gone = Visit.objects.values("institution_id")
    rows = Institution.objects.filter(organ=county, status="active", merged_into=None).exclude(pk__in=gone)
    rows = rows.filter(draw_units__selected=False) | rows.filter(draw_units=None)
    return [one for one in rows.distinct().order_by("pk") if set(one.fields) & set(fields)]


def _morning(now: datetime) -> datetime:
    from django.utils import timezone

    return timezone.localtime(now).replace(hour=9, minute=30, second=0, microsecond=0)


def _checked(
    kind: str, ref: str, lab: Institution, crew: Crew, problems: Sequence[Problem], *, start: datetime, end: datetime
) -> Inspection:
    """One inspection from the task to the published result within one day."""
    from django.utils import timezone

    from hengjian.apps.inspections import services
    from hengjian.apps.inspections.models import Inspection

    moments = iter(start + (end - start) * step / STEPS for step in range(STEPS))
    day = timezone.localdate(start)

    def who(user: User) -> dict[str, Any]:
        return {"user": user, "on": day, "now": next(moments)}

    task = services.create_task(
        origin_kind=kind, origin_id=ref, institution=lab, planned_on=day, lead=crew.lead, member=crew.member,
        **who(crew.chief),
    )  # fmt: skip
    if task.kind == "notice":
        services.notify(inspection=task, **who(crew.chief))
    for user in (crew.lead, crew.member):
        services.enter(inspection=task, **who(user), note="演示：手工登记")
    shown: dict[str, Any] = {"cards_shown": True, "recusal_asked": True, "present_name": "毕清和"}
    services.start_check(inspection=task, **shown, **who(crew.lead))
    for problem in problems:
        _found(task, problem, crew.lead, who)
    services.record_statement(
        inspection=task, facts_found="检查了仪器室、样品间、资料室，抽查报告 4 份。", signing="absent",
        refusal_reason="负责人外出，由值班人员在场", witness_name="钟离见", **who(crew.lead),
    )  # fmt: skip
    services.finish_visit(inspection=task, **who(crew.lead))
    services.submit_result(inspection=task, code="09", note="问题列入整改台账", **who(crew.lead))
    services.review(inspection=task, approve=True, note="笔录完整", **who(crew.leader))
    services.publish_result(inspection=task, **who(crew.chief))
    return Inspection.objects.get(pk=task.pk)


def _found(task: Inspection, problem: Problem, user: User, who: Any) -> None:
    from hengjian.apps.inspections import services

    day = who(user)["on"]
    services.answer_item(inspection=task, item_id=problem.item_id, answer="problem", note=problem.text, **who(user))
    services.add_finding(
        inspection=task,
        item_id=problem.item_id,
        violation_id=problem.violation_id,
        text=problem.text,
        conduct_on=day - timedelta(days=20),
        severity=problem.severity,
        handling=problem.handling,
        limit_on=day + timedelta(days=problem.days) if problem.handling == "order" else None,
        **who(user),
    )


class _Ledger:
    """The items of one check and the moves that people make on them, each some days after the check."""

    def __init__(self, task: Inspection, crew: Crew, now: datetime) -> None:
        from hengjian.apps.rectifications.models import Rectification

        self.crew, self.now = crew, now
        self.start = _morning(now) - (_morning(now).date() - task.ended_on) if task.ended_on else now
        self.items = list(Rectification.objects.filter(finding__inspection=task).order_by("pk"))

    def at(self, days: int, minutes: int = 0) -> datetime:
        """So many days after the check, never later than now."""
        return min(self.start + timedelta(days=days, minutes=minutes + 360), self.now)

    def _to(self, item: Rectification, user: User, when: datetime) -> dict[str, Any]:
        from hengjian.apps.rectifications.models import Rectification

        return {"rows": Rectification.objects.all(), "pk": item.pk, "user": user, "now": when}

    def answer(self, item: Rectification, days: int, text: str) -> None:
        """Papers come in and an officer enters them."""
        from hengjian.apps.rectifications.services import answer_item

        files = [Upload("整改报告.pdf")]
        answer_item(**self._to(item, self.crew.member, self.at(days)), text=text, files=files, on_paper=True)

    def strike_off(self, item: Rectification, days: int) -> None:
        """The chief verifies."""
        from hengjian.apps.rectifications.services import strike_off

        strike_off(**self._to(item, self.crew.chief, self.at(days)), method="papers", note="材料齐全，已改到位")

    def send_back(self, item: Rectification, days: int, reason: str, limit_days: int) -> None:
        """The chief returns the answer."""
        from hengjian.apps.rectifications.services import send_back

        when = self.at(days)
        send_back(
            **self._to(item, self.crew.chief, when), reason=reason, limit=when.date() + timedelta(days=limit_days)
        )

    def extend(self, item: Rectification, days: int, more: int, reason: str) -> None:
        """The chief gives more time."""
        from hengjian.apps.rectifications.services import extend_limit

        when = self.at(days)
        limit = (item.limit or when.date()) + timedelta(days=more)
        extend_limit(**self._to(item, self.crew.chief, when), limit=limit, reason=reason)

    def withdraw(self, item: Rectification, days: int, reason: str) -> None:
        """The chief finds that it was no problem."""
        from hengjian.apps.rectifications.services import withdraw_item

        withdraw_item(**self._to(item, self.crew.chief, self.at(days)), reason=reason)


def _struck_and_late(ledger: _Ledger) -> None:
    """50 days ago: one answered and struck off, the other overdue so long that the city was told."""
    first, _ = ledger.items
    ledger.answer(first, 14, "天平已送检，检定证书已取回；停用期间改用 2 号天平，补做了期间核查。")
    ledger.strike_off(first, 17)


def _late_and_answered_late(ledger: _Ledger) -> None:
    """38 days ago: one answered after its limit and waiting for verification, one overdue at its chief."""
    first, _ = ledger.items
    ledger.answer(first, 30, "样品间已加装温湿度记录仪，标识改为防水标签。")


def _returned_and_open(ledger: _Ledger) -> None:
    """24 days ago: one returned to be done again, one with more time."""
    first, second = ledger.items
    ledger.answer(first, 10, "天平已送检。")
    ledger.send_back(first, 13, "没有附检定证书，也没有说明其间 12 次使用的数据怎样处理。", 20)
    ledger.extend(second, 15, 10, "授权签字人考核排在下月上旬")


def _rest(ledger: _Ledger) -> None:
    """12 days ago: put right on the spot and to be verified, to be ordered, withdrawn."""
    ledger.withdraw(ledger.items[2], 6, "核对检定机构系统，证书在有效期内，现场看的是旧标签")


def _of_first_user(people: Mapping[str, User], *, now: datetime, today: date) -> None:
    """institution1 has a problem to answer: the county's analyst asks for a visit, two officers find something."""
    from hengjian.apps.accounts.models import Posting
    from hengjian.apps.plans.monitoring import record_look
    from hengjian.apps.registry.models import Institution

    user = people.get("institution1")
    posting = Posting.objects.filter(user=user, role="institution_user").first() if user else None
    lab = Institution.objects.select_related("organ").filter(uscc=posting.institution_id).first() if posting else None
    key = next((one for one in _counties(people) if lab is not None and _serves(people[f"{one}.officer"], lab)), "")
    if lab is None or not key or lab.risk is None:
        return
    start = max(_midnight(now), now - timedelta(hours=3))
    note = "报告时间先后有疑问，建议现场看设备和原始记录"
    asked: dict[str, Any] = {"user": people[f"{key}.analyst"], "now": start, "today": today}
    look = record_look(institution=lab, conclusion="visit", note=note, **asked)
    problems = (BALANCE, Problem("CK-B2", "SUP-12", SIGNING, days=28))
    _checked("monitoring", str(look.pk), lab, _crew(people, key), problems, start=start, end=now)


def _midnight(now: datetime) -> datetime:
    from django.utils import timezone

    return timezone.localtime(now).replace(hour=0, minute=0, second=1, microsecond=0)


def _counties(people: Mapping[str, User]) -> list[str]:
    """Keys of organs that have everybody a check needs."""
    needed = {"officer", "officer2", "section_chief", "leader", "analyst"}
    keys = {name.partition(".")[0] for name in people if "." in name}
    return sorted(key for key in keys if all(f"{key}.{role}" in people for role in needed))


def _serves(user: User, lab: Institution) -> bool:
    return user.postings.filter(organ=lab.organ).exists()
