"""Forms of plans, items, parameters, looks and visits; what they cannot know (states, caps) the services refuse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from hengjian.apps.accounts.models import Organ
from hengjian.apps.plans.models import RATINGS, AnnualPlan, MonitoringLook, PlanItem
from hengjian.apps.plans.parameters import NAMED
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.law.loader import lawbook
from hengjian.ui.fields import DayField

MONTHS = [(str(month), f"{month} 月") for month in range(1, 13)]
EXTRA_SHARES = 3
DEPARTMENTS_MAX = 10


def checklist_choices(on: date) -> list[tuple[str, str]]:
    """Groups of check items in force."""
    return [(one.id, f"{one.id.removeprefix('CK-')} {one.title}") for one in lawbook().checklists if one.holds_on(on)]


class PlanForm(forms.Form):
    """Whose plan, of which year, its title and basis."""

    organ_id = forms.ChoiceField(label="机关")
    year = forms.TypedChoiceField(label="年度", coerce=int)
    title = forms.CharField(label="名称", max_length=120)
    basis = forms.CharField(
        label="制定依据", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": "3"})
    )

    def __init__(self, *args: Any, organs: Sequence[Organ], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self._organs = {str(organ.pk): organ for organ in organs}
        self.fields["organ_id"].choices = [(key, organ.name) for key, organ in self._organs.items()]  # type: ignore[attr-defined]
        self.fields["year"].choices = [(year, f"{year} 年") for year in (today.year, today.year + 1)]  # type: ignore[attr-defined]

    @property
    def organ(self) -> Organ:
        """The chosen organ, once the form is valid."""
        return self._organs[self.cleaned_data["organ_id"]]


class PlanTextForm(forms.Form):
    """Title and basis of a draft."""

    title = forms.CharField(label="名称", max_length=120)
    basis = forms.CharField(
        label="制定依据", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": "3"})
    )


class VersionForm(forms.Form):
    """Why a plan in force is changed."""

    reason = forms.CharField(label="变更理由", max_length=300, widget=forms.Textarea(attrs={"rows": "3"}))


class ItemForm(forms.Form):
    """One item of a plan; the shares by stratum are rows of fields `share_N_field`, `_area`, `_rating`, `_percent`."""

    title = forms.CharField(label="事项名称", max_length=120)
    kind = forms.ChoiceField(label="类别", choices=PlanItem.KINDS, widget=forms.RadioSelect)
    fields_ = forms.MultipleChoiceField(
        label="领域", choices=list(FIELD_CODES.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    area_codes = forms.MultipleChoiceField(label="区域", required=False, widget=forms.CheckboxSelectMultiple)
    share = forms.IntegerField(label="抽查比例（%）", min_value=1, max_value=100, required=False)
    n = forms.IntegerField(label="抽查家数", min_value=1, max_value=100_000, required=False)
    method = forms.ChoiceField(label="抽取方法", choices=PlanItem.METHODS, widget=forms.RadioSelect)
    min_per_stratum = forms.IntegerField(label="每层至少抽", min_value=0, max_value=1000, initial=1)
    batches = forms.IntegerField(label="分几批", min_value=1, max_value=52, initial=1)
    planned_months = forms.MultipleChoiceField(
        label="计划月份", choices=MONTHS, required=False, widget=forms.CheckboxSelectMultiple
    )
    notice = forms.ChoiceField(label="通知", choices=PlanItem.NOTICES, widget=forms.RadioSelect)
    checklist_groups = forms.MultipleChoiceField(label="检查内容", required=False, widget=forms.CheckboxSelectMultiple)
    departments = forms.CharField(
        label="联合部门", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": "2"})
    )
    joined_to = forms.ChoiceField(label="与哪一事项同次入企", required=False)

    def __init__(self, *args: Any, plan: AnnualPlan, item: PlanItem | None, today: date, **options: Any) -> None:
        shares = list(item.shares.all()) if item else []
        super().__init__(*args, initial=_initial(item), **options)
        areas = [(organ.area_code, organ.short_name) for organ in _areas(plan.organ)]
        self.fields["area_codes"].choices = areas  # type: ignore[attr-defined]
        self.fields["checklist_groups"].choices = checklist_choices(today)  # type: ignore[attr-defined]
        partners = plan.items.exclude(pk=item.pk if item else None).exclude(kind="monitoring").filter(joined_to=None)
        self._partners = {str(one.pk): one for one in partners}
        self.fields["joined_to"].choices = [  # type: ignore[attr-defined]
            ("", "不并入"),
            *((key, str(one)) for key, one in self._partners.items()),
        ]
        self.share_rows = len(shares) + EXTRA_SHARES
        for number in range(self.share_rows):
            row = shares[number] if number < len(shares) else None
            self._add_share(number, row, areas)

    def _add_share(self, number: int, row: Any, areas: list[tuple[str, str]]) -> None:
        def choice(label: str, choices: Sequence[tuple[str, str]], value: str) -> forms.ChoiceField:
            small = forms.Select(attrs={"class": "in sm"})
            return forms.ChoiceField(
                label=label, choices=[("", "全部"), *choices], required=False, initial=value, widget=small
            )

        start, nth = f"share_{number}_", f"第 {number + 1} 行"
        fields = list(FIELD_CODES.items())
        self.fields[f"{start}field"] = choice(f"{nth}领域", fields, row.field if row else "")
        self.fields[f"{start}area"] = choice(f"{nth}区域", areas, row.area_code if row else "")
        self.fields[f"{start}rating"] = choice(f"{nth}信用等级", RATINGS, row.rating if row else "")
        self.fields[f"{start}percent"] = forms.IntegerField(
            label=f"{nth}比例（%）",
            min_value=1,
            max_value=100,
            required=False,
            initial=row.share if row else None,
            widget=forms.NumberInput(attrs={"class": "in sm"}),
        )

    @property
    def share_fields(self) -> list[list[Any]]:
        """The bound controls of each row of shares, for the table."""
        names = ("field", "area", "rating", "percent")
        return [[self[f"share_{number}_{name}"] for name in names] for number in range(self.share_rows)]

    def clean_departments(self) -> list[str]:
        """One department a line, or with 、 between them."""
        text = self.cleaned_data["departments"].replace("、", "\n").replace("，", "\n")
        names = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
        if len(names) > DEPARTMENTS_MAX or any(len(name) > 40 for name in names):
            raise forms.ValidationError(f"每行写一个部门，最多 {DEPARTMENTS_MAX} 个，每个最多 40 字。")
        return names

    def clean(self) -> dict[str, Any]:
        """A row of shares that names a stratum needs its share."""
        data = super().clean() or {}
        for number in range(self.share_rows):
            named = any(data.get(f"share_{number}_{name}") for name in ("field", "area", "rating"))
            if named and not data.get(f"share_{number}_percent") and not self.errors.get(f"share_{number}_percent"):
                self.add_error(f"share_{number}_percent", "写了分层，请写比例。")
        return data

    @property
    def values(self) -> dict[str, Any]:
        """The item's columns."""
        data = self.cleaned_data
        plain = ("title", "kind", "area_codes", "share", "n", "method", "min_per_stratum", "batches", "notice")
        return {
            **{name: data[name] for name in (*plain, "checklist_groups", "departments")},
            "fields": data["fields_"],
            "planned_months": sorted(int(month) for month in data["planned_months"]),
            "joined_to": self._partners.get(data["joined_to"]),
        }

    @property
    def shares(self) -> list[dict[str, Any]]:
        """The rows of shares that say something."""
        data = self.cleaned_data
        rows = []
        for number in range(self.share_rows):
            if data.get(f"share_{number}_percent"):
                keys = {"field": "field", "area_code": "area", "rating": "rating", "share": "percent"}
                rows.append({key: data.get(f"share_{number}_{name}") or "" for key, name in keys.items()})
        return rows


