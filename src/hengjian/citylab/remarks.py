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

LANE = (
    ("车主自述", "外观检查时", "引车上线前", "复核时", "登录时", "底盘检查时", "检测过程中"),
    ("左后轮胎花纹磨损较重", "右前大灯罩发黄", "排气管接口处有锈迹", "发动机舱有轻微油渍", "前保险杠有旧划痕",
     "仪表盘保养灯点亮", "副驾驶侧车窗升降迟缓", "排气尾管加装消声器已拆除", "后备箱内有杂物已清空", "空气滤芯刚更换"),
    ("里程表读数{k}公里", "冷却液温度{a}℃后开始检测", "胎压{p}kPa左右", "预热{c}分钟后上线", "第{b}次等候时车主离开过"),
    ("已口头告知车主", "不影响本次检测", "建议下次保养时处理", "已拍照留存", "车主表示近期更换", "与登记信息一致"),
)  # fmt: skip
SAMPLE = (
    ("收样时", "开封后", "制样过程中", "称样时", "采样当天", "现场踏勘时", "前处理时", "复核原始记录时"),
    ("包装袋一角有挤压痕迹", "样品表面有轻微划痕", "标签字迹略有模糊但可辨认", "样品量略少于约定", "瓶口有少量结晶",
     "样品颜色较上批偏深", "送样箱内冰袋已部分融化", "现场风向有短时变化",
     "试件端面稍有不平已磨平", "采样口旁有少量积水"),
    ("实测净重约{k}克", "室温{a}.{b}℃", "静置{c}分钟后取样", "取第{b}份作平行", "现场记录第{p}页", "箱内温度{b}.{a}℃"),
    ("与委托方电话确认后继续检测", "不影响检测结果", "已在原始记录中注明", "剩余样品已封存", "委托方代表在场确认",
     "照片随原始记录存档"),
)  # fmt: skip
OWN = 0.05


def _phrases(author: int, lane: int) -> list[str]:
    """The sentences an author writes again and again, with places for figures."""
    parts = LANE if lane else SAMPLE
    roll = Stream(author, "phrases", lane).uniform(3 * len(parts)).reshape(3, -1).tolist()
    return ["，".join(part[int(u * len(part))] for part, u in zip(parts, turn, strict=True)) + "。" for turn in roll]


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
        written[row] = _filled(_sentence(authors[key], int(pick[row]) // 3, int(figures[row, 0]), key[2]), figures[row])
    for row, source in shard.remark_of.items():
        written[row] = _altered(written[source] or "", shard.level, figures[row])
    return written


def _sentence(favourites: list[str], pick: int, turn: int, lane: int) -> str:
    """Six times of ten a favourite sentence, else one made up for the occasion."""
    if pick % 10 < 6:
        return favourites[pick // 10 % len(favourites)]
    return (
        "，".join(part[(pick // (7 + 3 * k) + turn) % len(part)] for k, part in enumerate(LANE if lane else SAMPLE))
        + "。"
    )


def _copied(shard: Shard) -> Array:
    """Reports whose remark is copied or copied from: they have own words in any case."""
    return np.array(sorted({*shard.remark_of, *shard.remark_of.values()}), dtype=np.int64)


def _altered(text: str, level: int, words: Array) -> str:
    """A copied remark: as it is (crude), a word changed (careful), the last clause rewritten (adaptive)."""
    if level == 0 or len(text) < 8:
        return text
    if level == 1:
        return text.replace("，", "、", 1)
    return text.rsplit("，", 1)[0] + "，" + SAMPLE[3][int(words[0]) % len(SAMPLE[3])] + "。"


def remarks_column(shard: Shard, row: Array) -> pa.Array:
    """The column of remarks for output rows."""
    return pa.array(remarks_of(shard), type=pa.string()).take(pa.array(row))
