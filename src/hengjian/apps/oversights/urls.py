"""URLs of oversights."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.oversights import views

app_name = "oversights"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("series/<str:number>/", views.series, name="series"),
    path("case/<str:number>/report/", views.report, name="report"),
    path("case/<str:number>/team/", views.join, name="join"),
    path("case/<str:number>/team/<int:pk>/leave/", views.leave, name="leave"),
    path("case/<str:number>/consultation/", views.consult, name="consult"),
    path("<str:number>/", views.show, name="show"),
    path("<str:number>/<str:action>/", views.act, name="act"),
]
