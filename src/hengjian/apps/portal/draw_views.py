"""Public pages of draws: list, one draw, look-up, bundle and files, the verifiers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from hengjian.apps.accounts.gates import public
from hengjian.apps.draws import bundle
from hengjian.apps.draws.models import Draw
from hengjian.apps.draws.selectors import chain_of, public_draws
from hengjian.apps.portal import draw_facts
from hengjian.apps.portal.asking import slice_of, words
from hengjian.apps.portal.pages import Page, bytes_response, public_page, refuse_unprintable
from hengjian.engines.draws.verifier import page_parts

PROOF = "抽取的承诺、证明和验证程序，任何人都要能拿到、能复算"
KINDS = {".json": "application/json", ".tsv": "text/tab-separated-values", ".py": "text/x-python", ".txt": "text/plain"}
ASSET_AGE = 3600


def draw_or_404(number: str) -> Draw:
    """A draw whose commitment stands in public; all others are not there."""
    refuse_unprintable(number)
    found: Draw = get_object_or_404(public_draws(), number=number)
    return found


@public_page("portal/draws.html", PROOF)
def draws(request: HttpRequest) -> Page:
    """All draws with a public commitment, void ones too."""
    part = slice_of(request, public_draws())
    newest = list(public_draws()[:1]) if part.number > 1 else part.rows
    return Page(
        title=f"双随机抽取 {part.total} 次",
        data={**part.plain(), "draws": [draw_facts.line(one) for one in part.rows]},
        as_of=draw_facts.as_of(newest),
        query=part.address(),
        shown={"part": part},
    )


@public_page("portal/draw.html", PROOF)
def draw(request: HttpRequest, number: str) -> Page:
    """One draw: the commitment and its time, the sources, and once published result and proof."""
    row = draw_or_404(number)
    part = slice_of(request, draw_facts.sample_rows(row))
    data = {"draw": draw_facts.facts(row), "sample": {**part.plain(), "rows": draw_facts.sample(part.rows)}}
    before = chain_of(row.organ).filter(seq=(row.seq or 0) - 1).values_list("number", flat=True).first()
    return Page(
        title=row.title,
        data=data,
        as_of=draw_facts.as_of([row]),
        query=part.address(),
        shown={
            "part": part,
            "opened": draw_facts.is_open(row),
            "steps": draw_facts.steps(row),
            "before": before,
            "verifiers": draw_facts.verifiers(),
        },
    )


@public_page("portal/find.html", PROOF)
def find(request: HttpRequest, number: str) -> Page:
    """Was this institution in the roster, with which probability, which ticket?"""
    row = draw_or_404(number)
    asked = words(request, "code")
    told = draw_facts.standing(row, asked)
    return Page(
        title=f"{row.title}：查一家机构",
        data={"number": row.number, "draw_title": row.title, "standing": told},
        as_of=draw_facts.as_of([row]),
        query={"code": asked} if asked else {},
    )


@public(PROOF)
@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """The whole bundle with both verifiers as one archive, once it is published."""
    row = draw_or_404(number)
    if not draw_facts.is_open(row):
        raise Http404
    data = bundle.as_zip(row, bundle.public_files(row))
    return bytes_response(request, data, kind="application/zip", name=f"{row.number}.zip", seconds=ASSET_AGE)


@public(PROOF)
@require_safe
def draw_file(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One file of the bundle: the commitment and the rules at once, the others once published."""
    row = draw_or_404(number)
    if name not in {one["name"] for one in draw_facts.files(row)}:
        raise Http404
    kind = KINDS.get(name[name.rfind(".") :], "application/octet-stream") + "; charset=utf-8"
    return bytes_response(request, bundle.read(row, name), kind=kind, name=name)


@public_page("portal/verify.html", PROOF)
def verify(request: HttpRequest) -> Page:
    """How to verify, and the page that does it in the browser."""
    body = page_parts().body.replace('<main class="srd1">', '<div class="srd1">').replace("</main>", "</div>")
    return Page(
        title="自己验证一次抽取",
        data={"verifiers": draw_facts.verifiers()},
        shown={"body": body, "timeless": True},
    )


@public(PROOF)
@require_safe
def verifier_file(request: HttpRequest, name: str) -> HttpResponse:
    """A verifier to be saved: the script, or the page that works from a disk."""
    found = bundle.verifiers().get(name)
    if found is None:
        raise Http404
    kind = "text/x-python; charset=utf-8" if name.endswith(".py") else "text/html; charset=utf-8"
    return bytes_response(request, found, kind=kind, name=name, seconds=ASSET_AGE)


@public(PROOF)
@require_safe
def verifier_script(request: HttpRequest) -> HttpResponse:
    """The page's script as a file of its own, because the content policy forbids inline script."""
    kind = "text/javascript; charset=utf-8"
    return bytes_response(request, page_parts().script.encode(), kind=kind, seconds=ASSET_AGE)


@public(PROOF)
@require_safe
def verifier_style(request: HttpRequest) -> HttpResponse:
    """The page's style as a file of its own."""
    return bytes_response(request, page_parts().style.encode(), kind="text/css; charset=utf-8", seconds=ASSET_AGE)
