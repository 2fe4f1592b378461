"""Dry run of a submission: any readable file in, typed Parquet per table out, every refused cell named."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from hengjian.backends.connection import open_connection
from hengjian.backends.duckdb_intake_finish import (
    contradicting_rows,
    finish_tables,
    mark_contradicting,
    write_refused_cells,
)
from hengjian.backends.duckdb_intake_load import Sheet, sheets_of
from hengjian.backends.duckdb_intake_preview import ColumnPreview, Preview, SheetPreview
from hengjian.backends.duckdb_intake_readers import Context
from hengjian.backends.duckdb_intake_refused import collect_refused, find_moved, write_refused_rows
from hengjian.backends.duckdb_intake_rows import skip_rows
from hengjian.backends.duckdb_intake_stage import TargetStage
from hengjian.engines.tables.headers import Header, find_header
from hengjian.engines.tables.mapping import Mapping as ColumnMapping
from hengjian.engines.tables.mapping import resolve
from hengjian.engines.tables.personal import mask_identity
from hengjian.engines.tables.reading.sources import Limits, SourceFile, open_sources
from hengjian.engines.tables.ready import headers_of, match_ready
from hengjian.engines.tables.recognise import Proposal, Remembered, recognise
from hengjian.engines.tables.writing import is_blank
from hengjian.kernel.errors import Refused

Progress = Callable[[str, int, int], None]
"""Called with the step in Chinese, steps done, steps in all."""

MEMORY_MB = 400


class Cancelled(Exception):
    """The person took the dry run back; nothing staged may be used."""


class NothingTaken(Refused):
    """No sheet is a table of the contract; `preview` shows the sheets as they came, for a person to map by hand."""

    def __init__(self, sentence: str, preview: Preview) -> None:
        super().__init__(sentence, where={"file": preview.sheets[0].file if preview.sheets else ""})
        self.preview = preview


@dataclass
class Run:
    """What one dry run carries from sheet to sheet."""

    connection: duckdb.DuckDBPyConnection
    workdir: Path
    context: Context
    table: str | None
    mapping: ColumnMapping | None
    remembered: Remembered
    preview: Preview
    ready: bool = True
    parts: dict[str, list[Path]] = field(default_factory=dict)
    number: int = 0
    unique: list[str] = field(default_factory=list)
    """Tables of the sheets in which every key stands once, a name for each such sheet."""
    tops: dict[tuple[str, str], tuple[int, list[str]]] = field(default_factory=dict)
    """(file, sheet) → first data row (from 0) and headers of the sheets that are taken."""


def prepare(
    path_or_files: Path | Sequence[Path],
    *,
    table: str | None = None,
    mapping: ColumnMapping | None = None,
    remembered: Remembered | None = None,
    ready: bool = True,
    institutions: Mapping[str, str] | None = None,
    demo: bool,
    workdir: Path,
    person_key: bytes,
    limits: Limits | None = None,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Preview:
    """Read, recognise, check and stage a submission below `workdir` (made if absent); nothing else is written.

    Without `table` and `mapping`, sheets that a ready-made mapping knows are taken by it unless `ready` is false.
    `institutions` maps known names to credit codes, for ledgers that name institutions only. Raises Refused where a
    whole file cannot be read, NothingTaken where nothing in it is a table of the contract, Cancelled where `cancel`
    answers true.
    """
    started = time.perf_counter()
    workdir.mkdir(parents=True, exist_ok=True)
    limits = limits or Limits()
    paths = _files(path_or_files)
    step = _stepper(progress, cancel, total=len(paths) + 3)
    step("接收", 0)
    sources = open_sources(paths, workdir=workdir, limits=limits)
    connection = open_connection(temp_directory=workdir / "spill", memory_mb=MEMORY_MB)
    context = Context(demo=demo, person_key=person_key, institutions=institutions or {})
    run = Run(connection, workdir, context, table, mapping, remembered or {}, Preview(), ready)
    try:
        connection.create_function("mask_identity", mask_identity, ["VARCHAR"], "VARCHAR")
        connection.execute(_REFUSED_TABLE)
        for place, source in enumerate(sources):
            step(f"读表 {source.name}", 1 + min(place, len(paths)))
            _take_file(run, source, limits=limits, step=step)
        step("合并", len(paths) + 1)
        _finish(run, sources, limits)
        step("试运行完成", len(paths) + 3)
    finally:
        connection.close()
        for leftover in (*workdir.glob("*.utf8.csv"), *workdir.glob("unpacked-*/*")):
            leftover.unlink()
    run.preview.seconds = time.perf_counter() - started
    return run.preview


_REFUSED_TABLE = """
CREATE TEMP TABLE refused (file VARCHAR, sheet VARCHAR, "row" BIGINT, "column" VARCHAR, value VARCHAR,
                           code VARCHAR, sentence VARCHAR, repair VARCHAR, target VARCHAR)
