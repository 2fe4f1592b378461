"""URLs of accounts: sign-in, organs, people, sharing, and the record within a person's reach."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.accounts import organ_views, people_views, record_views, share_views, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/", people_views.account, name="account"),
    path("organs/", organ_views.organs, name="organs"),
    path("organs/new/", organ_views.new_organ, name="new_organ"),
    path("organs/<int:pk>/", organ_views.organ, name="organ"),
    path("organs/<int:pk>/close/", organ_views.close_organ, name="close_organ"),
    path("people/", people_views.people, name="people"),
    path("people/new/", people_views.new_person, name="new_person"),
    path("people/<int:pk>/", people_views.person, name="person"),
    path("people/<int:pk>/posting/", people_views.new_posting, name="new_posting"),
    path("people/<int:pk>/active/", people_views.set_active, name="set_active"),
    path("people/<int:pk>/password/", people_views.reset_password, name="reset_password"),
    path("people/<int:pk>/avoidance/", people_views.new_avoidance, name="new_avoidance"),
    path("postings/<int:pk>/end/", people_views.end_posting, name="end_posting"),
    path("avoidances/<int:pk>/end/", people_views.end_avoidance, name="end_avoidance"),
    path("experts/", people_views.experts, name="experts"),
    path("rights/", organ_views.rights, name="rights"),
    path("share/<str:kind>/<str:pk>/", share_views.share, name="share"),
    path("share/<str:kind>/<str:pk>/<int:share_id>/end/", share_views.end_share, name="end_share"),
    path("record/", record_views.events, name="events"),
    path("record/<int:sequence>/", record_views.event, name="event"),
    path("record/chain/", record_views.chain, name="chain"),
    path("record/chain/verify/", record_views.verify, name="verify"),
    path("record/chain/<int:pk>/", record_views.verification, name="verification"),
    path("record/chain/<int:pk>/cancel/", record_views.cancel, name="cancel_verification"),
]
