"""Control samples, peaks, purchases, blind samples, what others saw and remarks: honest ones, and frauds of them."""

import hashlib

import pytest

from hengjian.citylab.institution import LATE_KINDS, WITHOUT_REPORTS
from hengjian.citylab.plan import make_plan
from hengjian.citylab.workdays import window_until
from tests.citylab.conftest import UNTIL, Tables, write

GIVERS = {
    "qc": "SELECT DISTINCT i.institution_id FROM qc JOIN instruments i USING (instrument_id)",
    "purchases": "SELECT DISTINCT institution_id FROM purchases",
    "remarks": "SELECT DISTINCT institution_id FROM reports WHERE remarks IS NOT NULL",
    "peaks": "SELECT DISTINCT r.institution_id FROM peaks JOIN reports r USING (report_id)",
}


@pytest.mark.parametrize(("table", "most"), [("qc", 0.75), ("purchases", 0.85), ("remarks", 0.85), ("peaks", 0.5)])
def test_many_institutions_hand_over_nothing_of_a_table(honest, table, most):
    houses = honest.count("SELECT 1 FROM institutions")
    assert 0.05 * houses < honest.count(GIVERS[table]) < most * houses


def test_control_is_run_before_and_during_the_use_of_its_instrument(honest):
    strange = """SELECT 1 FROM qc WHERE NOT EXISTS (SELECT 1 FROM results r
        WHERE r.instrument_id = qc.instrument_id AND r.item_code = qc.item_code
        AND qc.run_at BETWEEN r.started_at - INTERVAL 1 DAY AND r.finished_at + INTERVAL 1 DAY)"""
    assert honest.count(strange) == 0
    opened = "SELECT batch_id, item_code FROM qc WHERE kind IN ('curve', 'blank', 'ccv') GROUP BY ALL"
    assert honest.count(opened) > 500


def test_honest_control_fails_now_and_then_and_is_repeated(honest):
    off = "SELECT * FROM qc WHERE kind = 'ccv' AND abs(value / expected - 1) > 0.25"
    again = f"""SELECT 1 FROM ({off}) o WHERE EXISTS (SELECT 1 FROM qc q WHERE q.batch_id = o.batch_id
        AND q.kind = 'ccv' AND q.item_code = o.item_code AND q.run_at > o.run_at
        AND q.run_at <= o.run_at + INTERVAL 1 HOUR
        AND abs(q.value / q.expected - 1) < 0.15)"""
    failed, checks = honest.count(off), honest.count("SELECT 1 FROM qc WHERE kind = 'ccv'")
    assert 0 < failed < 0.01 * checks
    assert honest.count(again) == failed


def test_curves_are_straight_but_not_all_alike(honest):
    low, mid, high = honest.rows("SELECT min(r), median(r), max(r) FROM qc WHERE kind = 'curve'")[0]
    assert 0.98 < low < 0.997 < mid < 1 and high <= 1
    assert honest.count("SELECT DISTINCT r FROM qc WHERE kind = 'curve'") > 30


def test_peaks_of_different_samples_differ(honest):
    vectors = """SELECT report_id, string_agg(rt_min || '/' || area, ' ' ORDER BY item_code, rt_min) AS v FROM peaks
        GROUP BY 1 HAVING count(*) >= 4"""
    equal = f"""SELECT 1 FROM ({vectors}) a JOIN ({vectors}) b USING (v) JOIN reports p ON p.report_id = a.report_id
        JOIN reports q ON q.report_id = b.report_id WHERE p.report_no <> q.report_no"""
    assert honest.count(vectors) > 50
    assert honest.count(equal) == 0


def test_purchases_cover_the_year_in_whole_packs(honest):
    assert honest.count("SELECT DISTINCT month FROM purchases") == 12
    assert honest.count("SELECT 1 FROM purchases WHERE quantity <= 0 OR month NOT BETWEEN '2025-11' AND '2026-10'") == 0
    assert honest.count("SELECT 1 FROM purchases WHERE kind = '进样瓶' AND quantity % 100 <> 0") == 0


def test_remarks_are_rare_and_stock_phrases_common(honest):
    share, stock = honest.rows("""SELECT avg(CAST(remarks IS NOT NULL AS INT)),
        avg(CASE WHEN remarks IS NOT NULL THEN CAST(length(remarks) < 12 OR remarks LIKE '%负责%' AS INT) END)
        FROM reports""")[0]
    assert 0.08 < share < 0.3
    assert stock > 0.12


def test_nobody_samples_a_plant_that_stands_still_or_noise_in_the_rain(honest):
    still = """SELECT 1 FROM reports r JOIN external_events e ON e.place_id = r.client_id AND e.kind = 'stop'
        WHERE r.sampled_at >= e.from_at AND r.sampled_at < e.to_at"""
    wet = """SELECT 1 FROM reports r JOIN institutions i USING (institution_id) JOIN external_events e
        ON e.place_id = i.area_code AND e.kind = 'weather' WHERE r.object LIKE '%噪声%' AND hour(r.sampled_at) > 0
        AND r.sampled_at >= e.from_at AND r.sampled_at < e.to_at"""
    assert honest.count("SELECT 1 FROM external_events WHERE kind = 'stop'") > 3
    assert honest.count(still) == 0
    assert honest.count("SELECT 1 FROM external_events WHERE kind = 'weather'") > 1000
    assert honest.count(wet) == 0


def test_old_and_diesel_vehicles_are_caught_oftener(honest):
    seen = """SELECT t.fuel, e.value FROM external_events e JOIN vehicle_tests t
        ON replace(t.plate, '·', '') = e.place_id OR t.vin = e.place_id
        WHERE e.kind = 'remote_sensing' AND t.test_kind = 'emission'"""
    share = dict(honest.rows(f"SELECT fuel, avg(value) FROM ({seen}) GROUP BY 1"))
    assert 0.01 < share["汽油"] < share["柴油"] < 0.4


