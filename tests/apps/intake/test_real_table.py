"""A real table of unqualified food, imported through the page with its mapping; the mapping is remembered."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hengjian.apps.intake import storage
from hengjian.apps.intake.models import LakeFile
from tests.paths import REPO, SHARED

TABLE = SHARED / "data" / "food_cn" / "cqn_unqualified_2019_with_header.csv"
MAPPING = REPO / "docs" / "mappings" / "food-unqualified-2019.json"


@pytest.mark.skipif(not TABLE.exists(), reason=f"shared data absent: {TABLE}")
def test_the_table_is_taken_with_its_mapping_and_no_lost_superscript_comes_through(hand_in, post, client):
    content = TABLE.read_bytes()
    mapping = SimpleUploadedFile("对应.json", MAPPING.read_bytes())
    first = hand_in("cqn.csv", content, sender="公开通告", mapping=mapping)
    assert first.state == "previewed", first.message
    counts = first.preview
    assert counts["rows"] == counts["accepted"] + counts["quarantined"] + counts["refused"]
    assert counts["refused"] > 0 and counts["accepted"] > counts["refused"]
    reasons = {reason["code"]: reason["count"] for reason in first.dry_run.detail["reasons"]}
    assert reasons.get("superscript", 0) > 0
    assert "上标丢失" in client.get(f"/intake/{first.number}/").content.decode()

    post(f"/intake/{first.number}/accept/", {"remember": "1"})
    first.refresh_from_db()
    assert first.state == "accepted", first.message
    results = LakeFile.objects.get(table="results")
    texts = pq.read_table(storage.lake_path(results.path))["value_text"].to_pylist()
    assert not [text for text in texts if "×10" in text and "CFU" in text and not set(text) & set("⁰¹²³⁴⁵⁶⁷⁸⁹^")]

    second = hand_in("cqn-再来.csv", content.rstrip() + b"\n\n", sender="公开通告")
    assert second.pk != first.pk
    assert second.state == "previewed", second.message
    assert second.preview["remembered"] == 1
    assert (second.preview["new"], second.preview["changed"]) == (0, 0)
    assert second.preview["refused"] == counts["refused"]
