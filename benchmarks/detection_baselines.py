"""What the screening must beat: plain features of institutions and the rankings made from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np

Array = np.ndarray[Any, Any]

REPORTS = """
SELECT institution_id, count(*) AS n_reports, avg(CAST(verdict = 'pass' AS INT)) AS pass_share,
    avg(CAST(verdict = 'fail' AS INT)) AS fail_share, avg(CAST(claims_full AS INT)) AS full_share,
    avg(CAST(retest_of IS NOT NULL AS INT)) AS retest_share,
    avg(CASE WHEN retest_of IS NOT NULL THEN CAST(verdict = 'pass' AS INT) END) AS retest_pass,
    avg(CAST(sample_lon IS NULL AS INT)) AS no_place, avg(CAST(agent_id IS NOT NULL AS INT)) AS by_agent,
    median(epoch(finished_at) - epoch(started_at)) AS hours_usual,
    stddev_pop(epoch(finished_at) - epoch(started_at)) AS hours_spread,
    median(epoch(issued_at) - epoch(finished_at)) AS wait_usual,
    median(epoch(uploaded_at) - epoch(issued_at)) AS lag_usual,
    min(epoch(issued_at) - epoch(finished_at)) AS wait_least,
    avg(CAST(hour(issued_at) >= 18 OR hour(issued_at) < 7 AS INT)) AS out_of_hours,
    count(DISTINCT tester_id) / count(*) AS testers, count(DISTINCT signatory_id) AS signatories,
    count(DISTINCT submit_device) AS devices, count(DISTINCT client_id) / count(*) AS clients,
    avg(fee_fen) AS fee, avg(CAST(started_at = finished_at AS INT)) AS no_time
FROM reports GROUP BY institution_id"""
RESULTS = """
SELECT institution_id, count(*) / count(DISTINCT report_id) AS items,
    avg(CAST(x.value IS NULL AS INT)) AS not_detected, avg(CAST(raw_sha256 IS NULL AS INT)) AS no_raw,
    avg(CAST(right(value_text, 1) IN ('0', '5') AS INT)) AS round_digits,
    avg(CASE WHEN limit_op = '<=' AND limit_high > 0 THEN least(x.value / limit_high, 3) END) AS of_limit,
    avg(CASE WHEN limit_op = '<=' AND limit_high > 0 THEN CAST(x.value BETWEEN 0.95 * limit_high AND limit_high AS INT)
        END) AS just_below,
    avg(CASE WHEN limit_op = '<=' AND limit_high > 0 THEN CAST(x.value > limit_high AND x.value <= 1.05 * limit_high
        AS INT) END) AS just_above,
    count(DISTINCT x.instrument_id) AS instruments
FROM results x JOIN reports USING (report_id) WHERE replicate = 0 GROUP BY institution_id"""
READINGS = """
SELECT institution_id, median(rsd) AS rsd_usual, avg(CAST(rsd = 0 AS INT)) AS equal_readings FROM (
    SELECT institution_id, report_id, item_code, stddev_samp(x.value) / nullif(avg(x.value), 0) AS rsd
    FROM results x JOIN reports USING (report_id) WHERE replicate > 0 AND x.value IS NOT NULL
    GROUP BY 1, 2, 3 HAVING count(*) > 1) GROUP BY institution_id"""
VEHICLES = """
SELECT institution_id, max(n) / sum(n) AS one_calid, count(*) / sum(n) AS calids FROM (
    SELECT institution_id, obd_calid, count(*) AS n FROM vehicle_tests JOIN reports USING (report_id)
    WHERE obd_calid IS NOT NULL GROUP BY 1, 2) GROUP BY institution_id"""
FUNNEL = """
SELECT institution_id, max((p - q) / sqrt(greatest(q * (1 - q), 1e-6) / n)) AS z FROM (
    SELECT institution_id, field, avg(CAST(verdict = 'pass' AS INT)) AS p, count(*) AS n,
        any_value(peers.q) AS q
    FROM reports JOIN (SELECT field, avg(CAST(verdict = 'pass' AS INT)) AS q FROM reports WHERE verdict <> 'none'
                       GROUP BY field) AS peers USING (field)
    WHERE verdict <> 'none' GROUP BY institution_id, field) GROUP BY institution_id"""


def features(data: Path) -> tuple[list[str], list[str], Array]:
    """Institutions, names of features, and their values (NaN where there is none); the last one is the funnel's z."""
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '3GB'")
    for table in ("institutions", "reports", "results", "vehicle_tests"):
        if (data / f"{table}.parquet").exists():
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM '{data / table}.parquet'")
    houses = [row[0] for row in connection.execute("SELECT institution_id FROM institutions ORDER BY 1").fetchall()]
    place = {house: k for k, house in enumerate(houses)}
    names: list[str] = []
    columns: list[Array] = []
    for sql in (REPORTS, RESULTS, READINGS, VEHICLES, FUNNEL):
        try:
            done = connection.execute(sql)
        except duckdb.CatalogException:
            continue
        found = [name[0] for name in done.description][1:]
        block = np.full((len(houses), len(found)), np.nan)
        for row in done.fetchall():
            block[place[row[0]]] = [np.nan if value is None else float(value) for value in row[1:]]
        names += found
        columns.append(block)
    return houses, names, np.hstack(columns)


def filled(matrix: Array, like: Array) -> Array:
    """Gaps take the median of the training institutions; everything on the scale of their quantiles."""
    with np.errstate(all="ignore"):
        middle = np.nan_to_num(np.nanmedian(like, axis=0))
    return np.where(np.isnan(matrix), middle, matrix)


def forest_scores(train: Array, test: Array) -> Array | None:
    """Isolation forest fitted on training institutions; None where scikit-learn is not installed."""
    try:
        from sklearn.ensemble import IsolationForest
    except ModuleNotFoundError:
        return None
    forest = IsolationForest(n_estimators=300, random_state=7).fit(filled(train, train))
    return -np.asarray(forest.score_samples(filled(test, train)))


def volume_draw(volume: Array, turn: int) -> Array:
    """A random order in which institutions with more reports tend to come first."""
    u = np.random.default_rng([31, turn]).random(len(volume))
    return u ** (1.0 / np.maximum(volume, 1))
