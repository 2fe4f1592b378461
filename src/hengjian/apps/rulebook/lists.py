"""The lists of the rulebook, one a section: columns, filters, and the rows as of a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.html import format_html

from hengjian.apps.rulebook import rows, wording
from hengjian.apps.rulebook.entry import entry_url
from hengjian.law.loader import Lawbook, lawbook
from hengjian.ui.lists import Column, Filter, ListSpec


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in a list: what it shows by column key, and its page."""

    id: str
    values: dict[str, Any]
    url: str

    def get(self, key: str) -> Any:
        return self.values.get(key)


@dataclass(frozen=True, slots=True)
class Section:
    """One section: label, what it holds, its list and its rows (of the book as of a day)."""

    label: str
    about: str
    spec: ListSpec
    rows: Callable[[Lawbook, date], Sequence[tuple[str, dict[str, Any]]]]


def _text(rows: Any, words: str) -> list[Row]:
    wanted = words.casefold().split()
    return [
        row
        for row in rows
        if all(word in " ".join(map(str, (row.id, *row.values.values()))).casefold() for word in wanted)
    ]


def _same(key: str) -> Callable[[Any, str], list[Row]]:
    return lambda rows, value: [row for row in rows if row.values.get(key) == value]


def _one_of(key: str) -> Callable[[Any, str], list[Row]]:
    return lambda rows, value: [row for row in rows if value in str(row.values.get(key)).split("、")]


ON = Filter("on", "以哪一天为准", lookup=lambda rows, _: rows, placeholder="2026-11-20")
WORDS = Filter("q", "找", lookup=_text)


CODES = {"id", "violation", "other"}
"""Columns of short codes, which never break over two lines."""


def _code(key: str) -> Callable[[Row], str]:
    return lambda row: format_html('<span class="nw">{}</span>', row.values.get(key) or "—")


def _spec(*columns: tuple[str, str], filters: Sequence[Filter] = ()) -> ListSpec:
    made = tuple(
        Column(key, label, _value(key), sort=f"values.{key}", cell=_code(key) if key in CODES else None)
        for key, label in columns
    )
    return ListSpec(columns=made, filters=(ON, WORDS, *filters), url=lambda row: row.url, key="id", sizes=(50, 200))


def _value(key: str) -> Callable[[Row], Any]:
    return lambda row: row.values.get(key)


def _choices(key: str, label: str, values: Sequence[str], *, many: bool = False) -> Filter:
    return Filter(
        key, label, kind="choice", lookup=_one_of(key) if many else _same(key), choices=[(v, v) for v in values]
    )


FIELD_TITLES = tuple(rows.field_titles().values())
SURE = _choices("sure", "把握", tuple(wording.CERTAINTY.values()))
SECTIONS: dict[str, Section] = {
    "instruments": Section(
        "法规文件",
        "法律、行政法规、规章和规范性文件，各带版本和施行日期",
        _spec(
            ("title", "文件"),
            ("kind", "种类"),
            ("number", "文号"),
            ("since", "本版施行"),
            ("sure", "把握"),
            filters=(_choices("kind", "种类", tuple(wording.INSTRUMENT_KINDS.values())), SURE),
        ),
        rows.instruments,
    ),
    "articles": Section(
        "条文与版本",
        "系统引用的条文，自己的话摘要；条号改过的，新旧都在",
        _spec(
            ("title", "条"),
            ("heading", "标题"),
            ("summary", "内容"),
            ("other", "另一条号"),
            ("sure", "把握"),
            filters=(
                _choices("instrument", "文件", tuple(dict.fromkeys(one.short for one in lawbook().instruments))),
                SURE,
            ),
        ),
        rows.articles,
    ),
    "violations": Section(
        "违法行为",
        "违反哪一条、按行为日怎样罚、要收集什么证据",
        _spec(
            ("title", "违法行为"),
            ("id", "编号"),
            ("kind", "种类"),
            ("basis", "违反"),
            ("sum", "处理"),
            filters=(_choices("kind", "种类", tuple(wording.CONDUCT.values())),),
        ),
        rows.violations,
    ),
    "sector": Section(
        "行业法",
        "先于一般罚则的行业法：领域、行为、由谁处理",
        _spec(
            ("title", "内容"),
            ("id", "编号"),
            ("fields", "领域"),
            ("conduct", "行为"),
            ("authority", "由谁处理"),
            ("duty", "本机关"),
            filters=(_choices("fields", "领域", FIELD_TITLES, many=True),),
        ),
        rows.sector,
    ),
    "clocks": Section(
        "时限",
        "法定期限：起算、长度、延长、不计入的时间",
        _spec(
            ("title", "时限"),
            ("id", "编号"),
            ("length", "长度"),
            ("trigger", "起算"),
            ("basis", "依据"),
            ("sure", "把握"),
            filters=(SURE,),
        ),
        rows.clocks,
    ),
    "thresholds": Section(
        "数值",
        "筛查和程序拿来比对的数，各有出处",
        _spec(("title", "数值"), ("id", "编号"), ("values", "数"), ("rule", "含义"), ("sure", "把握"), filters=(SURE,)),
        rows.thresholds,
    ),
    "checklists": Section(
        "检查表",
        "现场检查的事项：看什么、怎样看、依据、可能是什么违法",
        _spec(
            ("title", "检查事项"),
            ("group", "组"),
            ("how", "怎样查"),
            ("fields", "领域"),
            filters=(_choices("fields", "领域", (*FIELD_TITLES, "各领域"), many=True),),
        ),
        rows.checklists,
    ),
    "standards": Section(
        "标准",
        "检验检测标准：何时实施、何时废止、必做项目、限值和至少用时",
        _spec(
            ("title", "标准号"),
            ("name", "名称"),
            ("fields", "领域"),
            ("must", "必做项目"),
            ("since", "实施"),
            ("till", "废止"),
            filters=(_choices("fields", "领域", FIELD_TITLES, many=True),),
        ),
        rows.standards,
    ),
    "fields": Section(
        "领域",
        "业务领域和哪些是重点领域",
        _spec(
            ("title", "领域"),
            ("id", "编号"),
            ("key", "重点"),
            ("basis", "依据"),
            filters=(_choices("key", "重点", ("重点领域",)),),
        ),
        rows.fields,
    ),
    "detectors": Section(
        "检测器",
        "筛查用的检测器：含义、要用的数据、先排除什么、现场看什么",
        _spec(
            ("title", "检测器"),
            ("kind", "种类"),
            ("cluster", "证据类别"),
            ("level", "强度"),
            ("version", "版本"),
            ("meaning", "含义"),
            ("violation", "指向"),
            filters=(
                _choices("kind", "种类", tuple(wording.DETECTOR_KINDS.values())),
                _choices("cluster", "证据类别", tuple(wording.DETECTOR_CLUSTERS.values())),
            ),
        ),
        rows.detectors,
    ),
}


def rows_on(name: str, on: date, *, today: date) -> list[Row]:
    """The rows of a section as of a day."""
    found = SECTIONS[name].rows(lawbook().as_of(on), on)
    return [Row(entry_id, values, entry_url(name, entry_id, on, today=today)) for entry_id, values in found]
