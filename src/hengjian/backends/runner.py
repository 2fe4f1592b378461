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
from hengjian.backends.detecting import Detected, DetectorRun, Seat, detect
from hengjian.backends.duckdb_engine import DuckDBEngine
from hengjian.backends.engine import Engine
from hengjian.backends.keeping import Keeper, Reuse
from hengjian.backends.lanes import Ended, Lanes
from hengjian.backends.packs import pack_tables
from hengjian.backends.preparation import Prepared, prepare
from hengjian.backends.scoring_policy import policy_in_force
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
from hengjian.engines.screening.findings import Articles, Finding, findings_table
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
    begun: int = 0

    def begin(self) -> int:
        """The number of the detector that begins now."""
        self.begun += 1
        return self.begun

    def take(self, found: Iterable[Detected], plan: Sequence[Detector]) -> None:
        """What one phase gave, by catalogue, whoever was ready first."""
        listed = {one.id: place for place, one in enumerate(plan)}
        for one in sorted(found, key=lambda one: listed[one.run.id]):
            self.findings += one.findings
            self.runs.append(one.run)
            for institution, why in one.silent.items():
                self.abstained.setdefault(institution, {})[one.run.id] = why
        self.runs.sort(key=lambda one: listed[one.id])


def run_screening(
    dataset: Path,
    out: Path,
    *,
    today: date,
    articles: Articles,
    progress: Progress | None = None,
    ended: Ended = lambda run: None,
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

    `articles(violation, on)` names the article in force. `progress(done, total, label)` is called as each part begins,
    `ended(run)` when a detector is done while others may be at work beside it, `cancelled()` asked before each part.
    `open_engine` gives another engine over the same dataset; DuckDB in this process if absent, with `threads` and
    `memory_mb` (half of the machine's, at most 6 GB). `packs` are the field packs as tables, those of the law data if
    absent; `scored_by` what scores, the policy of `today` and the detectors' own weights if absent. `keeper` takes from
    the last run what is unchanged and keeps this one's (DuckDB only). The same data, `today`, `scored_by` and program
    give the same Parquet files byte for byte, with a keeper and without.
    Refused: no dataset, unreadable files, missing required tables or columns, unknown detector in `only`.
    """
    started = time.monotonic()
    plan, report = _plan(only, detectors), progress or (lambda done, total, label: None)
    total = len(plan) + 2
    report(0, total, "读取数据并检查质量")
    engine = open_engine() if open_engine else _here(dataset, memory_mb, threads)
    try:
        prepared = prepare(engine, plan, today=today)
        prepared.packs = _hand_packs(engine, plan, pack_tables() if packs is None else packs)
        basis = scored_by or ScoredBy(policy=policy_in_force(today))
        standing, state = read_standing(engine), _State(keeper=_begun(keeper, engine))
        lanes = Lanes(engine, in_phases(plan), keeper=state.keeper)

        def begins(detector: Detector) -> None:
            _stop_if(cancelled)
            report(state.begin(), total, f"{detector.id} {detector.title}")

        def work(seat: Seat, detector: Detector) -> Detected:
            return detect(seat, prepared, basis.weights.applied(detector), articles)

        state.take(lanes.run(0, work, begins, ended), plan)
        facts = _facts(prepared, state, standing, basis)
        state.groups = mark_sick(engine, facts, state.findings, plan=plan, policy=basis.policy)
        state.take(lanes.run(1, work, begins, ended), plan)
        _stop_if(cancelled)
        report(total - 1, total, "计算风险并写出结果")
        facts = _facts(prepared, state, standing, basis)
        summary = _write(engine, out, prepared, state, facts, plan=plan, basis=basis, today=today, started=started)
    finally:
        engine.close()
    report(total, total, "完成")
    return summary


def _here(dataset: Path, memory_mb: int | None, threads: int | None) -> DuckDBEngine:
    return DuckDBEngine(dataset, memory_mb=memory_mb or half_of_memory_mb(), threads=threads)


def _begun(keeper: Keeper | None, engine: Engine) -> Keeper | None:
    """The keeper once it has compared the reports; none where the engine is not the one it knows."""
    if keeper is None or not isinstance(engine, DuckDBEngine):
        return None
    keeper.begin(engine)
    return keeper


def _plan(only: Iterable[str] | None, detectors: Sequence[Detector] | None) -> Sequence[Detector]:
    if detectors is not None:
        return detectors
    try:
        return chosen(only)
    except KeyError as error:
        known = "、".join(detector.id for detector in DETECTORS)
        raise Refused(f"没有编号为 {error.args[0]} 的检测器；现有：{known}") from error


def _stop_if(ask: Cancelled | None) -> None:
    if ask and ask():
        raise ScreeningCancelled("筛查已取消，没有写出任何结果")


def _hand_packs(engine: Engine, plan: Sequence[Detector], packs: Mapping[str, pa.Table]) -> frozenset[str]:
    """Put the pack tables that any detector reads; the names of those that hold anything."""
    named = sorted({name for detector in plan for name in detector.packs})
    for name in named:
        engine.put(name, packs.get(name, PACK_TABLES[name].empty_table()))
    return frozenset(name for name in named if name in packs and packs[name].num_rows)


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
