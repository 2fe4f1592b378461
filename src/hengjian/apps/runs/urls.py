"""URLs of runs."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.runs import views

app_name = "runs"
urlpatterns = [
    path("", views.list_runs, name="list"),
    path("start/", views.start_run, name="start"),
    path("findings/", views.latest_findings, name="latest_findings"),
    path("risk/", views.rank, name="rank"),
    path("risk/<str:uscc>/", views.explain_risk, name="explain"),
    path("<str:number>/", views.show_run, name="show"),
    path("<str:number>/progress/", views.run_progress, name="progress"),
    path("<str:number>/cancel/", views.cancel_run, name="cancel"),
    path("<str:number>/restart/", views.restart_run, name="restart"),
    path("<str:number>/findings/", views.list_findings, name="findings"),
    path("<str:number>/files/<str:name>/", views.download, name="download"),
]
