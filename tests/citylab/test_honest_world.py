"""Where nobody cheats, nothing contradicts anything: checked by plain questions to the tables."""

from itertools import pairwise

import pytest

ONCE = """SELECT r.* FROM reports r
          WHERE report_id IN (SELECT min(report_id) FROM reports GROUP BY institution_id, report_no)"""
WORK = f"""SELECT DISTINCT p.institution_id, p.field, p.object, p.certificate_no, p.site_id, p.issued_at, r.report_id,
                  r.item_code, r.method_no, p.standard_no, r.instrument_id, r.tester_id, r.started_at, r.finished_at
           FROM results r JOIN ({ONCE}) p USING (report_id) WHERE r.replicate = 0 AND NOT r.subcontracted"""
NEEDS = "SELECT standard_no, object, item_code, attended, min_hours, mandatory FROM standard_items"


def _most_at_once(tables, owner, work):
    """Largest number of distinct reports at one moment for each owner; touching ends do not overlap."""
    return f"""
        WITH work AS (SELECT DISTINCT {owner} AS owner, report_id, started_at AS a, finished_at AS b FROM ({work})),
        steps AS (SELECT owner, a AS t, 1 AS d FROM work WHERE b > a
                  UNION ALL SELECT owner, b, -1 FROM work WHERE b > a),
        levels AS (SELECT owner, sum(d) OVER (PARTITION BY owner ORDER BY t, d ROWS UNBOUNDED PRECEDING) AS n
                   FROM steps)
        SELECT owner, max(n) AS most FROM levels GROUP BY owner"""


def test_nothing_is_labelled(honest, slipped):
    assert honest.count("SELECT 1 FROM labels") == 0
    assert slipped.count("SELECT 1 FROM labels") == 0


def test_steps_follow_each_other(honest):
    steps = ("sampled_at", "sampling_ended_at", "received_at", "started_at", "finished_at", "signed_at", "issued_at")
    for a, b in pairwise(steps):
        assert honest.count(f"SELECT 1 FROM reports WHERE {a} > {b}") == 0, (a, b)
    assert honest.count("SELECT 1 FROM reports WHERE sampled_at > received_at") == 0
    assert honest.count("SELECT 1 FROM reports WHERE uploaded_at < issued_at - INTERVAL 11 MINUTE") == 0
    assert honest.count("SELECT 1 FROM reports WHERE file_created_at > issued_at + INTERVAL 1 DAY") == 0


def test_results_lie_within_their_report(honest):
    outside = """SELECT 1 FROM results r JOIN reports p USING (report_id)
                 WHERE r.started_at < p.started_at OR r.finished_at > p.finished_at OR r.started_at > r.finished_at"""
    assert honest.count(outside) == 0


def test_no_tester_attends_two_samples_at_once(honest):
    attended = f"SELECT w.* FROM ({WORK}) w JOIN ({NEEDS}) USING (standard_no, object, item_code) WHERE attended"
    assert honest.count(f"SELECT 1 FROM ({_most_at_once(honest, 'tester_id', attended)}) WHERE most > 1") == 0


def test_no_sampler_is_at_two_places_at_once(honest):
    trips = f"""SELECT sampler_id, report_id, sampled_at AS started_at, sampling_ended_at AS finished_at
                FROM ({ONCE}) WHERE sampled_at IS NOT NULL"""
    assert honest.count(trips) > 500
    assert honest.count(f"SELECT 1 FROM ({_most_at_once(honest, 'sampler_id', trips)}) WHERE most > 1") == 0


def test_no_instrument_holds_more_than_it_can(honest):
    full = _most_at_once(honest, "instrument_id", WORK)
    over = f"SELECT 1 FROM ({full}) f JOIN instruments i ON i.instrument_id = f.owner WHERE most > i.parallel"
    assert honest.count(over) == 0


def test_no_vehicle_is_on_two_lanes_at_once(honest):
    tests = "SELECT t.* FROM vehicle_tests t WHERE report_id IN (SELECT report_id FROM (" + ONCE + "))"
    assert honest.count(f"SELECT 1 FROM ({_most_at_once(honest, 'vin', tests)}) WHERE most > 1") == 0


def test_every_test_lasts_as_long_as_its_method_needs(honest):
    short = f"""SELECT 1 FROM ({WORK}) w JOIN ({NEEDS}) USING (standard_no, object, item_code)
                WHERE epoch(finished_at - started_at) < min_hours * 3600
                AND NOT (date_trunc('day', started_at) = started_at AND date_trunc('day', finished_at) = finished_at)"""
    assert honest.count(short) == 0


def test_every_item_is_in_scope_at_the_site_on_the_day(honest):
    outside = f"""SELECT w.* FROM ({WORK}) w ANTI JOIN scope s
        ON s.certificate_no = w.certificate_no AND s.item_code = w.item_code AND s.site_id = w.site_id
        AND (s.method_no = w.method_no OR s.standard_no = w.standard_no)
        AND s.approved_on <= CAST(w.issued_at AS DATE)"""
    assert honest.count(WORK) > 20_000
    assert honest.count(outside) == 0


