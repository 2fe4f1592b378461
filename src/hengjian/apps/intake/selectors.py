"""Reading submissions and the lake: what a person may see, what is in force for an organ, single reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Q, QuerySet

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.rights import OWN_LEVELS, granting, visible
from hengjian.apps.intake import storage
from hengjian.apps.intake.models import LakeFile, RememberedMapping, Submission
from hengjian.backends.parquet import open_parquet
from hengjian.engines.tables.contract import TABLES

WORKING = ("received", "reading", "accepting")


@dataclass(frozen=True, slots=True)
class InForce:
    """One lake file and the files of keys whose rows in it are superseded (anti-join on the table's key)."""

    path: Path
    superseded_by: tuple[Path, ...]
    sha256: str
    rows: int


def submissions_seen_by(user: Any, on: date) -> QuerySet[Submission]:
    """Submissions of the person's organ and of those below it."""
    rows = Submission.objects.select_related("organ", "submitted_by", "accepted_by").defer("mapping")
    return visible(user, "intake.view", rows, on=on)


def waiting_for(user: Any, on: date) -> int:
    """How many submissions wait for this person to accept or repair them."""
    return visible(user, "intake.accept", Submission.objects.all(), on=on).filter(state="previewed").count()


def organs_to_hand_in(user: Any, on: date) -> list[Organ]:
    """The organs for which this person may hand in: those of the postings, then their stations and teams."""
    own = [posting.organ for posting in granting(user, "intake.submit", on)]
    below = Organ.objects.filter(parent__in=own, level__in=OWN_LEVELS, valid_from__lte=on)
    below = below.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    return list(dict.fromkeys([*own, *below]))


def remembered_for(organ: Organ, sender: str, signature: str) -> RememberedMapping | None:
    """The latest columns that a person confirmed for this sender and these headers."""
    rows = RememberedMapping.objects.filter(organ=organ, sender=sender, signature=signature)
    return rows.select_related("confirmed_by").order_by("-version").first()


def lake_files_for(organ: Organ, on: date, *, tables: Collection[str] | None = None) -> QuerySet[LakeFile]:
    """Files accepted up to a day by the organ, by those below it and by its superiors, oldest first."""
    above = [int(step) for step in organ.path.strip("/").split("/")]
    rows = LakeFile.objects.select_related("organ").filter(accepted_at__date__lte=on)
    rows = rows.filter(Q(organ__path__startswith=organ.path) | Q(organ__in=above))
    if tables is not None:
        rows = rows.filter(table__in=tables)
    return rows.order_by("order", "pk")


def dataset_files(organ: Organ, on: date) -> dict[str, list[InForce]]:
    """What is in force for an organ: per table its files, each with the later key files that supersede its rows."""
    found: dict[str, list[LakeFile]] = {}
    for file in lake_files_for(organ, on):
        found.setdefault(file.table, []).append(file)
    return {table: in_force(files) for table, files in found.items()}


def in_force(files: Sequence[LakeFile]) -> list[InForce]:
    """Files of one table, oldest first, each with the later key files that take rows out of it."""
    return [
        InForce(
            path=storage.lake_path(file.path),
            superseded_by=tuple(
                storage.lake_path(keys) for later in files[place + 1 :] if (keys := _keys_against(later, file))
            ),
            sha256=file.sha256,
            rows=file.rows,
        )
        for place, file in enumerate(files)
    ]


def _keys_against(later: LakeFile, earlier: LakeFile) -> str:
    """The file that names which rows of `earlier` are superseded by `later`.

    A later file knows in `replaces` what it supersedes in the files its organ could see; two organs that do not see
    each other (sisters, both below the organ that asks) are compared by the later file's own keys.
    """
    one, other = later.organ.path, earlier.organ.path
    if one.startswith(other) or other.startswith(one):
        return later.replaces
    return later.path


def _read(file: InForce, table: str, wanted: pc.Expression, columns: Sequence[str] | None) -> pa.Table:
    """Rows of one file that match, superseded ones left out; only the columns asked for are read."""
    source = open_parquet(file.path)
    key = list(TABLES[table].key)
    names = [name for name in (columns or source.schema.names) if name in source.schema.names]
    rows = source.to_table(columns=list(dict.fromkeys([*names, *key])), filter=wanted)
    for keys in file.superseded_by:
        rows = _without(rows, keys, key)
    return rows.select(names)


def _without(rows: pa.Table, keys: Path, key: list[str]) -> pa.Table:
    """The rows whose key is not in the file `keys`, in their order."""
    if rows.num_rows == 0:
        return rows
    among = pc.field(key[0]).isin(rows[key[0]].unique())
    gone = open_parquet(keys).to_table(columns=key, filter=among)
    if gone.num_rows == 0:
        return rows
    # only keys and places are joined: Arrow joins no list columns, and a join forgets the order
    placed = rows.select(key).append_column("place", pa.array(range(rows.num_rows)))
    left = placed.join(gone, keys=key, join_type="left anti")
    return rows.take(left["place"].sort())


def lake_rows(
    files: Sequence[InForce],
    table: str,
    *,
    column: str,
    values: Collection[str],
    columns: Sequence[str] | None = None,
    limit: int = 5000,
) -> list[dict[str, Any]]:
    """Rows in force where `column` is one of `values`, at most `limit`; without DuckDB, fit for a web request."""
    wanted = pc.field(column).isin(pa.array(sorted(values), pa.string()))
    found: list[dict[str, Any]] = []
    for file in reversed(files):
        found += _read(file, table, wanted, columns).slice(0, limit - len(found)).to_pylist()
        if len(found) >= limit:
            break
    return found


def _files_seen_by(user: Any, table: str, on: date) -> list[InForce]:
    rows = visible(user, "intake.view", LakeFile.objects.select_related("organ"), on=on).filter(table=table)
    return in_force(list(rows.filter(accepted_at__date__lte=on).order_by("order", "pk")))


def report_rows(
    *,
    user: User,
    on: date,
    report_ids: Collection[str],
    table: str = "reports",
    columns: Sequence[str] | None = None,
    limit: int = 5000,
) -> list[dict[str, Any]]:
    """Rows of single reports in a table that carries `report_id`, within what the person may see."""
    if not report_ids:
        return []
    files = _files_seen_by(user, table, on)
    return lake_rows(files, table, column="report_id", values=report_ids, columns=columns, limit=limit)


def organ_report_rows(
    *,
    organ: Organ,
    on: date,
    report_ids: Collection[str],
    table: str = "reports",
    columns: Sequence[str] | None = None,
    limit: int = 5000,
) -> list[dict[str, Any]]:
    """The same for an organ's dataset: for workers, and for pages whose right was asked on another thing."""
    if not report_ids:
        return []
    files = in_force(list(lake_files_for(organ, on, tables=[table])))
    return lake_rows(files, table, column="report_id", values=report_ids, columns=columns, limit=limit)


def find_report(report_no: str, user: User, *, on: date, limit: int = 20) -> list[dict[str, Any]]:
    """Reports with this printed number (or this identifier) that the person may see, the latest first."""
    written = report_no.strip()
    if not written:
        return []
    files = _files_seen_by(user, "reports", on)
    either = reduce(lambda a, b: a | b, [pc.field(name) == written for name in ("report_no", "report_id")])
    found: list[dict[str, Any]] = []
    for file in reversed(files):
        found += _read(file, "reports", either, None).slice(0, limit - len(found)).to_pylist()
        if len(found) >= limit:
            break
    return found
