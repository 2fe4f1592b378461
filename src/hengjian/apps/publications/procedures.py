"""A penalty's way to the public and out of it again, and a typical case's way, as tables."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

PUB, LIST = "市场监督管理行政处罚信息公示规定", "市场监督管理严重违法失信名单管理办法"


def _pub(article: str, note: str) -> str:
    return f"《{PUB}》第{article}条（{note}）"


SHOW = _pub("二", "适用普通程序作出的行政处罚决定信息应当公示，仅受到警告的除外")
CONTENT = _pub("四", "公示处罚决定书和处罚信息摘要")
HOME = _pub("九", "作出决定之日起二十个工作日内公示")
AWAY = _pub("十", "十个工作日内推送登记地，登记地收到之日起十个工作日内公示")
UNDO = _pub("十一", "决定被变更、撤销、确认违法或者无效的，三个工作日内撤回并说明理由")
END = _pub("十三至十五", "公示期限届满停止公示")
EARLY = _pub("十六", "履行义务、改正并消除危害后果、没有再受同类处罚的，可以提前停止公示")
HOUSE = "公示更正：机关发现公示内容有误的，说明理由后更正，保留更正记录"

KINDS: dict[str, str] = {"penalty": "行政处罚", "listing": "严重违法失信名单"}
TIERS: dict[str, str] = {"minor": "轻微", "general": "一般", "serious": "严重"}
PUBLIC = ("published", "correcting", "stop_requested")
"""States in which everybody may read it."""
WAITING = ("draft", "proposed", "pushed")
GROUNDS: dict[str, str] = {
    "performed": "已经自觉履行行政处罚决定中规定的义务",
    "rectified": "已经主动消除危害后果和不良影响",
    "no_second": "未因同一类违法行为再次受到行政处罚",
}
"""What an early stop needs (PUB-16)."""


def _withdraw(state: str) -> Move:
    return Move("withdraw", state, "withdrawn", "publication.publish", "撤回公示", UNDO, facts=("reason",))


PUBLICATION = Procedure(
    name="publication",
    label="处罚公示",
    states={
        "draft": "待拟公示",
        "proposed": "待审核公示",
        "pushed": "已推送待登记地公示",
        "published": "公示中",
        "correcting": "公示中，更正待审核",
        "stop_requested": "公示中，已申请提前停止",
        "stopped": "已停止公示",
        "withdrawn": "已撤回",
        "dropped": "不再公示",
    },
    moves=(
        Move("prepare", "draft", "draft", "publication.handle", "拟定公示内容", CONTENT),
        Move("propose", "draft", "proposed", "publication.handle", "送交审核", CONTENT, facts=("doc_number",)),
        Move("send_back", "proposed", "draft", "publication.publish", "退回修改", CONTENT, facts=("reason",)),
        Move(
            "publish", "proposed", "published", "publication.publish", "公示", HOME, facts=("told",), second_person=True
        ),
        Move(
            "push",
            "proposed",
            "pushed",
            "publication.publish",
            "推送登记地",
            AWAY,
            facts=("told", "pushed_to"),
            clock="PUB-10.publish",
            second_person=True,
        ),
        Move("note_home", "pushed", "published", "publication.handle", "登记地已公示", AWAY, facts=("on",)),
        Move("correct", "published", "correcting", "publication.handle", "提出更正", HOUSE, facts=("reason",)),
        Move(
            "approve_correction",
            "correcting",
            "published",
            "publication.publish",
            "公示更正",
            HOUSE,
            second_person=True,
        ),
        Move(
            "reject_correction", "correcting", "published", "publication.publish", "不予更正", HOUSE, facts=("reason",)
        ),
        Move(
            "request_stop",
            "published",
            "stop_requested",
            "publication.handle",
            "登记提前停止公示申请",
            EARLY,
            facts=("on", "grounds"),
            clock="REP-16",
        ),
        Move(
            "grant_stop",
            "stop_requested",
            "stopped",
            "publication.publish",
            "同意提前停止公示",
            EARLY,
            second_person=True,
        ),
        Move(
            "refuse_stop",
            "stop_requested",
            "published",
            "publication.publish",
            "不予提前停止",
            EARLY,
            facts=("reason",),
        ),
        *(Move("stop", state, "stopped", "publication.handle", "期满停止公示", END) for state in PUBLIC),
        *(_withdraw(state) for state in ("pushed", *PUBLIC)),
        *(
            Move("drop", state, "dropped", "publication.publish", "不再公示", UNDO, facts=("reason",))
            for state in ("draft", "proposed")
        ),
    ),
    fact_labels={
        "reason": "理由",
        "doc_number": "处罚决定书文号",
        "told": "送达时已书面告知将公示",
        "pushed_to": "登记地机关",
        "on": "日期",
        "grounds": "提前停止公示的条件",
    },
)

CURATED = "典型案例公布：以案释法，隐去个人信息和商业秘密，经机关负责人批准（产品规则）"
CHOSEN = "典型案例推荐：下级推荐，上级选用后公布（产品规则）"

TYPICAL = Procedure(
    name="typical_case",
    label="典型案例",
    states={
        "draft": "编写中",
        "proposed": "待批准",
        "nominated": "已推荐上级",
        "published": "已公布",
        "withdrawn": "已撤回",
        "dropped": "不采用",
    },
    moves=(
        Move("edit", "draft", "draft", "typical_case.draft", "修改", CURATED, facts=("title", "text")),
        Move("propose", "draft", "proposed", "typical_case.draft", "报请批准", CURATED, facts=("text", "lesson")),
        Move("send_back", "proposed", "draft", "typical_case.decide", "退回修改", CURATED, facts=("reason",)),
        Move("approve", "proposed", "published", "typical_case.decide", "批准公布", CURATED, second_person=True),
        Move(
            "nominate",
            "proposed",
            "nominated",
            "typical_case.decide",
            "推荐上级选用",
            CHOSEN,
            facts=("to",),
            second_person=True,
        ),
        Move("pass_up", "nominated", "nominated", "typical_case.choose", "再向上推荐", CHOSEN, facts=("to",)),
        Move("choose", "nominated", "published", "typical_case.choose", "选用并公布", CHOSEN, second_person=True),
        Move("decline", "nominated", "proposed", "typical_case.choose", "不选用", CHOSEN, facts=("reason",)),
        Move("withdraw", "published", "withdrawn", "typical_case.decide", "撤回", CURATED, facts=("reason",)),
        *(
            Move("drop", state, "dropped", "typical_case.draft", "不采用", CURATED, facts=("reason",))
            for state in ("draft", "proposed")
        ),
    ),
    fact_labels={"title": "标题", "text": "基本案情", "lesson": "典型意义", "reason": "理由", "to": "上级机关"},
)
