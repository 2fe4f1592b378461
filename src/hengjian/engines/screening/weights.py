"""What judgements taught: evidence of a detector's findings in decibans, by detector and field, of one version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hengjian.engines.screening.detector import CAP_DB, Detector
from hengjian.engines.screening.findings import CERTAIN_BONUS_DB, Finding, nine_digits

EVERY_FIELD = ""
FILE_KEYS = {"version", "values"}


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


def weights_file(version: str, values: Sequence[Mapping[str, str]]) -> dict[str, object]:
    """What a file of weights holds: the version and {detector, field, db}, decibans as text."""
    return {"version": version, "values": [{key: one[key] for key in ("detector", "field", "db")} for one in values]}


def read_weights(content: object) -> Weights:
    """Weights of such a file; ValueError with the sentence that says what is wrong in it."""
    if not isinstance(content, dict) or set(content) != FILE_KEYS or not isinstance(content["values"], list):
        raise ValueError("权重文件应当有 version 和 values 两项")
    if not isinstance(content["version"], str) or not content["version"]:
        raise ValueError("权重文件没有写明版本（version）")
    found: dict[tuple[str, str], float] = {}
    for number, one in enumerate(content["values"], start=1):
        known = isinstance(one, dict) and {"detector", "field", "db"} <= set(one)
        if not known or not isinstance(one["detector"], str) or not isinstance(one["field"], str):
            raise ValueError(f"权重文件第 {number} 项应当有 detector、field 和 db")
        try:
            db = float(one["db"])
        except (TypeError, ValueError):
            db = -1.0
        if not 0 <= db <= CAP_DB["S5"]:
            raise ValueError(f"权重文件第 {number} 项的 db 是“{one['db']}”，应当是 0 到 {CAP_DB['S5']:g} 之间的数")
        if (one["detector"], one["field"]) in found:
            raise ValueError(f"权重文件第 {number} 项重复：{one['detector']} {one['field']}".rstrip())
        found[one["detector"], one["field"]] = db
    return Weights(version=content["version"], lr_db=found)


def field_of(reports: Sequence[str], fields: Mapping[str, str]) -> str:
    """The field of the first report whose field is known; "" without one."""
    return next((fields[one] for one in reports if one in fields), EVERY_FIELD)


AS_WRITTEN = Weights(version="built-in")
"""The weights that the detectors were written with."""
