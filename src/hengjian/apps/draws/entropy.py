"""The entropy of a draw: typed by one person, typed again by another who does not see the first, and equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Length

from hengjian.apps.accounts.models import User
from hengjian.apps.accounts.rights import actor_for, may
from hengjian.apps.draws.access import locked, refuse_stale
from hengjian.apps.draws.committing import iso
from hengjian.apps.draws.models import Draw, DrawSecret
from hengjian.apps.draws.moving import move_draw
from hengjian.apps.draws.sources import KINDS, engine_values, read_issue, read_values
from hengjian.apps.record.services import Actor, append_event
from hengjian.apps.registry.models import Institution, Person
from hengjian.engines.draws import entropy_string
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.kernel.transitions import Move
from hengjian.ui.wording import zh_datetime

NOTE_LEAST = 4
IDENTITY = re.compile(r"(?<!\d)\d{6}(?:18|19|20)\d{9}[\dXx](?!\d)", re.ASCII)
PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|\(?0\d{2,3}\)?[- ]?\d{7,8})(?!\d)", re.ASCII)


def read_entropy(draw: Draw, given: list[Mapping[str, Any]], *, now: datetime) -> list[dict[str, Any]]:
    """Check what a person typed against the commitment: the named issue, in time, of the right form.

    `given` rows, in the order of `draw.sources`: issue, published_at (datetime), values (text), absent (bool: the issue
    had not come out by the deadline, so the fallback counts), evidence.
    """
    if len(given) != len(draw.sources):
        raise Refused(f"承诺写明 {len(draw.sources)} 个来源，录入了 {len(given)} 个。")
    made = [_read_one(draw, source, row, now=now) for source, row in zip(draw.sources, given, strict=True)]
    _check_hands_first(draw, made)
    return made


def _check_hands_first(draw: Draw, made: list[dict[str, Any]]) -> None:
    """Dice that fell late, when another source was out already, are no entropy: the roller had the last word."""
    out = [datetime.fromisoformat(one["drawn_at"]) for one in draw.sources if not KINDS[one["kind"]].by_hand]
    out += [datetime.fromisoformat(one["published_at"]) for one in made if not KINDS[one["kind"]].by_hand]
    for one in made:
        if KINDS[one["kind"]].by_hand and out and datetime.fromisoformat(one["published_at"]) >= min(out):
            raise Refused(
                f"{one['name']}公布于 {zh_datetime(datetime.fromisoformat(one['published_at']))}，不早于其他来源"
                f"（最早 {zh_datetime(min(out))}），不能用。请作废本次抽查。",
                where={"field": "published_at", "source": one["kind"]},
            )


def _read_one(draw: Draw, source: Mapping[str, Any], row: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    kind = KINDS[source["kind"]]
    where = {"field": "entropy", "source": source["kind"]}
    absent = bool(row.get("absent"))
    if absent and kind.by_hand:
        raise Refused(f"{kind.name}没有备用场次。到截止时间没有举行的，按承诺作废本次抽查。", where=where)
    issue, wanted = read_issue(kind, row["issue"]), source["fallback_issue" if absent else "issue"]
    if issue != wanted:
        raise Refused(
            f"{kind.name}：承诺写明用 {wanted}{'（备用期）' if absent else ''}，录入的是 {issue}。来源不能另选。",
            where=where,
        )
    _check_time(draw, source, row["published_at"], absent=absent, now=now)
    evidence = str(row.get("evidence", "")).strip()
    if len(evidence) < NOTE_LEAST:
        raise Refused(f"{kind.name}：请写明在哪里可以查到，例如公告网址、公证书文号。", where=where)
    _refuse_personal(kind.name, evidence, where)
    return {
        "kind": kind.key,
        "name": kind.name,
        "issue": issue,
        "fallback": int(absent),
        "published_at": iso(row["published_at"]),
        "values": read_values(kind, row["values"]),
        "evidence": evidence[:300],
    }


def _refuse_personal(name: str, evidence: str, where: Mapping[str, Any]) -> None:
    """The evidence goes into the public proof under its hash, where nothing is covered later: refuse people in it."""
    plain = unicodedata.normalize("NFKC", evidence)
    found = "身份证号" if IDENTITY.search(plain) else "电话号码" if PHONE.search(plain) else ""
    if not found:
        spoken = Value(plain, output_field=TextField())
        for model, column in ((User, "name"), (Person, "name"), (Institution, "legal_rep")):
            rows = model.objects.annotate(length=Length(column), spoken=spoken).filter(length__gte=2)
            if rows.filter(spoken__contains=F(column)).exists():
                found = "人员姓名"
                break
    if found:
        raise Refused(
            f"{name}的“在哪里可以查到”里有{found}。这段文字随证明公开，以后不能改，请去掉，只写公告网址、公证书文号。",
            where=where,
        )


def _check_time(draw: Draw, source: Mapping[str, Any], at: datetime, *, absent: bool, now: datetime) -> None:
    name, where = source["name"], {"field": "published_at", "source": source["kind"]}
    if draw.not_before is None or draw.deadline is None:
        raise IllegalMove("承诺还没有公布，不能录入熵。")
    if at > now:
        raise Refused(f"{name}的公布时间 {zh_datetime(at)}还没有到。", where=where)
    if at < draw.not_before:
        raise Refused(
            f"{name}公布于 {zh_datetime(at)}，早于承诺写明的最早时间 {zh_datetime(draw.not_before)}。"
            "承诺公布以前或者刚公布就有的数，抽取人可能事先知道，不能作为熵。",
            where=where,
        )
    if absent:
        if now <= draw.deadline:
            raise Refused(
                f"截止时间 {zh_datetime(draw.deadline)}还没有过，{name}不能改用备用期 {source['fallback_issue']}。",
                where=where,
            )
        if at <= draw.deadline:
            raise Refused(f"{name}的备用期应当在截止时间以后产生，{zh_datetime(at)}不对。", where=where)
    elif at > draw.deadline:
        raise Refused(
            f"{name} {source['issue']} 公布于 {zh_datetime(at)}，晚于截止时间 {zh_datetime(draw.deadline)}，不能用。"
            f"按承诺改用事先写明的备用期 {source['fallback_issue']}，不得另选来源。",
            where=where,
        )


def engine_entropy(entropy: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The entropy as the protocol takes it: a list of {unordered, values}."""
    return [entry for source in entropy for entry in engine_values(source, source["values"])]


