"""The dry run: what the engine found in a file, compared with the lake, kept for the page. Nothing counts yet."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from hengjian.apps.intake import storage
from hengjian.apps.intake.models import Submission
from hengjian.apps.intake.moved import move_back
from hengjian.apps.intake.selectors import InForce, in_force, lake_files_for
from hengjian.apps.intake.showing import shown_changes, shown_detail, unread_detail
from hengjian.apps.intake.signatures import recognised_mapping, signature_of
from hengjian.apps.registry.models import Institution
from hengjian.backends.duckdb_intake import NothingTaken, prepare
from hengjian.backends.duckdb_intake_preview import Preview, SheetPreview
from hengjian.backends.lake_comparison import Comparison, Standing, compare_with_lake
from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.mapping import mapping_from_json, mapping_to_json
from hengjian.engines.tables.ready import find_ready
from hengjian.kernel.errors import Refused

Report = Callable[[int, int, str], None]
Found = tuple[dict[str, Any], dict[str, Any]]
NO_READY = "none"
"""A person's decision that no ready-made mapping is to be used."""


class Unread(Refused):
    """Nothing was taken; `detail` shows the sheets as they came, so that a person can map one by hand."""

    def __init__(self, sentence: str, detail: dict[str, Any]) -> None:
        super().__init__(sentence)
        self.detail = detail


def staged_tables(submission: Submission) -> dict[str, Path]:
    """The staged rows of the latest dry run, by table; raises Refused where they are not what the dry run left."""
    folder = storage.work_folder(submission)
    found: dict[str, Path] = {}
    for entry in submission.preview.get("tables", []):
        path = folder / f"{entry['table']}.parquet"
        if not path.exists() or storage.file_sha256(path) != entry["sha256"]:
            raise Refused("试运行的暂存数据已不在。请再试运行一次，然后收下。")
        found[entry["table"]] = path
    return found


def compared(staged: Path, existing: Sequence[InForce], table: str, *, folder: Path) -> Comparison:
    """One table's staged rows against what is in force."""
    standing = [Standing(file.path, file.superseded_by) for file in existing]
    return compare_with_lake(staged=staged, standing=standing, table=TABLES[table], folder=folder)


def read(submission: Submission, *, report: Report) -> Found:
    """Read a submission's file; (counts for the record, detail for the page).

    Raises Refused with a sentence, Unread where there is something to show beside it.
    """
    folder = storage.work_folder(submission)
    shutil.rmtree(folder)
    folder.mkdir(parents=True)
    shutil.rmtree(storage.refused_folder(submission), ignore_errors=True)
    named = _under_its_name(submission, folder)
    asked, remembered, ready = _asked_mapping(submission, named, folder)
    try:
        preview = _prepare(submission, [named], asked, folder, report)
    except NothingTaken as error:
        raise Unread(error.sentence, _unread(submission, error.preview)) from error
    except Refused as error:
        if not asked.get("tables"):
            raise
        raise Unread(error.sentence, _look_without_mapping(submission, named, folder, report)) from error
    repairs = list(submission.mapping.get("repairs", []))
    moved_back = 0
    if repairs and preview.moved_rows:
        extra, moved_back = move_back(preview, repairs, folder)
        if extra:
            base = _only_mapping(preview) or asked
            preview = _prepare(submission, [named, extra], base, folder, report)
    return _result(
        submission, preview, origin={"remembered": remembered, "ready": ready}, moved_back=moved_back, report=report
    )


def _asked_mapping(submission: Submission, named: Path, folder: Path) -> tuple[dict[str, Any], int, str]:
    """(mapping, version of the remembered one, name of the ready-made one): what a person said, else what was kept."""
    asked = dict(submission.mapping)
    ready = str(asked.get("ready", ""))
    if asked.get("tables"):
        return asked, 0, ready
    chosen = find_ready(ready)
    if chosen is not None:
        return asked | mapping_to_json(chosen.mapping), 0, ready
    if ready or submission.table:
        return asked, 0, ""
    mapping, version = recognised_mapping(submission, named, folder) or (asked, 0)
    return mapping, version, ""


def _unread(submission: Submission, preview: Preview) -> dict[str, Any]:
    return unread_detail(preview, table=submission.table, wanted=str(submission.mapping.get("sheet", "")))


def _look_without_mapping(submission: Submission, named: Path, folder: Path, report: Report) -> dict[str, Any]:
    """The sheets as they came where the mapping asked for does not fit them; nothing where they cannot be read."""
    try:
        preview = _prepare(submission, [named], {}, folder, report)
    except NothingTaken as error:
        preview = error.preview
    except Refused:
        return {}
    return _unread(submission, preview)


