"""What the page of a tip shows: what to do next, where it stands, what was done; never who reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from hengjian.apps.informants.models import Informant
from hengjian.apps.informants.selectors import informants_seen_by
from hengjian.apps.informants.subjects import Progress
from hengjian.apps.leads.codes import CHANNELS
from hengjian.apps.leads.selectors import leads_seen_by
from hengjian.apps.record.selectors import events_of
from hengjian.apps.tips.models import KINDS, Tip
from hengjian.apps.tips.procedures import TIP
from hengjian.apps.tips.repeats import earlier_of_same_person
from hengjian.kernel.transitions import Move
from hengjian.ui.parts import Action, Event, NextStep, Step
from hengjian.ui.wording import iso_date

PRIMARY = ("accept", "supplement", "distribute", "tell")
LABELS = {move.action: move.label for move in TIP.moves} | {"receive": "登记"}
KINDS_OF_EVENT = {"close": "good", "send_back": "hot", "mark_repeated": "hot"}
NEXT = {
    "accept": ("看过线索，开始核查", "核查时限从收到之日起算，在线索上办理"),
    "supplement": ("举报人补充以后，登记补充的线索", "核查时限照常计算"),
    "distribute": ("重新分送给有处理权限的机关", "退回的件由分送机关另行分送"),
    "tell": ("需要时告知处理结果", "只有法律、法规、规章规定应当告知的才告知"),
}


def next_step(actions: Sequence[str], wanted: Sequence[str], texts: dict[str, tuple[str, str]]) -> NextStep | None:
    """The band under the head for this person, or None."""
    first = next((action for action in wanted if action in actions), None)
    if first is None:
        return None
    text, detail = texts[first]
    return NextStep(text, detail=detail, action=Action("去办理", f"#{first}"))


def next_of(tip: Tip, moves: Sequence[Move]) -> NextStep | None:
    """What this person does next on a tip."""
    wanted = PRIMARY if tip.state != "registered" else PRIMARY[:1]
    return next_step([move.action for move in moves], wanted, NEXT)


def steps_of(tip: Tip) -> list[Step]:
    """Received → verified → answered; or where else it went."""
    received = Step("收到举报", "done", iso_date(tip.received_on))
    if tip.state in ("merged", "repeated", "redirected", "returned"):
        return [received, Step(tip.get_state_display(), "now", tip.merged_into.number if tip.merged_into else "")]
    place = {"registered": 1, "unclear": 1, "verifying": 2, "closed": 4}[tip.state]
    labels = [("登记", ""), ("审查", "待补充" if tip.state == "unclear" else ""), ("核查", ""), ("办结", "")]
    return [received, *(
        Step(label, "done" if index < place else "now" if index == place else "", note)
        for index, (label, note) in enumerate(labels[1:], start=1)
    )]  # fmt: skip


def facts_of(tip: Tip) -> list[tuple[str, Any]]:
    """Channel, organ, people; the informant under the number of the seal."""
    facts = [
        ("承办机关", tip.organ.name),
        ("承办人", tip.responsible.name if tip.responsible else "未定"),
        ("举报方式", KINDS[tip.kind]),
        ("举报人", masked(tip.informant)),
        ("渠道", CHANNELS.get(tip.channel, tip.channel)),
        ("登记", tip.registered_by),
    ]
    if tip.external_no:
        facts.append(("平台编号", tip.external_no))
    if tip.distributed_by:
        facts.append(("分送机关", tip.distributed_by.name))
    if tip.redirected_to:
        facts.append(("有权机关", tip.redirected_to))
    return facts


def masked(informant: Informant | None) -> str:
    """How an informant is called on pages and papers: by the number of the seal alone."""
    if informant is None:
        return "—"
    return f"{'匿名' if informant.anonymous else '身份密封'}（{informant.number}）"


def channel_url(informant: Informant, user: Any, *, on: date) -> str:
    """The page of the sealed person's channel and files, where this reader may see it."""
    seen = informants_seen_by(user, on=on).filter(pk=informant.pk).exists()
    return reverse("informants:show", args=[informant.number]) if seen else ""


def lead_link(lead: Any, user: Any, *, on: date) -> tuple[str, str, str] | None:
    """Number, state and page of a lead, where this person may see it; its number alone otherwise."""
    if lead is None:
        return None
    seen = leads_seen_by(user, on=on).filter(pk=lead.pk).exists()
    return lead.number, lead.get_state_display(), reverse("leads:show", args=[lead.number]) if seen else ""


def earlier_tips(tip: Tip, user: Any, rows: Any) -> list[Tip]:
    """What the same person reported before about the same respondent, as far as this reader may see it."""
    return list(earlier_of_same_person(tip).filter(pk__in=rows.order_by().values("pk"))[:5])


def history_of(kind: str, pk: int, labels: dict[str, str], kinds: dict[str, str]) -> list[Event]:
    """What people and the system did, newest first."""
    made = []
    for event in events_of(kind, str(pk)):
        action = event.verb.partition(".")[2]
        text = f"{labels.get(action, action)}　{event.actor_name}"
        made.append(Event(when=event.at, text=text, kind=kinds.get(action, "act")))
    return made


def progress_of(tip: Tip, on: date) -> Progress:
    """What the sender reads by the code: how far it is, nothing of the respondent's or the officials' own."""
    told = {
        "registered": "已登记，正在审查",
        "unclear": "需要您补充线索",
        "verifying": "正在核查",
        "merged": "已并入您此前的举报，一并处理",
        "repeated": "与您此前的举报重复，不再重复处理；有新的事实请另行写明",
        "redirected": f"本机关没有处理权限，请向{tip.redirected_to}举报",
        "returned": "正在重新分送",
        "closed": "已办结",
    }
    notes = tip.notes.filter(kind__in=("wanted", "result")).order_by("-at")
    shown = next((note.text for note in notes if tip.state == "unclear" or note.kind == "result"), "")
    return Progress(told[tip.state], steps_of_sender(tip), shown)


def steps_of_sender(tip: Tip) -> list[Step]:
    """Three steps that tell nothing but how far it is."""
    done = tip.state not in ("registered", "unclear", "verifying", "returned")
    checking = tip.state == "verifying"
    return [
        Step("收到", "done", iso_date(tip.received_on)),
        Step("核查", "done" if done else "now" if checking else ""),
        Step("办结", "now" if done else ""),
    ]
