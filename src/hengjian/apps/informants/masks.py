"""Taking identities out of free text: what anybody without the right to open reads. No framework.

`mask` hides what has the form of personal data and whoever names themselves; `redact` besides hides the very values
that the informant gave. What is hidden is replaced by what it was, in 【】, so that the sentence still reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hengjian.apps.informants.identity import Identity, normal_phone

_GAP = r"[\s\-－—]?"
_ID_18 = rf"[1-9]\d{{5}}{_GAP}(?:19|20)\d{{2}}{_GAP}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_GAP}\d{{3}}[\dXx]"
_ID_15 = r"[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
_MOBILE = rf"(?:\+?86{_GAP})?1[3-9]\d(?:{_GAP}\d){{8}}"
_LANDLINE = r"\(?0\d{2,3}\)?[\s\-－]?\d{7,8}(?:[\-－]\d{1,5})?"
_SELF = (
    r"(?:我叫|我是|我的名字(?:是|叫)|本人(?:叫|是|姓名[是为]?)?|(?<!被)(?:举报人|投诉人)|署名|联系人|(?<![员师人方者])姓名)"
    r"[\s:：,，为是叫]{0,3}"
)
_SURNAME = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方"
    "俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计"
    "伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房"
    "裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢裴陆荣翁荀羊惠甄曲封储靳段巫焦巴弓牧谷车侯全班仰秋仲伊宫宁仇栾"
    "刘叶白蒲从鄂索赖卓屠蒙池乔阴鬱胥苍双闻莘党翟谭贡劳姬申扶堵冉宰雍桑桂濮牛寿通边扈燕冀浦尚农温别庄晏柴瞿阎"
    "肖曾覃曼岳帅缑况有琴商牟佘佴伯赏墨哈谯笪年爱阳佟辛阚那简饶空关游"
)
_TITLES = r"(?:先生|女士|小姐|同志)?"
_NAME = rf"(?:欧阳|司马|上官|诸葛|慕容|尉迟|[{_SURNAME}])[\u4e00-\u9fff·]{{1,3}}?"
_ENDS = r"(?:[\s,，。.;；、:：)）(（!！]|电话|手机|身份证|住|家住|$|\d)"
_SELF_NAME = re.compile(rf"({_SELF})({_NAME})(?={_TITLES}{_ENDS})")
_HOME = re.compile(
    r"((?:家住|我住在?|本人住在?|现住址?|家庭住址|住址|联系地址|通讯地址|通信地址)[\s:：,，是在为]{0,3})"
    r"([^\s,，。;；!！?？\n]{4,60})"
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+", re.ASCII), "电子邮箱"),
    (re.compile(rf"(?<![0-9A-Za-z])(?:{_ID_18}|{_ID_15})(?![0-9A-Za-z])"), "证件号码"),
    (re.compile(rf"(?<![0-9A-Za-z])(?:{_MOBILE}|{_LANDLINE})(?![0-9A-Za-z])"), "电话"),
    (re.compile(r"(?<![0-9A-Za-z])(?:62|60|4|5)\d{2}(?:[ ]?\d{4}){3}(?:[ ]?\d{1,3})?(?![0-9A-Za-z])"), "银行卡号"),
    (
        re.compile(
            r"((?:微信号?|QQ|qq|wechat|WeChat|Wechat)(?:号码?)?[\s:：是为]{0,3})([A-Za-z0-9_\-]{5,20})", re.ASCII
        ),
        "账号",
    ),
)
_FULL_WIDTH = {ord("０") + step: ord("0") + step for step in range(10)} | {ord("＠"): ord("@"), ord("Ｘ"): ord("X")}
LEAST_VALUE = 2


def mask(text: str) -> str:
    """The text without e-mail addresses, identity, phone and card numbers, accounts, own names and own addresses."""
    text = text.translate(_FULL_WIDTH)
    text = _HOME.sub(r"\1【地址】", text)
    for pattern, what in _PATTERNS:
        text = pattern.sub(_hidden(what), text)
    return _SELF_NAME.sub(r"\1【姓名】", text)


def redact(text: str, identity: Identity) -> str:
    """The text masked, and every value that the informant gave hidden wherever and however spaced it stands."""
    text = text.translate(_FULL_WIDTH)
    joined = _joined(text)
    for value, what in _own(identity):
        # most texts do not hold it: a pattern of its own for every value is dear
        if _joined(value) in joined:
            text = re.sub(_spaced(value), f"【{what}】", text, flags=re.IGNORECASE)
    return mask(text)


def mask_name(value: str) -> str:
    """`张**`; nothing for nothing."""
    value = value.strip()
    return value[:1] + "*" * max(len(value) - 1, 1) if value else ""


def mask_phone(value: str) -> str:
    """`138****5678`; shorter numbers wholly."""
    digits = normal_phone(value)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else "*" * len(digits)


def mask_id_no(value: str) -> str:
    """Everything but the first and the last character: the middle of an identity number is the day of birth."""
    value = value.strip()
    return value[:1] + "*" * (len(value) - 2) + value[-1:] if len(value) > 4 else "*" * len(value)


def mask_email(value: str) -> str:
    """`z***@example.cn`."""
    name, at, host = value.strip().partition("@")
    return f"{name[:1]}***@{host}" if at and name else "*" * len(value.strip())


def mask_address(value: str) -> str:
    """As far as the county, at most six characters, the rest hidden."""
    value = value.strip()
    found = re.match(r"^(.{2,12}?(?:区|县|旗|市)(?!.{0,4}[市区县旗]))", value)
    shown = found[1] if found else value[: min(len(value) // 3, 6)]
    return shown + "****" if value else ""


def _hidden(what: str) -> Callable[[re.Match[str]], str]:
    return lambda hit: f"{hit[1]}【{what}】" if hit.re.groups == 2 else f"【{what}】"


def _own(identity: Identity) -> list[tuple[str, str]]:
    named = [
        (identity.address, "地址"),
        (identity.email, "电子邮箱"),
        (identity.id_no, "证件号码"),
        (normal_phone(identity.phone), "电话"),
        (identity.phone, "电话"),
        (identity.name, "姓名"),
    ]
    return [(value.strip(), what) for value, what in named if len(value.strip()) >= LEAST_VALUE]


def _joined(text: str) -> str:
    """The text as `_spaced` reads it: without what may stand between the characters, capitals as small letters."""
    return re.sub(r"[\s\-－—]", "", text).casefold()


def _spaced(value: str) -> str:
    return r"[\s\-－—]{0,2}".join(re.escape(char) for char in re.sub(r"[\s\-－—]", "", value))
