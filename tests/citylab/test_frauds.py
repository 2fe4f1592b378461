"""Injected fraud: all kinds, at every stealth, at the share asked for, and really there."""

from hengjian.citylab.institution import KINDS, WITHOUT_REPORTS
from tests.citylab.conftest import write


def test_the_share_of_institutions_asked_for_cheats(cheating):
    cheats = cheating.rows("SELECT count(DISTINCT institution_id) FROM labels")[0][0]
    houses = cheating.count("SELECT 1 FROM institutions")
    assert cheats == round(0.4 * houses)


def test_every_kind_occurs_with_its_institution_row(cheating):
    kinds = dict(cheating.rows("SELECT kind, count(report_id) FROM labels GROUP BY 1"))
    assert set(kinds) == set(KINDS)
    assert min(count for kind, count in kinds.items() if kind not in WITHOUT_REPORTS) >= 3
    assert {row[0] for row in cheating.rows("SELECT DISTINCT stealth FROM labels")} == {cheating.stealth}
    alone = "SELECT institution_id, kind FROM labels GROUP BY 1, 2 HAVING count(*) FILTER (report_id IS NULL) <> 1"
    assert cheating.count(alone) == 0


def test_labels_name_reports_of_their_institution(cheating):
    strange = """SELECT l.* FROM labels l ANTI JOIN reports p USING (report_id, institution_id)
                 WHERE l.report_id IS NOT NULL"""
    assert cheating.count(strange) == 0
    assert cheating.count("SELECT 1 FROM labels GROUP BY institution_id, report_id, kind HAVING count(*) > 1") == 0


def _share(tables, kind, condition):
    """Share of the labelled reports of a kind of which `condition` (over p = report) holds."""
    return tables.rows(f"""SELECT avg(CAST({condition} AS INT)) FROM reports p
        JOIN labels l USING (report_id) WHERE l.kind = '{kind}'""")[0][0]


def test_expired_certificates_contradict(cheating):
    end = """(SELECT max(valid_to) FROM certificates c WHERE c.certificate_no = p.certificate_no)"""
    halted = """EXISTS (SELECT 1 FROM certificate_status s WHERE s.certificate_no = p.certificate_no
        AND s.status = 'suspended' AND CAST(p.issued_at AS DATE) BETWEEN s.from_on AND s.to_on)"""
    assert _share(cheating, "expired", f"CAST(p.issued_at AS DATE) > {end} OR {halted}") == 1


def test_signatories_are_not_authorised(cheating):
    fit = """EXISTS (SELECT 1 FROM signatories s WHERE s.person_id = p.signatory_id AND s.field = p.field
        AND s.certificate_no = p.certificate_no AND CAST(p.issued_at AS DATE) BETWEEN s.valid_from AND s.valid_to)"""
    assert _share(cheating, "signatory", f"NOT {fit}") == 1


def test_uncalibrated_instruments_have_no_calibration_on_the_day(cheating):
    open_run = """EXISTS (SELECT 1 FROM results r WHERE r.report_id = p.report_id AND r.instrument_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM calibrations c WHERE c.instrument_id = r.instrument_id
        AND CAST(r.started_at AS DATE) BETWEEN c.calibrated_on AND c.valid_to))"""
    assert _share(cheating, "uncalibrated", open_run) == 1


def test_tests_are_too_short(cheating):
    short = """EXISTS (SELECT 1 FROM results r JOIN standard_items s USING (item_code) WHERE r.report_id = p.report_id
        AND s.standard_no = p.standard_no AND s.object = p.object
        AND epoch(r.finished_at - r.started_at) < s.min_hours * 3600)"""
    assert _share(cheating, "too_short", short) == 1


def test_omitted_items_are_missing_or_bare(cheating):
    missing = """EXISTS (SELECT 1 FROM standard_items s WHERE s.standard_no = p.standard_no AND s.object = p.object
        AND s.mandatory AND NOT EXISTS (SELECT 1 FROM results r WHERE r.report_id = p.report_id
        AND r.item_code = s.item_code AND r.instrument_id IS NOT NULL))"""
    assert _share(cheating, "items_omitted", f"p.claims_full AND {missing}") == 1


