"""Entropy as RFC 3797 writes it, and what is known of a drand pulse."""

import pytest

from hengjian.engines.draws import drand_randomness, drand_source, entropy_string, read_entropy
from hengjian.kernel.errors import Refused
from tests.engines.draws.cases import ENTROPY, vector

WRONG = {
    "object": ({}, "应当是来源的列表"),
    "none": ([], "没有一个来源"),
    "extra key": ([{"unordered": False, "values": [1], "name": "x"}], "第 1 个来源应当只写 unordered 和 values 两项"),
    "no flag": ([{"values": [1]}], "第 1 个来源应当只写 unordered 和 values 两项"),
    "flag 1": ([{"unordered": 1, "values": [1]}], "unordered 只能是 true 或 false"),
    "no value": ([{"unordered": False, "values": []}], "第 1 个来源没有数值"),
    "text": ([{"unordered": False, "values": ["7"]}], "第 1 个来源的数值“7”不是非负整数"),
    "negative": ([{"unordered": False, "values": [-7]}], "第 1 个来源的数值“-7”不是非负整数"),
    "fraction": ([{"unordered": False, "values": [7.0]}], "数值“7.0”不是非负整数"),
    "true": ([{"unordered": False, "values": [True]}], "数值“True”不是非负整数"),
    "huge": ([{"unordered": False, "values": [2**2000]}], "最多 1024 位二进制"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_entropy_of_the_wrong_form_is_refused(fault):
    with pytest.raises(Refused) as refused:
        entropy_string(WRONG[fault][0])
    assert WRONG[fault][1] in refused.value.sentence


def test_the_number_of_sources_is_the_committed_one():
    with pytest.raises(Refused, match="有 3 个来源，承诺里写明的是 2 个"):
        read_entropy(ENTROPY, expected=2)


def test_the_string_is_that_of_rfc_3797_section_6():
    told = vector("rfc3797_section6")["inputs"]
    listed = [source if isinstance(source, list) else [source] for source in told["sources"]]
    assert entropy_string([{"unordered": True, "values": values} for values in listed]) == told["key"]


def test_the_order_of_ordered_values_is_kept():
    assert entropy_string([{"unordered": False, "values": [3, 1, 2]}, {"unordered": True, "values": [3, 1, 2]}]) == (
        "3.1.2./1.2.3./"
    )


def test_a_drand_pulse_is_taken_when_its_randomness_is_the_hash_of_its_signature():
    told = vector("drand_quicknet_657413")
    signature, randomness = told["inputs"]["signature"], told["expected"]["randomness"]
    assert drand_randomness(signature) == randomness
    pulse = {"round": 657413, "signature": signature, "randomness": randomness}
    source = drand_source(pulse)
    assert entropy_string([source]) == f"657413.{int(randomness, 16)}./"
    with pytest.raises(Refused, match="drand 第 657413 轮的随机数不是它签名的 SHA-256"):
        drand_source(pulse | {"randomness": "0" * 64})
    with pytest.raises(Refused, match="轮次应当是正整数"):
        drand_source(pulse | {"round": "657413"})
    with pytest.raises(Refused, match="签名应当是"):
        drand_source(pulse | {"signature": "xyz"})
