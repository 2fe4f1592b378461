"""Forms by which a person judges alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from hengjian.apps.alerts.procedures import DISMISSAL_CODES
from hengjian.apps.alerts.services import REASON_MAX
from hengjian.kernel.transitions import Move

DISMISSING = ("dismiss", "propose_dismissal")


class JudgeForm(forms.Form):
    """The moves that are open to this person now, the coded reason of a dismissal, and why."""

    action = forms.ChoiceField(label="结论", widget=forms.RadioSelect, error_messages={"required": "请选一个结论。"})
    reason_code = forms.ChoiceField(label="排除原因", required=False)
    reason = forms.CharField(
        label="理由",
        max_length=REASON_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明理由。", "max_length": f"理由最多 {REASON_MAX} 字。"},
    )
    seen_state = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, moves: Sequence[Move], state: str) -> None:
        first = moves[0].action if len(moves) == 1 else None
        super().__init__(data, initial={"seen_state": state, "action": first})
        self.fields["action"].choices = [(move.action, move.label) for move in moves]  # type: ignore[attr-defined]
        self.fields["reason_code"].choices = [("", "（排除时必选）"), *DISMISSAL_CODES.items()]  # type: ignore[attr-defined]
        self.fields["reason"].required = all("reason" in move.facts for move in moves)
        if not any(move.action in DISMISSING for move in moves):
            del self.fields["reason_code"]
