"""Leads from the files of the 12315 platform and the 12345 hotline: all rows or none, and never one twice."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hengjian.apps.accounts.models import Organ, User
from hengjian.apps.accounts.policies import actor_or_refuse
from hengjian.apps.leads.codes import HOTLINES
from hengjian.apps.leads.models import ImportFile, Lead
from hengjian.apps.leads.services import register_lead
from hengjian.apps.record.received import received
from hengjian.apps.record.services import append_event
from hengjian.engines.tables.column import Table, table
from hengjian.engines.tables.dates import parse_date
from hengjian.engines.tables.headers import Header, find_header, look_up
from hengjian.engines.tables.identifiers import check_uscc, clean_code
from hengjian.engines.tables.reading.delimited import open_delimited, records
from hengjian.engines.tables.reading.sources import Limits, open_sources
from hengjian.engines.tables.reading.workbook import cell_text, open_workbook, read_sheet, sheet_names
from hengjian.engines.tables.values import Refusal
from hengjian.kernel.errors import Refused
from hengjian.ui.wording import size

FILE_MOST = 20 << 20
ROWS_MOST = 5_000
FAULTS_SHOWN = 200
HEAD_ROWS = 40

ORDERS: Table = table(
    "lead_orders",
    "热线工单",
    """
outside_number* text 工单编号 登记编号 工单号 投诉编号 举报编号 受理编号 编号 流水号 业务编号 工单流水号
received_on* date 登记时间 受理时间 来电时间 登记日期 受理日期 接收时间 诉求时间 提交时间 来电日期 收到日期 派单时间
title text 标题 诉求标题 主题 事项名称 工单标题 问题标题 诉求主题
text* text 内容 诉求内容 投诉内容 举报内容 反映内容 问题描述 工单内容 来电内容 具体内容 事项内容 主要内容
respondent_name text 被投诉单位 被举报单位 被反映单位 被诉方 涉事主体 企业名称 被投诉方 被举报方 主体名称 涉及单位
respondent_uscc text 统一社会信用代码 信用代码 主体代码 被投诉单位信用代码 社会信用代码 企业统一社会信用代码
area_code text 行政区划代码 区划代码 行为发生地代码 所属区划 属地代码
report_numbers text 报告编号 检测报告编号 报告号 检验报告编号 涉及报告
occurred_on date 行为日期 发生日期 发生时间 违法行为日期 事发时间 购买日期
""",
    key="outside_number",
)
"""What a file of a hotline may hold, with the headers under which the platforms export it."""

PERSONAL = ("姓名", "电话", "手机", "身份证", "住址", "联系方式", "投诉人", "举报人", "来电人", "诉求人")
"""Columns about the caller are not taken in: identities are sealed by the tip's own procedure."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where, what was written, and the sentence."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    sentence: str


