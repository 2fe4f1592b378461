"""Other organs at a draw: asked by sharing the draw with them, joined by their own chief; and the keepers of salts."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import Level, Organ, Posting, Share, User
from hengjian.apps.accounts.rights import actor_for, granting, may, permission
from hengjian.apps.draws.access import hold, locked
from hengjian.apps.draws.models import Draw, DrawCustodian, DrawPartner
from hengjian.apps.record.services import append_event
from hengjian.engines.draws.canonical import sha256_hex
from hengjian.engines.draws.plan import OPEN_SALT, OPEN_SALT_SHA256
from hengjian.kernel.errors import IllegalMove, NotAllowed, NotFound, Refused

HEX64 = re.compile(r"[0-9a-f]{64}")
BUREAUS = (Level.NATIONAL, Level.PROVINCE, Level.CITY, Level.COUNTY)
BEFORE = ("draft",)


def invite_organ(
    *, pk: int, user: User, now: datetime, today: date, organ: Organ, rows: QuerySet[Draw] | None = None
) -> DrawPartner:
    """Ask another organ to lend its people; the draw is shared with it so that its chief can read what it is about."""
    with transaction.atomic():
        draw, actor = hold(pk=pk, user=user, code="draw.prepare", on=today, states=BEFORE, what="邀请机关", rows=rows)
        if draw.team == "own":
            raise Refused("本次抽查只用本机关人员。要联合或者交叉检查的，先修改“检查人员来源”。")
        if organ.pk == draw.organ_id or organ.level not in BUREAUS:
            raise Refused("请选择另一个机关。", where={"field": "organ"})
        if draw.partners.filter(organ=organ).exists():
            raise Refused(f"{organ.name}已经邀请过。", where={"field": "organ"})
        partner = DrawPartner.objects.create(draw=draw, organ=organ, asked_at=now, asked_by=user)
        Share.objects.get_or_create(
            thing_kind=Draw._meta.label_lower,
            thing_id=str(draw.pk),
            organ=organ,
            defaults={"granted_by": user, "granted_at": now, "reason": f"邀请参加随机抽查 {draw.number}"},
        )
        append_event(
            now=now,
            actor=actor,
            verb="draw.invite",
            thing=draw,
            organ_path=draw.organ_path,
            after={"organ": organ.name},
        )
    return partner


def withdraw_invitation(
    *, pk: int, user: User, now: datetime, today: date, partner_pk: int, rows: QuerySet[Draw] | None = None
) -> None:
    """Take an invitation back; the share ends with it, unless a keeper of a salt needs it."""
    with transaction.atomic():
        draw, actor = hold(pk=pk, user=user, code="draw.prepare", on=today, states=BEFORE, what="撤回邀请", rows=rows)
        partner = draw.partners.filter(pk=partner_pk).select_related("organ").first()
        if partner is None:
            raise NotFound("没有这一邀请。")
        append_event(
            now=now,
            actor=actor,
            verb="draw.uninvite",
            thing=draw,
            organ_path=draw.organ_path,
            before={"organ": partner.organ.name},
        )
        partner.delete()
        _end_share(draw, partner.organ)


def join_draw(
    *, pk: int, user: User, now: datetime, today: date, partner_pk: int, rows: QuerySet[Draw] | None = None
) -> DrawPartner:
    """The partner's chief agrees that its officers go into the pool."""
    with transaction.atomic():
        draw = locked(pk, rows)
        partner = draw.partners.select_for_update().filter(pk=partner_pk).first()
        if partner is None:
            raise NotFound("没有这一邀请，或者对方已经撤回。")
        posting = may(user, "draw.join", partner, on=today)
        if posting is None:
            raise NotAllowed(f"只有{partner.organ.name}的负责人可以同意参加。")
        if draw.state not in BEFORE:
            raise IllegalMove("名录已经冻结，不能再加入。")
        if partner.agreed_at is not None:
            raise IllegalMove(f"{partner.organ.name}已经同意参加。")
        partner.agreed_at, partner.agreed_by = now, user
        partner.save(update_fields=["agreed_at", "agreed_by"])
        append_event(
            now=now,
            actor=actor_for(user, posting),
            verb="draw.join",
            thing=draw,
            organ_path=partner.organ.path,
            after={"organ": partner.organ.name},
        )
    return partner


