"""Handing in, reading, accepting. A file counts only once its row is committed: a crash leaves all or nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.intake import storage
from hengjian.apps.intake.models import RememberedMapping, Submission
from hengjian.apps.intake.procedures import SUBMISSION
from hengjian.apps.record.services import append_event, perform
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused

LARGEST_FILE = 2 * 1024**3


def next_number(prefix: str, year: int) -> str:
    """The next free number of a year, such as `BS-2026-0012`; unique by the database, gaps are allowed."""
    start = f"{prefix}-{year}-"
    last = Submission.objects.filter(number__startswith=start).aggregate(last=Max("number"))["last"]
    return f"{start}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def receive_file(
    *, chunks: Iterable[bytes], file_name: str, sender: str, organ: Organ, user: User, now: datetime, today: date,
    table: str = "",
) -> tuple[Submission, bool]:
    """Store the bytes, open a submission and queue its reading; (submission, False) when the file was here before."""
    posting = may(user, "intake.submit", organ, on=today)
    if posting is None:
        raise NotAllowed("您没有向该机关报送数据的权限。")
    folder = storage.incoming_folder()
    sha256, size, part = _store(chunks, folder)
    if size == 0:
        part.unlink()
        raise Refused(f"文件“{file_name}”是空的。", where={"file": file_name})
    try:
        with transaction.atomic():
            known = Submission.objects.filter(organ=organ, sha256=sha256).exclude(state="withdrawn").first()
            if known:
                part.unlink()
                return known, False
            os.replace(part, storage.original(sha256))
            submission = Submission.objects.create(
                number=next_number("BS", today.year), organ=organ, submitted_by=user, sender=sender.strip()[:100] or organ.name,
                file_name=Path(file_name).name[:200], sha256=sha256, size=size, table=table, received_at=now, touched_at=now,
            )
            append_event(
                now=now, actor=actor_for(user, posting), verb="submission.receive", thing=submission, organ_path=organ.path,
                after={"file": submission.file_name, "sha256": sha256, "size": size, "sender": submission.sender},
            )
            _queue_reading(submission.pk)
    except IntegrityError:
        # the same file, or the same number, came in from a second person at this very moment
        return receive_again(sha256=sha256, organ=organ)
    return submission, True


def receive_again(*, sha256: str, organ: Organ) -> tuple[Submission, bool]:
    """The submission that won when one file was handed in twice at the same moment."""
    known = Submission.objects.filter(organ=organ, sha256=sha256).exclude(state="withdrawn").first()
    if known is None:
        raise Refused("另一份文件正在同时报送，请再交一次。")
    return known, False


def _store(chunks: Iterable[bytes], folder: Path) -> tuple[str, int, Path]:
    digest, size = hashlib.sha256(), 0
    part = folder / f"{os.getpid()}-{os.urandom(8).hex()}.part"
    with part.open("wb") as stream:
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST_FILE:
                stream.close()
                part.unlink()
                raise Refused(f"文件超过 {LARGEST_FILE // 1024**3} GB，请分成几份报送。")
            digest.update(chunk)
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    return digest.hexdigest(), size, part


def _queue_reading(pk: int) -> None:
    from hengjian.apps.intake.tasks import read_submission

    transaction.on_commit(lambda: read_submission.enqueue(pk))


def _queue_acceptance(pk: int, user_id: int) -> None:
    from hengjian.apps.intake.tasks import write_submission

    transaction.on_commit(lambda: write_submission.enqueue(pk, user_id))


@transaction.atomic
def reread(*, pk: int, user: User, now: datetime, today: date, mapping: dict[str, Any], table: str = "") -> Submission:
    """Read again with the mapping that a person confirmed or changed."""

    def apply(row: Submission, *_: Any) -> None:
        row.mapping, row.message, row.done, row.total, row.cancel_requested = mapping, "", 0, 0, False
        row.table, row.touched_at = table or row.table, now

    submission = perform(
        procedure=SUBMISSION, action="reread", thing=Submission, pk=pk, policy=policy_of(user, on=today), now=now,
        apply=apply,
    )
    _queue_reading(pk)
    return submission


@transaction.atomic
def request_acceptance(*, pk: int, user: User, now: datetime, today: date, remember: bool) -> Submission:
    """Order the acceptance of what the dry run showed; writing happens in the background."""

    def apply(row: Submission, *_: Any) -> None:
        if not row.preview.get("accepted"):
            raise IllegalMove("试运行没有可以收下的行。改好拒收的行再交，或修改列对应后重读。")
        row.done, row.total, row.cancel_requested, row.touched_at, row.accepted_by = 0, 0, False, now, user

    submission = perform(
        procedure=SUBMISSION, action="accept", thing=Submission, pk=pk, policy=policy_of(user, on=today), now=now,
        apply=apply,
    )
    if remember:
        remember_mapping(submission=submission, user=user, now=now)
    _queue_acceptance(pk, user.pk)
    return submission


@transaction.atomic
def withdraw(*, pk: int, user: User, now: datetime, today: date, reason: str) -> Submission:
    """Take a submission back before it is accepted; the original stays with its number."""
    submission = perform(
        procedure=SUBMISSION, action="withdraw", thing=Submission, pk=pk, policy=policy_of(user, on=today), now=now,
        reason=reason, apply=lambda row, *_: setattr(row, "cancel_requested", True),
    )
    transaction.on_commit(lambda: shutil.rmtree(storage.work_folder(submission), ignore_errors=True))
    return submission


@transaction.atomic
def request_cancel(*, pk: int, user: User, now: datetime, today: date) -> None:
    """Ask the running task to stop; what is not committed by then is never written."""
    submission = Submission.objects.select_for_update(of=("self",)).select_related("organ").get(pk=pk)
    posting = may(user, "intake.submit", submission.organ, on=today)
    if posting is None:
        raise NotAllowed("您没有取消这份报送的权限。")
    if submission.state not in {"received", "reading", "accepting"}:
        raise IllegalMove("这份报送没有正在进行的处理。")
    submission.cancel_requested = True
    submission.save(update_fields=["cancel_requested"])
    append_event(
        now=now, actor=actor_for(user, posting), verb="submission.cancel", thing=submission, organ_path=submission.organ_path
    )


def remember_mapping(*, submission: Submission, user: User, now: datetime) -> RememberedMapping:
    """Keep the confirmed columns for this sender and these headers; an unchanged mapping only counts one more use."""
    signature = submission.preview.get("signature", "")
    if not signature:
        raise Refused("这份文件没有可以记住的表头。")
    known = RememberedMapping.objects.select_for_update().filter(
        organ=submission.organ, sender=submission.sender, signature=signature
    )
    latest = known.order_by("-version").first()
    mapping = submission.preview["mapping"]
    if latest and latest.mapping == mapping:
        latest.used += 1
        latest.save(update_fields=["used"])
        return latest
    return RememberedMapping.objects.create(
        organ=submission.organ, sender=submission.sender, signature=signature, mapping=mapping,
        version=latest.version + 1 if latest else 1, used=1, confirmed_by=user, confirmed_at=now,
    )


def accept_from_command_line(
    *, path: Path, table: str | None, mapping: dict[str, Any] | None, organ: str | None, username: str | None,
    now: datetime, today: date,
) -> Submission:
    """Hand in and accept in one go; `organ` is a name, short name or area code, `username` who answers for it."""
    from hengjian.apps.intake import tasks

    user, target = _operator(username, organ, today)
    with path.open("rb") as stream:
        submission, fresh = receive_file(
            chunks=iter(lambda: stream.read(1 << 20), b""), file_name=path.name, sender="命令行", organ=target, user=user,
            now=now, today=today, table=table or "",
        )
    if not fresh and submission.state == "accepted":
        return submission
    if mapping:
        Submission.objects.filter(pk=submission.pk).update(mapping=mapping)
    tasks.read_now(submission.pk)
    submission.refresh_from_db()
    if submission.state != "previewed":
        raise Refused(submission.message or "文件没有读成。")
    request_acceptance(pk=submission.pk, user=user, now=now, today=today, remember=False)
    tasks.write_now(submission.pk, user.pk)
    submission.refresh_from_db()
    return submission


def _operator(username: str | None, organ: str | None, today: date) -> tuple[User, Organ]:
    from hengjian.apps.accounts.rights import granting

    if not username:
        raise Refused("写入数据要写明经办人：--as 用户名（--dry-run 只试运行，不需要）。")
    user = User.objects.filter(username=username).first()
    if user is None:
        raise Refused(f"没有用户“{username}”。")
    organs = [posting.organ for posting in granting(user, "intake.accept", today)]
    if organ:
        organs = [o for o in organs if organ in {o.name, o.short_name, o.area_code}]
    if not organs:
        raise NotAllowed(f"用户“{username}”没有为该机关收下数据的权限。")
    return user, organs[0]


def forget_work(submission: Submission) -> None:
    """Remove the staged copies of a finished submission; original and lake files stay."""
    shutil.rmtree(storage.work_folder(submission), ignore_errors=True)


def demo_range_allowed() -> bool:
    """Whether codes of the fictional range 9901xx are taken here."""
    return bool(settings.DEMO)
