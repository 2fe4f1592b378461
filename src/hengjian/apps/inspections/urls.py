"""URLs of inspections."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.inspections import paper_views, random_leg_views, report_views, result_views, site_views, views
from hengjian.apps.inspections.phone import urls as phone

app_name = "inspections"
urlpatterns = [
    path("", views.show_list, name="list"),
    path("new/", views.show_origins, name="new"),
    path("new/draw/<str:number>/", views.create_from_draw, name="create_from_draw"),
    path("create/", views.create, name="create"),
    path("random-leg/", random_leg_views.show_random_leg, name="random_leg"),
    path("random-leg/rows/", random_leg_views.show_rows, name="random_leg_rows"),
    path("scan/<str:token>/", site_views.scan, name="scan"),
    path("files/<int:pk>/", paper_views.attachment, name="attachment"),
    path("codes/<str:uscc>.svg", paper_views.institution_code, name="institution_code"),
    path("codes/<str:uscc>/", paper_views.institution_sheet, name="institution_sheet"),
    *phone.patterns,
    path("<str:number>/", views.show, name="show"),
    path("<str:number>/notify/", views.notify, name="notify"),
    path("<str:number>/cancel/", views.cancel, name="cancel"),
    path("<str:number>/officers/", views.replace_officer, name="officers"),
    path("<str:number>/enter/", site_views.enter, name="enter"),
    path("<str:number>/start/", site_views.start, name="start"),
    path("<str:number>/checklist/", site_views.checklist, name="checklist"),
    path("<str:number>/checklist/<str:item_id>/", site_views.item, name="item"),
    path("<str:number>/attach/", site_views.attach, name="attach"),
    path("<str:number>/find/", site_views.find, name="find"),
    path("<str:number>/findings/<str:finding_no>/", site_views.finding, name="finding"),
    path("<str:number>/record/", site_views.record, name="record"),
    path("<str:number>/reports/", report_views.reports, name="reports"),
    path("<str:number>/reports/<int:pk>/", report_views.report, name="report"),
    path("<str:number>/samples/<int:pk>/", report_views.sample, name="sample"),
    path("<str:number>/samples/<int:pk>/list.tsv", report_views.sample_list, name="sample_list"),
    path("<str:number>/result/", result_views.result, name="result"),
    path("<str:number>/notice/", paper_views.notice, name="notice"),
    path("<str:number>/paper/", paper_views.paper, name="paper"),
    path("<str:number>/process/", paper_views.process, name="process"),
    path("<str:number>/code.svg", paper_views.task_code, name="task_code"),
]
