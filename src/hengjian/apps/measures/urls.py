"""URLs of measures."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.measures import views

app_name = "measures"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("new/", views.draft, name="draft"),
    path("<str:number>/", views.show, name="show"),
    path("<str:number>/edit/", views.edit, name="edit"),
    path("<str:number>/lead/", views.follow, name="follow"),
    path("<str:number>/<str:action>/", views.act, name="act"),
]
