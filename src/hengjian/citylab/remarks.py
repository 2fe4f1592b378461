"""Remarks on reports: mostly none, stock phrases, forms of the software in use, and now and then own words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.citylab.chance import Stream
from hengjian.citylab.habits import hands_over, lots
from hengjian.citylab.institution import Institution
from hengjian.citylab.shard import Shard

Array = np.ndarray[Any, Any]

STOCK = (
    "本报告仅对来样负责。",
    "以下空白",
    "委托方对样品及其信息的真实性负责。",
    "检测结果仅对本次样品有效，未经本机构书面批准不得部分复制本报告。",
    "样品由委托方送检，样品信息由委托方提供，本机构不对其真实性负责。",
    "“ND”表示未检出，检出限见附表。",
    "抽样检验，结果仅代表该批次样品。",
    "样品完好，满足检测要求。",
    "如对检验结果有异议，请于收到报告之日起十五日内提出。",
)
FORMS = (
    "检测环境：温度{a}.{b}℃，相对湿度{c}%。样品状态：完好。",
    "环境温度{a}.{b}℃ 湿度{c}%RH 大气压{p}.{b}kPa",
    "委托单号 WT{n:06d}；流转卡齐全；检测环境满足方法要求（{a}℃，{c}%RH）。",
    "样品编号核对无误，前处理日期同检测日期，实验室温度{a}.{b}℃。",
    "检测前设备自检通过，预热{c}分钟，环境温度{a}.{b}℃。",
    "留样期限{p}天，留样柜{n:04d}，温湿度记录见原始记录（{a}.{b}℃/{c}%）。",
)
"""Forms that the software of several institutions fills in."""

WHEN = {
    1: (
        "车主自述",
        "外观检查时",
        "引车上线前",
        "复核时",
        "登录时",
        "底盘检查时",
        "检测过程中",
        "调阅登记信息时",
        "拍照时",
    ),
    0: (
        "收样时",
        "开封后",
        "制样过程中",
        "称样时",
        "采样当天",
        "现场踏勘时",
        "前处理时",
        "复核原始记录时",
        "留样入库时",
    ),
}
WHERE = {
    1: ("左前", "右前", "左后", "右后", "副驾驶侧", "尾部", "车顶", "驾驶室内", "货厢", "中控台", "后备箱", "底盘中段"),
    0: (
        "外箱",
        "内袋",
        "瓶身",
        "瓶口",
        "封条",
        "标签左下角",
        "冰袋旁",
        "第二层托盘",
        "试件承压面",
        "切口处",
        "采样口",
        "烟道平台",
        "排口下游",
        "厂界东侧",
        "样品底部",
        "端面边缘",
    ),
}
WHAT = {
    1: (
        "轮胎花纹",
        "大灯罩",
        "排气管接口",
        "保险杠",
        "仪表盘",
        "车窗",
        "消声器",
        "空气滤芯",
        "转向拉杆防尘套",
        "制动软管",
        "反光标识",
        "座椅安全带",
        "油底壳",
        "减振器",
        "雨刮片",
        "号牌螺钉",
    ),
    0: (
        "泡沫垫",
        "生产日期喷码",
        "铝膜封口",
        "油墨字迹",
        "沉淀",
        "气泡",
        "表层结皮",
        "防潮纸",
        "定位销孔",
        "浮尘",
        "积水",
        "蓝色记号",
        "铅封",
        "棱角",
        "毛刺",
        "凝水",
    ),
}
HOW = {
    1: (
        "磨损较重",
        "略有发黄",
        "见少量锈迹",
        "有旧划痕",
        "轻微渗油",
        "已更换未登记",
        "松动后紧固",
        "改装痕迹已恢复",
        "缺一枚",
        "污损后清洁",
        "工作正常但有异响",
        "与照片一致",
    ),
    0: (
        "略有破损",
        "受潮起皱",
        "与委托单一致",
        "不太清晰但可辨认",
        "比上批偏多",
        "偏在一侧",
        "经摇匀后消失",
        "用砂纸磨平",
        "拍照后去除",
        "用滤纸吸干",
        "按标准剔除",
        "与上次情况相同",
    ),
}
FIGURE = {
    1: ("里程表{k}公里", "冷却液{a}℃后开始", "胎压{p}kPa", "预热{c}分钟", "排队第{b}位"),
    0: ("净重约{k}克", "室温{a}.{b}℃", "静置{c}分钟后取样", "取第{b}份作平行", "记录第{p}页", "箱内{b}.{a}℃"),
}
WHO = (
    "王",
    "李",
    "赵",
    "孙",
    "周",
    "吴",
    "郑",
    "冯",
    "陈",
    "蒋",
    "沈",
    "韩",
    "杨",
    "朱",
    "许",
    "何",
    "吕",
    "张",
    "孔",
    "曹",
    "严",
    "金",
)
TITLE = ("工", "师傅", "主任", "经理", "老师", "站长", "科长", "女士", "先生")
DONE = {
    1: ("口头告知车主", "建议下次保养处理", "由{w}拍照留存", "{w}表示近期更换", "与{w}核对登记信息"),
    0: (
        "与{w}电话确认后继续",
        "{w}在场确认",
        "在原始记录中注明",
        "剩余样品由{w}封存",
        "照片交{w}存档",
        "经{w}同意按实物检测",
    ),
}
LANE_MORE = (
    "上线检测{b}次，首次因车速超差重做，最后一次有效。",
    "检测时环境温度{a}.{b}℃，湿度{c}%，发动机转速稳定后读数。",
    "与上次检测相比里程增加{n}米，车主说明为短途使用。",
    "备用检测线校准中，改在{b}号线检测，等候{c}分钟。",
)
SAMPLE_MORE = (
    "采样期间天气晴，风速{b}.{a}m/s，企业自述工况约{c}%，治理设施运行正常。",
    "首次进样压力偏高{b}%，更换预柱并平衡{c}分钟后重新进样。",
    "第{b}只试件加载时有偏心，按标准剔除后补做，见记录第{p}页。",
    "与委托单所写规格相差{b}.{a}毫米，经委托方书面确认按实物检测。",
)
OWN = 0.05


def _composed(roll: list[float], lane: int) -> str:
    """One sentence from eight rolls: when, where, what, how, a figure and what was done with whom."""

    def of(words: tuple[str, ...], place: int) -> str:
        return words[int(roll[place] * len(words))]

    name = of(WHO, 6) + of(TITLE, 7)
    done = of(DONE[lane], 5).replace("{w}", name)
    seen = of(WHERE[lane], 1) + of(WHAT[lane], 2) + of(HOW[lane], 3)
    return f"{of(WHEN[lane], 0)}{seen}，{of(FIGURE[lane], 4)}，{done}。"


def _phrases(author: int, lane: int) -> list[str]:
    """The sentences an author writes again and again, with places for figures."""
    roll = Stream(author, "phrases", lane).uniform(3 * 8).reshape(3, 8).tolist()
    return [_composed(turn, lane) for turn in roll]


def _author(seed: int, institution: Institution, which: int) -> int:
    """Who writes; one author in forty came from another institution and brought the own sentences along."""
    if lots(seed, "authors", 3, institution)[which] < 0.025:
        return 10 * (institution.number // 7) + which
    return 10 * institution.number + which


def _filled(text: str, words: Array) -> str:
    a, b, c, n, p, k = (int(word) for word in words)
    return text.format(a=18 + a % 9, b=b % 10, c=35 + c % 40, n=n % 1_000_000, p=90 + p % 99, k=300 + k % 160_000)


def _sources(seed: int, institutions: list[Institution]) -> tuple[list[list[str]], list[str], Array]:
    """Stock phrases and form of each institution, and what share of the reports carries which."""
    stock, forms, share = [], [], []
    for entry in institutions:
        lot = lots(seed, "manner of remarks", 8, entry).tolist()
        stock.append([STOCK[int(lot[k] * len(STOCK))] for k in range(1 + int(lot[2] * 2))])
        form = lot[3] < 0.3
        forms.append(FORMS[int(lot[4] * len(FORMS))] if form else "")
        share.append((0.02 + 0.25 * lot[5] ** 2, 0.4 * lot[6] if form else 0.0, 2 * OWN * lot[7]))
    return stock, forms, np.array(share)


def remarks_of(shard: Shard) -> list[str | None]:
    """The remark of each report of the shard, as its tester wrote it; copied ones come from `shard.remark_of`."""
    seed, houses = shard.plan.seed, shard.institutions
    stock, forms, share = _sources(seed, houses)
    gives = np.array([hands_over(seed, "remarks", entry) for entry in houses])
    stream = shard.stream("remarks")
    n, house = len(shard.reports), shard.reports.institution
    roll, pick = stream.uniform(n), stream.integers(n, 1 << 20)
    figures = stream.integers(6 * n, 1 << 20).reshape(n, 6)
    bounds = np.cumsum(share, axis=1)[house]
    written: list[str | None] = [None] * n
    copied = _copied(shard)
    roll[copied] = bounds[copied, 1]
    wanted = np.union1d(np.flatnonzero(gives[house] & (roll < bounds[:, 2])), copied)
    authors: dict[tuple[int, int, int], list[str]] = {}
    for row in wanted.tolist():
        number = int(house[row])
        if roll[row] < bounds[row, 0]:
            written[row] = stock[number][pick[row] % len(stock[number])]
            continue
        if roll[row] < bounds[row, 1]:
            written[row] = _filled(forms[number], figures[row])
            continue
        key = (number, int(pick[row]) % 3, int(shard.reports.lane[row]))
        if key not in authors:
            authors[key] = _phrases(_author(seed, houses[number], key[1]), key[2])
        written[row] = _filled(_sentence(authors[key], int(pick[row]) // 3, figures[row], key[2]), figures[row])
    for row, source in shard.remark_of.items():
        written[row] = _altered(written[source] or "", shard.level, figures[row])
    return written


def _sentence(favourites: list[str], pick: int, figures: Array, lane: int) -> str:
    """Six times of ten a favourite sentence, else one made up for the occasion; one note in three goes on."""
    text = favourites[pick // 10 % len(favourites)]
    if pick % 10 >= 6:
        loose = [int(word) for word in figures]
        text = _composed(
            [((word >> 9) * 977 + 131 * k) % 2039 / 2039 for k, word in enumerate([*loose, *loose[:2]])], lane
        )
    return text + (LANE_MORE if lane else SAMPLE_MORE)[pick // 31 % 4] if pick % 3 == 0 else text


def _copied(shard: Shard) -> Array:
    """Reports whose remark is copied or copied from: they have own words in any case."""
    return np.array(sorted({*shard.remark_of, *shard.remark_of.values()}), dtype=np.int64)


def _altered(text: str, level: int, words: Array) -> str:
    """A copied remark: as it is (crude), a word changed (careful), the last clause rewritten (adaptive)."""
    if level == 0 or len(text) < 8:
        return text
    if level == 1:
        return text.replace("，", "、", 1)
    return text.rsplit("，", 1)[0] + "，已在原始记录第" + str(90 + int(words[0]) % 99) + "页注明。"


def remarks_column(shard: Shard, row: Array) -> pa.Array:
    """The column of remarks for output rows."""
    return pa.array(remarks_of(shard), type=pa.string()).take(pa.array(row))
