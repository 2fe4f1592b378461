"""What is said to every party at once: the prior notice and the decision, a group of fields for each party."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from hengjian.apps.cases.contraventions import standing
from hengjian.apps.cases.deciding import OutcomeEntry
from hengjian.apps.cases.forms.parts import (
    CaseForm,
    choice_field,
    day_field,
    line_field,
    many_field,
    text_field,
    yuan_field,
)
from hengjian.apps.cases.models import Contravention, Party
from hengjian.apps.cases.noticing import NoticeEntry, latest_notices
from hengjian.apps.cases.wording import MEASURES, OUTCOMES


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of one party."""

    party: Party
    fields: list[BoundField]


class PerPartyForm(CaseForm):
    """A form with the same fields for each party, named `<field>_<party>`."""

    names: tuple[str, ...] = ()

    def prepare(self) -> None:
        self.parties = list(self.case.parties.all())
        self.found: dict[int, list[Contravention]] = {party.pk: [] for party in self.parties}
        for one in standing(self.case):
            self.found.setdefault(one.party_id, []).append(one)
        self.parties = [party for party in self.parties if self.takes(party)]
        for party in self.parties:
            for name, field in self.fields_of(party).items():
                self.fields[f"{name}_{party.pk}"] = field

    def takes(self, party: Party) -> bool:
        """Whether this party is asked about."""
        return True

    def fields_of(self, party: Party) -> dict[str, forms.Field]:
        """The fields of one party, filled with what is known."""
        raise NotImplementedError

    def groups(self) -> Iterator[Group]:
        """The bound fields by party, for the page."""
        for party in self.parties:
            yield Group(party, [self[name] for name in self.fields if name.endswith(f"_{party.pk}")])

    def of(self, party: Party, name: str) -> Any:
        """The cleaned value of a party's field."""
        return self.cleaned_data.get(f"{name}_{party.pk}")


def _facts_text(found: list[Contravention]) -> str:
    return "；".join(
        f"{one.occurred_from.isoformat()}至{one.occurred_to.isoformat()}，{one.title}，违反{one.article}"
        for one in found
    )


def _likely(found: list[Contravention]) -> list[str]:
    measures = ["fine"] if any(one.proposed_fen for one in found) else []
    if any(one.gain_fen for one in found):
        measures.append("confiscate")
    return measures


class NotifyForm(PerPartyForm):
    """What each party is told."""

    def takes(self, party: Party) -> bool:
        return bool(self.found[party.pk])

    def fields_of(self, party: Party) -> dict[str, forms.Field]:
        found = self.found[party.pk]
        fine = sum(one.proposed_fen or 0 for one in found)
        gain = sum(one.gain_fen or 0 for one in found)
        made: dict[str, forms.Field] = {
            "measures": many_field("拟处罚种类", MEASURES),
            "fine": yuan_field("拟罚款（元）"),
            "confiscated": yuan_field("拟没收违法所得（元）"),
            "ban_months": forms.IntegerField(label="限制从业（月）", required=False, min_value=1, max_value=600),
            "ban_for_life": forms.BooleanField(label="终身禁业", required=False),
            "facts": text_field("事实和理由"),
            "served_on": day_field("送达日期", required=False, hint="还没有送达的留空，送达后再登记"),
            "served_how": line_field("送达方式", required=False, most=60),
        }
        made["measures"].initial = _likely(found)
        made["fine"].initial, made["confiscated"].initial = fine or None, gain or None
        made["facts"].initial = _facts_text(found)
        made["served_how"].initial = "直接送达"
        return made

    @property
    def values(self) -> dict[str, Any]:
        return {
            "notices": [
                NoticeEntry(
                    party=party,
                    measures=tuple(self.of(party, "measures") or ()),
                    facts=self.of(party, "facts") or "",
                    fine_fen=self.of(party, "fine") or 0,
                    confiscated_fen=self.of(party, "confiscated") or 0,
                    ban_months=self.of(party, "ban_months"),
                    ban_for_life=bool(self.of(party, "ban_for_life")),
                    served_on=self.of(party, "served_on"),
                    served_how=self.of(party, "served_how") or "",
                )
                for party in self.parties
            ]
        }


class DecideForm(PerPartyForm):
    """One of five outcomes for each party."""

    penal = True

    def fields_of(self, party: Party) -> dict[str, forms.Field]:
        found = self.found[party.pk]
        told = latest_notices(self.case).get(party.pk)
        known = OUTCOMES if self.penal else {code: text for code, text in OUTCOMES.items() if code != "penalty"}
        made: dict[str, forms.Field] = {"outcome": choice_field("处理结果", known, radio=True)}
        if self.penal:
            made |= {
                "measures": many_field("处罚种类", MEASURES),
                "fine": yuan_field("罚款（元）"),
                "confiscated": yuan_field("没收违法所得（元）"),
                "ban_months": forms.IntegerField(label="限制从业（月）", required=False, min_value=1, max_value=600),
                "ban_for_life": forms.BooleanField(label="终身禁业", required=False),
                "deviation": text_field(
                    "偏离裁量基准的理由", required=False, rows=2, hint="罚款与按裁量基准提出的数额不一致时必填"
                ),
            }
            made["outcome"].initial = "penalty" if told else ""
            made["measures"].initial = told.measures if told else []
            made["fine"].initial = (told.fine_fen or None) if told else None
            made["confiscated"].initial = (told.confiscated_fen or None) if told else None
            made["ban_months"].initial = told.ban_months if told else None
            made["ban_for_life"].initial = bool(told and told.ban_for_life)
        made["receiver"] = line_field("接收机关", required=False, hint="处理结果是移送的必填")
        made["reasons"] = text_field("事实和理由")
        made["reasons"].initial = told.facts if told else _facts_text(found)
        return made

    @property
    def values(self) -> dict[str, Any]:
        return {
            "outcomes": [
                OutcomeEntry(
                    party=party,
                    outcome=self.of(party, "outcome"),
                    reasons=self.of(party, "reasons") or "",
                    measures=tuple(self.of(party, "measures") or ()),
                    fine_fen=self.of(party, "fine") or 0,
                    confiscated_fen=self.of(party, "confiscated") or 0,
                    ban_months=self.of(party, "ban_months"),
                    ban_for_life=bool(self.of(party, "ban_for_life")),
                    deviation=self.of(party, "deviation") or "",
                    receiver=self.of(party, "receiver") or "",
                )
                for party in self.parties
            ]
        }


class NoPenaltyForm(DecideForm):
    """Outcomes without a penalty."""

    penal = False
