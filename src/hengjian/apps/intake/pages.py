"""What the pages of a submission show, worked out from its state and its dry run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from hengjian.apps.intake.columns import ColumnRow, column_rows
from hengjian.apps.intake.models import Submission
from hengjian.apps.intake.selectors import WORKING
from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.ready import find_ready
from hengjian.ui import wording
from hengjian.ui.figures import share_bar
from hengjian.ui.parts import Action, NextStep, Step, Tab, Work

KINDS = (
    ("new", "新增", "blue", "库里没有的编号"),
    ("changed", "变更", "mid", "同一编号，内容不同；旧值保留，新值取代"),
    ("same", "相同", "grey", "与已收的一字不差，不重复写入"),
    ("repeated", "重复", "grey", "同一行在这份文件里又出现一次，只收一次"),
    ("quarantined", "隔离", "amb", "整行错位，等您决定是否移回"),
    ("refused", "拒收", "ink", "读不成确定的值，逐行写明原因"),
)
TAKEN = ("accepted", "可收", "blue", "读得准的行；按数据表看，见下表")
ANCHORS = {"changed": "#chg", "quarantined": "#qua", "refused": "#ref"}
TAGS = {"accepted": "ok", "failed": "bad", "withdrawn": "line", "previewed": "blue"}
STATE_WORDS = {"previewed": "试运行完成，尚未导入"}
TEMPLATES_FIRST = (
    "reports",
    "results",
    "institutions",
    "certificates",
    "scope",
    "people",
    "instruments",
    "calibrations",
)


def named(text: str) -> Q:
    """Submissions whose number or file name contains the text."""
    return Q(number__icontains=text) | Q(file_name__icontains=text)


def to_write(submission: Submission) -> int:
    """Rows that an acceptance would write."""
    return int(submission.preview.get("new", 0)) + int(submission.preview.get("changed", 0))


def rows_to_take(submission: Submission) -> int:
    """Rows of the original that an acceptance takes: where one row feeds several tables, records are not rows."""
    if not to_write(submission):
        return 0
    return int(submission.preview["accepted"]) if submission.preview.get("spread") else to_write(submission)


def heading(submission: Submission) -> str:
    """The finding as the page's title."""
    counts, state = submission.preview, submission.state
    if state == "previewed":
        repair = counts.get("refused", 0) + counts.get("quarantined", 0)
        if to_write(submission):
            taken = f"{wording.num(rows_to_take(submission))} 行可以收下"
            return f"{taken}，{wording.num(repair)} 行要改" if repair else f"{taken}，没有要改的"
        if counts.get("same"):
            return "与已收的数据相同，没有要写入的行"
        if repair:
            return f"没有可以收下的行，{wording.num(repair)} 行要改"
        return "没有认出可以收的数据" if counts.get("rows") else "认出了表，但是里面没有一行数据"
    if state == "accepted":
        return f"已收下 {wording.num(rows_to_take(submission))} 行"
    if state == "failed":
        return "没有读成，什么都没有写入"
    if state == "withdrawn":
        return "已撤回，什么都没有写入"
    return "正在收下" if state == "accepting" else "正在读取"


def state_tag(submission: Submission) -> tuple[str, str]:
    """(kind, words) of the tag beside the title."""
    words = STATE_WORDS.get(submission.state, submission.get_state_display())
    return TAGS.get(submission.state, "blue"), words


def next_step(submission: Submission, may: Mapping[str, bool]) -> NextStep | None:
    """The band: what this person does now; None where there is nothing for them."""
    address = reverse("intake:show", args=[submission.number])
    if submission.state == "previewed" and to_write(submission):
        if not may["accept"]:
            return NextStep("下一步：由分析员、登记员或科（股）长收下", "您可以改列对应后再试运行，或撤回这份。")
        return None  # the page's own band carries the form with “remember”
    if submission.state in {"previewed", "failed"} and may["submit"]:
        text = (
            "下一步：核对列对应，再试运行"
            if submission.state == "previewed"
            else "下一步：改好文件再交，或改列对应再试运行"
        )
        return NextStep(text, submission.message, Action("看列对应", f"{address}#map", icon="down"))
    if submission.state == "accepted" and submission.preview.get("refused") and may["submit"]:
        return NextStep(
            f"下一步：改好拒收的 {wording.num(submission.preview['refused'])} 行再交",
            "只交改好的行即可，已收的不会重复。",
            Action("交修好的", reverse("intake:hand_in"), icon="up"),
        )
    return None


def work(submission: Submission, may: Mapping[str, bool]) -> Work | None:
    """The running work, or None."""
    if submission.state not in WORKING:
        return None
    share = min(submission.done / submission.total, 1.0) if submission.total else None
    cancel_url = reverse("intake:cancel", args=[submission.number])
    asked = "已请求取消，正在停下。" if submission.cancel_requested else ""
    verb = "收下" if submission.state == "accepting" else "试运行"
    return Work(
        title=submission.file_name,
        state="waiting" if submission.state == "received" else "running",
        share=share,
        progress=asked or submission.step or "排队等候",
        facts=f"第 {submission.done} 步，共 {submission.total} 步" if submission.total else "",
        steps=[
            Step("接收", "done", wording.size(submission.size)),
            Step("试运行", "now" if submission.state != "accepting" else "done"),
            Step("收下", "now" if submission.state == "accepting" else ""),
        ],
        cancel=Action("取消", cancel_url, icon="x", method="post") if may["submit"] and not asked else None,
        cancel_note=f"取消{verb}不留任何一行。",
        poll_url=reverse("intake:progress", args=[submission.number]),
    )


