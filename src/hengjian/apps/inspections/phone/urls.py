"""URLs of the phone page and of what its entries leave to decide."""

from __future__ import annotations

from django.urls import URLPattern, path

from hengjian.apps.inspections.phone import held_views, views

patterns: list[URLPattern] = [
    path("phone/", views.page, name="phone"),
    path("phone/sw.js", views.worker, name="phone_worker"),
    path("phone/manifest.webmanifest", views.manifest, name="phone_manifest"),
    path("phone/authority.crt", views.authority, name="phone_authority"),
    path("phone/me/", views.me, name="phone_me"),
    path("phone/tasks/", views.tasks, name="phone_tasks"),
    path("phone/sync/", views.sync, name="phone_sync"),
    path("phone/file/", views.file, name="phone_file"),
    path("phone/leave/", views.leave, name="phone_leave"),
    path("held/", held_views.show_held, name="held"),
    path("held/<str:uuid>/", held_views.show_entry, name="held_entry"),
    path("held/<str:uuid>/photo/", held_views.show_photo, name="held_photo"),
    path("held/<str:uuid>/decide/", held_views.decide, name="decide_held"),
]
