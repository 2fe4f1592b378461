"""URLs of tips and rewards."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.tips import reward_views, views

app_name = "tips"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("new/", views.register, name="new"),
    path("rewards/", reward_views.show_rewards, name="rewards"),
    path("rewards/<str:number>/", reward_views.show_reward, name="reward"),
    path("rewards/<str:number>/<slug:action>/", reward_views.act_on_reward, name="reward_act"),
    path("<str:number>/", views.show, name="show"),
    path("<str:number>/reward/", reward_views.propose, name="propose_reward"),
    path("<str:number>/act/<slug:action>/", views.act, name="act"),
]
