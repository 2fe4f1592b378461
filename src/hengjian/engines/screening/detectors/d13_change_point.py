"""D13 – the share of failures changes abruptly at an institution (SUP-15.1); supporting evidence only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from hengjian.engines.screening.detector import ArrayStep, Detector, Need, Step
from hengjian.engines.screening.detectors.d6_pass_rate import CASES, JUDGED
from hengjian.engines.screening.expectation import STEPS
from hengjian.engines.screening.hits import hit_schema
from hengjian.engines.screening.peers import Floats

LEAST_REPORTS = 100
LEAST_FAILS = 10.0
LEAST_DAYS = 20
ODDS = 3.0
YEARS_BETWEEN_ALARMS = 10.0
SIMULATIONS = 500
FEW_SIMULATIONS, COMMON_IN_FEW = 50, 8
"""A peak that so many of a few simulations reach would not pass for rare in all of them (once in a million times)."""

LEAST_SHIFT = float(np.log(2.0))
NEAR_DAYS = 14
BINDING = 0.05
"""Within-institution share: failures of one day and place go together, so days vary more than by chance."""

HIT_SCHEMA = hit_schema(
    texts=("nature", "event", "event_subject"),
    floats=("before_share", "after_share", "peak", "usual_peak"),
    counts=("reports", "fails", "event_days", "tests"),
)

# Peers' rate of each case; the institution's own level is taken out in the array step: only a change counts.
DAYS = """
SELECT c.institution_id, CAST(floor(hj_epoch(c.issued_at) / 86400) AS BIGINT) AS day, count(*) AS n,
       CAST(sum(c.bad) AS BIGINT) AS bad, sum(x.rate) AS expected
FROM cases c
JOIN rates x ON x.institution_id = c.institution_id
  AND x.fine = concat_ws('|', c.field, c.object, c.round, c.standard_no, c.purpose, c.sector,
                         CAST(c.age_band AS VARCHAR))
WHERE c.issued_at IS NOT NULL
GROUP BY c.institution_id, CAST(floor(hj_epoch(c.issued_at) / 86400) AS BIGINT)
"""

BIG_ENOUGH = f"""
SELECT d.* FROM days d JOIN (
    SELECT institution_id FROM days GROUP BY institution_id
    HAVING sum(n) >= {LEAST_REPORTS} AND sum(bad) >= {LEAST_FAILS} AND count(*) >= {LEAST_DAYS}
) AS enough ON enough.institution_id = d.institution_id
ORDER BY d.institution_id, d.day
"""

EVENTS = """
SELECT institution_id, kind, coalesce(subject_id, '') AS subject,
       CAST(floor(hj_epoch(CAST(changed_on AS TIMESTAMP)) / 86400) AS BIGINT) AS day
