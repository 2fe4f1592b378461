"""What may become of an entry from a phone; the first move is decided and made at the moment it comes in."""

from __future__ import annotations

from hengjian.kernel.transitions import Move, Procedure

HOUSE_HELD = "《衡鉴检查工作规则》第6条（离线内容同步时重新核对权限；不能直接写入的由科长认领，一条不丢）"
HOUSE_CONFLICT = "《衡鉴检查工作规则》第7条（两名执法人员填写不一致的，两种都保存，由执法人员共同核对后选定）"
CARRY_OUT, REVIEW, WHY = "inspection.carry_out", "inspection.review", ("reason",)

PHONE_ENTRY = Procedure(
    name="phone_entry",
    label="手机离线内容",
    states={
        "received": "已收到",
        "accepted": "已写入检查记录",
        "held": "待认领",
        "conflict": "有冲突",
        "adopted": "已认领写入",
        "set_aside": "留存未写入",
    },
    moves=(
        Move("write", "received", "accepted", CARRY_OUT, "写入检查记录", HOUSE_HELD),
        Move("hold", "received", "held", CARRY_OUT, "存待认领", HOUSE_HELD),
        Move("collide", "received", "conflict", CARRY_OUT, "存为冲突", HOUSE_CONFLICT),
        Move(
            "adopt",
            "held",
            "adopted",
            "inspection.review",
            "认领写入",
            HOUSE_HELD,
            facts=WHY,
            second_person=True,
        ),
        Move("set_aside", "held", "set_aside", REVIEW, "留存不写入", HOUSE_HELD, facts=WHY),
        Move("keep_arrived", "conflict", "adopted", CARRY_OUT, "取后到的", HOUSE_CONFLICT, facts=WHY),
        Move(
            "keep_standing",
            "conflict",
            "set_aside",
            CARRY_OUT,
            "取先到的",
            HOUSE_CONFLICT,
            facts=WHY,
        ),
    ),
    fact_labels={"reason": "理由"},
)
