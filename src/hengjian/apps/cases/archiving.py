"""The file of a closed case: every paper in the order of Article 78, main and side volume, sealed with its digest.

What is sealed is never changed: corrections are supplementary notes, readings are logged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from hengjian.apps.accounts.models import User
from hengjian.apps.cases.acting import act_on
from hengjian.apps.cases.after_papers import issue_paper
from hengjian.apps.cases.after_procedures import FILE_ORDER
from hengjian.apps.cases.entering import day_of, one_of, text_of
from hengjian.apps.cases.file_order import Paper, missing_papers, papers_of
from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import ArchivedPaper, ArchiveNote, Case, CaseArchive, Retrieval
from hengjian.apps.cases.moving import move_case
from hengjian.apps.documents.models import Document
from hengjian.apps.documents.printing import print_document
from hengjian.apps.plans.numbering import next_number
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move
from hengjian.ui.wording import zh_date

LONGEST_YEARS = 100
VOLUMES = {"main": "正卷", "side": "副卷"}
READ = {"main": "正卷", "side": "副卷", "both": "正卷和副卷"}


@dataclass(frozen=True, slots=True)
class Sealing:
    """What is typed when a file is sealed."""

    keep_years: int | None
    box: str
    checked_by: str
    remarks: str = ""


@transaction.atomic
def archive_case(
    *, case: Case, entry: Sealing, user: User, now: datetime, today: date, seen: int | None = None
) -> CaseArchive:
    """Seal the file: contents fixed, pages counted, one digest over all; cover, contents and notes are issued."""
    values = _checked(entry)
    row, _ = act_on(case=case, user=user, code="case.archive", today=today, what="归档")
    _print_all(row, now=now)
    papers = papers_of(row)
    require_complete(row, papers, remarks=str(values["remarks"]))
    number = next_number("DA", today.year)
    volumes = {name: sum(one.pages for one in papers if one.volume == name) for name in VOLUMES}

    def apply(one: Case, move: Move, actor: Actor) -> None:
        made = CaseArchive(
            case=one,
            number=number,
            main_pages=volumes["main"],
            side_pages=volumes["side"],
            sealed_on=today,
            sealed_at=now,
            sealed_by=user,
            digest=digest_of(one.number, papers),
            **values,
        )
        made.full_clean(exclude=["case"])
        made.save()
        ArchivedPaper.objects.bulk_create(_rows(made, papers))

    done = move_case(
        case=row,
        action="archive",
        user=user,
        now=now,
        today=today,
        facts={"volumes": volumes, "number": number, "digest": digest_of(row.number, papers)},
        apply=apply,
        seen=seen,
    )
    archive = CaseArchive.objects.get(case=done)
    _issue_papers(archive, user=user, now=now, today=today)
    return archive


def require_complete(case: Case, papers: Sequence[Paper], *, remarks: str) -> None:
    """Nothing in draft, no seal over an empty main volume; what Article 78 names and is missing is explained."""
    drafts = Document.objects.filter(thing_kind="cases.case", thing_id=str(case.pk), state="draft")
    first = drafts.first()
    if first is not None:
        raise IllegalMove(
            f"还有 {drafts.count()} 份文书是草稿（如《{first.title}》），请先制作或者弃用再归档。", article=FILE_ORDER
        )
    if not any(one.volume == "main" for one in papers):
        raise IllegalMove("正卷里还没有一份文件，不能归档。", article=FILE_ORDER)
    missing = missing_papers(case, papers)
    if missing and not remarks.strip():
        names = "、".join(f"《{one}》" for one in missing)
        raise Refused(
            f"卷内缺少{names}：请先从“文书”制作，确实没有的在“备考”写明原因。",
            where={"field": "remarks"},
            article=FILE_ORDER,
        )


def require_closed(case: Case, attempt: Attempt) -> None:
    """Gate of `archive`: a file is sealed once."""
    if CaseArchive.objects.filter(case=case).exists():
        raise IllegalMove("案卷已经封卷，只能加补充说明。", article=FILE_ORDER)


def digest_of(case_number: str, papers: Sequence[Paper]) -> str:
    """SHA-256 over the case's number and every paper's volume, place, title, pages and digest, as canonical JSON."""
    lines = [[one.volume, n, one.title, one.pages, one.digest] for n, one in enumerate(papers, start=1)]
    plain = json.dumps([case_number, lines], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def verify_archive(archive: CaseArchive) -> list[str]:
    """What does not agree with the seal any more, in sentences; empty where every paper is as it was sealed."""
    wrong: list[str] = []
    kept = list(archive.papers.select_related("document").order_by("volume", "place"))
    papers = [
        Paper(one.volume, one.group, one.title, one.number, one.on, one.pages, one.digest, None, one.kind)
        for one in kept
    ]
    if digest_of(archive.case.number, papers) != archive.digest:
        wrong.append("卷内文件目录与封卷时的全卷摘要不符。")
    for one in kept:
        if one.document is not None and one.document.pdf_digest and one.document.pdf_digest != one.digest:
            wrong.append(f"《{one.title}》的摘要与封卷时不符。")
    return wrong


@transaction.atomic
def add_note(*, archive: CaseArchive, text: str, reason: str, user: User, now: datetime, today: date) -> ArchiveNote:
    """Add a supplementary note to a sealed file; the file itself stays as it is."""
    case, actor = act_on(case=archive.case, user=user, code="case.archive", today=today, what="补充说明")
    made = ArchiveNote(
        archive=archive,
        text=text_of(text, field="text", label="补充说明", most=5000),
        reason=text_of(reason, field="reason", label="理由", most=300),
        by=user,
        at=now,
    )
    made.full_clean()
    made.save()
    _event("archive.note", archive, case, actor, now, {"note": made.pk})
    return made


@transaction.atomic
def lend_file(
    *,
    archive: CaseArchive,
    reader: str,
    reader_body: str,
    purpose: str,
    volumes: str,
    approved_by: str,
    user: User,
    now: datetime,
    today: date,
) -> Retrieval:
    """Log that somebody reads the file; the side volume needs the name of who allowed it."""
    case, actor = act_on(case=archive.case, user=user, code="case.archive", today=today, what="登记案卷查阅")
    one_of(volumes, READ, field="volumes", label="卷别")
    made = Retrieval(
        archive=archive,
        reader=text_of(reader, field="reader", label="查阅人", most=80),
        reader_body=text_of(reader_body, field="reader_body", label="查阅人单位", most=120),
        purpose=text_of(purpose, field="purpose", label="查阅目的", most=300),
        volumes=volumes,
        approved_by=text_of(approved_by, field="approved_by", label="批准人", most=80),
        out_on=today,
        entered_by=user,
    )
    made.full_clean()
    made.save()
    _event("archive.lend", archive, case, actor, now, {"retrieval": made.pk, "volumes": volumes})
    return made


@transaction.atomic
def return_file(*, retrieval: Retrieval, on: date | None, user: User, now: datetime, today: date) -> Retrieval:
    """Log that the file came back."""
    case, actor = act_on(case=retrieval.archive.case, user=user, code="case.archive", today=today, what="登记案卷归还")
    row = Retrieval.objects.select_for_update(of=("self",)).get(pk=retrieval.pk)
    if row.back_on is not None:
        raise Refused(f"案卷已于{zh_date(row.back_on)}归还。")
    row.back_on = day_of(on, field="on", label="归还日期", today=today, first=row.out_on, first_label="查阅日期")
    row.save(update_fields=["back_on"])
    _event("archive.return", retrieval.archive, case, actor, now, {"retrieval": row.pk})
    return row


def _print_all(case: Case, *, now: datetime) -> None:
    """Typeset what was issued and never opened: only printed papers have pages and a digest."""
    rows = Document.objects.filter(thing_kind="cases.case", thing_id=str(case.pk), state="issued", word_digest="")
    for pk in rows.values_list("pk", flat=True):
        print_document(pk, now=now)


def _checked(entry: Sealing) -> dict[str, object]:
    years = entry.keep_years
    if years is None or not 1 <= years <= LONGEST_YEARS:
        raise Refused(f"保管期限须在 1 到 {LONGEST_YEARS} 年之间。", where={"field": "keep_years"}, article=FILE_ORDER)
    return {
        "keep_years": years,
        "box": text_of(entry.box, field="box", label="保管位置", most=80),
        "checked_by": text_of(entry.checked_by, field="checked_by", label="检查人", most=80),
        "remarks": text_of(entry.remarks, field="remarks", label="备考", most=2000, required=False),
    }


def _rows(archive: CaseArchive, papers: Sequence[Paper]) -> list[ArchivedPaper]:
    made: list[ArchivedPaper] = []
    pages = dict.fromkeys(VOLUMES, 1)
    for place, one in enumerate(papers, start=1):
        made.append(
            ArchivedPaper(
                archive=archive,
                volume=one.volume,
                place=place,
                group=one.group,
                title=one.title[:200],
                number=one.number[:80],
                on=one.on,
                first_page=pages[one.volume],
                pages=one.pages,
                document=one.document,
                digest=one.digest,
                kind=one.kind,
            )
        )
        pages[one.volume] += one.pages
    return made


def _issue_papers(archive: CaseArchive, *, user: User, now: datetime, today: date) -> None:
    case, actor = act_on(case=archive.case, user=user, code="case.archive", today=today, what="归档")
    rows = list(archive.papers.order_by("volume", "place"))
    lists = {
        name: [
            {
                "order": n,
                "number": one.number,
                "title": one.title,
                "on": one.on,
                "pages": f"{one.first_page}–{one.first_page + one.pages - 1}" if one.pages > 1 else str(one.first_page),
            }
            for n, one in enumerate([one for one in rows if one.volume == name], start=1)
        ]
        for name in VOLUMES
    }
    for volume, label in VOLUMES.items():
        facts = {
            "number": archive.number,
            "volume": label,
            "keep": f"{archive.keep_years}年",
            "pages": archive.main_pages if volume == "main" else archive.side_pages,
            "note": archive.remarks or "本卷材料齐全，无其他情况。",
            "keeper": user.name,
            "on": archive.sealed_on,
        }
        for form in ("PEN-54", "PEN-56"):
            issue_paper(form, case, None, actor=actor, now=now, today=today, about=archive, extra={"archive": facts})
    both = {"main": lists["main"], "side": lists["side"]}
    issue_paper("PEN-55", case, None, actor=actor, now=now, today=today, about=archive, extra={"archive": both})


def _event(verb: str, archive: CaseArchive, case: Case, actor: Actor, now: datetime, after: dict[str, object]) -> None:
    append_event(
        now=now, actor=actor, verb=verb, thing=archive, organ_path=case.organ_path, basis=FILE_ORDER, after=after
    )
