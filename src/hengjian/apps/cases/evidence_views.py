"""Pages of evidence, measures, inquiries, requests, commissions and letters of a case."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.cases import evidence_adopting, evidence_pages, evidence_taking
from hengjian.apps.cases.assistance import letters_seen_by
from hengjian.apps.cases.custody import chain_breaks, hand_over
from hengjian.apps.cases.evidence_context import TITLES, matter_context, papers_of
from hengjian.apps.cases.evidence_files import open_file, open_upload
from hengjian.apps.cases.evidence_forms import AdoptForm, CustodyForm, FilesForm, LinkForm, ReportForm
from hengjian.apps.cases.evidence_matters import LETTER_MATTER, MATTERS, Matter, create, do, form_of, matter_of
from hengjian.apps.cases.evidence_policies import matter_policy
from hengjian.apps.cases.holds_limits import alarms_of
from hengjian.apps.cases.models import Case, EvidenceFile, LetterFile
from hengjian.apps.cases.selectors import cases_seen_by
from hengjian.apps.documents.services import draw_up
from hengjian.kernel.errors import DomainError, IllegalMove, NotAllowed


def _case(request: HttpRequest, number: str) -> Case:
    return get_object_or_404(cases_seen_by(request.user, timezone.localdate()), number=number)


def _thing(request: HttpRequest, matter: Matter, number: str, pk: int | None) -> Any:
    if matter is LETTER_MATTER:
        return get_object_or_404(letters_seen_by(request.user, timezone.localdate()), number=number)
    rows = matter.model._default_manager.select_related("case__organ")
    return get_object_or_404(rows, case=_case(request, number), pk=pk)


@require_http_methods(["GET", "POST"])
@needs("case.view")
def new(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    """Enter a new one; what was typed stays when it is refused."""
    case, matter, today = _case(request, number), MATTERS[slug], timezone.localdate()
    _require(request.user, matter.new_code, case, matter.title, today)
    options: dict[str, Any] = {"case": case, "user": request.user, "on": today}
    form = matter.new_form(request.POST or None, request.FILES or None, **options)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            values = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
            try:
                made = create(matter, case=case, values=values, user=request.user, now=timezone.now(), today=today)
            except DomainError as error:
                status = _show(error, form)
            else:
                messages.success(request, f"{made.number} 已登记。")
                return redirect(matter.url(made))
        else:
            status = 422
    context = {"case": case, "matter": matter, "form": form, "groups": _groups(form)}
    return render(request, "cases/matter_new.html", context, status=status)


def _groups(form: Any) -> list[tuple[str, list[Any]]]:
    """The form's fields in their groups; one group without a heading where the form has none."""
    groups = getattr(form, "GROUPS", None)
    if groups is None:
        return [("", [form[name] for name in form.fields if name != "seen"])]
    shown = []
    for title, names in groups:
        fields = [form[name] for name in names if name != "contraventions" or form.fields[name].choices]
        shown.append((title, fields))
    return shown


def _require(user: Any, code: str, case: Case, what: str, today: date) -> None:
    class _Of:
        """The case as a matter of itself, for the policy."""

    thing: Any = _Of()
    thing.case, thing.organ = case, case.organ
    if matter_policy(user, on=today)(code, thing) is None:
        raise NotAllowed(f"您没有“{what}”的权限。")


def _show(error: DomainError, form: Any) -> int:
    """Put the sentence beside its field; the status of the answer."""
    field = str((error.where or {}).get("field", ""))
    sentence = f"{error.sentence}（{error.article}）" if error.article else error.sentence
    form.add_error(field if field in form.fields else None, sentence)
    return 409 if isinstance(error, IllegalMove) else 422


@require_GET
@needs("case.view")
def show(request: HttpRequest, number: str, slug: str, pk: int) -> HttpResponse:
    """One matter of a case: what it is, how it stands, what this person may do now."""
    return _page(request, _thing(request, MATTERS[slug], number, pk))


@require_GET
@needs("assistance.view")
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """One letter, for the organ that asks and the organ that is asked."""
    return _page(request, _thing(request, LETTER_MATTER, number, None))


def _page(request: HttpRequest, thing: Any, *, tried: tuple[str, Any] | None = None, status: int = 200) -> HttpResponse:
    today, user = timezone.localdate(), request.user
    matter = matter_of(thing)
    moves = evidence_pages.moves_for(matter, thing, user, on=today)
    panels = []
    for place, move in enumerate(moves):
        mine = tried is not None and tried[0] == move.action
        form = tried[1] if tried and mine else form_of(matter.acts[move.action], thing)(
            prefix=move.action, initial={"seen": thing.state, "text": getattr(thing, "text", "")}, case=thing.case,
            user=user, on=today,
        )  # fmt: skip
        panels.append(
            {"move": move, "form": form, "open": mine or (place == 0 and move.action in evidence_pages.PRIMARY)}
        )
    sees_case = matter is not LETTER_MATTER or cases_seen_by(user, today).filter(pk=thing.case_id).exists()
    context = {
        "thing": thing,
        "case": thing.case,
        "matter": matter,
        "tag": evidence_pages.tag_of(matter, thing),
        "panels": panels,
        "facts": evidence_pages.facts_of(thing),
        "clocks": evidence_pages.clocks_of(thing),
        "papers": evidence_pages.papers(thing) if sees_case else [],
        "history": evidence_pages.history_of(thing),
        "sees_case": sees_case,
        "may_take": _may_take(user, thing, today),
        "act_url": _act_url(matter, thing),
        **_more(matter, thing, user, today, tried),
    }
    return render(request, "cases/matter.html", context, status=status)


