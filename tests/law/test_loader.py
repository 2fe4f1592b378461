"""The loader takes the data whole or not at all, and names file, entry and key of what is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from hengjian.law.consistency import references
from hengjian.law.errors import LawError
from hengjian.law.loader import SECTIONS, lawbook, load

SOURCE = Path(str(files("hengjian.law")))


@pytest.fixture
def spoil(tmp_path: Path) -> Callable[[str, str, str], LawError]:
    """Copy the data, change one place, load, and hand back the error."""

    def spoiled(file: str, old: str, new: str) -> LawError:
        for name in SECTIONS:
            shutil.copy(SOURCE / name, tmp_path / name)
        text = (tmp_path / file).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(LawError) as refused:
            load(tmp_path)
        return refused.value

    return spoiled


def test_the_data_load_and_are_read_once() -> None:
    book = lawbook()
    assert book is lawbook()
    assert all(getattr(book, section) for sections in SECTIONS.values() for section in sections)
    with pytest.raises(AttributeError):
        book.clocks = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("file", "old", "new", "entry", "key", "complaint"),
    [
        ("clocks.yaml", "    trigger: ", "    triger: ", "SUP-13", "triger", "unknown key"),
        ("clocks.yaml", "    length: 6\n", "", "SUP-13", "length", "missing key"),
        ("clocks.yaml", "length: 20, unit", "days: 20, unit", "ACC-32", "days", "unknown key"),
        ("clocks.yaml", "    counted_by: PEN-80\n", "", "PEN-13", "counted_by", "is named"),
        ("clocks.yaml", "most: 30, unit: days", "most: 30", "PEN-38", "extensions", "unit"),
        ("clocks.yaml", "most: 30, unit", "most: 30, length: 30, unit", "PEN-38", "extensions", "length or most"),
        ("holidays.yaml", "    makeup_days: [2019", "    worked: [2019", "2019", "worked", "unknown key"),
        ("holidays.yaml", "first: 2019-01-01, ", "", "2019", "first", "missing key"),
        ("holidays.yaml", "first: 2019-01-01", "first: 2019-01-02", "2019", "holidays", "last before first"),
        ("holidays.yaml", "last: 2019-10-07", "last: 2020-10-07", "2019", "holidays", "outside 2019"),
        ("holidays.yaml", "2019-02-02, ", "2019-02-05, ", "2019", "holidays", "no weekend day"),
        ("holidays.yaml", "  - year: 2020", "  - year: 2019", None, "year", "stand once"),
        ("clocks.yaml", "    length: 6\n", '    length: "6"\n', "SUP-13", "length", "int is needed"),
        ("clocks.yaml", "    length: 6\n", "    length: yes\n", "SUP-13", "length", "int is needed"),
        ("clocks.yaml", "    unit: years\n", "    unit: decades\n", "SUP-13", "unit", "not one of"),
        ("clocks.yaml", "basis: [SUP-13]", "basis: [SUP-99]", "SUP-13", "basis", "no article SUP-99"),
        ("clocks.yaml", "basis: [SUP-13]", "basis: [ABC-13]", "SUP-13", "basis", "no instrument ABC"),
        ("clocks.yaml", "basis: [SUP-13]", "basis: [第十三条]", "SUP-13", "basis.1", "not a Reference"),
        ("clocks.yaml", "basis: [SUP-13]", "basis: SUP-13", "SUP-13", "basis", "a list is needed"),
        ("clocks.yaml", "valid_to: 2026-04-14", "valid_to: 2026-04-15", "CMP-15", "valid_from", "overlap"),
        ("clocks.yaml", "valid_from: 2021-06-01", "valid_from: 2021-13-01", None, None, ""),
        ("clocks.yaml", "valid_from: 2021-06-01", 'valid_from: "2021-06-01"', "SUP-13", "valid_from", "date is needed"),
        ("instruments.yaml", "certainty: found", "certainty: unsure", "SUP", "note", "needs a note"),
        ("instruments.yaml", "2025-04-30, articles: 28", "2025-05-01, articles: 28", "SUP", "valid_from", "overlap"),
        ("instruments.yaml", "replaced_by: CMP", "replaced_by: CMPX", "CMP0", "replaced_by", "no instrument CMPX"),
        ("instruments.yaml", "  - key: ACC", "  - key: SUP", "SUP", None, "used twice"),
        ("articles.yaml", "- id: SUP-28", "- id: SUP-30", "SUP-30", "id", "29 articles"),
        (
            "articles.yaml",
            "{number: 13, valid_from",
            "{number: 12, valid_from",
            "SUP-14",
            "versions.number",
            "renumber",
        ),
        ("articles.yaml", "- id: SUP-02", "- id: SUP-2", "SUP-2", "id", "not an article id"),
        ("articles.yaml", "articles:\n", "laws:\n", None, "laws", "unknown section"),
        ("violations.yaml", "target: SUP-14.1}", "target: SUP-14.9}", "M13-1", "target", "does not exist"),
        ("violations.yaml", "min_fen: 3000000", "min_fen: 3000001", "SUP-14.1", "fine", "no range"),
        ("violations.yaml", "min_fen: 3000000", "min_fen: 30000.0", "SUP-14.1", None, "int is needed"),
        ("violations.yaml", "kind: false_report", "kind: false", "SUP-15.1", "kind", "not one of"),
        ("sector.yaml", "fields: [food]", "fields: [foods]", "SP-02", "fields", "foods does not exist"),
        ("sector.yaml", "basis: [APC-112]", "basis: [ECC-1230]", "SP-08b", "basis", "never in force"),
        ("checklists.yaml", "violations: [ACC-37]", "violations: [ACC-99]", "CK-A1", "violations", "does not exist"),
        ("checklists.yaml", "id: CK-A2", "id: CK-A1", "CK-A1", None, "used twice"),
        ("thresholds.yaml", 'value: "6"', "value: 6.0", "VE-01", None, "quoted text"),
        ("thresholds.yaml", "[GB 18285-2018]", "[GB 18285-1900]", "VE-01", "standards", "does not exist"),
        (
            "test_standards.yaml",
            "abolished_on: 2025-02-08",
            "abolished_on: 2015-05-24",
            "GB 2760-2014",
            None,
            "abolished",
        ),
        ("test_standards.yaml", 'limit_op: "<=", ', "", None, None, ""),
        ("fields.yaml", "title: 食品,", 'title: "",', "food", "title", "str is needed"),
        ("fields.yaml", "{code: food,", "{code: food, code: food,", None, None, "twice"),
    ],
)
def test_a_fault_is_refused_with_its_place(
    spoil: Callable[[str, str, str], LawError],
    file: str,
    old: str,
    new: str,
    entry: str | None,
    key: str | None,
    complaint: str,
) -> None:
    fault = spoil(file, old, new)
    assert fault.file == file
    assert complaint in str(fault)
    if entry is not None:
        assert fault.entry == entry
    if key is not None:
        assert fault.key is not None
        assert key in fault.key


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LawError, match=r"instruments\.yaml: the file is missing"):
        load(tmp_path)


def test_every_cited_article_exists_and_is_used() -> None:
    book = lawbook()
    cited = {reference.article_id for _, _, _, reference, _ in references(book) if reference.article_id}
    assert cited <= {article.id for article in book.articles}
    assert len(cited) > 100


def test_no_entry_carries_the_marks_of_the_research_notes() -> None:
    for name in SECTIONS:
        text = (SOURCE / name).read_text(encoding="utf-8")
        assert "[F:" not in text
        assert "[K-" not in text


def test_as_of_keeps_only_what_holds_on_that_day_on_every_boundary() -> None:
    book = lawbook()
    changes = {version.valid_from for one in book.instruments for version in one.versions}
    for day in changes | {change - timedelta(days=1) for change in changes}:
        then = book.as_of(day)
        assert all(len(one.versions) == 1 and one.versions[0].holds_on(day) for one in then.instruments)
        assert all(len(one.versions) == 1 for one in then.articles)
        assert all(len(one.penalties) == 1 for one in then.violations)
        for dated in (then.clocks, then.thresholds, then.sector_rules):
            assert len({one.id for one in dated}) == len(dated)


def test_before_all_law_the_book_is_empty() -> None:
    then = lawbook().as_of(date(1900, 1, 1))
    assert (then.instruments, then.articles, then.violations, then.clocks) == ((), (), (), ())
