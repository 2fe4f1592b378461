"""Handing in, reading, accepting. A file counts only once its row is committed: a crash leaves all or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Length

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import policy_of
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.intake import storage
from hengjian.apps.intake.first_look import look_at
from hengjian.apps.intake.models import RememberedMapping, Submission
from hengjian.apps.intake.procedures import SUBMISSION
from hengjian.apps.record.received import received
from hengjian.apps.record.services import Actor, append_event, perform
from hengjian.kernel.errors import IllegalMove, NotAllowed, Refused

LARGEST_FILE = 2 * 1024**3


def next_number(prefix: str, year: int) -> str:
    """The next free number of a year, such as `BS-2026-0012`; unique by the database, gaps are allowed."""
    start = f"{prefix}-{year}-"
    numbers = Submission.objects.filter(number__startswith=start)
    last = numbers.order_by(Length("number").desc(), "-number").values_list("number", flat=True).first()
    return f"{start}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def receive_file(
    *,
    chunks: Iterable[bytes],
    file_name: str,
    sender: str,
    organ: Organ,
    user: User,
    now: datetime,
    today: date,
    table: str = "",
    mapping: dict[str, Any] | None = None,
    queue: bool = True,
) -> tuple[Submission, bool]:
    """Store the bytes, open a submission and queue its reading; (submission, False) when the file was here before.

    Raises Refused for a file that is empty, too big, or plainly not a table.
    """
    posting = may(user, "intake.submit", organ, on=today)
    if posting is None:
        raise NotAllowed("您没有向该机关报送数据的权限。")
    file_name = Path(file_name.replace("\\", "/")).name[-200:]
    with received(chunks, storage.incoming_folder(), watch=lambda size: _check_size(size, file_name)) as file:
        if file.size == 0:
            raise Refused(f"文件“{file_name}”是空的。", where={"file": file_name})
        known = _known(organ, file.sha256)
        if known:
            return known, False
        look_at(file.path, file_name)
        file.settle(storage.original(file.sha256))
    values = {
        "organ": organ,
        "submitted_by": user,
        "sender": sender.strip()[:100] or organ.name,
        "file_name": file_name,
        "sha256": file.sha256,
        "size": file.size,
        "table": table,
        "received_at": now,
        "touched_at": now,
        "mapping": mapping or {},
    }
    for _ in range(5):
        try:
            return _open_submission(values, actor_for(user, posting), now, today.year, queue=queue), True
        except IntegrityError:
            # the same file, or the same number, came in from a second person at this very moment
            known = _known(organ, file.sha256)
            if known:
                return known, False
    raise Refused("许多文件正在同时报送，请再交一次。")


@transaction.atomic
def _open_submission(values: dict[str, Any], actor: Actor, now: datetime, year: int, *, queue: bool) -> Submission:
    submission = Submission.objects.create(number=next_number("BS", year), **values)
    append_event(
        now=now,
        actor=actor,
        verb="submission.receive",
        thing=submission,
        organ_path=submission.organ_path,
        after={name: getattr(submission, name) for name in ("number", "file_name", "sha256", "size", "sender")},
    )
    if queue:
        _queue_reading(submission.pk)
    return submission


def _known(organ: Organ, sha256: str) -> Submission | None:
    return Submission.objects.filter(organ=organ, sha256=sha256).exclude(state="withdrawn").first()


def _check_size(size: int, file_name: str) -> None:
    if size > LARGEST_FILE:
        raise Refused(f"文件“{file_name}”超过 {LARGEST_FILE // 1024**3} GB，请分成几份报送。")


def _queue_reading(pk: int) -> None:
    from hengjian.apps.intake.tasks import read_submission

    transaction.on_commit(lambda: read_submission.enqueue(pk))


def _queue_acceptance(pk: int) -> None:
    from hengjian.apps.intake.tasks import write_submission

    transaction.on_commit(lambda: write_submission.enqueue(pk))


@transaction.atomic
def reread(
    *,
    pk: int,
    user: User,
    now: datetime,
    today: date,
    mapping: dict[str, Any],
    table: str | None = None,
    queue: bool = True,
) -> Submission:
    """Read again with the mapping that a person confirmed or changed; `table` None keeps the one named before."""

    def apply(row: Submission, *_: Any) -> None:
        row.mapping, row.message, row.touched_at = mapping, "", now
        row.table = row.table if table is None else table
        row.done, row.total, row.cancel_requested, row.attempts, row.runner = 0, 0, False, 0, ""

    submission = perform(
        procedure=SUBMISSION,
        action="reread",
        thing=Submission,
        pk=pk,
        policy=policy_of(user, on=today),
        now=now,
        apply=apply,
    )
    if queue:
        _queue_reading(pk)
    return submission


@transaction.atomic
def request_acceptance(
    *, pk: int, user: User, now: datetime, today: date, remember: bool, seen: str = "", queue: bool = True
) -> Submission:
    """Order the acceptance of what the dry run showed; writing happens in the background.

    `seen` is the token of the dry run that the person looked at: another one in between is refused.
    """

    def apply(row: Submission, *_: Any) -> None:
        if seen and seen != row.preview.get("token"):
            raise IllegalMove("您打开页面以后又试运行过一次，结果可能变了。请再看一遍，再收下。")
        if not row.preview.get("new", 0) + row.preview.get("changed", 0):
            raise IllegalMove("试运行没有要写入的行。改好拒收的行再交，或修改列对应后重读。")
        row.done, row.total, row.cancel_requested, row.attempts, row.runner = 0, 0, False, 0, ""
        row.touched_at, row.accepted_by, row.message = now, user, ""

    submission = perform(
        procedure=SUBMISSION,
        action="accept",
        thing=Submission,
        pk=pk,
        policy=policy_of(user, on=today),
        now=now,
        apply=apply,
    )
    if remember:
        remember_mapping(submission=submission, user=user, now=now)
    if queue:
        _queue_acceptance(pk)
    return submission


@transaction.atomic
def withdraw(*, pk: int, user: User, now: datetime, today: date, reason: str) -> Submission:
    """Take a submission back before it is accepted; the original stays with its number."""
    submission = perform(
        procedure=SUBMISSION,
        action="withdraw",
        thing=Submission,
        pk=pk,
        policy=policy_of(user, on=today),
        now=now,
        reason=reason,
        apply=lambda row, *_: setattr(row, "cancel_requested", True),
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
        now=now,
        actor=actor_for(user, posting),
        verb="submission.cancel",
        thing=submission,
        organ_path=submission.organ_path,
    )


def remember_mapping(*, submission: Submission, user: User, now: datetime) -> RememberedMapping | None:
    """Keep the confirmed columns for this sender and these headers; an unchanged mapping only counts one more use."""
    signature = submission.preview.get("signature", "")
    if not signature or not submission.preview.get("mapping"):
        return None  # several tables at once have no one set of headers to remember
    known = RememberedMapping.objects.select_for_update().filter(
        organ=submission.organ, sender=submission.sender, signature=signature
    )
    latest = known.order_by("-version").first()
    mapping = submission.preview.get("mapping", {})
    if latest and latest.mapping == mapping:
        latest.used += 1
        latest.save(update_fields=["used"])
        return latest
    return RememberedMapping.objects.create(
        organ=submission.organ,
        sender=submission.sender,
        signature=signature,
        mapping=mapping,
        version=latest.version + 1 if latest else 1,
        used=1,
        confirmed_by=user,
        confirmed_at=now,
    )


def accept_from_command_line(
    *,
    path: Path,
    table: str | None,
    mapping: dict[str, Any] | None,
    organ: str | None,
    username: str | None,
    now: datetime,
    today: date,
) -> Submission:
    """Hand in and accept in one go; `organ` is a name, short name or area code, `username` who answers for it."""
    from hengjian.apps.intake import tasks

    user, target = _operator(username, organ, today)
    with path.open("rb") as stream:
        submission, fresh = receive_file(
            chunks=iter(lambda: stream.read(1 << 20), b""),
            file_name=path.name,
            sender="命令行",
            organ=target,
            user=user,
            now=now,
            today=today,
            table=table or "",
            mapping=mapping,
            queue=False,
        )
    if submission.state == "accepted":
        return submission
    if not fresh and submission.state in {"previewed", "failed"}:
        reread(
            pk=submission.pk,
            user=user,
            now=now,
            today=today,
            mapping=mapping or submission.mapping,
            table=table,
            queue=False,
        )
    tasks.read_now(submission.pk)
    submission.refresh_from_db()
    if submission.state != "previewed":
        raise Refused(submission.message or "这份文件正在另一处处理，稍后再试。")
    request_acceptance(pk=submission.pk, user=user, now=now, today=today, remember=False, queue=False)
    tasks.write_now(submission.pk)
    submission.refresh_from_db()
    if submission.state != "accepted":
        raise Refused(submission.message or "没有写成，什么都没有进库。")
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


@transaction.atomic
def note_download(*, pk: int, user: User, now: datetime, today: date) -> Submission:
    """Put on the record that a person took a copy of the original; raises NotAllowed without the right to it."""
    submission = Submission.objects.select_related("organ").get(pk=pk)
    posting = may(user, "intake.original", submission.organ, on=today)
    if posting is None:
        raise NotAllowed("您没有下载报送原件的权限。")
    append_event(
        now=now,
        actor=actor_for(user, posting),
        verb="submission.download",
        thing=submission,
        organ_path=submission.organ_path,
        after={"sha256": submission.sha256},
    )
    return submission


def forget_work(submission: Submission) -> None:
    """Remove the staged copies of a finished submission; original and lake files stay."""
    shutil.rmtree(storage.work_folder(submission), ignore_errors=True)
