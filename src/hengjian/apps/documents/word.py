"""A sheet as an editable Word file: the content of the paper in the typefaces that offices have installed."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document as new_document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from hengjian.apps.documents.composing import Block, Cell, Grid, Lines, Para, Sheet, SignLine, Table

TEXT_FACE, TITLE_FACE, HEADING_FACE = "仿宋_GB2312", "方正小标宋简体", "黑体"
RED = RGBColor(0xC8, 0x00, 0x0A)
FIXED = datetime(2021, 7, 15, tzinfo=UTC)
"""Written as the day of making: a Word file must not tell when it was rendered, or no two were alike."""
ZIP_DAY = (2021, 7, 15, 0, 0, 0)
GRID_WIDTHS = (19, 31, 19, 31)
LAYOUTS = {
    "letter": (37, 26, 35, 28, 16),
    "table": (25, 22, 22, 25, 12),
    "record": (25, 22, 22, 25, 12),
    "strip": (20, 20, 20, 20, 36),
    "cover": (30, 26, 25, 28, 15),
}
"""Margins top, right, bottom, left in millimetres and the size of the text in points."""


class Writer:
    """Writes one sheet into one new document."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.document = sheet, new_document()
        *margins, self.size = LAYOUTS[sheet.layout]
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        if sheet.layout == "strip":
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = Mm(297), Mm(210)
        for side, millimetres in zip(("top", "right", "bottom", "left"), margins, strict=True):
            setattr(section, f"{side}_margin", Mm(millimetres))
        self.width = section.page_width - section.left_margin - section.right_margin
        self._page_number(section.footer.paragraphs[0])

    def bytes(self) -> bytes:
        """The file, its parts sorted and undated."""
        self._write()
        core = self.document.core_properties
        core.created = core.modified = FIXED
        core.title, core.author, core.last_modified_by, core.comments = self.sheet.name, self.sheet.organ, "", ""
        raw = BytesIO()
        self.document.save(raw)
        return _undated(raw.getvalue())

    def _write(self) -> None:
        sheet = self.sheet
        if sheet.mark:
            self.text(sheet.mark, align="right")
        head = 28 if sheet.layout == "letter" else 26 if sheet.layout in ("strip", "cover") else 18
        self.text(
            sheet.organ,
            size=head,
            face=TITLE_FACE,
            align="center",
            colour=RED if sheet.layout == "letter" else None,
            rule=sheet.layout == "letter",
        )
        self.text(sheet.title, size=22 if sheet.layout != "strip" else 48, face=TITLE_FACE, align="center", after=8)
        if sheet.number:
            self.text(sheet.number, align="right", after=8)
        if sheet.to:
            self.text(f"{sheet.to}：")
        for block in sheet.blocks:
            self.block(block)
        for sign in sheet.signs:
            self.sign(sign)
        if sheet.seal or sheet.layout == "letter":
            self.text(sheet.organ, align="right", before=28, right=2)
            self.text(sheet.day, align="right", right=2)
            if sheet.seal:
                self.text("（印　章）", size=11, align="right", right=2)
        if sheet.copies:
            self.text(sheet.copies, size=10.5, before=14)

    def text(
        self,
        text: str,
        *,
        size: float | None = None,
        face: str = TEXT_FACE,
        align: str = "",
        inset: bool = False,
        before: float = 0,
        after: float = 0,
        right: float = 0,
        colour: RGBColor | None = None,
        rule: bool = False,
    ) -> None:
        """One paragraph of the document."""
        paragraph = self.document.add_paragraph()
        self._set(paragraph, text, size or self.size, face, colour)
        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after = Pt(before), Pt(after)
        shape.line_spacing = Pt((size or self.size) * 1.75)
        if inset:
            shape.first_line_indent = Pt((size or self.size) * 2)
        if right:
            shape.right_indent = Pt((size or self.size) * right)
        if align:
            paragraph.alignment = WD_ALIGN_PARAGRAPH[align.upper()]
        if rule:
            _line_below(paragraph)

    def block(self, block: Block) -> None:
        """One piece of the sheet."""
        if isinstance(block, Para):
            inset = block.inset and not (block.heading and self.sheet.layout != "letter")
            align = "center" if self.sheet.layout == "strip" else ""
            self.text(block.text, face=HEADING_FACE if block.heading else TEXT_FACE, inset=inset, align=align)
        elif isinstance(block, Lines):
            for row in block.rows:
                self.text(
                    "　　".join(f"{cell.label}：{cell.text}" for cell in row), inset=self.sheet.layout == "letter"
                )
        elif isinstance(block, Grid):
            self.grid(block)
        else:
            self.table(block)

    def grid(self, grid: Grid) -> None:
        """Ruled rows of labels and values."""
        table = self._table(len(grid.rows), GRID_WIDTHS)
        for cells, row in zip(grid.rows, table.rows, strict=True):
            places = row.cells
            for number, cell in enumerate(cells):
                self._fill(places[number * 2], cell.label, centred=True)
                place = places[1].merge(places[3]) if len(cells) == 1 else places[number * 2 + 1]
                self._fill(place, _cell_text(cell))
            if any(cell.opinion for cell in cells):
                row.height = Pt(84)
            elif any(cell.tall for cell in cells):
                row.height = Pt(60)
        self._gap()

    def table(self, block: Table) -> None:
        """The entries of a list under their headings, repeated on every page."""
        table = self._table(len(block.rows) + 1, block.widths)
        for place, head in zip(table.rows[0].cells, block.head, strict=True):
            self._fill(place, head, centred=True)
        heading = OxmlElement("w:tblHeader")
        heading.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(heading)
        for texts, row in zip(block.rows, table.rows[1:], strict=True):
            for place, text in zip(row.cells, texts, strict=True):
                self._fill(place, text)
        self._gap()

    def sign(self, sign: SignLine) -> None:
        """A place to sign and the names of those who sign there."""
        blanks = "　".join("＿＿＿＿＿＿" for _ in sign.blanks)
        dated = "　　　年　　月　　日" if sign.dated else ""
        self.text(f"{sign.place}（签名或者盖章）：{blanks}{dated}", size=min(self.size, 14), before=8)
        for told in ([sign.names] if sign.names else []) + list(sign.confirmed):
            self.text(told, size=10.5, inset=True)

    def _table(self, rows: int, widths: tuple[int, ...]) -> Any:
        table = self.document.add_table(rows=rows, cols=len(widths))
        table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
        for column, share in zip(table.columns, widths, strict=True):
            for place in column.cells:
                place.width = int(self.width * share / 100)
        return table

    def _fill(self, place: Any, text: str, *, centred: bool = False) -> None:
        paragraph = place.paragraphs[0]
        self._set(paragraph, text, min(self.size, 12) if self.sheet.layout != "cover" else self.size, TEXT_FACE, None)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _set(self, paragraph: Any, text: str, size: float, face: str, colour: RGBColor | None) -> None:
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        run.font.name = "Times New Roman"
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
        if colour is not None:
            run.font.color.rgb = colour

    def _gap(self) -> None:
        shape = self.document.add_paragraph().paragraph_format
        shape.space_before = shape.space_after = Pt(0)
        shape.line_spacing = Pt(8)

    def _page_number(self, paragraph: Any) -> None:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if self.sheet.layout in ("strip", "cover"):
            return
        for text, code in (("第 ", "PAGE"), (" 页　共 ", "NUMPAGES"), (" 页", "")):
            self._set(paragraph, text, 10.5, TEXT_FACE, None)
            if code:
                field = OxmlElement("w:fldSimple")
                field.set(qn("w:instr"), code)
                paragraph._p.append(field)


def word_of(sheet: Sheet) -> bytes:
    """The sheet as a Word file; identical bytes for an identical sheet."""
    return Writer(sheet).bytes()


def _cell_text(cell: Cell) -> str:
    if not cell.opinion:
        return cell.text
    return f"{cell.text}\n\n{cell.signed or '签名：＿＿＿＿＿＿　　　　年　　月　　日'}"


def _line_below(paragraph: Any) -> None:
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", "C8000A")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _undated(raw: bytes) -> bytes:
    """The same archive with its members in order and one fixed day on all of them."""
    made = BytesIO()
    with ZipFile(BytesIO(raw)) as old, ZipFile(made, "w", ZIP_DEFLATED, compresslevel=6) as new:
        names = sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            member = ZipInfo(name, ZIP_DAY)
            member.compress_type, member.external_attr = ZIP_DEFLATED, 0o600 << 16
            new.writestr(member, old.read(name), compresslevel=6)
    return made.getvalue()
