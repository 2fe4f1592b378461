"""Taking in what phones send: once each, rights asked anew, nothing lost whatever the answer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.rights import postings_on
from hengjian.apps.inspections import storage
from hengjian.apps.inspections.models import CheckAnswer, Inspection, OnSite
from hengjian.apps.inspections.phone import deciding
from hengjian.apps.inspections.phone.applying import Context, apply_entry, subject_of
from hengjian.apps.inspections.phone.models import PhoneCopy, PhoneEntry
from hengjian.apps.inspections.phone.parsing import Sent, read_entry, uuid_of
from hengjian.apps.inspections.phone_clock import earliest_of, time_of
from hengjian.apps.inspections.services import Conflict
from hengjian.apps.record.services import Actor, append_event
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed, Refused

TOO_EARLY = ("assigned", "notified", "entered")
NOT_YOURS = "没有检查任务 {task}，或者它没有交给过您。内容没有收下，仍在手机上。"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one entry: accepted, held, conflict (all kept here); waiting, refused (still on the phone)."""

    uuid: str
    state: str
    sentence: str = ""

    @property
    def as_json(self) -> dict[str, str]:
        """What the phone gets."""
        return {"uuid": self.uuid, "state": self.state, "sentence": self.sentence}


def take_batch(*, entries: Sequence[Any], sent_at: datetime, user: User, on: date, now: datetime) -> list[Outcome]:
    """Entries in their order. After one that has to wait, later ones of the same task wait too."""
    outcomes: list[Outcome] = []
    waiting: set[str] = set()
    for raw in entries:
        try:
            sent = read_entry(raw, sent_at=sent_at)
        except Refused as error:
            outcomes.append(Outcome(uuid_of(raw), "refused", error.sentence))
            continue
        if sent.task in waiting:
            outcomes.append(Outcome(sent.uuid, "waiting", "等前面的内容收下以后再传。"))
            continue
        outcome = take_entry(sent=sent, user=user, on=on, now=now)
        if outcome.state == "waiting":
            waiting.add(sent.task)
        outcomes.append(outcome)
    return outcomes


def take_entry(*, sent: Sent, user: User, on: date, now: datetime, file: Any = None) -> Outcome:
    """One entry: written, held for the chief, kept as a conflict, or answered with the sentence why it has to wait."""
    known = PhoneEntry.objects.filter(uuid=sent.uuid).first()
    if known is not None:
        if known.author_id != user.pk:
            return Outcome(sent.uuid, "refused", "这个离线编号已经用在另一个人的内容上，没有收下。")
        return Outcome(sent.uuid, _told(known), known.sentence)
    if sent.author != user.pk:
        return Outcome(sent.uuid, "refused", "这一条是另一个人写的，只能由本人登录后上传。")
    rows = Inspection.objects.select_related("organ", "institution", "lead", "member", "visit", "on_site")
    task = rows.filter(number=sent.task).first()
    if task is None or not _carries(user, task):
        return Outcome(sent.uuid, "refused", NOT_YOURS.format(task=sent.task))
    try:
        return _write(sent, Context(task, user, on, now, file))
    except DomainError as error:
        return _kept_or_told(sent, Context(task, user, on, now, file), error)
    except ValidationError as error:
        return Outcome(sent.uuid, "refused", f"内容不能写入：{'；'.join(error.messages)}")


def _told(entry: PhoneEntry) -> str:
    return {"adopted": "accepted", "set_aside": "held"}.get(entry.state, entry.state)


def _carries(user: User, task: Inspection) -> bool:
    return user.pk in task.officer_ids or PhoneCopy.objects.filter(inspection=task, user=user).exists()


@transaction.atomic
def _write(sent: Sent, context: Context) -> Outcome:
    if sent.kind == "close" and PhoneEntry.objects.filter(inspection=context.task, state="conflict").exists():
        return Outcome(sent.uuid, "waiting", "还有冲突没有选定，选定以后笔录自动闭合。")
    thing = deciding.choose_sent(sent, context) if sent.kind == "choose" else apply_entry(sent, context)
    entry = _row(sent, context, state="accepted")
    entry.sentence = entry.clock_sentence
    if isinstance(thing, OnSite | CheckAnswer):
        entry.made_version = thing.version
    entry.full_clean()
    entry.save()
    return Outcome(sent.uuid, "accepted", entry.sentence)


def _row(sent: Sent, context: Context, *, state: str) -> PhoneEntry:
    earliest = earliest_of(context.task, entering=sent.kind == "enter")
    timing = time_of(made_at=sent.made_at, sent_at=sent.sent_at, now=context.now, earliest=earliest)
    return PhoneEntry(
        uuid=sent.uuid,
        inspection=context.task,
        organ=context.task.organ,
        author=context.user,
        kind=sent.kind,
        subject=subject_of(sent),
        payload=sent.payload,
        base_version=sent.base_version,
        sent_at=sent.sent_at,
        state=state,
        **timing.values(),
    )


