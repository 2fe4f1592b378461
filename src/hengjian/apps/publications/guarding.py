"""What stands in the way of publishing: numbers of persons, a party not told, a decision undone, a period over."""

from __future__ import annotations

from datetime import date

from hengjian.apps.publications import composing
from hengjian.apps.publications.models import Publication
from hengjian.apps.publications.redaction import LABELS, redact
from hengjian.apps.publications.selectors import told_at_service
from hengjian.kernel.errors import IllegalMove, Refused
from hengjian.law.catalogue import article_as_of
from hengjian.ui.wording import zh_date

MORE_MOST = 40
"""Phrases that a person may have removed at one time."""
ARTICLE = "《市场监督管理行政处罚信息公示规定》第六条（公示前删除个人信息和商业秘密）"


def phrases_of(text: str) -> list[str]:
    """One phrase a line; Refused for one too short, which would take the text apart, and for too many."""
    found = list(dict.fromkeys(line.strip() for line in text.replace("\x00", "").splitlines() if line.strip()))
    short = [one for one in found if len(one) < 2]
    if short:
        raise Refused(f"“{short[0]}”太短，另外隐去的词句至少两个字。", where={"field": "more"})
    if len(found) > MORE_MOST:
        raise Refused(f"一次最多另外隐去 {MORE_MOST} 处，现在是 {len(found)} 处。", where={"field": "more"})
    return found


def require_clean(text: str, *, field: str, label: str) -> None:
    """Refused where somebody typed a number, address or account of a person into a text that goes to the public."""
    for number, line in enumerate(text.splitlines(), start=1):
        kinds = list(dict.fromkeys(LABELS[one.kind] for one in redact(line).found if one.kind != "name"))
        if kinds:
            raise Refused(
                f"{label}第 {number} 行有{'、'.join(kinds)}，不能对外公布，请删去。",
                where={"field": field},
                article=ARTICLE,
            )


def require_standing(row: Publication, today: date) -> None:
    """Refused for a decision that was changed or undone: it must not become public."""
    if row.decision.annulled_on is not None or row.overturned_on is not None:
        raise Refused("处罚决定已经被变更或者撤销，不能公示。", article=article_as_of("PUB-11", today).text)


def require_running(row: Publication, today: date) -> None:
    require_standing(row, today)
    if row.is_over(today) and row.stop_on is not None:
        raise IllegalMove(
            f"公示期已于{zh_date(row.stop_on)}届满，不能再公示或者更正，请办理期满停止公示。",
            article=article_as_of("PUB-13", today).text,
        )


def told_or_refuse(row: Publication, today: date) -> bool:
    told = told_at_service(row)
    article = article_as_of("PUB-08", today).text
    if told is None:
        raise Refused(
            f"处罚决定书还没有送达{row.party_shown}，不能公示。先送达，送达时书面告知将公示。", article=article
        )
    if not told:
        raise Refused(
            f"送达时没有书面告知{row.party_shown}处罚信息将公示，不能公示。请先补充书面告知。", article=article
        )
    return True


def clean_reason(row: Publication, text: str) -> str:
    """A reason that the public will read, redacted like the rest."""
    names = composing.names_of_case(row.case, but="" if row.minor_person else row.party.name)
    keep = [row.organ.name, row.party_shown]
    return redact(text, names=names | composing.known_names(text), keep=keep).text[:300]
