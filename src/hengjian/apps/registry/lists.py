"""The registry's lists: institutions with the four classes as remembered views, certificates, match proposals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from hengjian.apps.registry.models import Certificate, Institution
from hengjian.apps.registry.procedures import MATCH
from hengjian.apps.registry.selectors import CLASSES, in_class, in_field, matching_text
from hengjian.engines.tables.fields import FIELD_CODES
from hengjian.ui.figures import cell_bar
from hengjian.ui.lists import Column, Filter, ListSpec, View
from hengjian.ui.wording import listed

SOON = 90  # days before a certificate ends in which it is shown as ending


def field_names(codes: Sequence[str]) -> str:
    """Fields in words."""
    return listed(FIELD_CODES.get(code, code) for code in codes)


def institution_url(institution: Institution) -> str:
    """The dossier."""
    return reverse("dossiers:dossier", args=[institution.uscc])


def _expiry_note(today: date) -> Any:
    def note(row: Any) -> str:
        end = row.expires_on
        if end is None:
            return "没有登记证书"
        days = (end - today).days
        if days < 0:
            return format_html('<span class="bad">已过期 {} 日</span>', -days)
        return format_html('<span class="warn">还有 {} 日</span>', days) if days <= SOON else ""

    return note


def _risk_cell(row: Institution) -> str:
    return "未评" if row.risk is None else cell_bar(row.risk)


def _area(rows: QuerySet[Institution], value: str) -> QuerySet[Institution]:
    return rows.filter(area_code__startswith=value)


def institution_list(*, today: date, may_export: bool) -> ListSpec:
    """The list of institutions; filters live in the URL."""
    soon = {"expiry_from": today.isoformat(), "expiry_to": (today + timedelta(days=SOON)).isoformat()}
    return ListSpec(
        columns=(
            Column("name", "机构", sort="name", note=lambda row: row.uscc),
            Column("uscc", "统一社会信用代码", kind="id", only_export=True),
            Column("area", "管辖机关", "organ.short_name", sort="organ__path"),
            Column("fields", "领域", lambda row: field_names(row.fields)),
            Column("kind", "属性", "get_kind_display", note=lambda row: "外省机构" if row.outside else ""),
            Column("expires_on", "证书有效期至", kind="date", sort="expires_on", note=_expiry_note(today)),
            Column("certificate_no", "证书编号", kind="id", only_export=True),
            Column("status", "状态", "get_status_display", sort="status"),
            Column("risk", "风险", sort="risk", cell=_risk_cell, note=lambda row: row.get_risk_band_display()),
        ),
        filters=(
            Filter("q", "名称、代码、证书号、法定代表人", lookup=matching_text),
            Filter("area", "所在区县", "choice", _area),
            Filter("field", "领域", "choice", in_field, choices=tuple(FIELD_CODES.items())),
            Filter("class", "底数分类", "choice", in_class, choices=tuple(CLASSES.items())),
            Filter("status", "状态", "choice", "status", choices=Institution.STATUSES),
            Filter("band", "风险等级", "choice", "risk_band", choices=Institution.BANDS),
            Filter("expiry", "证书到期", "range", "expires_on", values="day"),
        ),
        views=(
            View("全部", key="all"),
            *(View(label, {"class": key}, key=key) for key, label in CLASSES.items()),
            View("高风险", {"band": "red"}),
            View(f"证书 {SOON} 日内到期", soon),
        ),
        default_sort="-risk",
        url=institution_url,
        may_export=may_export,
    )


def certificate_list(*, today: date, may_export: bool) -> ListSpec:
    """Certificates of all institutions within reach."""
    soon = {"end_from": today.isoformat(), "end_to": (today + timedelta(days=SOON)).isoformat()}
    gone = {"end_to": (today - timedelta(days=1)).isoformat()}
    return ListSpec(
        columns=(
            Column("certificate_no", "证书编号", kind="id", sort="certificate_no"),
            Column("institution", "机构", "institution.name", sort="institution__name"),
            Column("issuer", "发证机关", sort="issuer"),
            Column("valid_from", "有效期起", kind="date", sort="valid_from"),
            Column("valid_to", "有效期止", kind="date", sort="valid_to"),
            Column("commitment", "告知承诺", lambda row: {True: "是", False: "否"}.get(row.by_commitment, "")),
            Column("status", "登记的状态", lambda row: row.get_status_display() or "有效"),
        ),
        filters=(
            Filter("q", "证书编号", lookup="certificate_no"),
            Filter("institution", "机构名称", lookup="institution__name"),
            Filter("status", "登记的状态", "choice", "status", choices=Certificate.STATUSES),
            Filter("commitment", "告知承诺", "flag", "by_commitment"),
            Filter("end", "有效期止", "range", "valid_to", values="day"),
        ),
        views=(View("全部"), View(f"{SOON} 日内到期", soon), View("已过期", gone)),
        default_sort="valid_to",
        url=lambda row: reverse("registry:scope", args=[row.institution.uscc]),
        may_export=may_export,
    )


PROPOSALS = ListSpec(
    columns=(
        Column("first", "第一家", "first.name", note=lambda row: row.first.uscc),
        Column("second", "第二家", "second.name", note=lambda row: row.second.uscc),
        Column("score", "相似度", kind="num", sort="score"),
        Column("reasons", "理由", lambda row: "；".join(row.reasons)),
        Column("state", "状态", lambda row: MATCH.states[row.state], sort="state"),
        Column("found_at", "发现", kind="date", sort="found_at", value=lambda row: row.found_at),
    ),
    filters=(Filter("state", "状态", "choice", "state", choices=tuple(MATCH.states.items())),),
    views=(
        View("待决定", {"state": "open"}),
        View("已合并", {"state": "merged"}),
        View("不是同一机构", {"state": "rejected"}),
        View("全部"),
    ),
    default_sort="-score",
    url=lambda row: reverse("registry:match", args=[row.pk]),
    may_export=False,
)