def test_late_kinds_change_nothing_else(tmp_path, monkeypatch):
    def digests(name):
        write(tmp_path / name, reports=3000, fraud_share=0.4, stealth="L2")
        files = sorted((tmp_path / name).glob("*"))
        late = ("labels", "rounds", "reports", "qc", "peaks", "purchases", "external_events")
        return {f.stem: hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.stem not in late}

    with_them = digests("with")
    monkeypatch.setattr("hengjian.citylab.cheats_late.SHARE", 0.0)
    assert digests("without") == with_them
    pair = [Tables(tmp_path / name) for name in ("with", "without")]
    first = f"SELECT * FROM labels WHERE kind NOT IN {LATE_KINDS} ORDER BY ALL"
    assert pair[0].rows(first) == pair[1].rows(first)
    rest = "SELECT * EXCLUDE (remarks) FROM reports"
    assert pair[0].rows(rest) == pair[1].rows(rest)


def test_late_kinds_are_given_to_cheats_only_and_about_equally_often():
    plan = make_plan(reports=60_000, seed=3, fraud_share=0.3, stealth="L1", window=window_until(UNTIL))
    late = [[f.kind for f in one.frauds if f.kind in LATE_KINDS] for one in plan.institutions if one.frauds]
    assert max(len(kinds) for kinds in late) == 1
    assert sum(len(kinds) for kinds in late) == pytest.approx(0.5 * len(late), abs=2)
    count = {kind: sum(kind in kinds for kinds in late) for kind in LATE_KINDS}
    assert min(count.values()) >= 4


def _share(tables, kind, condition):
    return tables.rows(f"""SELECT avg(CAST({condition} AS INT)) FROM reports p
        JOIN labels l USING (report_id) WHERE l.kind = '{kind}'""")[0][0]


def test_copies_are_equal_when_crude(cheating):
    words = "p.remarks = (SELECT s.remarks FROM reports s WHERE s.report_id = l.source_id)"
    peaks = """EXISTS (SELECT 1 FROM peaks a JOIN peaks b ON b.item_code = a.item_code AND b.rt_min = a.rt_min
        AND b.area = a.area WHERE a.report_id = p.report_id AND b.report_id = l.source_id
        GROUP BY a.item_code HAVING count(*) >= 4)"""
    for kind, condition in (("remark_copied", words), ("peaks_copied", peaks)):
        share = _share(cheating, kind, condition)
        # Careful ones leave the matrix as it is and fit only the substance to the result.
        assert share > 0.9 if cheating.stealth == "L1" else kind == "peaks_copied" or share < 0.2, kind


def test_ignored_control_is_off_and_not_repeated(cheating):
    least = {"L1": 0.3, "L2": 0.17, "L3": 0.1}[cheating.stealth]
    off = f"""EXISTS (SELECT 1 FROM results r JOIN qc q ON q.instrument_id = r.instrument_id
        AND q.item_code = r.item_code AND CAST(q.run_at AS DATE) = CAST(r.started_at AS DATE)
        WHERE r.report_id = p.report_id AND q.kind = 'ccv' AND q.value / q.expected - 1 > {least})"""
    assert _share(cheating, "qc_ignored", off) > 0.8


def test_idle_plants_used_hardly_any_power(cheating):
    left = {"L1": 0.05, "L2": 0.2, "L3": 0.5}[cheating.stealth]
    usual = "(SELECT median(u.value) FROM external_events u WHERE u.kind = 'power' AND u.place_id = p.client_id)"
    low = f"""EXISTS (SELECT 1 FROM external_events e WHERE e.kind = 'power' AND e.place_id = p.client_id
        AND p.sampled_at >= e.from_at AND p.sampled_at < e.to_at AND e.value < {left} * {usual})"""
    assert _share(cheating, "idle_plant", low) > 0.9


def test_kinds_without_reports_show_in_their_tables(cheating):
    houses = {kind: [row[0] for row in cheating.rows(f"SELECT institution_id FROM labels WHERE kind = '{kind}'")]
              for kind in WITHOUT_REPORTS}  # fmt: skip
    assert all(houses.values())
    blind = """SELECT avg(CAST(abs(value - assigned) > 2 * sigma_pt AS INT)) FROM rounds
        WHERE round_id LIKE 'MY-%' AND institution_id {} IN
        (SELECT institution_id FROM labels WHERE kind = 'blind_gap')"""
    honest, false = (cheating.rows(blind.format(word))[0][0] for word in ("NOT", ""))
    assert honest < 0.12 < 0.25 < false
    spread = """SELECT stddev_samp(value / expected) FROM qc JOIN instruments i USING (instrument_id)
        WHERE qc.kind = 'ccv' AND abs(value / expected - 1) < 0.1 AND i.institution_id {} IN
        (SELECT institution_id FROM labels WHERE kind = 'qc_invented')"""
    honest, false = (cheating.rows(spread.format(word))[0][0] for word in ("NOT", ""))
    assert false < {"L1": 0.2, "L2": 0.4, "L3": 0.75}[cheating.stealth] * honest


def test_bought_passes_are_seen_smoking(cheating):
    seen = """SELECT avg(e.value) FROM labels l JOIN vehicle_tests t USING (report_id) JOIN external_events e
        ON e.kind = 'remote_sensing' AND (replace(t.plate, '·', '') = e.place_id OR t.vin = e.place_id)
        WHERE l.kind = 'road_passes' AND e.from_at > t.finished_at"""
    assert cheating.rows(seen)[0][0] > {"L1": 0.5, "L2": 0.35, "L3": 0.15}[cheating.stealth]
