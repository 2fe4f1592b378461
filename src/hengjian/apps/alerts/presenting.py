"""What the page of one alert shows beside its evidence: the law, how sure, where it came from, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from hengjian.apps.alerts.listing import SEVERITY_TAGS, STATE_TAGS
from hengjian.apps.alerts.models import Alert
from hengjian.apps.alerts.packet import Packet
from hengjian.apps.alerts.procedures import ALERT, DISMISSAL_CODES, WAITING
from hengjian.apps.alerts.selectors import Precision
from hengjian.apps.alerts.spreads import funnel_of
from hengjian.apps.record.selectors import events_of
from hengjian.apps.runs.peers import Standing, standing_of
from hengjian.apps.runs.wording import cluster_of, title_of
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.kernel.errors import NotFound
from hengjian.law.catalogue import CitedLaw, citation_for
from hengjian.ui import figures, wording
from hengjian.ui.parts import Event, Tick

BARS = 20
"""Columns of the histogram of peers."""
ACTIONS = {move.action: move.label for move in ALERT.moves}
SURE = {
    "certain": "两处以上独立的记录互相矛盾，或者同一矛盾反复出现，一处录入差错解释不了",
    "strong": "已排除所列的正常原因，仍需要人看过原始记录才能判断",
    "weak": "一处录入差错就能解释，作为数据质询退回机构核实",
}
NEXT = {
    "open": "看过证据，给出结论：确认待跟进，要求机构补充，或者说明理由后排除",
    "data_requested": "等机构补充；收到以后回到待研判",
    "dismissal_proposed": "排除这条预警须由另一人复核",
    "confirmed": "已确认，等待跟进",
    "dismissed": "已排除",
}
NEXT_QUESTION = "这是数据质询：要求机构补充，或者说明情况后排除"


def law_of(alert: Alert) -> CitedLaw | None:
    """The law for the conduct on its day, sector law first; None where the rulebook has none of that day."""
    if not alert.violation or alert.occurred_on is None:
        return None
    fields = [alert.field, *alert.institution.fields, "other"]
    field = next(field for field in fields if field)
    try:
        return citation_for(alert.violation, field, alert.occurred_on, area_code=alert.institution.area_code)
    except NotFound:
        return None


def how_sure(alert: Alert, packet: Packet, precision: Precision | None) -> list[tuple[str, str, str]]:
    """Severity in words, score, q-value, extent, and how often this detector was right."""
    facts = [
        ("把握", alert.get_severity_display(), SURE[alert.severity]),
        _contribution(alert),
    ]
    if alert.q_value is not None:
        facts.append(("误报控制", f"q = {alert.q_value:.2g}", f"p = {alert.p_value:.2g}；控制后的错误发现率"))
    if packet.judged:
        facts.append(("范围", f"{packet.accused} / {packet.judged} {packet.unit}", "涉及的 / 检测器能判断的"))
    facts.append(("历来准否", precision_text(precision), "以往研判中确认的比例，区间为 95%"))
    return facts


def _contribution(alert: Alert) -> tuple[str, str, str]:
    """What the finding adds to the risk; one that is only listed adds nothing, whatever it weighs by itself."""
    if alert.evidence.get("uncounted"):
        return ("贡献", "不计入风险", f"单独看 {alert.score:.1f} 分贝")
    if alert.severity == "weak":
        return ("贡献", f"至多 +{alert.score:.1f} 分贝", "较弱的发现多数不计分，少数只用来排先后")
    return ("贡献", f"+{alert.score:.1f} 分贝", "10·log₁₀ 似然比，已按上限封顶")


def precision_text(precision: Precision | None) -> str:
    """`确认 8 / 已研判 10（49%–94%）`, or that nobody has judged one yet."""
    if precision is None or precision.interval is None:
        return "还没有研判过"
    low, high = precision.interval
    return f"确认 {precision.confirmed} / 已研判 {precision.judged}（{low:.0%}–{high:.0%}）"


@dataclass(frozen=True, slots=True)
class Peers:
    """The sentence on how the institution stands among its field, and the figures; none for too few."""

    says: str
    figures: tuple[figures.Drawn, ...]


def peers_of(alert: Alert) -> Peers:
    """How often this detector speaks here against the other institutions of the field, in the last run that saw it."""
    field = FIELD_CODES.get(alert.field, "")
    standing = standing_of(
        alert.last_run, detector=alert.detector, field=alert.field, institution_id=alert.institution.uscc
    )
    if standing is None:
        return Peers("同一次筛查里同领域、报告足够多的机构不足，不作同行比较。", ())
    outcome = cluster_of(alert.detector) == "outcome"
    funnels = [funnel_of(alert, verdicts=verdicts) for verdicts in ((True, False) if outcome else (False,))]
    drawn = tuple(one for one in funnels if one is not None)
    if not alert.n_reports:
        others = f"{field}领域另有 {len(standing.peers)} 家机构"
        return Peers(f"{others}；这类发现说的是机构的整体，不落在某一份报告上，所以不比较涉及报告的比例。", drawn)
    return Peers(_among(field, standing), drawn or (_histogram(standing),))


def _among(field: str, standing: Standing) -> str:
    """How many peers have such findings, and the institution's share among theirs, in words."""
    return (
        f"{field}领域另有 {len(standing.peers)} 家机构，其中 {standing.clean_peers} 家没有这类发现；"
        f"本机构 {standing.reports} 份报告中涉及 {standing.accused} 份（{standing.share:.1%}），"
        + (f"{standing.higher_peers} 家比它高。" if standing.higher_peers else "没有一家比它高。")
    )


