"""What judgements taught: evidence of a detector's findings in decibans, by detector and field, of one version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hengjian.engines.screening.detector import CAP_DB, Detector
from hengjian.engines.screening.findings import CERTAIN_BONUS_DB, Finding, nine_digits

EVERY_FIELD = ""


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Evidence of a strong finding by (detector, field), in decibans; field "" speaks for every field without its own.

    A detector that is not named keeps the weight it was written with.
    """

    version: str
    lr_db: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def of(self, detector: str, in_field: str) -> float | None:
        """The weight of that detector in that field, None where nothing was learnt."""
        return self.lr_db.get((detector, in_field), self.lr_db.get((detector, EVERY_FIELD)))

    def applied(self, detector: Detector) -> Detector:
        """The detector with the largest weight learnt for it, so that no field is held below its own."""
        known = [db for (name, _), db in self.lr_db.items() if name == detector.id]
        return replace(detector, lr_db=max(known)) if known else detector

    def weighed(self, findings: Iterable[Finding], fields: Mapping[str, str]) -> list[Finding]:
        """The findings with their evidence held to the weight learnt in their field (`fields`: report → field)."""
        return [self._held(finding, fields) for finding in findings]

    def _held(self, finding: Finding, fields: Mapping[str, str]) -> Finding:
        learnt = self.of(finding.detector, field_of(finding.report_ids, fields))
        if learnt is None or finding.severity == "weak":
            return finding
        most = min(CAP_DB["S5"], learnt + (CERTAIN_BONUS_DB if finding.severity == "certain" else 0.0))
        return replace(
            finding,
            score=nine_digits(min(finding.score, most)) or 0.0,
            report_db={report: min(db, most) for report, db in finding.report_db.items()},
        )


def field_of(reports: Sequence[str], fields: Mapping[str, str]) -> str:
    """The field of the first report whose field is known; "" without one."""
    return next((fields[one] for one in reports if one in fields), EVERY_FIELD)


AS_WRITTEN = Weights(version="built-in")
"""The weights that the detectors were written with."""
