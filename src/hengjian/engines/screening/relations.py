"""What physics and chemistry say of items measured in one sample: a part is never more than its whole.

Facts of nature, not of law. Names as laboratories write them; an item belongs to a role if its name, without spaces
and brackets, is one of these.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PartOfWhole:
    """`part` ≤ `whole` in the same unit; `apart` = what the two measurements may differ by (relative, expanded)."""

    id: str
    says: str
    part: tuple[str, ...]
    whole: tuple[str, ...]
    apart: float = 0.28


# 0.28 = 2·√(0.1² + 0.1²): each value within 10 % (k = 2 on the difference).
PARTS: tuple[PartOfWhole, ...] = (
    PartOfWhole(
        id="bod_cod",
        says="五日生化需氧量不应大于化学需氧量",
        part=("五日生化需氧量", "生化需氧量", "BOD5", "BOD"),
        whole=("化学需氧量", "COD", "CODCR", "重铬酸盐指数"),
    ),
    PartOfWhole(
        id="nh3n_tn", says="氨氮不应大于总氮", part=("氨氮", "NH3-N", "氨氮以N计"), whole=("总氮", "TN", "总氮以N计")
    ),
    PartOfWhole(
        id="no3n_tn", says="硝酸盐氮不应大于总氮", part=("硝酸盐氮", "硝酸盐氮以N计"), whole=("总氮", "TN", "总氮以N计")
    ),
    PartOfWhole(
        id="po4_tp",
        says="正磷酸盐不应大于总磷",
        part=("磷酸盐以P计", "正磷酸盐", "正磷酸盐以P计", "溶解性总磷"),
        whole=("总磷", "TP", "总磷以P计"),
    ),
    PartOfWhole(
        id="pm25_pm10",
        says="细颗粒物（PM2.5）不应大于可吸入颗粒物（PM10）",
        part=("细颗粒物", "PM2.5"),
        whole=("可吸入颗粒物", "PM10"),
    ),
    PartOfWhole(
        id="pm10_tsp",
        says="可吸入颗粒物（PM10）不应大于总悬浮颗粒物",
        part=("可吸入颗粒物", "PM10"),
        whole=("总悬浮颗粒物", "TSP"),
    ),
    PartOfWhole(id="cr6_cr", says="六价铬不应大于总铬", part=("六价铬", "CR6+"), whole=("总铬", "铬")),
    PartOfWhole(id="as_as", says="无机砷不应大于总砷", part=("无机砷",), whole=("总砷", "砷")),
    PartOfWhole(id="mehg_hg", says="甲基汞不应大于总汞", part=("甲基汞", "甲基汞以HG计"), whole=("总汞", "汞")),
    PartOfWhole(id="nmhc_thc", says="非甲烷总烃不应大于总烃", part=("非甲烷总烃", "NMHC"), whole=("总烃", "THC")),
    PartOfWhole(id="no2_nox", says="二氧化氮不应大于氮氧化物", part=("二氧化氮",), whole=("氮氧化物以NO2计",)),
    PartOfWhole(
        id="rel_rm",
        says="屈服强度不应大于抗拉强度",
        part=("下屈服强度", "屈服强度", "REL", "上屈服强度", "REH", "规定塑性延伸强度RP0.2", "RP0.2"),
        whole=("抗拉强度", "RM"),
        apart=0.04,
    ),
    PartOfWhole(id="sfa_fat", says="饱和脂肪酸不应大于脂肪", part=("饱和脂肪", "饱和脂肪酸"), whole=("脂肪", "总脂肪")),
    PartOfWhole(id="r3_r28", says="三天抗压强度不应大于二十八天抗压强度", part=("3D抗压强度",), whole=("28D抗压强度",)),
)

WHOLE_100: tuple[tuple[str, ...], ...] = (
    ("水分", "空气干燥基水分", "一般分析试验煤样水分"),
    ("灰分", "空气干燥基灰分"),
    ("挥发分", "空气干燥基挥发分"),
    ("固定碳", "空气干燥基固定碳"),
)
"""Proximate analysis of coal: the four shares of one basis make 100 %."""

WHOLE_100_APART = 1.0
"""How far from 100 the sum of the four may lie: rounding and repeatability together, in per cent."""
