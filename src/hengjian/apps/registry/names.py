"""When two spellings of a name are the same name: pure functions over text."""

from __future__ import annotations

import re
import unicodedata

_BRACKETED = re.compile(r"\(([^()]*)\)")
_NOISE = re.compile(r"[\s\-_·.,、，。;；:：'\"“”‘’《》<>()\[\]【】]")
_FORMS = (
    ("股份有限责任公司", "股份公司"),
    ("股份有限公司", "股份公司"),
    ("有限责任公司", "公司"),
    ("有限公司", "公司"),
    ("检验检测", "检测"),
    ("检测检验", "检测"),
)
_PREFIX = re.compile(r"^(?:[^省市县区]{2,6}省)?(?:[^省市县区]{2,6}市)?(?:[^省市县区]{1,6}(?:县|区))?(?=.{3,})")


def plain_name(name: str) -> str:
    """NFKC (full-width → half-width), one kind of bracket, no spaces or punctuation, upper case."""
    text = (
        unicodedata.normalize("NFKC", name).replace("〔", "(").replace("〕", ")").replace("【", "(").replace("】", ")")
    )
    return _NOISE.sub("", _BRACKETED.sub(r"\1", text)).upper()


def name_key(name: str) -> str:
    """The name without what spellings differ in: brackets, company form, leading province, city and county.

    `澄川市远衡机动车检测（云泽）有限责任公司` and `远衡机动车检测(云泽)有限公司` give the same key.
    """
    text = plain_name(name)
    for written, short in _FORMS:
        text = text.replace(written, short)
    return _PREFIX.sub("", text, count=1) or text


def code_slip(left: str, right: str) -> str:
    """How two codes of the same length differ by one slip of the hand; empty if they differ by more (or not at all).

    Answers with the Chinese sentence: one other character, or two neighbours swapped.
    """
    if left == right or len(left) != len(right):
        return ""
    places = [place for place, pair in enumerate(zip(left, right, strict=True)) if pair[0] != pair[1]]
    if len(places) == 1:
        return f"代码只差第 {places[0] + 1} 位（{left[places[0]]}／{right[places[0]]}）"
    if len(places) == 2:
        first, second = places
        if second == first + 1 and left[first] == right[second] and left[second] == right[first]:
            return f"代码第 {first + 1}、{second + 1} 位互换（{left[first : second + 1]}／{right[first : second + 1]}）"
    return ""
