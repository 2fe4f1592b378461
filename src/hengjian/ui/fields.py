"""A form's field as the page shows it: label, hint, error beside the control, what was typed stays."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString

from hengjian.kernel.errors import Refused
from hengjian.ui.days import parse_day


class FieldView:
    """Wraps a bound field: which shape it has and the control with its ARIA attributes."""

    def __init__(self, bound: BoundField, *, hint: str = "", kind: str = "") -> None:
        self.bound = bound
        self.hint = hint or bound.help_text
        self.kind = kind
        widget = bound.field.widget
        self.hidden = bound.is_hidden
        self.group = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
        self.single = isinstance(widget, forms.CheckboxInput)
        self.file = isinstance(widget, forms.FileInput)

    @property
    def label(self) -> str:
        return str(self.bound.label)

    @property
    def required(self) -> bool:
        return bool(self.bound.field.required)

    @property
    def errors(self) -> list[str]:
        return [str(error) for error in self.bound.errors]

    @property
    def first_error(self) -> str:
        return self.errors[0] if self.errors else ""

    @property
    def id(self) -> str:
        return self.bound.id_for_label or self.bound.auto_id or f"id_{self.bound.html_name}"

    @property
    def anchor(self) -> str:
        """The id an error summary links to: the control, or the group's first choice."""
        return f"{self.bound.auto_id}_0" if self.group else self.id

    @property
    def hint_id(self) -> str:
        return f"{self.bound.auto_id}_hint"

    @property
    def error_id(self) -> str:
        return f"{self.bound.auto_id}_error"

    @property
    def options(self) -> list[dict[str, Any]]:
        """Choices of a radio or tick-box group, each with its control."""
        return [
            {"control": choice.tag(), "label": choice.choice_label, "id": choice.id_for_label}
            for choice in self.bound.subwidgets
        ]

    def control(self) -> SafeString:
        """The control; invalid ones say so and name their error, all name their hint."""
        described = [part for part, there in ((self.error_id, self.errors), (self.hint_id, self.hint)) if there]
        attributes: dict[str, Any] = {}
        if described:
            attributes["aria-describedby"] = " ".join(described)
        if self.errors:
            attributes["aria-invalid"] = "true"
        if isinstance(self.bound.field.widget, forms.Textarea) and self.bound.field.widget.attrs.get("rows") == "10":
            attributes["rows"] = "4"
        if not (self.single or self.file):
            own = self.bound.field.widget.attrs.get("class", "")
            attributes["class"] = " ".join(part for part in ("in", self.kind, own) if part)
        return self.bound.as_widget(attrs=attributes)


class DayField(forms.CharField):
    """A day typed as text, because the browser's own date field is not in our language everywhere; gives a date."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 20)
        super().__init__(**options)
        self.widget.attrs.update({"inputmode": "numeric", "size": "12", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, date):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_day(text)
        except Refused as error:
            raise forms.ValidationError(error.sentence) from error

    def run_validators(self, value: Any) -> None:
        """Length is the text's matter; a date has none."""

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value
