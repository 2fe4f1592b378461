"""What the pages of a run show, as values: progress, detectors in groups, the field × detector table, risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from hengjian.apps.registry.models import Institution
from hengjian.apps.runs.models import ScreeningRun
from hengjian.apps.runs.procedures import RUN
from hengjian.apps.runs.services import INTERRUPTED, interrupted
from hengjian.apps.runs.silences import Group, in_groups
from hengjian.apps.runs.wording import CLUSTERS, DETECTOR_STATES, TITLES, title_of
from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.law.scoring import tier_named
from hengjian.ui import figures, wording
from hengjian.ui.parts import Action, Work

GROUPS = (
    ("failed", "失败", "warn", "其余检测器不受影响，已有结果照常可用"),
    ("abstained", "弃权", "minus", "数据撑不起结论，所以不下结论；弃权不等于没有问题"),
    ("skipped", "跳过", "ring", "没有收到所需的数据表或列"),
    ("ran", "完成", "check", ""),
)
WORK_STATES = {"queued": "waiting", "finished": "done", "interrupted": "failed"}
NEARLY_ONE = 0.995
STATE_TAGS = {
    "queued": "",
    "running": "blue",
    "finished": "ok",
    "failed": "bad",
    "cancelled": "line",
    "interrupted": "warn",
}


def shown_state(run: ScreeningRun) -> str:
    """The state a reader should see: a run whose worker is dead is interrupted even before anybody marked it."""
    return "interrupted" if interrupted(run) else run.state


def state_label(run: ScreeningRun) -> str:
    """The shown state in Chinese."""
    return RUN.states[shown_state(run)]


def heading(run: ScreeningRun) -> str:
    """The page's title says how it went."""
    state = shown_state(run)
    if state != "finished":
        return f"筛查 {run.number} {RUN.states[state]}"
    by_state = {name: sum(1 for one in run.detectors if one["state"] == name) for name in DETECTOR_STATES}
    text = f"{len(run.detectors)} 个检测器完成 {by_state['ran']} 个"
    for name in ("failed", "abstained", "skipped"):
        if by_state[name]:
            text += f"，{DETECTOR_STATES[name]} {by_state[name]} 个"
    return text


def progress_of(run: ScreeningRun, *, now: datetime, may_start: bool) -> Work:
    """How far the run is, how long it took and may still take, and what the person may do about it."""
    state = shown_state(run)
    share = run.done / run.total if run.total else (0.0 if state == "queued" else None)
    return Work(
        title=f"筛查 {run.number}",
        state=WORK_STATES.get(state, state),
        share=share,
        progress=_progress_text(run, state, now),
        facts="按步骤计，先整理数据，再运行各检测器",
        cancel=_cancel(run) if may_start and state in ("queued", "running") and not run.cancel_requested else None,
        cancel_note="取消后不写入任何结果，不影响现有预警和风险。",
        after=_restart(run) if may_start and state in ("failed", "cancelled", "interrupted") else None,
        error=(run.message or INTERRUPTED) if state in ("failed", "interrupted") else "",
        poll_url=f"{reverse('runs:progress', args=[run.number])}?shown={state}",
    )


def _cancel(run: ScreeningRun) -> Action:
    return Action("取消运行", reverse("runs:cancel", args=[run.number]), icon="stop", method="post")


def _restart(run: ScreeningRun) -> Action:
    return Action("重新运行", reverse("runs:restart", args=[run.number]), icon="sync", method="post", kind="primary")


def _progress_text(run: ScreeningRun, state: str, now: datetime) -> str:
    if state == "queued":
        return f"已排队 {wording.duration((now - run.requested_at).total_seconds())}，等后台程序接手"
    if state == "cancelled":
        return run.message or "在排队时已取消。"
    if state != "running" or run.begun_at is None:
        return ""
    used = (now - run.begun_at).total_seconds()
    left = used * (run.total - run.done) / run.done if run.done and run.total else None
    parts = [f"已用 {wording.duration(used)}"]
    if left is not None and used > 1:
        parts.append(f"约剩 {wording.duration(left)}")
    if run.cancel_requested:
        parts.append("已要求停下，做完手上这一步就停")
    return "，".join(parts) + (f"。正在：{run.step}" if run.step else "")


