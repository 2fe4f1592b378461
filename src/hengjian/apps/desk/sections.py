"""The sections of the desk, one small function each: what waits for this person in every app below."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from hengjian.apps.accounts.rights import granting, visible
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.selectors import alerts_seen_by
from hengjian.apps.alerts.selectors import waiting_for as alerts_waiting
from hengjian.apps.desk.tasks import Task, clock_kind, until_text, waited
from hengjian.apps.intake.models import Submission
from hengjian.apps.intake.selectors import submissions_seen_by
from hengjian.apps.registry.models import Certificate, Institution
from hengjian.apps.registry.selectors import institutions_seen_by
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.procedures import ACTIVE
from hengjian.apps.runs.selectors import runs_seen_by

SHOWN = 40
"""Tasks of one kind on the desk; the rest stands behind the link to its list."""

EXPIRY_DAYS = 90
"""Renewal must be asked for three months before the end of validity (资质认定管理办法 第十三条)."""

SEVERITY = dict(Alert.SEVERITIES)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Tasks of one kind, how many there are in all, and where the whole list is."""

    view: str
    label: str
    tasks: tuple[Task, ...]
    total: int
    url: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened since the last visit."""

    at: datetime
    text: str
    url: str
    note: str = ""
    kind: str = ""


def alerts_to_judge(user: Any, *, now: datetime, today: date) -> Waiting:
    """Alerts that this person may judge, and dismissals that need a second person."""
    rows = alerts_waiting(user, on=today)
    shown = rows.defer("evidence", "report_ids", "judged_reports").order_by("state_at", "-score")[:SHOWN]
    tasks = tuple(_alert_task(one, now) for one in shown)
    total = len(tasks) if len(tasks) < SHOWN else rows.count()
    return Waiting("alerts", "预警", tasks, total, reverse("alerts:queue"))


def _alert_task(one: Alert, now: datetime) -> Task:
    second = one.state == "dismissal_proposed"
    what = "复核排除" if second else "研判"
    facts = [one.number, SEVERITY.get(one.severity, ""), f"{one.n_reports} 份报告" if one.n_reports else ""]
    return Task(
        icon="seal" if second else "pulse",
        title=f"{what}：{one.institution.name}，{one.title}",
        line=" · ".join(fact for fact in facts if fact),
        url=reverse("alerts:show", args=[one.number]),
        button="复核" if second else "看证据",
        view="alerts",
        since=one.state_at,
        clock=clock_kind(one.state_at, now),
        wait=waited(one.state_at, now),
        when="须另一人复核" if second else "",
    )


def submissions_to_confirm(user: Any, *, now: datetime, today: date) -> Waiting:
    """Submissions read and waiting to be accepted, and those that could not be read."""
    confirm = visible(user, "intake.accept", Submission.objects.all(), on=today).filter(state="previewed")
    repair = visible(user, "intake.submit", Submission.objects.all(), on=today).filter(state="failed")
    rows = Submission.objects.filter(pk__in=confirm.values("pk")) | Submission.objects.filter(
        pk__in=repair.values("pk")
    )
    rows = rows.defer("mapping", "preview").order_by("received_at")
    tasks = tuple(_submission_task(one, now) for one in rows[:SHOWN])
    total = len(tasks) if len(tasks) < SHOWN else rows.count()
    return Waiting("intake", "报送", tasks, total, reverse("intake:list"))


def _submission_task(one: Submission, now: datetime) -> Task:
    failed = one.state == "failed"
    return Task(
        icon="warn" if failed else "doc",
        title=f"{'重新读取' if failed else '确认收下'}：{one.file_name}",
        line=f"{one.number} · {one.sender}",
        url=reverse("intake:show", args=[one.number]),
        button="看原因" if failed else "看试运行",
        view="intake",
        since=one.received_at,
        clock=clock_kind(one.received_at, now),
        wait=waited(one.received_at, now),
        when="读取失败" if failed else "",
    )


def running_work(user: Any, *, today: date) -> list[ScreeningRun]:
    """Screening runs under way that the person may see."""
    rows = runs_seen_by(user, on=today).filter(state__in=ACTIVE)
    return list(rows.defer("inputs", "detectors", "heat", "counts")[:5])


def expiring_certificates(user: Any, *, today: date) -> tuple[list[Certificate], int]:
    """Certificates of the person's institutions that end within ninety days and have no later one; and how many."""
    institutions = institutions_seen_by(user, on=today).filter(status="active")
    later = Certificate.objects.filter(valid_to__gt=today + timedelta(days=EXPIRY_DAYS)).values("institution_id")
    rows = (
        Certificate.objects.filter(institution__in=institutions.values("pk"))
        .filter(valid_to__range=(today, today + timedelta(days=EXPIRY_DAYS)))
        .exclude(institution_id__in=later)
        .exclude(status__in=("revoked", "cancelled", "withdrawn"))
        .select_related("institution")
        .order_by("valid_to", "pk")
    )
    shown = list(rows[:8])
    for one in shown:
        one.clock, one.left = until_text(one.valid_to, today)
    return shown, len(shown) if len(shown) < 8 else rows.count()


def changes_since(user: Any, *, since: datetime, today: date) -> list[Change]:
    """Finished runs, new alerts and received submissions since the last visit, newest first."""
    found: list[Change] = []
    if granting(user, "run.view", today):
        runs = runs_seen_by(user, on=today).filter(ended_at__gt=since).order_by("-ended_at")
        for run in runs.defer("inputs", "detectors", "heat")[:5]:
            text = f"{run.number} 筛查{run.get_state_display()}：{run.organ.short_name}"
            hot = "hot" if run.state in ("failed", "interrupted") else "good"
            found.append(Change(run.ended_at, text, reverse("runs:show", args=[run.number]), run.message[:60], hot))
    if granting(user, "alert.view", today):
        rows = alerts_seen_by(user, on=today).filter(first_seen__gt=since, severity__in=("certain", "strong"))
        newest = rows.defer("evidence", "report_ids", "judged_reports").order_by("-first_seen", "-score")[:6]
        for one in newest:
            text = f"新预警：{one.institution.name}，{one.title}"
            found.append(Change(one.first_seen, text, reverse("alerts:show", args=[one.number]), one.number))
    if granting(user, "intake.view", today):
        for row in submissions_seen_by(user, today).filter(received_at__gt=since).order_by("-received_at")[:5]:
            text = f"{row.sender}交来 {row.file_name}"
            link = reverse("intake:show", args=[row.number])
            found.append(Change(row.received_at, text, link, row.get_state_display(), "act"))
    return sorted(found, key=lambda one: one.at, reverse=True)[:10]


def own_institution(user: Any, *, today: date) -> QuerySet[Institution]:
    """What an institution user sees: the institution of the posting."""
    return institutions_seen_by(user, on=today, code="dossier.view")