FROM declarations WHERE changed_on IS NOT NULL ORDER BY institution_id, changed_on, kind, subject_id
"""


def weights(n: Floats, expected: Floats, odds: float) -> tuple[Floats, float]:
    """Per day the constant −n·ln(1 − p + OR·p), and ln OR per failure (Steiner's risk-adjusted CUSUM)."""
    share = np.clip(expected / n, 1e-6, 1 - 1e-6)
    return -n * np.log(1 - share + odds * share), float(np.log(odds))


def highest(scores: Floats) -> tuple[Floats, np.ndarray[Any, np.dtype[np.int64]]]:
    """Along the last axis: the highest point of the CUSUM and the place where its rise began."""
    sums = np.concatenate([np.zeros((*scores.shape[:-1], 1)), np.cumsum(scores, axis=-1)], axis=-1)
    lowest = np.minimum.accumulate(sums, axis=-1)
    path = sums - lowest
    peak = path.argmax(axis=-1)
    top = np.take_along_axis(path, peak[..., None], axis=-1)[..., 0]
    floor = np.take_along_axis(lowest, peak[..., None], axis=-1)
    began = (sums == floor).argmax(axis=-1)
    return top, began.astype(np.int64)


def peaks_by_chance(salt: str, n: Floats, expected: Floats, odds: float, *, times: int = SIMULATIONS) -> Floats:
    """Highest points of the CUSUM in simulated years without a change; the seed comes from the salt."""
    seed = int.from_bytes(hashlib.sha256(salt.encode()).digest()[:8], "big")
    chance = np.random.Generator(np.random.Philox(seed))
    constant, gain = weights(n, expected, odds)
    share = np.clip(expected / n, 1e-6, 1 - 1e-6)
    strength = 1 / BINDING - 1
    rate = chance.beta(share * strength, (1 - share) * strength, size=(times, len(n)))
    sums = np.zeros((times, len(n) + 1))
    np.cumsum(constant + gain * chance.binomial(n.astype(np.int64), rate), axis=1, out=sums[:, 1:])
    return np.asarray((sums - np.minimum.accumulate(sums, axis=1)).max(axis=1), dtype=np.float64)


def judge(institution: str, day: Floats, n: Floats, bad: Floats, expected: Floats) -> list[dict[str, Any]]:
    """Changes for the lenient and for the strict: at most one alarm in ten years by chance."""
    own = expected * bad.sum() / expected.sum()
    years = max(1.0, float(day[-1] - day[0]) / 365.25)
    found = []
    for nature, odds in (("lenient", 1 / ODDS), ("strict", ODDS)):
        constant, gain = weights(n, own, odds)
        peak, began = highest(constant + gain * bad)
        before, after = slice(0, int(began)), slice(int(began), None)
        if n[before].sum() == 0:
            continue
        shares = [(bad[part].sum() + 0.5) / (n[part].sum() + 1.0) for part in (before, after)]
        shift = np.log(shares[1] / (1 - shares[1])) - np.log(shares[0] / (1 - shares[0]))
        if shift * np.log(odds) <= 0 or abs(shift) < LEAST_SHIFT:
            continue
        few = peaks_by_chance(f"D13few{institution}", n, own, odds, times=FEW_SIMULATIONS)
        if np.count_nonzero(few >= peak) >= COMMON_IN_FEW:
            continue
        usual = peaks_by_chance(f"D13{institution}", n, own, odds)
        p = float((1 + np.count_nonzero(usual >= peak)) / (1 + SIMULATIONS))
        if p > min(0.01, years / YEARS_BETWEEN_ALARMS / 2):
            continue
        found.append(
            {"nature": nature, "p_value": p, "day": int(day[int(began)]), "peak": float(peak)}
            | {"usual_peak": float(np.quantile(usual, 0.99)), "reports": int(n.sum()), "fails": int(bad.sum())}
            | {"before_share": 100 * float(shares[0]), "after_share": 100 * float(shares[1])}
        )
    return found


def nearest(events: list[dict[str, Any]], day: int) -> dict[str, Any]:
    """The declared change closest to the day, if within a fortnight."""
    close = [one for one in events if abs(one["day"] - day) <= NEAR_DAYS]
    if not close:
        return {}
    best = min(close, key=lambda one: (abs(one["day"] - day), one["kind"], one["subject"]))
    return {"event": best["kind"], "event_subject": best["subject"], "event_days": int(best["day"] - day)}


def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
    """A risk-adjusted CUSUM for every institution with enough reports, aligned to its declared changes."""
    data = tables["big_enough"]
    events: dict[str, list[dict[str, Any]]] = {}
    for event in tables["events"].to_pylist():
        events.setdefault(event["institution_id"], []).append(event)
    owners = np.array(data["institution_id"].to_pylist(), dtype=np.str_)
    column = {
        name: np.asarray(data[name].to_numpy(zero_copy_only=False), dtype=np.float64)
        for name in ("day", "n", "bad", "expected")
    }
    names, begins = np.unique(owners, return_index=True)
    rows = []
    for name, begin, end in zip(names, begins, np.append(begins, len(owners))[1:], strict=True):
        part = {key: values[begin:end] for key, values in column.items()}
        for hit in judge(str(name), part["day"], part["n"], part["bad"], part["expected"]):
            day = hit.pop("day")
            rows.append(
                {"institution_id": str(name), "subject_id": str(name), "level": "S2", "slip": False, "firm": False}
                | {"occurred_at": day * 86_400_000_000, "tests": 2 * len(names)}
                | hit
                | nearest(events.get(str(name), []), day)
            )
    return pa.Table.from_pylist(rows, schema=HIT_SCHEMA)


DETECTOR = Detector(
    id="D13",
    version=1,
    name="change_point",
    title="不合格率突然变化",
    meaning="机构的不合格率在某一天前后突然变化，样品种类的变化解释不了；与人员、设备、场所变更或检查日期相近的，"
    "值得核对变更前后做法是否改变。只作佐证。",
    violation="SUP-15.1",
    cluster="outcome",
    kind="statistical",
    level="S2",
    subject_kind="institution",
    needs=(
        Need(
            table="reports",
            required=("field", "verdict", "issued_at"),
            optional=("object", "standard_no", "retest_of", "corrects", "purpose", "client_id"),
        ),
        Need(table="clients", optional=("client_id", "sector"), optional_table=True),
        Need(table="vehicle_tests", optional=("report_id", "first_registered_on"), optional_table=True),
        Need(
            table="declarations",
            optional=("institution_id", "kind", "subject_id", "changed_on"),
            optional_table=True,
        ),
    ),
    steps=(
        Step(name="cases", sql=CASES),
        Step(name="judged", sql=JUDGED),
        *STEPS,
        Step(name="days", sql=DAYS),
        Step(name="big_enough", sql=BIG_ENOUGH),
        Step(name="events", sql=EVENTS),
        Step(
            name="population",
            sql="SELECT institution_id, CAST(sum(n) AS BIGINT) AS n FROM big_enough GROUP BY institution_id",
        ),
    ),
    array=ArrayStep(inputs=("big_enough", "events"), compute=compute),
    key_columns=("nature",),
    min_n=LEAST_REPORTS,
    unit="份有结论的报告",
    says="不合格率由 {before_share}% 变为 {after_share}%（{nature}），变化始于 {occurred_at}",
    words={
        "nature": {"lenient": "变松", "strict": "变严"},
        "event": {
            "staff": "人员变更",
            "site": "场所变更",
            "instrument": "设备变更",
            "scope": "能力变更",
            "legal_rep": "法定代表人变更",
        },
    },
    labels={
        "nature": "方向",
        "occurred_at": "变化开始日期",
        "before_share": "此前不合格率（%）",
        "after_share": "此后不合格率（%）",
        "peak": "累积和峰值",
        "usual_peak": "无变化时峰值的第99百分位",
        "reports": "报告份数",
        "fails": "不合格份数",
        "event": "相近的申报变更",
        "event_subject": "变更对象",
        "event_days": "变更与变化开始相差天数",
    },
    on_site=(
        "核对变化前后的人员、设备、软件、委托方构成和作业指导书",
        "对比变化前后的原始记录和重复检测情况",
    ),
    benign=(
        "已按样品种类、初检复检、委托方行业等与同行比率标准化，只看机构自身的变化",
        "换了检测人员、设备或者主要客户也会引起变化：只作佐证，不单独成立",
        "按模拟，没有变化的机构十年至多误报一次；报告不足一百份、不合格不足十份的不判断",
    ),
    unit_level=True,
)
