"""URLs of alerts."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.show_queue, name="queue"),
    path("questions/", views.show_questions, name="questions"),
    path("precision/", views.show_precision, name="precision"),
    path("ask/", views.ask_many, name="ask_many"),
    path("key/<str:key>/", views.by_key, name="by_key"),
    path("<str:number>/", views.show_alert, name="show"),
    path("<str:number>/judge/", views.judge, name="judge"),
    path("<str:number>/pictures/", views.show_pictures, name="pictures"),
    path("<str:number>/records/", views.show_records, name="records"),
]
