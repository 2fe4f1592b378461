"""URLs of rectifications."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.rectifications import look_back_views, views

app_name = "rectifications"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("numbers/", views.show_numbers, name="numbers"),
    path("look-backs/", look_back_views.show_list, name="look_backs"),
    path("look-backs/new/", look_back_views.new, name="new_look_back"),
    path("look-backs/<str:number>/", look_back_views.show, name="look_back"),
    path("look-backs/<str:number>/act/<str:action>/", look_back_views.act, name="act_look_back"),
    path("look-backs/<str:number>/tasks/", look_back_views.make_tasks, name="look_back_tasks"),
    path("look-backs/<str:number>/targets/<int:pk>/", look_back_views.target, name="look_back_target"),
    path("<str:number>/", views.show_item, name="show"),
    path("<str:number>/act/<str:action>/", views.act, name="act"),
    path("<str:number>/evidence/<int:pk>/", views.show_evidence, name="evidence"),
]
