"""Forms of the officials' side: writing to an informant, asking for an opening, deciding on it."""

from __future__ import annotations

from typing import Any

from django import forms

from hengjian.apps.informants.channel import TEXT_MOST
from hengjian.apps.informants.openings import REASON_MOST
from hengjian.apps.informants.procedures import SCOPES


class ManyFiles(forms.FileInput):
    """Several files in one control."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of uploaded files; what they contain is the service's matter."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return list(data) if isinstance(data, list | tuple) else [data] if data else []


def lines(label: str, missing: str, *, rows: int = 3, most: int = TEXT_MOST, hint: str = "") -> forms.CharField:
    """A few lines of text; `missing` is the sentence where there are none, "" makes them optional."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=bool(missing),
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={
            "required": missing,
            "max_length": f"{label}最多 {most} 字，现在是 %(show_value)s 字。",
            "null_characters_not_allowed": f"{label}里有看不见的空字符，请删去。",
        },
    )


class MessageForm(forms.Form):
    """What an official writes to the informant."""

    text = lines(
        "写给举报人", "请写内容。", rows=4, hint="举报人凭查询码看到，署名是机关。不要写能让旁人认出举报人的内容。"
    )


class OpeningForm(forms.Form):
    """What is to be opened, and why it must be."""

    scope = forms.ChoiceField(
        label="开启内容",
        choices=list(SCOPES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择要开启的内容。", "invalid_choice": "请从列出的内容中选一项。"},
    )
    reason = lines("理由", "请写明为什么必须开启。", most=REASON_MOST, hint="会给批准人、执法监督人员和上级机关看。")


class RefuseForm(forms.Form):
    """Why an opening is not approved."""

    reason = lines("不予批准的理由", "请写明不予批准的理由。", rows=2, most=300)
