"""A case's way from the proposal to file to the archive, as one table (市场监督管理行政处罚程序规定)."""

from __future__ import annotations

from hengjian.apps.cases.wording import ACTIONS, FACTS, STATES
from hengjian.kernel.transitions import Move, Procedure

RULES = "市场监督管理行政处罚程序规定"
HEARINGS = "市场监督管理行政处罚听证办法"


def _pen(article: str, note: str = "") -> str:
    return f"《{RULES}》第{article}条{f'（{note}）' if note else ''}"


def _hear(article: str, note: str = "") -> str:
    return f"《{HEARINGS}》第{article}条{f'（{note}）' if note else ''}"


FILE = _pen("十九", "四项条件，两名以上执法人员")
REFUSE = _pen("二十", "不予立案的情形")
OFFICERS = _pen("二十二", "两名以上执法人员")
RECUSE = _pen("四", "回避")
HANDOVER = _pen("十七", "移送有管辖权的机关")
SUSPEND = _pen("四十六", "中止调查")
TERMINATE = _pen("四十七", "终止调查")
CONCLUDE = _pen("四十八", "调查终结报告")
REVIEW = _pen("四十九、五十、五十二", "法制审核、案件审核")
REVIEW_TIME = _pen("五十五", "十个工作日内审核完毕")
NOTICE = _pen("五十七", "告知拟处罚内容、事实、理由、依据和权利")
DEFENCE = _pen("五十八", "听取陈述、申辩")
DECIDE = _pen("六十", "根据不同情况作出决定，重大复杂的集体讨论")
LIMIT = _pen("六十四", "立案之日起九十日内作出决定")
ANNUL = _pen("六十三", "决定被变更、撤销的三个工作日内撤回公开")
SERVE = _pen("八十一", "七个工作日内送达")
DEFER = _pen("七十四", "延期或者分期缴纳")
COURT = _pen("七十六", "催告后申请法院强制执行")
CLOSE = _pen("七十七", "十五个工作日内结案")
ARCHIVE = _pen("七十八", "一案一卷")

BEFORE_FILING = ("proposed", "filing")
OPEN = (
    "investigating",
    "suspended",
    "concluded",
    "reviewing",
    "reviewed",
    "cleared",
    "notified",
    "hearing",
    "heard",
    "post_review",
    "ready",
    "collective",
)
"""States in which the case limit (PEN-64) runs or is paused."""
INVESTIGATION = ("investigating",)
WITHOUT_NOTICE = ("reviewed", "cleared", "notified", "ready", "collective")
"""States from which a decision without penalty, or a handover, may be made."""
AFTER_DECISION = ("decided", "enforcing")
ENDED = ("refused", "terminated", "withdrawn", "no_penalty", "transferred", "annulled")
"""Ended without (or no longer with) a penalty in force."""
FINISHED = ("refused", "closed", "archived")


def _move(action: str, source: str, target: str, permission: str, basis: str, **more: object) -> Move:
    return Move(action, source, target, f"case.{permission}", ACTIONS[action], basis, **more)  # type: ignore[arg-type]


def _filing() -> tuple[Move, ...]:
    return (
        _move("submit_filing", "proposed", "filing", "handle", FILE, facts=("conditions", "officers", "opinion")),
        _move("propose_refusal", "proposed", "filing", "handle", REFUSE, facts=("reason_code", "reason")),
        _move(
            "approve_filing",
            "filing",
            "investigating",
            "approve",
            FILE,
            facts=("opinion",),
            clock="PEN-64",
            document="PEN-7",
            second_person=True,
        ),
        _move("send_back_filing", "filing", "proposed", "approve", FILE, facts=("reason",)),
        _move(
            "refuse_filing",
            "filing",
            "refused",
            "approve",
            REFUSE,
            facts=("reason_code", "reason"),
            document="PEN-7",
            second_person=True,
        ),
    )


def _investigation() -> tuple[Move, ...]:
    return (
        _move(
            "suspend",
            "investigating",
            "suspended",
            "approve",
            SUSPEND,
            facts=("ground", "reason"),
            document="PEN-8",
            second_person=True,
        ),
        _move("resume", "suspended", "investigating", "approve", SUSPEND, facts=("reason",), document="PEN-8"),
        *(
            _move(
                "terminate",
                state,
                "terminated",
                "approve",
                TERMINATE,
                facts=("ground", "reason"),
                document="PEN-8",
                second_person=True,
            )
            for state in ("investigating", "suspended")
        ),
        _move("conclude", "investigating", "concluded", "handle", CONCLUDE, facts=("report",), document="PEN-35"),
        *(
            _move(
                "withdraw_case",
                state,
                "withdrawn",
                "approve",
                DECIDE,
                facts=("reason",),
                document="PEN-8",
                second_person=True,
            )
            for state in ("investigating", "concluded", "reviewed")
        ),
    )


def _handing_over() -> tuple[Move, ...]:
    return (
        *(
            _move(
                "transfer_case",
                state,
                "transferred",
                "approve",
                HANDOVER,
                facts=("receiver", "reason"),
                document="PEN-4",
                second_person=True,
            )
            for state in (
                "proposed",
                "investigating",
                "concluded",
                "reviewed",
                "cleared",
                "notified",
                "ready",
                "collective",
            )
        ),
        *(
            _move("change_officers", state, state, "approve", OFFICERS, facts=("officers", "reason"))
            for state in ("proposed", "investigating", "suspended", "concluded", "cleared", "notified", "enforcing")
        ),
    )


