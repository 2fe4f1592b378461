"""URLs of intake."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.intake import downloads, views

app_name = "intake"
urlpatterns = [
    path("", views.submissions, name="list"),
    path("new/", views.hand_in, name="hand_in"),
    path("templates/<slug:table>.xlsx", downloads.template, name="template"),
    path("<slug:number>/", views.show, name="show"),
    path("<slug:number>/progress/", views.progress, name="progress"),
    path("<slug:number>/refused/", views.refused, name="refused"),
    path("<slug:number>/refused.<str:kind>", downloads.refused, name="refused_file"),
    path("<slug:number>/mapping.json", downloads.mapping, name="mapping_file"),
    path("<slug:number>/original/", downloads.original, name="original"),
    path("<slug:number>/reread/", views.reread, name="reread"),
    path("<slug:number>/accept/", views.accept, name="accept"),
    path("<slug:number>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:number>/cancel/", views.cancel, name="cancel"),
]
