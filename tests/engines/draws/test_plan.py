"""plan.json, inspectors.json and coi.json: unknown, missing and impossible things are refused by name."""

import json
from copy import deepcopy

import pytest

from hengjian.engines.draws import OPEN_SALT_SHA256, canon, commitment, hash_of, read_json, reveal
from hengjian.kernel.errors import Refused
from tests.engines.draws.cases import ENTROPY, golden

CHANGES = {
    "unknown key": (lambda p: p.update(colour="red"), "plan.json 有不认识的项“colour”"),
    "hash written by hand": (lambda p: p.update(roster_sha256="0" * 64), "plan.json 不应当写 roster_sha256"),
    "no seq": (lambda p: p.pop("seq"), "plan.json 缺少 seq"),
    "no size": (lambda p: p.pop("n"), "plan.json 缺少 n：要么写 n 和 min_per_stratum，要么写 quota"),
    "no minimum": (lambda p: p.pop("min_per_stratum"), "plan.json 缺少 min_per_stratum"),
    "both sizes": (lambda p: p.update(quota={"A-food": 1}), "写了 quota 就不能再写 n"),
    "n above N": (lambda p: p.update(n=25), "plan.json 的 n 是 25，名录一共只有 24 家"),
    "n zero": (lambda p: p.update(n=0), "plan.json 的 n 不能小于 1"),
    "n true": (lambda p: p.update(n=True), "plan.json 的 n 必须是整数"),
    "n text": (lambda p: p.update(n="8"), "plan.json 的 n 必须是整数，现在是“8”"),
    "minimum above n": (lambda p: p.update(min_per_stratum=3), "各层合计至少要 9 家，超过 n（8）"),
    "method": (lambda p: p.update(method="random"), "method 只能是 equal（等概率）或 pareto（按权重），现在是“random”"),
    "prev": (lambda p: p.update(prev_commit="0"), "plan.json 的 prev_commit 必须是 64 位小写十六进制摘要值"),
    "upper-case salt": (lambda p: p.update(salt_sha256="A" * 64), "plan.json 的 salt_sha256 必须是 64 位小写"),
    "one custodian": (lambda p: p.update(salt_sha256=["a" * 64]), "至少要有两位保管人"),
    "same custodian": (lambda p: p.update(salt_sha256=["a" * 64] * 2), "有两位保管人的摘要值相同"),
    "zero custodian": (lambda p: p.update(salt_sha256=["a" * 64, OPEN_SALT_SHA256]), "盐是全零，等于没有盐"),
    "one source": (lambda p: p.update(entropy_spec=["双色球"]), "至少要有两个公开来源，现在有 1 个"),
    "no time zone": (lambda p: p.update(not_before="2026-01-05T21:30:00"), "必须写成带时区的时刻"),
    "no time": (lambda p: p.update(not_before="明天"), "现在是“明天”"),
    "early deadline": (lambda p: p.update(deadline="2026-01-05T21:00:00+08:00"), "deadline 不在 not_before 之后"),
    "bad id": (lambda p: p.update(draw_id="a\nb"), "plan.json 的 draw_id“a\nb”含有控制字符"),
    "double slot": (lambda p: p.update(slots=["lead", "lead"]), "slots 里有重名的岗位"),
    "cap of a stranger": (lambda p: p.update(caps={"J99": 1}), "caps 里“J99”不在 inspectors.json 中"),
    "negative cap": (lambda p: p.update(caps={"J01": -1}), "caps.J01 不能小于 0"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_fault_in_the_plan_is_refused_by_its_key(change):
    inputs, _ = golden("equal")
    plan = deepcopy(inputs.plan)
    CHANGES[change][0](plan)
    with pytest.raises(Refused) as refused:
        commitment(plan, inputs.roster, inputs.inspectors, inputs.coi)
    assert CHANGES[change][1] in refused.value.sentence
    assert refused.value.where["file"] == "plan.json"


QUOTAS = {
    "above the stratum": ({"A-food": 11, "B-env": 1, "C-vehicle": 1}, "要从“A-food”层抽 11 家，该层只有 10 家"),
    "unknown stratum": ({"D": 1}, "有“D”层，名录里没有这一层"),
    "stratum left out": ({"A-food": 1, "B-env": 1}, "没有写“C-vehicle”层；不抽也要写 0"),
    "nothing": ({"A-food": 0, "B-env": 0, "C-vehicle": 0}, "全是 0，没有可抽的"),
}


@pytest.mark.parametrize("fault", QUOTAS)
def test_an_impossible_quota_is_refused(fault):
    inputs, _ = golden("equal")
    plan = {key: value for key, value in inputs.plan.items() if key not in ("n", "min_per_stratum")}
    with pytest.raises(Refused) as refused:
        commitment(plan | {"quota": QUOTAS[fault][0]}, inputs.roster, inputs.inspectors, inputs.coi)
    assert QUOTAS[fault][1] in refused.value.sentence


PEOPLE = {
    "list": ([], "应当是“编号：专业与组长资格”的对象"),
    "malformed id": ({"张三": {"domains": [], "lead": 1}}, "编号“张三”只能用半角"),
    "no lead": ({"J1": {"domains": []}}, "“J1”缺少 lead"),
    "unknown key": ({"J1": {"domains": [], "lead": 1, "name": "x"}}, "“J1”有不认识的项“name”"),
    "lead yes": ({"J1": {"domains": [], "lead": "yes"}}, "lead 只能是 0 或 1，现在是“yes”"),
    "lead true": ({"J1": {"domains": [], "lead": True}}, "lead 只能是 0 或 1"),
    "domains text": ({"J1": {"domains": "食品", "lead": 1}}, "domains 应当是列表"),
    "both": ({"J1": {"domains": [], "lead": 1, "expert": 1}}, "不能既是组长又是专家"),
}


@pytest.mark.parametrize("fault", PEOPLE)
def test_a_fault_among_the_inspectors_is_refused(fault):
    inputs, _ = golden("equal")
    with pytest.raises(Refused) as refused:
        commitment(inputs.plan, inputs.roster, PEOPLE[fault][0], [])
    assert PEOPLE[fault][1] in refused.value.sentence
    assert refused.value.where["file"] == "inspectors.json"


CONFLICTS = {
    "three": ([["J01", "F01", "x"]], "coi.json 第 1 项不是“[检查人员, 机构]”两个编号"),
    "twice": ([["J01", "F01"], ["J01", "F01"]], "coi.json 第 2 项“J01，F01”重复"),
    "unknown person": ([["J99", "F01"]], "coi.json 里的检查人员“J99”不在 inspectors.json 中"),
    "unknown unit": ([["J01", "F99"]], "coi.json 里的机构“F99”不在名录中"),
    "object": ({"J01": "F01"}, "应当是“[检查人员, 机构]”的列表"),
}


@pytest.mark.parametrize("fault", CONFLICTS)
def test_a_fault_among_the_conflicts_is_refused(fault):
    inputs, _ = golden("equal")
    with pytest.raises(Refused) as refused:
        commitment(inputs.plan, inputs.roster, inputs.inspectors, CONFLICTS[fault][0])
    assert CONFLICTS[fault][1] in refused.value.sentence


JSON = {
    "float": (b'{"n": 8.0}', "“8.0”不是整数，小数和科学记数都不接受"),
    "power": (b'{"n": 1e1}', "“1e1”不是整数"),
    "nan": (b'{"n": NaN}', "“NaN”不是整数"),
    "twice": (b'{"n": 8, "n": 9}', "“n”出现了两次"),
    "null": (b'{"n": null}', "只能是整数、文字、列表或对象"),
    "true": (b'{"n": true}', "只能是整数、文字、列表或对象"),
    "broken": (b'{"n": 8,\n', "plan.json 第 2 行"),
    "bom": (b'\xef\xbb\xbf{"n": 8}', "字节顺序标记"),
    "latin": (b'{"n": "\xe9"}', "不是 UTF-8"),
    "deep": (b"[" * 100_000, "嵌套太深"),
    "long number": (b"1" * 5000, "有一个 5000 位的整数，太长"),
}


@pytest.mark.parametrize("fault", JSON)
def test_json_is_read_strictly(fault):
    with pytest.raises(Refused) as refused:
        read_json(JSON[fault][0], file="plan.json")
    assert JSON[fault][1] in refused.value.sentence


def test_canonical_json_sorts_by_code_point_and_escapes_nothing():
    assert (
        canon({"Ａ": 1, "\U00020000": [2], "a": {"β": "x\n"}}) == '{"a":{"β":"x\\n"},"Ａ":1,"\U00020000":[2]}'.encode()
    )
    for wrong in (1.5, None, True, {1: 2}, {"a": [0.5]}):
        with pytest.raises(Refused):
            canon(wrong)
    with pytest.raises(Refused, match="代理字符"):
        canon("\ud800")


def test_what_changed_after_the_commitment_is_named():
    inputs, told = golden("equal")
    salt = inputs.salts[0]
    edited = inputs.roster.replace(b"F03\tA-food\t10", b"F03\tA-food\t11")
    with pytest.raises(Refused, match=r"^roster.tsv 在承诺之后被改动过：承诺的摘要值是 6e6418ff"):
        reveal(inputs.commit, edited, inputs.inspectors, inputs.coi, salt=salt, entropy=ENTROPY)
    with pytest.raises(Refused, match=r"^coi.json 在承诺之后被改动过"):
        reveal(inputs.commit, inputs.roster, inputs.inspectors, inputs.coi[1:], salt=salt, entropy=ENTROPY)
    with pytest.raises(Refused, match=r"^inspectors.json 在承诺之后被改动过"):
        fewer = {key: value for key, value in inputs.inspectors.items() if key != "J07"}
        reveal(inputs.commit, inputs.roster, fewer, inputs.coi, salt=salt, entropy=ENTROPY)
    with pytest.raises(Refused, match="盐与承诺的摘要值不符"):
        reveal(inputs.commit, inputs.roster, inputs.inspectors, inputs.coi, salt=b"x" * 32, entropy=ENTROPY)
    with pytest.raises(Refused, match="密封模式的抽取，要给出保管人的盐"):
        reveal(inputs.commit, inputs.roster, inputs.inspectors, inputs.coi, entropy=ENTROPY)
    assert told["commit_sha256"] == hash_of(inputs.commit)


def test_open_mode_needs_no_salt():
    inputs, _ = golden("equal")
    commit = commitment(inputs.plan | {"salt_sha256": OPEN_SALT_SHA256}, inputs.roster, inputs.inspectors, inputs.coi)
    drawn = reveal(commit, inputs.roster, inputs.inspectors, inputs.coi, entropy=ENTROPY)
    assert drawn.reveal["salt"] == "00" * 32


def test_several_custodians_give_one_salt_and_each_is_checked():
    from hashlib import sha256

    inputs, _ = golden("equal")
    salts = [b"a" * 32, b"b" * 32]
    plan = inputs.plan | {"salt_sha256": [sha256(salt).hexdigest() for salt in salts]}
    commit = commitment(plan, inputs.roster, inputs.inspectors, inputs.coi)

    def drawn(given):
        return reveal(commit, inputs.roster, inputs.inspectors, inputs.coi, salt=given, entropy=ENTROPY)

    assert drawn(salts).salt == sha256(b"a" * 32 + b"b" * 32).digest()
    assert drawn(salts).reveal["salts"] == [salt.hex() for salt in salts]
    with pytest.raises(Refused, match="第 1 位保管人的盐与承诺的摘要值不符"):
        drawn(salts[::-1])
    with pytest.raises(Refused, match="承诺里有 2 位保管人，现在交来 1 份盐"):
        drawn(salts[:1])


def test_the_commitment_keeps_every_field_of_the_plan():
    inputs, _ = golden("equal")
    plan = inputs.plan | {"caps": {"J01": 3}, "slots": ["lead", "member"], "rules_sha256": "1" * 64}
    commit = commitment(plan, inputs.roster, inputs.inspectors, inputs.coi)
    assert {key: commit[key] for key in plan} == plan
    assert set(commit) - set(plan) == {"protocol", "roster_sha256", "inspectors_sha256", "coi_sha256"}
    assert json.loads(canon(commit)) == commit
