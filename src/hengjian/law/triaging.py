"""Rules by which a lead finds the competent authority: read from triage.yaml, applied to the facts of one lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

from hengjian.kernel.citation import Reference
from hengjian.law.catalogue import cite, sector_rules
from hengjian.law.errors import LawError
from hengjian.law.models import Certain, Period, SectorRule
from hengjian.law.schema import parse_yaml, read_section

RULES_FILE = "triage.yaml"
Outcome = Literal["own", "superior", "below", "other_organ", "other_department"]
Territory = Literal["here", "below", "elsewhere", "unknown"]
Complexity = Literal["ordinary", "complex", "cross_region"]
Level = Literal["national", "province", "city", "county", "station", "team"]
DOUBTS = ("subject_guessed", "field_guessed", "day_unknown", "area_registered", "several_departments")


@dataclass(frozen=True, kw_only=True)
class TriageRule(Certain, Period):
    """One rule: conditions (left out = always), where the lead goes, why, and how far it carries (0–1)."""

    id: str
    title: str
    outcome: Outcome
    basis: tuple[Reference, ...]
    reason: str
    sure: Decimal
    special_law: bool | None = None
    territory: tuple[Territory, ...] = ()
    complexity: tuple[Complexity, ...] = ()
    level: tuple[Level, ...] = ()
    fields: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """What makes a triage less sure, and the factor (0–1)."""

    id: str
    title: str
    factor: Decimal


@dataclass(frozen=True, kw_only=True)
class Department:
    """A department outside market regulation, under the name that the sector rules give it."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Words that speak for a subject, field or trait."""

    kind: Literal["subject", "field", "trait"]
    code: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class RuleSet:
    """Everything triage goes by."""

    rules: tuple[TriageRule, ...]
    doubts: Mapping[str, Doubt]
    departments: tuple[Department, ...]
    hints: tuple[Hint, ...]

    def department_named(self, name: str) -> str:
        """The id of the department that a sector rule names, "" where the list does not know it."""
        return next((one.id for one in self.departments if one.name == name), "")

    def guess(self, kind: str, text: str) -> str:
        """The first code of a kind of which a word stands in the text, else ""."""
        return next((one.code for one in self.hints if one.kind == kind and any(w in text for w in one.words)), "")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one lead. `traits`: emission, safety, agricultural_sample; `doubts`: ids of what is guessed."""

    fields: tuple[str, ...]
    subject: str
    conduct_on: date
    territory: Territory
    complexity: Complexity
    level: str
    area_code: str = ""
    traits: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Triaged:
    """Where the lead goes: the rule, the articles as cited, the sector rule and department if another authority is
    competent, how sure (0–1), and the sentences that lead there.
    """

    outcome: Outcome
    rule: str
    title: str
    reason: str
    articles: tuple[str, ...]
    sure: Decimal
    steps: tuple[str, ...]
    special_law: str = ""
    department: str = ""
    authority: str = ""

    @property
    def must_transfer(self) -> bool:
        """Whether the law gives the punishment to another authority, so that this organ may not go on."""
        return bool(self.special_law)


def read_rules(text: str, file: str = RULES_FILE) -> RuleSet:
    """The rule set in a YAML text; LawError names the first fault."""
    raw: Mapping[str, Any] = parse_yaml(text, file)
    wanted = ("triage_rules", "doubts", "departments", "hints")
    unknown = [str(key) for key in raw if key not in wanted]
    if unknown:
        raise LawError("unknown section", file=file, key=unknown[0])
    missing = [key for key in wanted if key not in raw]
    if missing:
        raise LawError("missing section", file=file, key=missing[0])
    found = RuleSet(
        rules=read_section(TriageRule, raw["triage_rules"], file, "triage_rules"),
        doubts={one.id: one for one in read_section(Doubt, raw["doubts"], file, "doubts")},
        departments=read_section(Department, raw["departments"], file, "departments"),
        hints=read_section(Hint, raw["hints"], file, "hints"),
    )
    _check(found, file)
    return found


def _check(found: RuleSet, file: str) -> None:
    for place, one in enumerate(found.rules):
        if not Decimal(0) < one.sure <= Decimal(1):
            raise LawError("must lie above 0 and at most at 1", file=file, entry=one.id, key="sure")
        if any(other.id == one.id and other.meets(one) for other in found.rules[:place]):
            raise LawError("the rule stands twice for one day", file=file, entry=one.id)
    for doubt in found.doubts.values():
        if not Decimal(0) < doubt.factor <= Decimal(1):
            raise LawError("must lie above 0 and at most at 1", file=file, entry=doubt.id, key="factor")
    missing = [name for name in DOUBTS if name not in found.doubts]
    if missing:
        raise LawError("missing doubt", file=file, entry=missing[0])
    last = found.rules[-1] if found.rules else None
    if (
        last is None
        or last.special_law
        or any((last.territory, last.complexity, last.level, last.fields, last.subjects))
    ):
        raise LawError("the last rule must hold always, or a lead goes nowhere", file=file, key="triage_rules")


def load_rules(folder: Traversable) -> RuleSet:
    """Read and check the file of a folder."""
    path = folder.joinpath(RULES_FILE)
    if not path.is_file():
        raise LawError("the file is missing", file=RULES_FILE)
    return read_rules(path.read_text(encoding="utf-8"))


@cache
def triage_rules() -> RuleSet:
    """The installed rule set."""
    return load_rules(files("hengjian.law"))


def rules_text() -> str:
    """The installed file as it is written, for somebody who wants to try a changed one."""
    return files("hengjian.law").joinpath(RULES_FILE).read_text(encoding="utf-8")


def special_laws(facts: Facts) -> tuple[SectorRule, ...]:
    """The sector rules by which another authority punishes this conduct on that day (the rows marked for transfer)."""
    kind = next((one for one in ("emission", "safety") if one in facts.traits), None)
    found: dict[str, SectorRule] = {}
    for field in facts.fields:
        for rule in sector_rules(
            field,
            facts.conduct_on,
            conduct=facts.subject,
            area_code=facts.area_code or None,
            test_kind=kind,
        ):
            if rule.transfer and (rule.trait is None or rule.trait in facts.traits):
                found[rule.id] = rule
    return tuple(found.values())


def triage(facts: Facts, rules: RuleSet, *, on: date) -> Triaged:
    """The first rule in force on the day `on` whose conditions hold for the facts; the last one always does."""
    laws = special_laws(facts)
    rule = next((one for one in rules.rules if one.holds_on(on) and _holds(one, facts, bool(laws))), rules.rules[-1])
    concerned = laws if rule.special_law else ()
    names = tuple(dict.fromkeys(one.authority for one in concerned))
    doubts = [*facts.doubts, *(["several_departments"] if len(names) > 1 else [])]
    sure = rule.sure
    for name in doubts:
        sure *= rules.doubts[name].factor
    basis = [*rule.basis, *(one for law in concerned for one in law.basis)]
    return Triaged(
        outcome=rule.outcome,
        rule=rule.id,
        title=rule.title,
        reason=rule.reason,
        articles=tuple(dict.fromkeys(str(cite(one, facts.conduct_on).citation) for one in basis)),
        sure=sure.quantize(Decimal("0.01")),
        steps=_steps(rule, facts, concerned, [rules.doubts[name] for name in doubts]),
        special_law=concerned[0].id if concerned else "",
        department=rules.department_named(names[0]) if len(names) == 1 else "",
        authority="或者".join(names),
    )


def _holds(rule: TriageRule, facts: Facts, special: bool) -> bool:
    asked = (
        (rule.territory, (facts.territory,)),
        (rule.complexity, (facts.complexity,)),
        (rule.level, (facts.level,)),
        (rule.fields, facts.fields),
        (rule.subjects, (facts.subject,)),
    )
    if rule.special_law is not None and rule.special_law != special:
        return False
    return all(not wanted or set(wanted) & set(given) for wanted, given in asked)


_TERRITORY = {
    "here": "行为发生在本机关辖区",
    "below": "行为发生在下级机关辖区",
    "elsewhere": "行为发生在本机关辖区以外",
    "unknown": "行为发生地不明",
}


def _steps(rule: TriageRule, facts: Facts, laws: tuple[SectorRule, ...], doubts: list[Doubt]) -> tuple[str, ...]:
    found = [f"{_TERRITORY[facts.territory]}。"]
    found += [f"{law.title}：由{law.authority}处罚（{law.id}）。" for law in laws]
    if not laws:
        found.append("没有特别法把处罚交给其他部门。")
    found.append(f"适用 {rule.id}：{rule.title}。")
    found += [f"{doubt.title}，把握乘以 {doubt.factor}。" for doubt in doubts]
    return tuple(found)
