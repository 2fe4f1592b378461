"""The files of the demonstration's evidence: three tables copied from the institution, as somebody uploads them."""

from __future__ import annotations

from typing import Any

PROOFS = {
    "原始记录.csv": (
        "报告编号,样品,检验项目,记录日期,检验员,仪器",
        "B2026-0711,预拌混凝土,抗压强度,{year}-07-10,检验员甲,压力试验机 YL-02",
        "B2026-0712,热轧带肋钢筋,屈服强度,{year}-07-14,检验员甲,万能试验机 WN-01",
        "B2026-0713,烧结普通砖,抗压强度,{year}-07-18,检验员乙,压力试验机 YL-02",
    ),
    "收样登记.csv": (
        "报告编号,收样日期,存放处,开封日期",
        "B2026-0711,{year}-07-06,门卫室,未开封",
        "B2026-0712,{year}-07-09,门卫室,未开封",
        "B2026-0713,{year}-07-13,门卫室,未开封",
    ),
    "仪器送修单.csv": (
        "仪器,送修日期,取回日期,维修单位",
        "压力试验机 YL-02,{year}-07-03,{year}-07-24,澄川仪器维修服务部",
        "万能试验机 WN-01,{year}-07-03,{year}-07-24,澄川仪器维修服务部",
    ),
}
"""What was copied from the institution's files, line by line."""


def copied(year: int) -> list[Any]:
    """The copied files, as somebody uploads them."""
    from django.core.files.base import ContentFile

    made = []
    for name, lines in PROOFS.items():
        text = "\ufeff" + "\r\n".join(line.format(year=year) for line in lines) + "\r\n"
        made.append(ContentFile(text.encode("utf-8"), name=name))
    return made
