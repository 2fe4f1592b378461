"""URLs of calibrations."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.calibrations import views

app_name = "calibrations"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("accuracy/", views.show_accuracy, name="accuracy"),
    path("propose/", views.propose, name="propose"),
    path("<str:number>/", views.show, name="show"),
    path("<str:number>/weights.json", views.take_weights, name="weights"),
    path("<str:number>/<str:action>/", views.act, name="act"),
]
