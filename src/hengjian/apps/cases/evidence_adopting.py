"""Material that exists already becomes evidence by reference: digest now, hashed again on every reading (PEN-23)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.selectors import alerts_seen_by
from hengjian.apps.cases.entering import refused
from hengjian.apps.cases.evidence_files import Kept, digest_of, open_upload, packet_bytes, report_bytes
from hengjian.apps.cases.evidence_taking import Taken, register_evidence
from hengjian.apps.cases.models import AssistanceLetter, Case, Evidence, Party
from hengjian.apps.inspections import storage
from hengjian.apps.inspections.models import Attachment
from hengjian.apps.inspections.selectors import inspections_seen_by
from hengjian.apps.intake.selectors import organ_report_rows
from hengjian.kernel.errors import NotFound

JSON = "application/json"


def usccs_of(case: Case) -> list[str]:
    """The codes of the institutions among the parties."""
    rows = Party.objects.filter(case=case, institution__isnull=False)
    return list(rows.values_list("institution__uscc", flat=True))


def attachments_for(case: Case, user: User, *, on: date) -> list[Attachment]:
    """Attachments of inspections of the case's institutions that this person sees, the newest first, at most fifty."""
    tasks = inspections_seen_by(user, on=on).filter(institution__uscc__in=usccs_of(case))
    rows = Attachment.objects.select_related("inspection", "by").filter(inspection__in=tasks.order_by().values("pk"))
    taken = case.evidence_files.filter(origin="attachment").values_list("origin_id", flat=True)
    return list(rows.exclude(pk__in=[int(pk) for pk in taken]).order_by("-received_at")[:50])


def alerts_for(case: Case, user: User, *, on: date) -> list[Alert]:
    """Alerts of the case's institutions that this person sees and that are not evidence yet, at most fifty."""
    taken = case.evidence_files.filter(origin="alert").values_list("origin_id", flat=True)
    rows = alerts_seen_by(user, on=on).filter(institution__uscc__in=usccs_of(case)).exclude(number__in=taken)
    return list(rows.defer("report_ids", "judged_reports").order_by("-first_seen")[:50])


@transaction.atomic
def adopt_attachment(
    *, case: Case, attachment_pk: int, proves: str, kind: str, user: User, now: datetime, today: date
) -> Evidence:
    """An attachment of an inspection of one of the parties; its officers and its day are those of the inspection."""
    tasks = inspections_seen_by(user, on=today).filter(institution__uscc__in=usccs_of(case))
    file = Attachment.objects.select_related("inspection").filter(pk=attachment_pk, inspection__in=tasks).first()
    if file is None:
        raise NotFound("没有这份检查附件，或者它不属于本案当事人的检查。")
    storage.read_attachment(file)
    task = file.inspection
    kept = Kept(
        file.file_name, file.media_type, file.size, file.sha256, "attachment", str(file.pk), f"检查 {task.number}"
    )
    entry = Taken(
        kind=kind,
        name=(file.caption or file.file_name)[:200],
        proves=proves,
        way="adopted",
        obtained_on=timezone.localdate(file.happened_at),
        place=task.institution.name[:200],
        source_label=f"检查 {task.number}，检查人员 {task.lead.name}、{task.member.name}",
    )
    return register_evidence(case=case, entry=entry, kept=[kept], user=user, now=now, today=today)


@transaction.atomic
def adopt_alert(*, case: Case, number: str, proves: str, user: User, now: datetime, today: date) -> Evidence:
    """The evidence packet of an alert on one of the parties, as it stands now."""
    alert = alerts_seen_by(user, on=today).filter(number=number, institution__uscc__in=usccs_of(case)).first()
    if alert is None:
        raise NotFound("没有这个预警，或者它不是本案当事人的。")
    content = packet_bytes(alert)
    kept = Kept(
        f"{alert.number}.json", JSON, len(content), digest_of(content), "alert", alert.number, f"预警 {alert.number}"
    )
    return register_evidence(
        case=case,
        entry=_from_data(f"预警 {alert.number} 证据包：{alert.title}", proves, today, f"预警 {alert.number}"),
        kept=[kept],
        user=user,
        now=now,
        today=today,
    )


@transaction.atomic
def adopt_report(*, case: Case, report_id: str, proves: str, user: User, now: datetime, today: date) -> Evidence:
    """One report with its results from the data that institutions handed in; only of one of the parties."""
    content = report_bytes(case.organ, report_id, today)
    owner = _owner(case, report_id, today)
    if owner not in usccs_of(case):
        raise refused("report_id", f"报告“{report_id[:40]}”不是本案当事人出具的。")
    label = f"报送数据中的报告 {report_id}"[:200]
    kept = Kept("report.json", JSON, len(content), digest_of(content), "report", report_id, label)
    entry = _from_data(label, proves, today, "机构报送的数据，已入库")
    return register_evidence(case=case, entry=entry, kept=[kept], user=user, now=now, today=today)


def _owner(case: Case, report_id: str, on: date) -> str:
    rows = organ_report_rows(organ=case.organ, on=on, report_ids=[report_id], columns=["institution_id"])
    return str(rows[0].get("institution_id", "")) if rows else ""


def _from_data(name: str, proves: str, today: date, source: str) -> Taken:
    return Taken(
        kind="electronic", name=name[:200], proves=proves, way="adopted", obtained_on=today, place="本系统",
        source_label=source,
    )  # fmt: skip


@transaction.atomic
def adopt_answer(
    *, case: Case, letter: AssistanceLetter, proves: str, kind: str, user: User, now: datetime, today: date
) -> Evidence:
    """What another organ answered, as evidence that it handed over."""
    if letter.case_id != case.pk or letter.state != "answered":
        raise refused("letter", "协助函还没有回复，不能作为证据。")
    kept = []
    for one in letter.files.all():
        open_upload(one.sha256, one.name)
        kept.append(
            Kept(one.name, one.media_type, one.size, one.sha256, "letter", str(one.pk), f"协助函 {letter.number}")
        )
    entry = Taken(
        kind=kind,
        name=f"{letter.to_name}对协助函 {letter.number} 的回复"[:200],
        proves=proves,
        way="transferred",
        obtained_on=letter.answered_on,
        place=letter.to_name,
        source_label=f"{letter.to_name}，协助函 {letter.number}"[:200],
    )
    return register_evidence(case=case, entry=entry, kept=kept, user=user, now=now, today=today)


def sources(case: Case, user: User, *, on: date) -> dict[str, Any]:
    """What may be adopted now, for the page."""
    return {"attachments": attachments_for(case, user, on=on), "alerts": alerts_for(case, user, on=on)}
