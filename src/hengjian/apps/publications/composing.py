"""From a decision to what may be told of it: tier of publication, summary and text, redacted here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hengjian.apps.cases.after_facts import decision_letter
from hengjian.apps.cases.models import Contravention, Decision
from hengjian.apps.publications.people import known_names, names_of_case
from hengjian.apps.publications.redaction import Redacted, redact, surname
from hengjian.engines.penalties.publicity import Decided, PublicationTier, publication_tier
from hengjian.law.catalogue import article_as_of
from hengjian.law.punishing import limits_on
from hengjian.ui.wording import zh_date

NO_PENALTY = {"order", "listing", "revoke_proposal"}
"""Measures of a decision that are no penalty by themselves."""
AS_PENALTY = {"confiscate": "confiscation"}
TEXT_MOST = 20000


@dataclass(frozen=True, slots=True)
class Told:
    """Summary and text as the public will read them, the originals beside them for the preview, and what was found."""

    summary: dict[str, Any]
    original: str
    text: str
    counts: dict[str, int]


def contraventions_of(decision: Decision) -> list[Contravention]:
    """What the party did, as far as it stands."""
    return list(decision.party.contraventions.filter(struck_at__isnull=True))


def tier_of(decision: Decision, *, key_product: bool = False, closure: bool = False) -> PublicationTier:
    """The tier by the law of the day of the decision (PUB-13, 14, 15), with its steps."""
    found = contraventions_of(decision)
    limits = limits_on(decision.decided_on)
    fields = [one.field for one in found] + [decision.case.field]
    made = [
        publication_tier(
            Decided(
                party_kind="person" if decision.party.kind == "person" else "institution",
                field=field,
                penalties=penalties_of(decision, closure=closure),
                fine=decision.fine_fen,
                tier="mitigated" if _mitigated(decision, found) else "general",
                key_product=key_product,
                listed="listing" in decision.measures,
            ),
            limits,
        )
        for field in dict.fromkeys(fields)
    ]
    return max(made, key=lambda one: ("none", "minor", "general", "serious").index(one.id))


def penalties_of(decision: Decision, *, closure: bool = False) -> tuple[str, ...]:
    """The kinds of penalty as the engine calls them; a ban is one where the decision names its length."""
    banned = decision.ban_for_life or bool(decision.ban_months)
    found = []
    for measure in decision.measures:
        if measure in NO_PENALTY:
            continue
        if measure == "limit":
            found.append("ban" if banned else "restrict")
        elif measure == "close":
            found.append("close" if closure else "suspend")
        else:
            found.append(AS_PENALTY.get(measure, measure))
    return tuple(found)


def must_be_public(decision: Decision) -> bool:
    """Every penalty of the ordinary procedure, except a warning alone (PUB-02)."""
    return decision.outcome == "penalty" and set(penalties_of(decision)) not in ({"warning"}, set())


def is_listed(decision: Decision) -> bool:
    """The serious-violation list was decided together with the penalty (LIST-13)."""
    return decision.outcome == "penalty" and "listing" in decision.measures


def _mitigated(decision: Decision, found: Iterable[Contravention]) -> bool:
    """Whether the fine lies below the lawful range of every contravention that was calculated."""
    lows = [int(one.calculation["low"]) for one in found if one.calculation and one.calculation.get("low") is not None]
    return bool(decision.fine_fen) and bool(lows) and decision.fine_fen < min(lows)


def _tell(text: str, names: set[str], keep: list[str], more: Iterable[str]) -> Redacted:
    return redact(text, names=names | known_names(text), keep=keep, more=more)


def tell(
    decision: Decision,
    *,
    kind: str,
    minor_person: bool = False,
    violation: str = "",
    more: Iterable[str] = (),
    upon: str = "",
) -> Told:
    """What would be shown of a decision. `upon` is the text shown so far: what was removed there stays removed.

    `violation` replaces the type of violation of the summary; it goes through the same redaction.
    """
    party = decision.party
    hidden = party.kind == "person" and minor_person
    names = names_of_case(decision.case, but="" if hidden else party.name)
    keep = [decision.organ.name, *([] if hidden else [party.name])]
    keep += [one.name for one in decision.case.parties.filter(kind="institution")]
    phrases = [one for one in more if one.strip()]
    original = original_text(decision, kind)
    text = _tell(upon or original, names, keep, phrases)
    found = contraventions_of(decision)
    said = violation.strip() or "；".join(dict.fromkeys(one.title for one in found)) or decision.case.title
    letter = decision_letter(decision)
    parts = {
        "violation": said[:300],
        "content": content_of(decision, kind)[:600],
        "basis": basis_of(decision, kind)[:600],
    }
    clean = {key: _tell(value, names, keep, phrases) for key, value in parts.items()}
    counts = text.counts()
    for one in clean.values():
        counts = {key: counts.get(key, 0) + one.counts().get(key, 0) for key in {*counts, *one.counts()}}
    summary: dict[str, Any] = {key: one.text[:600] for key, one in clean.items()} | {
        "doc_number": letter.number if letter else "",
        "party": surname(party.name) if hidden else party.name,
        "code": party.code if party.kind == "institution" else "",
        "organ": decision.organ.name,
        "decided_on": decision.decided_on.isoformat(),
    }
    summary["violation"] = summary["violation"][:300]
    return Told(summary, upon or original, text.text[:TEXT_MOST], counts)


def content_of(decision: Decision, kind: str) -> str:
    """What was decided: the penalty, or the listing."""
    return decision.text if kind == "penalty" else "列入市场监督管理严重违法失信名单"


def basis_of(decision: Decision, kind: str) -> str:
    """By which articles."""
    return decision.basis if kind == "penalty" else article_as_of("LIST-07", decision.decided_on).text


def original_text(decision: Decision, kind: str) -> str:
    """What was decided and why, before any redaction; never stored.

    The facts are those that the party was told with the decision. What the case was registered with stays inside: it
    may come from an alert, a lead or an informant.
    """
    party = decision.party
    code = f"，统一社会信用代码{party.code}" if party.kind == "institution" and party.code else ""
    lines = [f"当事人：{party.name}{code}。"]
    lines += [
        f"违法行为：{one.title}" + (f"，违反{one.article}" if one.article else "") + "。"
        for one in contraventions_of(decision)
    ]
    lines += [
        f"事实和理由：{decision.reasons.strip()}",
        f"依据：{basis_of(decision, kind)}",
        f"决定：{content_of(decision, kind)}",
        f"{decision.organ.name}，{zh_date(decision.decided_on)}",
    ]
    return "\n".join(lines)


def province_of(code: str) -> str:
    """The first two digits of an area code."""
    return code[:2]


def is_away(decision: Decision) -> bool:
    """Whether the institution is registered in another province; a person, or an unknown province, counts as here."""
    home = decision.party.home_province
    organ = decision.organ.area_code
    return decision.party.kind == "institution" and bool(home) and province_of(home) != province_of(organ)
