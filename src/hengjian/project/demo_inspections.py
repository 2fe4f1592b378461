"""The demonstration's inspections: the targets of the county's draw, each at another step of the way."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hengjian.apps.accounts.models import User
    from hengjian.apps.draws.models import Draw
    from hengjian.apps.inspections.models import Inspection

LIMIT_DAYS = 20
STEPS = 40
"""Into how many moments the time of one visit is cut."""
ANSWERS = (
    ("CK-A1", "ok", "证书原件在有效期内，与发证机关公布的一致"),
    ("CK-A2", "ok", "营业执照、证书、报告抬头三处一致"),
    ("CK-B1", "ok", "任命文件与登记一致"),
    ("CK-B2", "ok", "抽三份报告，签字人在授权领域内"),
    ("CK-C1", "ok", "逐间核对，与平面图一致"),
    ("CK-D1", "ok", "购置凭证和使用记录齐全"),
    ("CK-E1", "ok", "从收样登记跟一个样到留样，编号一致"),
    ("CK-F1", "ok", "方法清单均现行有效"),
    ("CK-G1", "ok", "抽报告倒查到仪器原始文件"),
    ("CK-J4", "na", "近三年没有要求参加的项目"),
)
PROBLEMS = (
    (
        "CK-D2",
        "SUP-14.2",
        "一台主要仪器检定有效期届满后仍在使用：有效期止于三十天前，其间使用 12 次，不能提供其间的检定或者校准证书。",
        "unverifiable",
        "general",
        "order",
    ),
    (
        "CK-E4",
        "SUP-14.1",
        "样品处置没有审批记录：留样间清点三个样，两个在保存期满前已经处置，没有处置审批单。",
        "",
        "general",
        "corrected",
    ),
    (
        "CK-G3",
        "SUP-15.2",
        "检测数据修改没有留痕：审计日志显示管理员账号当日修改三份报告的结果，没有写修改理由。",
        "error",
        "serious",
        "follow_up",
    ),
)


@dataclass(frozen=True, slots=True)
class Party:
    """The people of one inspection and the moments between which it happens."""

    task: Inspection
    chief: User
    reviewer: User
    start: datetime
    end: datetime

    def at(self, step: int) -> datetime:
        """The moment of a step."""
        return self.start + (self.end - self.start) * step / STEPS

    def who(self, step: int, user: User | None = None) -> dict[str, Any]:
        """Task, person, day and moment for a service."""
        from django.utils import timezone

        now = self.at(step)
        return {"inspection": self.task, "user": user or self.task.lead, "on": timezone.localdate(now), "now": now}


def build(*, draw: Draw | None, people: Mapping[str, User], now: datetime) -> list[Inspection]:
    """Make the tasks of the draw's targets and carry them on: published, in review, record closed, on site, assigned.

    The last target stays without a task. Yesterday's visits have no drawn reports: the data came in today.
    """
    if draw is None or draw.published_at is None:
        return []
    from hengjian.apps.inspections.sources import open_targets

    units = open_targets(draw)
    chief = people["qingtong.section_chief"]
    reviewers = [people[f"qingtong.{role}"] for role in ("leader", "legal_reviewer", "section_chief")]
    carries = (_published, _in_review, _record_closed, _on_site, _assigned)
    return [
        _carried(carry, unit, draw=draw, chief=chief, reviewers=reviewers, now=now)
        for carry, unit in zip(carries, units[: len(carries)], strict=False)
    ]


def _carried(carry: Any, unit: Any, *, draw: Draw, chief: User, reviewers: Sequence[User], now: datetime) -> Inspection:
    from django.utils import timezone

    from hengjian.apps.inspections import services
    from hengjian.apps.inspections.models import Inspection

    local = timezone.localtime(now)
    midnight = local.replace(hour=0, minute=1, second=0, microsecond=0)
    yesterday = midnight.replace(hour=9) - timedelta(days=1)
    past = carry in (_published, _record_closed)
    start, end = (
        (yesterday, yesterday + timedelta(hours=4)) if past else (max(midnight, local - timedelta(hours=3)), local)
    )
    day = start.date() + timedelta(days=3 if carry is _assigned else 0)
    made = (draw.published_at or now) + timedelta(hours=11)
    made = min(made, start)
    task = services.create_from_draw(unit=unit, planned_on=day, user=chief, on=timezone.localdate(made), now=made)
    reviewer = next(one for one in reviewers if one.pk not in task.officer_ids)
    carry(Party(task=task, chief=chief, reviewer=reviewer, start=start, end=end))
    return Inspection.objects.get(pk=task.pk)


def _assigned(party: Party) -> None:
    """Nothing yet."""


def _arrived(party: Party) -> None:
    from hengjian.apps.inspections import services
    from hengjian.apps.inspections.codes import token_for

    task = party.task
    if task.kind == "notice":
        services.notify(**party.who(0, party.chief))
    token = token_for("institution", task.institution.uscc)
    site = task.institution.sites.exclude(lat=None).first()
    place = {"lat": site.lat + 0.0001, "lon": site.lon, "accuracy_m": 15.0} if site else {}
    for step, user in enumerate((task.lead, task.member), start=1):
        services.enter(method="institution", token=token, **place, **party.who(step, user))
    services.start_check(
        cards_shown=True, recusal_asked=True, present_name="毕清和", present_role="技术负责人", **party.who(3)
    )


def _answered(party: Party, problems: int) -> None:
    from hengjian.apps.inspections import services
    from hengjian.apps.inspections.checklist import checklist_of

    asked = {item.id for group in checklist_of(party.task) for item in group.items}
    for step, (item_id, answer, note) in enumerate(ANSWERS, start=4):
        if item_id in asked:
            user = party.task.lead if step % 2 else party.task.member
            services.answer_item(item_id=item_id, answer=answer, note=note, **party.who(step, user))
    for step, problem in enumerate(PROBLEMS[:problems], start=16):
        _found(party, problem, step)


def _found(party: Party, problem: tuple[str, ...], step: int) -> None:
    from hengjian.apps.inspections import services

    item_id, violation, text, effect, severity, handling = problem
    who = party.who(step)
    services.answer_item(item_id=item_id, answer="problem", note=text, **who)
    found = services.add_finding(
        item_id=item_id,
        violation_id=violation,
        text=text,
        conduct_on=who["on"] - timedelta(days=30),
        effect=effect,
        severity=severity,
        handling=handling,
        limit_on=who["on"] + timedelta(days=LIMIT_DAYS),
        **who,
    )
    services.attach(
        kind="photo",
        file_name=f"现场照片{step}.png",
        chunks=[picture(step)],
        caption=f"{item_id.removeprefix('CK-')} 现场照片",
        item_id=item_id,
        finding=found,
        **party.who(step + 1),
    )


def _sampled(party: Party) -> None:
    from hengjian.apps.inspections import services

    sample = services.sample_reports(size=4, **party.who(22))
    for report in list(sample.reports.order_by("rank"))[:2]:
        for step in report.traced["steps"]:
            bad = step["state"] == "contradiction"
            services.trace_report(
                report_id=report.report_id,
                step=step["key"],
                answer="problem" if bad else "ok",
                note=f"现场核对：{step['text']}" if bad else "",
                **party.who(24),
            )


def _closed(party: Party, *, refused: bool) -> None:
    from hengjian.apps.inspections import services

    signing = (
        {
            "signing": "refused",
            "refusal_reason": "对仪器检定问题有异议",
            "witness_name": "钟离见",
            "witness_role": "园区物业",
        }
        if refused
        else {"signing": "signed"}
    )
    if not refused:
        services.attach(
            kind="signature", file_name="被检查人签名.png", chunks=[picture(99)], caption="毕清和签名", **party.who(30)
        )
    services.record_statement(
        facts_found="出示执法证件并告知权利后，检查了样品室、仪器室、资料室，按检查清单逐项核对，情况见清单和登记的问题。",
        statement="对检查情况没有异议，登记的问题按期改正。" if not refused else "部分仪器已经送检，证书还没有取回。",
        **signing,
        **party.who(31),
    )
    services.finish_visit(**party.who(33))


def _published(party: Party) -> None:
    from hengjian.apps.inspections import services

    _arrived(party)
    _answered(party, 0)
    _closed(party, refused=False)
    services.submit_result(code="01", note="按清单检查，没有发现问题", **party.who(35))
    services.review(approve=True, note="笔录完整", **party.who(37, party.reviewer))
    services.publish_result(**party.who(39, party.chief))


def _in_review(party: Party) -> None:
    from hengjian.apps.inspections import services

    _arrived(party)
    _answered(party, 2)
    _sampled(party)
    _closed(party, refused=False)
    services.submit_result(code="09", note="一项当场改正，一项责令限期改正", **party.who(36))


def _record_closed(party: Party) -> None:
    _arrived(party)
    _answered(party, 3)
    _closed(party, refused=True)


def _on_site(party: Party) -> None:
    _arrived(party)
    _answered(party, 1)
    _sampled(party)


def picture(seed: int, *, width: int = 240, height: int = 160) -> bytes:
    """A small PNG: a plate on a grey ground, another one for every seed."""
    plate = (60 + seed * 37 % 120, 90 + seed * 53 % 100, 120 + seed * 29 % 100)
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            inside = 30 < x < width - 30 and 25 < y < height - 25
            line = inside and (y // 12 + seed) % 3 == 0 and x < 60 + (y * 7 + seed * 11) % 120
            rows += bytes((40, 40, 48) if line else plate if inside else (210, 214, 220))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts
