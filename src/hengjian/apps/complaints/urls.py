"""URLs of complaints."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.complaints import views

app_name = "complaints"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("new/", views.register, name="new"),
    path("<str:number>/", views.show, name="show"),
    path("<str:number>/act/<slug:action>/", views.act, name="act"),
]
