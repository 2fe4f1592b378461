"""URLs of what follows the decision; they stand before those with a case number."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.cases import after_views, spot_views

FIXED = [
    path("spot/", spot_views.show_spots, name="spots"),
    path("spot/new/", spot_views.new_spot, name="spot_new"),
    path("spot/<str:number>/", spot_views.show_spot, name="spot"),
    path("spot/<str:number>/<slug:action>/", spot_views.act_spot, name="spot_act"),
    path("owed/<int:pk>/", after_views.show_owed, name="owed"),
    path("owed/<int:pk>/<slug:what>/", after_views.enter_owed, name="owed_enter"),
    path("owed/<int:pk>/<slug:what>/<int:part>/", after_views.enter_owed, name="owed_enter_on"),
]
OF_CASE = [
    path("<str:number>/after/<slug:what>/", after_views.enter, name="after"),
    path("<str:number>/after/<slug:what>/<int:pk>/", after_views.enter, name="after_on"),
    path("<str:number>/service/<int:pk>/", after_views.show_service, name="service"),
    path("<str:number>/service/<int:pk>/proof/<int:proof>/", after_views.show_proof, name="service_proof"),
    path("<str:number>/file/", after_views.show_file, name="file"),
]
