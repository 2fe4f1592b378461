"""URLs of publications."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.publications import views

app_name = "publications"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("cases/", views.typical_list, name="typical_list"),
    path("cases/new/", views.write, name="write"),
    path("cases/<str:number>/", views.typical, name="typical"),
    path("cases/<str:number>/<str:action>/", views.act_typical, name="act_typical"),
    path("<str:number>/", views.show, name="show"),
    path("<str:number>/<str:action>/", views.act, name="act"),
]
