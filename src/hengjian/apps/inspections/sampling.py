"""Which reports may be drawn on site, how much each weighs, and the drawing itself, which anybody can repeat.

The list is frozen first: its hash and the hash of a fresh salt go into the event chain; then seed =
HMAC-SHA256(salt, "RS1" US task number US list hash US draw), and the order follows Pareto sampling as in a draw of
institutions. Nobody can know the sample before the list is frozen, and nobody can draw it twice unseen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from hengjian.apps.alerts.models import Alert
from hengjian.apps.draws.models import Draw
from hengjian.apps.inspections.models import Inspection, ReportSample
from hengjian.apps.inspections.storage import read_kept
from hengjian.apps.intake.selectors import dataset_files, lake_rows
from hengjian.apps.registry.models import Institution
from hengjian.engines.draws.roster import Unit
from hengjian.engines.draws.tickets import Ranked, rank_stratum
from hengjian.kernel.errors import Refused
from hengjian.law.inspecting import ReportWeights

STRATUM = "reports"
LISTED_MOST = 200_000
SEPARATOR = b"\x1f"


@dataclass(frozen=True, slots=True)
class Listed:
    """A report on the list: `key` stands for it in the drawing, whatever signs its identifier is written with."""

    key: str
    report_id: str
    report_no: str
    issued_on: date
    weight: int
    alerts: tuple[str, ...]


def key_of(report_id: str) -> str:
    """32 hex digits of the identifier's SHA-256."""
    return hashlib.sha256(report_id.encode()).hexdigest()[:32]


def reports_of(
    institution: Institution, *, start: date, end: date, on: date, weights: ReportWeights, without: Iterable[str] = ()
) -> list[Listed]:
    """Reports the institution issued from `start` to `end` (both included) by the accepted ledgers, by identifier."""
    codes = [institution.uscc, *institution.aliases.filter(kind="code").values_list("value", flat=True)]
    files = dataset_files(institution.organ, on).get("reports", [])
    columns = ["report_id", "report_no", "issued_at"]
    rows = lake_rows(files, "reports", column="institution_id", values=codes, columns=columns, limit=LISTED_MOST)
    grounds = grounds_of(institution)
    left_out = set(without)
    found: dict[str, Listed] = {}
    for row in rows:
        issued, report_id = row["issued_at"], row["report_id"]
        if issued is None or not start <= issued.date() <= end or report_id in left_out:
            continue
        known = grounds.get(report_id, [])
        found[report_id] = Listed(
            key=key_of(report_id),
            report_id=report_id,
            report_no=row["report_no"] or "",
            issued_on=issued.date(),
            weight=weights.weight({severity for _, severity in known}),
            alerts=tuple(sorted(number for number, _ in known)),
        )
    return [found[report_id] for report_id in sorted(found)]


def grounds_of(institution: Institution) -> dict[str, list[tuple[str, str]]]:
    """report → (alert, severity) of alerts that stand; what a person has dismissed raises nothing."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    rows = Alert.objects.filter(institution=institution).exclude(state="dismissed")
    for number, severity, report_ids in rows.values_list("number", "severity", "report_ids"):
        for report_id in report_ids:
            found[report_id].append((number, severity))
    return found


def list_bytes(reports: Sequence[Listed]) -> bytes:
    """The frozen list: header, then key, identifier as JSON text, weight; sorted by key, LF, UTF-8."""
    rows = sorted((one.key, json.dumps(one.report_id, ensure_ascii=False), str(one.weight)) for one in reports)
    return ("\n".join(["key\treport_id\tweight", *("\t".join(row) for row in rows)]) + "\n").encode()


def read_list(content: bytes) -> dict[str, tuple[str, int]]:
    """key → (identifier, weight) of a frozen list."""
    found = {}
    for line in content.decode().splitlines()[1:]:
        key, report_id, weight = line.split("\t")
        found[key] = (str(json.loads(report_id)), int(weight))
    return found


def seed_for(*, salt: bytes, number: str, list_sha256: str, draw: str) -> bytes:
    """The seed; `draw` is the hash of the result of the draw that chose the institution, empty for other origins."""
    parts = (b"RS1", number.encode(), list_sha256.encode(), draw.encode())
    return hmac.digest(salt, SEPARATOR.join(parts), "sha256")


def draw_behind(inspection: Inspection) -> tuple[str, str]:
    """(number, result hash) of the draw behind the task; empty for other origins."""
    if inspection.origin_kind != "draw":
        return "", ""
    number = inspection.origin_id
    known = Draw.objects.filter(number=number).values_list("result_sha256", flat=True).first()
    return number, known or ""


def order(seed: bytes, weights: dict[str, int], size: int) -> list[Ranked]:
    """All keys in drawn order with their inclusion probabilities; the first `size` are the sample."""
    units = [Unit(key, STRATUM, weight) for key, weight in weights.items()]
    return rank_stratum(seed, units, size, "pareto")


def differences(sample: ReportSample) -> list[str]:
    """Draw again from what was kept and say what differs; empty when the sample holds."""
    try:
        content = read_kept(sample.list_path, sample.list_sha256, "冻结的报告名单")
    except Refused as error:
        return [error.sentence]
    listed = read_list(content)
    draw = draw_behind(sample.inspection)[1]
    salt = bytes.fromhex(sample.salt)
    seed = seed_for(salt=salt, number=sample.inspection.number, list_sha256=sample.list_sha256, draw=draw)
    if seed.hex() != sample.seed:
        return ["种子与盐值、任务编号、名单摘要值推算的不一致"]
    again = order(seed, {key: weight for key, (_, weight) in listed.items()}, sample.size)[: sample.size]
    found = []
    for place, (one, kept) in enumerate(zip(again, sample.reports.order_by("rank"), strict=False), start=1):
        if listed[one.id][0] != kept.report_id:
            found.append(f"第 {place} 份应为 {listed[one.id][0]}，记录的是 {kept.report_id}")
        elif str(one.pi) != kept.pi or one.ticket.hex() != kept.ticket:
            found.append(f"第 {place} 份的入选概率或者随机数不一致")
    kept_count = sample.reports.count()
    if kept_count != len(again):
        found.append(f"应抽 {len(again)} 份，记录了 {kept_count} 份")
    return found
