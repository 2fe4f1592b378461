"""What the page of one draw shows: steps, what to do next, hashes and people, quotas and probabilities, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from hengjian.apps.accounts.rights import may
from hengjian.apps.draws import bundle
from hengjian.apps.draws.models import Draw
from hengjian.apps.draws.partners import waiting_custodians
from hengjian.apps.draws.policies import VERBS
from hengjian.apps.draws.procedures import ACTIVE, DRAW, RECUSALS, RESULT_KNOWN
from hengjian.apps.draws.scope import BANDS
from hengjian.apps.draws.services import quota_of
from hengjian.apps.draws.sources import KINDS, bits_of
from hengjian.apps.plans.models import Visit
from hengjian.apps.record.selectors import events_of
from hengjian.engines.draws import sha256_hex
from hengjian.kernel.errors import Refused
from hengjian.kernel.transitions import moves_from
from hengjian.ui.parts import Action, Event, NextStep, Step
from hengjian.ui.wording import zh_date, zh_datetime

STATE_TAGS = {
    "draft": "line", "frozen": "blue", "committed": "blue", "entropy_entered": "warn", "entropy_confirmed": "blue",
    "drawn": "warn", "announced": "warn", "published": "ok", "void": "",
}  # fmt: skip
LEAST_KEEPERS = 2
UNTOLD = ("draw.view_sealed",)
"""Events that stand in the record and not on the draw's page: who looked at a sealed sample, each time."""
LABELS = {f"draw.{move.action}": move.label for move in DRAW.moves} | VERBS
VISIT_TAGS = {
    "reserved": ("", "待检查"),
    "proposed": ("", "待并入"),
    "entered": ("blue", "已入企"),
    "done": ("ok", "已检查"),
}


def allowed(draw: Draw, user: Any, *, on: date) -> set[str]:
    """Actions of the procedure that this person may take now, second persons and modes observed."""
    found = {move.action for move in moves_from(DRAW, draw.state) if may(user, move.permission, draw, on=on)}
    if draw.state == "entropy_entered" and draw.entropy_entered_by_id == user.pk:
        found.discard("confirm_entropy")
    found.discard("announce" if draw.mode == "open" else "publish")
    return found


def _short(moment: datetime | None) -> str:
    return zh_datetime(moment, "short") if moment else ""


def steps_of(draw: Draw, *, checked: int) -> list[Step]:
    """The stepper: what is done with its time, where the draw stands, what is to come."""
    names: list[tuple[str, str]] = [
        ("立项", _short(draw.created_at)),
        ("冻结名录", _short(draw.frozen_at)),
        ("公布承诺", _short(draw.committed_at)),
        ("熵到齐", _short(draw.entropy_confirmed_at)),
        ("抽取", _short(draw.drawn_at)),
    ]
    if draw.mode == "sealed":
        names.append(("公布摘要", _short(draw.announced_at)))
        names.append(("检查", f"{checked} / {draw.sample_size} 家" if draw.announced_at else ""))
        last = _short(draw.published_at) or (f"最迟 {zh_date(draw.open_by, 'short')}" if draw.open_by else "")
        names.append(("公开证明", last))
    else:
        names.append(("公开证明", _short(draw.published_at)))
        names.append(("检查", f"{checked} / {draw.sample_size} 家" if draw.published_at else ""))
    now = _place(draw, names)
    steps = [
        Step(name, "done" if place < now else "now" if place == now else "", note)
        for place, (name, note) in enumerate(names)
    ]
    if draw.state == "void":
        steps = [Step(one.label, "done" if one.note and one.state == "done" else "", one.note) for one in steps]
    return steps


def _place(draw: Draw, names: list[tuple[str, str]]) -> int:
    order = ["draft", "frozen", "committed", "entropy_confirmed", "drawn"]
    if draw.state == "entropy_entered":
        return 3
    if draw.state in order:
        return order.index(draw.state) + 1
    if draw.state == "void":
        return sum(bool(note) for _, note in names)
    return 6 if draw.state == "announced" else len(names) - 1 if draw.mode == "open" else len(names)


def next_step(draw: Draw, user: Any, *, on: date, now: datetime) -> NextStep | None:
    """What this person is to do now; None when it is somebody else's turn or nothing is left."""
    mine = allowed(draw, user, on=on)
    made = {
        "draft": lambda: _act("freeze", "核对名录、剔除和人员后冻结名录", "冻结名录", draw, mine),
        "frozen": lambda: _commit(draw, mine),
        "committed": lambda: _entropy("enter_entropy", draw, mine, now),
        "entropy_entered": lambda: _entropy("confirm_entropy", draw, mine, now),
        "entropy_confirmed": lambda: _draw(draw, mine),
        "drawn": lambda: _publish(draw, mine),
        "announced": lambda: _open(draw, mine, on),
    }.get(draw.state)
    return made() if made else None


def _act(action: str, text: str, label: str, draw: Draw, mine: set[str], **more: Any) -> NextStep | None:
    if action not in mine:
        return None
    fields = {"action": action, "seen_state": draw.state}
    url = reverse("draws:move", args=[draw.number])
    return NextStep(text, action=Action(label, url, method="post", fields=fields, kind="primary"), **more)


