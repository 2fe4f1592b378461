"""Ledgers known beforehand need no mapping file; a decision against the ready-made mapping is followed."""

import pytest

from hengjian.backends.duckdb_intake import NothingTaken
from hengjian.engines.tables.ready import find_ready, match_ready, ready_mappings
from tests.paths import SHARED

FOOD = SHARED / "data" / "food_cn" / "cqn_unqualified_2019_with_header.csv"


@pytest.mark.skipif(not FOOD.exists(), reason=f"shared data absent: {FOOD}")
def test_the_food_ledger_is_taken_by_the_ready_made_mapping_that_reads_its_headers(dry_run) -> None:
    preview = dry_run(FOOD, demo=True)
    assert [sheet.ready for sheet in preview.sheets] == ["food-unqualified-2019"]
    assert preview.accepted == 80 and preview.sheets[0].columns[0].why in ("现成的对应", "不收")
    with pytest.raises(NothingTaken) as refusal:
        dry_run(FOOD, demo=True, ready=False)
    shown = refusal.value.preview.sheets[0]
    assert shown.head and [column.header for column in shown.columns][:2] == shown.head[0][:2]


def test_every_ready_made_mapping_has_a_chinese_title_and_knows_its_own_headers_in_any_order() -> None:
    for one in ready_mappings():
        assert any("一" <= character <= "鿿" for character in one.title) and find_ready(one.name) is one
        rows = [["某某台账"], ["备注", *sorted(one.keys, reverse=True)], ["", "1"]]
        found = match_ready(rows)
        assert found is not None and found[0] is one and found[1].first_row == 1


def test_a_sheet_that_lacks_one_header_is_not_proposed() -> None:
    for one in ready_mappings():
        assert match_ready([sorted(one.keys)[1:]]) is None
    assert match_ready([]) is None and match_ready([["", " "]]) is None
