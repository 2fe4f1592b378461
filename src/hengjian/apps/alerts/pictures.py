"""The pictures of one alert, chosen by what its evidence holds: copied series, equal results, a day, a distribution.

Bounded reads of the run's dataset, asked for apart from the page. No detector is named here: a new one gets the
pictures that its evidence columns, its subject and its needs call for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hengjian.apps.alerts.copying import copied_stretch, likeness
from hengjian.apps.alerts.daytime import day_of
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.packet import BY_ID, CODES
from hengjian.apps.alerts.records import Line, results_of
from hengjian.apps.alerts.spreads import counts_of, values_of
from hengjian.apps.runs.outcome import dataset_rows
from hengjian.ui import figures

CHANNELS_MOST = 4
LEAST_POINTS = 2
DAY_NOTE = "深色是证据所指的记录，画线处为重叠；浅色是同一天的其他记录，不一定须在场或者独占，不计为重叠。"
SPREADS = frozenset({"digits", "outcome"})
"""Evidence clusters in which the distribution of results is the question."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with its heading and what it shows, in words."""

    title: str
    drawn: figures.Drawn
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reports of the evidence that are compared: which pair of how many, their keys and printed numbers."""

    index: int
    total: int
    ids: tuple[str, str]
    numbers: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pictures:
    """What is drawn of an alert; `vectors` are the results of the pair side by side, `same` how many are equal."""

    pictures: tuple[Picture, ...]
    pair: Pair | None
    vectors: tuple[Line, ...]

    @property
    def same(self) -> int:
        return sum(line.same for line in self.vectors)


def pictures_of(alert: Alert, *, pair: int = 1) -> Pictures:
    """Draw what can be drawn; `pair` (from 1) chooses among the pairs of reports that the evidence compares."""
    rows = [row for row in alert.evidence.get("rows", ()) if isinstance(row, dict)]
    numbers: Mapping[str, str] = alert.evidence.get("numbers", {})
    detector = BY_ID.get(alert.detector)
    made: list[Picture] = []
    chosen = _pair(alert, rows, numbers, pair)
    if chosen:
        made += _series(alert, chosen, rows)
    alike = bool(made)
    if day := day_of(alert, rows, numbers):
        made.append(
            Picture(
                "这一天",
                day,
                DAY_NOTE,
            )
        )
    if rows and (drawn := counts_of(rows[0], alert.evidence.get("labels", {}))):
        made.append(Picture("分布", drawn))
    elif rows and (detector is None or detector.cluster in SPREADS) and (drawn := values_of(alert, rows[0])):
        note = "实线柱为本机构，虚线为按同行折算应有的个数。紧贴限值内侧偏多、外侧偏少，才是堆积。"
        made.append(Picture("结果的分布", drawn, note))
    vectors: Sequence[Line] = ()
    if chosen and not alike and (detector is None or any(need.table == "results" for need in detector.needs)):
        vectors = results_of(alert.last_run, chosen.ids, copied=alert.subject_kind == "cluster")
    return Pictures(tuple(made), chosen if alike or vectors else None, tuple(vectors))


def _pair(alert: Alert, rows: Sequence[Mapping[str, Any]], numbers: Mapping[str, str], wanted: int) -> Pair | None:
    """The pair asked for, among those that rows name as `report_id` and `other_report`, each once."""
    found: dict[frozenset[str], tuple[str, str]] = {}
    for row in rows:
        one, other = row.get("report_id"), row.get("other_report")
        if one and other and one != other:
            found.setdefault(frozenset((str(one), str(other))), (str(one), str(other)))
    if not found and alert.subject_kind == "cluster" and len(alert.report_ids) > 1:
        found[frozenset(alert.report_ids[:2])] = (str(alert.report_ids[0]), str(alert.report_ids[1]))
    pairs = list(found.values())
    if not pairs or BY_ID.get(alert.detector) is None or BY_ID[alert.detector].kind != "identity":
        return None
    index = min(max(wanted, 1), len(pairs))
    one, other = pairs[index - 1]
    shown = (numbers.get(one, one), numbers.get(other, other))
    return Pair(index, len(pairs), (one, other), shown if shown[0] != shown[1] else (one, other))


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of the pair: its name, both series as laid over one another, what of them is the same, in words."""

    name: str
    step: float
    series: tuple[Sequence[float | None], Sequence[float | None]]
    marked: tuple[figures.Marked, ...]
    note: str
    changes: int
    seconds: bool


