"""Taking evidence into a case: registering it with its files, linking it to facts, excluding it with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.entering import day_of, one_of, refused, text_of
from hengjian.apps.cases.evidence_files import Incoming, Kept, keep_all
from hengjian.apps.cases.evidence_moving import COLLECTING, begin, cards_of, move_matter, next_ordinal, note_new
from hengjian.apps.cases.evidence_procedures import ELECTRONIC, EVIDENCE, EVIDENCE_RULE, EXCLUSIONS, KINDS, WAYS
from hengjian.apps.cases.models import Case, Contravention, Evidence, EvidenceFile, Hold
from hengjian.apps.record.services import append_event
from hengjian.kernel.transitions import Move

BY_OTHERS = ("adopted", "transferred", "commission")
"""Ways in which not this case's officers took it: usable by PEN-23, with where it comes from named."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What is typed when evidence is registered; see the model for the meaning."""

    kind: str
    name: str
    proves: str
    way: str
    obtained_on: date | None
    place: str
    carrier: str = "original"
    way_note: str = ""
    provider: str = ""
    pages: int | None = None
    officer_one: User | None = None
    officer_two: User | None = None
    copy_maker: str = ""
    copy_method: str = ""
    copied_on: date | None = None
    original_at: str = ""
    compared: bool = False
    e_method: str = ""
    e_tool: str = ""
    e_made_at: datetime | None = None
    e_maker: str = ""
    made_digest: str = ""
    witness: str = ""
    expert: str = ""
    source_label: str = ""
    contraventions: Sequence[Contravention] = field(default_factory=tuple)
    hold: Hold | None = None


@transaction.atomic
def register_evidence(
    *,
    case: Case,
    entry: Taken,
    files: Sequence[Incoming] = (),
    kept: Sequence[Kept] = (),
    user: User,
    now: datetime,
    today: date,
) -> Evidence:
    """Register one piece of evidence with its files (uploads, or `kept` by reference), under the next number.

    Refused with the sentence and the article: fewer than two officers, a certificate that had run out on that day, a
    copy without maker and method, electronic data without method, time, maker and digest, a file that is there already.
    """  # fmt: skip
    row, actor = begin(case=case, user=user, code="evidence.take", today=today, what="登记证据", article=EVIDENCE_RULE)
    found = _built(row, entry, user=user, now=now, today=today)
    stored = [*keep_all(files), *kept]
    _check_digest(found, stored)
    found.full_clean()
    found.save()
    found.contraventions.set(_of_case(row, entry.contraventions))
    _attach(found, stored, user=user, now=now)
    note_new(
        thing=found, verb="evidence.register", label=f"取得证据：{found.get_kind_display()}", user=user, actor=actor,
        now=now, today=today,
    )  # fmt: skip
    return found


def _built(case: Case, entry: Taken, *, user: User, now: datetime, today: date) -> Evidence:
    on = day_of(entry.obtained_on, field="obtained_on", label="取得日期", today=today)
    way = one_of(entry.way, WAYS, field="way", label="取得方式")
    one, two = ("", "")
    if way not in BY_OTHERS or entry.officer_one or entry.officer_two:
        one, two = cards_of(case, entry.officer_one, entry.officer_two, on=on)
    found = Evidence(
        case=case,
        ordinal=next_ordinal(case.evidence.all()),
        kind=one_of(entry.kind, KINDS, field="kind", label="证据种类"),
        name=text_of(entry.name, field="name", label="证据名称", most=200),
        proves=text_of(entry.proves, field="proves", label="证明事项", most=2_000),
        way=way,
        way_note=text_of(entry.way_note, field="way_note", label="取得情况", most=300, required=False),
        obtained_on=on,
        place=text_of(entry.place, field="place", label="取得地点", most=200),
        provider=text_of(entry.provider, field="provider", label="提供人", most=120, required=False),
        pages=entry.pages,
        officer_one=entry.officer_one,
        officer_two=entry.officer_two,
        card_one=one,
        card_two=two,
        carrier=one_of(entry.carrier, dict(Evidence.CARRIERS), field="carrier", label="载体"),
        source_label=text_of(
            entry.source_label, field="source_label", label="来源（移送机关、检查编号或者受托机构）", most=200,
            required=way in BY_OTHERS,
        ),
        hold=entry.hold,
        registered_by=user,
        registered_at=now,
    )  # fmt: skip
    _copied(found, entry, today)
    _electronic(found, entry, now)
    return found