def test_what_is_sent_out_is_not_in_the_own_scope_and_has_no_instrument(honest):
    sent = """SELECT r.*, p.certificate_no, p.standard_no, p.object FROM results r JOIN reports p USING (report_id)
              WHERE subcontracted"""
    assert honest.count(sent) > 0
    assert honest.count(f"SELECT 1 FROM ({sent}) WHERE instrument_id IS NOT NULL OR subcontractor_id IS NULL") == 0
    own = f"""SELECT 1 FROM ({sent}) x JOIN scope s ON s.certificate_no = x.certificate_no
              AND s.item_code = x.item_code AND s.object = x.object"""
    assert honest.count(own) == 0


def test_certificates_are_valid_or_their_renewal_was_asked_for_in_time(honest):
    lapsed = """SELECT 1 FROM reports p JOIN certificates c USING (certificate_no, institution_id)
        WHERE CAST(issued_at AS DATE) NOT BETWEEN valid_from AND valid_to
        AND NOT (CAST(issued_at AS DATE) <= valid_to + 26 AND renewal_applied_on <= valid_to - 90)"""
    assert honest.count("SELECT 1 FROM reports JOIN certificates USING (certificate_no, institution_id)") == 9000
    assert honest.count(lapsed) == 0
    assert honest.count("SELECT 1 FROM certificate_status WHERE status <> 'valid'") == 0


def test_signatories_are_authorised_present_and_employed(honest):
    unfit = """SELECT p.* FROM reports p ANTI JOIN signatories s
        ON s.person_id = p.signatory_id AND s.certificate_no = p.certificate_no AND s.field = p.field
        AND CAST(p.issued_at AS DATE) BETWEEN s.valid_from AND s.valid_to"""
    assert honest.count(unfit) == 0
    absent = """SELECT 1 FROM reports p JOIN absences a ON a.person_id IN (p.signatory_id, p.tester_id, p.sampler_id)
                AND p.issued_at BETWEEN a.from_at AND a.to_at WHERE a.person_id = p.signatory_id"""
    assert honest.count(absent) == 0


def test_everybody_named_is_employed_there_and_qualified(honest):
    for role in ("tester_id", "reviewer_id", "signatory_id", "sampler_id"):
        missing = f"""SELECT p.* FROM reports p ANTI JOIN people h
            ON h.person_id = p.{role} AND h.institution_id = p.institution_id
            AND h.employed_from <= CAST(p.received_at AS DATE)
            AND coalesce(h.employed_to, DATE '9999-01-01') >= CAST(p.issued_at AS DATE)
            AND CAST(p.received_at AS DATE) BETWEEN h.qualified_from AND h.qualified_to
            WHERE p.{role} IS NOT NULL"""
        assert honest.count(missing) == 0, role


def test_instruments_are_in_calibration_or_their_certificate_is_a_week_late(honest):
    gone = f"""SELECT w.* FROM ({WORK}) w ANTI JOIN calibrations c ON c.instrument_id = w.instrument_id
        AND CAST(w.started_at AS DATE) BETWEEN c.calibrated_on - 7 AND c.valid_to"""
    assert honest.count("SELECT 1 FROM calibrations") > 300
    assert honest.count(gone) == 0


def test_reports_that_claim_all_items_have_all_mandatory_items(honest):
    missing = f"""SELECT 1 FROM reports p JOIN ({NEEDS}) n ON n.standard_no = p.standard_no AND n.object = p.object
        AND n.mandatory ANTI JOIN results r ON r.report_id = p.report_id AND r.item_code = n.item_code
        WHERE p.claims_full"""
    assert honest.count(missing) == 0
    assert honest.count("SELECT 1 FROM reports WHERE NOT claims_full") > 500


def test_reported_values_are_the_rounded_means_of_their_readings(honest):
    sets = """SELECT any_value(v.value) AS told, any_value(s.rounding) AS step, avg(r.value) AS mean
        FROM results v JOIN reports p USING (report_id)
        JOIN standard_items s ON s.standard_no = p.standard_no AND s.object = p.object AND s.item_code = v.item_code
        JOIN results r ON r.report_id = v.report_id AND r.item_code = v.item_code AND r.replicate > 0
        WHERE v.replicate = 0 AND v.value IS NOT NULL GROUP BY v.report_id, v.item_code"""
    assert honest.count(sets) > 10_000
    # a laboratory that reports coarsely rounds to ten of the standard's steps
    assert honest.count(f"SELECT 1 FROM ({sets}) WHERE abs(told - mean) > step * 5.0001") == 0
    assert honest.count(f"SELECT 1 FROM ({sets}) WHERE abs(told - mean) > step * 0.5001") < honest.count(sets) * 0.1