@dataclass(slots=True)
class Reading:
    """A file read: rows ready to register, faults, and columns that were left out."""

    name: str
    sha256: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an import: the faults (then nothing was written), or how many rows were new and how many known."""

    faults: tuple[Fault, ...]
    created: int
    known: int
    rows: int
    left_out: tuple[str, ...]
    leads: tuple[str, ...]


def import_file(*, chunks: Iterable[bytes], name: str, organ: Organ, channel: str, user: User, now: datetime) -> Taken:
    """Read a file and register its rows; with any fault nothing is written. A row already registered is skipped.

    Refused where it is no table, too large, without the columns wanted; NotAllowed without the right.
    """
    today = timezone.localdate(now)
    actor_or_refuse(user, "lead.register", organ, on=today)
    if channel not in HOTLINES:
        raise Refused("导入的文件只收 12315 平台和 12345 热线的。", where={"field": "channel"})
    with tempfile.TemporaryDirectory() as folder:
        reading = _receive(chunks, name, Path(folder), today)
    known = set(
        Lead.objects.filter(channel=channel, outside_number__in=[row["outside_number"] for row in reading.rows])
        .values_list("outside_number", flat=True)
    )  # fmt: skip
    if reading.faults:
        return Taken(tuple(reading.faults[:FAULTS_SHOWN]), 0, 0, len(reading.rows), tuple(reading.left_out), ())
    return _write(reading, known, organ=organ, channel=channel, user=user, now=now)


@transaction.atomic
def _write(reading: Reading, known: set[str], *, organ: Organ, channel: str, user: User, now: datetime) -> Taken:
    today = timezone.localdate(now)
    actor = actor_or_refuse(user, "lead.register", organ, on=today)
    made, faults = [], []
    for row in reading.rows:
        if row["outside_number"] in known:
            continue
        place = row["_row"]
        values = {key: value for key, value in row.items() if not key.startswith("_")}
        try:
            made.append(
                register_lead(organ=organ, channel=channel, actor=actor, now=now, today=today, user=user, **values)
            )
        except Refused as error:
            column = str((error.where or {}).get("field", ""))
            label = next((one.header for one in ORDERS.all_columns if one.name == column), column)
            faults.append(
                Fault(reading.name, row["_sheet"], place, label, str(row.get(column, ""))[:60], error.sentence)
            )
    if faults:
        transaction.set_rollback(True)
        return Taken(tuple(faults[:FAULTS_SHOWN]), 0, 0, len(reading.rows), tuple(reading.left_out), ())
    note = ImportFile.objects.create(
        organ=organ,
        channel=channel,
        name=reading.name[:120],
        sha256=reading.sha256,
        rows=len(reading.rows),
        created=len(made),
        known=len(known),
        by=user,
        at=now,
    )
    append_event(
        now=now, actor=actor, verb="lead_import.take", thing=note,
        after={"rows": note.rows, "created": note.created, "known": note.known, "sha256": note.sha256},
    )  # fmt: skip
    numbers = tuple(lead.number for lead in made)
    return Taken((), len(made), len(known), len(reading.rows), tuple(reading.left_out), numbers)


def _receive(chunks: Iterable[bytes], name: str, folder: Path, today: date) -> Reading:
    def watch(so_far: int) -> None:
        if so_far > FILE_MOST:
            raise Refused(f"{name}：文件超过上限 {size(FILE_MOST)}，没有收下。", where={"file": name})

    with received(chunks, folder, watch=watch) as came:
        reading = Reading(name, came.sha256)
        path = folder / f"input{Path(name).suffix.lower()[:8]}"
        came.settle(path)
    limits = Limits(file_bytes=FILE_MOST, unpacked_bytes=200 << 20, members=20, rows=ROWS_MOST)
    seen: dict[str, int] = {}
    found = False
    for source in open_sources([path], workdir=folder, limits=limits):
        shown = name if source.path == path else f"{name}/{source.name.partition('/')[2] or source.name}"
        if source.kind == "parquet":
            raise Refused(f"{name}：热线导出的文件是 xlsx、xls 或者 csv，这是 Parquet。", where={"file": name})
        for sheet, rows in _sheets(source.kind, source.path, shown, folder):
            header = find_header(rows[:HEAD_ROWS], tables=[ORDERS])
            if header is None or not _is_orders(header):
                continue
            found = True
            _read_sheet(reading, shown, sheet, rows, header, seen, today)
    if not found:
        wanted = "、".join(one.header for one in ORDERS.all_columns if one.required)
        raise Refused(f"{name}：没有找到工单的表头。至少要有这些列：{wanted}。", where={"file": name})
    return reading


def _sheets(kind: str, path: Path, name: str, folder: Path) -> Iterator[tuple[str, list[list[str]]]]:
    if kind == "csv":
        delimited = open_delimited(path, name=name, workdir=folder)
        try:
            yield "", [list(row) for row in records(delimited, name=name)]
        except csv.Error as error:
            raise Refused(f"{name}：不是规整的文本表格，读不出。", where={"file": name}) from error
        return
    workbook = open_workbook(path, name=name)
    for sheet in sheet_names(workbook):
        rows = read_sheet(workbook, sheet, name=name).iter_rows()
        yield sheet, [[cell_text(cell) or "" for cell in row] for row in rows]


def _columns(header: Header) -> dict[str, int]:
    """The place of each column; the surest header wins where several name it."""
    best: dict[str, tuple[float, int]] = {}
    for place, name in enumerate(header.names):
        found = look_up(ORDERS, name) if name.strip() else None
        if found is not None and found[1] > best.get(found[0], (0.0, 0))[0]:
            best[found[0]] = (found[1], place)
    return {name: place for name, (_, place) in best.items()}


def _is_orders(header: Header) -> bool:
    """Whether this sheet lists orders at all; what of the wanted columns is missing is told as a fault."""
    return len(_columns(header)) >= 2


def _read_sheet(
    reading: Reading,
    name: str,
    sheet: str,
    rows: list[list[str]],
    header: Header,
    seen: dict[str, int],
    today: date,
) -> None:
    places = _columns(header)
    for column in ORDERS.all_columns:
        if column.required and column.name not in places:
            said = f"缺少“{column.header}”这一列（也认得：{'、'.join(column.headers[1:5])}）。"
            reading.faults.append(Fault(name, sheet, header.first_row + 1, column.header, "", said))
    taken = set(places.values())
    unknown = (text for place, text in enumerate(header.names) if text.strip() and place not in taken)
    reading.left_out += [text for text in unknown if text not in reading.left_out]
    if reading.faults:
        return
    data = rows[header.data_row :]
    if len(data) + len(reading.rows) > ROWS_MOST:
        raise Refused(f"{name}：一次最多 {ROWS_MOST} 行，这里超过了。请分开导入。", where={"file": name})
    for number, cells in enumerate(data, start=header.data_row + 1):
        if any(cell.strip() for cell in cells):
            row = _Row(reading, name, sheet, number, cells, places, today)
            row.take(seen)


@dataclass(slots=True)
class _Row:
    """One row while it is read."""

    reading: Reading
    name: str
    sheet: str
    number: int
    cells: list[str]
    places: dict[str, int]
    today: date

    def take(self, seen: dict[str, int]) -> None:
        """Add the row to what will be registered, or its faults to the list."""
        before = len(self.reading.faults)
        values: dict[str, Any] = {}
        for column in ORDERS.all_columns:
            text = self._cell(column.name)
            if column.required and not text:
                self._fault(column.name, "", f"第 {self.number} 行没有填“{column.header}”。")
            values[column.name] = self._day(column.name, text) if column.type == "date" else text
        code = values["outside_number"]
        if code and code in seen:
            self._fault("outside_number", code, f"第 {self.number} 行与第 {seen[code]} 行的编号相同。")
        seen.setdefault(code, self.number)
        self._check(values)
        if len(self.reading.faults) == before:
            self.reading.rows.append(self._ready(values))

    def _cell(self, column: str) -> str:
        place = self.places.get(column)
        return self.cells[place].replace("\x00", "").strip() if place is not None and place < len(self.cells) else ""

    def _day(self, column: str, text: str) -> date | None:
        if not text:
            return None
        found = parse_date(text)
        if isinstance(found, Refusal):
            self._fault(column, text, f"第 {self.number} 行：“{text[:30]}”{found.sentence}")
            return None
        if found > self.today:
            self._fault(column, text, f"第 {self.number} 行：{found.isoformat()} 还没有到。")
        return found

    def _check(self, values: dict[str, Any]) -> None:
        code = values["respondent_uscc"]
        problems = check_uscc(clean_code(code), demo=settings.DEMO) if code else ()
        if problems:
            said = "；".join(one.sentence for one in problems)
            self._fault("respondent_uscc", code, f"第 {self.number} 行：统一社会信用代码不对：{said}。")
        area = values["area_code"]
        if area and not (area.isascii() and area.isdigit() and len(area) in (6, 9, 12)):
            self._fault("area_code", area, f"第 {self.number} 行：行政区划代码应为 6、9 或 12 位数字。")

    def _fault(self, column: str, value: str, sentence: str) -> None:
        place = self.places.get(column)
        label = next(one.header for one in ORDERS.all_columns if one.name == column)
        where = f"{label}（第 {place + 1} 列）" if place is not None else label
        self.reading.faults.append(Fault(self.name, self.sheet, self.number, where, value[:60], sentence))

    def _ready(self, values: dict[str, Any]) -> dict[str, Any]:
        text = values["text"]
        listed = values["report_numbers"].replace("，", ",").replace("、", ",").replace("；", ",").replace(";", ",")
        return values | {
            "title": values["title"] or " ".join(text.split())[:60],
            "report_numbers": [one.strip() for one in listed.split(",") if one.strip()],
            "_row": self.number,
            "_sheet": self.sheet,
        }
