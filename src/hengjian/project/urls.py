"""Root URLs: each app brings its own."""

from __future__ import annotations

from django.urls import include, path

from hengjian.project.alive import alive

urlpatterns = [
    path("alive", alive, name="alive"),
    path("", include("hengjian.apps.desk.urls")),
    path("", include("hengjian.apps.accounts.urls")),
    path("rulebook/", include("hengjian.apps.rulebook.urls")),
    path("institutions/", include("hengjian.apps.registry.urls")),
    path("institutions/", include("hengjian.apps.dossiers.urls")),
    path("intake/", include("hengjian.apps.intake.urls")),
    path("runs/", include("hengjian.apps.runs.urls")),
    path("alerts/", include("hengjian.apps.alerts.urls")),
    path("clocks/", include("hengjian.apps.clocks.urls")),
    path("plans/", include("hengjian.apps.plans.urls")),
    path("draws/", include("hengjian.apps.draws.urls")),
    path("inspections/", include("hengjian.apps.inspections.urls")),
    path("calibrations/", include("hengjian.apps.calibrations.urls")),
    path("rectifications/", include("hengjian.apps.rectifications.urls")),
    path("documents/", include("hengjian.apps.documents.urls")),
    path("informants/", include("hengjian.apps.informants.urls")),
    path("leads/", include("hengjian.apps.leads.urls")),
    path("tips/", include("hengjian.apps.tips.urls")),
    path("complaints/", include("hengjian.apps.complaints.urls")),
    path("measures/", include("hengjian.apps.measures.urls")),
    path("cases/", include("hengjian.apps.cases.urls")),
    path("transfers/", include("hengjian.apps.transfers.urls")),
    path("oversights/", include("hengjian.apps.oversights.urls")),
    path("publications/", include("hengjian.apps.publications.urls")),
    path("public/", include("hengjian.apps.portal.urls")),
]

handler403 = "hengjian.apps.accounts.views.not_allowed"
handler404 = "hengjian.apps.accounts.views.not_found"
handler500 = "hengjian.apps.accounts.views.server_error"