def test_out_of_scope_items_are_not_granted_on_the_day(cheating):
    outside = """EXISTS (SELECT 1 FROM results r WHERE r.report_id = p.report_id AND r.replicate = 0
        AND NOT r.subcontracted AND NOT EXISTS (SELECT 1 FROM scope s WHERE s.certificate_no = p.certificate_no
        AND s.item_code = r.item_code AND (s.method_no = r.method_no OR s.standard_no = p.standard_no)
        AND s.approved_on <= CAST(p.issued_at AS DATE)
        AND coalesce(r.value, 0) BETWEEN coalesce(s.range_low, -1e300) AND coalesce(s.range_high, 1e300)))"""
    assert _share(cheating, "out_of_scope", outside) == 1


def test_the_order_of_steps_is_broken(cheating):
    if cheating.stealth == "L3":
        back = """EXISTS (SELECT 1 FROM reports q WHERE q.institution_id = p.institution_id AND
            year(q.issued_at) = year(p.issued_at) AND ((q.issued_at < p.issued_at AND q.report_no > p.report_no)
            OR (q.issued_at > p.issued_at AND q.report_no < p.report_no)))"""
        assert _share(cheating, "order_broken", back) > 0.8
    else:
        assert _share(cheating, "order_broken", "p.issued_at < p.finished_at") == 1


def test_double_bookings_overlap(cheating):
    for kind, owner in (("instrument_double", "instrument_id"), ("tester_double", "tester_id")):
        other = f"""EXISTS (SELECT 1 FROM results a JOIN results b ON a.{owner} = b.{owner}
            AND a.report_id <> b.report_id AND a.started_at < b.finished_at AND b.started_at < a.finished_at
            WHERE a.report_id = p.report_id)"""
        assert _share(cheating, kind, other) > 0.95, kind


def test_cloned_vectors_and_curves_are_equal_when_crude(cheating):
    equal = """EXISTS (SELECT 1 FROM (SELECT report_id, string_agg(item_code || value_text, ',' ORDER BY item_code) AS v
        FROM results WHERE replicate = 0 GROUP BY 1) a JOIN (SELECT report_id, string_agg(item_code || value_text, ','
        ORDER BY item_code) AS v FROM results WHERE replicate = 0 GROUP BY 1) b USING (v)
        WHERE a.report_id = p.report_id AND b.report_id <> a.report_id)"""
    curve = """EXISTS (SELECT 1 FROM raw_series a JOIN raw_series b ON a.values = b.values AND a.channel = b.channel
        AND a.report_id <> b.report_id WHERE a.report_id = p.report_id AND a.channel IN ('co2_pct', 'force_n'))"""
    if cheating.stealth == "L1":
        assert _share(cheating, "vector_clone", equal) == 1
        assert _share(cheating, "curve_clone", curve) == 1
    else:
        assert _share(cheating, "vector_clone", equal) < 0.3
        assert _share(cheating, "curve_clone", curve) < 0.3


def test_close_replicates_are_closer_than_honest_ones(cheating):
    spread = """SELECT r.report_id, r.item_code, stddev_samp(r.value) / avg(r.value) AS rsd FROM results r
        WHERE replicate > 0 AND value IS NOT NULL GROUP BY 1, 2 HAVING count(*) >= 2 AND avg(r.value) > 0"""
    base = f"SELECT s.item_code, median(rsd) AS usual FROM ({spread}) s GROUP BY 1"
    ratio = f"""SELECT median(s.rsd / b.usual) FROM ({spread}) s JOIN ({base}) b USING (item_code)
        JOIN labels l USING (report_id) WHERE l.kind = 'replicates_close' AND b.usual > 0"""
    assert cheating.rows(ratio)[0][0] < {"L1": 0.35, "L2": 0.5, "L3": 0.7}[cheating.stealth]


def test_invented_results_leave_no_raw_record_unless_adaptive(cheating):
    kept = "EXISTS (SELECT 1 FROM raw_records w WHERE w.report_id = p.report_id)"
    share = _share(cheating, "no_test", kept)
    assert share == 0 if cheating.stealth != "L3" else share > 0.5


def test_when_everybody_cheats_everybody_is_labelled(tmp_path):
    from tests.citylab.conftest import Tables

    write(tmp_path / "all", reports=3000, fraud_share=1.0, stealth="L3")
    tables = Tables(tmp_path / "all")
    assert tables.rows("SELECT count(DISTINCT institution_id) FROM labels")[0][0] == 60
