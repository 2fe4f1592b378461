"""Pages of amendments: the list, drafting one, reading what it changes, deciding; and two days side by side."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import yaml
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.exporting import note_list_export
from hengjian.apps.accounts.gates import needs
from hengjian.apps.clocks.models import UNFINISHED, Clock
from hengjian.apps.record.selectors import events_of
from hengjian.apps.rulebook import amending
from hengjian.apps.rulebook.amend_forms import BODY, AmendmentForm, DecisionForm
from hengjian.apps.rulebook.comparing import KIND_WORDS, SECTION_WORDS, Change, compare, label_of
from hengjian.apps.rulebook.entry import entry_url
from hengjian.apps.rulebook.models import Amendment
from hengjian.apps.rulebook.policies import keeper, may_amend, may_approve
from hengjian.apps.rulebook.procedures import AMENDMENT
from hengjian.kernel.errors import DomainError, NotAllowed
from hengjian.kernel.transitions import moves_from
from hengjian.law.amending import EDITABLE, current_entries
from hengjian.law.errors import LawError
from hengjian.law.loader import book_of, lawbook
from hengjian.ui.days import parse_day
from hengjian.ui.lists import Column, Filter, ListSpec
from hengjian.ui.parts import Empty


def _about(text: str) -> Q:
    return Q(entry__icontains=text) | Q(source__icontains=text)


SPEC = ListSpec(
    columns=(
        Column("number", "编号", kind="id", sort="number"),
        Column("section", "类别", lambda row: label_of(row.section)),
        Column("entry", "条目", kind="id", sort="entry"),
        Column("mode", "方式", lambda row: row.get_mode_display()),
        Column("source", "依据文件"),
        Column("drafted_by", "起草人", lambda row: row.drafted_by.name),
        Column("drafted_at", "起草时间", kind="datetime", sort="drafted_at"),
        Column("state", "状态", lambda row: row.get_state_display(), sort="state"),
    ),
    filters=(
        Filter("q", "条目、依据", lookup=lambda rows, text: rows.filter(_about(text))),
        Filter("state", "状态", kind="choice", lookup="state", choices=list(AMENDMENT.states.items())),
    ),
    default_sort="-drafted_at",
    url=lambda row: reverse("rulebook:amendment", args=[row.number]),
)  # fmt: skip


@require_GET
@needs("rulebook.view")
def show_list(request: HttpRequest) -> HttpResponse:
    """All amendments, newest first."""
    today = timezone.localdate()
    rows = amending.amendments_seen_by(request.user, on=today)  # type: ignore[arg-type]
    listing = SPEC.open(request.GET, path=request.path, rows=rows)
    if listing.wants_export:
        now = timezone.now()
        note_list_export(request=request, permission="rulebook.view", what="规则修订", rows=listing.total, now=now)
        return listing.export("规则修订", now=now)
    context = {
        "listing": listing,
        "sections": [(name, label_of(name)) for name in EDITABLE],
        "may_amend": may_amend(request.user, today),
        "keeper": keeper(),
        "why_empty": Empty("还没有修订", "规则库现在只有程序自带的条目；在条目页上可以提出修订，由另一人批准后生效。"),
    }
    return render(request, "rulebook/amendments.html", context)


def _wanted(request: HttpRequest) -> tuple[str, dict[str, Any] | None]:
    """Section and version of the entry that the address names; None for a new entry."""
    section, name = request.GET.get("section", ""), request.GET.get("entry", "")[:60]
    if section not in EDITABLE:
        raise Http404
    if not name:
        return section, None
    versions = current_entries(amending.raw_with(amending.in_force()), section, name)
    if not versions:
        raise Http404
    asked = request.GET.get("version", "")
    return section, next((one for one in versions if str(one.get("valid_from")) == asked), versions[-1])


@require_http_methods(["GET", "POST"])
@needs("rulebook.amend")
def draft(request: HttpRequest) -> HttpResponse:
    """Draft an amendment of one entry, or a new entry."""
    today, now = timezone.localdate(), timezone.now()
    _require_keeper(request, today)
    section, entry = _wanted(request)
    name = request.GET.get("entry", "")[:60]
    form = AmendmentForm(request.POST or None, section=section, entry=entry)
    if request.method == "POST" and form.is_valid():
        try:
            user: Any = request.user
            row = amending.draft_amendment(values=_values(form, section, name), user=user, now=now, today=today)
        except DomainError as error:
            _place(form, error)
        else:
            messages.success(request, f"已起草 {row.number}，核对变化以后提交审批。")
            return redirect("rulebook:amendment", number=row.number)
    return _form_page(request, form, section=section, name=name)


def _require_keeper(request: HttpRequest, today: date) -> None:
    if not may_amend(request.user, today):
        organ = keeper()
        raise NotAllowed(f"规则库由{organ.name if organ else '最高一级机关'}维护，您可以把意见报给它。")


def _values(form: AmendmentForm, section: str, name: str) -> dict[str, Any]:
    facts, body = form.cleaned_data, form.body()
    entry = name or str(next((facts[key] for key in _own_names(form) if facts.get(key)), ""))
    correct = facts["mode"] == "correct"
    return {
        "section": section,
        "entry": entry,
        "mode": facts["mode"],
        "version": form.entry.get("valid_from") if correct else None,
        "valid_from": facts.get("valid_from") if facts["mode"] == "succeed" else None,
        "body": body,
        "source": facts["source"],
        "reason": facts["reason"],
    }


def _own_names(form: AmendmentForm) -> list[str]:
    return [f"{BODY}{key}" for key in ("id", "key", "standard_no", "code") if f"{BODY}{key}" in form.fields]


def _place(form: AmendmentForm, error: DomainError) -> None:
    field = BODY + str((error.where or {}).get("field", ""))
    form.add_error(field if field in form.fields else None, error.sentence)


def _form_page(
    request: HttpRequest, form: AmendmentForm, *, section: str, name: str, row: Amendment | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "section_label": label_of(section),
        "entry": name,
        "row": row,
        "section_url": reverse(f"rulebook:{SECTION_WORDS[section]}"),
    }
    return render(request, "rulebook/amend.html", context, status=422 if form.errors else 200)


def _row(request: HttpRequest, number: str) -> Amendment:
    rows = amending.amendments_seen_by(request.user, on=timezone.localdate())  # type: ignore[arg-type]
    found: Amendment = get_object_or_404(rows, number=number)
    return found


@require_GET
@needs("rulebook.view")
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One amendment: what it changes, field by field, what would move, and the decision."""
    return _page(request, _row(request, number))


