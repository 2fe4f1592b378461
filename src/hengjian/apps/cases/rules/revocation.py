"""Only the organ that accredits (or its superior) revokes; the others propose it upwards (资质认定办法 8、32；层级)."""

from __future__ import annotations

from hengjian.apps.accounts.models import Level
from hengjian.apps.cases.gates import Attempt
from hengjian.apps.cases.models import Case
from hengjian.kernel.errors import Refused
from hengjian.law.discretion import competence_on

LEVELS: dict[str, str] = {
    Level.NATIONAL: "samr",
    Level.PROVINCE: "province",
    Level.CITY: "city",
    Level.COUNTY: "county",
    Level.STATION: "station",
    Level.TEAM: "station",
}
"""Level of an organ → level of the matrix."""


def require_competence(case: Case, attempt: Attempt) -> None:
    """Cities and counties propose the revocation to the accrediting organ instead of deciding it."""
    lines = [*attempt.facts.get("outcomes", ()), *attempt.facts.get("notices", ())]
    if not any("revoke" in one["measures"] for one in lines):
        return
    found = competence_on("revoke", LEVELS[case.organ.level], on=attempt.today)  # type: ignore[arg-type]
    if found.answer != "may":
        raise Refused(
            f"{found.sentence}请改选“提请发证机关撤销资质认定证书”。",
            where={"field": "outcomes" if attempt.facts.get("outcomes") else "notices"},
            article=found.article,
        )
