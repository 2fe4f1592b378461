"""What people type when a document is drawn up by hand: the form's own facts, prefilled from the record."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from hengjian.apps.documents.composing import shown
from hengjian.law.paper import Fact, Form
from hengjian.ui.fields import DayField

TYPED = ("text", "long", "date", "moment", "money", "number")
"""Kinds that are typed; lists, people, opinions and marks come from the record or are written by hand on paper."""
TEXT_MAX = 300
LONG_MAX = 20_000


def field_name(key: str) -> str:
    """The name of the field of a fact: dots would be read as prefixes."""
    return key.replace(".", "-")


RECORD_ALONE = ("decision.", "notice.")


class FactsForm(forms.Form):
    """One field for every fact that can be typed; mandatory ones say so and are asked for by the service."""

    def __init__(self, *args: Any, definition: Form, known: Mapping[str, Any], reason: bool = False, **more: Any):
        super().__init__(*args, **more)
        self.definition, self.known = definition, known
        if reason:
            self.fields["reason"] = forms.CharField(label="换版理由", max_length=300, required=False)
        for fact in definition.facts:
            if fact.kind in TYPED:
                self.fields[field_name(fact.key)] = self._field(fact)

    def _field(self, fact: Fact) -> forms.Field:
        initial = self.known.get(fact.key)
        needed = fact.key in self.definition.needs
        # what was notified and decided is printed as the record has it; typing another sum beside it is not possible
        fixed = fact.key.startswith(RECORD_ALONE) and initial not in (None, "")
        common: dict[str, Any] = {"label": fact.label, "required": needed, "initial": initial, "disabled": fixed}
        if fact.kind == "date":
            return DayField(**common)
        if fact.kind == "money":
            if isinstance(initial, int):
                common["initial"] = Decimal(initial) / 100
            return forms.DecimalField(**common, min_value=0, max_digits=16, decimal_places=2, help_text="单位：元")
        if fact.kind == "long":
            return forms.CharField(**common, max_length=LONG_MAX, widget=forms.Textarea(attrs={"rows": 4}))
        hint = "如 2026-03-05 09:30" if fact.kind == "moment" else ""
        if fact.kind == "moment" and isinstance(initial, str):
            common["initial"] = initial.replace("T", " ")
        return forms.CharField(**common, max_length=TEXT_MAX, help_text=hint)

    def full_clean(self) -> None:
        """What is mandatory is shown so; what of it is missing the service tells at once, with the article."""
        needed = [field for field in self.fields.values() if field.required]
        for field in needed:
            field.required = False
        super().full_clean()
        for field in needed:
            field.required = True

    def given(self) -> dict[str, Any]:
        """All facts as a context: what was typed, and from the record what cannot be typed."""
        told: dict[str, Any] = {}
        for fact in self.definition.facts:
            value = self.known.get(fact.key)
            if fact.kind in TYPED:
                value = self.cleaned_data.get(field_name(fact.key))
                if fact.kind == "money" and value is not None:
                    value = int(value * 100)
            _put(told, fact.key, value)
        return told

    def from_record(self) -> list[tuple[str, str]]:
        """Label and words of what comes from the record as it is."""
        kept = [fact for fact in self.definition.facts if fact.kind not in TYPED and fact.kind != "opinion"]
        return [(fact.label, self._words(fact)) for fact in kept]

    def _words(self, fact: Fact) -> str:
        value = self.known.get(fact.key)
        if fact.kind == "list":
            return f"{len(value)} 项" if value else "记录中没有"
        return shown(fact, value) or "记录中没有"


class ReasonForm(forms.Form):
    """Why a document is void or a draft not wanted any more."""

    reason = forms.CharField(label="理由", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class SetForm(forms.Form):
    """Which documents are to be made in one go."""

    forms_wanted = forms.MultipleChoiceField(label="文书", widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, offered: list[tuple[str, str]], **more: Any):
        super().__init__(*args, **more)
        self.fields["forms_wanted"].choices = offered  # type: ignore[attr-defined]


def _put(told: dict[str, Any], key: str, value: Any) -> None:
    *path, last = key.split(".")
    node = told
    for step in path:
        node = node.setdefault(step, {})
    node[last] = value
