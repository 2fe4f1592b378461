"""URLs of dossiers."""

from __future__ import annotations

from django.urls import URLPattern, path

from hengjian.apps.dossiers import views

app_name = "dossiers"
urlpatterns: list[URLPattern] = [
    path("<str:uscc>/", views.dossier, name="dossier"),
    path("<str:uscc>/dossier.pdf", views.pdf, name="pdf"),
    path("<str:uscc>/prints/<int:pk>/", views.order, name="order"),
    path("<str:uscc>/prints/<int:pk>/dossier.pdf", views.fetch, name="fetch"),
]