def _page(action: str, text: str, label: str, draw: Draw, mine: set[str], **more: Any) -> NextStep | None:
    if action not in mine:
        return None
    url = reverse("draws:commit" if action == "commit" else "draws:entropy", args=[draw.number])
    return NextStep(text, action=Action(label, url, kind="primary"), **more)


def _commit(draw: Draw, mine: set[str]) -> NextStep | None:
    if "commit" in mine and draw.mode == "sealed":
        keepers = list(draw.custodians.all())
        if len(keepers) < LEAST_KEEPERS or not all(one.salt_sha256 for one in keepers):
            url = reverse("draws:people", args=[draw.number]) + "#keepers"
            text = "密封模式：指定两位盐的保管人，由他们各自交盐的摘要值"
            return NextStep(text, action=Action("去指定", url, kind="primary"))
    text = "写明熵的来源，公布承诺；此后名录、权重、人员一字不能改"
    return _page("commit", text, "去公布承诺", draw, mine)


def _entropy(action: str, draw: Draw, mine: set[str], now: datetime) -> NextStep | None:
    if action not in mine:
        return None
    due = f"截止 {zh_datetime(draw.deadline)}" if draw.deadline else ""
    if draw.not_before and now < draw.not_before:
        return NextStep(f"等熵产生：最早 {zh_datetime(draw.not_before)}", detail="在此以前谁也不能知道结果。", due=due)
    if action == "confirm_entropy":
        return _page(action, "另一人已经录入熵，请您不看对方的录入，独立再录一遍", "去核对", draw, mine, due=due)
    return _page(action, "熵已到公布时间，请照公告录入", "去录入", draw, mine, due=due)


def _draw(draw: Draw, mine: set[str]) -> NextStep | None:
    if "draw" not in mine:
        return None
    waiting = waiting_custodians(draw)
    if waiting:
        return NextStep(f"等保管人交盐：{'、'.join(waiting)}", detail="盐交齐以后才能计算种子。")
    return _act("draw", "一切已经固定，现在抽取；只能抽一次", "抽取", draw, mine)


def _publish(draw: Draw, mine: set[str]) -> NextStep | None:
    if draw.mode == "sealed":
        return _act("announce", "公布结果的摘要值；名单检查结束后公开", "公布摘要值", draw, mine)
    return _act("publish", "公开名单和证明", "公开证明", draw, mine)


def _open(draw: Draw, mine: set[str], on: date) -> NextStep | None:
    if "open" not in mine:
        return None
    due = f"最迟 {zh_date(draw.open_by)}" if draw.open_by else ""
    if on < draw.planned_to:
        return NextStep(f"检查到 {zh_date(draw.planned_to)} 结束，之后揭示盐、公开证明", due=due)
    return _act("open", "检查期已过，揭示盐并公开全部证明", "公开证明", draw, mine, due=due)


def heading(draw: Draw) -> str:
    """The title says the finding: from how many how many were drawn."""
    if draw.state in RESULT_KNOWN:
        return f"{draw.title}：从 {draw.roster_size} 家中抽出 {draw.sample_size} 家"
    if draw.state == "void":
        return f"{draw.title}：已作废"
    wanted = draw.n or sum(draw.quota.values())
    return f"{draw.title}：从 {draw.roster_size} 家中抽 {wanted} 家"


@dataclass(frozen=True, slots=True)
class SourceShown:
    """One entropy source: what it is, when it comes out, and once confirmed its numbers."""

    name: str
    issue: str
    drawn_at: datetime
    fallback: str
    groups: tuple[tuple[str, bool], ...] = ()
    digits: str = ""
    evidence: str = ""
    fell_back: bool = False
    url: str = ""


def sources_of(draw: Draw) -> list[SourceShown]:
    """The sources of the commitment; with the numbers as soon as two people have typed the same."""
    made = []
    for place, source in enumerate(draw.sources):
        kind = KINDS[source["kind"]]
        given: Mapping[str, Any] = draw.entropy[place] if draw.entropy else {}
        groups, digits = [], ""
        for index, (part, numbers) in enumerate(zip(kind.parts, given.get("values", ()), strict=False)):
            if part.repeats:
                digits = "".join(str(number) for number in numbers)
            else:
                groups += [(f"{number:02d}", index > 0) for number in numbers]
        evidence = str(given.get("evidence", ""))
        made.append(
            SourceShown(
                kind.name,
                str(given.get("issue", source["issue"])),
                datetime.fromisoformat(str(given.get("published_at", source["drawn_at"]))),
                str(source["fallback_issue"]),
                tuple(groups),
                digits,
                evidence,
                bool(given.get("fallback")),
                evidence if evidence.startswith(("http://", "https://")) else "",
            )
        )
    return made


def bits_text(draw: Draw) -> str:
    """How much entropy the sources have together."""
    return f"{bits_of(draw.sources):.1f}" if draw.sources else ""


