"""Problems found on site with their law, and the files that prove them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections.checklist import item_of
from hengjian.apps.inspections.models import Attachment, Finding, Inspection, SampledReport
from hengjian.apps.inspections.services.writing import already, begin_writing, locked, note_receipt, tell, text_of
from hengjian.apps.inspections.storage import store
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import NotFound, Refused
from hengjian.law.catalogue import article_as_of
from hengjian.ui.wording import zh_date

WRITE_IN = ("on_site",)
ATTACH_IN = ("entered", "on_site")


@transaction.atomic
def add_finding(
    *,
    inspection: Inspection,
    user: User,
    on: date,
    now: datetime,
    text: str,
    conduct_on: date,
    item_id: str = "",
    violation_id: str = "",
    report_id: str = "",
    effect: str = "",
    severity: str = "general",
    handling: str = "order",
    limit_on: date | None = None,
    client_id: str = "",
    made_at: datetime | None = None,
    sent_at: datetime | None = None,
    adopter: Actor | None = None,
) -> Finding:
    """Write one problem; the article is that of the violation, else of the check item, as of the day of conduct.

    An order to correct needs a limit. Refused with a sentence where the law of that day knows no such article.
    """
    row = locked(inspection)
    earlier = already(client_id, "finding", inspection=row, user=user, model=Finding)
    if earlier is not None:
        return earlier
    writing = begin_writing(
        row, user=user, on=on, now=now, states=WRITE_IN, made_at=made_at, sent_at=sent_at, adopter=adopter
    )
    if conduct_on > on:
        raise Refused(f"行为日{zh_date(conduct_on)}在将来。", where={"field": "conduct_on"})
    _check_choices(effect, severity, handling)
    _check_limit(handling, limit_on, on=on)
    report = _drawn(row, report_id)
    found = Finding(
        inspection=row,
        institution=row.institution,
        number=f"{row.number}-{row.findings.count() + 1:02d}",
        item_id=item_of(row, item_id).id if item_id else "",
        report=report,
        violation_id=violation_id,
        conduct_on=conduct_on,
        article=article_of(row, item_id, violation_id, conduct_on),
        text=text_of(text, name="发现的问题", field="text", needed=True),
        effect=effect,
        severity=severity,
        handling=handling,
        limit_on=limit_on if handling == "order" else None,
        by=user,
        **writing.timing.values(),
    )
    found.full_clean()
    found.save()
    after = {"number": found.number, "article": found.article, "text": found.text, "handling": handling}
    tell(writing, "inspection.find", found, after, now=now)
    note_receipt(client_id, "finding", inspection=row, thing=found, user=user, now=now)
    return found


def _drawn(row: Inspection, report_id: str) -> SampledReport | None:
    found = row.reports.filter(report_id=report_id).first() if report_id else None
    if report_id and found is None:
        raise Refused("这份报告不在本次抽查的报告里。", where={"field": "report_id"})
    return found


def article_of(inspection: Inspection, item_id: str, violation_id: str, conduct_on: date) -> str:
    """The citation as the text of the day of conduct must be cited; Refused with a sentence where there is none."""
    try:
        if violation_id:
            return article_as_of(violation_id, conduct_on).text
        if item_id:
            anchors = item_of(inspection, item_id).articles
            if anchors:
                return article_as_of(anchors[0].article_id, conduct_on).text
    except NotFound as error:
        raise Refused(f"{error.sentence}请核对行为日和违法情形。", where={"field": "conduct_on"}) from error
    raise Refused("请选违法情形，或者选有条文的检查项：每个问题都要有依据。", where={"field": "violation_id"})


def _check_choices(effect: str, severity: str, handling: str) -> None:
    if effect and effect not in dict(Finding.EFFECTS):
        raise Refused("请从列出的情形中选对结果的影响。", where={"field": "effect"})
    if severity not in dict(Finding.SEVERITIES):
        raise Refused("请选择一般问题还是严重问题。", where={"field": "severity"})
    if handling not in dict(Finding.HANDLINGS):
        raise Refused("请选择怎样处理。", where={"field": "handling"})


def _check_limit(handling: str, limit_on: date | None, *, on: date) -> None:
    if handling != "order":
        return
    if limit_on is None:
        raise Refused("责令限期改正须写明改正期限。", where={"field": "limit_on"})
    if limit_on <= on:
        raise Refused(f"改正期限{zh_date(limit_on)}不在今天以后。", where={"field": "limit_on"})


@transaction.atomic
def withdraw_finding(
    *, finding: Finding, reason: str, user: User, on: date, now: datetime, client_id: str = ""
) -> Finding:
    """Take back a problem that was written by mistake, while the record is open; the row and the reason stay."""
    row = locked(finding.inspection)
    earlier = already(client_id, "withdraw", inspection=row, user=user, model=Finding)
    if earlier is not None:
        return earlier
    writing = begin_writing(row, user=user, on=on, now=now, states=WRITE_IN)
    found = row.findings.select_for_update().get(pk=finding.pk)
    if found.state == "withdrawn":
        raise Refused(f"问题 {found.number} 已经撤回。")
    found.withdrawn_reason = text_of(reason, name="撤回理由", field="reason", most=300, needed=True)
    found.state = "withdrawn"
    found.save()
    tell(writing, "inspection.withdraw_finding", found, {"number": found.number, "reason": reason.strip()}, now=now)
    note_receipt(client_id, "withdraw", inspection=row, thing=found, user=user, now=now)
    return found


@transaction.atomic
def attach(
    *,
    inspection: Inspection,
    user: User,
    on: date,
    now: datetime,
    kind: str,
    file_name: str,
    chunks: Iterable[bytes],
    declared_size: int | None = None,
    sha256: str = "",
    caption: str = "",
    item_id: str = "",
    finding: Finding | None = None,
    client_id: str = "",
    made_at: datetime | None = None,
    sent_at: datetime | None = None,
    adopter: Actor | None = None,
) -> Attachment:
    """Keep a photo, extract, signature or recording by its content's hash.

    `sha256` (hex) is what the phone computed at taking; a difference is refused as damage on the way. Refused with a
    sentence when too large, empty or of another type by content.
    """
    row = locked(inspection)
    earlier = already(client_id, "attach", inspection=row, user=user, model=Attachment)
    if earlier is not None:
        return earlier
    writing = begin_writing(
        row, user=user, on=on, now=now, states=ATTACH_IN, made_at=made_at, sent_at=sent_at, adopter=adopter
    )
    if finding is not None and finding.inspection_id != row.pk:
        raise Refused("这个问题不是本次检查登记的。", where={"field": "finding"})
    name = text_of(file_name.replace("\\", "/").rpartition("/")[2], name="文件名", field="file", most=200) or "未命名"
    kept = store(kind=kind, file_name=name, chunks=chunks, declared_size=declared_size, sha256=sha256.lower())
    found = Attachment(
        inspection=row,
        finding=finding,
        item_id=item_of(row, item_id).id if item_id else "",
        kind=kind,
        caption=text_of(caption, name="说明", field="caption", most=200),
        file_name=name,
        media_type=kept.media_type,
        size=kept.size,
        sha256=kept.sha256,
        path=kept.path,
        by=user,
        **writing.timing.values(),
    )
    found.full_clean()
    found.save()
    after = {"kind": found.get_kind_display(), "file": name, "sha256": kept.sha256, "size": kept.size}
    tell(writing, "inspection.attach", found, after, now=now)
    note_receipt(client_id, "attach", inspection=row, thing=found, user=user, now=now)
    return found
