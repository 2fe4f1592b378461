"""URLs of plans."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.plans import coverage_views, plan_views, visit_views

app_name = "plans"
urlpatterns = [
    path("", plan_views.list_plans, name="list"),
    path("new/", plan_views.new_plan, name="new"),
    path("coverage/", coverage_views.show_coverage, name="coverage"),
    path("coverage/institutions/", coverage_views.list_covered, name="covered"),
    path("parameters/", coverage_views.show_parameters, name="parameters"),
    path("parameters/new/", coverage_views.new_parameter, name="new_parameter"),
    path("monitoring/", coverage_views.list_due, name="due"),
    path("monitoring/looks/", coverage_views.list_looks, name="looks"),
    path("monitoring/clear/", coverage_views.clear_looks, name="clear_looks"),
    path("monitoring/<str:uscc>/", coverage_views.look, name="look"),
    path("visits/", visit_views.list_visits, name="visits"),
    path("visits/exceptions/", visit_views.list_exceptions, name="exceptions"),
    path("visits/<str:number>/", visit_views.show_visit, name="visit"),
    path("visits/<str:number>/move/", visit_views.move_visit, name="move_visit"),
    path("visits/<str:number>/cancel/", visit_views.cancel_visit, name="cancel_visit"),
    path("ledger/<str:uscc>/", visit_views.ledger, name="ledger"),
    path("ledger/<str:uscc>/join/<str:number>/", visit_views.join, name="join"),
    path("merges/", visit_views.list_merges, name="merges"),
    path("merges/<str:number>/", visit_views.show_merge, name="merge"),
    path("merges/<str:number>/answer/", visit_views.answer_merge, name="answer_merge"),
    path("items/<str:number>/", plan_views.show_item, name="item"),
    path("items/<str:number>/edit/", plan_views.edit_item, name="edit_item"),
    path("items/<str:number>/remove/", plan_views.remove_item, name="remove_item"),
    path("<str:number>/", plan_views.show_plan, name="show"),
    path("<str:number>/edit/", plan_views.edit_plan, name="edit"),
    path("<str:number>/move/", plan_views.move_plan, name="move"),
    path("<str:number>/version/", plan_views.new_version, name="new_version"),
    path("<str:number>/items/new/", plan_views.new_item, name="new_item"),
    path("<str:number>/burden/", plan_views.show_burden, name="burden"),
]