def _may_take(user: Any, thing: Any, today: date) -> bool:
    try:
        return matter_policy(user, on=today)("evidence.take", thing) is not None
    except DomainError:
        return False


def _act_url(matter: Matter, thing: Any) -> str:
    return matter.url(thing) + "act/"


def _more(matter: Matter, thing: Any, user: Any, today: date, tried: tuple[str, Any] | None) -> dict[str, Any]:
    """What only one kind shows."""
    options: dict[str, Any] = {"case": thing.case, "user": user, "on": today}
    if matter.slug == "item":
        steps = list(thing.custody.select_related("by"))
        linked = [str(one.pk) for one in thing.contraventions.all()]
        forms = {
            "custody": CustodyForm(prefix="custody", **options),
            "files": FilesForm(prefix="files", **options),
            "link": LinkForm(prefix="link", initial={"contraventions": linked}, **options),
        }
        if tried and tried[0] in forms:
            forms[tried[0]] = tried[1]
        return {
            "files": list(thing.files.all()), "steps_of_custody": steps, "breaks": chain_breaks(thing, steps),
            "forms": forms, "tried": tried[0] if tried else "",
        }  # fmt: skip
    if matter.slug == "hold":
        return {"items": list(thing.items.all()), "alarms": alarms_of(thing, today)}
    return {"letter_files": list(thing.files.all())} if matter.slug == "letter" else {}


@require_POST
@needs("case.view")
def act(request: HttpRequest, number: str, slug: str, pk: int, action: str) -> HttpResponse:
    """Make one move of a matter."""
    return _act(request, _thing(request, MATTERS[slug], number, pk), action)


