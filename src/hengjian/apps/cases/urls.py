"""URLs of cases."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.cases import after_urls, entry_views, evidence_urls, party_paper_views, views

app_name = "cases"
urlpatterns = [
    path("", views.show_list, name="list"),
    *evidence_urls.urlpatterns,
    path("new/", views.register, name="register"),
    *after_urls.FIXED,
    *after_urls.OF_CASE,
    path("<str:number>/", views.show_case, name="show"),
    path("<str:number>/act/<str:action>/", views.act, name="act"),
    path("<str:number>/paper/<int:pk>/<str:form>/", party_paper_views.issue, name="party_paper"),
    path("<str:number>/enter/<slug:what>/", entry_views.enter, name="enter"),
    path("<str:number>/enter/<slug:what>/<int:pk>/", entry_views.enter_on, name="enter_on"),
]
