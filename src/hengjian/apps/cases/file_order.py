"""Which papers a file holds, and in which order: Article 78 names seven groups of the main, six of the side volume."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hengjian.apps.cases.models import Case, Evidence, Service
from hengjian.apps.documents.models import Document
from hengjian.law.paper import form

MAIN: dict[int, str] = {
    1: "立案审批表",
    2: "行政处罚决定书及送达回证",
    3: "对当事人制发的其他法律文书及送达回证",
    4: "证据材料",
    5: "听证笔录",
    6: "财物处理单据",
    7: "其他有关材料",
}
SIDE: dict[int, str] = {
    1: "案源材料",
    2: "调查终结报告",
    3: "审核意见",
    4: "听证报告",
    5: "结案审批表",
    6: "其他有关材料",
}
GROUPS: dict[str, tuple[str, int]] = {
    "PEN-7": ("main", 1),
    "PEN-45": ("main", 2),
    "PEN-46": ("main", 2),
    "PEN-40": ("main", 5),
    "PEN-24": ("main", 6),
    "PEN-26": ("main", 6),
    "PEN-27": ("main", 6),
    "PEN-28": ("main", 6),
    "PEN-52": ("main", 6),
    "PEN-1": ("side", 1),
    "PEN-35": ("side", 2),
    "PEN-36": ("side", 3),
    "PEN-41": ("side", 4),
    "PEN-53": ("side", 5),
}
EVIDENCE_FORMS = ("PEN-9", "PEN-11", "PEN-12", "PEN-14", "PEN-16", "PEN-29", "PEN-32", "PEN-38")
COVERS = ("PEN-54", "PEN-55", "PEN-56")
RECEIPT = "PEN-50"
TO_THE_POINT = {
    "PEN-7": "立案审批表",
    "PEN-35": "调查终结报告",
    "PEN-36": "审核意见",
    "PEN-53": "结案审批表",
}
"""Papers that Article 78 names one by one and that every case leaves which went that far."""
LAST = {"main": 7, "side": 6}


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of a file; `digest` is the SHA-256 of its bytes, of a piece of evidence that over its files."""

    volume: str
    group: int
    title: str
    number: str
    on: date | None
    pages: int
    digest: str
    document: Document | None
    kind: str = ""


def papers_of(case: Case) -> list[Paper]:
    """All papers in their order; a return receipt stands behind the paper that it proves."""
    rows = Document.objects.filter(thing_kind="cases.case", thing_id=str(case.pk), state="issued").order_by("pk")
    issued = [one for one in rows if one.form not in COVERS]
    proved = {one.receipt_id: one.document for one in Service.objects.filter(case=case).select_related("document")}
    keyed: list[tuple[tuple[int, int, int, int], Paper]] = []
    for one in issued:
        behind = proved.get(one.pk) if one.form == RECEIPT else None
        volume, group = group_of(behind or one)
        key = (0 if volume == "main" else 1, group, (behind or one).pk, 1 if behind else 0)
        keyed.append((key, _paper(one, volume, group)))
    for piece in Evidence.objects.filter(case=case).prefetch_related("files"):
        keyed.append(((0, 4, piece.ordinal, 2), _piece(piece)))
    return [paper for _, paper in sorted(keyed, key=lambda one: one[0])]


def missing_papers(case: Case, papers: Sequence[Paper]) -> list[str]:
    """What the file should hold by the steps that the case went, and does not."""
    kept = {one.kind for one in papers}
    reached = {"PEN-7", "PEN-53"} | ({"PEN-35", "PEN-36"} if case.reviews.exists() else set())
    return [title for form_id, title in TO_THE_POINT.items() if form_id in reached - kept]


def group_of(document: Document) -> tuple[str, int]:
    """Volume and group of a paper: by its form; papers to a party go to group 3, the rest by their form's volume."""
    if document.form in GROUPS:
        return GROUPS[document.form]
    if document.form in EVIDENCE_FORMS:
        return "main", 4
    known = form(document.form, document.issued_on or document.drawn_on)
    if known.volume == "side":
        return "side", LAST["side"]
    return "main", 3 if known.to or document.party else LAST["main"]


def group_label(volume: str, group: int) -> str:
    """The words of Article 78 for a group."""
    return (MAIN if volume == "main" else SIDE).get(group, "")


def _paper(one: Document, volume: str, group: int) -> Paper:
    title = f"{one.title}（{one.party}）" if one.party else one.title
    return Paper(volume, group, title, one.number, one.issued_on, one.pdf_pages or 1, _digest(one), one, one.form)


def _piece(piece: Evidence) -> Paper:
    digests = sorted(one.sha256 for one in piece.files.all()) or [piece.made_digest]
    whole = hashlib.sha256("\n".join(digests).encode()).hexdigest()
    title = f"{piece.name}（{piece.get_kind_display()}）"
    return Paper("main", 4, title, piece.number, piece.obtained_on, piece.pages or 1, whole, None, "evidence")


def _digest(one: Document) -> str:
    """Of the printed bytes; where nothing could be printed, of what is filled in."""
    return one.pdf_digest or one.word_digest or one.context_digest