def possible_keepers(draw: Draw, *, on: date) -> QuerySet[User]:
    """Who may be named: people of the draw's organ and of those above it, in a role that keeps salts, not yet named."""
    above = [int(part) for part in draw.organ.path.split("/") if part]
    held = Posting.objects.filter(role__in=permission("draw.keep_salt").roles, organ_id__in=above)
    held = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    rows = User.objects.filter(is_active=True, pk__in=held.values("user_id"))
    return rows.exclude(pk__in=draw.custodians.values("user_id"))


def name_custodian(
    *, pk: int, user: User, now: datetime, today: date, keeper: User, rows: QuerySet[Draw] | None = None
) -> DrawCustodian:
    """Name a keeper of a salt of a sealed draw; keepers are of different organs or different roles."""
    with transaction.atomic():
        draw, actor = hold(
            pk=pk, user=user, code="draw.prepare", on=today, states=("draft", "frozen"), what="指定保管人", rows=rows
        )
        if draw.mode != "sealed":
            raise Refused("公开模式不用盐，不需要保管人。")
        postings = granting(keeper, "draw.keep_salt", today)
        if not postings:
            raise Refused(f"{keeper.name}现在的角色不能保管盐。", where={"field": "keeper"})
        if draw.custodians.filter(user=keeper).exists():
            raise Refused(f"{keeper.name}已经是保管人。", where={"field": "keeper"})
        if not possible_keepers(draw, on=today).filter(pk=keeper.pk).exists():
            raise Refused(
                f"{keeper.name}不在本机关和上级机关。保管人只能从本机关和上级机关中指定。", where={"field": "keeper"}
            )
        taken = set(draw.custodians.values_list("organ_id", "role"))
        free = [one for one in postings if (one.organ_id, str(one.role)) not in taken]
        if not free:
            raise Refused(
                "保管人应当来自不同的机关或者不同的角色，已经有一位同机关同角色的保管人。", where={"field": "keeper"}
            )
        row = DrawCustodian.objects.create(draw=draw, user=keeper, organ=free[0].organ, role=str(free[0].role))
        Share.objects.get_or_create(
            thing_kind=Draw._meta.label_lower,
            thing_id=str(draw.pk),
            organ=free[0].organ,
            defaults={"granted_by": user, "granted_at": now, "reason": f"保管密封抽查 {draw.number} 的盐"},
        )
        append_event(
            now=now,
            actor=actor,
            verb="draw.keep",
            thing=draw,
            organ_path=draw.organ_path,
            after={"keeper": keeper.name, "organ": free[0].organ.name},
        )
    return row


def dismiss_custodian(
    *, pk: int, user: User, now: datetime, today: date, custodian_pk: int, rows: QuerySet[Draw] | None = None
) -> None:
    """Replace a keeper before the commitment: the row goes, another is named."""
    with transaction.atomic():
        draw, actor = hold(
            pk=pk, user=user, code="draw.prepare", on=today, states=("draft", "frozen"), what="撤换保管人", rows=rows
        )
        row = draw.custodians.filter(pk=custodian_pk).select_related("user", "organ").first()
        if row is None:
            raise NotFound("没有这位保管人。")
        append_event(
            now=now,
            actor=actor,
            verb="draw.unkeep",
            thing=draw,
            organ_path=draw.organ_path,
            before={"keeper": row.user.name, "salt_sha256": row.salt_sha256},
        )
        row.delete()
        _end_share(draw, row.organ)


