"""Frauds on lanes, people, places, dates, pictures and proficiency rounds are really in the tables."""

import pytest

from tests.citylab.test_frauds import _share

LABELS = "SELECT report_id, institution_id, source_id FROM labels WHERE kind = '{kind}' AND report_id IS NOT NULL"


def _labelled(kind):
    return LABELS.format(kind=kind)


def test_dongles_tell_identities_that_are_not_the_vehicles(cheating):
    usual = """SELECT engine_model, emission_stage, obd_calid FROM vehicle_tests WHERE obd_calid IS NOT NULL
        AND report_id NOT IN (SELECT report_id FROM labels WHERE report_id IS NOT NULL) GROUP BY ALL"""
    strange = f"""SELECT avg(CAST(u.obd_calid IS NULL AS INT)) FROM vehicle_tests t JOIN ({_labelled("obd_dongle")})
        USING (report_id) LEFT JOIN ({usual}) u USING (engine_model, emission_stage, obd_calid)"""
    share = cheating.rows(strange)[0][0]
    assert share == 1 if cheating.stealth == "L1" else share >= 0
    calids = cheating.rows(f"SELECT count(DISTINCT obd_calid), count(*), count(DISTINCT institution_id) FROM "
                           f"vehicle_tests JOIN ({_labelled('obd_dongle')}) USING (report_id)")[0]  # fmt: skip
    assert calids[0] <= (1 if cheating.stealth == "L1" else 8) * calids[2]


def test_dongles_and_donors_let_vehicles_pass(cheating):
    for kind in ("obd_dongle", "donor_car", "rated_power", "method_shopping"):
        assert _share(cheating, kind, "p.verdict = 'pass'") == 1, kind


def test_donors_leave_their_counters_and_nearly_their_values(cheating):
    pairs = f"""SELECT a.iupr = b.iupr AS same, a.vin <> b.vin AS other, coalesce(a.obd_vin = b.vin, FALSE) AS vin
        FROM ({_labelled("donor_car")}) l JOIN vehicle_tests a USING (report_id)
        JOIN vehicle_tests b ON b.report_id = l.source_id"""
    rows = cheating.rows(pairs)
    assert all(same and other for same, other, _ in rows)
    if cheating.stealth == "L1":
        assert any(vin for *_, vin in rows)


def test_rated_power_is_lower_than_the_register_says(cheating):
    ratio = f"""SELECT avg(t.rated_power_kw / v.rated_power_kw) FROM vehicle_tests t JOIN vehicles v USING (vin)
        JOIN ({_labelled("rated_power")}) USING (report_id)"""
    assert cheating.rows(ratio)[0][0] == pytest.approx({"L1": 0.4, "L2": 0.7, "L3": 0.88}[cheating.stealth], abs=0.01)
    honest = """SELECT 1 FROM vehicle_tests t JOIN vehicles v USING (vin) WHERE t.rated_power_kw <> v.rated_power_kw
        AND report_id NOT IN (SELECT report_id FROM labels WHERE kind = 'rated_power' AND report_id IS NOT NULL)"""
    assert cheating.count(honest) == 0


def test_thinned_exhaust_holds_less_carbon_dioxide(cheating):
    level = f"""SELECT avg(list_avg(values)) FILTER (l.report_id IS NOT NULL), avg(list_avg(values)) FILTER
        (l.report_id IS NULL) FROM raw_series s LEFT JOIN ({_labelled("dilution")}) l USING (report_id)
        WHERE channel = 'co2_pct'"""
    thin, usual = cheating.rows(level)[0]
    if thin is not None and cheating.stealth != "L3":
        assert thin < usual * {"L1": 0.68, "L2": 0.85}[cheating.stealth]


def test_shopped_methods_are_idle_tests_of_cars_that_could_run_loaded(cheating):
    rows = cheating.rows(f"""SELECT method, avg(CAST(drive = '全时四驱' AS INT)) FROM vehicle_tests
        JOIN ({_labelled("method_shopping")}) USING (report_id) GROUP BY 1""")
    assert [row[0] for row in rows] == ["two_idle"]
    assert rows[0][1] < 0.3


def test_photographs_used_again_look_like_their_source(cheating):
    pairs = f"""SELECT a.sha256 = b.sha256, bit_count(xor(CAST('0x' || a.phash AS UBIGINT), CAST('0x' || b.phash AS
        UBIGINT))) FROM ({_labelled("photo_reuse")}) l JOIN media a USING (report_id)
        JOIN media b ON b.report_id = l.source_id"""
    rows = cheating.rows(pairs)
    assert rows
    assert all(same == (cheating.stealth == "L1") for same, _ in rows)
    assert sum(far for _, far in rows) / len(rows) <= {"L1": 0, "L2": 5, "L3": 13}[cheating.stealth]


