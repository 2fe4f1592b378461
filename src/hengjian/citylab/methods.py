"""What kinds of instruments use up, which write peak tables, and which are watched by control samples."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hengjian.citylab.catalogue import catalogue

Array = np.ndarray[Any, Any]

CURVE_LACK = {
    "icpms": -4.05, "afs": -3.6, "gc": -3.85, "gcms": -3.7, "hplc": -4.1, "ic": -3.8, "photometer": -3.6,
    "titrator": 0.0, "kjeldahl": 0.0, "nmhc": -3.7,
}  # fmt: skip
"""Kinds of instruments with control samples, and log10(1 − r) of their usual curve (0: no curve is made)."""

LOOSE = ("gc", "gcms", "hplc")
"""Organic residues: laboratories allow their checks 15 % instead of 10 %."""

MINUTES = {"gc": 19.0, "gcms": 24.0, "hplc": 15.0, "ic": 12.0}
"""Kinds of instruments that write peak tables, and the usable length of their chromatogram in minutes."""

# goods, unit, pack, shelf life in months; then instrument kind = used for each run of it
GOODS = tuple(
    line.split("|")
    for line in """
氩气|瓶|1|36|icpms=0.02 afs=0.012
氦气|瓶|1|36|gcms=0.02
氮气|瓶|1|36|gc=0.016 ultimate=0.01
硝酸（优级纯）|mL|500|24|icpms=14
混合标准溶液|支|1|12|icpms=0.08 afs=0.06 ic=0.05
硼氢化钾|g|100|12|afs=2
气相色谱柱|根|1|36|gc=0.0012 gcms=0.0012
液相色谱柱|根|1|36|hplc=0.0018
乙腈|L|4|24|hplc=0.07
进样瓶|个|100|36|gc=2.2 gcms=2.2 hplc=2.2 ic=2
微孔滤膜|片|100|36|hplc=2.1 ic=1.5 balance=0.6
标准滴定溶液|L|0.5|6|titrator=0.06
显色试剂|盒|1|12|photometer=0.05 reflux=0.05 autoclave=0.04
硫酸|L|0.5|24|kjeldahl=0.04 reflux=0.03
凯氏催化片|片|250|36|kjeldahl=2.2
培养基|g|250|12|incubator=22
一次性培养皿|个|500|24|incubator=14
采样滤筒|个|25|36|stack=3.4 airsampler=1.3
标准砂|袋|20|24|curing=0.5
汽油车标准气|瓶|1|18|analyzer=0.004
柴油车分析仪滤芯|个|5|36|dynolug=0.03 smoke=0.03
取样探头滤芯|个|10|36|analyzer=0.03
""".strip().splitlines()
)
BOTTLES = ("采样瓶", "个", 50, 36, 6.0)
"""Goods used for each sample of water or air that the institution collects."""


@cache
def use_of_kinds() -> Array:
    """Goods × kinds of instruments: what one run uses."""
    kinds = {row["kind"]: i for i, row in enumerate(catalogue().kinds)}
    use = np.zeros((len(GOODS), len(kinds)))
    for number, row in enumerate(GOODS):
        for part in row[4].split():
            kind, amount = part.split("=")
            use[number, kinds[kind]] = float(amount)
    return use