def _histogram(standing: Standing) -> figures.Drawn:
    most = max(standing.share, *standing.peers, 0.01)
    width = most / BARS
    counts = [0] * BARS
    for share in standing.peers:
        counts[min(BARS - 1, int(share / width))] += 1
    return figures.histogram(
        [round(place * width * 100, 4) for place in range(BARS + 1)],
        counts,
        value=round(standing.share * 100, 2),
        value_label=f"本机构 {standing.share:.1%}",
        x_label="同领域机构涉及报告的比例（%）",
        log=True,
    )


def ticks_of(packet: Packet) -> list[Tick]:
    """Benign explanations: what the detector excludes, and what stays open."""
    found = [Tick(text, "ok") for text in packet.excluded]
    if packet.slip:
        found.append(Tick("录入差错", "open", "一处日期、单位或字符写错即可解释，请机构核实原始记录"))
    else:
        found.append(Tick("机构的书面解释和原始记录", "open", "系统看不到纸质记录和现场，须由人核对"))
    return found


@dataclass(frozen=True, slots=True)
class Origin:
    """Which run found the alert first and last, with links where the person may see them."""

    first: str
    first_url: str
    last: str
    last_url: str
    seen_again: bool


def origin_of(alert: Alert, runs_in_view: set[str]) -> Origin:
    """Where the alert came from; a run of a superior organ is named without a link."""

    def url(number: str) -> str:
        return reverse("runs:show", args=[number]) if number in runs_in_view else ""

    first, last = alert.run.number, alert.last_run.number
    again = alert.institution.risk_run in ("", last)
    return Origin(first, url(first), last, url(last), again)


def history_of(alert: Alert) -> list[Event]:
    """What people and the system did, newest first, down to the finding itself."""
    made = []
    for event in events_of(Alert._meta.label_lower, alert.pk):
        action = event.verb.partition(".")[2]
        who = event.actor_name
        made.append(
            Event(
                when=event.at,
                text=f"{ACTIONS.get(action, event.verb)}　{who}",
                kind="act" if action in ACTIONS else "",
                note=_note(event.reason, event.after),
            )
        )
    found = Event(
        when=alert.first_seen, text=f"筛查 {alert.run.number} 发现", kind="hot", note=title_of(alert.detector)
    )
    return [*made, found]


def _note(reason: str, after: dict[str, Any]) -> str:
    code = after.get("facts", {}).get("reason_code", "")
    return "：".join(part for part in (DISMISSAL_CODES.get(code, ""), reason) if part)


def tags_of(alert: Alert) -> list[tuple[str, str]]:
    """(kind, words) of the state and, for accusations, how sure."""
    tags = [(STATE_TAGS[alert.state], alert.get_state_display())]
    if alert.is_question:
        return [*tags, ("line", "数据质询")]
    return [*tags, (SEVERITY_TAGS[alert.severity], f"把握{alert.get_severity_display()}")]


def next_text(alert: Alert, *, mine: bool) -> str:
    """What has to be done now, in one sentence; for somebody who may do nothing, whose turn it is."""
    if not mine and alert.state in WAITING:
        return f"{alert.get_state_display()}，由{alert.organ.name}办理"
    if alert.is_question and alert.state == "open":
        return NEXT_QUESTION
    text = NEXT[alert.state]
    if alert.state in ("confirmed", "dismissed") and alert.judged_by and alert.judged_at:
        text += f"：{alert.judged_by.name}，{wording.zh_date(alert.judged_at)}"
    return text
