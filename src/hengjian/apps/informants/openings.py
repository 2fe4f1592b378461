"""Opening what is sealed: one person asks with a reason, another of another role approves, the asker looks once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.accounts.rights import actor_for, granting, may
from hengjian.apps.informants import identity as identities
from hengjian.apps.informants.files import own_name
from hengjian.apps.informants.identity import Identity
from hengjian.apps.informants.masks import redact
from hengjian.apps.informants.models import Informant, Opening
from hengjian.apps.informants.policies import EXPIRE
from hengjian.apps.informants.procedures import OPENING, SCOPES, SECRECY
from hengjian.apps.informants.selectors import informants_seen_by, openings_shown_to, openings_to_act_on
from hengjian.apps.informants.vault import open_vault, unseal_row
from hengjian.apps.record.services import SYSTEM, Actor, Policy, append_event, perform
from hengjian.kernel.errors import IllegalMove, NotFound, Refused
from hengjian.kernel.transitions import Move

REQUEST_VALID = timedelta(days=3)
APPROVAL_VALID = timedelta(hours=24)
VIEW_TIME = timedelta(minutes=5)
REASON_LEAST, REASON_MOST = 10, 500
PURPOSES = {"tip": "举报", "complaint": "投诉的事实", "claim": "投诉的请求", "message": "往来信息"}


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """What one opening shows, once; it is rendered and forgotten."""

    opening: Opening
    identity: Identity | None = None
    texts: list[tuple[str, datetime, str]] = field(default_factory=list)
    files: list[tuple[int, str, str]] = field(default_factory=list)


@transaction.atomic
def request_opening(*, number: str, scope: str, reason: str, user: User, now: datetime) -> Opening:
    """Ask for an opening; one at a time for each content. The reason is kept without personal data."""
    on = timezone.localdate(now)
    informant = informants_seen_by(user, on=on).select_for_update(of=("self",)).filter(number=number).first()
    if informant is None:
        raise NotFound("没有这条记录，或者您无权查看。")
    posting = may(user, "informant.request_opening", informant, on=on)
    if posting is None:
        raise IllegalMove("只有承办机关的执法人员和科（股）长可以申请开启。", article=SECRECY)
    if scope not in SCOPES:
        raise Refused("请选择要开启的内容。", where={"field": "scope"})
    reason = reason.strip()
    if not REASON_LEAST <= len(reason) <= REASON_MOST:
        sentence = f"请写明为什么必须开启，{REASON_LEAST} 到 {REASON_MOST} 字；现在是 {len(reason)} 字。"
        raise Refused(sentence, where={"field": "reason"}, article=SECRECY)
    running = informant.openings.filter(scope=scope, state__in=("requested", "approved"), valid_until__gt=now).first()
    if running:
        raise IllegalMove(
            f"这项内容已经有一件申请在办（{running.number}），办完或者失效以后才能再申请。", article=SECRECY
        )
    row = Opening.objects.create(
        number=secrets.token_hex(8),
        informant=informant,
        scope=scope,
        reason=_without_identity(informant, reason),
        requested_by=user,
        requested_role=posting.role,
        requested_at=now,
        valid_until=now + REQUEST_VALID,
    )
    row.number = f"KQ-{on.year}-{row.pk:04d}"
    row.save(update_fields=["number"])
    append_event(
        now=now,
        actor=actor_for(user, posting),
        verb="opening.request",
        thing=row,
        organ_path=row.organ_path,
        reason=row.reason,
        basis=SECRECY,
        after={"informant": informant.number, "scope": scope},
    )
    return row


def approve_opening(*, number: str, user: User, now: datetime, note: str = "") -> Opening:
    """Let the asker open, once, within a day: by another person, under another role."""

    def decide(row: Opening, move: Move, actor: Actor) -> None:
        _decided(row, actor, user, now, note)
        row.valid_until = now + APPROVAL_VALID

    facts = {"valid_until": (now + APPROVAL_VALID).isoformat()}
    return _perform("approve", number, user, now, apply=decide, facts=facts, policy=_deciding(user, now))


def refuse_opening(*, number: str, user: User, now: datetime, reason: str) -> Opening:
    """Refuse, with a reason; by another person, under another role."""

    def decide(row: Opening, move: Move, actor: Actor) -> None:
        _decided(row, actor, user, now, reason)

    told = {"reason": "" if not reason.strip() else "见批准意见"}
    return _perform("refuse", number, user, now, apply=decide, facts=told, policy=_deciding(user, now))


def withdraw_opening(*, number: str, user: User, now: datetime) -> Opening:
    """The asker takes the request back."""

    def own(row: Opening, move: Move, actor: Actor) -> None:
        _only_asker(row, user, "撤回")

    return _perform("withdraw", number, user, now, apply=own)


@transaction.atomic
def open_sealed(*, number: str, user: User, now: datetime) -> Opened:
    """Open what was approved: the asker alone, once. The event tells who opened what and why, never what it says."""
    row = openings_shown_to(user, on=timezone.localdate(now)).filter(number=number).first()
    if row is None or not informants_seen_by(user, on=timezone.localdate(now)).filter(pk=row.informant_id).exists():
        raise NotFound("没有这条记录，或者您无权查看。")

    def once(row: Opening, move: Move, actor: Actor) -> None:
        _only_asker(row, user, "开启")
        _in_time(row, now)
        row.opened_at, row.closes_at = now, now + VIEW_TIME

    facts = {"closes_at": (now + VIEW_TIME).isoformat()}
    moved = _perform("open", number, user, now, apply=once, facts=facts)
    return _contents(moved)


def expire_openings(*, now: datetime) -> int:
    """Let every request and approval lapse whose time is over; answers how many."""
    due = Opening.objects.filter(state__in=("requested", "approved"), valid_until__lte=now).values_list("pk", flat=True)

    def policy(code: str, thing: Any) -> Actor | None:
        return SYSTEM if code == EXPIRE else None

    count = 0
    for pk in list(due):
        try:
            perform(procedure=OPENING, action="expire", thing=Opening, pk=pk, policy=policy, now=now)
        except IllegalMove:
            continue  # somebody was quicker
        count += 1
    return count


def _contents(row: Opening) -> Opened:
    vault = open_vault()
    informant: Informant = row.informant
    if row.scope == "identity":
        return Opened(row, identity=identities.from_bytes(unseal_row(informant, vault)))
    if row.scope == "text":
        texts = [
            (PURPOSES.get(one.purpose, one.purpose), one.at, unseal_row(one, vault).decode())
            for one in informant.texts.all()
        ]
        return Opened(row, texts=texts)
    return Opened(row, files=[(one.ordinal, one.label, own_name(one)) for one in informant.files.all()])


def _perform(
    action: str,
    number: str,
    user: User,
    now: datetime,
    *,
    apply: Callable[[Opening, Move, Actor], None],
    facts: dict[str, Any] | None = None,
    policy: Policy | None = None,
) -> Opening:
    rows = openings_shown_to(user, on=timezone.localdate(now))
    row = rows.filter(number=number).first()
    made: Opening = perform(
        procedure=OPENING,
        action=action,
        thing=Opening.objects.select_related("informant__organ").filter(pk__in=rows.values("pk")),
        pk=row.pk if row else 0,
        policy=policy or _asking(user, now),
        now=now,
        facts=facts,
        reason=row.reason if row else "",
        apply=apply,
        took_part=lambda opening, move: (str(opening.requested_by_id),),
    )
    return made


def _decided(row: Opening, actor: Actor, user: User, now: datetime, note: str) -> None:
    _in_time(row, now)
    if not openings_to_act_on(user, on=timezone.localdate(now)).filter(pk=row.pk).exists():
        raise IllegalMove("您与被反映的机构有回避关系，不能批准或者拒绝开启。", article=SECRECY)
    if actor.role == row.requested_role:
        role = Role(row.requested_role).label
        raise IllegalMove(f"申请和批准须由两种不同角色的人办理：申请人是{role}，不能再由{role}批准。", article=SECRECY)
    row.decided_by, row.decided_role, row.decided_at = user, actor.role, now
    row.decision_note = _without_identity(row.informant, note.strip())[:300]


def _without_identity(informant: Informant, text: str) -> str:
    """What officials write about an opening, without what it is about: some of them may know the informant."""
    if not text:
        return ""
    return redact(text, identities.from_bytes(unseal_row(informant, open_vault())))


def _in_time(row: Opening, now: datetime) -> None:
    if row.valid_until <= now:
        raise IllegalMove("这件申请已经超过有效期，不能再办理。确有必要的，请重新申请。", article=SECRECY)


def _only_asker(row: Opening, user: User, what: str) -> None:
    if row.requested_by_id != user.pk:
        raise IllegalMove(f"只有申请人本人可以{what}。", article=SECRECY)


def _asking(user: User, now: datetime) -> Policy:
    on = timezone.localdate(now)

    def ask(code: str, thing: Opening) -> Actor | None:
        posting = may(user, code, thing, on=on)
        return actor_for(user, posting) if posting else None

    return ask


def _deciding(user: User, now: datetime) -> Policy:
    """Who holds two roles decides under the one that did not ask."""
    on = timezone.localdate(now)

    def ask(code: str, thing: Opening) -> Actor | None:
        posting = may(user, code, thing, on=on)
        if posting is None:
            return None
        same_organ = (one for one in granting(user, code, on) if one.organ_id == posting.organ_id)
        other = next((one for one in same_organ if one.role != thing.requested_role), posting)
        return actor_for(user, other)

    return ask
