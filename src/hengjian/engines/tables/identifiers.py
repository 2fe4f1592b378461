"""What is wrong with an identifier: credit code (GB 32100-2015), CMA number, area code; standard numbers made alike.

A check answers with every problem it sees; an empty tuple means the identifier stands. Nothing is repaired here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from stdnum import numdb
from stdnum.cn import uscc as _uscc

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DEMO_PROVINCE = "99"
DEMO_DIVISIONS = "9901"
DEMO_ISSUER = "99"

_DEPARTMENTS = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}


def _numbered(words: str) -> dict[str, str]:
    return {f"{number:02d}": word for number, word in enumerate(words.split())}


CMA_ISSUERS = _numbered("""
国家 北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南
重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆
""")
CMA_FIELDS = _numbered("""
食品 建筑工程 建材 卫生计生 农林牧渔 机动车安检 公安刑事技术 司法鉴定 机械 电子信息 轻工 纺织服装 环境与环保 水质 化工
医疗器械 采矿冶金 能源 医学 生物安全 综合 其他
""")
CMA_DEPARTMENTS = _numbered("""
教育 工业和信息 公安 司法 国土资源 环保 住房与建设 交通 水利 农业 卫计委 技术监督 检验检疫 安全生产 食品药品 林业 中科院
粮食 国防科工 海洋 测绘 铁路 机械 化工 石油 电力 轻工 商贸 建材 供销 分析测试与冶金 有色 节能 军队 其他
""")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an identifier.

    `code` is stable; `sentence` is what the user reads; `position` counts characters from 1; `expected` is what should
    stand there where that is known. A problem that is not `blocking` is a hint (county codes change every year).
    """

    code: str
    sentence: str
    position: int | None = None
    expected: str | None = None
    blocking: bool = True


def clean_code(text: str) -> str:
    """Full-width characters made narrow, blanks and invisible characters dropped, upper case."""
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(ch for ch in narrow if not ch.isspace() and unicodedata.category(ch) != "Cf").upper()


