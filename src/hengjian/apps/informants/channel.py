"""The two-way channel: an informant comes back with a code, reads, answers and adds files, and stays unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.informants import codes
from hengjian.apps.informants.files import Incoming, keep_files
from hengjian.apps.informants.limits import forget_attempts, note_attempt, refuse_locked
from hengjian.apps.informants.models import Channel, Informant, Message, SealedFile
from hengjian.apps.informants.services import seal_text
from hengjian.apps.informants.vault import open_vault, ready_vault, unseal_row
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import NotFound, Refused

TEXT_MOST = 5_000
JUST_NOW = timedelta(minutes=10)
UNKNOWN = "没有找到这个查询码。请核对 20 位查询码，字母不分大小写；查询码丢了不能补发，可以重新提交。"


@dataclass(frozen=True, slots=True)
class Told:
    """A message as one side reads it."""

    side: str
    at: datetime
    text: str
    by: str = ""
    files: Sequence[SealedFile] = field(default=())
    fresh: bool = False


def sender_of(organ: Organ) -> Actor:
    """Who the record says acted when an informant or complainant did: nobody in particular."""
    return Actor(id="citizen", name="群众", role="citizen", organ_path=organ.path)


@transaction.atomic
def open_channel(*, informant: Informant, now: datetime, form: str = "") -> str:
    """Open the informant's channel; answers the code, which is shown once and stored nowhere.

    `form` is the random mark of a form: sent twice, the second one is Refused here and nothing of it stays; the
    caller then finds the first by `sent_before`.
    """
    vault = ready_vault(now)
    code = codes.new_code(vault, form)
    marked = codes.form_digest(vault, form) if form else None
    try:
        with transaction.atomic():
            Channel.objects.create(
                informant=informant, code_digest=codes.code_digest(vault, code), form_digest=marked, opened_at=now
            )
    except IntegrityError as error:
        raise SentBefore("这份材料刚才已经提交过。") from error
    return code


class SentBefore(Refused):
    """The same form was taken in already."""


def sent_before(*, form: str) -> tuple[Channel, str] | None:
    """The channel that this form made, with its code; None for a form not sent yet."""
    vault = open_vault()
    found = (
        Channel.objects.filter(form_digest=codes.form_digest(vault, form)).select_related("informant__organ").first()
    )
    return (found, codes.new_code(vault, form)) if found else None


def enter(*, code: str, address: str, now: datetime) -> Channel:
    """The channel of a code. `limits.TooOften` while the address rests; NotFound for a wrong code, which is counted."""
    refuse_locked(kind="code", address=address, now=now)
    found = None
    if codes.plain(code):
        digest = codes.code_digest(ready_vault(now), code)
        found = Channel.objects.select_related("informant__organ").filter(code_digest=digest).first()
    if found is None:
        note_attempt(kind="code", address=address, now=now)
        raise NotFound(UNKNOWN, where={"field": "code"})
    forget_attempts(kind="code", address=address, now=now)
    return found


def visit(*, channel: Channel, now: datetime) -> None:
    """The informant has read what the organ wrote."""
    channel.messages.filter(side="organ", read_at__isnull=True).update(read_at=now)
    channel.visited_at = now
    channel.save(update_fields=["visited_at"])


@transaction.atomic
def post_message(
    *,
    channel: Channel,
    side: str,
    text: str,
    actor: Actor,
    now: datetime,
    by: User | None = None,
    files: Sequence[Incoming] = (),
    revealing: bool = False,
) -> Message:
    """Add one message (and files, from the informant); the event tells that, and not what, was written."""
    if not text.strip() and not files:
        raise Refused("请写内容，或者附上文件。", where={"field": "text"})
    if len(text) > TEXT_MOST:
        raise Refused(f"一次最多写 {TEXT_MOST} 字，现在是 {len(text)} 字。", where={"field": "text"})
    words = text.strip() or f"补充附件 {len(files)} 个。"
    kept = seal_text(informant=channel.informant, text=words, purpose="message", now=now)
    message = Message.objects.create(channel=channel, side=side, text=kept, by=by, at=now)
    if files:
        keep_files(informant=channel.informant, files=files, now=now, revealing=revealing, message=message)
    verb = "informant.hear" if side == "informant" else "informant.write"
    if side == "organ":
        note_read(channel=channel, now=now)
    append_event(
        now=now,
        actor=actor,
        verb=verb,
        thing=channel.informant,
        organ_path=channel.organ_path,
        after={"files": len(files)},
    )
    return message


def said_just_now(*, channel: Channel, text: str, files: int, now: datetime) -> bool:
    """Whether the informant's last message is this very one, sent a moment ago: one click that came twice."""
    last = channel.messages.filter(side="informant").select_related("text").last()
    if last is None or last.at < now - JUST_NOW or last.files.count() != files or not text.strip():
        return False
    return unseal_row(last.text, open_vault()).decode() == text.strip()


def note_read(*, channel: Channel, now: datetime) -> None:
    """The organ has read what the informant wrote."""
    channel.messages.filter(side="informant", read_at__isnull=True).update(read_at=now)


def _rows(channel: Channel) -> QuerySet[Message]:
    return channel.messages.select_related("text", "by").prefetch_related("files")


def own_messages(channel: Channel) -> list[Told]:
    """The conversation as its informant reads it, word for word; officials are not named, their organ is."""
    vault = open_vault()
    told = []
    for row in _rows(channel):
        text = unseal_row(row.text, vault).decode()
        by = channel.organ.name if row.side == "organ" else "我"
        told.append(Told(row.side, row.at, text, by, list(row.files.all()), row.side == "organ" and not row.read_at))
    return told


def messages(channel: Channel) -> list[Told]:
    """The conversation as officials read it: without what tells who the informant is."""
    return [
        Told(
            row.side,
            row.at,
            row.text.redacted,
            row.by.name if row.by else "举报人",
            list(row.files.all()),
            row.side == "informant" and not row.read_at,
        )
        for row in _rows(channel)
    ]


def unread(channels: QuerySet[Any]) -> int:
    """How many of the channels hold a message that nobody of the organ has read."""
    waiting = Message.objects.filter(side="informant", read_at__isnull=True, channel__in=channels)
    return waiting.values("channel_id").distinct().count()
