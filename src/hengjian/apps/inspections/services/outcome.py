"""The result: proposed by the officers, fixed by somebody else, published in the words the law gives."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections import publicity
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.selectors import findings_of
from hengjian.apps.inspections.services.writing import already, begin_writing, locked, move, note_receipt, text_of
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move
from hengjian.law.inspecting import ResultCode, result_code, result_codes

NOTE_MOST = 2_000
WANTED = {"none": "没有登记问题", "some": "至少登记一个问题"}


def codes_for(inspection: Inspection) -> list[ResultCode]:
    """The result codes that the closed record allows, of the day on which the check ended."""
    count = findings_of(inspection).count()
    carried_out = _carried_out(inspection)
    rows = result_codes(inspection.ended_on or inspection.planned_on)
    return [one for one in rows if one.fits(count) and (carried_out or not one.met)]


def _carried_out(inspection: Inspection) -> bool:
    site = getattr(inspection, "on_site", None)
    return site is not None and site.started_at is not None


def _checked_code(row: Inspection, code: str) -> ResultCode:
    if not code:
        raise Refused("请选择检查结果。", where={"field": "result_code"})
    found = result_code(code, row.ended_on or row.planned_on)
    count = findings_of(row).count()
    if not found.fits(count):
        raise Refused(
            f"结果“{found.title}”要求笔录里{WANTED[found.findings]}，本次登记了 {count} 个问题。",
            where={"field": "result_code"},
        )
    if found.met and not _carried_out(row):
        raise Refused(f"本次没有开展检查，结果不能是“{found.title}”。", where={"field": "result_code"})
    return found


@transaction.atomic
def submit_result(
    *, inspection: Inspection, code: str, note: str = "", user: User, on: date, now: datetime, client_id: str = ""
) -> Inspection:
    """Propose the result; one of the two officers does it after the record is closed."""
    row = locked(inspection)
    earlier = already(client_id, "submit", inspection=row, user=user, model=Inspection)
    if earlier is not None:
        return earlier
    begin_writing(row, user=user, on=on, now=now, states=("record_closed",))
    found = _checked_code(row, code)
    said = text_of(note, name="结果说明", field="note", most=NOTE_MOST)

    def apply(one: Inspection, made: Move, actor: Actor) -> None:
        one.state_at, one.result_code, one.result_note, one.proposed_by = now, found.id, said, user

    move(row, "submit", user=user, on=on, now=now, facts={"result_code": found.id}, apply=apply, reason=said)
    note_receipt(client_id, "submit", inspection=row, thing=row, user=user, now=now)
    return locked(row)


@transaction.atomic
def review(
    *,
    inspection: Inspection,
    approve: bool,
    code: str = "",
    note: str = "",
    user: User,
    on: date,
    now: datetime,
    client_id: str = "",
) -> Inspection:
    """Fix the result (as proposed, or `code` with a note why) or send it back; never by one of the two officers."""
    row = locked(inspection)
    earlier = already(client_id, "review", inspection=row, user=user, model=Inspection)
    if earlier is not None:
        return earlier
    said = text_of(note, name="审核意见", field="note", most=NOTE_MOST)
    changed = bool(approve and code and code != row.result_code)
    if changed and not said:
        raise Refused("改动检查组提出的结果须写明理由。", where={"field": "note"})
    chosen = code if changed else row.result_code

    def apply(one: Inspection, made: Move, actor: Actor) -> None:
        one.state_at, one.review_note = now, said
        if approve:
            one.reviewed_by, one.reviewed_at = user, now
            found = _checked_code(row, chosen)
            one.result_code, one.public_wording = found.id, found.wording or ""

    action = "fix_result" if approve else "send_back"
    facts: dict[str, object] = {"result_code": chosen, "reason": said}
    move(row, action, user=user, on=on, now=now, facts=facts, apply=apply, reason=said)
    note_receipt(client_id, "review", inspection=row, thing=row, user=user, now=now)
    return locked(row)


@transaction.atomic
def publish_result(*, inspection: Inspection, user: User, on: date, now: datetime, client_id: str = "") -> Inspection:
    """Publish the fixed result in its public wording; a code without wording is filed and told internally only."""
    row = locked(inspection)
    earlier = already(client_id, "publish", inspection=row, user=user, model=Inspection)
    if earlier is not None:
        return earlier
    if row.state == "fixed" and not row.public_wording:
        raise IllegalMove("这个结果没有公示用语，不对外公示，请选“归档”。")

    def apply(one: Inspection, made: Move, actor: Actor) -> None:
        one.state_at = one.published_at = now
        publicity.stop(one, on=on, actor=actor, now=now, outcome="met")

    move(row, "publish", user=user, on=on, now=now, facts={}, apply=apply)
    note_receipt(client_id, "publish", inspection=row, thing=row, user=user, now=now)
    return locked(row)


@transaction.atomic
def file_result(*, inspection: Inspection, user: User, on: date, now: datetime) -> Inspection:
    """File a fixed result that is not for publication (closed down, moved away, revoked)."""
    row = locked(inspection)
    if row.state == "fixed" and row.public_wording:
        raise IllegalMove("这个结果应当公示，不能只归档。")

    def apply(one: Inspection, made: Move, actor: Actor) -> None:
        one.state_at = now
        publicity.stop(one, on=on, actor=actor, now=now, outcome="stopped")

    move(row, "file", user=user, on=on, now=now, facts={}, apply=apply)
    return locked(row)
