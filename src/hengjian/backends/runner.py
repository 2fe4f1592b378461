"""Runs a screening plan on an engine: one dataset in, findings, institutions and run record out."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hengjian.backends.connection import half_of_memory_mb
from hengjian.backends.duckdb_engine import DuckDBEngine
from hengjian.backends.engine import Engine, carry_out
from hengjian.backends.keeping import Keeper, Reuse
from hengjian.backends.packs import pack_tables
from hengjian.backends.preparation import Prepared, prepare
from hengjian.backends.scoring_policy import policy_in_force
from hengjian.backends.sharing import SharedSteps
from hengjian.backends.standing import (
    ScoredBy,
    Standing,
    fields_of,
    in_phases,
    mark_sick,
    read_standing,
    sick_record,
)
from hengjian.engines.screening.catalogue import DETECTORS, chosen
from hengjian.engines.screening.detector import Detector
from hengjian.engines.screening.findings import Articles, Finding, build_findings, findings_table
from hengjian.engines.screening.gate import abstentions, too_few
from hengjian.engines.screening.hits import ABSTAINS, HITS, POPULATION
from hengjian.engines.screening.packs import PACK_TABLES
from hengjian.engines.screening.score import InstitutionFacts
from hengjian.engines.screening.scoring import Basis, score_run
from hengjian.engines.screening.sickness import SickGroup
from hengjian.kernel.errors import DomainError, Refused

Progress = Callable[[int, int, str], None]
Cancelled = Callable[[], bool]


class ScreeningCancelled(DomainError):
    """The person who started the run stopped it; nothing was written."""


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
class RunSummary:
    """What a run gave: counts of findings by severity and of institutions by band, and every detector's state."""

    out: Path
    findings: int
    severities: Mapping[str, int]
    bands: Mapping[str, int]
    detectors: tuple[DetectorRun, ...]
    remarks: tuple[Mapping[str, object], ...]
    seconds: float
    reuse: Reuse | None = None


@dataclass(kw_only=True)
class _State:
    findings: list[Finding] = field(default_factory=list)
    runs: list[DetectorRun] = field(default_factory=list)
    abstained: dict[str, dict[str, str]] = field(default_factory=dict)
    groups: tuple[SickGroup, ...] = ()
    keeper: Keeper | None = None
    shared: SharedSteps = field(default_factory=lambda: SharedSteps(()))

    def put_in_order(self, plan: Sequence[Detector]) -> None:
        """Findings by phase and catalogue, runs by catalogue: detectors that share steps run side by side."""
        phased = {one.id: place for place, one in enumerate(one for phase in in_phases(plan) for one in phase)}
        listed = {one.id: place for place, one in enumerate(plan)}
        self.findings.sort(key=lambda one: phased[one.detector])
        self.runs.sort(key=lambda one: listed[one.id])


def run_screening(
    dataset: Path,
    out: Path,
    *,
    today: date,
    articles: Articles,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    only: Iterable[str] | None = None,
    detectors: Sequence[Detector] | None = None,
    memory_mb: int | None = None,
    threads: int | None = None,
    open_engine: Callable[[], Engine] | None = None,
    packs: Mapping[str, pa.Table] | None = None,
    scored_by: ScoredBy | None = None,
    keeper: Keeper | None = None,
) -> RunSummary:
    """Screen `dataset` and write findings, institutions, priorities (Parquet) and run.json into `out`.

    `articles(violation, on)` names the article in force. `progress(done, total, label)` is called after each part,
    `cancelled()` asked before it. `open_engine` gives another engine over the same dataset; DuckDB in this process if
    absent, with `threads` and `memory_mb` (half of the machine's, at most 6 GB). `packs` are the field packs as tables,
    those of the law data if absent; `scored_by` what scores, the policy of `today` and the detectors' own weights if
    absent. `keeper` takes from the last run what is unchanged and keeps this one's (DuckDB only); the findings are the
    same without it. The same data, `today`, `scored_by` and program give the same Parquet files byte for byte.
    Refused: no dataset, unreadable files, missing required tables or columns, unknown detector in `only`.
    """
    started = time.monotonic()
    plan = _plan(only, detectors)
    report = progress or (lambda done, total, label: None)
    ask = cancelled or (lambda: False)
    total = len(plan) + 2
    report(0, total, "读取数据并检查质量")
    engine = open_engine() if open_engine else _here(dataset, memory_mb, threads)
    try:
        prepared = prepare(engine, plan, today=today)
        prepared.packs = _hand_packs(engine, plan, pack_tables() if packs is None else packs)
        basis = scored_by or ScoredBy(policy=policy_in_force(today))
        state, standing, number = _State(), read_standing(engine), 0
        if keeper is not None and isinstance(engine, DuckDBEngine):
            state.keeper = keeper
            keeper.begin(engine)
        state.shared = SharedSteps(in_phases(plan))
        for phase in state.shared.phases:
            for detector in phase:
                _stop_if(ask)
                report(number := number + 1, total, f"{detector.id} {detector.title}")
                _run_one(engine, prepared, basis.weights.applied(detector), state=state, articles=articles)
            state.put_in_order(plan)
            if phase is state.shared.phases[0]:
                facts = _facts(prepared, state, standing, basis)
                state.groups = mark_sick(engine, facts, state.findings, plan=plan, policy=basis.policy)
        _stop_if(ask)
        report(total - 1, total, "计算风险并写出结果")
        facts = _facts(prepared, state, standing, basis)
        summary = _write(engine, out, prepared, state, facts, plan=plan, basis=basis, today=today, started=started)
    finally:
        engine.close()
    report(total, total, "完成")
    return summary


