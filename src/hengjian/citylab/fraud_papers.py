"""Frauds on what an institution is entitled to: scope, certificate, signatory, calibration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import CHAMBER, catalogue
from hengjian.citylab.fraud_scene import Scene
from hengjian.citylab.workdays import DAY

Array = np.ndarray[Any, Any]


def leave_scope(scene: Scene) -> Array:
    """One item that the scope does not hold (L1), holds only later (L2), or only up to a value (L3)."""
    shard, items, cat = scene.shard, scene.shard.items, catalogue()
    kept = scene.items[items.keep[scene.items] & ~shard.runs.outside[items.run[scene.items]]]
    codes = np.array([entry["item"] for entry in cat.items])
    found, count = np.unique(codes[items.item[kept]], return_counts=True)
    if not len(found):
        return kept
    goal = scene.wanted(len(scene.rows), least=6)
    code = str(found[np.argsort(np.abs(count - goal), kind="stable")[0]])
    mine = kept[codes[items.item[kept]] == code]
    if scene.level == 0:
        _drop_scope(scene, code)
    elif scene.level == 1:
        mine = _approve_late(scene, code, mine)
    else:
        mine = _bound_range(scene, code, mine)
    return items.report[mine]


def _scope_rows(scene: Scene, code: str) -> list[dict[str, Any]]:
    numbers = {number for number, _, _ in scene.house.certificates}
    return [
        row
        for row in scene.shard.masters.rows["scope"]
        if row["certificate_no"] in numbers and row["item_code"] == code
    ]


def _drop_scope(scene: Scene, code: str) -> None:
    gone = {id(row) for row in _scope_rows(scene, code)}
    rows = scene.shard.masters.rows["scope"]
    rows[:] = [row for row in rows if id(row) not in gone]


def _approve_late(scene: Scene, code: str, mine: Array) -> Array:
    shard = scene.shard
    issued = shard.times.issued[shard.items.report[mine]] // DAY
    day = int(np.sort(issued)[min(len(issued) - 1, max(3, len(issued) * 2 // 3))])
    for row in _scope_rows(scene, code):
        row["approved_on"] = max(row["approved_on"], shard.plan.window.at(day + 61))
    return mine[issued <= day]


def _bound_range(scene: Scene, code: str, mine: Array) -> Array:
    items = scene.shard.items
    value = np.where(items.nd[mine], 0, items.value[mine] / 10.0 ** items.decimals[mine])
    bound = float(np.sort(value)[len(value) * 2 // 3])
    for row in _scope_rows(scene, code):
        row["range_low"], row["range_high"] = 0.0, bound
    return mine[value > bound * 1.02]


def outlive_certificate(scene: Scene) -> Array:
    """Reports after the certificate has run out (L1 for long, L3 for days), or while it is suspended (L2)."""
    shard = scene.shard
    number, _, end = scene.house.certificates[0]
    day = shard.times.issued[scene.rows] // DAY
    if scene.level != 1:
        return scene.rows[day > end]
    window = shard.plan.window
    length = max(20, int(window.days * min(0.4, scene.fraud.share * 2)))
    start = 30 + scene.stream.one(window.days - length - 40)
    rows = shard.masters.rows["certificate_status"]
    first = next(row for row in rows if row["certificate_no"] == number)
    until = first["to_on"]
    first["to_on"] = window.at(start - 1)
    rows.append(
        {
            "certificate_no": number,
            "status": "suspended",
            "from_on": window.at(start),
            "to_on": window.at(start + length - 1),
        }
    )
    rows.append({"certificate_no": number, "status": "valid", "from_on": window.at(start + length), "to_on": until})
    return scene.rows[(day >= start) & (day < start + length) & (shard.certificate[scene.rows] == 0)]


def sign_without_right(scene: Scene) -> Array:
    """Signed by somebody who is no signatory (L1), is one for another field (L2), or no longer is one (L3)."""
    shard = scene.shard
    if scene.level == 2:
        return _sign_after_end(scene)
    rows = scene.pick(scene.free(), scene.wanted(len(scene.free())))
    shard.signatory[rows] = scene.house.trainee
    if scene.level == 1:
        own = {line.field for line in scene.house.plan.lines}
        other = next(name for name in ("other", "product") if name not in own)
        for certificate, start, end in scene.house.certificates:
            shard.masters.rows["signatories"].append(
                {
                    "person_id": shard.masters.people[scene.house.trainee],
                    "certificate_no": certificate,
                    "field": other,
                    "valid_from": shard.plan.window.at(start),
                    "valid_to": shard.plan.window.at(end),
                }
            )
    return rows


def _sign_after_end(scene: Scene) -> Array:
    shard = scene.shard
    person = next(iter(scene.house.signatories.values()))[0]
    name = shard.masters.people[person]
    day = shard.times.issued[scene.rows] // DAY
    signed = scene.rows[shard.signatory[scene.rows] == person]
    if not len(signed):
        return signed
    days = np.sort(shard.times.issued[signed] // DAY)
    keep = max(0, len(days) - scene.wanted(len(signed), least=3) - 1)
    last = shard.plan.window.at(int(days[keep]))
    for row in shard.masters.rows["signatories"]:
        if row["person_id"] == name:
            row["valid_to"] = last
            row["valid_from"] = min(row["valid_from"], last - timedelta(days=400))
    return scene.rows[(shard.signatory[scene.rows] == person) & (day > int(days[keep]))]


def skip_calibration(scene: Scene) -> Array:
    """The busiest instrument works on without calibration for 120 (L1), 45 (L2) or 16 days (L3)."""
    shard, runs = scene.shard, scene.shard.runs
    mine = scene.runs[runs.keep[scene.runs] & (runs.mode[scene.runs] < CHAMBER) & ~runs.outside[scene.runs]]
    if not len(mine):
        return mine
    used, count = np.unique(shard.instruments.of_run[mine], return_counts=True)
    instrument = int(used[np.argmax(count)])
    on_it = mine[shard.instruments.of_run[mine] == instrument]
    length = scene.by_level(120, 45, 16)
    day = runs.start[on_it] // DAY
    days = shard.plan.window.days
    starts = 25 + scene.stream.integers(8, days - length - 30)
    inside = [int(np.sum((day >= start) & (day < start + length))) for start in starts]
    start = int(starts[int(np.argmax(inside))])
    if not max(inside):
        return mine[:0]
    shard.gaps[instrument] = (start, start + length)
    return runs.report[on_it[(day >= start) & (day < start + length)]]