@dataclass(frozen=True, slots=True)
class DetectorLine:
    """One detector of a run: number, what it looks for, its state, how many findings, why not, time."""

    id: str
    title: str
    version: int
    state: str
    findings: int
    url: str
    note: str
    seconds: float
    page: str


@dataclass(frozen=True, slots=True)
class DetectorGroup:
    """Detectors with the same state under their heading."""

    state: str
    label: str
    icon: str
    note: str
    lines: tuple[DetectorLine, ...]


def detector_groups(run: ScreeningRun) -> list[DetectorGroup]:
    """The run's detectors: failed first, those with most findings last group first."""
    made = []
    for state, label, icon, note in GROUPS:
        lines = [_line(run, one) for one in run.detectors if one["state"] == state]
        lines.sort(key=lambda line: -line.findings)
        if state == "ran":
            note = f"共 {sum(line.findings for line in lines)} 条发现"
        if lines:
            made.append(DetectorGroup(state, label, icon, note, tuple(lines)))
    return made


def _line(run: ScreeningRun, one: Mapping[str, Any]) -> DetectorLine:
    note = one.get("reason", "")
    if one["state"] == "ran":
        fields = sorted(((row.get(one["id"], 0), field) for field, row in run.heat.items()), reverse=True)
        note = "，".join(f"{FIELD_CODES.get(field, '不分领域')} {count}" for count, field in fields if count)
    return DetectorLine(
        id=one["id"],
        title=title_of(one["id"]),
        version=one["version"],
        state=one["state"],
        findings=one["findings"],
        url=findings_url(run, detector=one["id"]),
        note=note,
        seconds=one["seconds"],
        page=detector_url(one["id"]),
    )


def detector_url(detector: str) -> str:
    """The detector's page in the rulebook; empty for a retired one."""
    return reverse("rulebook:entry", args=["detectors", detector]) if detector in TITLES else ""


LIVE = {"done": ("ok", "完成", "check"), "running": ("blue", "运行", "sync"), "waiting": ("", "等待", "ring")}


@dataclass(frozen=True, slots=True)
class LiveLine:
    """One detector while the run works: how far it is, and for how many seconds it worked."""

    id: str
    title: str
    kind: str
    label: str
    icon: str
    seconds: float | None


def live_lines(run: ScreeningRun) -> tuple[LiveLine, ...]:
    """The detectors of a run that is at work or was cut off, in their order; empty before screening has begun."""
    return tuple(
        LiveLine(one["id"], title_of(one["id"]), *LIVE[one["state"]], one.get("seconds"))
        for one in run.detectors
        if one.get("state") in LIVE
    )


def findings_url(run: ScreeningRun, **wanted: str) -> str:
    """The run's findings, narrowed."""
    return f"{reverse('runs:findings', args=[run.number])}?{urlencode(wanted)}"


def heat_of(run: ScreeningRun) -> SafeString | None:
    """Findings by field and detector, of detectors that found any or could not run; None where there is none."""
    if not run.heat:
        return None
    found = {detector for row in run.heat.values() for detector, count in row.items() if count}
    columns = [one["id"] for one in run.detectors if one["id"] in found or one["state"] in ("failed", "abstained")]
    silent = {one["id"] for one in run.detectors if one["state"] != "ran"}
    fields = sorted(run.heat, key=lambda field: -sum(run.heat[field].values()))
    counts = [[None if c in silent else run.heat[f].get(c, 0) for c in columns] for f in fields]
    return figures.heat_table(
        "发现：领域 × 检测器",
        "领域",
        [FIELD_CODES.get(field, "不分领域") for field in fields],
        columns,
        counts,
        url=lambda r, c: findings_url(run, field=fields[r] or "none", detector=columns[c]),
        absent="—",
    )


def inputs_of(run: ScreeningRun) -> list[dict[str, Any]]:
    """The tables that were screened, each with its Chinese `title`, in the order of the data contract."""
    order = list(TABLES)
    named = [
        {**one, "title": TABLES[one["table"]].header if one["table"] in TABLES else one["table"]} for one in run.inputs
    ]
    return sorted(named, key=lambda one: order.index(one["table"]) if one["table"] in order else len(order))


def risk_text(risk: float) -> str:
    """A probability with two decimals that never claims certainty: `大于 0.99`, `小于 0.01`."""
    if risk >= NEARLY_ONE:
        return "大于 0.99"
    return "小于 0.01" if risk < 1 - NEARLY_ONE else f"{risk:.2f}"