def _kinds(submission: Submission) -> list[tuple[str, str, str, str]]:
    """What the rows of the original fall into: together they are all of them.

    Where one row makes several records (or several rows make one), the records stand by table instead.
    """
    counts = submission.preview
    if counts.get("spread"):
        return [TAKEN, *(kind for kind in KINDS if kind[0] in ("quarantined", "refused"))]
    return [kind for kind in KINDS if kind[0] != "repeated" or counts.get("repeated")]


def count_rows(submission: Submission) -> list[dict[str, Any]]:
    """The table under the share bar."""
    counts = submission.preview
    if not counts:
        return []
    taken = "已写入" if submission.state == "accepted" else "收下"
    next_words = {"new": taken, "accepted": taken, "same": "略过", "repeated": "略过"}
    rows = []
    for key, label, kind, meaning in _kinds(submission):
        amount = counts.get(key, 0)
        anchor = ANCHORS.get(key, "") if amount else ""
        word = f"看 {wording.num(amount)} 行" if anchor else next_words.get(key, "—") if amount else "—"
        rows.append({"label": label, "kind": kind, "amount": amount, "meaning": meaning, "url": anchor, "next": word})
    return rows


def share(submission: Submission) -> Any:
    """The share bar of the dry run, or nothing."""
    counts = submission.preview
    if not counts or not counts.get("rows"):
        return None
    parts = [(label, counts.get(key, 0), kind) for key, label, kind, _ in _kinds(submission)]
    return share_bar(parts, unit=" 行") if any(amount for _, amount, _ in parts) else None


def tables(submission: Submission, shown: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Records by table, where neither the rows of the original nor the list of sheets tells them already."""
    found: list[dict[str, Any]] = submission.preview.get("tables", [])
    if any("records" in sheet for sheet in shown):
        return []
    return found if submission.preview.get("spread") or len(found) > 1 else []


def _records(detail: Mapping[str, Any], submission: Submission) -> dict[str, dict[str, Any]]:
    """Table → its records, where every sheet feeds one table of its own."""
    fed = [name for sheet in detail.get("sheets", []) for name in sheet.get("tables", [])]
    alone = len(set(fed)) == len(fed) == len(detail.get("sheets", [])) > 1 and not detail.get("sheets_more")
    return {one["table"]: one for one in submission.preview.get("tables", [])} if alone else {}


def many(detail: Mapping[str, Any]) -> bool:
    """More than one sheet was taken, or is there to choose from."""
    return len(detail.get("sheets", [])) > 1


def origin(submission: Submission) -> dict[str, str] | None:
    """The ready-made mapping in use: its title and what it does."""
    name = submission.preview.get("ready") or ""
    one = find_ready(name)
    return {"title": one.title, "note": one.mapping.note} if one and not submission.preview.get("remembered") else None


def sheets(detail: Mapping[str, Any], submission: Submission) -> list[dict[str, Any]]:
    """Every sheet with its columns ready for the form."""
    shown, records = [], _records(detail, submission)
    for place, sheet in enumerate(detail.get("sheets", [])):
        columns: list[ColumnRow] = column_rows(place, sheet, submission)
        shown.append(
            {
                **sheet,
                "place": place,
                "name": sheet["sheet"] or sheet["file"].rpartition("/")[2],
                "columns_shown": columns,
                "label": "、".join(TABLES[name].header for name in sheet.get("tables", []) if name in TABLES),
                "taken": sum(bool(column.chosen) for column in columns),
                **({"records": records[sheet["tables"][0]]} if records and sheet["tables"][0] in records else {}),
            }
        )
    return shown


def reason_tabs(submission: Submission, detail: Mapping[str, Any], reason: str, here: str) -> list[Tab]:
    """Refusals by reason as links."""
    reasons = detail.get("reasons", [])
    if not reasons:
        return []
    anchor = "#ref" if here.endswith(f"{submission.number}/") else ""
    tabs = [Tab("全部", f"{here}{anchor}", not reason, submission.preview.get("refused"))]
    for entry in reasons:
        url = f"{here}?{urlencode({'reason': entry['code']})}{anchor}"
        tabs.append(Tab(entry["label"], url, reason == entry["code"], entry["count"]))
    return tabs


def facts(submission: Submission, detail: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rail: what the file is."""
    found: list[tuple[Any, ...]] = [
        ("文件", submission.file_name),
        ("大小", wording.size(submission.size)),
        ("摘要值", wording.short_hash(submission.sha256), "SHA-256，同样的文件只收一次"),
        ("经手人", submission.submitted_by.name),
        ("接收机关", submission.organ.name),
    ]
    found += [(name, value) for name, value in detail.get("facts", [])]
    if submission.accepted_at and submission.accepted_by:
        found.append(("收下", wording.zh_datetime(submission.accepted_at), submission.accepted_by.name))
    return found


def template_links() -> list[dict[str, str]]:
    """Blank templates, the everyday ones first."""
    names = [*TEMPLATES_FIRST, *(name for name in TABLES if name not in TEMPLATES_FIRST)]
    return [{"label": TABLES[name].header, "url": reverse("intake:template", args=[name])} for name in names]
