"""The functions that differ between engines: detectors write these names, each backend defines them."""

from __future__ import annotations

FUNCTIONS = {
    "hj_epoch": "hj_epoch(ts) – seconds since 1970 of a timestamp, as double",
    "hj_fingerprint": "hj_fingerprint(text) – 60-bit integer of the text (first 15 hex digits of MD5), summable",
    "hj_swapped": "hj_swapped(a, b) – true when b is a with two neighbouring characters swapped",
    "hj_near": "hj_near(a, b) – true when one character was swapped, changed, lost or added",
    "hj_days": "hj_days(ts, n) – the timestamp n days later",
    "hj_hex": "hj_hex(integer) – the integer as lower-case hexadecimal text",
}
"""At most ten, so that a second engine stays cheap."""

BANNED = (
    r"\blist\s*\([^)]*order\s+by",
    r"\bhash\s*\(",
    r"\bdate_diff\s*\(",
    r"\bkurtosis\s*\(",
    r"\bexclude\s+(current|group|ties)",
    r"\bdayofweek\s*\(",
    r"\basof\b",
    r"\brange\s*\(",
    r"\bcolumns\s*\(\s*\*",
    r"\bpivot\b",
    r"\bquantile_cont\s*\(",
    r"\bentropy\s*\(",
    r"\bnot\s+in\s*\(\s*select",
)
"""Wrong or absent on Spark, or known to be slow; a test looks for them in every step."""
