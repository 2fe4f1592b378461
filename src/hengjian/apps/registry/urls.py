"""URLs of registry."""

from __future__ import annotations

from django.urls import URLPattern, path

from hengjian.apps.registry import part_views, views

app_name = "registry"
urlpatterns: list[URLPattern] = [
    path("", views.institutions, name="list"),
    path("new/", views.new, name="new"),
    path("certificates/", views.certificates, name="certificates"),
    path("matches/", views.matches, name="matches"),
    path("matches/find/", views.find, name="find_matches"),
    path("matches/<int:pk>/", views.match, name="match"),
    path("<str:uscc>/edit/", views.edit, name="edit"),
    path("<str:uscc>/parts/", part_views.parts, name="parts"),
    path("<str:uscc>/scope/", part_views.scope, name="scope"),
    path("<str:uscc>/people/", part_views.people, name="people"),
    path("<str:uscc>/instruments/", part_views.instruments, name="instruments"),
    path("<str:uscc>/parts/<str:table>/new/", part_views.new_part, name="new_part"),
    path("<str:uscc>/parts/<str:table>/<int:pk>/", part_views.edit_part, name="edit_part"),
]
