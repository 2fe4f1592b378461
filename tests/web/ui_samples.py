"""Sample pages of every pattern, as other apps write them; the page tests render them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django import forms
from django.http import QueryDict

from hengjian.ui import figures, parts
from hengjian.ui.fields import DayField
from hengjian.ui.figures import Channel, Contribution, Interval, Lane, Marked, Series
from hengjian.ui.lists import Column, Filter, ListSpec, View


@dataclass
class Row:
    pk: int
    name: str
    code: str
    area: str
    risk: float | None
    until: date
    reports: int


ROWS = [
    Row(1, "远衡机动车检测", "91990103MA7K2RQ40M", "990103", 0.93, date(2027, 3, 14), 38412),
    Row(2, "明尺质量检测", "91990104MA5HD83T0C", "990104", 0.91, date(2028, 8, 2), 6207),
    Row(3, "=cmd|'/c calc'!A1", "00991021MA3WP6X98R", "990103", None, date(2029, 5, 30), 9930),
]

SPEC = ListSpec(
    columns=(
        Column("name", "机构", note=lambda row: row.code, sort="name"),
        Column("code", "代码", kind="id", only_export=True),
        Column("area", "区县", sort="area"),
        Column("risk", "风险", kind="num", sort="risk"),
        Column("until", "证书有效期至", kind="date", sort="until"),
        Column("reports", "近 12 月报告", kind="num", sort="reports"),
    ),
    filters=(
        Filter("q", "名称", lookup="name", placeholder="名称"),
        Filter("area", "区县", kind="choice", choices=(("990103", "白石区"), ("990104", "高新区"))),
        Filter("risk", "风险", kind="range"),
        Filter("until", "有效期", kind="range", values="day"),
    ),
    views=(View("全部"), View("高风险", {"risk_from": "0.3"})),
    default_sort="-risk",
    url=lambda row: f"/institutions/{row.pk}/",
    sizes=(2, 50),
)


class CaseForm(forms.Form):
    code = forms.CharField(label="统一社会信用代码", help_text="18 位")
    day = DayField(label="行为日期")
    choice = forms.ChoiceField(
        label="研判", choices=(("a", "转线索核查"), ("b", "排除")), widget=forms.RadioSelect, required=False
    )
    sure = forms.BooleanField(label="已核对原件", required=False)
    paper = forms.FileField(label="文件", required=False)
    area = forms.ChoiceField(label="区县", choices=(("1", "白石区"),))
    why = forms.CharField(label="理由", widget=forms.Textarea, required=False)


def listing(query: str = ""):
    return SPEC.open(QueryDict(query), path="/institutions/", rows=list(ROWS))


def waterfall():
    return figures.waterfall(
        Contribution("先验", -12.8, "机动车检验领域，5 % 的机构存在系统性造假"),
        [
            Contribution("过程曲线雷同 C3", 13, "7 对报告，最长 171 s 逐秒相同", "/alerts/1/"),
            Contribution("检测线产能 B3", 5.2, "2 号线 9 月 11 日 171 台"),
            Contribution("比对试验满意", -2, "|z| = 0.4"),
        ],
    )


def curves():
    first = [4 + (i % 17) * 0.7 for i in range(195)]
    second = [value if 48 <= i <= 170 else value * 1.2 + 0.4 for i, value in enumerate(first)]
    return figures.curves(
        [
            Channel("CO₂", "%", [Series("甲 …0231", first), Series("乙 …0247", second)]),
            Channel("NO", "ppm", [Series("甲 …0231", first[::-1]), Series("乙 …0247", [None, *second[1:]])]),
        ],
        x_label="秒",
        marked=[Marked(48, 170, "第 48–170 秒：逐秒完全相同")],
    )


def histogram():
    return figures.histogram(
        list(range(1, 13)),
        [9800, 6100, 3000, 1200, 400, 160, 70, 30, 12, 5, 2],
        value=123,
        value_label="本对 123 s",
        x_label="最长相同段，秒",
        limit=9,
        limit_label="99.9% 分位 9 s",
        log=True,
    )


def bunching():
    return figures.histogram(
        [place / 10 for place in range(5, 16)],
        [40, 52, 61, 70, 96, 22, 30, 26, 20, 15],
        x_label="结果与限值之比",
        limit=1.0,
        limit_label="限值",
        expected=[42.0, 50.5, 58.1, 62.0, 60.2, 54.9, 44.0, 33.1, 24.6, 16.2],
        expected_label="无堆积时应有",
    )


def funnel():
    sizes = [10, 30, 100, 300, 1000, 3000]
    others = [figures.Unit(f"机构 {n}", 20 + 37 * n, 0.05 + (n % 7) / 100) for n in range(30)]

    def bands(z: float) -> list[figures.Band]:
        spread = [z * (0.08 * 0.92 / size + 0.0002) ** 0.5 for size in sizes]
        return [figures.Band(size, max(0, 0.08 - s), 0.08 + s) for size, s in zip(sizes, spread, strict=True)]

    return figures.funnel(
        [*others, figures.Unit("本机构", 420, 0.31, own=True)],
        centre=0.08,
        inner=bands(1.96),
        outer=bands(3.09),
        x_label="报告数",
        y_label="涉及报告的比例",
    )


def day_bar():
    def at(hour: int, minute: int) -> datetime:
        return datetime(2026, 10, 14, hour, minute)

    return figures.day_bar(
        [
            Lane(
                "2 号线分析仪",
                [
                    Interval(at(9, 0), at(9, 40), "…0231"),
                    Interval(at(9, 30), at(10, 5), "…0247"),
                    Interval(at(13, 0), at(13, 30)),
                ],
                note="FGA-4100 #20418",
                remark="1 段重叠",
            ),
            Lane("1 号线分析仪", [Interval(at(9, 0), at(9, 30)), Interval(at(9, 30), at(10, 5))]),
        ],
        start=at(8, 0),
        end=at(18, 0),
    )


def strip():
    return figures.validity_strip(
        [
            Lane(
                "2 号线尾气分析仪",
                [
                    Interval(date(2025, 6, 1), date(2026, 3, 1)),
                    Interval(date(2026, 3, 1), date(2026, 4, 9), "1,204 份出具于无有效检定期间", "gap"),
                    Interval(date(2026, 4, 9), date(2026, 11, 30)),
                ],
                points=[date(2025, 6, 1), date(2026, 4, 9)],
                note="FGA-4100 #20418",
                remark="1,204 份出具于无有效检定期间",
            )
        ],
        start=date(2025, 6, 1),
        end=date(2026, 11, 30),
        today=date(2026, 11, 20),
    )


def share():
    return figures.share_bar(
        [("新增", 1604, "blue"), ("变更", 37, "mid"), ("相同", 171, "grey"), ("隔离", 14, "amb"), ("拒收", 1, "ink")],
        unit=" 行",
    )


def share_intervals():
    return figures.share_intervals(
        [
            figures.Estimated("食品", 0.286, 0.144, 0.468, "已检查 35 家"),
            figures.Estimated("机动车检验", 0.0, 0.0, 0.31, "已检查 10 家"),
            figures.Estimated("消防", None, note="已检查 2 家，少于 5 家，不作推算"),
            figures.Estimated("预警指到的机构", 1.0, 0.8, 1.0, "已检查 12 家", "amb"),
        ],
        caption="按领域推算的比例",
        head=("哪一部分", "推算比例", "95% 区间", "说明"),
        reference=0.25,
    )


def heat():
    return figures.heat_table(
        "本年未查",
        "区县",
        ["临溪区", "白石区"],
        ["机动车", "食品"],
        [[3, 1], [None, 0]],
        url=lambda r, c: f"?r={r}&c={c}",
    )


DRAWN = {
    "waterfall": waterfall,
    "curves": curves,
    "histogram": histogram,
    "bunching": bunching,
    "funnel": funnel,
    "day_bar": day_bar,
    "strip": strip,
    "share": share,
    "share_intervals": share_intervals,
}

NEXT = parts.NextStep(
    "研判 1 条预警：排气过程曲线雷同",
    "发现 11月9日",
    parts.Action("看证据并研判", "/alerts/1/triage/", icon="check", method="post", fields={"token": "1"}),
    due="11月30日到期，剩 6 工作日",
)
STEPS = [parts.Step("接收", "done", "218 MB"), parts.Step("校验", "now"), parts.Step("试运行")]
WORK = parts.Work(
    "云泽省报告总表.zip",
    "running",
    share=0.62,
    progress="3,104,220 / 5,000,000 行",
    facts="已用 1 分 14 秒 · 约剩 45 秒",
    steps=STEPS,
    cancel=parts.Action("取消", "/intake/1/cancel/", method="post"),
    cancel_note="取消后不留任何一行。",
    poll_url="/intake/1/",
)
CONTEXT = {
    "why_empty": parts.Empty(
        "还没有交过数据", "没有数据就不会有预警，不等于没有问题。", [parts.Action("导入", "/intake/")]
    ),
    "events": [parts.Event(date(2026, 11, 17), "抽中双随机第四批", "act", "排位第 4", "/x/")],
    "facts": [parts.Tick("同一辆车复检", "ok", "两个 VIN 不同"), parts.Tick("软件预置曲线", "open")],
    "kv": [("资质认定证书", "219905340127", "至 2027-03-14"), ("场所", "石桥路 118 号")],
    "contents": [parts.Tab("概况与风险", "#risk", True), parts.Tab("人员", "#people", count=18)],
    "work": WORK,
    "price": Decimal("3.50"),
}

PAGES = {file.stem: file.read_text(encoding="utf-8") for file in (Path(__file__).parent / "ui_pages").glob("*.html")}


def context(page: str, query: str = "") -> dict:
    form = CaseForm({"code": "9199", "day": "2026-02-30", "area": "7"} if page == "form" else None)
    drawn = {name: draw() for name, draw in DRAWN.items()}
    matter = {"steps": STEPS} if page == "matter" else {}
    next_step = {"next_step": NEXT} if page in {"record", "matter"} else {}
    return {
        **CONTEXT,
        **drawn,
        **matter,
        **next_step,
        "heat": heat(),
        "listing": listing(query),
        "form": form,
        "day": date(2026, 11, 9),
    }
