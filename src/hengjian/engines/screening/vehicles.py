"""What the vehicle detectors share: the register, and what the scanners really read."""

from __future__ import annotations

from hengjian.engines.screening.detector import Need, Step

REGISTER = Step(
    name="register",
    sql="""
SELECT vin, max(model) AS model, max(engine_model) AS engine_model, max(fuel) AS fuel,
       max(emission_stage) AS emission_stage, max(rated_power_kw) AS rated_power_kw, max(ref_mass_kg) AS ref_mass_kg,
       max(wheelbase_mm) AS wheelbase_mm, max(axles) AS axles
FROM vehicles WHERE vin IS NOT NULL GROUP BY vin HAVING count(*) = 1
""",
)
"""One row a vehicle; a vehicle with several entries in the register is not compared with it."""

REGISTER_NEED = Need(
    table="vehicles",
    optional=(
        "vin",
        "model",
        "engine_model",
        "fuel",
        "emission_stage",
        "rated_power_kw",
        "ref_mass_kg",
        "wheelbase_mm",
        "axles",
    ),
    optional_table=True,
)

BLANKS = Step(name="blanks", sql="SELECT DISTINCT upper(text) AS text FROM pack_obd_blanks")


def said(column: str, blank: str) -> str:
    """SQL of an OBD text in capitals, null where nothing was read: too short, noughts, a word of `blank`."""
    text = f"upper(trim({column}))"
    filled = f"length({text}) >= 4 AND NOT regexp_matches({text}, '^[0F?*. -]*$') AND {blank}.text IS NULL"
    return f"CASE WHEN {filled} THEN {text} END"


SCANS = Step(
    name="scans",
    sql=f"""
SELECT v.report_id, v.institution_id, upper(trim(v.vin)) AS vin, coalesce(v.started_at, r.issued_at) AS tested_at,
       r.issued_at, r.report_no, r.verdict, v.lane_id, v.plate, v.repair_no, v.obd_protocol, v.obd_ecu_count,
       coalesce(c.model, v.model) AS model, coalesce(c.engine_model, v.engine_model) AS engine_model,
       coalesce(f.fuel, '') AS fuel, year(v.first_registered_on) AS registered_year,
       {said("v.obd_calid", "b1")} AS calid, {said("v.obd_cvn", "b2")} AS cvn, {said("v.obd_vin", "b3")} AS obd_vin
FROM vehicle_tests v JOIN reports r ON r.report_id = v.report_id
LEFT JOIN register c ON c.vin = v.vin
LEFT JOIN (SELECT word, max(fuel) AS fuel FROM pack_vehicle_fuels GROUP BY word) AS f
       ON f.word = coalesce(c.fuel, v.fuel)
LEFT JOIN blanks b1 ON b1.text = upper(trim(v.obd_calid))
LEFT JOIN blanks b2 ON b2.text = upper(trim(v.obd_cvn))
LEFT JOIN blanks b3 ON b3.text = upper(trim(v.obd_vin))
WHERE coalesce(v.test_kind, 'emission') = 'emission' AND v.vin IS NOT NULL AND r.corrects IS NULL
""",
)
"""One row an emission test, with what its scanner said."""

SCANS_NEEDS = (
    Need(
        table="vehicle_tests",
        required=("report_id", "vin"),
        optional=(
            "plate",
            "model",
            "engine_model",
            "fuel",
            "first_registered_on",
            "lane_id",
            "obd_vin",
            "obd_calid",
            "obd_cvn",
            "obd_protocol",
            "obd_ecu_count",
            "started_at",
            "test_kind",
            "repair_no",
        ),
    ),
    Need(table="reports", required=("report_no", "issued_at"), optional=("verdict", "corrects")),
    REGISTER_NEED,
)
SCAN_PACKS = ("pack_obd_blanks", "pack_vehicle_fuels")


def scans_needs(*required: str) -> tuple[Need, ...]:
    """Needs of `SCANS` with these columns of the tests required."""
    tests, *others = SCANS_NEEDS
    rest = tuple(name for name in tests.optional if name not in required)
    return (Need(table="vehicle_tests", required=(*tests.required, *required), optional=rest), *others)


def repaired(column: str) -> str:
    """SQL of a vehicle identification number freed of the letters it never has: O and Q are 0, I is 1."""
    return f"translate({column}, 'OQI', '001')"
