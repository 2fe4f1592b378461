"""Writing organs, people and what they share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models, transaction

from hengjian.apps.accounts.models import Avoidance, Level, Organ, Posting, Role, Share, User
from hengjian.apps.record.services import Actor, append_event, changed_fields, snapshot
from hengjian.kernel.errors import Refused

ORDER = [level.value for level in Level]


def _refuse(error: ValidationError) -> Refused:
    return Refused("；".join(error.messages))


@transaction.atomic
def create_organ(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    short_name: str,
    level: str,
    area_code: str,
    parent: Organ | None,
    valid_from: date,
) -> Organ:
    """Add an organ below its parent; the level must be lower than the parent's."""
    if parent is None and Organ.objects.filter(parent=None).exists():
        raise Refused("最高机关只能有一个，请选择上级机关。")
    if parent is not None and ORDER.index(level) <= ORDER.index(parent.level):
        raise Refused(f"{Level(level).label}机关不能设在{Level(parent.level).label}机关之下。")
    if not area_code.isdigit() or len(area_code) not in (6, 9, 12):
        raise Refused(f"行政区划代码“{area_code}”应为 6、9 或 12 位数字。")
    organ = Organ(
        name=name, short_name=short_name, level=level, area_code=area_code, parent=parent, valid_from=valid_from
    )
    try:
        organ.full_clean()
    except ValidationError as error:
        raise _refuse(error) from error
    organ.save()
    organ.path = f"{parent.path if parent else '/'}{organ.pk}/"
    organ.save(update_fields=["path"])
    append_event(now=now, actor=actor, verb="organ.create", thing=organ, after=snapshot(organ))
    return organ


@transaction.atomic
def create_user(
    *,
    actor: Actor,
    now: datetime,
    username: str,
    name: str,
    password: str | None,
    phone: str = "",
    organ_path: str | None = None,
) -> User:
    """Add a person; the password never reaches the record. None: the person cannot sign in until one is set."""
    user = User(username=username, name=name, phone=phone)
    try:
        if password is not None:
            validate_password(password, user)
        user.set_password(password)
        user.full_clean()
    except ValidationError as error:
        raise _refuse(error) from error
    user.save()
    append_event(
        now=now,
        actor=actor,
        verb="user.create",
        thing=user,
        organ_path=organ_path,
        after={"username": username, "name": name},
    )
    return user