def history_of(draw: Draw) -> list[Event]:
    """What people and the system did, newest first; nothing of a sealed sample stands in it."""
    made = []
    for event in events_of(Draw._meta.label_lower, draw.pk).exclude(verb__in=UNTOLD):
        kind = "hot" if event.verb in ("draw.void", "draw.entropy_differs") else "act"
        who = f"{LABELS.get(event.verb, event.verb)}　{event.actor_name}"
        made.append(Event(event.at, who, kind, event.reason))
    return made


@dataclass(frozen=True, slots=True)
class Cell:
    """The institutions of one band in one stratum; `drawn` is None for those who may not see the sample."""

    band: str
    label: str
    pi: float | None = None
    drawn: int | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class StratumLine:
    """One stratum: in the registry, excluded, in the roster, drawn; and the same by band."""

    name: str
    registry: int
    excluded: int
    roster: int
    quota: int | None
    bands: tuple[Cell, ...] = ()


def strata_of(draw: Draw, *, quota: Mapping[str, int], open_book: bool) -> list[StratumLine]:
    """The strata with their counts; probabilities and drawn numbers by band only for those who may see the sample."""
    cells: dict[tuple[str, str], list[Any]] = {}
    if draw.state in RESULT_KNOWN:
        for stratum, band, pi, selected in draw.units.values_list("stratum", "band", "pi", "selected"):
            cell = cells.setdefault((stratum, band), [Fraction(0), 0, 0])
            cell[0] = max(cell[0], Fraction(pi))
            cell[1] += bool(selected)
            cell[2] += 1
    lines = []
    for name, counts in draw.population.items():
        bands = [
            Cell(band, label, float(cell[0]), cell[1] if open_book else None, cell[2]) if cell else Cell(band, label)
            for band, label in BANDS.items()
            for cell in [cells.get((name, band))]
        ]
        lines.append(
            StratumLine(
                name,
                counts["registry"],
                counts["excluded"],
                counts["roster"],
                quota.get(name),
                tuple(bands) if cells else (),
            )
        )
    return lines


def exclusion_counts(draw: Draw) -> list[tuple[str, int]]:
    """Reason → how many, most first."""
    counts: dict[str, int] = {}
    for one in draw.exclusions.all():
        label = one.get_code_display()
        counts[label] = counts.get(label, 0) + 1
    return sorted(counts.items(), key=lambda pair: -pair[1])


def visit_states(draw: Draw) -> dict[int, str]:
    """Institution id → state of the visit that was reserved for this draw."""
    rows = Visit.objects.filter(origin_kind="draw", origin_id=draw.number).exclude(state="cancelled")
    return dict(rows.values_list("institution_id", "state"))


def active_count(rows: QuerySet[Draw]) -> int:
    """How many draws are under way."""
    return rows.filter(state__in=ACTIVE).count()


def planned_quota(draw: Draw) -> dict[str, int]:
    """The quotas as they would be now; empty where they cannot be worked out yet."""
    try:
        return quota_of(draw)
    except Refused:
        return {}


@dataclass(frozen=True, slots=True)
class FileShown:
    """One file of the bundle: name, what it is, size in bytes, SHA-256."""

    name: str
    what: str
    size: int
    digest: str


def files_of(draw: Draw) -> list[FileShown]:
    """The files there are, the verifiers last."""
    made = []
    for name, what in bundle.TOLD.items():
        if name in draw.files:
            path = bundle.folder(draw) / name
            made.append(FileShown(name, what, path.stat().st_size if path.is_file() else 0, draw.files[name]))
    if made:
        for name, data in bundle.verifiers().items():
            what = "验证程序，只用 Python 标准库" if name.endswith(".py") else "在浏览器里验证，不联网"
            made.append(FileShown(name, what, len(data), sha256_hex(data)))
    return made


@dataclass(frozen=True, slots=True)
class PeopleShown:
    """The pool in numbers: people, leads, experts, ties by reason, loads after the draw."""

    total: int
    leads: int
    experts: int
    ties: tuple[tuple[str, int], ...]
    left_out: int
    loads: tuple[int, ...] = ()

    @property
    def mean(self) -> float:
        return sum(self.loads) / len(self.loads) if self.loads else 0.0


def people_of(draw: Draw, *, known: bool) -> PeopleShown:
    """Who is in the pool; the loads only where the result may be seen."""
    people = list(draw.inspectors.all())
    codes: dict[str, int] = {}
    for code in draw.conflicts.values_list("code", flat=True):
        codes[RECUSALS[code]] = codes.get(RECUSALS[code], 0) + 1
    loads: tuple[int, ...] = ()
    if known:
        counts = dict.fromkeys((one.pk for one in people if not one.expert), 0)
        rows = draw.assignments.filter(current=True).exclude(slot="expert")
        for pk in rows.values_list("inspector_id", flat=True):
            counts[pk] = counts.get(pk, 0) + 1
        loads = tuple(sorted(counts.values()))
    return PeopleShown(
        total=sum(not one.expert for one in people),
        leads=sum(one.lead for one in people),
        experts=sum(one.expert for one in people),
        ties=tuple(sorted(codes.items())),
        left_out=len(draw.left_out),
        loads=loads,
    )