@require_POST
@needs("assistance.view")
def act_letter(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Make one move of a letter."""
    return _act(request, _thing(request, LETTER_MATTER, number, None), action)


def _act(request: HttpRequest, thing: Any, action: str) -> HttpResponse:
    matter, today = matter_of(thing), timezone.localdate()
    if action not in matter.acts:
        raise Http404
    offered = {move.action for move in evidence_pages.moves_for(matter, thing, request.user, on=today)}
    if action not in offered:
        raise _why_not(matter, thing, action, request.user, today)
    kind = form_of(matter.acts[action], thing)
    form = kind(request.POST, request.FILES, prefix=action, case=thing.case, user=request.user, on=today)
    if not form.is_valid():
        return _page(request, thing, tried=(action, form), status=422)
    try:
        do(matter, action, thing, values=form.cleaned_data, user=request.user, now=timezone.now(), today=today)
    except DomainError as error:
        status = _show(error, form)
        return _page(request, _again(request, thing), tried=(action, form), status=status)
    messages.success(request, f"{thing.number} 已记录。")
    return redirect(matter.url(thing))


def _again(request: HttpRequest, thing: Any) -> Any:
    """The row as it stands now."""
    matter = matter_of(thing)
    return _thing(request, matter, thing.number if matter is LETTER_MATTER else thing.case.number, thing.pk)


def _why_not(matter: Matter, thing: Any, action: str, user: Any, today: date) -> DomainError:
    """Why a move that was not offered is not open: by the table, by the rights, or because another person is wanted."""
    procedure = matter.procedure(thing)
    move = next((one for one in procedure.moves if one.action == action and one.source == thing.state), None)
    if move is None:
        label = next((one.label for one in procedure.moves if one.action == action), action)
        return IllegalMove(f"{procedure.label}现处于“{procedure.states[thing.state]}”状态，不能“{label}”。")
    try:
        allowed = matter_policy(user, on=today)(move.permission, thing)
    except DomainError as error:
        return error
    if allowed is None:
        return NotAllowed(f"您没有“{move.label}”的权限。", article=move.basis)
    return IllegalMove(f"“{move.label}”须由另一人办理，报请人、办案人员不能自己批准。", article=move.basis)


@require_POST
@needs("case.view")
def add(request: HttpRequest, number: str, pk: int, what: str) -> HttpResponse:
    """Add to a piece of evidence: a hand-over, more files, the facts that it proves."""
    thing, today, now = _thing(request, MATTERS["item"], number, pk), timezone.localdate(), timezone.now()
    kinds: dict[str, tuple[Any, Any]] = {
        "custody": (CustodyForm, hand_over),
        "files": (FilesForm, evidence_taking.add_files),
        "link": (LinkForm, evidence_taking.link_contraventions),
    }
    if what not in kinds:
        raise Http404
    kind, service = kinds[what]
    form = kind(request.POST, request.FILES, prefix=what, case=thing.case, user=request.user, on=today)
    if not form.is_valid():
        return _page(request, thing, tried=(what, form), status=422)
    values = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
    try:
        service(evidence=thing, user=request.user, now=now, today=today, **values)
    except (NotAllowed, IllegalMove):
        raise
    except DomainError as error:
        return _page(request, thing, tried=(what, form), status=_show(error, form))
    messages.success(request, f"{thing.number} 已记录。")
    return redirect(MATTERS["item"].url(thing))


@require_http_methods(["GET", "POST"])
@needs("case.view")
def adopt(request: HttpRequest, number: str) -> HttpResponse:
    """Take material that exists already as evidence, by reference."""
    case, today, now = _case(request, number), timezone.localdate(), timezone.now()
    _require(request.user, "evidence.take", case, "采用已有材料", today)
    options: dict[str, Any] = {"case": case, "user": request.user, "on": today}
    origin = request.POST.get("origin", "")
    report = ReportForm(request.POST if origin == "report" else None, prefix="report", **options)
    form = AdoptForm(request.POST if origin in ("attachment", "alert", "letter") else None, prefix="adopt", **options)
    tried = report if origin == "report" else form
    status = 200
    if request.method == "POST":
        status = 422
        if tried.is_bound and tried.is_valid():
            try:
                made = _adopted(request, case, origin, tried.cleaned_data, now, today)
            except (NotAllowed, IllegalMove):
                raise
            except DomainError as error:
                status = _show(error, tried)
            else:
                messages.success(request, f"{made.number} 已作为证据登记，原件仍在原处，每次打开都重新核对摘要值。")
                return redirect(MATTERS["item"].url(made))
    letters = case.letters.filter(state="answered")
    context = {
        "case": case, "form": form, "report": report, "letters": letters, "chosen": request.POST.get("ref", ""),
        **evidence_adopting.sources(case, request.user, on=today),
    }  # fmt: skip
    return render(request, "cases/adopt.html", context, status=status)


def _adopted(request: HttpRequest, case: Case, origin: str, values: dict[str, Any], now: Any, today: date) -> Any:
    common: dict[str, Any] = {"case": case, "user": request.user, "now": now, "today": today}
    ref = request.POST.get("ref", "")
    if origin == "report":
        return evidence_adopting.adopt_report(report_id=values["report_id"], proves=values["proves"], **common)
    if origin == "alert":
        return evidence_adopting.adopt_alert(number=ref, proves=values["proves"], **common)
    if origin == "letter":
        found = get_object_or_404(case.letters, number=ref)
        return evidence_adopting.adopt_answer(letter=found, proves=values["proves"], kind=values["kind"], **common)
    pk = int(ref) if ref.isdigit() and len(ref) < 12 else 0
    return evidence_adopting.adopt_attachment(attachment_pk=pk, proves=values["proves"], kind=values["kind"], **common)


@require_GET
@needs("case.view")
def download(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One file of evidence, after it was hashed again; never opened inside the page."""
    file = get_object_or_404(EvidenceFile, case=_case(request, number), pk=pk)
    pieces = open_file(file, on=timezone.localdate())
    return _handed_out(pieces, file.name, file.media_type, file.size)


@require_GET
@needs("assistance.view")
def download_answer(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One file of an answer to a letter."""
    file = get_object_or_404(LetterFile, letter=_thing(request, LETTER_MATTER, number, None), pk=pk)
    return _handed_out(open_upload(file.sha256, file.name), file.name, file.media_type, file.size)


def _handed_out(pieces: Any, name: str, media_type: str, size: int) -> HttpResponse:
    answer = StreamingHttpResponse(pieces, content_type=media_type)
    answer["Content-Length"] = size
    answer["Content-Disposition"] = f"attachment; filename=\"evidence\"; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer  # type: ignore[return-value]


@require_POST
@needs("case.view")
def paper(request: HttpRequest, number: str, slug: str, pk: int, form: str) -> HttpResponse:
    """Draw up one paper of a matter as a draft of the case."""
    thing, today = _thing(request, MATTERS[slug], number, pk), timezone.localdate()
    return _paper(request, thing, form, today)


@require_POST
@needs("assistance.view")
def letter_paper(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Draw up the letter itself."""
    thing, today = _thing(request, LETTER_MATTER, number, None), timezone.localdate()
    _case(request, thing.case.number)
    return _paper(request, thing, form, today)


def _paper(request: HttpRequest, thing: Any, form: str, today: date) -> HttpResponse:
    if form not in papers_of(thing):
        raise Http404
    actor = matter_policy(request.user, on=today)("evidence.take", thing)  # type: ignore[arg-type]
    if actor is None:
        raise NotAllowed("您没有制作这份文书的权限。")
    draw_up(
        form=form, thing=thing.case, organ=thing.case.organ, context=matter_context(thing, form, today), actor=actor,
        now=timezone.now(), today=today, party=evidence_pages.party_name(thing),
    )  # fmt: skip
    messages.success(request, f"《{TITLES[form]}》草稿已生成，在文书中核对后制作。")
    return redirect(matter_of(thing).url(thing) + "#papers")
