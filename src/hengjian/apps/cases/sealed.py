"""The sealed file against its bytes: every printed paper and every file of evidence is read and hashed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from hengjian.apps.cases.evidence_files import open_file
from hengjian.apps.cases.models import CaseArchive, Evidence
from hengjian.apps.documents.printing import PDF, bytes_of
from hengjian.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class Reading:
    """How many files were read again, and what is wrong with them, in sentences."""

    read: int
    wrong: tuple[str, ...]


def read_again(archive: CaseArchive, *, now: datetime, today: date) -> Reading:
    """Read the bytes of everything in the file; a paper that was never printed is not counted as read."""
    read, wrong = 0, []
    for paper in archive.papers.select_related("document"):
        document = paper.document
        if document is None or not document.pdf_digest:
            continue
        read += 1
        try:
            bytes_of(document, PDF, now=now)
        except DomainError as error:
            wrong.append(f"《{paper.title}》：{error.sentence}")
    pieces = Evidence.objects.filter(case=archive.case).prefetch_related("files")
    for piece in pieces:
        for file in piece.files.all():
            read += 1
            try:
                open_file(file, on=today)
            except DomainError as error:
                wrong.append(f"证据 {piece.number}：{error.sentence}")
    return Reading(read, tuple(wrong))
