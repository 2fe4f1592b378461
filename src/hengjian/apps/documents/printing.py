"""Printing: a document's sheet from what it keeps, its bytes written once, and the comparison years later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from hengjian.apps.documents import keeping
from hengjian.apps.documents.composing import Sheet, Signed, compose
from hengjian.apps.documents.filling import digest
from hengjian.apps.documents.models import Document
from hengjian.apps.documents.numbering import lock_chain
from hengjian.apps.documents.typesetting import NO_PANGO, pages_of, pdf_of, renderer, template_digest
from hengjian.apps.documents.word import word_of
from hengjian.apps.record.services import SYSTEM, Actor, append_event
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.law.paper import Form, form, form_by_digest

PDF, WORD = "pdf", "docx"
MEDIA = {
    PDF: "application/pdf",
    WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def form_of(document: Document) -> Form:
    """The definition the document was drawn up by; a draft follows the one in force on its day."""
    known = form_by_digest(document.form, document.form_digest)
    if known is not None:
        return known
    if document.issued_on is None:
        return form(document.form, document.drawn_on)
    raise Refused(f"《{document.title}》制作时的式样已不在本程序中，只能下载当时保存的文件。")


def sheet_of(document: Document) -> Sheet:
    """The sheet as it is to be printed: from the kept facts, the number, the day and the confirmations."""
    if digest(document.context) != document.context_digest:
        raise Refused(f"《{document.title}》保存的填写内容与登记的摘要值不符，已停止排版；请系统管理员从备份恢复。")
    signed = tuple(
        Signed(one.place, one.name, timezone.localtime(one.at)) for one in document.confirmations.order_by("at", "pk")
    )
    return compose(
        form_of(document),
        json.loads(document.context),
        number=document.number,
        day=_day(document),
        signed=signed,
        draft=document.issued_on is None,
    )


def _day(document: Document) -> date:
    return document.issued_on or document.drawn_on


def print_document(pk: int, *, now: datetime, actor: Actor = SYSTEM) -> Document:
    """Typeset an issued document once and keep its bytes; a second call changes nothing.

    What is printed of an issued document never changes, so the type is set before any lock is taken. Without pango the
    Word file is kept and the PDF stays to be printed later.
    """
    document = Document.objects.select_related("organ").get(pk=pk)
    if document.issued_at is None:
        raise IllegalMove(f"《{document.title}》还是草稿，制作后才有可以送达的文件。")
    if document.pdf_digest and document.word_digest:
        return document
    sheet = sheet_of(document)
    word = document.word_digest or keeping.keep(word_of(sheet), WORD)
    pdf, pages = _pdf(sheet)
    with transaction.atomic():
        lock_chain()
        row = Document.objects.select_for_update(of=("self",)).select_related("organ").get(pk=pk)
        before = (row.word_digest, row.pdf_digest)
        row.word_digest = row.word_digest or word
        if pdf and not row.pdf_digest:
            row.pdf_digest, row.pdf_pages = pdf, pages
        if before == (row.word_digest, row.pdf_digest):
            return row
        row.renderer, row.template_digest = renderer(), template_digest()
        row.save()
        append_event(
            now=now,
            actor=actor,
            verb="document.print",
            thing=row,
            organ_path=row.organ_path,
            after={"pdf": row.pdf_digest, "word": row.word_digest, "context": row.context_digest},
        )
    return row


def _pdf(sheet: Sheet) -> tuple[str, int | None]:
    try:
        content = pdf_of(sheet)
    except Refused as refused:
        if refused.sentence != NO_PANGO:
            raise
        return "", None
    return keeping.keep(content, PDF), pages_of(content)


def bytes_of(document: Document, kind: str, *, now: datetime) -> bytes:
    """What was printed, re-hashed; a draft is typeset as a draft and not kept, an unprinted document is printed now."""
    if document.issued_at is None:
        return word_of(sheet_of(document)) if kind == WORD else pdf_of(sheet_of(document))
    if not (document.pdf_digest if kind == PDF else document.word_digest):
        document = print_document(document.pk, now=now)
    found = document.pdf_digest if kind == PDF else document.word_digest
    if not found:
        raise Refused(NO_PANGO)
    return keeping.kept(found, kind, title=document.title)


@dataclass(frozen=True, slots=True)
class Compared:
    """One file compared: what was kept, what comes out now."""

    kind: str
    kept: str
    now: str
    whole: bool

    @property
    def same(self) -> bool:
        """Whether it is reproduced to the byte and the kept file is unharmed."""
        return self.kept == self.now and self.whole


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a re-rendering found, in files and in a sentence."""

    files: tuple[Compared, ...]
    sentence: str

    @property
    def same(self) -> bool:
        """Whether everything is reproduced to the byte."""
        return all(one.same for one in self.files)


def compare(document: Document) -> Comparison:
    """Render an issued document again from what it keeps and compare with what was printed; changes nothing."""
    if not document.word_digest:
        raise IllegalMove(f"《{document.title}》还没有排版成文件，没有可以比对的内容。")
    sheet = sheet_of(document)
    files = [_compared(document, WORD, document.word_digest, word_of(sheet))]
    if document.pdf_digest:
        files.append(_compared(document, PDF, document.pdf_digest, pdf_of(sheet)))
    return Comparison(tuple(files), _found(document, tuple(files)))


def _compared(document: Document, kind: str, kept: str, content: bytes) -> Compared:
    try:
        keeping.kept(kept, kind, title=document.title)
    except Refused:
        return Compared(kind, kept, sha256(content).hexdigest(), whole=False)
    return Compared(kind, kept, sha256(content).hexdigest(), whole=True)


def _found(document: Document, files: tuple[Compared, ...]) -> str:
    if not all(one.whole for one in files):
        return "保存的文件缺失或者与制作时的摘要值不符，应当从备份恢复。"
    if all(one.same for one in files):
        return "按当时的式样和填写内容重新排版，与制作时逐字节一致。"
    if document.template_digest != template_digest():
        return "保存的文件完好；程序的版式在制作之后改过，重新排版与当时不同，以保存的文件为准。"
    if document.renderer != renderer():
        return f"保存的文件完好；排版程序由“{document.renderer}”换成“{renderer()}”，以保存的文件为准。"
    return "保存的文件完好；重新排版的结果不同，可能是系统字体变了，以保存的文件为准。"
