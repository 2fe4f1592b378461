"""URLs of documents."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.documents import form_views, thing_views, views

app_name = "documents"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("forms/", form_views.show_forms, name="forms"),
    path("forms/<str:form_id>/", form_views.show_form, name="form"),
    path("of/<str:kind>/<str:pk>/", thing_views.show_of, name="of"),
    path("of/<str:kind>/<str:pk>/new/<str:form_id>/", thing_views.new, name="new"),
    path("of/<str:kind>/<str:pk>/set/", thing_views.make_set, name="make_set"),
    path("of/<str:kind>/<str:pk>/whole/", thing_views.whole, name="whole"),
    path("sets/<int:pk>/", thing_views.show_set, name="set"),
    path("sets/<int:pk>/<str:action>/", thing_views.act_on_set, name="act_on_set"),
    path("<int:pk>/", views.show, name="show"),
    path("<int:pk>/compare/", views.show_comparison, name="compare"),
    path("<int:pk>/new-version/", views.new_version, name="new_version"),
    path("<int:pk>/file/<str:kind>/", views.download, name="download"),
    path("<int:pk>/act/<str:action>/", views.act, name="act"),
]
