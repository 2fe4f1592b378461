"""What an institution of the generator is before its people and instruments exist, and the kinds of fraud there are."""

from __future__ import annotations

from dataclasses import dataclass, field

FIRST_KINDS = (
    "no_test",
    "vector_clone",
    "curve_clone",
    "curve_splice",
    "edit_pass",
    "instrument_double",
    "tester_double",
    "ghost_tester",
    "ghost_travel",
    "order_broken",
    "backdate",
    "too_short",
    "items_omitted",
    "out_of_scope",
    "expired",
    "signatory",
    "uncalibrated",
    "replicates_close",
    "obd_dongle",
    "donor_car",
    "dilution",
    "rated_power",
    "method_shopping",
    "photo_reuse",
    "pt_collusion",
    "lending",
    "sale_online",
)
"""Kinds that change reports, results and what belongs to them."""

LATE_KINDS = (
    "qc_invented",
    "qc_ignored",
    "peaks_copied",
    "stock_short",
    "blind_gap",
    "road_passes",
    "idle_plant",
    "remark_copied",
)
"""Kinds that show only in control samples, peaks, purchases, blind samples, what others saw, and remarks.

They are given to institutions that cheat anyway, by streams of their own, and committed after everything else: the
tables of the first kinds are the same with and without them.
"""

KINDS = FIRST_KINDS + LATE_KINDS
"""Every kind of fraud that is injected."""

IN_PAIRS = ("pt_collusion", "lending")
"""Kinds that two institutions commit together."""

WITHOUT_REPORTS = ("pt_collusion", "qc_invented", "stock_short", "blind_gap")
"""Kinds that falsify no report of the dataset."""

COPIES = ("vector_clone", "curve_clone", "curve_splice", "donor_car", "photo_reuse", "peaks_copied", "remark_copied")
"""Kinds whose labels name the report that was copied from."""

STEALTHS = ("L1", "L2", "L3")
SECOND, MINUTE, DAY_RESOLUTION = 1, 60, 86_400


@dataclass
class Fraud:
    """One kind of cheating at one institution: how crude, at what share of its reports, and with which other one."""

    kind: str
    stealth: str
    share: float
    partner: int = -1


@dataclass
class Line:
    """One field of work of an institution."""

    institution: int
    field: str
    reports: int
    products: list[int]
    benches: int = 1
    first_bench: int = 0
    samplers: int = 1


@dataclass
class Institution:
    """An institution before its people and instruments exist.

    `specialist`: tests only for clients whose goods never fail; `step`: its converters count in steps of the last
    digit; `clientele`: how far its clients' goods lie from the average; `failing`: share of vehicles that fail first.
    """

    number: int
    field: str
    lines: list[Line]
    public: bool
    resolution: int
    issue_by_day: bool
    coarse: bool
    batch_log: bool
    nd_style: int
    skew: int
    precision: float
    raw_kept: bool
    specialist: bool = False
    step: int = 1
    clientele: float = 0.0
    failing: float = 0.15
    frauds: list[Fraud] = field(default_factory=list)

    @property
    def reports(self) -> int:
        """Distinct reports of the year, uploads made twice not counted."""
        return sum(line.reports for line in self.lines)

    def fraud(self, kind: str) -> Fraud | None:
        """The fraud of this kind, if the institution commits it."""
        return next((fraud for fraud in self.frauds if fraud.kind == kind), None)
