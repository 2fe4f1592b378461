"""What a detector is: its meaning in plain Chinese, its needs, its steps, its honesty."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

Kind = Literal["hard", "identity", "statistical"]
Level = Literal["S1", "S2", "S3", "S4", "S5"]
SubjectKind = Literal["report", "instrument", "person", "vehicle", "institution", "cluster"]
Cluster = Literal["identity", "time", "capacity", "digits", "outcome", "vehicle", "paperwork", "network"]

CAP_DB: Mapping[str, float] = {"S5": 30.0, "S4": 20.0, "S3": 13.0, "S2": 7.0, "S1": 3.0}
"""Evidence cap of one finding in decibans by severity level (`screening.md` §3.6)."""

SECOND, MINUTE, DAY = 1, 60, 86_400
"""Time resolutions the gate tells apart, in seconds."""

SICK_TABLE = re.compile(r"\b(?:FROM|JOIN)\s+sick\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Need:
    """Columns of one contract table. `optional` ones are there as NULL when not handed over.

    A missing table (unless the whole need is `optional_table`) or a missing `required` column skips the detector.
    """

    table: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    optional_table: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One named SQL step in the portable subset; later steps read it by `name`.

    `per_report`: it reads contract tables only, and each row rests on the rows of one report, which it names in
    `report_id`, and on tables that belong to no report. A daily run keeps such rows.
    """

    name: str
    sql: str
    per_report: bool = False


@dataclass(frozen=True, kw_only=True)
class BatchStep:
    """A step over rows too long to copy: each record batch of `sql` passes `reduce`; what it yields is table `name`.

    `per_report` as in `Step`; how the rows fall into batches never matters.
    """

    name: str
    sql: str
    reduce: Callable[[pa.RecordBatch], pa.Table]
    schema: pa.Schema
    per_report: bool = False


@dataclass(frozen=True, kw_only=True)
class ArrayStep:
    """A NumPy function over Arrow tables: `compute({step name: table})` returns the hit table."""

    inputs: tuple[str, ...]
    compute: Callable[[Mapping[str, pa.Table]], pa.Table]


@dataclass(frozen=True, kw_only=True)
class Detector:
    """One check of the catalogue. The hit rows it yields are described in `hits.py`.

    `title` says the finding, `meaning` what it would mean, both in plain Chinese; `says` is the sentence of a finding,
    a format string over the columns of its first hit row. `resolution` is the coarsest time resolution in seconds that
    each time column may have; an institution above it abstains. `min_n` is the least population (the `population`
    step's rows per institution); below it the institution abstains. `key_columns` are the hit columns that, with
    detector, institution and subject, make the finding key. `labels` are the Chinese names of evidence columns.
    `anchor` says what the judgement rests on where the kind does not: `absolute` (physics, arithmetic, clocks, other
    institutions' copies) or `peers`; statistical detectors compare with peers unless they say otherwise. A detector
    whose SQL reads the table `sick` (institution_id, field) leaves those institutions out of its peers. `packs` names
    the pack tables (`packs.py`) its steps read; an empty one skips it.
    """

    id: str
    version: int
    name: str
    title: str
    meaning: str
    violation: str
    cluster: Cluster
    kind: Kind
    level: Level
    subject_kind: SubjectKind
    needs: tuple[Need, ...]
    steps: tuple[Step | BatchStep, ...]
    says: str
    on_site: tuple[str, ...]
    benign: tuple[str, ...]
    key_columns: tuple[str, ...] = ()
    resolution: Mapping[str, int] = field(default_factory=dict)
    min_n: int = 1
    unit: str = "报告"
    labels: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    array: ArrayStep | None = None
    lr_db: float | None = None
    family: bool = False
    unit_level: bool = False
    anchor: Literal["absolute", "peers"] | None = None
    packs: tuple[str, ...] = ()

    @property
    def peer_relative(self) -> bool:
        """Whether it says how an institution differs from its peers, so that sick peers blind it."""
        return self.anchor == "peers" or (self.anchor is None and self.kind == "statistical")

    @property
    def spares_sick(self) -> bool:
        """Whether it takes its peers without those of sick groups."""
        return any(SICK_TABLE.search(step.sql) for step in self.steps)

    @property
    def cap_db(self) -> float:
        """Most decibans one finding of this detector may contribute at its usual level."""
        return CAP_DB[self.level]

    def tables(self) -> Sequence[str]:
        return [need.table for need in self.needs]
