"""Closing the record: what must stand in it, its hash, the end of the visit and the start of the clock."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections import publicity
from hengjian.apps.inspections.closings import tell_closed
from hengjian.apps.inspections.models import Inspection, OnSite
from hengjian.apps.inspections.procedures import CARDS, RECORD
from hengjian.apps.inspections.services.writing import already, begin_writing, locked, move, note_receipt
from hengjian.apps.plans.services import finish_visit as finish_in_ledger
from hengjian.apps.record.services import Actor, plain, snapshot
from hengjian.kernel.errors import Refused
from hengjian.kernel.transitions import Move


@transaction.atomic
def finish_visit(
    *,
    inspection: Inspection,
    user: User,
    on: date,
    now: datetime,
    client_id: str = "",
    made_at: datetime | None = None,
    sent_at: datetime | None = None,
) -> Inspection:
    """Close the record and end the visit: from now on nothing of it changes, and the clock of publication runs.

    Raises Refused with a sentence when the record lacks facts, signature, or the reason and witness of a refusal.
    """
    row = locked(inspection)
    earlier = already(client_id, "finish", inspection=row, user=user, model=Inspection)
    if earlier is not None:
        return earlier
    states = ("entered", "on_site")
    writing = begin_writing(row, user=user, on=on, now=now, states=states, made_at=made_at, sent_at=sent_at)
    site, _ = OnSite.objects.get_or_create(inspection=row)
    _check_record(row, site)
    ended_at = max(writing.timing.happened_at, site.started_at or writing.timing.happened_at)
    site.closed_at, site.closed_sha256 = ended_at, record_sha256(row, site)
    site.save()

    def apply(one: Inspection, made: Move, actor: Actor) -> None:
        one.state_at, one.ended_on = now, timezone.localdate(ended_at)
        finish_in_ledger(visit=one.visit, at=ended_at, actor=actor, now=now)
        publicity.start(one, actor=actor, now=now)

    action = "close_record" if row.state == "on_site" else "record_absence"
    facts = {"facts_found": site.facts_found, "signing": site.signing}
    move(row, action, user=user, on=on, now=now, facts=facts, apply=apply)
    note_receipt(client_id, "finish", inspection=row, thing=row, user=user, now=now)
    closed = locked(row)
    tell_closed(inspection=closed, actor=writing.actor, now=now)
    return closed


def _check_record(row: Inspection, site: OnSite) -> None:
    here = set(row.entries.values_list("by_id", flat=True))
    if not here.issuperset(row.officer_ids):
        raise Refused(
            "执法人员不得少于两人：还有人没有登记入企，笔录不能闭合。", where={"field": "officers"}, article=CARDS
        )
    if not site.facts_found:
        raise Refused("笔录还没有写检查情况，不能闭合。", where={"field": "facts_found"}, article=RECORD)
    if not site.signing:
        raise Refused("请写明被检查人是签字、拒绝签字还是无法签字。", where={"field": "signing"}, article=RECORD)
    if site.signing == "signed" and row.state == "entered":
        raise Refused("没有见到被检查人，不能记为签字。", where={"field": "signing"}, article=RECORD)
    if site.signing == "signed" and not row.attachments.filter(kind="signature").exists():
        raise Refused(
            "还没有被检查人的签名：请当场手写签名，或者上传签字页。", where={"field": "signing"}, article=RECORD
        )
    if site.signing != "signed" and not (site.refusal_reason and site.witness_name):
        raise Refused(
            "被检查人没有签字的，须注明原因并由见证人签名：请填写原因和见证人。",
            where={"field": "refusal_reason" if not site.refusal_reason else "witness_name"},
            article=RECORD,
        )
    told = set(row.findings.filter(state="found").values_list("item_id", flat=True))
    lacking = [one.item_id for one in row.answers.filter(answer="problem") if one.item_id not in told]
    if lacking:
        names = "、".join(one.removeprefix("CK-") for one in lacking)
        raise Refused(f"检查项 {names} 填为不符合，还没有登记问题，笔录不能闭合。", where={"field": "findings"})


def record_sha256(row: Inspection, site: OnSite) -> str:
    """The hash of everything the closed record says: text, answers, findings, drawn reports, hashes of attachments."""
    said: dict[str, Any] = {
        "number": row.number,
        "institution": row.institution.uscc,
        "officers": sorted(row.officer_ids),
        "record": {
            name: value
            for name, value in snapshot(site).items()
            if name not in ("id", "inspection", "closed_at", "closed_sha256", "version")
        },
        "answers": [[one.item_id, one.answer, one.note] for one in row.answers.order_by("item_id")],
        "findings": [[one.number, one.article, one.text, one.conduct_on] for one in row.findings.filter(state="found")],
        "reports": [[one.report_id, one.traced] for one in row.reports.order_by("pk")],
        "attachments": sorted(row.attachments.values_list("sha256", flat=True)),
    }
    text = json.dumps(plain(said), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
