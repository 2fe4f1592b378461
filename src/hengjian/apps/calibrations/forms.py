"""The one sentence that a step needs."""

from __future__ import annotations

from django import forms


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label="理由",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。", "max_length": "理由最多 1000 字。"},
    )


class OpinionForm(forms.Form):
    """An opinion that may stay empty."""

    reason = forms.CharField(
        label="审定意见",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "意见最多 1000 字。"},
    )