@dataclass(frozen=True, slots=True)
class RiskPicture:
    """An institution's risk in force (`risk`, as it is written) with its reasons."""

    risk: str
    drawn: figures.Drawn
    without: tuple[tuple[str, str, str], ...]
    abstained: tuple[Group, ...]
    exonerating: tuple[tuple[str, str, str], ...]
    n_reports: int
    standing: tuple[tuple[str, str, str], ...] = ()


def risk_picture(institution: Institution, run: ScreeningRun | None = None) -> RiskPicture | None:
    """The waterfall, what the risk would be without each cluster, what abstained; None while there is no risk.

    Contributions lead to the findings of `run` where the reader may see it, else to the institution's alerts.
    """
    detail = institution.risk_detail
    if institution.risk is None or "prior_db" not in detail:
        return None
    prior = float(detail["prior_db"])
    parts = [*detail.get("contributions", ()), *detail.get("exonerating", ())]
    total = prior + sum(float(one["decibans"]) for one in parts)
    alerts = f"{reverse('alerts:queue')}?{urlencode({'q': institution.uscc, 'state': 'all'})}"
    lines = [
        figures.Contribution(
            CLUSTERS.get(one["cluster"], one["cluster"]) if "cluster" in one else _in_short(str(one["what"])),
            float(one["decibans"]),
            f"{len(one['finding_ids'])} 条发现" if "finding_ids" in one else "反向证据",
            (findings_url(run, q=institution.uscc, cluster=one["cluster"]) if run else alerts)
            if "finding_ids" in one
            else None,
        )
        for one in parts
    ]
    anew = {CLUSTERS.get(one["cluster"]): one.get("risk_without") for one in detail.get("contributions", ())}
    without = tuple(
        (line.label, f"{line.decibans:+.1f}", risk_text(_otherwise(anew.get(line.label), total - line.decibans)))
        for line in lines
        if line.decibans
    )
    return RiskPicture(
        risk=risk_text(institution.risk),
        drawn=figures.waterfall(
            figures.Contribution("起点", prior, "没有任何发现时的风险"), lines, sum_label="现行风险"
        ),
        without=without,
        abstained=in_groups(detail.get("abstained", ())),
        exonerating=tuple(
            (_in_short(str(one["what"])), f"{float(one['decibans']):+.1f}", _members(str(one["what"])))
            for one in detail.get("exonerating", ())
        ),
        n_reports=int(detail.get("n_reports", 0)),
        standing=standing_lines(detail.get("standing", {})),
    )


def _in_short(what: str) -> str:
    """Exonerating evidence without the list in brackets; the list stands beside the figure."""
    return what.partition("（")[0]


def _members(what: str) -> str:
    """The list in brackets, free to break after each member."""
    return what.partition("（")[2].rstrip("）").replace("、", "、 ")


def _otherwise(worked_out: Any, left_db: float) -> float:
    """The risk worked out anew without a cluster; of older runs, what is left of the sum."""
    return figures.probability(left_db) if worked_out is None else float(worked_out)


def standing_lines(standing: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """How many reports may be false and how soon to look: (what, figure, remark); empty for older runs."""
    if "rank" not in standing:
        return ()
    tier = tier_named(str(standing.get("tier", "")))
    share = f"{standing['false_share_low']:.1%}–{standing['false_share_high']:.1%}"
    recent = "" if standing["recent_factor"] == 1 else f"，近期检查过，乘以 {standing['recent_factor']:g}"
    lines = [
        (f"至少 {k} 份虚假报告", risk_text(float(standing[f"p_at_least_{k}"])), remark)
        for k, remark in ((1, ""), (3, ""), (10, "机动车检验达到 10 辆的，留意情节严重的规定"))
    ]
    lines.append(("虚假报告的比例", f"{standing['false_share']:.1%}", f"95% 区间 {share}，小样本向全体收缩"))
    priority = f"风险 × 危害 {standing['harm']:.2g} × 报告量的平方根{recent}；权重表 {standing['policy']}"
    lines.append(("查看次序", f"第 {standing['rank']} 位", priority))
    if tier:
        lines.append(("最高使用分级", f"{tier.tier} {tier.title}", tier.use))
    if standing.get("peers_sick"):
        lines.append(("同行", "本身异常", "同行比较的发现只列出，不计入风险"))
    return tuple(lines)
