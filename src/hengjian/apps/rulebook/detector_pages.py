"""The page of one detector: the algorithm record, printed from the code and from measured figures."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hengjian.apps.rulebook import wording
from hengjian.apps.rulebook.entry import Cell, Page, Table, entry_url
from hengjian.backends.scoring_policy import policy_in_force
from hengjian.engines.screening.catalogue import DETECTORS
from hengjian.engines.screening.detector import BatchStep, Detector
from hengjian.engines.tables.contract import TABLES
from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import article_as_of
from hengjian.law.recording import Measured, detector_record

SOURCES = re.compile(r"\b(?:FROM|JOIN)\s+\"?([a-z_][a-z0-9_]*)", re.IGNORECASE)
STEALTHS = {"L1": "粗糙造假", "L2": "小心造假", "L3": "高明造假", "honest": "全部诚实的城市"}
NOT_MEASURED = "尚未测定"
RESOLUTIONS = {1: "秒", 60: "分钟", 86_400: "天"}


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the computation: its name, what it is made from, the exact query or function."""

    name: str
    made_from: tuple[str, ...]
    how: str
    text: str


def detector_named(detector_id: str) -> Detector:
    """The detector of the catalogue; NotFound for an unknown number."""
    found = next((one for one in DETECTORS if one.id == detector_id), None)
    if found is None:
        raise NotFound(f"没有检测器“{detector_id[:12]}”。")
    return found


def article_of(detector: Detector, on: date) -> str:
    """The article that a confirmed finding would rest on, as in force on the day."""
    try:
        return article_as_of(detector.violation, on).citation.text
    except NotFound:
        return f"{on} 没有录入有效的条文"


def steps_of(detector: Detector) -> list[StepLine]:
    """The named steps in their order, each with the tables and earlier steps it reads."""
    made, lines = set[str](), []
    for step in detector.steps:
        names = dict.fromkeys(name.lower() for name in SOURCES.findall(step.sql))
        known = tuple(_said(name) for name in names if name in TABLES or name in made or name in detector.packs)
        how = "逐批数值计算" if isinstance(step, BatchStep) else "查询"
        lines.append(StepLine(step.name, known, how, step.sql.strip()))
        made.add(step.name.lower())
    if detector.array is not None:
        lines.append(StepLine("hits", tuple(detector.array.inputs), "数值计算", detector.array.compute.__name__))
    return lines


def _said(name: str) -> str:
    return TABLES[name].header if name in TABLES else name


def history_of(detector: Detector) -> list[tuple[int, str, str]]:
    """(version, since, what changed), newest first; a version without an entry says that nothing was noted."""
    noted = {one.version: one for one in detector_record().changes_of(detector.id)}
    told = []
    for version in range(detector.version, 0, -1):
        one = noted.get(version)
        words = one.change if one else "首次发布" if version == 1 else "没有记载"
        told.append((version, str(one.since) if one else "—", words))
    return told


