"""Ready-made mappings on the pages, files in which nothing was recognised, and files of many tables."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pytest

from hengjian.engines.tables.contract import TABLES
from hengjian.engines.tables.ready import find_ready
from tests.apps.intake.ledgers import HEADERS, as_csv, row
from tests.paths import SHARED

FOOD = SHARED / "data" / "food_cn" / "cqn_unqualified_2019_with_header.csv"
ODD = [f"甲{place}" for place in range(len(HEADERS))]


def page_of(client, submission) -> str:
    return client.get(f"/intake/{submission.number}/").content.decode()


def adds_up(submission) -> bool:
    counts = submission.preview
    return counts["accepted"] + counts["quarantined"] + counts["refused"] == counts["rows"]


@pytest.mark.skipif(not FOOD.exists(), reason=f"shared data absent: {FOOD}")
def test_a_newcomer_hands_the_real_table_in_without_any_mapping_file(hand_in, client, post):
    submission = hand_in("cqn.csv", FOOD.read_bytes())
    assert submission.state == "previewed", submission.message
    page = page_of(client, submission)
    assert f"用现成的对应：{find_ready('food-unqualified-2019').title}" in page and "80 行可以收下" in page
    assert adds_up(submission)
    shown = re.findall(r'</span>(可收|隔离|拒收)</th><td class="n strong">(\d+)', page)
    assert sum(int(amount) for _, amount in shown) == 193

    post(f"/intake/{submission.number}/reread/", {"ready": "none"})
    submission.refresh_from_db()
    assert submission.state == "failed" and submission.preview == {}
    post(f"/intake/{submission.number}/reread/", {"ready": "food-unqualified-2019"})
    submission.refresh_from_db()
    assert submission.state == "previewed" and submission.preview["accepted"] == 80


def test_a_ready_made_mapping_may_be_chosen_when_handing_in_and_a_wrong_one_is_told(hand_in, client):
    assert find_ready("air-station-hours").title in client.get("/intake/new/").content.decode()
    submission = hand_in("一.csv", as_csv([row(1)]), ready="air-station-hours")
    assert submission.state == "failed" and "没有列对应要的列" in submission.message.replace("台账里", "")
    page = page_of(client, submission)
    assert "红薯淀粉" in page and 'name="column-0-0"' in page


def test_a_file_nothing_was_recognised_in_is_mapped_by_hand(hand_in, post, client):
    submission = hand_in("甲.csv", as_csv([row(1), row(2)], headers=ODD))
    assert submission.state == "failed"
    page = page_of(client, submission)
    assert "红薯淀粉" in page and "先选数据表" in page and "试运行计数" not in page

    post(f"/intake/{submission.number}/reread/", {"table": "reports"})
    submission.refresh_from_db()
    assert submission.state == "failed" and "缺少必填的列" in submission.message
    page = page_of(client, submission)
    assert page.count("<select") >= len(HEADERS) and '<option value="reports" selected' in page

    names = ["report_id", "report_no", "institution_id", "field", "object", "produced_on", "issued_at", "verdict"]
    columns = {f"column-0-{place}": f"reports.{name}" for place, name in enumerate(names)}
    columns |= {
        f"column-0-{8 + place}": f"results.{name}"
        for place, name in enumerate(["item_code", "item_name", "value_text", "unit"])
    }
    post(f"/intake/{submission.number}/reread/", {"table": "reports", **columns})
    submission.refresh_from_db()
    assert submission.state == "previewed", submission.message
    assert submission.preview["accepted"] == 2
    assert {table["table"]: table["new"] for table in submission.preview["tables"]} == {"reports": 2, "results": 2}

    columns |= {name: "" for name, target in columns.items() if target.startswith("results.")}
    post(f"/intake/{submission.number}/reread/", columns)
    submission.refresh_from_db()
    assert [table["table"] for table in submission.preview["tables"]] == ["reports"], submission.message


def test_one_sheet_of_several_unrecognised_ones_is_chosen_by_name(hand_in, post, client):
    book = openpyxl.Workbook()
    book.active.title = "说明"
    for line in (["甲", "乙", "丙"], ["一", "二", "三"]):
        book.active.append(line)
    sheet = book.create_sheet("明细")
    for line in ([*ODD[:2]], ["QS26-0001", "QS26-0001"]):
        sheet.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    submission = hand_in("两张.xlsx", buffer.getvalue())
    assert submission.state == "failed"
    page = page_of(client, submission)
    assert 'value="明细"' in page and 'value="说明" selected' in page
    post(f"/intake/{submission.number}/reread/", {"table": "reports", "sheet": "明细"})
    submission.refresh_from_db()
    assert 'value="明细" selected' in page_of(client, submission)
    answer = post(f"/intake/{submission.number}/reread/", {"table": "reports", "sheet": "没有这张"})
    assert answer.status_code == 422


def exact_headers() -> list[str]:
    """The ledger's headers in the contract's own words."""
    own = {"样品名称": ("reports", "object"), "检测结果": ("results", "value_text"), "计量单位": ("results", "unit")}
    return [TABLES[own[name][0]].intake_columns[own[name][1]].header if name in own else name for name in HEADERS]


def many_tables() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for place in range(12):
            headers = exact_headers() if place % 2 else HEADERS
            archive.writestr(f"台账{place:02d}.csv", as_csv([row(10 * place + n) for n in range(3)], headers=headers))
        archive.writestr("更正.csv", as_csv([row(10, 样品名称="绿豆淀粉")], headers=exact_headers()))
    return buffer.getvalue()


def test_a_zip_of_many_tables_is_one_table_with_details_folded(hand_in, client):
    submission = hand_in("全部.zip", many_tables())
    assert submission.state == "previewed", submission.message
    page = page_of(client, submission)
    assert "收 13 张表" in page and "列名与合同一致的" in page
    assert page.count('<table class="tbl stack mid">') == 6, "columns only where they are not the contract's own"
    assert '<details class="more" open' not in page
    counts = submission.preview
    assert (counts["rows"], counts["accepted"], counts["refused"]) == (37, 35, 2) and adds_up(submission)
    assert "与另一张表矛盾" in page
    text = b"".join(client.get(f"/intake/{submission.number}/refused.csv").streaming_content).decode("utf-8-sig")
    assert "绿豆淀粉" in text and "红薯淀粉" in text and text.count("互相矛盾") == 2


def test_every_row_is_accounted_for_where_rows_repeat(hand_in, client):
    headers = HEADERS[:8]
    lines = [row(1)[:8], row(1)[:8], row(2)[:8], row(3, 签发日期="2026-13-40")[:8]]
    submission = hand_in("重复.csv", as_csv(lines, headers=headers))
    counts = submission.preview
    names = ("rows", "new", "changed", "same", "repeated", "quarantined", "refused")
    assert [counts[name] for name in names] == [4, 2, 0, 0, 1, 0, 1]
    page = page_of(client, submission)
    assert "又出现一次" in page
    shown = re.findall(r'class="dotkey \w+"></span>[^<]+</th><td class="n strong">(\d+)', page)
    assert sum(map(int, shown)) == 4
