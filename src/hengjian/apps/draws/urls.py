"""URLs of draws."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.draws import acting_views, setup_views, views

app_name = "draws"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("monitors/", views.show_monitors, name="monitors"),
    path("new/<str:item>/<int:batch>/", setup_views.new_draw, name="new"),
    path("<str:number>/", views.show_draw, name="show"),
    path("<str:number>/settings/", setup_views.edit_settings, name="settings"),
    path("<str:number>/roster/", setup_views.show_roster, name="roster"),
    path("<str:number>/exclude/", setup_views.exclude, name="exclude"),
    path("<str:number>/include/", setup_views.include, name="include"),
    path("<str:number>/people/", setup_views.show_people, name="people"),
    path("<str:number>/partners/", setup_views.change_partners, name="partners"),
    path("<str:number>/keepers/", setup_views.change_keepers, name="keepers"),
    path("<str:number>/commit/", acting_views.commit, name="commit"),
    path("<str:number>/entropy/", acting_views.type_entropy, name="entropy"),
    path("<str:number>/move/", acting_views.move, name="move"),
    path("<str:number>/find/", views.find_unit, name="find"),
    path("<str:number>/unit/<str:uscc>/", views.show_unit, name="unit"),
    path("<str:number>/unit/<str:uscc>/substitute/", acting_views.substitute, name="substitute"),
    path("<str:number>/unit/<str:uscc>/recuse/<int:assignment>/", acting_views.recuse, name="recuse"),
    path("<str:number>/bundle/", views.download_bundle, name="bundle"),
    path("<str:number>/file/<str:name>", views.show_file, name="file"),
]