def _areas(organ: Organ) -> list[Organ]:
    below = Organ.objects.filter(path__startswith=organ.path, level__in=("city", "county"), valid_to=None)
    return list(below.order_by("path"))


def _initial(item: PlanItem | None) -> dict[str, Any]:
    if item is None:
        return {"kind": "draw", "method": "equal", "notice": "required"}
    plain = ("title", "kind", "area_codes", "share", "n", "method", "min_per_stratum", "batches", "notice")
    return {
        **{name: getattr(item, name) for name in (*plain, "checklist_groups")},
        "fields_": item.fields,
        "planned_months": [str(month) for month in item.planned_months],
        "departments": "\n".join(item.departments),
        "joined_to": str(item.joined_to_id or ""),
    }


class MoveForm(forms.Form):
    """One move on a plan, with what it needs."""

    seen_state = forms.CharField(widget=forms.HiddenInput)
    action = forms.ChoiceField(label="办理", widget=forms.RadioSelect)
    receipt_no = forms.CharField(label="备案文号", max_length=60, required=False)
    reason = forms.CharField(
        label="理由或者意见", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": "3"})
    )

    def __init__(self, data: Any, *, moves: Sequence[Any], state: str) -> None:
        super().__init__(data, initial={"seen_state": state, "action": moves[0].action if moves else ""})
        self.fields["action"].choices = [(move.action, move.label) for move in moves]  # type: ignore[attr-defined]
        asked = {fact for move in moves for fact in move.facts}
        for name in ("receipt_no", "reason"):
            if name not in asked:
                del self.fields[name]
            else:
                self.fields[name].required = all(name in move.facts for move in moves)


