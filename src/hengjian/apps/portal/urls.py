"""URLs of the portal: every page has its JSON beside it, at the same address with `.json`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from hengjian.apps.portal import detector_views, draw_views, penalty_views, sending_views, views

app_name = "portal"


def both(route: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    """The page and its JSON."""
    return [
        path(f"{route}.json", view, {"as_json": True}, name=f"{name}_json"),
        path(f"{route}/", view, name=name),
    ]


urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("index.json", views.home, {"as_json": True}, name="home_json"),
    *both("institutions", views.institutions, "institutions"),
    *both("institutions/<str:uscc>", views.institution, "institution"),
    *both("plans", views.plans, "plans"),
    *both("plans/<str:number>", views.plan, "plan"),
    *both("checklists", views.checklists, "checklists"),
    *both("caps", views.caps, "caps"),
    *both("detectors", detector_views.detectors, "detectors"),
    *both("detectors/<str:number>", detector_views.detector, "detector"),
    *both("draws", draw_views.draws, "draws"),
    *both("draws/<str:number>", draw_views.draw, "draw"),
    *both("draws/<str:number>/find", draw_views.find, "find"),
    path("draws/<str:number>/proof.zip", draw_views.proof, name="proof"),
    path("draws/<str:number>/files/<str:name>", draw_views.draw_file, name="draw_file"),
    *both("verify", draw_views.verify, "verify"),
    path("verify/page.js", draw_views.verifier_script, name="verifier_script"),
    path("verify/page.css", draw_views.verifier_style, name="verifier_style"),
    path("verify/files/<str:name>", draw_views.verifier_file, name="verifier_file"),
    *both("results", views.results, "results"),
    *both("results/<str:number>", views.result, "result"),
    *both("penalties", penalty_views.penalties, "penalties"),
    *both("penalties/<str:number>", penalty_views.penalty, "penalty"),
    *both("cases", penalty_views.cases, "cases"),
    *both("cases/<str:number>", penalty_views.case, "case"),
    *both("exceptions", views.exceptions, "exceptions"),
    *both("rectifications", views.rectifications, "rectifications"),
    *both("data", views.guide, "guide"),
    path("send/", sending_views.choose, name="send"),
    path("send/report/", sending_views.report, name="send_tip"),
    path("send/complaint/", sending_views.complain, name="send_complaint"),
    path("send/progress/", sending_views.progress, name="progress"),
    path("send/receipt/", sending_views.receipt_file, name="receipt_file"),
    path("receipts/", sending_views.verify_receipt, name="receipts"),
    path("receipts/keys.json", sending_views.receipt_keys, name="receipt_keys"),
]