def _here(dataset: Path, memory_mb: int | None, threads: int | None) -> DuckDBEngine:
    return DuckDBEngine(dataset, memory_mb=memory_mb or half_of_memory_mb(), threads=threads)


def _plan(only: Iterable[str] | None, detectors: Sequence[Detector] | None) -> Sequence[Detector]:
    if detectors is not None:
        return detectors
    try:
        return chosen(only)
    except KeyError as error:
        known = "、".join(detector.id for detector in DETECTORS)
        raise Refused(f"没有编号为 {error.args[0]} 的检测器；现有：{known}") from error


def _stop_if(ask: Cancelled) -> None:
    if ask():
        raise ScreeningCancelled("筛查已取消，没有写出任何结果")


def _run_one(
    engine: Engine,
    prepared: Prepared,
    detector: Detector,
    *,
    state: _State,
    articles: Articles,
) -> None:
    """One detector on its own: whatever breaks in it is its failure alone."""
    started = time.monotonic()
    lacking = _lacking(detector, prepared)
    found: list[Finding] = []
    status, reason = "ran", ""
    if lacking:
        state.shared.leave(engine, detector, [])
        status, reason = "skipped", lacking
        silent = dict.fromkeys(prepared.institutions, lacking)
    else:
        silent = abstentions(detector, prepared.quality, prepared.institutions)
        try:
            hits, judged, refused = _compute(engine, detector, state)
            silent |= {one: why for one, why in refused.items() if one not in silent}
            silent = too_few(detector, judged, prepared.institutions) | silent if judged is not None else silent
            found = build_findings(detector, _spoken(hits, silent), judged=judged or {}, articles=articles)
        except (Refused, ScreeningCancelled):
            raise
        except Exception as error:  # noqa: BLE001 - one broken detector must not take the others with it
            status, reason = "failed", f"{type(error).__name__}：{(str(error).splitlines() or [''])[0][:200]}"
            silent = dict.fromkeys(prepared.institutions, "检测器出错")
        if status == "ran" and prepared.institutions and len(silent) == len(prepared.institutions):
            status, reason = "abstained", Counter(silent.values()).most_common(1)[0][0]
    state.findings += found
    for institution, why in silent.items():
        state.abstained.setdefault(institution, {})[detector.id] = why
    seconds = round(time.monotonic() - started, 3)
    state.runs.append(
        DetectorRun(
            id=detector.id,
            version=detector.version,
            state=status,
            reason=reason,
            findings=len(found),
            seconds=seconds,
        )
    )


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


def _hand_packs(engine: Engine, plan: Sequence[Detector], packs: Mapping[str, pa.Table]) -> frozenset[str]:
    """Put the pack tables that any detector reads; the names of those that hold anything."""
    named = sorted({name for detector in plan for name in detector.packs})
    for name in named:
        engine.put(name, packs.get(name, PACK_TABLES[name].empty_table()))
    return frozenset(name for name in named if name in packs and packs[name].num_rows)


