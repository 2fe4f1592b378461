"""Masks: what is hidden in free text and what is left, because it is the evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengjian.apps.informants import masks
from hengjian.apps.informants.identity import Identity

WHO = Identity(name="欧阳小明", id_no="990121199003071234", phone="139-1234-5678", address="青石县西门街 7 号")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("我叫张小明，反映一件事", "我叫【姓名】，反映一件事"),
        ("本人李四光。", "本人【姓名】。"),
        ("举报人：王五 电话13800138000", "举报人：【姓名】 电话【电话】"),
        ("电话 138 0013 8000", "电话 【电话】"),
        ("手机+86-13800138000", "手机【电话】"),
        ("座机010-62345678转8", "座机【电话】转8"),
        ("身份证110105199003071234", "身份证【证件号码】"),
        ("身份证 110105 19900307 123x", "身份证 【证件号码】"),
        ("证号１１０１０５１９９００３０７１２３４", "证号【证件号码】"),
        ("邮箱 a.b-c@mail.example.cn 联系", "邮箱 【电子邮箱】 联系"),
        ("卡号6222021234567890123", "卡号【银行卡号】"),
        ("微信：zhang_123", "微信：【账号】"),
        ("家住解放路12号3单元，白天在", "家住【地址】，白天在"),
        ("联系地址：青桐市城东区解放路12号", "联系地址：【地址】"),
    ],
)
def test_personal_data_in_free_text_is_hidden_by_what_it_is(text, wanted):
    assert masks.mask(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "法定代表人王五指使检验员李四改数据",
        "证书编号 269901340001，报告 BG-2026-0815，2026年10月8日",
        "统一社会信用代码91990121MA00000008",
        "我是附近的居民，看到没有开机",
        "被举报人：王五",
        "金额 1200.50 元，一共 20 份",
    ],
)
def test_evidence_is_left_as_it_is(text):
    assert masks.mask(text) == text


def test_what_the_informant_gave_is_hidden_wherever_and_however_spaced():
    text = "欧阳 小明 说过；找欧阳小明，139 1234 5678，9901211990 03071234，青石县西门街7号。"
    assert masks.redact(text, WHO) == "【姓名】 说过；找【姓名】，【电话】，【证件号码】，【地址】。"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_around_it_lets_a_given_value_through(before, after):
    told = masks.redact(f"{before}欧阳小明{after}13912345678{before}", WHO)
    assert "欧阳小明" not in told and "13912345678" not in told


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text):
    once = masks.mask(text)
    assert masks.mask(once) == once


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("name", "张小明", "张**"),
        ("name", "", ""),
        ("phone", "+86 138 0013 8000", "138****8000"),
        ("phone", "6234567", "*******"),
        ("id_no", "110105199003071234", "1****************4"),
        ("id_no", "123", "***"),
        ("email", "zhang@example.cn", "z***@example.cn"),
        ("email", "nothing", "*******"),
        ("address", "青桐市城东区解放路12号", "青桐市城东区****"),
        ("address", "某处", "****"),
    ],
)
def test_single_values_are_shown_by_a_beginning(kind, value, wanted):
    assert getattr(masks, f"mask_{kind}")(value) == wanted
