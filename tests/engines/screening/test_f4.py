"""F4: agents whose customers pass at one place only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hengjian.engines.screening.detectors.f4_agents import DETECTOR, dispersion
from tests.engines.screening.many_labs import code, many_labs
from tests.engines.screening.screened import Rows, screened

FAIL = 0.25
LABS, REPORTS = 14, 160


def brought(*, fail: float = FAIL) -> Rows:
    """Every third report comes by one of eight agents; a quarter of everything fails."""

    def fill(chance: np.random.Generator, number: int, row: dict[str, Any]) -> list[dict[str, Any]]:
        place = int(row["report_id"][-5:])
        agent = f"DL{chance.integers(8):02d}" if place % 3 == 0 else None
        row.update(agent_id=agent, client_id=f"C{number}-{place}", verdict="fail" if chance.random() < fail else "pass")
        return []

    return many_labs(fill, labs=LABS, reports=REPORTS) | {"results": []}


def route(tables: Rows, agent: str, number: int, reports: int = 70, *, elsewhere: bool = True) -> None:
    """The agent brings so many here, and none of them fails; elsewhere it is as before, or nothing is brought."""
    mine = [row for row in tables["reports"] if row["institution_id"] == code(number)]
    for row in mine[-reports:]:
        row.update(agent_id=agent, verdict="pass")
    for row in mine[:-reports]:
        row["agent_id"] = None if row["agent_id"] == agent else row["agent_id"]
    for row in tables["reports"]:
        if not elsewhere and row["agent_id"] == agent and row not in mine:
            row["agent_id"] = None


def test_honest_agents_are_silent(tmp_path: Path) -> None:
    tables = brought()
    for row in tables["reports"]:
        row["agent_id"] = row["agent_id"] and f"DL{int(row['institution_id'][-4:-1]) % 3:02d}"
    found = screened(DETECTOR, tables, tmp_path)
    assert found == [] and found.abstained[code(1)] == ""


def test_who_passes_here_and_fails_elsewhere_is_strong(tmp_path: Path) -> None:
    tables = brought()
    route(tables, "DL03", 1)
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and found[0]["institution_id"] == code(1)
    assert found.natures() == {"routed"} and len(found[0]["report_ids"].split("|")) == 70
    assert found.evidence()["rows"][0]["flow_ratio"] > 1


@pytest.mark.parametrize("excuse", ["good everywhere", "nowhere else"])
def test_who_passes_everywhere_or_comes_only_here_is_a_question(tmp_path: Path, excuse: str) -> None:
    tables = brought()
    route(tables, "DL03", 1, elsewhere=excuse == "good everywhere")
    for row in tables["reports"]:
        if excuse == "good everywhere" and row["agent_id"] == "DL03":
            row["verdict"] = "pass"
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["weak"] and found.natures() == {"agent"}


def test_a_fleet_is_not_judged(tmp_path: Path) -> None:
    tables = brought()
    route(tables, "DL03", 1)
    for row in tables["reports"]:
        if row["agent_id"] == "DL03" and row["institution_id"] == code(1):
            row["client_id"] = "FLEET"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_lenient_station_is_not_the_agents_doing(tmp_path: Path) -> None:
    tables = brought()
    route(tables, "DL03", 1)
    for row in tables["reports"]:
        if row["institution_id"] == code(1):
            row["verdict"] = "pass"
    assert screened(DETECTOR, tables, tmp_path) == []


def test_a_code_written_otherwise_is_the_same_agent(tmp_path: Path) -> None:
    tables = brought()
    route(tables, "DL03", 1)
    for place, row in enumerate(tables["reports"]):
        if row["agent_id"] == "DL03" and place % 2:
            row["agent_id"] = " dl03"
    found = screened(DETECTOR, tables, tmp_path)
    assert found.severities == ["strong"] and len(found[0]["report_ids"].split("|")) == 70


def test_without_agents_or_with_few_reports_it_abstains(tmp_path: Path) -> None:
    tables = brought()
    found = screened(DETECTOR, tables, tmp_path / "few")
    assert "少于20" in found.abstained[code(1)]
    for row in tables["reports"]:
        row["agent_id"] = None
    assert screened(DETECTOR, tables, tmp_path / "none").abstained[code(1)] == "没有代办人信息"


def test_agents_differ_honestly() -> None:
    chance = np.random.default_rng(4)
    usual = np.full(300, 12.0)
    alike, unlike = chance.poisson(usual), chance.poisson(usual * chance.gamma(4.0, 0.25, 300))
    assert dispersion(alike * 1.0, usual) < 0.08 < dispersion(unlike * 1.0, usual) < 0.4