def _limits() -> tuple[Move, ...]:
    return (
        *(
            _move(
                "extend",
                state,
                state,
                "approve",
                LIMIT,
                facts=("reason",),
                clock="PEN-64",
                document="PEN-8",
                second_person=True,
            )
            for state in OPEN
            if state != "suspended"
        ),
        *(
            _move(
                "extend_collective",
                state,
                state,
                "approve",
                LIMIT,
                facts=("reason", "days", "minutes"),
                clock="PEN-64",
                document="PEN-42",
                second_person=True,
            )
            for state in OPEN
            if state != "suspended"
        ),
    )


def _review() -> tuple[Move, ...]:
    rounds = (("concluded", "reviewing", "reviewed"), ("heard", "post_review", "ready"))
    return tuple(
        move
        for before, during, after in rounds
        for move in (
            _move(
                "send_to_review",
                before,
                during,
                "handle",
                REVIEW,
                facts=("kind",),
                clock="PEN-55",
                document="PEN-36",
            ),
            _move("pass_review", during, after, "review", REVIEW, facts=("opinion",), second_person=True),
            _move("return_review", during, "investigating", "review", REVIEW, facts=("opinion",), second_person=True),
            _move(
                "extend_review",
                during,
                during,
                "approve",
                REVIEW_TIME,
                facts=("reason", "days"),
                clock="PEN-55",
                second_person=True,
            ),
        )
    )


def _notice_and_hearing() -> tuple[Move, ...]:
    return (
        _move("approve_notice", "reviewed", "cleared", "approve", NOTICE, facts=("opinion",), second_person=True),
        _move("notify", "cleared", "notified", "handle", NOTICE, facts=("notices",), clock="PEN-57", document="PEN-37"),
        *(
            _move("reinvestigate", state, "investigating", "handle", DEFENCE, facts=("reason",))
            for state in ("reviewed", "cleared", "notified", "heard", "ready", "collective")
        ),
        _move(
            "open_hearing",
            "notified",
            "hearing",
            "approve",
            _hear("十八", "三个工作日内确定主持人"),
            facts=("chair", "recorder"),
            clock="HEAR-19",
            second_person=True,
        ),
        _move(
            "arrange_hearing",
            "hearing",
            "hearing",
            "hear",
            _hear("二十", "七个工作日前通知"),
            facts=("held_on", "place", "notified_on"),
            document="PEN-39",
        ),
        _move(
            "report_hearing",
            "hearing",
            "heard",
            "hear",
            _hear("二十九", "五个工作日内写出听证报告"),
            facts=("record", "report"),
            document="PEN-41",
        ),
        _move("drop_hearing", "hearing", "notified", "hear", _hear("七", "放弃听证"), facts=("reason",)),
    )


def _decision() -> tuple[Move, ...]:
    return (
        *(
            _move(
                "discuss",
                state,
                "collective",
                "minutes",
                DECIDE,
                facts=("held_on", "attendees", "opinions", "conclusion"),
                document="PEN-42",
            )
            for state in ("reviewed", "notified", "ready")
        ),
        *(
            _move(
                "decide",
                state,
                "decided",
                "decide",
                DECIDE,
                facts=("outcomes",),
                clock="PEN-81",
                document="PEN-45",
                second_person=True,
            )
            for state in ("notified", "ready", "collective")
        ),
        *(
            _move(
                "decide_no_penalty",
                state,
                "no_penalty",
                "decide",
                DECIDE,
                facts=("outcomes",),
                clock="PEN-81",
                document="PEN-46",
                second_person=True,
            )
            for state in WITHOUT_NOTICE
        ),
    )


def _after() -> tuple[Move, ...]:
    return (
        _move("begin_execution", "decided", "enforcing", "handle", SERVE, facts=("served_on",), document="PEN-50"),
        _move(
            "grant_deferral", "enforcing", "enforcing", "approve", DEFER, facts=("plan", "reason"), document="PEN-47"
        ),
        _move("demand", "enforcing", "enforcing", "handle", COURT, facts=("demanded_on",), document="PEN-48"),
        _move("apply_court", "enforcing", "enforcing", "approve", COURT, facts=("court",), document="PEN-49"),
        *(
            _move("close", state, "closed", "approve", CLOSE, facts=("ground", "summary"), document="PEN-53")
            for state in ("enforcing", "terminated", "withdrawn", "no_penalty", "transferred", "annulled")
        ),
        *(
            _move(
                "annul",
                state,
                "annulled",
                "approve",
                ANNUL,
                facts=("instrument", "reason"),
                clock="PEN-63",
                second_person=True,
            )
            for state in ("decided", "enforcing", "no_penalty", "closed")
        ),
        _move(
            "reopen",
            "annulled",
            "investigating",
            "approve",
            ANNUL,
            facts=("reason",),
            clock="PEN-64",
            second_person=True,
        ),
        _move("archive", "closed", "archived", "archive", ARCHIVE, facts=("volumes",), document="PEN-54"),
    )


CASE = Procedure(
    name="case",
    label="案件",
    states=STATES,
    moves=(
        *_filing(),
        *_investigation(),
        *_handing_over(),
        *_limits(),
        *_review(),
        *_notice_and_hearing(),
        *_decision(),
        *_after(),
    ),
    fact_labels=FACTS,
)
