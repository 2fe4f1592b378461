"""Contract tables that come from outside the institution or check on its declarations."""

from __future__ import annotations

from hengjian.engines.tables.column import table

DECLARATIONS = table(
    "declarations",
    "申报变更",
    """
institution_id* id:uscc 统一社会信用代码 机构代码
kind text 变更类别 变更事项
subject_id id 变更对象
changed_on date 变更日期
declared_on date 申报日期
""",
    key="institution_id kind subject_id changed_on",
    codes={"kind": "staff:人员 site:场所 instrument:设备 scope:能力 legal_rep:法定代表人"},
    synonyms="变更申报",
)

EXTERNAL_EVENTS = table(
    "external_events",
    "外部佐证",
    """
kind* text 佐证类别 类别
place_id* id 地点编号
from_at* ts 开始时间 起
to_at ts 结束时间 止
value num 数值
unit text 单位
source text 来源
""",
    codes={
        "kind": "power:用电 stop:停产 weather:气象 gate:门禁 parcel:快递 roadside:路检 remote_sensing:遥感",
    },
)

ROUNDS = table(
    "rounds",
    "能力验证与盲样",
    """
round_id* id 轮次编号 计划编号
institution_id* id:uscc 统一社会信用代码 机构代码
item_code* id 项目编号
value num 数值 结果
assigned num 指定值
sigma_pt num 能力评定标准差
blind bool 是否盲样
result text 评价结果 结论
""",
)

QC = table(
    "qc",
    "质控记录",
    """
batch_id* id 批次编号
instrument_id id 设备编号
item_code id 项目编号
kind text 质控类别
value num 数值 测得值
expected num 期望值 标准值
r num 相关系数
run_at ts 运行时间 进样时间
""",
    key="batch_id instrument_id item_code kind run_at",
    codes={"kind": "blank:空白 duplicate:平行/平行样 spike:加标 ccv:连续校准 curve:曲线/标准曲线"},
)

PEAKS = table(
    "peaks",
    "峰表",
    """
report_id* id 报告标识
item_code id 项目编号
rt_min num 保留时间(分) 保留时间
area num 峰面积
height num 峰高
manual bool 手动积分
""",
    key="report_id item_code rt_min",
)

PURCHASES = table(
    "purchases",
    "耗材",
    """
institution_id* id:uscc 统一社会信用代码 机构代码
month text 月份
kind text 耗材类别
quantity num 数量
unit text 单位
""",
    key="institution_id month kind",
)

LISTINGS = table(
    "listings",
    "网络信息",
    """
listing_id* id 信息编号
platform text 平台
shop text 店铺
text text 内容 文本
price_fen int 价格(分)
certificate_text text 所称证书
seen_at ts 发现时间
""",
)

TABLES_OF_EVIDENCE = (DECLARATIONS, EXTERNAL_EVENTS, ROUNDS, QC, PEAKS, PURCHASES, LISTINGS)
