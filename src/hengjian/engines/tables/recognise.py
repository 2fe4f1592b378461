"""Which table a sheet is and how its columns feed it: proposed with confidence and reason, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass

from hengjian.engines.tables import identifiers
from hengjian.engines.tables.contract import TABLES, Column, Table
from hengjian.engines.tables.headers import Header, Rows, find_header, header_unit, look_up
from hengjian.engines.tables.mapping import Feed, Mapping, Target, header_key
from hengjian.engines.tables.measured import parse_limit, parse_measured
from hengjian.engines.tables.values import parse_cell
from hengjian.engines.tables.writing import Refusal, is_blank

TAKEN_FROM = 0.5
"""Proposals below this confidence are shown and not taken."""

LEAST_NAMED = 3
"""Columns of a table that a header must name, unless it names nothing else."""

FALLBACKS = {
    ("reports", "report_id"): "report_no",
    ("reports", "report_no"): "report_id",
    ("results", "item_code"): "item_name",
}
"""Where a required column is missing, the column that may stand for it: every one is shown as such."""

Remembered = Map[str, str]
"""What a sender confirmed before: header → `table.column`, or the empty text for "keep out"."""


@dataclass(frozen=True)
class Proposal:
    """What one column of the sheet (`place` from 0) is proposed to feed; `target` is `table.column` or empty."""

    place: int
    header: str
    target: str
    confidence: float
    why: str


@dataclass(frozen=True)
class Recognised:
    """A sheet understood: its header, its table, proposals column by column and the mapping they make."""

    header: Header
    table: str | None
    proposals: tuple[Proposal, ...]
    mapping: Mapping | None


def recognise(
    rows: Rows, *, names: Sequence[str] = (), table: str | None = None, remembered: Remembered | None = None
) -> Recognised | None:
    """Understand the top of a sheet (`rows` as text); `names` are file and sheet name; None without any header."""
    candidates = [TABLES[table]] if table else None
    header = find_header(rows, tables=candidates)
    if header is None:
        return None
    sample = [row for row in rows[header.data_row :] if not all(is_blank(cell) for cell in row)]
    chosen = TABLES[table] if table else choose_table(header.names, names=names, remembered=remembered or {})
    if chosen is None:
        proposals = tuple(Proposal(place, name, "", 0.0, "没有认出") for place, name in enumerate(header.names))
        return Recognised(header, None, proposals, None)
    tables = [chosen]
    if chosen.name in ("reports", "results") and not table and _feeds_both(header.names):
        tables = [TABLES["reports"], TABLES["results"]]
    proposals = propose(header.names, sample, tables=tables, remembered=remembered or {})
    return Recognised(header, chosen.name, proposals, mapping_of(proposals, tables=tables))


def choose_table(headers: Sequence[str], *, names: Sequence[str] = (), remembered: Remembered) -> Table | None:
    """The table whose columns the header names best; the file's or sheet's own name counts where it is the table's."""
    best: tuple[float, Table] | None = None
    for candidate in TABLES.values():
        found = {hit[0]: hit[1] for hit in (look_up(candidate, name) for name in headers) if hit}
        for name in headers:
            target = remembered.get(header_key(name), "")
            if target.startswith(candidate.name + "."):
                found[target.partition(".")[2]] = 1.0
        if not found:
            continue
        present = [name in found or FALLBACKS.get((candidate.name, name)) in found for name in candidate.required]
        covered = sum(present) / len(present)
        score = sum(found.values()) / (len(headers) or 1) + 1.5 * covered + _named_bonus(candidate, names)
        fits = (covered >= 0.5 and _enough(found, headers)) or _named_bonus(candidate, names) >= 2
        if fits and (best is None or score > best[0]):
            best = (score, candidate)
    return best[1] if best else None


def _enough(found: Map[str, float], headers: Sequence[str]) -> bool:
    """Two common names (institution and kind) among strangers are a chance likeness: some tables require no more."""
    return len(found) >= LEAST_NAMED or len(found) == len(headers)


def _named_bonus(table: Table, names: Sequence[str]) -> float:
    for name in names:
        stem = re.sub(r"\.\w+$", "", name).lower()
        if stem == table.name or stem == table.header:
            return 3.0
        if table.name in re.split(r"[^a-z_]+", stem) or any(word in stem for word in (table.header, *table.synonyms)):
            return 0.5
    return 0.0


def _feeds_both(headers: Sequence[str]) -> bool:
    """A wide ledger: every row is a report and one of its results."""
    hits = {
        name: {hit[0] for hit in (look_up(TABLES[name], header) for header in headers) if hit}
        for name in ("reports", "results")
    }
    report = {"issued_at", "institution_id"} & hits["reports"] and {"report_id", "report_no"} & hits["reports"]
    result = "value_text" in hits["results"] and {"item_code", "item_name"} & hits["results"]
    return bool(report and result)


