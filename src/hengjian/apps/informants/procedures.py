"""The way of a request to open what is sealed, as a table."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

SECRECY = "市场监督管理投诉举报处理办法第三十七条（为举报人保密）；《衡鉴举报人保密规则》第2条（双人开启）"

OPENING = Procedure(
    name="opening",
    label="开启申请",
    states={
        "requested": "待批准",
        "approved": "已批准待开启",
        "opened": "已开启",
        "refused": "未批准",
        "withdrawn": "已撤回",
        "expired": "已过期",
    },
    moves=(
        Move(
            "approve",
            "requested",
            "approved",
            "informant.approve_opening",
            "批准开启",
            SECRECY,
            facts=("valid_until",),
            second_person=True,
        ),
        Move(
            "refuse",
            "requested",
            "refused",
            "informant.approve_opening",
            "不予批准",
            SECRECY,
            facts=("reason",),
            second_person=True,
        ),
        Move("withdraw", "requested", "withdrawn", "informant.request_opening", "撤回申请", SECRECY),
        Move("open", "approved", "opened", "informant.request_opening", "开启", SECRECY, facts=("closes_at",)),
        Move("withdraw", "approved", "withdrawn", "informant.request_opening", "撤回申请", SECRECY),
        Move("expire", "requested", "expired", "informant.expire_opening", "逾期失效", SECRECY),
        Move("expire", "approved", "expired", "informant.expire_opening", "逾期失效", SECRECY),
    ),
    fact_labels={"valid_until": "有效期", "reason": "理由", "closes_at": "查看截止时间"},
)

SCOPES: dict[str, str] = {
    "identity": "身份和联系方式",
    "text": "材料原文和往来信息原文",
    "files": "标明含有身份信息的附件",
}
"""What one opening shows; each is asked for by itself."""