def _end_share(draw: Draw, organ: Organ) -> None:
    """The draw is no longer open to the organ, unless it still lends people or another keeper of a salt is of it."""
    if draw.custodians.filter(organ=organ).exists() or draw.partners.filter(organ=organ).exists():
        return
    Share.objects.filter(thing_kind=Draw._meta.label_lower, thing_id=str(draw.pk), organ=organ).delete()


def _own_row(draw: Draw, user: User) -> DrawCustodian:
    row = draw.custodians.select_for_update().filter(user=user).first()
    if row is None:
        raise NotAllowed("您不是本次抽查的盐保管人。")
    return row


def hand_in_hash(
    *, pk: int, user: User, now: datetime, today: date, salt_sha256: str, rows: QuerySet[Draw] | None = None
) -> DrawCustodian:
    """The keeper commits to a salt that only the keeper has; never the all-zero salt, never another keeper's."""
    digest = salt_sha256.strip().lower()
    if not HEX64.fullmatch(digest):
        raise Refused("盐的摘要值应当是 64 位十六进制（SHA-256），请核对后重新填写。", where={"field": "salt_sha256"})
    if digest == OPEN_SALT_SHA256:
        raise Refused("这是全零盐的摘要值，等于没有盐。请重新生成。", where={"field": "salt_sha256"})
    with transaction.atomic():
        draw, actor = hold(
            pk=pk,
            user=user,
            code="draw.keep_salt",
            on=today,
            states=("draft", "frozen"),
            what="交盐的摘要值",
            rows=rows,
        )
        row = _own_row(draw, user)
        if draw.custodians.filter(salt_sha256=digest).exclude(pk=row.pk).exists():
            raise Refused("这个摘要值与另一位保管人的相同，请各自生成盐。", where={"field": "salt_sha256"})
        row.salt_sha256, row.committed_at = digest, now
        row.save(update_fields=["salt_sha256", "committed_at"])
        append_event(
            now=now,
            actor=actor,
            verb="draw.salt_hash",
            thing=draw,
            organ_path=draw.organ_path,
            after={"keeper": user.name, "salt_sha256": digest},
        )
    return row


def hand_in_salt(
    *, pk: int, user: User, now: datetime, today: date, salt: str, rows: QuerySet[Draw] | None = None
) -> DrawCustodian:
    """The keeper opens the salt for the draw, after the entropy is settled; it must match its hash."""
    text = salt.strip().lower()
    if not HEX64.fullmatch(text):
        raise Refused("盐应当是 64 位十六进制（32 字节），请核对保管的文件。", where={"field": "salt"})
    with transaction.atomic():
        draw, actor = hold(
            pk=pk,
            user=user,
            code="draw.keep_salt",
            on=today,
            states=("entropy_confirmed",),
            what="交盐（熵到齐以后、抽取以前才能交）",
            rows=rows,
        )
        row = _own_row(draw, user)
        if sha256_hex(bytes.fromhex(text)) != row.salt_sha256:
            raise Refused(
                "这份盐的摘要值与承诺中的不一致，不能用。请找出当时保管的那一份，一个字符也不能差。",
                where={"field": "salt"},
            )
        row.salt, row.handed_in_at = text, now
        row.save(update_fields=["salt", "handed_in_at"])
        append_event(
            now=now,
            actor=actor,
            verb="draw.salt",
            thing=draw,
            organ_path=draw.organ_path,
            after={"keeper": user.name},
        )
    return row


def joint_salt(draw: Draw) -> bytes:
    """The salt of the seed: 32 zero bytes in open mode, else SHA-256 of the custodians' salts one after the other."""
    if draw.mode == "open":
        return OPEN_SALT
    return bytes.fromhex(sha256_hex(b"".join(bytes.fromhex(one.salt) for one in draw.custodians.all())))


def waiting_custodians(draw: Draw) -> list[str]:
    """Names of the keepers whose salt is still missing."""
    if draw.mode == "open":
        return []
    return [one.user.name for one in draw.custodians.select_related("user") if not one.salt]
