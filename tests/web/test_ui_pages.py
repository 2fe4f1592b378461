"""Every page pattern renders, is sound HTML, asks for nothing the content policy forbids, and leads nowhere wrong."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from hengjian.ui.icons import ICONS
from tests.web import ui_samples

VOID = {"meta", "link", "input", "br", "img", "hr"}
ERRORS = ["400.html", "403.html", "404.html", "409.html", "500.html", "403_csrf.html", "offline.html"]


class Page(HTMLParser):
    """Collects what the checks ask about and notes tags that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.unnamed: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.inside_label = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = dict(attrs)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if have.get("id"):
            self.ids.append(have["id"] or "")
        if tag == "label":
            self.inside_label += 1
            self.labelled.add(have.get("for") or "")
        if tag in {"input", "select", "textarea"} and have.get("type") not in {"hidden", "submit"}:
            self.controls.append({**have, "wrapped": "yes" if self.inside_label else None})
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.inside_label -= 1
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()


def render(page: str, query: str = "") -> str:
    request = RequestFactory().get("/institutions/", {})
    request.user = SimpleNamespace(is_authenticated=False)
    template = engines["django"].from_string(ui_samples.PAGES[page])
    return template.render(ui_samples.context(page, query), request)


@pytest.fixture(scope="module", params=sorted(ui_samples.PAGES))
def page(request: pytest.FixtureRequest) -> str:
    return render(request.param)


def test_tags_close_in_the_order_they_open(page: str) -> None:
    found = Page(page)
    assert found.faults == [] and found.open == []


def test_no_id_stands_twice(page: str) -> None:
    ids = Page(page).ids
    assert sorted(set(ids)) == sorted(ids)


def test_every_control_has_a_name_for_people(page: str) -> None:
    found = Page(page)
    for control in found.controls:
        named = control.get("aria-label") or control["wrapped"] or (control.get("id") or "-") in found.labelled
        assert named, control


def test_described_by_points_to_something_there(page: str) -> None:
    found = Page(page)
    wanted = {
        part for _, name, value in found.attributes if name == "aria-describedby" for part in (value or "").split()
    }
    assert wanted <= set(found.ids)


def test_nothing_the_content_policy_forbids_and_no_empty_link(page: str) -> None:
    found = Page(page)
    names = {name for _, name, _ in found.attributes}
    assert "style" not in names
    assert not {name for name in names if name.startswith("on")}
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert ("a", "href", "#") not in found.attributes


def test_errors_stand_beside_the_field_and_on_top_and_what_was_typed_stays() -> None:
    text = render("form")
    assert "没有这一天：2026年2月只有 28 日" in text
    assert 'value="2026-02-30"' in text and 'aria-invalid="true"' in text
    assert '<a href="#id_day">行为日期：没有这一天' in text
    assert "有 2 处要改，还没有提交" in text


def test_an_action_that_changes_something_is_a_form_with_its_token() -> None:
    text = render("record")
    assert re.search(
        r'<form method="post" action="/alerts/1/triage/"[^>]*><input type="hidden" name="csrfmiddlewaretoken"', text
    )


def test_no_step_to_take_means_no_band() -> None:
    assert 'class="next"' not in render("evidence")


def test_running_work_asks_again_and_finished_work_does_not() -> None:
    from dataclasses import replace

    template = engines["django"].from_string("{% load ui %}{% work work %}")
    running = template.render({"work": ui_samples.WORK})
    done = template.render({"work": replace(ui_samples.WORK, state="done")})
    assert 'hx-get="/intake/1/"' in running and "取消" in running
    assert "hx-get" not in done and 'action="/intake/1/cancel/"' not in done


def test_an_empty_list_says_why_and_a_filtered_one_offers_to_clear() -> None:
    assert "没有同时满足这些筛选的记录" in render("list", "q=不存在")


def test_text_from_data_is_escaped_everywhere() -> None:
    from hengjian.ui import figures

    evil = "<script>alert(1)</script>"
    drawn = figures.waterfall(figures.Contribution(evil, -3, evil), [figures.Contribution(evil, 2, evil, '"><script>')])
    assert "<script" not in drawn.html + drawn.table
    template = engines["django"].from_string("{% load ui %}{% tag 'ok' evil %}{% hash evil %}{% kv facts %}")
    assert "<script" not in template.render({"evil": evil, "facts": [(evil, evil, evil)]})


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_stand_alone_and_say_what_to_do(name: str) -> None:
    text = render_to_string(name, {"error_id": "E-20261120-0943-7F3A"})
    found = Page(text)
    # nobody is signed in here: who finds nothing is led to the public pages or to signing in
    assert found.faults == [] and "<h1>" in text
    assert ("登录" if name == "404.html" else "回工作台") in text
    if name == "500.html":
        assert "E-20261120-0943-7F3A" in text


def test_an_unknown_icon_is_an_error_not_a_gap() -> None:
    with pytest.raises(KeyError):
        engines["django"].from_string("{% load ui %}{% icon 'nosuch' %}").render({})
    assert len(ICONS) > 40
