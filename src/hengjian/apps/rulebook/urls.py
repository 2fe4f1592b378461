"""URLs of rulebook."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.rulebook import views

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
    path("<str:section>/<path:entry_id>/", views.entry, name="entry"),
]
