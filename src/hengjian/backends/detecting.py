"""One detector over prepared tables: its steps, who is not judged and why, its findings; what breaks is its own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pyarrow as pa

from hengjian.backends.duckdb_engine import DuckDBEngine
from hengjian.backends.engine import Engine, carry_out
from hengjian.backends.keeping import Keeper
from hengjian.backends.preparation import Prepared
from hengjian.backends.sharing import SharedSteps
from hengjian.engines.screening.detector import BatchStep, Detector, Step
from hengjian.engines.screening.findings import Articles, Finding, build_findings
from hengjian.engines.screening.gate import abstentions, too_few
from hengjian.engines.screening.hits import ABSTAINS, HITS, POPULATION
from hengjian.kernel.errors import Refused


@dataclass(frozen=True, kw_only=True)
class DetectorRun:
    """How one detector fared: `state` is ran, abstained, skipped or failed."""

    id: str
    version: int
    state: str
    reason: str
    findings: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Detected:
    """What one detector gave: `silent` is {institution: why it was not judged}."""

    run: DetectorRun
    findings: list[Finding]
    silent: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Where a detector computes: the engine its steps go to, the steps it shares, and whose turn the engine is."""

    engine: Engine
    shared: SharedSteps
    keeper: Keeper | None
    turn: AbstractContextManager[object]


@dataclass(frozen=True, kw_only=True)
class _Made:
    """What the steps left: the hit table, or what it is computed from; population by institution; who is refused."""

    tables: Mapping[str, pa.Table]
    judged: Mapping[str, int] | None
    refused: Mapping[str, str]


def detect(seat: Seat, prepared: Prepared, detector: Detector, articles: Articles) -> Detected:
    """One detector on its own: whatever breaks in it is its failure alone.

    The engine is held while steps run, not while functions over their tables do.
    """
    lacking = _lacking(detector, prepared)
    if lacking:
        with seat.turn:
            seat.shared.leave(seat.engine, detector, [])
        return _told(detector, "skipped", lacking, [], dict.fromkeys(prepared.institutions, lacking), 0.0)
    silent = abstentions(detector, prepared.quality, prepared.institutions)
    began, waited = time.monotonic(), 0.0
    try:
        with seat.turn:
            waited = time.monotonic() - began
            made = _steps(seat, detector)
        silent |= {one: why for one, why in made.refused.items() if one not in silent}
        if made.judged is not None:
            silent = too_few(detector, made.judged, prepared.institutions) | silent
        hits = detector.array.compute(made.tables) if detector.array else made.tables[HITS]
        found = build_findings(detector, _spoken(hits, silent), judged=made.judged or {}, articles=articles)
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - one broken detector must not take the others with it
        reason = f"{type(error).__name__}：{(str(error).splitlines() or [''])[0][:200]}"
        silent = dict.fromkeys(prepared.institutions, "检测器出错")
        return _told(detector, "failed", reason, [], silent, time.monotonic() - began - waited)
    seconds = time.monotonic() - began - waited
    if prepared.institutions and len(silent) == len(prepared.institutions):
        reason = Counter(silent.values()).most_common(1)[0][0]
        return _told(detector, "abstained", reason, found, silent, seconds)
    return _told(detector, "ran", "", found, silent, seconds)


def _told(
    detector: Detector, state: str, reason: str, found: list[Finding], silent: Mapping[str, str], seconds: float
) -> Detected:
    run = DetectorRun(
        id=detector.id,
        version=detector.version,
        state=state,
        reason=reason,
        findings=len(found),
        seconds=round(seconds, 3),
    )
    return Detected(run=run, findings=found, silent=silent)


def _lacking(detector: Detector, prepared: Prepared) -> str:
    """Which table or column the detector cannot do without; empty if nothing."""
    for need in detector.needs:
        if need.table not in prepared.present:
            if need.optional_table:
                continue
            return f"缺少表 {need.table}"
        for column in need.required:
            if column not in prepared.present[need.table]:
                return f"缺少列 {need.table}.{column}"
    for name in detector.packs:
        if name not in prepared.packs:
            return f"领域包没有数据：{name.removeprefix('pack_')}"
    return ""


def _steps(seat: Seat, detector: Detector) -> _Made:
    """Make the detector's tables and fetch what comes of them; no table outlives it but those that others wait for."""
    made: list[str] = []
    engine, shared, keeper = seat.engine, seat.shared, seat.keeper
    try:
        for step in detector.steps:
            if not shared.take(engine, detector, step) and not _kept(keeper, engine, detector, step):
                carry_out(engine, step)
            made.append(step.name)
        judged = None
        if POPULATION in made:
            counted = engine.arrow(f'SELECT institution_id, n FROM "{POPULATION}"').to_pylist()
            judged = {str(row["institution_id"]): int(row["n"]) for row in counted}
        refused = {}
        if ABSTAINS in made:
            told = engine.arrow(f'SELECT institution_id, reason FROM "{ABSTAINS}"').to_pylist()
            refused = {str(row["institution_id"]): str(row["reason"]) for row in told}
        wanted = detector.array.inputs if detector.array else (HITS,)
        tables = {name: engine.arrow(f'SELECT * FROM "{name}"') for name in wanted}
        return _Made(tables=tables, judged=judged, refused=refused)
    finally:
        shared.leave(engine, detector, made)


def _kept(keeper: Keeper | None, engine: Engine, detector: Detector, step: Step | BatchStep) -> bool:
    """Whether the step has its table because most of it was kept."""
    return keeper is not None and isinstance(engine, DuckDBEngine) and keeper.make(engine, detector, step)


def _spoken(hits: pa.Table, silent: Mapping[str, str]) -> pa.Table:
    """Hits of the institutions for which the detector may speak."""
    speak = [institution not in silent for institution in hits["institution_id"].to_pylist()]
    return hits.filter(pa.array(speak, pa.bool_()))