def test_a_sampler_cannot_have_travelled(cheating):
    trips = """SELECT report_id, sampler_id, institution_id, sampled_at AS a, sampling_ended_at AS b, sample_lon AS x,
        sample_lat AS y FROM reports WHERE sampled_at IS NOT NULL AND sample_lon IS NOT NULL"""
    fast = f"""SELECT 1 FROM ({trips}) p JOIN ({trips}) q USING (sampler_id) WHERE p.a < q.a AND
        111 * sqrt(power((p.x - q.x) * 0.874, 2) + power(p.y - q.y, 2)) > 80 * greatest(epoch(q.a - p.b), 60) / 3600"""
    from_labels = f"{fast} AND p.report_id IN (SELECT report_id FROM ({_labelled('ghost_travel')}))"
    assert cheating.count(from_labels) >= 1


def test_ghosts_had_left_were_on_leave_or_out_sampling(cheating):
    left = """EXISTS (SELECT 1 FROM people h WHERE h.person_id = p.tester_id AND h.employed_to < CAST(p.started_at AS
        DATE))"""
    leave = """EXISTS (SELECT 1 FROM absences a WHERE a.person_id = p.tester_id AND p.started_at BETWEEN a.from_at AND
        a.to_at)"""
    away = """EXISTS (SELECT 1 FROM reports q JOIN results r ON r.report_id = p.report_id WHERE q.sampler_id =
        r.tester_id AND q.report_id <> p.report_id AND q.sampled_at < r.finished_at AND q.sampling_ended_at >
        r.started_at)"""
    assert _share(cheating, "ghost_tester", f"({left} OR {leave} OR {away})") > 0.95


def test_back_dated_reports_break_the_counter_or_were_uploaded_late(cheating):
    late = "epoch(p.uploaded_at - p.issued_at) > 6 * 86400"
    assert _share(cheating, "backdate", late) > 0.9
    assert _share(cheating, "backdate", "p.issued_at >= p.finished_at AND p.finished_at >= p.started_at") == 1


def test_agreed_rounds_are_alike(cheating):
    pairs = """SELECT count(*), avg(CAST(a.value = b.value AS INT)) FROM labels l JOIN labels m ON
        l.kind = 'pt_collusion' AND m.kind = 'pt_collusion' AND l.institution_id < m.institution_id
        JOIN rounds a ON a.institution_id = l.institution_id
        JOIN rounds b ON b.institution_id = m.institution_id AND a.round_id = b.round_id AND a.item_code = b.item_code
        WHERE abs(a.value - b.value) <= 0.05 * a.sigma_pt OR abs(a.value - b.value) <= abs(a.value) * 0.03"""
    assert cheating.rows(pairs)[0][0] >= 2


def test_edited_results_lie_below_their_limit(cheating):
    near = f"""SELECT max(x.value / x.limit_high), count(DISTINCT report_id) FROM results x
        JOIN ({_labelled("edit_pass")}) USING (report_id) WHERE replicate = 0 AND limit_op = '<=' AND verdict = 'pass'
        AND x.value > 0.5 * x.limit_high"""
    most, count = cheating.rows(near)[0]
    assert 0.9 < most <= 1
    assert count >= 3


def test_lent_certificates_share_devices_with_another_institution(cheating):
    shared = f"""SELECT avg(CAST(substr(submit_device, 2, 4) <> substr(report_id, 2, 4) AS INT)) FROM reports
        JOIN ({_labelled("lending")}) USING (report_id)"""
    assert cheating.rows(shared)[0][0] == 1
    serials = "SELECT serial_no FROM instruments GROUP BY 1 HAVING count(DISTINCT institution_id) > 1"
    keys = "SELECT person_key FROM people GROUP BY 1 HAVING count(DISTINCT institution_id) > 1"
    assert cheating.count(serials if cheating.stealth == "L1" else keys) >= (cheating.stealth != "L3")


def test_sellers_have_an_offer_and_honest_offers_ask_for_a_sample(cheating, honest):
    offers = """SELECT 1 FROM listings o JOIN certificates c ON c.certificate_no = o.certificate_text
        JOIN labels l USING (institution_id) WHERE l.kind = 'sale_online' AND l.report_id IS NULL"""
    assert cheating.count(offers) >= 1
    assert honest.count("SELECT 1 FROM listings") >= 1
    assert honest.count("SELECT 1 FROM listings WHERE text LIKE '%包过%' OR text LIKE '%不用寄样%'") == 0
