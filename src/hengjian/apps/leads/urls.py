"""URLs of leads."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.leads import views

app_name = "leads"
urlpatterns = [
    path("<str:number>/", views.show_lead, name="show"),
]