def test_verdicts_follow_from_values_and_limits(honest):
    wrong = """SELECT 1 FROM results WHERE replicate = 0 AND limit_op IS NOT NULL AND value IS NOT NULL AND verdict <>
        CASE WHEN value > coalesce(limit_high, 1e300) OR value < coalesce(limit_low, -1e300)
        THEN 'fail' ELSE 'pass' END"""
    assert honest.count(wrong) == 0
    report = """SELECT 1 FROM reports p JOIN (SELECT report_id, max(verdict = 'fail') AS bad FROM results
        WHERE replicate = 0 GROUP BY 1) r USING (report_id) WHERE p.verdict <> 'none' AND (p.verdict = 'fail') <> bad"""
    assert honest.count(report) == 0


def test_parts_are_not_more_than_the_whole(honest):
    for part, whole in (("bod5", "cod"), ("nh3n", "tn"), ("pm25", "pm10"), ("rel", "rm")):
        pair = f"""SELECT 1 FROM results a JOIN results b USING (report_id, replicate)
            WHERE a.item_code = '{part}' AND b.item_code = '{whole}' AND a.replicate = 0"""
        assert honest.count(pair) > 3, part
        assert honest.count(pair + " AND a.value > b.value") == 0, part


def test_no_two_samples_share_a_curve_or_a_rich_vector(honest):
    curves = f"""SELECT v FROM (SELECT DISTINCT s.report_id, CAST(s.values AS VARCHAR) AS v FROM raw_series s
        JOIN ({ONCE}) USING (report_id) WHERE channel IN ('co2_pct', 'force_n')) GROUP BY v HAVING count(*) > 1"""
    assert honest.count(curves) == 0
    vectors = f"""SELECT 1 FROM (SELECT report_id, string_agg(item_code || value, ',' ORDER BY item_code) AS v
        FROM results JOIN ({ONCE}) USING (report_id) WHERE replicate = 0 AND value IS NOT NULL
        GROUP BY 1 HAVING count(*) >= 5) GROUP BY v HAVING count(*) > 1"""
    assert honest.count(vectors) == 0


def test_raw_records_follow_the_instruments_counter(honest):
    back = f"""SELECT 1 FROM (SELECT injection_no,
            max(injection_no) OVER (PARTITION BY header_serial_no ORDER BY recorded_at, injection_no) AS seen, n
        FROM (SELECT *, 1 AS n FROM raw_records WHERE report_id IN (SELECT report_id FROM ({ONCE}))
              AND injection_no IS NOT NULL)) WHERE injection_no < seen - 400"""
    assert honest.count("SELECT 1 FROM raw_records WHERE injection_no IS NOT NULL") > 500
    assert honest.count(back) == 0


@pytest.mark.parametrize(("field", "low", "high"), [("vehicle", 0.05, 0.16), ("food", 0.005, 0.06)])
def test_some_honest_reports_fail(honest, field, low, high):
    share = honest.rows(f"SELECT avg(CAST(verdict = 'fail' AS INT)) FROM reports WHERE field = '{field}'")[0][0]
    assert low < share < high


def test_uploads_made_twice_are_equal_in_all_but_the_identifier(honest):
    rest = [name for (name,) in honest.rows("SELECT column_name FROM (DESCRIBE reports)") if name != "report_id"]
    same = f"SELECT {', '.join(rest)}, count(*) AS n FROM reports GROUP BY ALL HAVING count(*) = 2"
    assert honest.count(same) == 45
    several = "SELECT 1 FROM reports GROUP BY institution_id, report_no HAVING count(*) > 1"
    assert honest.count(several) == 45


def test_retests_come_after_the_first_report(honest):
    pairs = "SELECT b.received_at, a.issued_at, a.field FROM reports b JOIN reports a ON a.report_id = b.retest_of"
    assert honest.count(f"{pairs} WHERE a.field = 'vehicle'") > 100
    assert honest.count(f"{pairs} WHERE a.field <> 'vehicle'") > 5
    assert honest.count(f"{pairs} WHERE b.received_at < a.finished_at") == 0


def test_slips_touch_one_field_of_few_reports(honest, slipped):
    join = "FROM reports WHERE issued_at < finished_at OR received_at < sampling_ended_at OR started_at < received_at"
    wrong = slipped.rows(f"SELECT count(*) {join}")[0][0]
    assert 0 < wrong < 9000 * 0.009
    assert honest.rows(f"SELECT count(*) {join}")[0][0] == 0
    unknown = "SELECT p.* FROM reports p ANTI JOIN certificates c USING (certificate_no, institution_id)"
    assert 0 < slipped.count(unknown) < 9000 * 0.005
    each = f"""SELECT 1 FROM (SELECT institution_id, count(*) AS n FROM ({unknown}) GROUP BY 1)
        JOIN (SELECT institution_id, count(*) AS all_of_it FROM reports GROUP BY 1) USING (institution_id)
        WHERE n > greatest(1, 0.01 * all_of_it)"""
    assert slipped.count(each) == 0