def propose(
    headers: Sequence[str], sample: Rows, *, tables: Sequence[Table], remembered: Remembered
) -> tuple[Proposal, ...]:
    """One proposal a column; where two columns claim the same target, the surer one has it."""
    proposals: list[Proposal] = []
    taken: dict[str, tuple[float, int]] = {}
    for place, header in enumerate(headers):
        cells = [row[place] for row in sample if place < len(row) and not is_blank(row[place])][:200]
        proposal = _propose_one(place, header, cells, tables=tables, remembered=remembered)
        held = taken.get(proposal.target)
        if proposal.target and held is not None and held[0] >= proposal.confidence:
            proposal = Proposal(place, header, "", 0.0, f"与第{held[1] + 1}列重复，不收")
        elif proposal.target:
            if held is not None:
                old = proposals[held[1]]
                proposals[held[1]] = Proposal(old.place, old.header, "", 0.0, f"与第{place + 1}列重复，不收")
            taken[proposal.target] = (proposal.confidence, place)
        proposals.append(proposal)
    return tuple(proposals)


def _propose_one(
    place: int, header: str, cells: Sequence[str], *, tables: Sequence[Table], remembered: Remembered
) -> Proposal:
    known = remembered.get(header_key(header))
    if known is not None and (known == "" or known.partition(".")[0] in {table.name for table in tables}):
        return Proposal(place, header, known, 0.97 if known else 0.0, "记住的对应" if known else "记住的：不收")
    for table in tables:
        hit = look_up(table, header) if header else None
        if hit is not None:
            name, confidence, why = hit
            share = _fitting(table.intake_columns[name], cells)
            if share < 0.5:
                return Proposal(
                    place, header, f"{table.name}.{name}", min(confidence, 0.55), f"{why}，但内容多半读不成"
                )
            return Proposal(place, header, f"{table.name}.{name}", confidence, why)
    return _by_content(place, header, cells, tables=tables)


def _fitting(column: Column, cells: Sequence[str]) -> float:
    """Share of sample cells that read as this column."""
    if not cells:
        return 1.0
    return sum(not isinstance(read_sample(column, cell), Refusal) for cell in cells) / len(cells)


def read_sample(column: Column, cell: str) -> object:
    """Read one cell as this column, results and limits by their own readers; the demo range counts as well formed."""
    if column.name == "value_text":
        return parse_measured(cell)
    if column.name == "limit_text":
        return parse_limit(cell)
    return parse_cell(column, cell, demo=True, epoch=1900)


def _by_content(place: int, header: str, cells: Sequence[str], *, tables: Sequence[Table]) -> Proposal:
    if len(cells) >= 3:
        checks = (
            ("uscc", identifiers.check_uscc, "内容符合18位校验"),
            ("cma", identifiers.check_cma, "内容像证书编号"),
        )
        for kind, check, why in checks:
            if all(not any(problem.blocking for problem in check(cell, demo=True)) for cell in cells[:50]):
                for table in tables:
                    for column in table.columns.values():
                        if column.identifier == kind:
                            return Proposal(place, header, f"{table.name}.{column.name}", 0.6, why)
    return Proposal(place, header, "", 0.0, "合同里没有这一列，不收" if header else "没有表头，不收")


def mapping_of(proposals: Sequence[Proposal], *, tables: Sequence[Table]) -> Mapping:
    """The mapping the proposals make, with stand-ins for missing required columns."""
    headers = {proposal.target: proposal for proposal in proposals if proposal.confidence >= TAKEN_FROM}
    targets = []
    for table in tables:
        feeds = {
            target.partition(".")[2]: Feed("column", _reference(proposal))
            for target, proposal in headers.items()
            if target.partition(".")[0] == table.name
        }
        if len(tables) > 1 and table.name == "results":
            source = headers.get("reports.report_id") or headers.get("reports.report_no")
            if source is not None:
                feeds.setdefault("report_id", Feed("column", _reference(source)))
        value = headers.get(f"{table.name}.value_text")
        unit = header_unit(value.header) if value else None
        if unit and "unit" not in feeds:
            feeds["unit"] = Feed("constant", unit)
        for name in table.required:
            fallback = FALLBACKS.get((table.name, name))
            if name not in feeds and fallback in feeds:
                feeds[name] = feeds[fallback]
        targets.append(Target(table.name, feeds, only_when=_only_when(table, tables, feeds)))
    return Mapping(targets=tuple(targets))


def _only_when(table: Table, tables: Sequence[Table], feeds: Map[str, Feed]) -> str:
    """In a wide ledger a row without an item carries no result."""
    if len(tables) > 1 and table.name == "results":
        named = feeds.get("item_name") or feeds.get("item_code")
        return named.text if named else ""
    return ""


def _reference(proposal: Proposal) -> str:
    return proposal.header if proposal.header else f"#{proposal.place + 1}"
