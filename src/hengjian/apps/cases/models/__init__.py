"""A case and all that belongs to it: core (filing to decision), evidence and measures, what follows the decision."""

from __future__ import annotations

from hengjian.apps.cases.models.after import *  # noqa: F403
from hengjian.apps.cases.models.core import (
    Case,
    CaseOfficer,
    Contravention,
    CorrectionOrder,
    Party,
    Recusal,
    Step,
)
from hengjian.apps.cases.models.deciding import (
    Collective,
    Consent,
    Decision,
    Hearing,
    Notice,
    Review,
    Statement,
)
from hengjian.apps.cases.models.evidence import *  # noqa: F403

__all__ = [
    "Case",
    "CaseOfficer",
    "Collective",
    "Consent",
    "Contravention",
    "CorrectionOrder",
    "Decision",
    "Hearing",
    "Notice",
    "Party",
    "Recusal",
    "Review",
    "Statement",
    "Step",
]
