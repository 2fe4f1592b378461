"""A real table of unqualified food, imported through the page with its mapping; the mapping is remembered."""

from __future__ import annotations

import re

import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hengjian.apps.intake import storage
from hengjian.apps.intake.models import LakeFile
from tests.paths import REPO, SHARED

TABLE = SHARED / "data" / "food_cn" / "cqn_unqualified_2019_with_header.csv"
MAPPING = REPO / "src" / "hengjian" / "engines" / "tables" / "mappings" / "food-unqualified-2019.json"


@pytest.mark.skipif(not TABLE.exists(), reason=f"shared data absent: {TABLE}")
def test_the_table_is_taken_with_its_mapping_and_no_lost_superscript_comes_through(hand_in, post, client):
    content = TABLE.read_bytes()
    mapping = SimpleUploadedFile("对应.json", MAPPING.read_bytes())
    first = hand_in("cqn.csv", content, sender="公开通告", mapping=mapping)
    assert first.state == "previewed", first.message
    counts = first.preview
    # 95 rows name no institution, which a report cannot lack; 5 slid by a column
    names = ("rows", "accepted", "quarantined", "refused")
    assert {name: counts[name] for name in names} == {"rows": 193, "accepted": 80, "quarantined": 5, "refused": 108}
    reasons = {reason["code"]: reason["count"] for reason in first.dry_run.detail["reasons"]}
    assert reasons["superscript"] == 5 and reasons["blank"] == 95
    assert "上标丢失" in client.get(f"/intake/{first.number}/").content.decode()

    post(f"/intake/{first.number}/accept/", {"remember": "1"})
    first.refresh_from_db()
    assert first.state == "accepted", first.message
    results = LakeFile.objects.get(table="results")
    taken = pq.read_table(storage.lake_path(results.path))
    assert not [text for text in taken["value_text"].to_pylist() if re.search(r"[×xX]\s*10\d", text)]
    assert set(taken["verdict"].to_pylist()) == {"fail"}

    second = hand_in("cqn-再来.csv", content.rstrip() + b"\n\n", sender="公开通告")
    assert second.pk != first.pk
    assert second.state == "previewed", second.message
    assert second.preview["remembered"] == 1
    assert (second.preview["new"], second.preview["changed"]) == (0, 0)
    assert second.preview["refused"] == counts["refused"]
