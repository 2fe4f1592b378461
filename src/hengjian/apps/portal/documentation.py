"""The guide to the open data: each page's address and the meaning of every key; a test holds it to what is served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hengjian.apps.portal import keys as k
from hengjian.apps.portal.keys import under


@dataclass(frozen=True, slots=True)
class Guided:
    """One page in the guide: its URL name, what it is, its address, parameters and keys of `data`."""

    name: str
    title: str
    route: str
    parameters: str
    keys: Mapping[str, str]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The keys in order, for a template: a key may be called "items"."""
        return list(self.keys.items())

    @property
    def beside(self) -> str:
        """The address of the JSON."""
        return "/public/index.json" if self.name == "home" else f"{self.route.rstrip('/')}.json"


GUIDE: tuple[Guided, ...] = (
    Guided(
        "home",
        "首页",
        "/public/",
        "",
        {
            **under("counters", "总数", k.COUNTERS),
            **under("results[]", "最近的检查结果", k.RESULT),
            **under("draws[]", "最近的抽取", k.DRAW),
        },
    ),
    Guided(
        "institutions",
        "机构",
        "/public/institutions/",
        "q 名称、代码或者证书编号；page 页码",
        {"q": "查的词", **k.PAGED, **under("institutions[]", "机构", k.INSTITUTION)},
    ),
    Guided(
        "institution",
        "一家机构",
        "/public/institutions/统一社会信用代码/",
        "on 日期，查那一天的证书和能力附表；page 能力附表的页码",
        {
            **under("institution", "登记", k.INSTITUTION),
            "on": "所查日期",
            **under("certificates[]", "资质认定证书", k.CERTIFICATE),
            **under("scope", "能力附表", {**k.PAGED, **under("rows[]", "能力附表各行", k.SCOPE)}),
            **under("results[]", "检查结果", k.RESULT),
            **under("penalties[]", "公示期内的行政处罚", k.PENALTY),
            **under("draws[]", "列入名录的抽取", k.DRAWN),
        },
    ),
    Guided(
        "plans",
        "年度计划",
        "/public/plans/",
        "year 年度；page 页码",
        {"year": "所查年度", **k.PAGED, **under("plans[]", "计划", k.PLAN)},
    ),
    Guided(
        "plan",
        "一份计划",
        "/public/plans/计划编号/",
        "",
        {
            **under("plan", "计划", {**k.PLAN, "basis": "制定依据", "change_reason": "变更理由"}),
            **under("items[]", "检查事项", k.ITEM),
            **under("coverage[]", "覆盖率", k.METER),
        },
    ),
    Guided(
        "checklists",
        "检查事项清单",
        "/public/checklists/",
        "on 日期",
        {"on": "所查日期", **under("groups[]", "检查表", k.CHECK_GROUP)},
    ),
    Guided("detectors", "算法说明", "/public/detectors/", "", under("detectors[]", "检测器", k.DETECTOR)),
    Guided(
        "detector",
        "一个检测器",
        "/public/detectors/检测器编号/",
        "",
        under("detector", "检测器", k.DETECTOR_WHOLE),
    ),
    Guided("caps", "频次上限", "/public/caps/", "on 日期", {"on": "所查日期", **under("organs[]", "各机关", k.CAPS)}),
    Guided("draws", "抽取", "/public/draws/", "page 页码", {**k.PAGED, **under("draws[]", "抽取", k.DRAW)}),
    Guided(
        "draw",
        "一次抽取",
        "/public/draws/抽查编号/",
        "page 名单的页码",
        {
            **under("draw", "抽取", k.DRAW_WHOLE),
            **under("sample", "抽中名单", {**k.PAGED, **under("rows[]", "名单各行", k.UNIT)}),
        },
    ),
    Guided(
        "find",
        "在一次抽取中查一家",
        "/public/draws/抽查编号/find/",
        "code 统一社会信用代码，或者名称中的字",
        {"number": "抽查编号", "draw_title": "抽取名称", **under("standing", "答复", k.STANDING)},
    ),
    Guided("verify", "验证程序", "/public/verify/", "", under("verifiers[]", "验证程序", k.VERIFIER)),
    Guided(
        "results",
        "检查结果",
        "/public/results/",
        "q 机构名称或者代码；code 结果代码；page 页码",
        {"q": "查的词", "code": "结果代码", **k.PAGED, **under("results[]", "检查结果", k.RESULT)},
    ),
    Guided(
        "result",
        "一件检查结果",
        "/public/results/检查编号/",
        "",
        under(
            "result",
            "检查结果",
            {**k.RESULT, **under("checklists[]", "用到的检查表", k.CHECKED), "due_on": "公示期限"},
        ),
    ),
    Guided(
        "penalties",
        "行政处罚",
        "/public/penalties/",
        "q 当事人、代码或者文号；tier 公示档次；kind 种类；page 页码",
        {
            "q": "查的词",
            "tier": "公示档次代码",
            "kind": "种类代码",
            **k.PAGED,
            **under("penalties[]", "行政处罚", k.PENALTY),
        },
    ),
    Guided(
        "penalty",
        "一件行政处罚",
        "/public/penalties/公示编号/",
        "",
        under("penalty", "行政处罚", k.PENALTY_WHOLE),
    ),
    Guided(
        "cases",
        "典型案例",
        "/public/cases/",
        "q 标题或者正文里的词；field 领域代码；page 页码",
        {"q": "查的词", "field": "领域代码", **k.PAGED, **under("cases[]", "典型案例", k.TYPICAL)},
    ),
    Guided(
        "case",
        "一个典型案例",
        "/public/cases/编号/",
        "",
        under("case", "典型案例", {**k.TYPICAL, "text": "基本案情", "lesson": "典型意义"}),
    ),
    Guided(
        "exceptions",
        "计划以外的入企检查",
        "/public/exceptions/",
        "page 页码",
        {**k.PAGED, **under("exceptions[]", "计划以外的入企检查", k.EXCEPTION)},
    ),
    Guided(
        "rectifications",
        "整改数字",
        "/public/rectifications/",
        "",
        {**under("fields[]", "各领域", k.PROBLEMS), **under("all", "合计", k.PROBLEMS)},
    ),
)


def plain_guide() -> list[dict[str, Any]]:
    """The guide as JSON tells it."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "address": one.route,
            "json": one.beside,
            "parameters": one.parameters,
            "keys": dict(one.keys),
        }
        for one in GUIDE
    ]
