"""Look-back targets as an origin of inspection tasks (回头看)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse

from hengjian.apps.accounts.models import User
from hengjian.apps.inspections.origins import Origin, Source
from hengjian.apps.rectifications.look_backs import ORIGIN
from hengjian.apps.rectifications.models import LookBackTarget
from hengjian.apps.rectifications.selectors import targets_seen_by, targets_without_task
from hengjian.kernel.errors import Refused

OPEN_MOST = 200


def source_of(target: LookBackTarget) -> Source:
    """The target as a source outside the plan: exception code of a follow-up, the earlier problems as note."""
    items = [one.rectification for one in target.items.select_related("rectification")]
    groups = sorted({item.problem_type for item in items if item.problem_type})
    titles = "；".join(item.title for item in items[:3])
    return Source(
        kind=ORIGIN,
        id=target.ref,
        label=f"{target.look_back.title}（{target.look_back.number}）",
        title=f"回头看：{len(items)} 个问题的整改",
        organ=target.organ,
        institution=target.institution,
        visit_kind=ORIGIN,
        exception_code=ORIGIN,
        exception_note=f"回头看 {target.look_back.number}：复查 {len(items)} 个问题的整改情况",
        groups=tuple(groups),
        fields=tuple(sorted({item.field for item in items if item.field})),
        url=reverse("rectifications:look_back_target", args=[target.look_back.number, target.pk]),
        note=titles,
    )


def _open_for(user: User, on: date) -> Sequence[Source]:
    return [source_of(one) for one in targets_without_task(user, on=on)[:OPEN_MOST]]


def _fetch(user: User, on: date, ref: str) -> Source | None:
    target = targets_seen_by(user, on=on).filter(ref=ref).first()
    if target is None:
        return None
    if target.look_back.state != "running":
        raise Refused(
            f"回头看 {target.look_back.number} {target.look_back.get_state_display()}，名单确定以后才能下达检查。"
        )
    if target.left_out:
        raise Refused(f"{target.institution.name}没有纳入这次回头看：{target.left_out}")
    return source_of(target)


FOLLOW_UP = Origin(ORIGIN, "回头看", _open_for, _fetch, order=60)
