"""Figures are well-formed, keep their numbers inside the picture, and say the same as their table."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.ui import figures
from hengjian.ui.figures.bars import heat_level
from hengjian.ui.figures.drawing import INK, MARKS, ticks
from hengjian.ui.figures.lanes import Interval, overlaps
from tests.paths import REPO
from tests.web import ui_samples

STATIC = REPO / "src/hengjian/ui/static/ui"
TOKENS = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\b", (STATIC / "tokens.css").read_text(encoding="utf-8")))


def parsed(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{markup}</div>")  # noqa: S314 – our own markup


@pytest.mark.parametrize("name", sorted(ui_samples.DRAWN))
def test_each_figure_and_its_table_are_well_formed(name: str) -> None:
    drawn = ui_samples.DRAWN[name]()
    parsed(drawn.html)
    table = parsed(drawn.table)
    widths = {len(row) for row in table.iter("tr")}
    assert widths == {len(drawn.head)} and len(drawn.rows) > 1


@pytest.mark.parametrize("name", sorted(ui_samples.DRAWN))
def test_percentages_stay_inside_the_picture_and_text_is_large_enough(name: str) -> None:
    root = parsed(ui_samples.DRAWN[name]().html)
    for node in root.iter():
        for key in ("x", "x1", "x2", "cx", "width"):
            value = node.get(key, "")
            if value.endswith("%"):
                assert -0.01 <= float(value[:-1]) <= 100.01, (node.tag, node.attrib)
        if node.tag.endswith("text"):
            assert float(node.get("font-size", "0")) >= 10


def test_figures_use_the_tokens_colours() -> None:
    assert {name: TOKENS[name] for name in INK} == INK


def test_every_mark_has_a_class_in_the_style_sheet() -> None:
    sheet = (STATIC / "figures.css").read_text(encoding="utf-8")
    assert [name for name in MARKS if f".fx .{name}" not in sheet] == []


def test_the_waterfall_sums_and_its_sum_is_the_probability_shown() -> None:
    drawn = ui_samples.waterfall()
    assert drawn.rows[-1][1] == "3.4"  # −12.8 + 13 + 5.2 − 2
    assert f"概率 {figures.probability(3.4):.2f}" in drawn.html
    assert drawn.html.count('class="down"') == 1 and drawn.html.count('class="up"') == 2


def test_probability_of_decibans() -> None:
    assert figures.probability(0) == 0.5
    assert figures.probability(-12.787536) == pytest.approx(0.05, abs=1e-6)
    assert figures.probability(1e9) == 1.0


def test_overlap_is_what_two_share_and_touching_is_none() -> None:
    def at(minute: int) -> datetime:
        return datetime(2026, 10, 14, 9, minute)

    shared = overlaps([Interval(at(0), at(40)), Interval(at(30), at(50)), Interval(at(50), at(59))])
    assert shared == [(at(30), at(40))]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 10)), max_size=8))
def test_overlaps_equal_the_minutes_counted_twice(spans: list[tuple[int, int]]) -> None:
    base = datetime(2026, 10, 14, 8)

    def at(minute: int) -> datetime:
        return base.replace(hour=8 + minute // 60, minute=minute % 60)

    shared = overlaps([Interval(at(a), at(a + n)) for a, n in spans])
    twice = {m for m in range(61) if sum(a <= m < a + n for a, n in spans) >= 2}
    assert {m for m in range(61) if any(start <= at(m) < end for start, end in shared)} == twice
    assert all(a[1] < b[0] for a, b in pairwise(shared))


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(1, 12))
def test_ticks_lie_within_and_are_few(low: float, span: float, wanted: int) -> None:
    found = ticks(low, low + span, wanted)
    assert len(found) <= 2.5 * wanted + 2
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in found)


def test_a_part_too_small_to_see_is_still_drawn() -> None:
    drawn = figures.share_bar([("新增", 1_000_000, "blue"), ("拒收", 1, "ink")])
    assert drawn.html.count("<rect") == 2


def test_a_duty_without_anybody_says_so_instead_of_dividing() -> None:
    assert "无" in figures.meter("抽查", 0, 0)


def test_heat_levels_by_quarters_of_the_largest() -> None:
    assert [heat_level(n, 8) for n in (0, 1, 2, 3, 4, 5, 6, 7, 8)] == [
        "",
        "h1",
        "h1",
        "h2",
        "h2",
        "h3",
        "h3",
        "h4",
        "h4",
    ]


def test_a_missing_reading_breaks_the_curve() -> None:
    channel = figures.Channel("CO", "%", [figures.Series("甲", [1, 2, None, 3, 4])])
    path = re.search(r' d="([^"]+)"', figures.curves([channel], x_label="秒").html)
    assert path and path[1].count("M") == 2


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(TOKENS[one]), _luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_ON = [
    *(
        (ink, ground)
        for ink in ("ink", "ink-2", "ink-3", "blue", "blue-2")
        for ground in ("ground", "wash", "blue-wash")
    ),
    *((ink, "wash-2") for ink in ("ink", "ink-2")),
    *((f"{name}", f"{name}-wash") for name in ("red", "amber", "green")),
    *((name, "ground") for name in ("red", "amber", "green")),
    *(("ink", f"{name}-wash") for name in ("red", "amber", "green")),
    *(("on-ink", name) for name in ("ink", "blue", "blue-2", "ink-hover")),
    *(("ink", f"heat-{n}") for n in (1, 2, 3)),
    ("on-heat-4", "heat-4"),
]


@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_contrast_meets_aa(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize("edge", ["edge", "blue", "red", "amber-mark", "green", "ink-2"])
def test_control_borders_and_marks_meet_three_to_one(edge: str) -> None:
    # amber-mark fills are always beside their words; it is the only one allowed just under the line
    assert contrast(edge, "ground") >= (2.9 if edge == "amber-mark" else 3.0)


def test_only_the_token_file_names_colours() -> None:
    for sheet in sorted(STATIC.glob("*.css")):
        if sheet.name != "tokens.css":
            assert re.findall(r"#[0-9a-fA-F]{3,6}\b(?=[\s;)])", sheet.read_text(encoding="utf-8")) == [], sheet.name
