"""Drawing reports on site and answering their trace step by step."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections import sampling, tracing
from hengjian.apps.inspections.models import Inspection, ReportSample, SampledReport
from hengjian.apps.inspections.services.writing import already, begin_writing, locked, note_receipt, tell, text_of
from hengjian.apps.inspections.storage import keep_text
from hengjian.apps.record.services import Actor
from hengjian.kernel.errors import Refused
from hengjian.law.inspecting import ReportWeights, report_weights
from hengjian.ui.wording import zh_date

WRITE_IN = ("on_site",)


@transaction.atomic
def sample_reports(
    *,
    inspection: Inspection,
    user: User,
    on: date,
    now: datetime,
    size: int | None = None,
    window_from: date | None = None,
    window_to: date | None = None,
    client_id: str = "",
    made_at: datetime | None = None,
    sent_at: datetime | None = None,
) -> ReportSample:
    """Freeze the list of reports, then draw `size` of them and trace each; earlier drawn ones are left out of the list.

    Two events: the list's hash with the salt's hash, then salt, seed and sample. Refused with a sentence when there is
    no report in the window or the size is out of range.
    """
    row = locked(inspection)
    earlier = already(client_id, "sample", inspection=row, user=user, model=ReportSample)
    if earlier is not None:
        return earlier
    writing = begin_writing(row, user=user, on=on, now=now, states=WRITE_IN, made_at=made_at, sent_at=sent_at)
    weights = report_weights(on)
    start, end = _window(weights, window_from, window_to, on=on)
    wanted = _size(row, weights, size)
    drawn_before = list(row.reports.values_list("report_id", flat=True))
    reports = sampling.reports_of(row.institution, start=start, end=end, on=on, weights=weights, without=drawn_before)
    _refuse_none(row, reports, start, end)
    kept = keep_text(sampling.list_bytes(reports))
    salt = secrets.token_bytes(32)
    draw_number, draw_hash = sampling.draw_behind(row)
    frozen = {"list_sha256": kept.sha256, "listed": len(reports), "salt_sha256": hashlib.sha256(salt).hexdigest()}
    tell(writing, "inspection.freeze_reports", row, frozen, now=now)
    seed = sampling.seed_for(salt=salt, number=row.number, list_sha256=kept.sha256, draw=draw_hash)
    sample = ReportSample(
        inspection=row,
        size=min(wanted, len(reports)),
        listed=len(reports),
        window_from=start,
        window_to=end,
        list_sha256=kept.sha256,
        list_path=kept.path,
        seed_source=_source_words(row, draw_number),
        salt=salt.hex(),
        seed=seed.hex(),
        by=user,
        **writing.timing.values(),
    )
    sample.full_clean()
    sample.save()
    _write_drawn(sample, reports, seed, on=on)
    drawn = list(sample.reports.values_list("report_id", flat=True))
    after = {"list_sha256": kept.sha256, "salt": sample.salt, "seed": sample.seed, "reports": drawn}
    tell(writing, "inspection.sample_reports", sample, after, now=now)
    note_receipt(client_id, "sample", inspection=row, thing=sample, user=user, now=now)
    return sample


def _refuse_none(row: Inspection, reports: list[sampling.Listed], start: date, end: date) -> None:
    if not reports:
        raise Refused(
            f"收下的报告台账里没有{row.institution.name}{zh_date(start)}至{zh_date(end)}签发的其他报告，无法抽取。"
            "请改签发日期的起止，或者现场调取报告登记簿。",
            where={"field": "window_from"},
        )


def _window(weights: ReportWeights, start: date | None, end: date | None, *, on: date) -> tuple[date, date]:
    last = end or on
    months = weights.window_months
    year, month = divmod(last.year * 12 + last.month - 1 - months, 12)
    first = start or date(year, month + 1, min(last.day, 28))
    if first > last:
        raise Refused("签发日期的起晚于止。", where={"field": "window_from"})
    return first, last


def _size(row: Inspection, weights: ReportWeights, size: int | None) -> int:
    wanted = weights.default_size if size is None else size
    left = weights.most - row.reports.count()
    if wanted < 1:
        raise Refused("至少抽 1 份报告。", where={"field": "size"})
    if wanted > left:
        raise Refused(f"一次检查最多抽 {weights.most} 份报告，还可以抽 {left} 份。", where={"field": "size"})
    return wanted


def _source_words(row: Inspection, draw_number: str) -> str:
    ground = f"、抽查 {draw_number} 的结果摘要值" if draw_number else ""
    return f"HMAC-SHA256(现场生成的盐值，任务编号 {row.number}、名单摘要值{ground})"


def _write_drawn(sample: ReportSample, reports: list[sampling.Listed], seed: bytes, *, on: date) -> None:
    by_key = {one.key: one for one in reports}
    ranked = sampling.order(seed, {one.key: one.weight for one in reports}, sample.size)[: sample.size]
    chosen = [by_key[one.id] for one in ranked]
    steps = tracing.trace(sample.inspection.institution, [one.report_id for one in chosen], on=on)
    for place, (one, listed) in enumerate(zip(ranked, chosen, strict=True), start=1):
        drawn = SampledReport(
            inspection=sample.inspection,
            sample=sample,
            report_id=listed.report_id,
            report_no=listed.report_no,
            issued_on=listed.issued_on,
            weight=listed.weight,
            pi=str(one.pi),
            ticket=one.ticket.hex(),
            rank=place,
            alerts=list(listed.alerts),
            traced={"steps": steps[listed.report_id], "answers": {}},
        )
        drawn.full_clean()
        drawn.save()


@transaction.atomic
def trace_report(
    *,
    inspection: Inspection,
    report_id: str,
    step: str,
    answer: str,
    note: str = "",
    user: User,
    on: date,
    now: datetime,
    client_id: str = "",
    made_at: datetime | None = None,
    sent_at: datetime | None = None,
    adopter: Actor | None = None,
) -> SampledReport:
    """Answer one step of a drawn report's trace with what was seen on site; a problem needs words."""
    row = locked(inspection)
    earlier = already(client_id, "trace", inspection=row, user=user, model=SampledReport)
    if earlier is not None:
        return earlier
    writing = begin_writing(
        row, user=user, on=on, now=now, states=WRITE_IN, made_at=made_at, sent_at=sent_at, adopter=adopter
    )
    drawn = row.reports.select_for_update().filter(report_id=report_id).first()
    if drawn is None:
        raise Refused("这份报告不在本次抽查的报告里。", where={"field": "report_id"})
    steps = {one["key"]: one for one in drawn.traced["steps"]}
    if step not in steps:
        raise Refused("没有这一溯源步骤。", where={"field": "step"})
    if answer not in tracing.ANSWERS:
        raise Refused("请选择现场相符、现场不符或者不适用。", where={"field": "answer"})
    label = steps[step]["label"]
    said = text_of(note, name=f"“{label}”现场看到的情况", field="note", most=2_000, needed=answer == "problem")
    timing = writing.timing
    told: dict[str, Any] = {
        "answer": answer,
        "note": said,
        "by": user.name,
        "made_at": timing.made_at.isoformat(),
        "at": timing.happened_at.isoformat(),
        "received_at": timing.received_at.isoformat(),
        "clock_flag": timing.clock_flag,
    }
    drawn.traced = {**drawn.traced, "answers": {**drawn.traced["answers"], step: told}}
    done = set(drawn.traced["answers"]) >= set(steps)
    drawn.traced_at = timing.happened_at if done else None
    drawn.full_clean()
    drawn.save()
    after = {"report": drawn.report_id, "step": step, **told}
    tell(writing, "inspection.trace", drawn, after, now=now)
    note_receipt(client_id, "trace", inspection=row, thing=drawn, user=user, now=now)
    return drawn