@transaction.atomic
def create_posting(
    *,
    actor: Actor,
    now: datetime,
    user: User,
    organ: Organ,
    role: str,
    valid_from: date,
    valid_to: date | None = None,
    title: str = "",
    enforcement_no: str = "",
    enforcement_valid_to: date | None = None,
    fields: Sequence[str] = (),
    institution_id: str = "",
) -> Posting:
    """Give a person a role in an organ from a day on."""
    if role == Role.INSTITUTION_USER and not institution_id:
        raise Refused("机构用户必须填写所属机构的统一社会信用代码。")
    if valid_to and valid_to < valid_from:
        raise Refused("任职止日期早于任职起日期。")
    same = Posting.objects.filter(user=user, organ=organ, role=role)
    if any(_overlap(one, valid_from, valid_to) for one in same):
        raise Refused(f"{user.name}在这段时间已有“{Role(role).label}”的任职。")
    posting = Posting(
        user=user,
        organ=organ,
        role=role,
        title=title,
        enforcement_no=enforcement_no,
        enforcement_valid_to=enforcement_valid_to,
        fields=list(fields),
        institution_id=institution_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    try:
        posting.full_clean()
    except ValidationError as error:
        raise _refuse(error) from error
    posting.save()
    append_event(
        now=now, actor=actor, verb="posting.create", thing=posting, organ_path=organ.path, after=snapshot(posting)
    )
    return posting


def _overlap(posting: Posting, first: date, last: date | None) -> bool:
    return (last is None or posting.valid_from <= last) and (posting.valid_to is None or posting.valid_to >= first)


@transaction.atomic
def end_posting(*, actor: Actor, now: datetime, posting_id: int, last_day: date, reason: str) -> Posting:
    """End a role; the row stays, so that what was done under it can still be read."""
    posting = Posting.objects.select_for_update(of=("self",)).select_related("organ", "user").get(pk=posting_id)
    if last_day < posting.valid_from:
        raise Refused("任职止日期早于任职起日期。")
    if not reason.strip():
        raise Refused("请写明免去该角色的原因。")
    before = snapshot(posting)
    posting.valid_to = last_day
    posting.save(update_fields=["valid_to"])
    old, new = changed_fields(before, snapshot(posting))
    append_event(
        now=now,
        actor=actor,
        verb="posting.end",
        thing=posting,
        organ_path=posting.organ.path,
        reason=reason,
        before=old,
        after=new,
    )
    return posting


@transaction.atomic
def set_active(*, actor: Actor, now: datetime, user_id: int, active: bool, reason: str, organ_path: str) -> User:
    """Suspend or restore a person's sign-in."""
    if not reason.strip():
        raise Refused("请写明原因。")
    user = User.objects.select_for_update().get(pk=user_id)
    if actor.id == str(user.pk):
        raise Refused("不能停用自己的账号。")
    before = {"is_active": user.is_active}
    user.is_active = active
    user.save(update_fields=["is_active"])
    append_event(
        now=now,
        actor=actor,
        verb="user.activate" if active else "user.suspend",
        thing=user,
        organ_path=organ_path,
        reason=reason,
        before=before,
        after={"is_active": active},
    )
    return user


@transaction.atomic
def change_password(*, actor: Actor, now: datetime, user: User, password: str) -> None:
    """Set one's own password; the event carries no secret."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise _refuse(error) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    append_event(now=now, actor=actor, verb="user.password", thing=user)


@transaction.atomic
def reset_password(*, actor: Actor, now: datetime, user_id: int, password: str, reason: str, organ_path: str) -> User:
    """Give somebody else a new password after their identity was checked; their sessions end by it."""
    if not reason.strip():
        raise Refused("请写明怎样核对了身份。")
    user = User.objects.select_for_update().get(pk=user_id)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise _refuse(error) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    append_event(now=now, actor=actor, verb="user.reset", thing=user, organ_path=organ_path, reason=reason)
    return user


@transaction.atomic
def add_avoidance(
    *,
    actor: Actor,
    now: datetime,
    user: User,
    institution_id: str,
    kind: str,
    note: str,
    valid_from: date,
    organ_path: str,
) -> Avoidance:
    """Record a tie that keeps a person out of an institution's matters."""
    avoidance = Avoidance(user=user, institution_id=institution_id, kind=kind, note=note, valid_from=valid_from)
    try:
        avoidance.full_clean()
    except ValidationError as error:
        raise _refuse(error) from error
    avoidance.save()
    append_event(
        now=now, actor=actor, verb="avoidance.add", thing=avoidance, organ_path=organ_path, after=snapshot(avoidance)
    )
    return avoidance


@transaction.atomic
def share_matter(
    *, actor: Actor, now: datetime, thing: models.Model, organ: Organ, user: User, reason: str, days: int | None = 90
) -> Share:
    """Open one matter to another organ for a time; asking again renews it."""
    if not reason.strip():
        raise Refused("请写明共享的理由。")
    owner: Any = getattr(thing, "organ", None)
    if owner is not None and owner.pk == organ.pk:
        raise Refused("该事项本来就属于这个机关。")
    valid_to = now.date() + timedelta(days=days) if days else None
    share, _ = Share.objects.update_or_create(
        thing_kind=thing._meta.label_lower,
        thing_id=str(thing.pk),
        organ=organ,
        defaults={"granted_by": user, "granted_at": now, "valid_to": valid_to, "reason": reason},
    )
    append_event(
        now=now,
        actor=actor,
        verb="matter.share",
        thing=thing,
        organ_path=getattr(thing, "organ_path", None),
        reason=reason,
        after={"organ": organ.name, "valid_to": valid_to},
    )
    return share


@transaction.atomic
def end_share(*, actor: Actor, now: datetime, share_id: int, thing: models.Model, last_day: date) -> Share:
    """Take a shared matter back: from the next day on the other organ does not see it any more."""
    share = Share.objects.select_for_update(of=("self",)).select_related("organ").get(pk=share_id)
    share.valid_to = last_day
    share.save(update_fields=["valid_to"])
    append_event(
        now=now,
        actor=actor,
        verb="matter.unshare",
        thing=thing,
        organ_path=getattr(thing, "organ_path", None),
        after={"organ": share.organ.name, "valid_to": last_day},
    )
    return share


@transaction.atomic
def close_organ(*, actor: Actor, now: datetime, organ_id: int, last_day: date, reason: str) -> Organ:
    """End an organ; its rows stay. Refused while organs below it or people in it go on beyond that day."""
    organ = Organ.objects.select_for_update(of=("self",)).get(pk=organ_id)
    if not reason.strip():
        raise Refused("请写明撤销的依据或者原因。")
    if last_day < organ.valid_from:
        raise Refused("撤销日期早于设立日期。")
    if organ.valid_to:
        raise Refused(f"该机关已于 {organ.valid_to} 撤销。")
    beyond = models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=last_day)
    if organ.children.filter(beyond).exists():
        raise Refused("它的下级机关还没有撤销，请先处理下级机关。")
    if organ.postings.filter(beyond).exists():
        raise Refused("还有人员在该机关任职到这一天之后，请先免去或者调整任职。")
    organ.valid_to = last_day
    organ.save(update_fields=["valid_to"])
    append_event(
        now=now,
        actor=actor,
        verb="organ.close",
        thing=organ,
        organ_path=organ.path,
        reason=reason,
        before={"valid_to": None},
        after={"valid_to": last_day},
    )
    return organ


@transaction.atomic
def end_avoidance(*, actor: Actor, now: datetime, avoidance_id: int, last_day: date, organ_path: str) -> Avoidance:
    """The tie has ended; the row stays."""
    avoidance = Avoidance.objects.select_for_update(of=("self",)).select_related("user").get(pk=avoidance_id)
    if last_day < avoidance.valid_from:
        raise Refused("止日早于起日。")
    avoidance.valid_to = last_day
    avoidance.save(update_fields=["valid_to"])
    append_event(
        now=now, actor=actor, verb="avoidance.end", thing=avoidance, organ_path=organ_path, after={"valid_to": last_day}
    )
    return avoidance


def note_visit(*, user: User, now: datetime) -> None:
    """Remember this visit and the one before, for "what changed since"."""
    User.objects.filter(pk=user.pk).update(previous_visit_at=user.last_seen_at, last_seen_at=now)
