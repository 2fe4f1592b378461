"""B4: the position of a sampling is that of another place."""

from __future__ import annotations

from pathlib import Path

from hengjian.engines.screening.detectors.b4_sampling_place import DETECTOR
from tests.engines.screening.screened import LAB, Rows, lab, screened


def located() -> Rows:
    """Eight clients some kilometres apart, sampled in turn within a hundred metres of their place."""
    tables = lab()
    tables["clients"] = [
        {"client_id": f"C{place}", "name": f"厂{place}", "lon": 124.2 + 0.03 * place, "lat": 29.1} for place in range(8)
    ]
    for place, row in enumerate(tables["reports"]):
        home = tables["clients"][place % 8]
        row.update(client_id=home["client_id"], sampled_at=row["received_at"], sampler_id="P1", sample_gps_m=9.0)
        row.update(sample_lon=home["lon"] + 0.000211 + place * 1e-6, sample_lat=29.100407 + place * 2e-6)
    tables["sites"] = [{"site_id": "S1", "institution_id": LAB, "address": "路一号", "lon": 124.7, "lat": 29.4}]
    return tables


def moved(tables: Rows, count: int, lon: float, lat: float) -> Rows:
    for row in tables["reports"][1 : 1 + count]:
        row.update(sample_lon=lon, sample_lat=lat)
    return tables


def test_positions_at_the_clients_are_silent(tmp_path: Path) -> None:
    found = screened(DETECTOR, located(), tmp_path)
    assert found == [] and found.abstained[LAB] == ""


def test_the_position_of_another_client_is_strong_then_certain(tmp_path: Path) -> None:
    for count, expected in ((1, ["strong"]), (4, ["certain"])):
        tables = located()
        first = tables["reports"][0]
        found = screened(
            DETECTOR, moved(tables, count, first["sample_lon"], first["sample_lat"]), tmp_path / str(count)
        )
        assert found.severities == expected and found.natures() == {"copied"}
        assert "R000" not in found[0]["report_ids"]


def test_sampled_in_the_laboratory_is_strong(tmp_path: Path) -> None:
    found = screened(DETECTOR, moved(located(), 1, 124.70013, 29.40021), tmp_path)
    assert found.severities == ["strong"] and found.natures() == {"at_lab"}


def test_far_away_is_a_question(tmp_path: Path) -> None:
    assert screened(DETECTOR, moved(located(), 1, 124.51234, 29.15678), tmp_path).severities == ["weak"]


def test_a_market_on_one_day_and_a_fixed_point_are_silent(tmp_path: Path) -> None:
    tables = located()
    for row in tables["reports"][8:16]:
        row.update(sample_lon=124.200213, sample_lat=29.100411, client_id="C0")
    assert screened(DETECTOR, tables, tmp_path / "fixed") == []
    for place, row in enumerate(tables["reports"][8:16]):
        row.update(client_id=f"M{place}", sampled_at=tables["reports"][8]["sampled_at"])
    assert screened(DETECTOR, tables, tmp_path / "market") == []


def test_coarse_and_blurred_positions_are_not_compared(tmp_path: Path) -> None:
    tables = located()
    for row in tables["reports"]:
        row.update(sample_lon=124.2, sample_lat=29.1, sample_gps_m=3000.0)
    found = screened(DETECTOR, tables, tmp_path / "blurred")
    assert found == [] and found.abstained[LAB]


def test_without_known_places_of_clients_many_on_one_point_are_a_question(tmp_path: Path) -> None:
    tables = located()
    del tables["clients"]
    first = tables["reports"][0]
    found = screened(DETECTOR, moved(tables, 12, first["sample_lon"], first["sample_lat"]), tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"one_point"}


def test_no_position_and_nonsense_abstain(tmp_path: Path) -> None:
    tables = located()
    for place, row in enumerate(tables["reports"]):
        row.update(sample_lon=[float("nan"), 0.0, 999.0][place % 3], sample_lat=0.0)
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[LAB]
