"""Forms of the registry, made from the models' own columns; a wrong identifier says what is wrong where."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.db import models

from hengjian.apps.registry.models import Institution
from hengjian.apps.registry.services import require_area, require_cma, require_uscc
from hengjian.apps.registry.tables import PARTS
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.kernel.errors import Refused
from hengjian.ui.fields import DayField

BY_HAND = ("sites", "certificates", "certificate_status", "scope", "people", "signatories", "instruments")
BY_HAND += ("calibrations", "declarations")
"""Tables that a registrar may enter by hand; attendance comes from ledgers only."""
EMPTY_CHOICE = [("", "未填")]
PAIRS = (
    ("valid_from", "valid_to", "有效期止早于有效期起"),
    ("from_on", "to_on", "止日早于起日"),
    ("approved_on", "removed_on", "取消日期早于批准日期"),
    ("employed_from", "employed_to", "在职止早于在职起"),
    ("qualified_from", "qualified_to", "资格有效期止早于资格有效期起"),
    ("in_service_from", "in_service_to", "停用日期早于启用日期"),
    ("calibrated_on", "valid_to", "有效期止早于检定校准日期"),
    ("range_low", "range_high", "范围上限小于下限"),
)


def _form_field(column: models.Field[Any, Any]) -> forms.Field:
    label, required = str(column.verbose_name), not (column.blank or column.null)
    if isinstance(column, models.DateField):
        return DayField(label=label, required=required)
    if column.name == "field":
        return forms.ChoiceField(label=label, required=required, choices=[*EMPTY_CHOICE, *FIELD_CODES.items()])
    if column.choices:
        choices = [*EMPTY_CHOICE, *column.choices] if not required else list(column.choices)
        return forms.ChoiceField(label=label, required=required, choices=choices)
    if isinstance(column, models.BooleanField):
        return forms.TypedChoiceField(
            label=label,
            required=False,
            choices=[*EMPTY_CHOICE, ("1", "是"), ("0", "否")],
            coerce=lambda text: text == "1",
            empty_value=None,
        )
    if isinstance(column, models.PositiveIntegerField):
        return forms.IntegerField(label=label, required=required, min_value=0, max_value=1_000_000)
    if isinstance(column, models.FloatField):
        return forms.FloatField(label=label, required=required)
    return forms.CharField(label=label, required=required, max_length=column.max_length)


class ChangeFields(forms.Form):
    """From when and why: asked for every change, so that the old value can stay with its last day."""

    changed_on = DayField(label="变更日期", help_text="从这一天起按新的值；原来的值保留到前一天")
    reason = forms.CharField(label="变更依据", max_length=300, help_text="例如：准予变更登记通知书文号，或更正录入错误")


class InstitutionForm(forms.Form):
    """The columns of an institution; `new` asks for the code as well."""

    name = forms.CharField(label="机构名称", max_length=200)
    kind = forms.ChoiceField(label="机构属性", choices=[*EMPTY_CHOICE, *Institution.KINDS], required=False)
    fields_ = forms.MultipleChoiceField(
        label="领域", choices=list(FIELD_CODES.items()), widget=forms.CheckboxSelectMultiple, required=False
    )
    area_code = forms.CharField(label="行政区划代码", max_length=12, help_text="6、9 或 12 位")
    home_province = forms.CharField(
        label="注册地省份代码", max_length=6, required=False, help_text="与所在地不同省的，列入外省机构"
    )
    address = forms.CharField(label="地址", max_length=300, required=False)
    legal_rep = forms.CharField(label="法定代表人", max_length=80, required=False)
    phone = forms.CharField(label="联系电话", max_length=60, required=False)
    registered_on = DayField(label="成立日期", required=False)
    status = forms.ChoiceField(label="状态", choices=Institution.STATUSES)

    def clean_area_code(self) -> str:
        """Known division or the sentence that says why not."""
        return _or_error(require_area, self.cleaned_data["area_code"])

    def clean_home_province(self) -> str:
        """Two or six digits."""
        text = str(self.cleaned_data["home_province"]).strip()
        if text and not (text.isascii() and text.isdigit() and len(text) in (2, 6)):
            raise forms.ValidationError(f"“{text}”应为 2 位或 6 位数字")
        return text

    @property
    def values(self) -> dict[str, Any]:
        """What the services take."""
        kept = {name: value for name, value in self.cleaned_data.items() if name in InstitutionForm.base_fields}
        kept["fields"] = kept.pop("fields_")
        return kept


class NewInstitutionForm(InstitutionForm):
    """Registration by hand."""

    uscc = forms.CharField(label="统一社会信用代码", max_length=40, help_text="18 位，登记后不再改动")
    field_order = ["uscc"]

    def clean_uscc(self) -> str:
        """Right by GB 32100 and not registered yet."""
        code = _or_error(require_uscc, self.cleaned_data["uscc"])
        taken = Institution.objects.filter(uscc=code).first()
        if taken:
            raise forms.ValidationError(f"代码 {code} 已经登记：{taken.name}")
        return code


class ChangeInstitutionForm(InstitutionForm, ChangeFields):
    """Change of registered facts."""

    field_order = [*InstitutionForm.base_fields, "changed_on", "reason"]


def _or_error(check: Any, text: str) -> str:
    try:
        return str(check(text, demo=settings.DEMO))
    except Refused as error:
        raise forms.ValidationError(error.sentence) from error


class PartForm(forms.Form):
    """One row of a part table; fields are made for the table."""

    def __init__(self, table: str, *args: Any, change: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.table = table
        for name, column in PARTS[table].fields.items():
            if name != "person_key":
                self.fields[name] = _form_field(column)
        self.own = tuple(self.fields)
        if change:
            self.fields |= ChangeFields().fields

    def clean(self) -> dict[str, Any]:
        """Identifiers right, ends not before starts."""
        values = super().clean() or self.cleaned_data
        if self.table == "certificates" and values.get("certificate_no"):
            self._check("certificate_no", require_cma)
        if self.table == "sites" and values.get("area_code"):
            self._check("area_code", require_area)
        for start, end, sentence in PAIRS:
            low, high = values.get(start), values.get(end)
            if start in self.fields and end in self.fields and low is not None and high is not None and high < low:
                self.add_error(end, sentence)
        return values

    def _check(self, name: str, check: Any) -> None:
        try:
            self.cleaned_data[name] = check(self.cleaned_data[name], demo=settings.DEMO)
        except Refused as error:
            self.add_error(name, error.sentence)

    @property
    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {name: self.cleaned_data[name] for name in self.own}


class DecisionForm(forms.Form):
    """A decision on a match proposal."""

    reason = forms.CharField(label="理由", max_length=300)
    survivor = forms.ChoiceField(label="保留哪一家", required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, entries: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["survivor"].choices = entries  # type: ignore[attr-defined]
