"""URLs of transfers."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.transfers import views

app_name = "transfers"
urlpatterns = [
    path("criminal/", views.criminal_list, name="criminal_list"),
    path("criminal/new/", views.begin, name="begin"),
    path("criminal/<str:number>/", views.show_criminal, name="criminal"),
    path("criminal/<str:number>/<str:action>/", views.act_criminal, name="act_criminal"),
    path("departments/", views.referral_list, name="referral_list"),
    path("departments/new/", views.refer, name="refer"),
    path("departments/<str:number>/", views.show_referral, name="referral"),
    path("departments/<str:number>/<str:action>/", views.act_referral, name="act_referral"),
]
