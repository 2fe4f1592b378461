"""Dated data of inspections: result codes with their public wording, and the weights for drawing reports on site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal, TypeVar

from hengjian.kernel.citation import Reference
from hengjian.kernel.errors import NotFound
from hengjian.law.errors import LawError
from hengjian.law.models import Certain, Period
from hengjian.law.schema import parse_yaml, read_section

CODES_FILE = "result_codes.yaml"
WEIGHTS_FILE = "report_sampling.yaml"
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ResultCode(Certain, Period):
    """One outcome of an inspection; `wording` is what the publicity system shows, None: not for publication."""

    id: str
    title: str
    findings: Literal["none", "some", "any"]
    met: bool
    basis: tuple[Reference, ...]
    wording: str | None = None

    @property
    def public(self) -> bool:
        """Whether the outcome may be published."""
        return self.wording is not None

    def fits(self, findings: int) -> bool:
        """Whether a record with that many problems may bear the code."""
        return self.findings == "any" or (findings > 0) == (self.findings == "some")


@dataclass(frozen=True, kw_only=True)
class ReportWeights(Certain, Period):
    """Integer weights of reports in the sampling on site; `most` is the largest sample."""

    id: str
    title: str
    base: int
    severity_certain: int
    severity_strong: int
    severity_weak: int
    window_months: int
    default_size: int
    most: int
    basis_text: str

    def weight(self, severities: set[str]) -> int:
        """The weight of a report named by alerts of these severities: the base and the gravest ground."""
        added = {"certain": self.severity_certain, "strong": self.severity_strong, "weak": self.severity_weak}
        return self.base + max((added[one] for one in severities), default=0)


def load_codes(folder: Traversable) -> tuple[ResultCode, ...]:
    """Read and check the result codes; LawError names the first fault."""
    codes = _read(folder, CODES_FILE, "result_codes", ResultCode)
    for place, one in enumerate(codes):
        if any(other.id == one.id and other.meets(one) for other in codes[:place]):
            raise LawError("the code stands twice for one day", file=CODES_FILE, entry=one.id)
    return codes


def load_weights(folder: Traversable) -> tuple[ReportWeights, ...]:
    """Read and check the weights: positive integers, the base too, or a report could never be drawn."""
    rows = _read(folder, WEIGHTS_FILE, "report_sampling", ReportWeights)
    for one in rows:
        for name in ("base", "severity_certain", "severity_strong", "severity_weak", "window_months", "default_size"):
            if getattr(one, name) < 1:
                raise LawError("a positive integer is needed", file=WEIGHTS_FILE, entry=one.id, key=name)
        if one.default_size > one.most:
            raise LawError("larger than `most`", file=WEIGHTS_FILE, entry=one.id, key="default_size")
    return rows


def _read(folder: Traversable, name: str, section: str, kind: type[T]) -> tuple[T, ...]:
    path = folder.joinpath(name)
    if not path.is_file():
        raise LawError("the file is missing", file=name)
    raw: Mapping[str, Any] = parse_yaml(path.read_text(encoding="utf-8"), name)
    unknown = [str(key) for key in raw if key != section]
    if unknown:
        raise LawError("unknown section", file=name, key=unknown[0])
    if section not in raw:
        raise LawError("missing section", file=name, key=section)
    return read_section(kind, raw[section], name, section)


@cache
def _codes() -> tuple[ResultCode, ...]:
    return load_codes(files("hengjian.law"))


@cache
def _weights() -> tuple[ReportWeights, ...]:
    return load_weights(files("hengjian.law"))


def result_codes(on: date) -> tuple[ResultCode, ...]:
    """The codes in force on a day, by number."""
    return tuple(one for one in _codes() if one.holds_on(on))


def result_code(code: str, on: date) -> ResultCode:
    """The code in force on a day; NotFound otherwise."""
    for one in result_codes(on):
        if one.id == code:
            return one
    raise NotFound(f"没有编号为“{code[:10]}”的检查结果。")


def report_weights(on: date) -> ReportWeights:
    """The weights in force on a day; NotFound where none are."""
    for one in _weights():
        if one.holds_on(on):
            return one
    raise NotFound("这一天没有生效的现场抽查报告权重。")


@cache
def titles() -> Mapping[str, str]:
    """Code to title over all days, the latest last: for lists."""
    return {one.id: one.title for one in _codes()}