"""


def _files(path_or_files: Path | Sequence[Path]) -> list[Path]:
    if not isinstance(path_or_files, Path):
        return list(path_or_files)
    if path_or_files.is_dir():
        found = [
            path
            for path in sorted(path_or_files.rglob("*"))
            if path.is_file() and not path.name.startswith((".", "~$"))
        ]
        wanted = [
            path
            for path in found
            if path.suffix.lower() in (".csv", ".xlsx", ".xls", ".parquet", ".zip", ".txt", ".tsv")
        ]
        if not wanted:
            raise Refused(f"文件夹 {path_or_files} 里没有表格", where={"file": str(path_or_files)})
        return wanted
    if not path_or_files.is_file():
        raise Refused(f"找不到文件 {path_or_files}", where={"file": str(path_or_files)})
    return [path_or_files]


def _stepper(progress: Progress | None, cancel: Callable[[], bool] | None, *, total: int) -> Callable[[str, int], None]:
    def step(name: str, done: int) -> None:
        if cancel is not None and cancel():
            raise Cancelled
        if progress is not None:
            progress(name, done, total)

    return step


def _take_file(run: Run, source: SourceFile, *, limits: Limits, step: Callable[[str, int], None]) -> None:
    taken = []
    for sheet in sheets_of(source, workdir=run.workdir, limits=limits):
        step(f"校验 {source.name} {sheet.name}".rstrip(), 1)
        shown = _take_sheet(run, sheet)
        run.preview.sheets.append(shown)
        taken.append(shown)
    if len(taken) == 1 and taken[0].state == "skipped" and len(run.preview.sheets) == 1:
        taken[0].reason = taken[0].reason or "没有认出"


def _take_sheet(run: Run, sheet: Sheet) -> SheetPreview:
    shown = _described(sheet)
    if run.mapping is not None and run.mapping.sheet not in (None, sheet.name):
        return _skipped(shown, f"列对应只用于工作表“{run.mapping.sheet}”")
    if not any(not is_blank(cell) for row in sheet.head for cell in row):
        return _skipped(shown, "是空的")
    header, proposals, mapping, table = _understand(run, sheet, shown)
    if header is None:
        return _skipped(shown, "没有找到表头（封面或说明）")
    headers = [*header.names, *[""] * (sheet.width - len(header.names))]
    shown.header_rows = tuple(sheet.first_number + header.first_row + extra for extra in range(header.depth))
    shown.table = table
    shown.mapping = mapping
    shown.columns = _column_previews(
        sheet, header, proposals, mapping, headers, "现成的对应" if shown.ready else "列对应文件"
    )
    if mapping is None:
        return _skipped(shown, "没有认出是数据合同里的哪张表，请指定表或给出列对应")
    _stage_sheet(run, sheet, shown, header=header, headers=headers, mapping=mapping)
    return shown


def _understand(
    run: Run, sheet: Sheet, shown: SheetPreview
) -> tuple[Header | None, tuple[Proposal, ...], ColumnMapping | None, str | None]:
    names = (sheet.file.rpartition("/")[2], sheet.name)
    if run.mapping is not None:
        header = _mapped_header(run.mapping, sheet)
        return header, (), run.mapping if header else None, run.mapping.targets[0].table
    known = match_ready(sheet.head) if run.ready and run.table is None else None
    if known is not None:
        one, header = known
        shown.ready = one.name
        return header, (), one.mapping, one.mapping.targets[0].table
    found = recognise(sheet.head, names=names, table=run.table, remembered=run.remembered)
    if found is None:
        return None, (), None, None
    return found.header, found.proposals, found.mapping, found.table


def _mapped_header(mapping: ColumnMapping, sheet: Sheet) -> Header | None:
    """The header row the mapping names, or the first row that carries every header it reads."""
    if mapping.header_row is not None:
        place = mapping.header_row - sheet.first_number
        if not 0 <= place < len(sheet.head):
            raise Refused(
                f"{sheet.file}：没有第 {mapping.header_row} 行，列对应文件的表头行不对", where={"file": sheet.file}
            )
        return Header(place, 1, tuple(sheet.head[place]))
    wanted = headers_of(mapping)
    for place, row in enumerate(sheet.head[:40]):
        if all(resolve(list(row), name) is not None for name in wanted):
            return Header(place, 1, tuple(row))
    header = find_header(sheet.head)
    if header is not None:
        lacking = sorted(name for name in wanted if resolve(list(header.names), name) is None)
        if lacking:
            raise Refused(f"{sheet.file}：台账里没有列对应要的列：{'、'.join(lacking)}", where={"file": sheet.file})
    return header


def _described(sheet: Sheet) -> SheetPreview:
    return SheetPreview(
        file=sheet.file,
        sheet=sheet.name,
        head=[[mask_identity(cell)[:200] for cell in row] for row in sheet.head[:12]],
        encoding=sheet.encoding,
        epoch=sheet.epoch,
        hidden_rows=tuple(sheet.facts.hidden_rows),
        hidden_columns=sheet.facts.hidden_columns,
        merged=sheet.merged,
        formulas=sheet.facts.formulas,
        formulas_without_result=tuple(sheet.facts.no_result[:100]),
        macros=sheet.macros,
        links=sheet.links,
    )


def _skipped(shown: SheetPreview, reason: str) -> SheetPreview:
    shown.state, shown.reason = "skipped", reason
    return shown


def column_letter(place: int) -> str:
    """A, B … Z, AA as spreadsheets count columns, `place` from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _column_previews(
    sheet: Sheet,
    header: Header,
    proposals: Sequence[Proposal],
    mapping: ColumnMapping | None,
    headers: list[str],
    mapped: str,
) -> list[ColumnPreview]:
    rows = [row for row in sheet.head[header.data_row :] if any(not is_blank(cell) for cell in row)][:50]
    by_place = {proposal.place: proposal for proposal in proposals}
    fed = _fed_places(mapping, headers) if mapping is not None and not proposals else {}
    previews = []
    for place, name in enumerate(headers):
        cells = [row[place] for row in rows if place < len(row) and not is_blank(row[place])]
        sample = tuple(mask_identity(cell)[:60] for cell in dict.fromkeys(cells[:20]))[:3]
        proposal = by_place.get(place) or Proposal(
            place, name, fed.get(place, ""), 1.0 if place in fed else 0.0, mapped if place in fed else "不收"
        )
        previews.append(
            ColumnPreview(column_letter(place), name, sample, proposal.target, proposal.confidence, proposal.why)
        )
    return previews


