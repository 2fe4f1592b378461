"""URLs of leads."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.leads import entry_views, views

app_name = "leads"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("search/", views.search, name="search"),
    path("backlog/", views.show_backlog, name="backlog"),
    path("new/", entry_views.register, name="new"),
    path("import/", entry_views.import_leads, name="import"),
    path("raise/<str:kind>/<str:ref>/", entry_views.raise_from, name="raise"),
    path("bodies/", entry_views.bodies, name="bodies"),
    path("bodies/<int:pk>/switch/", entry_views.switch_body, name="switch_body"),
    path("rules/", entry_views.show_rules, name="rules"),
    path("rules/try/", entry_views.try_rules, name="try_rules"),
    path("series/<str:number>/", views.show_series, name="series"),
    path("<str:number>/", views.show_lead, name="show"),
    path("<str:number>/act/<str:action>/", views.act, name="act"),
    path("<str:number>/likeness/<int:pk>/", views.decide, name="decide"),
    path("<str:number>/link/", views.link, name="link"),
    path("<str:number>/series/leave/", views.leave_series, name="leave_series"),
]
