"""URLs of rulebook."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.rulebook import amend_views, calculator_views, views

app_name = "rulebook"
urlpatterns = [
    path("", views.home, name="home"),
    path("articles/", views.section, {"name": "articles"}, name="articles"),
    path("instruments/", views.section, {"name": "instruments"}, name="instruments"),
    path("violations/", views.section, {"name": "violations"}, name="violations"),
    path("sector/", views.section, {"name": "sector"}, name="sector"),
    path("clocks/", views.section, {"name": "clocks"}, name="clocks"),
    path("thresholds/", views.section, {"name": "thresholds"}, name="thresholds"),
    path("checklists/", views.section, {"name": "checklists"}, name="checklists"),
    path("standards/", views.section, {"name": "standards"}, name="standards"),
    path("fields/", views.section, {"name": "fields"}, name="fields"),
    path("detectors/", views.section, {"name": "detectors"}, name="detectors"),
    path("numbering/", views.numbering, name="numbering"),
    path("changes/", amend_views.changes, name="changes"),
    path("amendments/", amend_views.show_list, name="amendments"),
    path("amendments/new/", amend_views.draft, name="amend"),
    path("amendments/<str:number>/", amend_views.show, name="amendment"),
    path("amendments/<str:number>/edit/", amend_views.edit, name="edit_amendment"),
    path("amendments/<str:number>/<str:action>/", amend_views.decide, name="decide_amendment"),
    path("calculator/", calculator_views.calculator, name="calculator"),
    path("benchmarks/", calculator_views.benchmarks, name="benchmarks"),
    path("<str:section>/<path:entry_id>/", views.entry, name="entry"),
]
