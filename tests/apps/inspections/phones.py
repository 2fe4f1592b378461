"""A phone for the tests: writes entries as the page does and sends them."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.inspections.models import Inspection
from hengjian.apps.inspections.phone.models import PhoneEntry
from hengjian.apps.inspections.phone.parsing import read_entry
from hengjian.apps.inspections.phone.syncing import Outcome, note_copies, take_batch, take_entry
from tests.apps.inspections.samples import JPEG, NOW

BEGIN = {"cards_shown": True, "recusal_asked": True, "recusal_answer": "不申请", "present_name": "毕清和"}


@dataclass
class Phone:
    """One officer's phone with one task; `ahead` is how far its clock is before the server's."""

    user: User
    task: Inspection
    ahead: timedelta = timedelta()
    kept: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        note_copies(tasks=[self.task], user=self.user, now=NOW)

    def write(self, kind: str, /, *, at: datetime = NOW, base: int | None = None, **payload: Any) -> dict[str, Any]:
        entry = {
            "uuid": str(uuid.uuid4()),
            "task": self.task.number,
            "kind": kind,
            "author": self.user.pk,
            "payload": payload,
            "base_version": base,
            "made_at": (at + self.ahead).isoformat(),
        }
        self.kept.append(entry)
        return entry

    def answer(
        self, item: str = "CK-A1", answer: str = "ok", note: str = "", base: int = 0, **more: Any
    ) -> dict[str, Any]:
        return self.write("answer", item_id=item, answer=answer, note=note, base=base, **more)

    def send(self, *entries: dict[str, Any], now: datetime = NOW, user: User | None = None) -> list[Outcome]:
        return take_batch(
            entries=list(entries) or self.kept,
            sent_at=now + self.ahead,
            user=_now(user or self.user),
            on=now.astimezone().date(),
            now=now,
        )

    def send_file(
        self, content: bytes = JPEG, *, now: datetime = NOW, name: str = "铭牌.jpg", **payload: Any
    ) -> Outcome:
        given = {"item_id": "CK-A1", "kind": "photo", "caption": "铭牌", "file_name": name, "size": len(content)}
        given["sha256"] = hashlib.sha256(content).hexdigest()
        entry = self.write("photo", **(given | payload))
        return self.send_again(entry, content, now=now, name=name)

    def send_again(
        self, entry: dict[str, Any], content: bytes, *, now: datetime = NOW, name: str = "铭牌.jpg"
    ) -> Outcome:
        sent = read_entry(entry, sent_at=now + self.ahead)
        file = SimpleUploadedFile(name, content)
        return take_entry(sent=sent, user=_now(self.user), on=now.astimezone().date(), now=now, file=file)


def _now(user: User) -> User:
    """The person as a new request sees them."""
    return User.objects.get(pk=user.pk)


def states(outcomes: list[Outcome]) -> list[str]:
    return [one.state for one in outcomes]


def held_in(organ: Organ) -> str:
    """The number of an entry that waits for the organ's chief, at any task of it."""
    task = Inspection.objects.filter(organ=organ).first()
    uuid_ = str(uuid.uuid4())
    PhoneEntry.objects.create(
        uuid=uuid_, inspection=task, organ=organ, author=task.lead, kind="answer", subject="CK-A1", state="held",
        payload={"item_id": "CK-A1", "answer": "ok", "note": "齐全"}, made_at=NOW, sent_at=NOW, received_at=NOW,
        happened_at=NOW, sentence="已调离。",
    )  # fmt: skip
    return uuid_
