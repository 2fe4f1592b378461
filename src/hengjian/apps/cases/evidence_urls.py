"""URLs of evidence, measures, inquiries, requests, commissions and letters."""

from __future__ import annotations

from django.urls import path

from hengjian.apps.cases import evidence_lists, evidence_views
from hengjian.apps.cases.evidence_matters import MATTERS

FOLDERS = {
    "item": "evidence",
    "hold": "holds",
    "appraisal": "appraisals",
    "inquiry": "inquiries",
    "request": "requests",
}

urlpatterns = [
    path("letters/", evidence_lists.letters, name="letters"),
    path("letters/<str:number>/", evidence_views.letter, name="letter"),
    path("letters/<str:number>/act/<str:action>/", evidence_views.act_letter, name="act_letter"),
    path("letters/<str:number>/paper/<str:form>/", evidence_views.letter_paper, name="letter_paper"),
    path("letters/<str:number>/files/<int:pk>/", evidence_views.download_answer, name="letter_file"),
    path("<str:number>/letters/new/", evidence_views.new, {"slug": "letter"}, name="new_letter"),
    path("<str:number>/evidence/adopt/", evidence_views.adopt, name="adopt"),
    path("<str:number>/evidence/<int:pk>/add/<str:what>/", evidence_views.add, name="add_to_item"),
    path("<str:number>/files/<int:pk>/", evidence_views.download, name="evidence_file"),
]
for slug, folder in FOLDERS.items():
    there, kind = f"<str:number>/{folder}/", {"slug": MATTERS[slug].slug}
    urlpatterns += [
        path(f"{there}new/", evidence_views.new, kind, name=f"new_{slug}"),
        path(f"{there}<int:pk>/", evidence_views.show, kind, name=slug),
        path(f"{there}<int:pk>/act/<str:action>/", evidence_views.act, kind, name=f"act_{slug}"),
        path(f"{there}<int:pk>/paper/<str:form>/", evidence_views.paper, kind, name=f"{slug}_paper"),
    ]
