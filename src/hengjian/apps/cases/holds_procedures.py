"""Register-and-preserve (先行登记保存) and sealing or seizing (查封、扣押) as tables."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

_RULES = "《市场监督管理行政处罚程序规定》"
PRESERVE = f"{_RULES}第三十三条（先行登记保存）"
PRESERVE_AFTER = f"{_RULES}第三十五条（七个工作日内处理，逾期自动解除）"
SEIZE = f"{_RULES}第三十六条（查封、扣押须有法律、法规依据）"
SEIZE_TIME = f"{_RULES}第三十八条（查封、扣押期限）"
RELEASE = f"{_RULES}第四十二条（解除的情形）"
HAND_OVER = f"{_RULES}第十七条（移送）"
CONFISCATE = f"{_RULES}第六十条（作出处理决定）"
SCOPE = "《中华人民共和国行政强制法》第二十三条（不得查封、扣押无关的和生活必需的，不得重复查封）"

KINDS: dict[str, str] = {"preserve": "先行登记保存", "seal": "查封", "seize": "扣押"}
THINGS: dict[str, str] = {
    "goods": "产品、样品",
    "equipment": "设备、工具",
    "papers": "票据、账簿、记录、资料",
    "premises": "场所、设施",
}
STORAGES: dict[str, str] = {"on_spot": "就地保存", "own": "本机关保管", "commission": "委托第三人保管"}
FOLLOW_UPS: dict[str, str] = {
    "copied": "记录、复制、拍照、录像后返还",
    "tested": "送交检测、检验、检疫、鉴定",
    "seized": "依法采取查封、扣押",
    "confiscated": "违法事实成立，决定没收",
    "released": "不应查封、扣押、没收，解除返还",
}
"""What may follow registration and preservation within seven working days (PEN-35)."""
RELEASES: dict[str, str] = {
    "no_breach": "当事人没有违法行为",
    "unrelated": "与违法行为无关",
    "decided": "对违法行为已经作出处理决定，不再需要",
    "expired": "查封、扣押期限已经届满",
    "no_need": "其他不再需要采取措施的情形",
}
"""The five cases in which sealing or seizing has to be released (PEN-42)."""

IN_FORCE = ("urgent", "held", "extended")
"""States in which things are under a measure."""
PENDING = ("proposed", "approved", *IN_FORCE)

_LABELS = {
    "approve": "批准",
    "refuse": "不予批准",
    "drop": "不再实施",
    "carry_out": "登记实施",
    "take_urgently": "情况紧急先行实施",
    "regularise": "补办批准",
    "reject_urgent": "不予补批并立即解除",
    "act": "作出处理",
    "release": "解除",
    "lapse": "期满自动解除",
    "extend": "批准延长",
    "hand_over": "随案移送",
    "confiscate": "决定没收后处置",
    "record_return": "登记返还",
}
_FACTS = {
    "opinion": "意见",
    "taken_at": "实施时间",
    "place": "地点",
    "items": "清单",
    "urgency": "紧急情形",
    "reason": "理由",
    "follow_up": "处理方式",
    "note": "处理情况",
    "ground": "解除情形",
    "receiver": "接收人",
    "returned_on": "返还日期",
    "days": "延长日数",
    "noticed_on": "书面告知当事人日期",
    "decision": "处理决定",
}
_TAKEN = ("taken_at", "place", "items")


def _move(action: str, source: str, target: str, right: str, basis: str, **more: object) -> Move:
    return Move(action, source, target, f"hold.{right}", _LABELS[action], basis, **more)  # type: ignore[arg-type]


def _beginning(basis: str, clock: str, urgent_clock: str, form: str) -> tuple[Move, ...]:
    return (
        _move("approve", "proposed", "approved", "approve", basis, facts=("opinion",), second_person=True),
        _move("refuse", "proposed", "refused", "approve", basis, facts=("reason",), second_person=True),
        _move("carry_out", "approved", "held", "take", basis, facts=_TAKEN, clock=clock, document=form),
        _move("drop", "proposed", "refused", "take", basis, facts=("reason",)),
        _move("drop", "approved", "refused", "take", basis, facts=("reason",)),
        _move(
            "take_urgently", "proposed", "urgent", "take", basis,
            facts=(*_TAKEN, "urgency"), clock=urgent_clock, document=form,
        ),
        _move("regularise", "urgent", "held", "approve", basis, facts=("opinion",), second_person=True),
        _move("reject_urgent", "urgent", "released", "approve", basis, facts=("reason",), second_person=True),
    )  # fmt: skip


PRESERVATION = Procedure(
    name="preservation",
    label="先行登记保存",
    states={
        "proposed": "待批准",
        "approved": "已批准待实施",
        "urgent": "紧急实施待补办",
        "held": "保存中",
        "acted": "已处理",
        "released": "已解除",
        "lapsed": "期满自动解除",
        "refused": "未实施",
    },
    moves=(
        *_beginning(PRESERVE, "PEN-33", "PEN-33.report", "PEN-19"),
        _move("act", "held", "acted", "take", PRESERVE_AFTER, facts=("follow_up", "note")),
        _move(
            "release", "held", "released", "take", PRESERVE_AFTER,
            facts=("reason", "returned_on", "receiver"), document="PEN-20",
        ),
        _move("lapse", "held", "lapsed", "lapse", PRESERVE_AFTER),
        _move("lapse", "urgent", "lapsed", "lapse", PRESERVE_AFTER),
        _move("record_return", "lapsed", "lapsed", "take", PRESERVE_AFTER, facts=("returned_on", "receiver")),
    ),
    fact_labels=_FACTS,
)  # fmt: skip

SEIZURE = Procedure(
    name="seizure",
    label="查封扣押",
    states={
        "proposed": "待批准",
        "approved": "已批准待实施",
        "urgent": "紧急实施待补办",
        "held": "实施中",
        "extended": "已延长",
        "released": "已解除",
        "handed_over": "已随案移送",
        "confiscated": "已没收处置",
        "refused": "未实施",
    },
    moves=(
        *_beginning(SEIZE, "PEN-38", "PEN-36", "PEN-21"),
        _move(
            "extend", "held", "extended", "approve", SEIZE_TIME,
            facts=("days", "reason", "noticed_on"), clock="PEN-38", document="PEN-22", second_person=True,
        ),
        *(
            _move(
                "release", state, "released", "take", RELEASE,
                facts=("ground", "reason", "returned_on", "receiver"), document="PEN-23",
            )
            for state in ("held", "extended")
        ),
        *(
            _move(
                "hand_over", state, "handed_over", "take", HAND_OVER,
                facts=("receiver", "returned_on", "reason"), document="PEN-6",
            )
            for state in ("held", "extended")
        ),
        *(
            _move("confiscate", state, "confiscated", "take", CONFISCATE, facts=("decision", "note"), document="PEN-52")
            for state in ("held", "extended")
        ),
    ),
    fact_labels=_FACTS,
)  # fmt: skip


def procedure_of(kind: str) -> Procedure:
    """The table of a measure by its kind."""
    return PRESERVATION if kind == "preserve" else SEIZURE


STATES = dict(PRESERVATION.states) | dict(SEIZURE.states)
"""Labels of all states, for the column; the procedure's own words say it on pages."""