def _copied(found: Evidence, entry: Taken, today: date) -> None:
    """A copy names who made it, how, when, and where the original is (PEN-26)."""
    needed = found.carrier == "copy" and found.way not in BY_OTHERS
    found.copy_maker = text_of(entry.copy_maker, field="copy_maker", label="复制人", most=120, required=needed)
    found.copy_method = text_of(entry.copy_method, field="copy_method", label="复制方法", most=200, required=needed)
    found.original_at = text_of(entry.original_at, field="original_at", label="原件存放处", most=200, required=needed)
    found.compared = entry.compared
    if found.carrier == "copy" and entry.copied_on is not None:
        found.copied_on = day_of(entry.copied_on, field="copied_on", label="复制日期", today=today)
    elif needed:
        found.copied_on = found.obtained_on


def _electronic(found: Evidence, entry: Taken, now: datetime) -> None:
    """Electronic data carry method, time, maker and digest; whose are missing cannot be checked later (PEN-26)."""
    needed = found.kind == "electronic" and found.way not in BY_OTHERS
    for name, label, most in (("e_method", "提取方法", 300), ("e_maker", "制作人", 120)):
        setattr(found, name, text_of(getattr(entry, name), field=name, label=label, most=most, required=needed))
    found.e_tool = text_of(entry.e_tool, field="e_tool", label="提取工具", most=120, required=False)
    found.witness = text_of(entry.witness, field="witness", label="见证人", most=120, required=False)
    found.expert = text_of(entry.expert, field="expert", label="协助的专业人员", most=120, required=False)
    digest = entry.made_digest.strip().lower().replace(" ", "")
    if needed and entry.e_made_at is None:
        raise refused("e_made_at", "电子数据须注明提取时间，请填写。", ELECTRONIC)
    if entry.e_made_at is not None and entry.e_made_at > now:
        raise refused("e_made_at", "提取时间还没有到，不能预先填写。", ELECTRONIC)
    if needed and not digest:
        raise refused("made_digest", "电子数据须有提取时计算的完整性校验值（SHA-256），请填写。", ELECTRONIC)
    if digest and (len(digest) != 64 or any(char not in "0123456789abcdef" for char in digest)):
        raise refused("made_digest", "完整性校验值须是 64 位十六进制的 SHA-256 值，请核对提取笔录。", ELECTRONIC)
    if found.kind == "electronic":
        found.e_made_at, found.made_digest = entry.e_made_at, digest


def _check_digest(found: Evidence, stored: Sequence[Kept]) -> None:
    """Electronic data with files: one of the files is what the digest was computed of."""
    if found.made_digest and stored and all(one.sha256 != found.made_digest for one in stored):
        raise refused(
            "made_digest",
            f"上传的文件没有一个与提取时的校验值 {found.made_digest[:8]}… 相符（上传的是 {stored[0].sha256[:8]}…），"
            "没有收下；请核对是不是提取的那一份。",
            ELECTRONIC,
        )


def _of_case(case: Case, rows: Sequence[Contravention]) -> list[Contravention]:
    if any(one.case_id != case.pk for one in rows):
        raise refused("contraventions", "所选的违法事实不属于本案。")
    return list(rows)


