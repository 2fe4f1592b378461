"""URLs of informants."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from hengjian.apps.informants import views

app_name = "informants"
urlpatterns: list[URLPattern] = [
    path("", views.show_list, name="list"),
    path("openings/", views.show_openings, name="openings"),
    path("openings/<str:number>/", views.show_opening, name="opening"),
    path("openings/<str:number>/open/", views.open_sealed, name="open"),
    re_path(r"^openings/(?P<number>[^/]+)/(?P<action>approve|refuse|withdraw)/$", views.decide, name="decide"),
    path("<str:number>/", views.show, name="show"),
    path("<str:number>/write/", views.write, name="write"),
    path("<str:number>/read/", views.note_read, name="note_read"),
    path("<str:number>/request/", views.request_opening, name="request_opening"),
    path("<str:number>/files/<int:ordinal>/", views.show_file, name="file"),
]
