"""What may happen to a piece of evidence, an inquiry and a request for materials, as tables."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

_RULES = "《市场监督管理行政处罚程序规定》"
TWO_OFFICERS = f"{_RULES}第二十二条（两名以上执法人员）"
EVIDENCE_RULE = f"{_RULES}第二十三条（证据种类）"
ELECTRONIC = f"{_RULES}第二十六条（电子数据）"
UNLAWFUL = "《中华人民共和国行政处罚法》第四十六条（以非法手段取得的证据不得作为根据）"
ASKING = "《中华人民共和国行政处罚法》第五十五条（询问应当制作笔录）"
MATERIALS = f"{_RULES}（要求在限期内提供证明材料）"
ANSWER_TRUTHFULLY = "《中华人民共和国行政处罚法》第五十五条（当事人应当如实回答并协助调查）"

KINDS: dict[str, str] = {
    "documentary": "书证",
    "physical": "物证",
    "audiovisual": "视听资料",
    "electronic": "电子数据",
    "testimony": "证人证言",
    "statement": "当事人的陈述",
    "expert": "鉴定意见",
    "record": "勘验笔录、现场笔录",
}
"""The eight kinds (PEN-23)."""
WAYS: dict[str, str] = {
    "on_site": "现场提取",
    "provided": "当事人提供",
    "third": "第三人提供",
    "inquiry": "询问取得",
    "network": "网络提取",
    "hold": "登记保存、查封扣押取得",
    "commission": "委托检测鉴定取得",
    "adopted": "立案前检查、核查材料",
    "transferred": "其他机关移送",
}
"""How it was obtained; the last two are usable by PEN-23 without being taken again."""
EXCLUSIONS: dict[str, str] = {
    "unlawful": "以非法手段取得",
    "unverified": "不能核对真实性",
    "unrelated": "与案件无关",
    "procedure": "取证程序不合法",
    "other": "其他",
}
PURPOSES: dict[str, str] = {
    "take": "取证后交保管",
    "store": "移交保管",
    "examine": "送检、送鉴",
    "open": "启封核对",
    "return": "退还",
    "hand_over": "随案移送",
}
SEALS: dict[str, str] = {
    "none": "没有封条",
    "sealed": "新加封",
    "intact": "封条完好",
    "opened": "当场启封",
    "broken": "封条破损",
}

EVIDENCE = Procedure(
    name="evidence",
    label="证据",
    states={"held": "在案", "excluded": "已排除"},
    moves=(
        Move("exclude", "held", "excluded", "evidence.exclude", "排除证据", UNLAWFUL, facts=("ground", "reason")),
        Move(
            "readmit", "excluded", "held", "evidence.exclude", "恢复使用", EVIDENCE_RULE, facts=("reason",),
            second_person=True,
        ),
    ),
    fact_labels={"ground": "排除情形", "reason": "理由"},
)  # fmt: skip

_BEGUN = ("asked_from", "asked_to", "text", "rights_told", "cards_shown")
INQUIRY = Procedure(
    name="inquiry",
    label="询问",
    states={
        "called": "待询问",
        "asked": "笔录待核对",
        "signed": "已签字",
        "refused": "未签字，已注明",
        "missed": "未到",
        "cancelled": "已取消",
    },
    moves=(
        Move("record", "called", "asked", "evidence.take", "制作笔录", ASKING, facts=_BEGUN, document="PEN-14"),
        Move("correct", "asked", "asked", "evidence.take", "更正笔录", ASKING, facts=("text", "reason")),
        Move("sign", "asked", "signed", "evidence.take", "核对后签字", ASKING, facts=("read_over",)),
        Move("note_refusal", "asked", "refused", "evidence.take", "注明未签字", ASKING, facts=("reason", "witness")),
        Move("note_absence", "called", "missed", "evidence.take", "登记未到", ASKING, facts=("reason",)),
        Move("cancel", "called", "cancelled", "evidence.take", "取消询问", ASKING, facts=("reason",)),
    ),
    fact_labels={
        "asked_from": "开始时间",
        "asked_to": "结束时间",
        "text": "笔录正文",
        "rights_told": "已告知权利义务",
        "cards_shown": "已出示执法证件",
        "reason": "理由",
        "read_over": "已交本人核对或者宣读",
        "witness": "见证人",
    },
)

REQUEST = Procedure(
    name="materials_request",
    label="限期提供材料",
    states={"sent": "待提供", "answered": "已提供", "unanswered": "逾期未提供", "withdrawn": "已撤回"},
    moves=(
        Move("extend", "sent", "sent", "evidence.take", "改定期限", MATERIALS, facts=("due", "reason"), clock="LIMIT"),
        Move("answer", "sent", "answered", "evidence.take", "登记收到材料", MATERIALS, facts=("answer", "answered_on")),
        Move(
            "answer", "unanswered", "answered", "evidence.take", "登记收到材料", MATERIALS,
            facts=("answer", "answered_on"),
        ),
        Move(
            "note_silence", "sent", "unanswered", "evidence.take", "登记逾期未提供", ANSWER_TRUTHFULLY,
            facts=("reason",),
        ),
        Move("withdraw", "sent", "withdrawn", "evidence.take", "撤回要求", MATERIALS, facts=("reason",)),
    ),
    fact_labels={"due": "期限", "reason": "说明", "answer": "收到的材料", "answered_on": "收到日期"},
)  # fmt: skip
