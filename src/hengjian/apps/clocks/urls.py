"""URLs of clocks."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.clocks import notice_views, views

app_name = "clocks"
urlpatterns = [
    path("", views.show_calendar, name="calendar"),
    path("notices/", notice_views.notices, name="notices"),
    path("notices/new/", notice_views.add_notice, name="add_notice"),
    path("rederive/", notice_views.check_all, name="check_all"),
    path("rederive/<int:pk>/", notice_views.show_rederivation, name="rederivation"),
    path("<int:pk>/", views.show_clock, name="show"),
    path("<int:pk>/correct/", views.correct, name="correct"),
]
