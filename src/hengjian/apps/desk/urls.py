"""URLs of desk."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("counts/", views.counts, name="counts"),
]
