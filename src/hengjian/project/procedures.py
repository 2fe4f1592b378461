"""All procedures of the product in one list, for the printed documentation and the tests."""

from __future__ import annotations

from hengjian.apps.alerts.procedures import ALERT
from hengjian.apps.calibrations.procedures import CALIBRATION
from hengjian.apps.cases.after_procedures import COURT, OBLIGATION, ON_SPOT, REMEDY, SERVICE
from hengjian.apps.cases.appraisal_procedures import APPRAISAL
from hengjian.apps.cases.assistance_procedures import ASSISTANCE
from hengjian.apps.cases.evidence_procedures import EVIDENCE, INQUIRY, REQUEST
from hengjian.apps.cases.holds_procedures import PRESERVATION, SEIZURE
from hengjian.apps.cases.procedures import CASE
from hengjian.apps.complaints.procedures import COMPLAINT
from hengjian.apps.documents.procedures import DOCUMENT
from hengjian.apps.draws.procedures import DRAW
from hengjian.apps.informants.procedures import OPENING
from hengjian.apps.inspections.phone.procedures import PHONE_ENTRY
from hengjian.apps.inspections.procedures import INSPECTION
from hengjian.apps.intake.procedures import SUBMISSION
from hengjian.apps.leads.procedures import LEAD, LIKENESS
from hengjian.apps.measures.procedures import MEASURE
from hengjian.apps.oversights.procedures import OVERSIGHT
from hengjian.apps.plans.procedures import MERGE, PLAN, VISIT
from hengjian.apps.publications.procedures import PUBLICATION, TYPICAL
from hengjian.apps.rectifications.procedures import LOOK_BACK, RECTIFICATION
from hengjian.apps.registry.procedures import MATCH
from hengjian.apps.rulebook.procedures import AMENDMENT
from hengjian.apps.runs.procedures import RUN
from hengjian.apps.tips.procedures import REWARD, TIP
from hengjian.apps.transfers.procedures import CRIMINAL_TRANSFER, REFERRAL
from hengjian.kernel.transitions import Procedure

PROCEDURES: tuple[Procedure, ...] = (
    AMENDMENT,
    SUBMISSION,
    MATCH,
    RUN,
    PLAN,
    VISIT,
    MERGE,
    DRAW,
    ALERT,
    CALIBRATION,
    INSPECTION,
    PHONE_ENTRY,
    DOCUMENT,
    RECTIFICATION,
    LOOK_BACK,
    MEASURE,
    CASE,
    SERVICE,
    OBLIGATION,
    COURT,
    REMEDY,
    ON_SPOT,
    EVIDENCE,
    INQUIRY,
    REQUEST,
    PRESERVATION,
    SEIZURE,
    APPRAISAL,
    ASSISTANCE,
    OPENING,
    LEAD,
    LIKENESS,
    TIP,
    REWARD,
    COMPLAINT,
    CRIMINAL_TRANSFER,
    REFERRAL,
    OVERSIGHT,
    PUBLICATION,
    TYPICAL,
)
