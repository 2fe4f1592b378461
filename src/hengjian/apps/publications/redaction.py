"""What must not be told in public, found in a text and replaced; pure – names that are known come from the caller.

Removed (处罚信息公示规定 6, 个人信息保护法): numbers of identity papers, telephones, mail and chat addresses, homes and
bank accounts of natural persons, vehicle plates, names of witnesses, informants, minors and of everybody else who is
not the party, and what is marked as a business secret (【商业秘密】…【/商业秘密】 or 【商业秘密：…】).

Every replacement is a bracketed word that no pattern finds again: redacting twice is redacting once. A person may have
more removed (`more`), and nothing can be put back: what is stored is only ever the outcome.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from hengjian.engines.tables.identifiers import uscc_check_character

_FILL = "\ue000"
"""Stands for one character already taken, so that later patterns see neither it nor what it joined."""
_HAN = "\u4e00-\u9fa5"
_GAP = r"[ \u00a0\u3000\-－—·.]?"
_BEFORE, _AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任"
    "姜范石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章"
    "鲁葛伍韦申尤毕聂丛焦柳邢骆岳齐尚梅莫庄辛管祝左涂谷祁耿舒卜路詹关苗凌费纪靳盛童欧甄项曲游阳裴席卫查屈鲍位覃霍翁隋甘"
    "景薄单包司柏宁柯阮桂闵解强丘肖池冉宫褚娄褟滕"
)
_DOUBLE = (
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|宇文|司徒|司空|夏侯|钟离|闻人|轩辕|端木|独孤|南宫|公冶|百里|西门"
)
_ROLES = (
    "举报人|投诉人|证人|见证人|知情人|未成年人|受害人|被害人|消费者|送检人|检验员|检测员|引车员|法定代表人|负责人|主检人|主检|审核人|签发人"
    "|实际控制人|授权签字人|技术负责人|质量负责人|财务人员|经办人|联系人|员工|职工|姓名"
)
_VERBS = (
    "反映|举报|投诉|陈述|供述|证实|证明|称|说|述|于|在|向|将|与|和|及|提供|签字|签名|确认|等|对|的|系|是|为|未|出具"
    "|[、，。；：）（,;:()\\s]|$"
)
_PAPERS = "护照|通行证|军官证|士官证|居留证|回乡证|驾驶证|驾照"
_HOMES = "家庭住址|家庭地址|现住址|住址|户籍所在地|户籍地址|户籍地|户籍|现住地|现住|居住地|居住于|居住在|家住|常住"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_NEAR = r"[^0-9A-Za-z\ue000［］]"
_MARK = re.compile(r"【商业秘密】.*?(?:【/商业秘密】|$)|【商业秘密[:：].*?(?:】|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing that is removed: `label` as it is called, `told` what stands in its place."""

    kind: str
    label: str
    told: str
    pattern: re.Pattern[str]


def _rule(kind: str, label: str, pattern: str) -> Rule:
    return Rule(kind, label, f"［{label}略］", re.compile(pattern))


RULES: tuple[Rule, ...] = (
    Rule("secret", "商业秘密", "［商业秘密略］", _MARK),
    _rule("id", "身份证件号码", rf"{_BEFORE}[1-8](?:{_GAP}\d){{16}}{_GAP}[\dXx]{_AFTER}"),
    _rule("id", "身份证件号码", rf"{_BEFORE}9\d{{5}}(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d{{4}}[\dXx]{_AFTER}"),
    _rule("id", "身份证件号码", rf"{_BEFORE}[1-8]\d{{7}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}{_AFTER}"),
    _rule(
        "id", "身份证件号码", rf"(?:身份证|{_PAPERS})(?:号码|件号|号)?[^0-9A-Za-z\ue000［］]{{0,4}}[0-9A-Za-z*]{{6,20}}"
    ),
    _rule("id", "身份证件号码", rf"{_BEFORE}[EGDSPH]\d{{8}}{_AFTER}"),
    _rule("bank", "银行账户", r"(?:账号|帐号|卡号|账户|帐户)[^0-9\ue000［］]{0,8}\d(?:[ \-]?\d){7,29}"),
    _rule("bank", "银行账户", rf"{_BEFORE}[3-6]\d{{3}}(?:[ \-]?\d{{4}}){{3}}(?:[ \-]?\d{{1,3}})?{_AFTER}"),
    _rule("phone", "电话号码", rf"(?<!\d)(?:\+?86[ \-]?)?1[3-9](?:{_GAP}\d){{9}}(?!\d)"),
    _rule("phone", "电话号码", r"(?<!\d)[(（]?0\d{2,3}[)）]?[ \-]?\d{3,4}[ \-]?\d{4}(?:[ \-转]\d{1,6})?(?!\d)"),
    _rule("mail", "电子邮箱", r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+"),
    _rule("mail", "网络账号", r"(?:微信|QQ|qq|Ｑ)(?:号码|号)?[^0-9A-Za-z\ue000［］]{0,3}[0-9A-Za-z_\-]{5,20}"),
    _rule(
        "plate",
        "车牌号",
        rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]{_GAP}[A-Z0-9]{{5,6}}{_AFTER}",
    ),
    _rule("home", "住址", rf"(?:{_HOMES})(?:为|是|在|[:：])?[^，。；、,;\n\ue000［］]{{3,60}}"),
    _rule(
        "home",
        "住址",
        r"[0-9一二三四五六七八九十]{1,4}(?:栋|幢|号楼|单元)[^，。；,;\n\ue000［］]{0,12}?[0-9]{1,5}(?:室|户|号房)",
    ),
)
_ROLE_NAME = re.compile(
    rf"(?:{_ROLES})(?:姓名)?[:：]?\s?((?:{_DOUBLE})[{_HAN}]{{1,2}}|[{_SURNAMES}][{_HAN}]{{1,2}}?)(?={_VERBS})",
    re.MULTILINE,
)
LABELS: dict[str, str] = {rule.kind: rule.label for rule in RULES} | {"name": "姓名", "more": "人工隐去的内容"}
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\ue000\x00-\x08\x0b-\x1f]")
LEAST_NAME = 2
CODE = 18