def _fed_places(mapping: ColumnMapping, headers: list[str]) -> dict[int, str]:
    fed: dict[int, str] = {}
    for target in mapping.targets:
        pairs = [(name, reference) for name, feed in target.feeds.items() for reference in feed.references]
        pairs += [(target.into, item.column) for item in target.unpivot]
        for name, reference in pairs:
            place = resolve(headers, reference)
            if place is not None:
                fed.setdefault(place, f"{target.table}.{name}")
    return fed


def _stage_sheet(
    run: Run, sheet: Sheet, shown: SheetPreview, *, header: Header, headers: list[str], mapping: ColumnMapping
) -> None:
    connection = run.connection
    sheet.load(connection, header.data_row)
    first_row = sheet.first_number + header.data_row
    shown.skipped_rows = skip_rows(connection, headers=headers, width=sheet.width)
    connection.execute(
        'CREATE OR REPLACE TEMP TABLE bad (rid BIGINT, branch INT, "table" VARCHAR, "column" VARCHAR, value VARCHAR, '
        "code VARCHAR, sentence VARCHAR, repair VARCHAR)"
    )
    context = dataclasses.replace(run.context, epoch=sheet.epoch, blank=mapping.blank, skipping=shown.skipped_rows > 0)
    stages = [
        TargetStage(connection, number=place, target=target, headers=headers, context=context)
        for place, target in enumerate(mapping.targets)
    ]
    lacking = {stage.table.name: stage.missing() for stage in stages if stage.missing()}
    if lacking:
        _lacks(shown, lacking, stages)
        return
    shown.tables = tuple(stage.table.name for stage in stages)
    run.tops[sheet.file, sheet.name] = (header.data_row, headers)
    used = set(_fed_places(mapping, headers))
    shown.unknown_columns = tuple(name for place, name in enumerate(headers) if name and place not in used)
    for stage in stages:
        stage.check()
    for stage in stages:
        if stage.check_keys():
            run.unique.append(stage.table.name)
    moved = find_moved(connection, stages, headers=headers, sheet=sheet, first_row=first_row)
    run.preview.moved_rows += moved
    counts = collect_refused(connection, stages, sheet=sheet, first_row=first_row, moved=moved)
    shown.rows, shown.quarantined, shown.refused = counts
    shown.accepted = shown.rows - shown.quarantined - shown.refused
    _write_parts(run, sheet, stages, first_row=first_row)
    if shown.refused or shown.quarantined:
        run.preview.refused_rows.append(_write_rows(run, sheet, headers=headers, first_row=first_row))