@lru_cache(maxsize=8192)
def division_name(code: str) -> str | None:
    """Name of a six-digit division of GB/T 2260, past ones included; None where the code was never given out."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    found = {key: value for _, facts in numdb.get("cn/loc").info(code) for key, value in facts.items()}
    if "county" not in found:
        return None
    newest = found["county"].split(",")[-1]
    return str(found["province"]) + re.sub(r"^\[[^]]*\]", "", newest)


def check_division(code: str, *, demo: bool = False, place: int | None = None) -> tuple[Problem, ...]:
    """Is this six-digit division known? Province and city block, the county only warns: counties change every year."""
    if code.startswith(DEMO_PROVINCE):
        if demo and code.startswith(DEMO_DIVISIONS):
            return ()
        why = "是演示用的区划代码，这里不收" if code.startswith(DEMO_DIVISIONS) else "不是已公布的行政区划"
        return (Problem("division.demo", f"区划代码{code}{why}", place),)
    if code == "100000" or division_name(code):
        return ()
    if division_name(code[:2] + "0000") is None:
        return (Problem("division.province", f"区划代码{code}的前两位“{code[:2]}”不是任何省份", place),)
    if division_name(code[:4] + "00") is None:
        return (Problem("division.city", f"区划代码{code}的前四位“{code[:4]}”不是任何市", place),)
    return (Problem("division.county", f"区划代码{code}的县级部分未见公布，请核对", place, blocking=False),)


def check_uscc(text: str, *, demo: bool = False) -> tuple[Problem, ...]:
    """Problems of a unified social credit code: length, characters, department, category, division, check character."""
    code = clean_code(text)
    if not code:
        return (Problem("uscc.empty", "没有填写统一社会信用代码"),)
    problems = _uscc_characters(code)
    if len(code) != 18:
        return (_uscc_length(code, clean=not problems), *problems)
    if problems:
        return problems
    found = [*_uscc_classes(code), *check_division(code[2:8], demo=demo, place=3)]
    expected = uscc_check_character(code[:17])
    if code[17] != expected:
        found.append(Problem("uscc.check", f"校验码不对：第18位是“{code[17]}”，按前17位应为“{expected}”", 18, expected))
    return tuple(found)


def uscc_check_character(first17: str) -> str:
    """The 18th character that belongs to these 17 (GB 32100-2015)."""
    return str(_uscc.calc_check_digit(first17))


def _uscc_length(code: str, *, clean: bool) -> Problem:
    sentence = f"共{len(code)}位，应为18位"
    if clean and len(code) == 17:
        sentence += f"，可能缺了一位；若缺的是末位校验码，应为“{uscc_check_character(code)}”"
    elif len(code) > 18:
        sentence += f"，多出{len(code) - 18}位；不能自动截去，请核对原件"
    return Problem("uscc.length", sentence)


def _uscc_characters(code: str) -> tuple[Problem, ...]:
    problems = []
    for place, ch in enumerate(code, start=1):
        if ch not in USCC_ALPHABET:
            hint = {"I": "，是否为数字1", "O": "，是否为数字0", "Z": "，是否为数字2", "S": "，是否为数字5"}.get(ch, "")
            problems.append(Problem("uscc.character", f"第{place}位“{ch}”不能用在信用代码里{hint}", place))
        elif 3 <= place <= 8 and not ch.isdigit():
            problems.append(Problem("uscc.character", f"第{place}位“{ch}”应为数字（第3至8位是区划代码）", place))
    return tuple(problems)


def _uscc_classes(code: str) -> list[Problem]:
    categories = _DEPARTMENTS.get(code[0])
    if categories is None:
        return [Problem("uscc.department", f"第1位“{code[0]}”不是任何登记管理部门", 1)]
    if code[1] not in categories:
        allowed = "、".join(categories)
        return [Problem("uscc.category", f"第2位“{code[1]}”不是登记部门{code[0]}的机构类别（可用{allowed}）", 2)]
    return []


def check_cma(text: str, *, demo: bool = False) -> tuple[Problem, ...]:
    """Problems of a 12-digit CMA certificate number: year, issuer, field, department, running number (rules 13.1)."""
    code = clean_code(text)
    if not code:
        return (Problem("cma.empty", "没有填写证书编号"),)
    wrong = [(place, ch) for place, ch in enumerate(code, start=1) if not (ch.isascii() and ch.isdigit())]
    if wrong:
        return tuple(Problem("cma.character", f"第{place}位“{ch}”应为数字", place) for place, ch in wrong)
    if len(code) != 12:
        return (Problem("cma.length", f"共{len(code)}位，资质认定证书编号应为12位"),)
    issuers = {**CMA_ISSUERS, DEMO_ISSUER: "演示"} if demo else CMA_ISSUERS
    parts = (
        ("issuer", 3, code[2:4], issuers, "发证机关"),
        ("field", 5, code[4:6], CMA_FIELDS, "专业领域"),
        ("department", 7, code[6:8], CMA_DEPARTMENTS, "行业主管部门"),
    )
    problems = [
        Problem(f"cma.{name}", f"第{place}至{place + 1}位“{part}”不是{word}代码", place)
        for name, place, part, known, word in parts
        if part not in known
    ]
    if code[8:] == "0000":
        problems.append(Problem("cma.serial", "第9至12位顺序号应从0001起", 9))
    return tuple(problems)


def check_area(text: str, *, demo: bool = False) -> tuple[Problem, ...]:
    """Problems of an area code of 6, 9 or 12 digits."""
    code = clean_code(text)
    if not (code.isascii() and code.isdigit()):
        return (Problem("area.character", "行政区划代码只能是数字"),)
    if len(code) not in (6, 9, 12):
        return (Problem("area.length", f"共{len(code)}位，行政区划代码应为6、9或12位"),)
    return check_division(code[:6], demo=demo, place=1)


@dataclass(frozen=True)
class StandardNumber:
    """A standard's number written one way: `full` with year (`GB/T 3325-2024`), `base` without it."""

    full: str
    base: str


_STANDARD = re.compile(
    r"(?P<prefix>[A-Z]{1,6}(?:\d{2,4}(?=/))?(?:\s*/\s*[A-Z]{1,6})*)\s*"
    r"(?P<number>\d+(?:\.\d+)*)"
    r"(?:\s*[-:\u2013\u2014\u2212]\s*(?P<year>(?:19|20)\d{2}|\d{2})(?!\d))?"
)


def parse_standard(text: str) -> StandardNumber | None:
    """The first standard number in the text, or None where there is none; clauses after it are left out."""
    narrow = unicodedata.normalize("NFKC", text).upper().strip().lstrip("《【")
    found = _STANDARD.match(narrow)
    if found is None:
        return None
    base = re.sub(r"\s+", "", found["prefix"]) + " " + found["number"]
    return StandardNumber(full=f"{base}-{found['year']}" if found["year"] else base, base=base)


def normalise_standard(text: str) -> str:
    """The number in one spelling, or the text as it came (trimmed) where no number can be read from it."""
    found = parse_standard(text)
    return found.full if found else text.strip()


def same_standard(left: str, right: str) -> bool:
    """Do both texts name the same standard with the same year?"""
    return normalise_standard(left) == normalise_standard(right)