@dataclass(frozen=True, slots=True)
class Found:
    """One place of the text: from, to, which kind, and what stands there instead."""

    start: int
    end: int
    kind: str
    told: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """The outcome: the text fit for the public and what was found in the text before."""

    text: str
    found: tuple[Found, ...]

    def counts(self) -> dict[str, int]:
        """How many places of each kind."""
        made: dict[str, int] = {}
        for one in self.found:
            made[one.kind] = made.get(one.kind, 0) + 1
        return made


def visible(text: str) -> str:
    """The text without characters that nobody sees and that would only split what must be found."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def redact(text: str, *, names: Iterable[str] = (), keep: Iterable[str] = (), more: Iterable[str] = ()) -> Redacted:
    """Remove what must not be told.

    `names` of natural persons go to surname + 某, wherever they stand outside of `keep` (the party, the organ). `more`
    are words that somebody wants removed besides; they beat `keep`.
    """
    plain = visible(text)
    work = _halved(plain)
    found: list[Found] = []
    for phrase in _longest_first(more, least=1):
        work = _take(work, found, _literal(phrase), "more", "［略］")
    for rule in RULES:
        work = _take(work, found, rule.pattern, rule.kind, rule.told)
    guarded = _spans(work, _longest_first(keep, least=LEAST_NAME))
    for name in _longest_first(names, least=LEAST_NAME):
        work = _take(work, found, _literal(name), "name", surname(name), guarded)
    work = _take(work, found, _ROLE_NAME, "name", None, guarded, group=1)
    for rule in RULES:  # what a name had hidden behind it
        work = _take(work, found, rule.pattern, rule.kind, rule.told)
    found.sort(key=lambda one: one.start)
    return Redacted(_built(plain, found), tuple(found))


def surname(name: str) -> str:
    """张某 for 张三, 欧阳某 for 欧阳明理."""
    plain = re.sub(r"\s", "", name)
    head = plain[:2] if len(plain) > LEAST_NAME and plain[:2] in _DOUBLE.split("|") else plain[:1]
    return f"{head}某"


def _halved(text: str) -> str:
    """Full-width letters and digits as half-width ones, one for one."""
    return "".join(_half(char) for char in text)


def _half(char: str) -> str:
    made = unicodedata.normalize("NFKC", char)
    return made if len(made) == 1 and made.isalnum() and made.isascii() else char


def _longest_first(words: Iterable[str], *, least: int) -> list[str]:
    made = {visible(word).strip() for word in words}
    return sorted((word for word in made if len(word) >= least), key=lambda word: (-len(word), word))


def _literal(phrase: str) -> re.Pattern[str]:
    """The phrase itself, with at most one blank between two of its characters."""
    return re.compile(
        r"[ \u3000\n]?".join(re.escape(char) for char in _halved(phrase) if not char.isspace()) or r"(?!)"
    )


def _take(
    work: str,
    found: list[Found],
    pattern: re.Pattern[str],
    kind: str,
    told: str | None,
    guarded: Sequence[tuple[int, int]] = (),
    *,
    group: int = 0,
) -> str:
    taken = []
    for hit in pattern.finditer(work):
        start, end = hit.span(group)
        if start == end or _FILL in work[start:end] or work[start:end].endswith("某"):
            continue
        if kind == "id" and _is_credit_code(work[start:end]):
            continue
        if any(first <= start and end <= last for first, last in guarded):
            continue
        taken.append(Found(start, end, kind, told or surname(work[start:end])))
    for one in taken:
        work = work[: one.start] + _FILL * (one.end - one.start) + work[one.end :]
    found.extend(taken)
    return work


def _is_credit_code(text: str) -> bool:
    """Eighteen digits beginning with 9 whose check character is that of a credit code of an institution."""
    return len(text) == CODE and text.startswith("9") and uscc_check_character(text[:-1]) == text[-1]


def _spans(work: str, keep: Sequence[str]) -> list[tuple[int, int]]:
    return [hit.span() for phrase in keep for hit in re.finditer(re.escape(_halved(phrase)), work)]


def _built(plain: str, found: Sequence[Found]) -> str:
    parts, last = [], 0
    for one in found:
        parts += [plain[last : one.start], one.told]
        last = one.end
    return "".join([*parts, plain[last:]])


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one column of the preview; `changed` where the other column differs."""

    text: str
    changed: bool


def columns(original: str, shown: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in stretches, with what was removed left and what stands there instead right."""
    left, right = [], []
    plain = visible(original)
    for tag, a, b, c, d in SequenceMatcher(None, plain, shown, autojunk=False).get_opcodes():
        same = tag == "equal"
        left += [Piece(plain[a:b], not same)] if b > a else []
        right += [Piece(shown[c:d], not same)] if d > c else []
    return left, right