def _attach(evidence: Evidence, stored: Sequence[Kept], *, user: User, now: datetime) -> list[EvidenceFile]:
    made = []
    for one in stored:
        there = EvidenceFile.objects.select_related("evidence").filter(case=evidence.case, sha256=one.sha256).first()
        if there is not None and there.evidence_id == evidence.pk:
            continue
        if there is not None:
            raise refused(
                "files",
                f"“{one.name}”与 {there.evidence.number} 的“{there.name}”是同一份文件（摘要值相同），不重复登记；"
                f"请在 {there.evidence.number} 中补充证明事项。",
            )
        file = EvidenceFile(
            case=evidence.case, evidence=evidence, name=one.name, media_type=one.media_type, size=one.size,
            sha256=one.sha256, origin=one.origin, origin_id=one.origin_id, origin_label=one.origin_label[:200],
            by=user, at=now,
        )  # fmt: skip
        file.full_clean()
        file.save()
        made.append(file)
    return made


@transaction.atomic
def add_files(
    *, evidence: Evidence, files: Sequence[Incoming], user: User, now: datetime, today: date
) -> list[EvidenceFile]:
    """Add files to evidence that is on the file; what it already has is not added again."""
    _, actor = act_on(
        case=evidence.case, user=user, code="evidence.take", today=today, what="补充证据文件", states=COLLECTING
    )
    if not files:
        raise refused("files", "请选择要上传的文件。")
    made = _attach(evidence, keep_all(files), user=user, now=now)
    for one in made:
        append_event(
            now=now, actor=actor, verb="evidence.add_file", thing=one, organ_path=one.organ_path,
            after={"evidence": evidence.number, "sha256": one.sha256, "size": one.size},
        )  # fmt: skip
    return made


@transaction.atomic
def link_contraventions(
    *, evidence: Evidence, contraventions: Sequence[Contravention], user: User, now: datetime, today: date
) -> Evidence:
    """Say which contraventions the evidence proves."""
    row, actor = act_on(
        case=evidence.case, user=user, code="evidence.take", today=today, what="关联违法事实", states=COLLECTING
    )
    before = sorted(evidence.contraventions.values_list("pk", flat=True))
    evidence.contraventions.set(_of_case(row, contraventions))
    append_event(
        now=now, actor=actor, verb="evidence.link", thing=evidence, organ_path=evidence.organ_path,
        before={"contraventions": before}, after={"contraventions": sorted(one.pk for one in contraventions)},
    )  # fmt: skip
    return evidence


@transaction.atomic
def exclude_evidence(
    *, evidence: Evidence, user: User, now: datetime, today: date, ground: str, reason: str, seen: str = ""
) -> Evidence:
    """Exclude it, with the ground and the reason: it stays on the file and proves nothing any more."""
    said = text_of(reason, field="reason", label="理由", most=500)
    one_of(ground, EXCLUSIONS, field="ground", label="排除情形")

    def apply(row: Evidence, move: Move, actor: Any) -> None:
        row.exclusion, row.reason, row.judged_by = ground, said, user

    facts = {"ground": ground, "reason": said}
    return _moved(evidence, "exclude", user, now, today, facts, apply, seen)


@transaction.atomic
def readmit_evidence(
    *, evidence: Evidence, user: User, now: datetime, today: date, reason: str, seen: str = ""
) -> Evidence:
    """Use it again; not by who excluded it."""
    said = text_of(reason, field="reason", label="理由", most=500)

    def apply(row: Evidence, move: Move, actor: Any) -> None:
        row.exclusion, row.reason, row.judged_by = "", said, user

    return _moved(evidence, "readmit", user, now, today, {"reason": said}, apply, seen)


def _moved(
    evidence: Evidence,
    action: str,
    user: User,
    now: datetime,
    today: date,
    facts: dict[str, Any],
    apply: Any,
    seen: str,
) -> Evidence:
    moved: Evidence = move_matter(
        procedure=EVIDENCE, thing=evidence, action=action, user=user, now=now, today=today, facts=facts,
        reason=facts["reason"], apply=apply, seen=seen, states=COLLECTING,
        took_part=lambda row, move: (str(row.judged_by_id),) if row.judged_by_id else (),
    )  # fmt: skip
    return moved