def _page(request: HttpRequest, row: Amendment, *, error: str = "", status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    mine = row.drafted_by_id == request.user.pk
    changes, fault = [], ""
    try:
        before = book_of(amending.raw_with(amending.in_force(before=row.place)))
        after = amending.book_with(row)
        if row.valid_from:  # one text follows the other: the day before beside the first day
            before, after = before.as_of(row.valid_from - timedelta(days=1)), after.as_of(row.valid_from)
        changes = [one for one in compare(before, after) if one.section == row.section and one.id == row.entry]
    except (DomainError, LawError) as broken:
        fault = broken.sentence if isinstance(broken, DomainError) else str(broken)
    held = {"rulebook.amend": may_amend(request.user, today), "rulebook.approve": may_approve(request.user, today)}
    moves = [
        move
        for move in moves_from(AMENDMENT, row.state)
        if held[move.permission] and move.action != "edit" and not (move.second_person and mine)
    ]
    running = Clock.objects.filter(rule_id=row.entry, kind="rule", state__in=UNFINISHED)
    context = {
        "row": row,
        "section_label": label_of(row.section),
        "entry_url": entry_url(SECTION_WORDS[row.section], row.entry, row.valid_from or today, today=today),
        "changes": changes,
        "kinds": KIND_WORDS,
        "fault": fault,
        "error": error,
        "moves": moves,
        "form": DecisionForm(),
        "may_edit": row.state == "draft" and may_amend(request.user, today),
        "waits_for_other": row.state == "proposed" and mine and may_approve(request.user, today),
        "running": running.count() if row.section == "clocks" else None,
        "events": events_of(Amendment._meta.label_lower, row.pk),
    }
    return render(request, "rulebook/amendment.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs("rulebook.amend")
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change a draft."""
    row = _row(request, number)
    today, now = timezone.localdate(), timezone.now()
    _require_keeper(request, today)
    entry = yaml.safe_load(row.body)
    fixed = row.mode
    initial = {"mode": row.mode, "valid_from": row.valid_from, "source": row.source, "reason": row.reason}
    form = AmendmentForm(
        request.POST or None, section=row.section, entry=entry, fixed_mode=fixed, initial=initial
    )  # the entry's own fields are begun from the draft
    if row.mode == "add":
        form.fields["mode"].choices = [("add", "新增条目")]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        values = _values(form, row.section, row.entry) | {"version": row.version}
        try:
            user: Any = request.user
            amending.edit_amendment(pk=row.pk, values=values, user=user, now=now, today=today)
        except DomainError as error:
            _place(form, error)
        else:
            messages.success(request, "草稿已保存。")
            return redirect("rulebook:amendment", number=row.number)
    return _form_page(request, form, section=row.section, name=row.entry, row=row)


@require_POST
@needs("rulebook.view")
def decide(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Propose, approve, send back or withdraw."""
    if action not in AMENDMENT.actions or action == "edit":
        raise Http404
    row = _row(request, number)
    form = DecisionForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    user: Any = request.user
    try:
        done = amending.decide_amendment(
            pk=row.pk, action=action, note=note, user=user, now=timezone.now(), today=timezone.localdate()
        )
    except DomainError as error:
        return _page(request, _row(request, number), error=error.sentence, status=422)
    words = {"approve": f"已入库，规则库版本 {done.edition}；正在核算运行中的时限。"}
    messages.success(request, words.get(action, f"{done.number}：{done.get_state_display()}。"))
    return redirect("rulebook:amendment", number=row.number)


@require_GET
@needs("rulebook.view")
def changes(request: HttpRequest) -> HttpResponse:
    """What differs in the whole rulebook between two days."""
    today = timezone.localdate()
    days: dict[str, date] = {"from": date(2025, 4, 30), "to": today}
    errors = []
    for name in days:
        text = request.GET.get(name, "").replace("\x00", "").strip()[:40]
        if text:
            try:
                days[name] = parse_day(text)
            except DomainError as error:
                errors.append(error.sentence)
    section = request.GET.get("section", "")
    book = lawbook()
    found = [] if errors else compare(book.as_of(days["from"]), book.as_of(days["to"]))
    counts = {name: sum(one.section == name for one in found) for name in EDITABLE}
    if section in EDITABLE:
        found = [one for one in found if one.section == section]
    query = urlencode({"from": days["from"].isoformat(), "to": days["to"].isoformat()})
    context = {
        "first": days["from"],
        "second": days["to"],
        "errors": errors,
        "section": section,
        "sections": [(name, label_of(name), n, f"?{query}&section={name}") for name, n in counts.items() if n],
        "all_url": f"?{query}",
        "total": sum(counts.values()),
        "changes": [(one, entry_url(one.page, one.id, days[_side(one)], today=today)) for one in found],
        "kinds": KIND_WORDS,
    }
    return render(request, "rulebook/changes.html", context)


def _side(change: Change) -> str:
    return "from" if change.kind == "ended" else "to"
