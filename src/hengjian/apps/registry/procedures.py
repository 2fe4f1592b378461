"""The procedure of entity matching as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

_BASIS = "内部规程：统一社会信用代码是监管对象的唯一标识，两条登记确为同一机构的予以合并"
_FACTS = ("reason",)

MATCH = Procedure(
    name="match",
    label="主体匹配",
    states={"open": "待决定", "merged": "已合并", "rejected": "不是同一机构"},
    moves=(
        Move("merge", "open", "merged", "match.decide", "合并", _BASIS, facts=("reason", "survivor")),
        Move("reject", "open", "rejected", "match.decide", "不是同一机构", _BASIS, facts=_FACTS),
        Move("separate", "merged", "open", "match.decide", "撤销合并", _BASIS, facts=_FACTS),
        Move("reopen", "rejected", "open", "match.decide", "重新考虑", _BASIS, facts=_FACTS),
    ),
    fact_labels={"reason": "理由", "survivor": "保留哪一家"},
)