def _compute(
    engine: Engine, detector: Detector, state: _State
) -> tuple[pa.Table, dict[str, int] | None, dict[str, str]]:
    """Run the steps; the hit table, the population by institution (None without that step), who is not judged."""
    made: list[str] = []
    shared, keeper = state.shared, state.keeper
    try:
        for step in detector.steps:
            if not shared.take(engine, detector, step) and (keeper is None or not keeper.make(detector, step)):
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
        if detector.array is None:
            return engine.arrow(f'SELECT * FROM "{HITS}"'), judged, refused
        inputs = {name: engine.arrow(f'SELECT * FROM "{name}"') for name in detector.array.inputs}
        return detector.array.compute(inputs), judged, refused
    finally:
        shared.leave(engine, detector, made)


def _spoken(hits: pa.Table, silent: Mapping[str, str]) -> pa.Table:
    """Hits of the institutions for which the detector may speak."""
    speak = [institution not in silent for institution in hits["institution_id"].to_pylist()]
    return hits.filter(pa.array(speak, pa.bool_()))


def _facts(prepared: Prepared, state: _State, standing: Standing, basis: ScoredBy) -> list[InstitutionFacts]:
    return [
        InstitutionFacts(
            institution_id=institution,
            n_reports=prepared.n_reports.get(institution, 0),
            abstained=state.abstained.get(institution, {}),
            exonerating=prepared.exonerating.get(institution, {}),
            looked=_looked(state, institution),
            volumes=standing.volumes.get(institution, {}),
            area_code=standing.areas.get(institution, ""),
            inspected_on=basis.inspected.get(institution),
        )
        for institution in prepared.institutions
    ]


def _write(
    engine: Engine,
    out: Path,
    prepared: Prepared,
    state: _State,
    facts: Sequence[InstitutionFacts],
    *,
    plan: Sequence[Detector],
    basis: ScoredBy,
    today: date,
    started: float,
) -> RunSummary:
    score_by = Basis(
        today=today,
        policy=basis.policy,
        weights=basis.weights,
        fields=fields_of(engine, state.findings),
        groups=state.groups,
    )
    scored = score_run(facts, state.findings, detectors=plan, basis=score_by)
    sick = sick_record(state.groups, plan)
    sick_remarks = [
        {"table": "reports", "remark": "peer_group_sick", "rows": one["institutions"], **one} for one in sick
    ]
    remarks = [*prepared.remarks, *sick_remarks]
    summary = RunSummary(
        out=out,
        findings=len(scored.findings),
        severities=Counter(finding.severity for finding in scored.findings),
        bands=Counter(scored.institutions["band"].to_pylist()),
        detectors=tuple(state.runs),
        remarks=tuple(remarks),
        seconds=round(time.monotonic() - started, 3),
        reuse=state.keeper.finish() if state.keeper else None,
    )
    record = _run_record(prepared, state, engine=engine.name, today=today) | {
        "quality": remarks,
        "policy": basis.policy.version,
        "weights": basis.weights.version,
        "reuse": vars(summary.reuse) if summary.reuse else None,
        "peer_groups": sick,
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        _write_parquet(findings_table(scored.findings), out / "findings.parquet")
        _write_parquet(scored.institutions, out / "institutions.parquet")
        _write_parquet(scored.priorities, out / "priorities.parquet")
        _replace(out / "run.json", json.dumps(record, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise Refused(f"结果写不进 {out}：{error.strerror}", where={"file": str(out)}) from error
    return summary


def _looked(state: _State, institution: str) -> tuple[str, ...]:
    """The detectors that could judge the institution."""
    silent = state.abstained.get(institution, {})
    return tuple(run.id for run in state.runs if run.state == "ran" and run.id not in silent)


def _run_record(prepared: Prepared, state: _State, *, engine: str, today: date) -> dict[str, object]:
    return {
        "today": today.isoformat(),
        "engine": engine,
        "program_version": version("hengjian"),
        "inputs": [
            {
                "table": one.table,
                "files": list(one.files),
                "rows": one.rows,
                "sha256": one.sha256,
                "unknown_columns": list(one.unknown),
                "bad_cells": one.bad_cells,
            }
            for one in prepared.inputs
        ],
        "detectors": [vars(run) for run in state.runs],
    }


def _write_parquet(table: pa.Table, path: Path) -> None:
    partial = path.with_suffix(".partial")
    pq.write_table(table, partial, compression="zstd")
    os.replace(partial, path)


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_suffix(".partial")
    partial.write_bytes(content)
    os.replace(partial, path)
