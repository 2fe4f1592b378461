"""The form that starts a run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from hengjian.apps.accounts.models import Organ
from hengjian.ui.fields import DayField


class StartForm(forms.Form):
    """For which organ and as of which day."""

    organ_id = forms.ChoiceField(label="机关")
    today = DayField(label="按哪一天筛查")

    def __init__(self, data: Any, *, organs: Sequence[Organ], today: date) -> None:
        super().__init__(data, initial={"today": today, "organ_id": str(organs[0].pk) if organs else ""})
        self._organs = {str(organ.pk): organ for organ in organs}
        self.fields["organ_id"].choices = [(key, organ.name) for key, organ in self._organs.items()]  # type: ignore[attr-defined]

    @property
    def organ(self) -> Organ:
        """The chosen organ, once the form is valid."""
        return self._organs[self.cleaned_data["organ_id"]]
