"""Forms of handing in, of the column mapping, of withdrawing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms

from hengjian.apps.accounts.models import Organ
from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.mapping import mapping_from_json
from hengjian.engines.tables.ready import ready_mappings
from hengjian.kernel.errors import Refused

LARGEST_MAPPING = 512 * 1024


def table_choices(first: str) -> list[tuple[str, str]]:
    """Every table of the contract by its Chinese name."""
    return [("", first), *((table.name, f"{table.header}（{table.name}）") for table in TABLES.values())]


def ready_choices(first: str, last: str) -> list[tuple[str, str]]:
    """Every ready-made mapping by its title."""
    return [("", first), *((one.name, one.title) for one in ready_mappings()), ("none", last)]


def read_mapping_file(upload: Any) -> dict[str, Any]:
    """The mapping in an uploaded JSON file, checked against the contract; raises ValidationError with a sentence."""
    if upload.size > LARGEST_MAPPING:
        raise forms.ValidationError("列对应文件太大，应是几十行的 JSON。")
    try:
        raw = json.loads(upload.read().decode("utf-8-sig"))
        mapping_from_json(raw)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise forms.ValidationError("列对应文件不是 UTF-8 的 JSON。") from error
    except Refused as error:
        raise forms.ValidationError(error.sentence) from error
    return dict(raw)


class HandInForm(forms.Form):
    """One file, its sender, and – where the person may choose – organ, table, mapping."""

    file = forms.FileField(
        label="台账文件",
        allow_empty_file=True,
        help_text="xlsx、xls、csv（UTF-8 或 GB18030）、Parquet，或装着它们的 zip；最大 2 GB",
    )
    sender = forms.CharField(label="报送单位", max_length=100, help_text="谁交来的；列对应按报送单位记住")
    organ = forms.ChoiceField(label="接收机关")
    table = forms.ChoiceField(label="数据表", required=False, help_text="不选则由表头认出")
    ready = forms.ChoiceField(label="现成的对应", required=False, help_text="已知的台账，列对应已经写好")
    mapping = forms.FileField(label="列对应文件", required=False, help_text="从以前的报送存下的 JSON；没有就不用填")

    def __init__(self, *args: Any, organs: Sequence[Organ], **options: Any) -> None:
        super().__init__(*args, **options)
        self.organs = {str(organ.pk): organ for organ in organs}
        choice: Any = self.fields["organ"]
        choice.choices = [(pk, organ.name) for pk, organ in self.organs.items()]
        choice.initial = next(iter(self.organs), "")
        if len(self.organs) < 2:
            choice.widget = forms.HiddenInput()
        tables: Any = self.fields["table"]
        tables.choices = table_choices("自动识别")
        ready: Any = self.fields["ready"]
        ready.choices = ready_choices("自动：表头相符就用", "不用现成的")

    def clean_mapping(self) -> dict[str, Any]:
        upload = self.cleaned_data.get("mapping")
        return read_mapping_file(upload) if upload else {}


class WithdrawForm(forms.Form):
    """Why a submission is taken back."""

    reason = forms.CharField(label="撤回的原因", max_length=200)


class RereadForm(forms.Form):
    """Reading again: another table, another sheet, a ready-made mapping, or one that somebody kept in a file."""

    ready = forms.ChoiceField(label="换用现成的对应", required=False)
    table = forms.ChoiceField(label="数据表", required=False)
    sheet = forms.ChoiceField(label="工作表", required=False, help_text="要收的是哪一张")
    mapping = forms.FileField(label="换用列对应文件", required=False)

    def __init__(self, *args: Any, sheets: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: dict[str, Any] = self.fields
        chosen["ready"].choices = ready_choices("不换", "不用现成的，自动识别")
        chosen["table"].choices = table_choices("自动识别")
        chosen["sheet"].choices = [(name, name) for name in sheets]
        if len(sheets) < 2:
            del self.fields["sheet"]

    def clean_mapping(self) -> dict[str, Any]:
        upload = self.cleaned_data.get("mapping")
        return read_mapping_file(upload) if upload else {}