class ParameterForm(forms.Form):
    """A number for an organ's area, with the document that published it."""

    organ_id = forms.ChoiceField(label="机关")
    name = forms.ChoiceField(label="参数", choices=[(one.name, f"{one.label}（{one.unit}）") for one in NAMED.values()])
    value = forms.IntegerField(label="数值", min_value=0, max_value=1000)
    source = forms.CharField(label="公布文件", max_length=200)
    valid_from = DayField(label="自哪一天起")

    def __init__(self, *args: Any, organs: Sequence[Organ], today: date, **options: Any) -> None:
        super().__init__(*args, initial={"valid_from": today}, **options)
        self._organs = {str(organ.pk): organ for organ in organs}
        self.fields["organ_id"].choices = [(key, organ.name) for key, organ in self._organs.items()]  # type: ignore[attr-defined]

    @property
    def organ(self) -> Organ:
        """The chosen organ, once the form is valid."""
        return self._organs[self.cleaned_data["organ_id"]]


class LookForm(forms.Form):
    """What a person concluded from the screening of one institution."""

    conclusion = forms.ChoiceField(label="结论", choices=MonitoringLook.CONCLUSIONS, widget=forms.RadioSelect)
    note = forms.CharField(label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": "4"}))


class MoveVisitForm(forms.Form):
    """Another day for a visit."""

    day = DayField(label="改到哪一天")
    reason = forms.CharField(label="改期理由", max_length=300)


class CancelVisitForm(forms.Form):
    """Why a visit does not take place."""

    reason = forms.CharField(label="取消理由", max_length=300)


class JoinForm(forms.Form):
    """With which item of one's own plan to go along with a reserved visit."""

    item_id = forms.ChoiceField(label="本机关的计划事项")

    def __init__(self, *args: Any, items: Sequence[PlanItem], **options: Any) -> None:
        super().__init__(*args, **options)
        self._items = {str(one.pk): one for one in items}
        self.fields["item_id"].choices = [(key, str(one)) for key, one in self._items.items()]  # type: ignore[attr-defined]

    @property
    def item(self) -> PlanItem:
        """The chosen item, once the form is valid."""
        return self._items[self.cleaned_data["item_id"]]


class AnswerForm(forms.Form):
    """Consent to a merge, or not."""

    action = forms.ChoiceField(choices=[(one, one) for one in ("agree_host", "agree_guest", "decline")])
    reason = forms.CharField(label="理由", max_length=300, required=False)