def _lacks(shown: SheetPreview, lacking: Mapping[str, list[str]], stages: Sequence[TargetStage]) -> None:
    words = [
        f"{stage.table.header}缺{'、'.join(stage.table.columns[name].header for name in lacking[stage.table.name])}"
        for stage in stages
        if stage.table.name in lacking
    ]
    _skipped(shown, "缺少必填的列：" + "；".join(words))


def _write_parts(run: Run, sheet: Sheet, stages: Sequence[TargetStage], *, first_row: int) -> None:
    for stage in stages:
        path = run.workdir / f"part-{run.number:04d}-{stage.table.name}.parquet"
        run.number += 1
        stage.write(path, file=sheet.file, sheet=sheet.name, first_row=first_row)
        run.parts.setdefault(stage.table.name, []).append(path)


def _write_rows(run: Run, sheet: Sheet, *, headers: list[str], first_row: int) -> Path:
    """The refused and quarantined rows as they came, with the reasons, for download and repair."""
    path = run.workdir / f"refused-rows-{len(run.preview.refused_rows):04d}.parquet"
    write_refused_rows(run.connection, path, headers=headers, file=sheet.file, sheet=sheet.name, first_row=first_row)
    return path


def _finish(run: Run, sources: Sequence[SourceFile], limits: Limits) -> None:
    preview = run.preview
    if not any(shown.state == "taken" for shown in preview.sheets):
        reasons = "；".join(f"{shown.sheet or shown.file}{shown.reason}" for shown in preview.sheets[:5])
        raise NothingTaken(f"没有可收的表：{reasons}", preview)
    alone = {name for name in run.unique if len(run.parts[name]) == 1}
    preview.tables = finish_tables(run.connection, run.parts, alone, workdir=run.workdir)
    elsewhere = contradicting_rows(run.connection)
    for shown in preview.sheets:
        contradicting = elsewhere.get((shown.file, shown.sheet), 0)
        shown.accepted -= contradicting
        shown.refused += contradicting
        preview.rows += shown.rows
        preview.accepted += shown.accepted
        preview.quarantined += shown.quarantined
        preview.refused += shown.refused
    for source in sources:
        if any(file == source.name for file, _ in elsewhere):
            _give_back(run, source, limits=limits)
    write_refused_cells(run.connection, preview, workdir=run.workdir)


def _give_back(run: Run, source: SourceFile, *, limits: Limits) -> None:
    """Read a file's sheets again for the rows that another sheet contradicts: they are given out for repair too."""
    for sheet in sheets_of(source, workdir=run.workdir, limits=limits):
        data_row, headers = run.tops.get((sheet.file, sheet.name), (None, []))
        if data_row is None:
            continue
        first_row = sheet.first_number + data_row
        sheet.load(run.connection, data_row)
        if mark_contradicting(run.connection, file=sheet.file, sheet=sheet.name, first_row=first_row):
            run.preview.refused_rows.append(_write_rows(run, sheet, headers=headers, first_row=first_row))
