"""Results and limits as laboratories write them: one reading is taken, two readings are refused and both are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from hengjian.engines.tables.writing import Refusal, narrow

Qualifier = Literal["", "<", ">", "nd", "word"]

_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?"
_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_TIMES = r"[×xX✕✖*·•]"
_POWER = (
    rf"(?:(?P<mantissa>[+-]?\d+(?:\.\d+)?)\s*{_TIMES}\s*)?"
    r"10(?:\^\s*(?P<caret>[+-]?\d{1,2})|(?P<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))"
)
_UNIT_FIRST = r"[A-Za-zμΩ%‰°℃㎎㎏㎡个倍度级次克毫千升米秒分时株粒只条天年枚份吨公]"
_UNIT = rf"{_UNIT_FIRST}[A-Za-z0-9μΩ%‰°℃个克毫千升米秒分时/·.()²³⁻¹^\-平方立厘公斤吨]*"
_LOST = re.compile(rf"(?P<mantissa>\d+(?:\.\d+)?)\s*{_TIMES}\s*10\s*(?P<lost>\d*)(?![\d^⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻])", re.ASCII)
_ONE = re.compile(
    rf"(?:{_POWER}|(?P<number>{_NUMBER}))\s*(?:±\s*(?P<spread>{_NUMBER})\s*)?(?P<unit>{_UNIT})?", re.ASCII
)
_ND = re.compile(
    r"(?:n\.?\s*d\.?|未检出|未检测出|not\s+detected)\s*"
    r"(?:[(\[]?\s*(?:<|检出限[:=]?|lod\s*[:=]?|mdl\s*[:=]?)?\s*(?P<bound>[^()\[\]]*?)\s*[)\]]?)?",
    re.IGNORECASE,
)
_RANGE = re.compile(rf"({_NUMBER})\s*({_UNIT})?\s*(?:~|～|-|—|–|至|到)\s*({_NUMBER})\s*({_UNIT})?", re.ASCII)
_PLAN = re.compile(r"\bn\s*=\s*\d", re.IGNORECASE)
_COMPARED = re.compile(r"(?P<op><=|>=|≤|≥|≦|≧|<|>|不大于|不超过|不小于|不低于|小于|大于)\s*(?P<rest>.+)", re.DOTALL)
_OPS = {"≤": "<=", "≦": "<=", "不大于": "<=", "不超过": "<=", "≥": ">=", "≧": ">=", "不小于": ">=", "不低于": ">="}
_OPS.update({"小于": "<", "大于": ">"})

_WORDS = """
阴性 阳性 无 有 正常 异常 清晰 完好 均匀 未见异常 检出 可疑 + 无异味 澄清 透明 不透明 negative positive
"""
_VERDICTS = "合格 不合格 符合 不符合 通过 不通过 未通过 符合要求 不符合要求 pass fail 达标 不达标"
QUALITATIVE = frozenset(_WORDS.split())
VERDICT_WORDS = frozenset(_VERDICTS.split())
_TWO_UNITS = re.compile(
    rf"{_NUMBER}\s*{_UNIT_FIRST}[^\d(（\[]*(?:\d+[A-Za-z]+)?\s*[(\[]\s*(?:=|即)?\s*{_NUMBER}\s*{_UNIT_FIRST}.*"
    rf"|{_NUMBER}\s*{_UNIT_FIRST}[^\d]*/\s*{_NUMBER}\s*{_UNIT_FIRST}[^\d/]*/.*",
    re.ASCII,
)
# GB 4789.2: a plate count of 100 and more is given with two significant digits, so 105 CFU/g is 10⁵ fallen down.
_COUNT = re.compile(r"(?<![\d.])10(?P<lost>[1-9])\s*CFU", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Measured:
    """A result: `value` is None for `<bound`, `>bound`, not detected and words; `unit` None where none is written."""

    value: Decimal | None
    qualifier: Qualifier = ""
    bound: Decimal | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Limit:
    """A limit: `op` None where it is not one number (`不得检出`, a sampling plan n, c, m, M)."""

    op: Literal["<=", "<", ">=", ">", "range"] | None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str | None = None
    plan: tuple[tuple[str, Decimal], ...] = ()
    not_detectable: bool = False


def lost_superscript(text: str) -> Refusal | None:
    """Has the exponent of a power of ten fallen down to the line? Both readings are shown, none is taken."""
    written = narrow(text)
    found = list(_LOST.finditer(written))
    if not found:
        return _lost_count(written)
    if len(found) > 1:
        return Refusal("superscript", f"{len(found)}个值都丢了上标，读不准", f"{len(found)}个值都补上标，如 3.7×10⁴")
    mantissa, lost = Decimal(found[0]["mantissa"]), found[0]["lost"]
    if not lost:
        return Refusal("superscript", "“×10”后面没有指数", f"写成 {mantissa}×10⁴ 这样带上标的数，或写成整数")
    literal = mantissa * int("10" + lost)
    if len(lost) > 2:
        return Refusal("superscript", f"像是丢了上标：照字面是{literal:,f}，读不准", "补上标，或写成整数")
    powered = mantissa.scaleb(int(lost))
    raised = lost.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return Refusal(
        "superscript",
        f"上标丢失。照字面是{_plain(literal)}，照写法应是{_plain(powered)}，两种读法不能替您选",
        f"写成 {mantissa}×10{raised} 或 {_plain(powered)}",
    )


def _lost_count(written: str) -> Refusal | None:
    found = _COUNT.search(written)
    if found is None:
        return None
    power = 10 ** int(found["lost"])
    return Refusal(
        "superscript",
        f"像是丢了上标。照字面是10{found['lost']}，照写法可能是{power}；菌落计数一百以上只写两位有效数字",
        f"写成 {power} 或改正数值",
    )


def parse_measured(text: str) -> Measured | Refusal:
    """Read a result cell that is not blank."""
    written = narrow(text)
    lowered = written.lower()
    if lowered in VERDICT_WORDS:
        return Refusal("value.verdict", "结果栏里是结论，没有数值", "填报告上的数值")
    if lowered in QUALITATIVE:
        return Measured(None, "word")
    lost = lost_superscript(written)
    if lost is not None:
        return lost
    nd = _ND.fullmatch(written)
    if nd is not None:
        return _not_detected(nd["bound"] or "")
    return _numeric(written, listed="，" in text or "；" in text or "、" in text)


def _numeric(written: str, *, listed: bool) -> Measured | Refusal:
    if _TWO_UNITS.fullmatch(written):
        return Refusal("value.two_units", "同一结果写了两种单位", "只留报告上的一种")
    one = None if listed else _ONE.fullmatch(written)
    if one is not None:
        return Measured(_number_of(one), unit=_unit_of(one["unit"]))
    compared = _COMPARED.fullmatch(written)
    if compared is None:
        return _why_not(written)
    op = _OPS.get(compared["op"], compared["op"])
    if op in ("<=", ">="):
        return Refusal("value.limit", f"“{compared['op']}”是限值的写法，不是测得的结果", "填报告上的数值")
    bound = _ONE.fullmatch(compared["rest"].strip())
    if bound is None or bound["spread"]:
        return _why_not(compared["rest"].strip())
    return Measured(None, "<" if op == "<" else ">", _number_of(bound), _unit_of(bound["unit"]))


def _not_detected(bound: str) -> Measured | Refusal:
    if not bound.strip():
        return Measured(None, "nd")
    one = _ONE.fullmatch(bound.strip().lstrip("<").strip())
    if one is None:
        return Refusal("value.form", "“未检出”后面的检出限读不成数", "写成 未检出(<0.05)")
    return Measured(None, "nd", _number_of(one), _unit_of(one["unit"]))


def parse_limit(text: str) -> Limit | Refusal:
    """Read a limit cell that is not blank: `≤0.1mg/kg`, `不得检出`, `6.0~9.0`, `n=5,c=2,m=10⁴,M=10⁵CFU/g`."""
    written = narrow(text)
    lost = lost_superscript(written)
    if lost is not None:
        return lost
    if re.fullmatch(r"不得检出|不得有|不应检出|禁用|不得使用|未检出|阴性", written):
        return Limit(None, not_detectable=True)
    if _PLAN.search(written):
        return _plan(written)
    compared = _COMPARED.fullmatch(written)
    if compared is not None:
        return _one_sided(_OPS.get(compared["op"], compared["op"]), compared["rest"].strip())
    between = _RANGE.fullmatch(written)
    if between is not None:
        return _range(between)
    if _ONE.fullmatch(written):
        return Refusal("limit.op", "限值没有写是“不大于”还是“不小于”", f"写成 ≤{written} 或 ≥{written}")
    return Refusal("limit.form", "读不成限值", "写成 ≤0.1mg/kg、6.0~9.0、不得检出 或 n=5,c=2,m=…,M=…")


def _one_sided(op: str, rest: str) -> Limit | Refusal:
    one = _ONE.fullmatch(rest)
    if one is None or one["spread"]:
        return Refusal("limit.form", "限值符号后面读不成一个数", "写成 ≤0.1mg/kg")
    number, unit = _number_of(one), _unit_of(one["unit"])
    if op in ("<=", "<"):
        return Limit(op, high=number, unit=unit)  # type: ignore[arg-type]
    return Limit(op, low=number, unit=unit)  # type: ignore[arg-type]


def _range(found: re.Match[str]) -> Limit | Refusal:
    low, high = (Decimal(found[place].replace(",", "")) for place in (1, 3))
    units = {unit for unit in (_unit_of(found[2]), _unit_of(found[4])) if unit}
    if low > high or len(units) > 1:
        return Refusal("limit.range", "范围的下限大于上限，或两端单位不同", "写成 6.0~9.0")
    return Limit("range", low=low, high=high, unit=units.pop() if units else None)


def _plan(written: str) -> Limit | Refusal:
    parts = [part.strip() for part in re.split(r"[,;，；、]\s*(?=[ncmM]\s*=)", written)]
    plan: list[tuple[str, Decimal]] = []
    unit = None
    for part in parts:
        name, _, rest = part.partition("=")
        one = _ONE.fullmatch(rest.strip())
        if one is None or name.strip() not in ("n", "c", "m", "M"):
            return Refusal("limit.plan", f"采样方案里“{part}”读不成数", "写成 n=5,c=2,m=10000,M=100000 CFU/g")
        plan.append((name.strip(), _number_of(one)))
        unit = _unit_of(one["unit"]) or unit
    names = [name for name, _ in plan]
    if len(set(names)) != len(names) or not {"n", "c", "m"} <= set(names):
        return Refusal("limit.plan", "采样方案缺少 n、c、m 中的一项，或有重复", "写成 n=5,c=2,m=10000,M=100000 CFU/g")
    return Limit(None, plan=tuple(plan), unit=unit)


def _number_of(found: re.Match[str]) -> Decimal:
    if found["number"]:
        return Decimal(found["number"].replace(",", ""))
    exponent = found["caret"] or found["raised"].translate(_SUPER)
    return Decimal(found["mantissa"] or "1").scaleb(int(exponent))


def _unit_of(written: str | None) -> str | None:
    return written.strip().replace("㎎", "mg").replace("㎏", "kg") if written else None


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _why_not(written: str) -> Refusal:
    numbers = re.findall(rf"{_NUMBER}", written, re.ASCII)
    if written in ("不得检出", "不得有"):
        return Refusal("value.limit", "“不得检出”是限值的写法，不是测得的结果", "未检出写“未检出”，检出的填数值")
    if _PLAN.search(written):
        return Refusal("value.plan", "结果栏里是采样方案 n、c、m、M", "填报告上的数值，采样方案写到限值栏")
    if written.startswith("#"):
        return Refusal("value.error", "表格公式出错，没有结果", "改正公式，或填写数值")
    if _RANGE.fullmatch(written):
        return Refusal("value.range", "是一个范围，不是一个值", "填报告上的数值")
    if len(numbers) > 1:
        return Refusal("value.several", f"一格里有{len(numbers)}个数", "一个值一行，平行样写平行号")
    if numbers:
        return Refusal("value.form", "数字前后有读不懂的文字", "只写数值和单位，如 0.52mg/kg")
    return Refusal("value.form", "读不成数值，也不是已知的定性结果", "填数值、未检出、<检出限 或 阴性/阳性")
