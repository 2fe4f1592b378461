"""The forms themselves: which there are, what the law wants in each, and on what it rests."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hengjian.apps.accounts.gates import needs
from hengjian.apps.documents import presenting
from hengjian.law.paper import FAMILIES, PLACEHOLDER, Form, form, forms_on


@require_GET
@needs("form.view")
def show_forms(request: HttpRequest) -> HttpResponse:
    """All forms in force today by family; words in the search field narrow them."""
    words = request.GET.get("q", "").strip()[:40]
    today = timezone.localdate()
    found = [one for one in forms_on(today) if words.lower() in f"{one.id}{one.title}{one.number_word or ''}".lower()]
    families = [
        (label, [(one, presenting.VOLUME_LABELS[one.volume]) for one in found if one.family == key])
        for key, label in FAMILIES.items()
    ]
    page = {"families": [pair for pair in families if pair[1]], "count": len(found), "words": words}
    return render(request, "documents/forms.html", page)


@require_GET
@needs("form.view")
def show_form(request: HttpRequest, form_id: str) -> HttpResponse:
    """One form: its facts, its wording, who signs, where it is filed."""
    today = timezone.localdate()
    one = form(form_id, today)
    page = {
        "form": one,
        "family": presenting.family_of(one),
        "facts": presenting.fact_rows(one),
        "paragraphs": [_worded(one, part.text) for part in one.parts if part.text],
        "basis": one.basis_text(today),
        "sheet_facts": [
            ("编号", one.id),
            ("版面", presenting.LAYOUTS[one.layout]),
            ("文号字", one.number_word or "无文号"),
            ("归入", presenting.VOLUME_LABELS[one.volume]),
            ("份数", "、".join(one.copies)),
            ("印章", "加盖机关印章" if one.seal else "不加盖"),
            (
                "签名",
                "、".join(f"{sign.place}{f' {sign.people} 人' if sign.people > 1 else ''}" for sign in one.signs)
                or "无",
            ),
            ("施行", f"{one.valid_from:%Y-%m-%d} 起"),
            ("式样摘要", one.digest[:16]),
        ],
    }
    return render(request, "documents/form.html", page)


def _worded(one: Form, text: str) -> str:
    """The wording with the facts by their labels."""
    return PLACEHOLDER.sub(lambda found: f"【{one.fact(found.group(1)).label}】", text)
