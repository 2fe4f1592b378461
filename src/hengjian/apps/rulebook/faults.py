"""A fault of the law data as a sentence that whoever amends them can act on."""

from __future__ import annotations

import re

from hengjian.kernel.errors import Refused
from hengjian.law.errors import LawError

FIELDS = {
    "id": "编号",
    "key": "代号",
    "title": "名称",
    "short": "简称",
    "kind": "种类",
    "issuer": "制定机关",
    "versions": "各版本",
    "replaced_by": "被替代为",
    "heading": "标题",
    "summary": "内容",
    "situation": "情形",
    "effect": "还须证明",
    "proof": "证据",
    "basis": "依据条文",
    "penalties": "各期罚则",
    "fields": "领域",
    "conduct": "行为种类",
    "authority": "处罚机关",
    "transfer": "须移送其他部门",
    "measures": "处理措施",
    "institution": "对机构的金额",
    "persons": "对人员的金额",
    "licence": "资质后果",
    "ban": "从业禁止",
    "test_kind": "检验种类",
    "area_prefix": "适用地区（代码开头）",
    "when": "条件",
    "rule": "规则",
    "trigger": "起算事由",
    "length": "长度",
    "unit": "单位",
    "sense": "性质",
    "counted_by": "期间计算依据",
    "rolls": "届满日遇休息日顺延",
    "extensions": "可以延长",
    "pauses": "不计入的期间",
    "overdue": "逾期后果",
    "items": "项目",
    "values": "数值",
    "standards": "标准",
    "standard_no": "标准号",
    "effective_on": "实施日期",
    "abolished_on": "废止日期",
    "code": "代码",
    "is_key": "重点领域",
    "key_basis": "重点领域依据",
    "certainty": "把握",
    "note": "待核说明",
    "valid_from": "起始日",
    "valid_to": "终止日",
}
"""Field of an entry → the word on the form."""

_SAYINGS: tuple[tuple[str, str], ...] = (
    (r"not valid YAML: (?P<a>.*)", "写法不合要求，无法读取"),
    (r"unknown key", "没有这一项"),
    (r"missing key", "这一项没有填"),
    (r"a mapping is needed.*", "这里要写成“名称: 值”的形式"),
    (r"a list is needed|the section must be a list", "这里要写成清单，每行以“- ”开头"),
    (r"int is needed, not (?P<a>.*)", "这里要填整数，不能是 {a}"),
    (r"date is needed, not (?P<a>.*)", "这里要填日期（如 2027-01-01），不能是 {a}"),
    (r"bool is needed, not (?P<a>.*)", "这里要填 true 或者 false，不能是 {a}"),
    (r"str is needed, not (?P<a>.*)", "这里要填文字，不能是 {a}"),
    (r"\w+ is written as quoted text, not (?P<a>.*)", "这里的值要加引号，不能是 {a}"),
    (r"not a \w+: (?P<a>.*)", "{a} 的写法不对"),
    (r"(?P<a>.*) is not one of (?P<b>.*)", "{a} 不在可选的值里：{b}"),
    (r"no instrument (?P<a>.*)", "规则库里没有文件 {a}"),
    (r"no article (?P<a>.*)", "规则库里没有条文 {a}，请先录入该条文"),
    (r"(?P<a>.*) was never in force in this period", "{a} 在这段时间没有生效过"),
    (r"(?P<a>.*) does not exist", "规则库里没有 {a}"),
    (r"the id is used twice", "这个编号已经有了"),
    (r"valid_to lies before valid_from", "终止日早于起始日"),
    (r"validity periods overlap", "与另一个版本的有效期重叠"),
    (r"versions are not in order of time", "各版本没有按时间先后排列"),
    (r"no version", "至少要有一个版本"),
    (r"the new text begins before the one it succeeds", "新文本的起始日须晚于现有文本的起始日"),
    (r"only an entry with its own period is succeeded", "这一类条目没有自己的有效期，请用“更正录入”在其中加版本"),
    (r"there is no such entry to amend", "规则库里没有这个条目"),
    (r"which version is corrected is not said", "没有说明更正的是哪一个版本"),
    (r"the entry bears another id than the amendment", "条目的编号不能改"),
    (r"an unsure entry needs a note", "“待核实”的条目须写明待核说明"),
    (r"a fine is given in fen, a multiple in times", "罚款以分填 min_fen、max_fen，倍数填 min_times、max_times"),
    (r"the sums are no range", "金额的上限须大于零且不低于下限"),
    (r"unit, and length or most", "延长要写单位，并写长度或者上限之一"),
    (r"what moves the end is named", "届满日顺延的，须写明期间计算依据"),
    (r"neither \w+ nor standard", "须至少有一个依据条文或者标准"),
    (r"abolished before it took effect", "废止日期早于实施日期"),
    (r"(?P<a>.*): limit and comparison go together", "{a} 的限值和比较方式要一起填"),
    (r"(?P<a>.*) has (?P<b>\d+) articles in (?P<c>.*)", "{a}（{c}）只有 {b} 条"),
    (r"number \d+ contradicts the renumbering \((?P<a>\d+)\)", "条号与条号变动表不符，应为第 {a} 条"),
    (r"not an article id", "条文编号的写法不对，应如 SUP-15"),
)


def sentence_of(fault: LawError) -> str:
    """What is wrong and where, in Chinese; the data's own words where no saying is known."""
    told = fault.complaint
    for pattern, saying in _SAYINGS:
        found = re.fullmatch(pattern, fault.complaint, flags=re.DOTALL)
        if found:
            told = saying.format(**found.groupdict())
            break
    words = [FIELDS.get(part, part) for part in (fault.key or "").split(".") if part]
    place = "".join(f"“{part}”" if not part.isdigit() else f"第 {part} 个" for part in words)
    return f"{fault.entry or ''}{'的' if fault.entry and place else ''}{place}：{told}。".lstrip("：")


def refused(fault: LawError) -> Refused:
    """The fault as bad input of the form."""
    where = {"field": (fault.key or "").partition(".")[0], "file": fault.file, "entry": fault.entry or ""}
    return Refused(sentence_of(fault), where=where)