def _series(alert: Alert, pair: Pair, rows: Sequence[Mapping[str, Any]]) -> list[Picture]:
    """Channels that both reports recorded, those that were copied first; channels copied alike share one figure."""
    wanted = {str(row.get("channel")) for row in rows if row.get("channel")}
    columns = ["report_id", "item_code", "channel", "replicate", "hz", "values"]
    found: dict[tuple[str, str, str], dict[str, Mapping[str, Any]]] = {}
    for row in dataset_rows(alert.last_run, "raw_series", report_ids=pair.ids, columns=columns):
        key = (str(row.get("channel") or ""), str(row.get("item_code") or ""), str(row.get("replicate") or ""))
        found.setdefault(key, {}).setdefault(str(row["report_id"]), row)
    ranked = []
    run = next(
        (row for row in rows if row.get("speed") and {row.get("report_id"), row.get("other_report")} == {*pair.ids}),
        None,
    )
    for key, both in sorted(found.items()):
        one, other = (both.get(report) for report in pair.ids)
        if one and other and min(len(one.get("values") or ()), len(other.get("values") or ())) >= LEAST_POINTS:
            channel = _laid_over(key[0] or key[1], key[2], one, other, run)
            ranked.append((key[0] not in wanted and not channel.changes, -channel.changes, key, channel))
    chosen = [channel for *_, channel in sorted(ranked, key=lambda part: part[:3])[:CHANNELS_MOST]]
    groups: dict[tuple[object, ...], list[Channel]] = {}
    for channel in chosen:
        alike = (channel.step, channel.seconds, channel.marked, len(channel.series[0]), len(channel.series[1]))
        groups.setdefault(alike, []).append(channel)
    return [_figure_of(pair, group) for group in groups.values()]


def _figure_of(pair: Pair, group: Sequence[Channel]) -> Picture:
    """Channels below one another on one axis."""
    names = (f"甲 {pair.numbers[0]}", f"乙 {pair.numbers[1]}")
    channels = [
        figures.Channel(
            one.name,
            f"相同段内数值变化 {one.changes} 次" if one.changes else "",
            [figures.Series(name, values) for name, values in zip(names, one.series, strict=True)],
        )
        for one in group
    ]
    drawn = figures.curves(
        channels, x_label="秒" if group[0].seconds else "点", x_step=group[0].step, marked=group[0].marked
    )
    notes = list(dict.fromkeys(one.note for one in group))
    note = notes[0] if len(notes) == 1 else "　".join(f"{one.name}：{one.note}" for one in group)
    return Picture(f"{'、'.join(one.name for one in group)}：两份报告的曲线叠在一起", drawn, note)


def _said_of(run: Mapping[str, Any]) -> str:
    """What was found of a stretch that runs at another speed."""
    moved = f"把其中一条移动 {abs(int(run['shift']))} 点、快慢调到 {float(run['speed']):.2f} 倍"
    alike = f"各通道起伏的相关系数 {float(run['correlation']):.2f}"
    usual = f"互不相干的曲线之间通常不超过 {float(run['usual_correlation']):.2f}"
    return f"没有逐点相同；第 {run['first_point']} 至 {run['last_point']} 点{moved}后，{alike}，{usual}。"


def _laid_over(
    channel: str, replicate: str, one: Mapping[str, Any], other: Mapping[str, Any], run: Mapping[str, Any] | None
) -> Channel:
    """Two series on one axis, the second moved to where it was copied from; `run` is evidence of another speed."""
    step = 1 / float(one["hz"]) if one.get("hz") else 1.0
    first, second = list(one["values"]), list(other["values"])
    found = copied_stretch(first, second)
    marked: tuple[figures.Marked, ...] = ()
    note = "两条曲线没有逐点相同的一段。"
    if found:
        end = found.start + found.length - 1
        whole = found.length >= min(len(first), len(second))
        label = "全程逐点相同" if whole else f"{found.length} 点相同"
        marked = (figures.Marked(found.start * step, end * step, label),)
        note = f"第 {found.start + 1} 至 {end + 1} 点共 {found.length} 点逐点相同。"
        if found.shift:
            note += f"乙已移动 {abs(found.shift)} 点，与甲对齐。"
            second = second[found.shift :] if found.shift > 0 else [None] * -found.shift + second
    elif run:
        low, high = int(run["first_point"]), int(run["last_point"])
        marked = (figures.Marked((low - 1) * step, (high - 1) * step, "起伏相同的一段"),)
        note = _said_of(run)
    elif like := likeness(first, second):
        note = f"没有逐点相同，但形状几乎一致：相关系数 {like[0]:.4f}，乙约为甲的 {like[1]:.3g} 倍。"
    name = CODES["channel"].get(channel, channel) + (f" 平行 {replicate}" if replicate not in ("", "0", "1") else "")
    return Channel(name, step, (first, second), marked, note, found.changes if found else 0, bool(one.get("hz")))
