"""What identifies a person never survives: not with blanks, not full-width, not between other words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengjian.apps.publications.redaction import columns, redact, surname

IDS = st.builds(
    lambda area, year, month, day, tail, check: f"{area}{year}{month:02d}{day:02d}{tail:03d}{check}",
    st.integers(110000, 659999), st.integers(1930, 2010), st.integers(1, 12), st.integers(1, 28),
    st.integers(0, 999), st.sampled_from("0123456789X"),
)  # fmt: skip
PHONES = st.builds(lambda head, rest: f"1{head}{rest:09d}", st.integers(3, 9), st.integers(0, 10**9 - 1))
CARDS = st.builds(lambda rest: f"62{rest:017d}", st.integers(0, 10**17 - 1))
NAMES = st.sampled_from(["张三", "欧阳明理", "司徒朗", "李小四", "王建国"])
WORDS = st.text("未经检验检测出具报告共份，。；（）年月日第条罚款元该公司和的", min_size=0, max_size=20)
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def spaced(text: str, every: int) -> str:
    return " ".join(text[at : at + every] for at in range(0, len(text), every))


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(WORDS, min_size=4, max_size=4),
    identity=IDS,
    phone=PHONES,
    card=CARDS,
    name=NAMES,
    wide=st.booleans(),
)
def test_no_number_and_no_name_survives_wherever_it_stands(parts, identity, phone, card, name, wide):
    a, b, c, d = parts
    text = f"{a}{identity}，{b}{phone}；{c}{card}。{d}{name}称"
    made = redact(text.translate(WIDE) if wide else text, names=[name]).text
    flat = made.translate(str.maketrans("０１２３４５６７８９Ｘ", "0123456789X"))
    assert not any(secret in flat for secret in (identity, phone, card, name))


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(WORDS, min_size=3, max_size=3),
    identity=IDS,
    phone=PHONES,
    name=NAMES,
    more=st.lists(WORDS, max_size=2),
)
def test_redacting_twice_is_redacting_once(parts, identity, phone, name, more):
    text = f"{parts[0]}{identity}{parts[1]}家住城关镇三里{phone}，{parts[2]}举报人{name}反映"
    phrases = [one for one in more if len(one) >= 2]
    once = redact(text, names=[name], more=phrases).text
    assert redact(once, names=[name], more=phrases).text == once


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=80), phrase=WORDS.filter(lambda one: len(one) >= 2))
def test_any_text_is_answered_and_what_a_person_wants_removed_is_removed(text, phrase):
    made = redact(f"{text}{phrase}{text}", more=[phrase]).text
    assert phrase not in made.replace("［略］", "")
    assert redact(made, more=[phrase]).text == made


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("身份证110101 19800101 1234，", "身份证［身份证件号码略］，"),
        ("证件 11010119800101123X。", "证件 ［身份证件号码略］。"),
        ("旧号110101800101123。", "旧号［身份证件号码略］。"),
        ("护照号码：E12345678。", "［身份证件号码略］。"),
        ("电话138-0000-1111", "电话［电话号码略］"),
        ("座机（0871）6333 1234", "座机［电话号码略］"),
        ("座机0871-63331234", "座机［电话号码略］"),
        ("账号：6222 0000 1111 2222 333", "［银行账户略］"),
        ("家住青石县南门外小区3栋2单元501室，", "［住址略］，"),
        ("送至南门外小区3栋2单元501室。", "送至南门外小区［住址略］。"),
        ("微信号：abc_12345", "［网络账号略］"),
        ("邮箱 a.b@c.com.cn 收", "邮箱 ［电子邮箱略］ 收"),
        ("车牌京A·12345检测", "车牌［车牌号略］检测"),
        ("【商业秘密】配方甲、乙【/商业秘密】的成本", "［商业秘密略］的成本"),
        ("【商业秘密：客户名单】以及", "［商业秘密略］以及"),
        ("【商业秘密】没有写完", "［商业秘密略］"),
        ("举报人张三反映", "举报人张某反映"),
        ("证人欧阳明理称", "证人欧阳某称"),
        ("未成年人王小明，", "未成年人王某，"),
        ("举报人向本局提供", "举报人向本局提供"),
        ("\u200b1\u200b3800001111", "［电话号码略］"),
    ],
)
def test_kinds_with_their_replacement(text, told):
    assert redact(text).text == told


@pytest.mark.parametrize(
    "text",
    [
        "统一社会信用代码 915301020123456789",
        "证书编号 269901340001，报告编号 ZJ-2026-000123",
        "罚款 100000.00 元，违法所得 41600.00 元",
        "2026年5月12日至7月30日出具报告 83 份，依据 GB 5009.3-2016",
        "住所：青石县青石路 1 号",
    ],
)
def test_what_the_public_is_meant_to_read_stays(text):
    assert redact(text).text == text


def test_the_party_keeps_its_name_and_nobody_else():
    made = redact("张三丰检测有限公司的张三丰与李四", names=["张三丰", "李四"], keep=["张三丰检测有限公司"])
    assert made.text == "张三丰检测有限公司的张某与李某"
    assert made.counts() == {"name": 2}


def test_what_a_person_wants_removed_beats_what_would_be_kept():
    assert redact("甲公司与乙公司", keep=["乙公司"], more=["乙公司"]).text == "甲公司与［略］"


def test_the_preview_shows_what_was_removed_left_and_what_stands_there_right():
    left, right = columns("电话13800001111。", "电话［电话号码略］。")
    assert "".join(one.text for one in left) == "电话13800001111。"
    assert "".join(one.text for one in right) == "电话［电话号码略］。"
    assert any(one.changed and "13800001111" in one.text for one in left)


def test_surnames():
    assert [surname(one) for one in ("张三", "欧阳明理", "欧阳", "李小四")] == ["张某", "欧阳某", "欧某", "李某"]
