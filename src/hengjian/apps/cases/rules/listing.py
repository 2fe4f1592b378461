"""A listing goes with a penalty, and for a county or city only with consent from above (名单办法 13、22)."""

from __future__ import annotations

from hengjian.apps.cases.consents import consenting_organ
from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case
from hengjian.kernel.errors import Refused
from hengjian.law.catalogue import article_as_of

PENALTIES = {"fine", "confiscate", "limit", "close", "revoke", "revoke_proposal"}


def require_consent(case: Case, attempt: Attempt) -> None:
    """Consent in hand for every party listed; a listing never stands alone."""
    for outcome in attempt.facts.get("outcomes", ()):
        if "listing" not in outcome["measures"]:
            continue
        name = case.parties.get(pk=outcome["party"]).name
        if not PENALTIES & set(outcome["measures"]):
            raise Refused(
                f"列入严重违法失信名单须以较重的行政处罚为前提，不能对{name}单独列入。",
                where={"field": "outcomes"},
                article=article_as_of("LIST-02", attempt.today).text,
            )
        above = consenting_organ(case.organ)
        if above is None:
            continue
        answers = case.consents.filter(party_id=outcome["party"], kind="listing").order_by("pk")
        last = answers.last()
        if last is None or last.granted is None:
            what = "还没有答复" if last is not None else "还没有报请"
            raise Refused(
                f"将{name}列入严重违法失信名单，须经上一级机关{above.short_name}同意，现在{what}，不能作出决定。",
                where={"field": "outcomes"},
                article=article_as_of("LIST-22", attempt.today).text,
            )
        if not last.granted:
            raise Refused(
                f"{above.short_name}不同意将{name}列入严重违法失信名单，不能作出列入决定。",
                where={"field": "outcomes"},
                article=article_as_of("LIST-22", attempt.today).text,
            )
