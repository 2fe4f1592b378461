"""Vehicle inspection stations with honest tests: rows that the tests of the vehicle detectors spoil."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.engines.screening.screened import Rows

START = datetime(2026, 3, 2, 8, 0, 7)
ENGINES = (
    # engine family, model, fuel, kW, kg, wheelbase
    ("YE15A", "云驰YC6450", "汽油", 82.0, 1290.0, 2610.0),
    ("LX16D", "临溪LX7160", "汽油", 85.0, 1260.0, 2650.0),
    ("SL18T", "松陵SL6500", "汽油", 125.0, 1580.0, 2800.0),
    ("LX20T", "临溪LX7201", "汽油", 140.0, 1510.0, 2830.0),
    ("SL18A", "松陵SL7180", "汽油", 98.0, 1350.0, 2700.0),
    ("LX110", "岭外LW4251", "柴油", 309.0, 8600.0, 3900.0),
)


def station(number: int) -> str:
    return f"91990102MA000{number:04d}X"


def vin(number: int, place: int) -> str:
    """Numbers of different vehicles differ in several characters."""
    return f"L9X{(number * 1000 + place) * 7919 % 999983:06d}DE{(number * 1000 + place) * 104729 % 999979:06d}"


def stations(count: int = 8, tests: int = 48) -> Rows:
    """`tests` emission tests at each station, half an hour apart, engine families in turn; all passed."""
    tables: Rows = {name: [] for name in ("institutions", "reports", "vehicle_tests", "vehicles")}
    for number in range(count):
        tables["institutions"].append({"institution_id": station(number), "name": f"虚构检测站{number}号"})
        for place in range(tests):
            _add(tables, number, place)
    return tables


def _add(tables: Rows, number: int, place: int) -> None:
    engine, model, fuel, power, mass, wheelbase = ENGINES[place % len(ENGINES)]
    start = START + timedelta(days=place // 12, minutes=30 * (place % 12))
    report = {
        "report_id": f"R{number:02d}{place:04d}",
        "report_no": f"J{number:02d}-{place:04d}",
        "institution_id": station(number),
        "field": "vehicle",
        "client_id": f"C{number:02d}{place:04d}",
        "sample_id": f"Y{number:02d}{place:04d}",
        "started_at": start,
        "finished_at": start + timedelta(minutes=9),
        "issued_at": start + timedelta(minutes=20),
        "verdict": "pass",
    }
    about = {
        "vin": vin(number, place),
        "model": model,
        "engine_model": engine,
        "fuel": fuel,
        "emission_stage": "国五",
        "rated_power_kw": power,
        "ref_mass_kg": mass,
        "wheelbase_mm": wheelbase,
        "axles": 2,
        "first_registered_on": date(2018, 5, 1),
    }
    test = {
        "report_id": report["report_id"],
        "plate": f"澄A{number:02d}{place:04d}",
        "lane_id": f"X{number:02d}",
        "method": "vmas" if fuel == "汽油" else "lugdown",
        "test_kind": "emission",
        "attempt": 1,
        "started_at": start,
        "finished_at": start + timedelta(minutes=9),
        "obd_vin": about["vin"],
        "obd_calid": f"1037-{engine}-01",
        "obd_cvn": f"{abs(hash_of(engine)):08X}",
        "repair_no": None,
    }
    tables["reports"].append(report)
    tables["vehicle_tests"].append(test | about)
    tables["vehicles"].append(about)


def hash_of(text: str) -> int:
    return sum(ord(letter) * 31**place for place, letter in enumerate(text)) % 2**32


def of(tables: Rows, number: int, table: str = "vehicle_tests") -> list[dict[str, Any]]:
    """Rows of one station, in order."""
    return [row for row in tables[table] if row["report_id"].startswith(f"R{number:02d}")]


def again(tables: Rows, number: int, place: int, *, days: float, at: int | None = None) -> dict[str, Any]:
    """The vehicle of a test, failed there, comes back after `days` (to station `at`) and passes: the new test."""
    first, report = of(tables, number)[place], of(tables, number, "reports")[place]
    report["verdict"] = "fail"
    where = number if at is None else at
    name = f"R{where:02d}9{number}{place:03d}"
    later = {key: report[key] + timedelta(days=days) for key in ("started_at", "finished_at", "issued_at")}
    fresh = {"report_id": name, "report_no": f"J{name}", "institution_id": station(where), "verdict": "pass"}
    tables["reports"].append(report | later | fresh | {"sample_id": f"Y{name}"})
    times = {key: later[key] for key in ("started_at", "finished_at")}
    test = first | times | {"report_id": name, "lane_id": f"X{where:02d}", "attempt": 2}
    tables["vehicle_tests"].append(test)
    return test