def _under_its_name(submission: Submission, folder: Path) -> Path:
    """The original under the name its sender gave it: every sentence names the file the person knows."""
    place = folder / "handed-in"
    place.mkdir()
    path = place / (submission.file_name.strip(". ") or "file")
    try:
        os.link(storage.original(submission.sha256), path)
    except FileNotFoundError as error:
        raise Refused("这份报送的原件已不在存储中。请联系系统管理员从备份恢复。") from error
    except OSError:
        shutil.copyfile(storage.original(submission.sha256), path)
    return path


def _prepare(
    submission: Submission, files: list[Path], mapping: dict[str, Any], folder: Path, report: Report
) -> Preview:
    return prepare(
        files,
        table=submission.table or None,
        mapping=mapping_from_json(mapping) if mapping.get("tables") else None,
        ready=submission.mapping.get("ready") != NO_READY,
        institutions=_codes_by_name(submission),
        demo=settings.DEMO,
        workdir=folder,
        person_key=_key_bytes(settings.PERSON_KEY),
        progress=lambda step, done, total: report(done, total, step),
    )


def _key_bytes(key: str | bytes) -> bytes:
    return key if isinstance(key, bytes) else key.encode()


def _codes_by_name(submission: Submission) -> dict[str, str]:
    """Institutions that exactly one code is known for, by name: for ledgers that name them only."""
    rows = Institution.objects.filter(merged_into=None, organ__path__startswith=submission.organ.path)
    once = rows.values("name").annotate(n=Count("pk")).filter(n=1).values("name")
    return dict(rows.filter(name__in=once).values_list("name", "uscc"))


def taken_sheets(preview: Preview) -> list[SheetPreview]:
    """Sheets that are taken, without the helper sheet of rows moved back."""
    return [sheet for sheet in preview.sheets if sheet.state == "taken" and not sheet.file.startswith("移回的行")]


def _only_mapping(preview: Preview) -> dict[str, Any]:
    """The mapping of the one sheet that is taken; empty where several sheets have each their own."""
    taken = taken_sheets(preview)
    if len(taken) != 1 or taken[0].mapping is None:
        return {}
    mapping = mapping_to_json(taken[0].mapping)
    if taken[0].sheet:
        mapping["sheet"] = taken[0].sheet
    return mapping


def _result(
    submission: Submission, preview: Preview, *, origin: dict[str, Any], moved_back: int, report: Report
) -> Found:
    report(0, 1, "与已收的数据比较")
    storage.keep_refused(submission, preview.refused_file, preview.refused_rows)
    tables, changes = _tables(submission, preview)
    taken = taken_sheets(preview)
    single = taken[0] if len(taken) == 1 else None
    counts = {
        "token": secrets.token_hex(8),
        "rows": preview.rows - moved_back,
        "accepted": preview.accepted,
        "quarantined": max(preview.quarantined - moved_back, 0),
        "refused": preview.refused,
        "moved_back": moved_back,
        **{name: sum(table[name] for table in tables) for name in ("new", "changed", "same", "repeated")},
        "tables": tables,
        "spread": not _one_record_a_row(preview, tables),
        "mapping": _only_mapping(preview),
        "signature": signature_of([column.header for column in single.columns]) if single else "",
        "remembered": origin["remembered"],
        "ready": origin["ready"] or (single.ready if single else ""),
    }
    detail = shown_detail(preview, counts)
    detail["changes"], detail["changes_more"] = shown_changes(changes), len(changes) >= 50
    return counts, detail


def _one_record_a_row(preview: Preview, tables: list[dict[str, Any]]) -> bool:
    """Do the records, taken together, count the rows of the original?"""
    records = sum(table[name] for table in tables for name in ("new", "changed", "same", "repeated"))
    return records == preview.accepted and all(len(sheet.tables) < 2 for sheet in taken_sheets(preview))


def _tables(submission: Submission, preview: Preview) -> tuple[list[dict[str, Any]], list[Any]]:
    tables, changes = [], []
    folder = storage.work_folder(submission) / "compared"
    today = timezone.localdate()
    for name, staged in preview.tables.items():
        files = in_force(list(lake_files_for(submission.organ, today, tables=[name])))
        found = compared(staged.staged, files, name, folder=folder)
        tables.append(
            {
                "table": name,
                "label": TABLES[name].header,
                "rows": staged.rows,
                "sha256": staged.sha256,
                "new": found.new,
                "changed": found.changed,
                "same": found.same,
                "repeated": staged.repeated,
            }
        )
        changes += [(name, change) for change in found.examples]
    shutil.rmtree(folder, ignore_errors=True)
    return tables, changes