def enter_entropy(
    *,
    pk: int,
    user: User,
    now: datetime,
    today: date,
    given: list[Mapping[str, Any]],
    seen_state: str = "",
    rows: QuerySet[Draw] | None = None,
) -> Draw:
    """The first person's typing; it is shown to nobody until a second person has typed the same."""
    with transaction.atomic():
        draw = locked(pk, rows)
        refuse_stale(draw, seen_state)
        entropy = read_entropy(draw, given, now=now) if draw.state == "committed" else []

        def apply(row: Draw, move: Move, actor: Actor) -> None:
            DrawSecret.objects.update_or_create(draw=row, defaults={"typed": entropy})
            row.state_at = row.entropy_entered_at = now
            row.entropy_entered_by = user

        # the event tells which issues were typed, never the numbers: the second person has to find them alone
        return move_draw(
            "enter_entropy",
            pk,
            user=user,
            now=now,
            today=today,
            facts={"entropy": [f"{one['name']} {one['issue']}" for one in entropy]},
            apply=apply,
        )


def withdraw_entropy(
    *, pk: int, user: User, now: datetime, today: date, reason: str, rows: QuerySet[Draw] | None = None
) -> Draw:
    """Take a typing back to type it again; that it was taken back, and why, stays in the chain of events."""

    def apply(row: Draw, move: Move, actor: Actor) -> None:
        row.state_at = now
        DrawSecret.objects.filter(draw=row).update(typed=[])
        row.entropy_entered_at = row.entropy_entered_by = None

    return move_draw(
        "withdraw_entropy",
        pk,
        user=user,
        now=now,
        today=today,
        facts={"reason": reason.strip()},
        reason=reason.strip(),
        apply=apply,
        rows=rows,
    )


def confirm_entropy(
    *,
    pk: int,
    user: User,
    now: datetime,
    today: date,
    given: list[Mapping[str, Any]],
    seen_state: str = "",
    rows: QuerySet[Draw] | None = None,
) -> Draw:
    """The second person's typing. A difference is named by source and group, written to the chain, and refused."""
    differences: list[str] = []
    done: Draw | None = None
    with transaction.atomic():
        draw = locked(pk, rows)
        refuse_stale(draw, seen_state)
        entropy: list[dict[str, Any]] = []
        if draw.state == "entropy_entered" and draw.entropy_entered_by_id != user.pk:
            entropy = read_entropy(draw, given, now=now)
            differences = differences_of(draw.secret.typed, entropy)
        if differences:
            _note_differences(draw, user, differences, now=now, today=today)
        else:
            done = _confirm(draw, user, entropy, now=now, today=today)
    if done is None:
        raise Refused(
            f"与第一人录入的不一致：{'；'.join(differences)}。两人各自重新核对公告；"
            "第一人录错的，撤回重录后再由您核对。",
            where={"field": "entropy", "differences": differences},
        )
    return done


def _confirm(draw: Draw, user: User, entropy: list[dict[str, Any]], *, now: datetime, today: date) -> Draw:
    def apply(row: Draw, move: Move, actor: Actor) -> None:
        row.entropy = list(row.secret.typed)
        row.entropy_text = entropy_string(engine_entropy(row.entropy))
        row.state_at = row.entropy_confirmed_at = now
        row.entropy_confirmed_by = user

    return move_draw(
        "confirm_entropy",
        draw.pk,
        user=user,
        now=now,
        today=today,
        facts={"entropy": entropy or [str(draw.entropy_entered_at)]},
        apply=apply,
        took_part=lambda row, move: {str(row.entropy_entered_by_id)},
    )


def differences_of(first: list[Mapping[str, Any]], second: list[Mapping[str, Any]]) -> list[str]:
    """Where two typings differ, by source and group, without showing either value."""
    found = []
    for one, other in zip(first, second, strict=True):
        kind = KINDS[one["kind"]]
        if one["fallback"] != other["fallback"]:
            found.append(f"{kind.name}是否改用备用期")
            continue
        if one["issue"] != other["issue"]:
            found.append(f"{kind.name}的{kind.issue_label}")
        if one["published_at"] != other["published_at"]:
            found.append(f"{kind.name}的公布时间")
        for part, mine, yours in zip(kind.parts, one["values"], other["values"], strict=True):
            places = [str(place) for place, (a, b) in enumerate(zip(mine, yours, strict=True), start=1) if a != b]
            if places:
                found.append(f"{kind.name}的{part.label}第 {'、'.join(places)} 个号码")
    return found


def _note_differences(draw: Draw, user: User, differences: list[str], *, now: datetime, today: date) -> None:
    posting = may(user, "draw.confirm_entropy", draw, on=today)
    if posting is None:
        return
    append_event(
        now=now,
        actor=actor_for(user, posting),
        verb="draw.entropy_differs",
        thing=draw,
        organ_path=draw.organ_path,
        after={"differences": differences},
    )
