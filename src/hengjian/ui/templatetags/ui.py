"""Tags and filters of the one look; `{% load ui %}`. The list with examples: `ui/README.md`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from hengjian.ui import figures, wording
from hengjian.ui.fields import FieldView
from hengjian.ui.icons import ICONS

register = template.Library()

register.filter("zhdate", wording.zh_date)
register.filter("zhdatetime", wording.zh_datetime)
register.filter("iso", wording.iso_date)
register.filter("isotime", wording.iso_datetime)
register.filter("num", wording.num)
register.filter("fen", wording.fen)
register.filter("share", wording.share)
register.filter("masked", wording.masked)
register.filter("shorthash", wording.short_hash)
register.filter("duration", wording.duration)
register.filter("size", wording.size)
register.filter("listed", wording.listed)

TAG_ICONS = {"ok": "check", "warn": "clock", "bad": "warn", "blue": "", "line": "", "": ""}
TICK_ICONS = {
    "ok": ("check", "ok", "已排除或已满足"),
    "bad": ("x", "bad", "不符合"),
    "open": ("eye", "warn", "待查"),
    "none": ("minus", "", "未做"),
}
WORK_STATES = {
    "waiting": ("排队中", ""),
    "running": ("运行中", "blue"),
    "done": ("已完成", "ok"),
    "failed": ("失败", "bad"),
    "cancelled": ("已取消", "line"),
}


@register.simple_tag
def icon(name: str, kind: str = "") -> SafeString:
    """`{% icon "warn" %}`, `{% icon "warn" "bad" %}`: decoration only, so words stand beside it. Unknown names fail."""
    body = mark_safe(ICONS[name])  # noqa: S308 – our own drawings
    classes = f"ic {kind}".strip()
    return format_html('<svg class="{}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', classes, body)


@register.simple_tag
def tag(kind: str, text: Any, icon_name: str | None = None) -> SafeString:
    """`{% tag "ok" "证书有效" %}`: a state in words; kind ok, warn, bad, blue, line or ""."""
    name = TAG_ICONS[kind] if icon_name is None else icon_name
    drawn = icon(name) if name else ""
    return format_html('<span class="{}">{}{}</span>', f"tag {kind}".strip(), drawn, text)


@register.simple_tag
def clock(kind: str, text: Any) -> SafeString:
    """`{% clock "late" "逾期 1 工作日" %}`: time left; kind due, late, paused, done or ""."""
    name = {"late": "warn", "paused": "pause", "done": "check"}.get(kind, "clock")
    return format_html('<span class="{}">{}{}</span>', f"clock {kind}".strip(), icon(name), text)


@register.simple_tag(name="date")
def date_tag(value: Any, form: str = "iso") -> SafeString:
    """`{% date cert.valid_until %}`, form iso, zh, short, week: a `<time>` with its machine form; `—` for none."""
    found = wording.day(value)
    if found is None:
        return mark_safe(wording.NONE)  # noqa: S308 – a dash
    if isinstance(value, datetime):
        machine = wording.local(value).isoformat(timespec="seconds")
        shown = wording.iso_datetime(value) if form == "iso" else wording.zh_datetime(value, form)
    else:
        machine = found.isoformat()
        shown = machine if form == "iso" else wording.zh_date(value, "" if form == "zh" else form)
    return format_html('<time datetime="{}">{}</time>', machine, shown)


@register.simple_tag(name="hash")
def hash_tag(value: Any, short: bool = False) -> SafeString:
    """`{% hash event.digest %}`: in groups of eight; `{% hash digest True %}`: `c91e…7a40` with the whole as title."""
    if short:
        return format_html('<span class="mono" title="{}">{}</span>', value or "", wording.short_hash(value))
    return format_html('<p class="hash">{}</p>', wording.grouped(value))


@register.simple_tag
def grade(letter: str) -> SafeString:
    """`{% grade "C" %}`: a credit letter."""
    return format_html('<span class="grade {}">{}</span>', letter.lower(), letter)


@register.simple_tag
def meter(
    label: str, value: float, total: float, required: float | None = None, note: str = "", kind: str = ""
) -> SafeString:
    """`{% meter "双随机抽查" 31 186 required=0.15 kind="ok" note="…" %}`: a duty against its mark."""
    return figures.meter(label, value, total, required=required, note=note, kind=kind)


@register.simple_tag
def cellbar(share: float, label: str = "") -> SafeString:
    """`{% cellbar institution.risk %}`: 0.93 and its bar."""
    return figures.cell_bar(float(share), label=label)


@register.simple_tag
def spark(values: Iterable[float], label: str = "") -> SafeString:
    """`{% spark row.monthly %}`: small bars for a table cell."""
    return figures.spark_bars([float(value) for value in values], label=label)


@register.inclusion_tag("ui/parts/action.html", takes_context=True)
def action(context: Context, what: Any, kind: str = "", size: str = "") -> dict[str, Any]:
    """`{% action what %}`: a `parts.Action` as link or one-button form; nothing for None."""
    return {"what": what, "classes": f"btn {kind or getattr(what, 'kind', '')} {size}".strip(), **_csrf(context)}


@register.inclusion_tag("ui/parts/next.html", takes_context=True)
def next_step(context: Context, step: Any) -> dict[str, Any]:
    """`{% next_step step %}`: the band that says what to do now (`parts.NextStep`); nothing for None."""
    return {"step": step, **_csrf(context)}


@register.inclusion_tag("ui/parts/steps.html")
def steps(of: Iterable[Any], label: str = "步骤") -> dict[str, Any]:
    """`{% steps procedure label="…" %}`: `parts.Step`s; on a phone folded to the present one."""
    found = list(of)
    place = next((i for i, step in enumerate(found, 1) if step.state == "now"), None)
    return {"steps": found, "label": label, "place": place, "now": found[place - 1] if place else None}


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(events: Iterable[Any]) -> dict[str, Any]:
    """`{% timeline events %}`: `parts.Event`s, newest first as given."""
    return {"events": events}


@register.inclusion_tag("ui/parts/ticks.html")
def ticks(facts: Iterable[Any]) -> dict[str, Any]:
    """`{% ticks facts %}`: `parts.Tick`s: things checked."""
    return {"facts": [(fact, *TICK_ICONS[fact.state]) for fact in facts]}


@register.inclusion_tag("ui/parts/kv.html")
def kv(facts: Any, wide: bool = False) -> dict[str, Any]:
    """`{% kv facts %}`: pairs or triples (term, value, small note); `wide=True` for the strip under a head."""
    rows = facts.items() if isinstance(facts, dict) else facts
    return {"facts": [(*row, "")[:3] for row in rows], "wide": wide}


@register.inclusion_tag("ui/parts/empty.html", takes_context=True)
def empty(context: Context, why: Any) -> dict[str, Any]:
    """`{% empty why %}`: `parts.Empty`: why there is nothing and what to do."""
    return {"why": why, **_csrf(context)}


@register.inclusion_tag("ui/parts/tabs.html")
def views(tabs: Iterable[Any], label: str = "视图") -> dict[str, Any]:
    """`{% views tabs %}`: remembered views as links (`parts.Tab`)."""
    return {"tabs": tabs, "label": label, "kind": "views"}


@register.inclusion_tag("ui/parts/tabs.html")
def contents(tabs: Iterable[Any], label: str = "本页目录") -> dict[str, Any]:
    """`{% contents tabs %}`: the local contents of a record (`parts.Tab`)."""
    return {"tabs": tabs, "label": label, "kind": "local"}


@register.inclusion_tag("ui/parts/work.html", takes_context=True)
def work(context: Context, job: Any) -> dict[str, Any]:
    """`{% work job %}`: long work with progress and cancel (`parts.Work`); it asks `poll_url` again while it runs."""
    words, kind = WORK_STATES[job.state]
    bar = figures.meter(job.progress or "进度", job.percent, 100, note=job.facts) if job.share is not None else ""
    return {"job": job, "words": words, "kind": kind, "bar": bar, **_csrf(context)}


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, hint: str = "", kind: str = "") -> dict[str, Any]:
    """`{% field form.name %}`: label, hint, error and control; `kind="code"` for one-time codes, `"mono"` for ids."""
    return {"field": FieldView(bound, hint=hint, kind=kind)}


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """`{% error_summary form %}`: all errors on top, each linked to its control; nothing while the form is right."""
    bound = [FieldView(form[name]) for name in form.errors if name in form.fields] if form.is_bound else []
    return {"fields": bound, "whole": form.non_field_errors() if form.is_bound else []}


@register.inclusion_tag("ui/parts/filters.html")
def filters(listing: Any) -> dict[str, Any]:
    """`{% filters listing %}`: filter form and chips of a `lists.Listing`."""
    return {"listing": listing}


@register.inclusion_tag("ui/parts/table.html", takes_context=True)
def list_table(context: Context, listing: Any, caption: str = "", bulk: bool = False) -> dict[str, Any]:
    """`{% list_table listing caption="机构" %}`: the rows by the columns of the list; `bulk=True` adds tick boxes."""
    return {"listing": listing, "caption": caption, "bulk": bulk, "user": context.get("user")}


@register.inclusion_tag("ui/parts/pager.html")
def pager(listing: Any) -> dict[str, Any]:
    """`{% pager listing %}`: which rows of how many, page size, pages."""
    return {"listing": listing}


def _csrf(context: Context) -> dict[str, Any]:
    return {"csrf_token": context.get("csrf_token")}