def _kept_or_told(sent: Sent, context: Context, error: DomainError) -> Outcome:
    task = Inspection.objects.get(pk=context.task.pk)
    if isinstance(error, Conflict):
        return _keep(sent, context, "conflict", error)
    if isinstance(error, NotAllowed):
        return _keep(sent, context, "held", error)
    if (
        sent.kind in ("enter", "begin", "choose")
        and isinstance(error, IllegalMove)
        and _already_done(sent, context, task)
    ):
        return _keep(sent, context, "accepted", error)
    early = task.state in TOO_EARLY
    if isinstance(error, IllegalMove):
        return Outcome(sent.uuid, "waiting", error.sentence) if early else _keep(sent, context, "held", error)
    if early and (error.where or {}).get("field") == "officers":
        sentence = f"{error.sentence}等对方的手机同步以后自动收下。"
        return Outcome(sent.uuid, "waiting", sentence)
    return Outcome(sent.uuid, "refused", error.sentence)


def _already_done(sent: Sent, context: Context, task: Inspection) -> bool:
    """Both officers may register the same step on their phones: the first one counts, the other is kept beside it."""
    if sent.kind == "choose":
        return True
    if sent.kind == "begin":
        return task.state == "on_site"
    return task.state in ("entered", "on_site") and task.entries.filter(by=context.user).exists()


@transaction.atomic
def _keep(sent: Sent, context: Context, state: str, error: DomainError) -> Outcome:
    entry = _row(sent, context, state=state)
    entry.sentence = _sentence(entry, state, error)
    if state == "conflict":
        entry.standing = standing_of(context.task, sent)
    if context.file is not None:
        try:
            kept = storage.store(
                kind=str(sent.payload.get("kind") or "photo"),
                file_name=str(sent.payload.get("file_name") or "")[:200],
                chunks=context.file.chunks(),
                declared_size=context.file.size,
                sha256=str(sent.payload.get("sha256") or "").lower(),
            )
        except Refused as refused:
            return Outcome(sent.uuid, "refused", refused.sentence)
        entry.file_path, entry.file_sha256 = kept.path, kept.sha256
    elif sent.kind == "photo" and state == "held":
        return Outcome(sent.uuid, "refused", "照片的内容没有一起传到，没有收下；照片仍在手机上，请重传。")
    entry.full_clean()
    entry.save()
    verb = {"held": "phone_entry.hold", "conflict": "phone_entry.collide", "accepted": "phone_entry.write"}[state]
    append_event(
        now=context.now,
        actor=author_actor(context.user, context.task, on=context.on),
        verb=verb,
        thing=entry,
        organ_path=entry.organ_path,
        reason=error.sentence,
        after={"kind": sent.kind, "subject": entry.subject, "made_at": sent.made_at, "payload": sent.payload},
    )
    return Outcome(sent.uuid, state, entry.sentence)


def _sentence(entry: PhoneEntry, state: str, error: DomainError) -> str:
    if state == "held":
        text = f"{error.sentence}这一条已存到服务器，由{entry.organ.short_name}的科长认领，没有丢。"
    elif state == "accepted":
        text = f"{error.sentence}以先登记的为准，您的登记也已留存。"
    else:
        text = error.sentence
    return text + entry.clock_sentence


def standing_of(task: Inspection, sent: Sent) -> dict[str, Any]:
    """What stands now where the entry collided, with its writer and moment."""
    if sent.kind == "answer":
        row = task.answers.select_related("by").get(item_id=sent.payload.get("item_id"))
        told = {"answer": row.answer, "note": row.note, "version": row.version}
        return told | {"by": row.by.name, "by_id": row.by_id, "at": row.happened_at.isoformat()}
    site = OnSite.objects.get(inspection=task)
    last = (
        PhoneEntry.objects.filter(inspection=task, kind="statement", made_version=site.version).order_by("-pk").first()
    )
    told = {"facts_found": site.facts_found, "statement": site.statement, "version": site.version}
    by = last.author.name if last else "另一名执法人员（电脑）"
    return told | {"by": by, "at": (last.happened_at if last else task.state_at).isoformat()}


def author_actor(user: User, task: Inspection, *, on: date) -> Actor:
    """The author as the record knows them, even where no post is left."""
    former = user.postings.select_related("organ").order_by("-valid_from")
    held = [*postings_on(user, on), *former[:1]]
    role, path = (held[0].role, held[0].organ.path) if held else (str(Role.OFFICER), task.organ_path)
    return Actor(id=str(user.pk), name=user.name, role=role, organ_path=path)


def note_copies(*, tasks: Sequence[Inspection], user: User, now: datetime) -> None:
    """Remember that these tasks now lie on the person's phone."""
    known = PhoneCopy.objects.filter(user=user, inspection__in=tasks)
    known.update(last_at=now)
    there = set(known.values_list("inspection_id", flat=True))
    fresh = [PhoneCopy(inspection=one, user=user, first_at=now, last_at=now) for one in tasks if one.pk not in there]
    PhoneCopy.objects.bulk_create(fresh, ignore_conflicts=True)