def wilson(part: int, whole: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson)."""
    z = 1.959964
    p, centre = part / whole, part / whole + z * z / (2 * whole)
    half = z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    return max(0.0, (centre - half) / (1 + z * z / whole)), min(1.0, (centre + half) / (1 + z * z / whole))


def share_text(part: int, whole: int) -> str:
    """`42 / 50，84%（71%–92%）`; a dash where nothing could be counted."""
    if not whole:
        return "—"
    low, high = wilson(part, whole)
    return f"{part} / {whole}，{part / whole:.1%}（{low:.1%}–{high:.1%}）"


def measured_of(detector: Detector) -> tuple[Measured, ...]:
    """The error rates of this version; empty means not measured."""
    return detector_record().measured_of(detector.id, detector.version)


def _headers(table: str, names: Sequence[str]) -> str:
    columns = TABLES[table].columns
    return "、".join(columns[name].headers[0] if name in columns else name for name in names) or "—"


def needs_of(detector: Detector) -> list[tuple[str, str, str, str]]:
    """(table, columns it must have, columns it uses if there, whether the table may be missing), in Chinese."""
    return [
        (
            TABLES[need.table].header if need.table in TABLES else need.table,
            _headers(need.table, need.required) if need.table in TABLES else "、".join(need.required) or "—",
            _headers(need.table, need.optional) if need.table in TABLES else "、".join(need.optional) or "—",
            "可以没有" if need.optional_table else "必须有",
        )
        for need in detector.needs
    ]


def detector_page(detector_id: str, on: date, *, today: date) -> Page:
    """A detector: meaning, law, computation, data, what it rules out, what to look at, error rates, history."""
    found = detector_named(detector_id)
    law = [
        Cell(article_of(found, on)),
        Cell(found.violation, entry_url("violations", found.violation, on, today=today)),
    ]
    tables = [
        Table("查实以后指向", ("条文", "违法情形"), [law], note=f"按 {on} 有效的文本；个案按行为日"),
        Table("已知的误判情形和处理", ("情形",), [[Cell(one)] for one in found.benign]),
        Table("现场看什么", ("查看",), [[Cell(one)] for one in found.on_site]),
        _needs_table(found),
        _measured_table(found),
        Table(
            "版本", ("版本", "日期", "变化"), [_cells(f"第 {n} 版", day, words) for n, day, words in history_of(found)]
        ),
    ]
    return Page(
        section="detectors",
        section_label="检测器",
        id=detector_id,
        title=f"{found.id}　{found.title}",
        lines=[wording.DETECTOR_KINDS[found.kind], wording.DETECTOR_CLUSTERS[found.cluster], f"第 {found.version} 版"],
        text=[found.meaning],
        facts=_facts(found, on),
        tables=tables,
        extra={"steps": steps_of(found), "says": said_of(found)},
    )


def said_of(detector: Detector) -> str:
    """The sentence of a finding with the names of its values in it."""
    return re.sub(r"\{(\w+)[^}]*\}", lambda m: f"〔{detector.labels.get(m[1], m[1])}〕", detector.says)


def _cells(*texts: str) -> list[Cell]:
    return [Cell(text, kind="nw" if place == 0 else "") for place, text in enumerate(texts)]


def _facts(found: Detector, on: date) -> list[tuple[str, str]]:
    times = "、".join(
        f"{_headers(*_split(column))}须记到{RESOLUTIONS.get(seconds, f'{seconds} 秒')}"
        for column, seconds in found.resolution.items()
    )
    facts = [
        ("编号", found.id),
        ("版本", str(found.version)),
        ("种类", wording.DETECTOR_KINDS[found.kind]),
        ("证据类别", wording.DETECTOR_CLUSTERS[found.cluster]),
        ("一条发现针对", wording.DETECTOR_SUBJECTS[found.subject_kind]),
        ("通常的强度", f"{found.level} {wording.LEVELS[found.level]}"),
        ("一条发现至多计", f"{found.cap_db:g} 分贝"),
        *_small_weights(found, on),
        ("每家机构至少", f"{found.min_n} {found.unit}" if found.min_n > 1 else "不限"),
        ("计入", "机构整体" if found.unit_level else "所涉报告"),
        ("和谁比", "同行" if getattr(found, "peer_relative", False) else "规则、物理或者数据自身，不靠同行"),
    ]
    return [*facts, ("时间", times)] if times else facts


def _split(column: str) -> tuple[str, tuple[str]]:
    table, _, name = column.partition(".")
    return table, (name,)


def _needs_table(found: Detector) -> Table:
    rows = [
        [Cell(table, note=need.table), Cell(required), Cell(optional), Cell(may)]
        for (table, required, optional, may), need in zip(needs_of(found), found.needs, strict=True)
    ]
    heads = ("表", "必须有的列", "有则用的列", "整张表")
    return Table("要用的数据", heads, rows, note="缺必须的列就不运行，并写明原因")


def _small_weights(found: Detector, on: date) -> list[tuple[str, str]]:
    """What a weak finding and silence are worth to a run of that day."""
    policy = policy_in_force(on)
    hint, quiet = policy.hint_db.get(found.id), policy.silence_db.get(found.id)
    return [
        ("较弱的发现", f"计 {hint:g} 分贝，只排先后，不改变等级" if hint else "不计分"),
        ("能判断而没有发现", f"计 {quiet:g} 分贝" if quiet else "不计分"),
    ]


def _measured_table(found: Detector) -> Table:
    heads = ("造假程度", "查出 / 应查出", "误指 / 无辜", "测定")
    rows = [
        _cells(
            STEALTHS[one.stealth],
            share_text(one.found, one.planted),
            share_text(one.accused, one.innocent),
            f"{one.measured_on}，{one.benchmark}",
        )
        for one in measured_of(found)
    ]
    return Table(
        "在基准数据上测得的误差",
        heads,
        rows or [_cells(NOT_MEASURED, "—", "—", "—")],
        note="括号内为 95% 区间；只认同一版本的测定" if rows else "这一版还没有公布测定结果",
    )
