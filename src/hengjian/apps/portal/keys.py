"""What every key of the public JSON means, thing by thing."""

from __future__ import annotations

from collections.abc import Mapping

ENVELOPE: dict[str, str] = {
    "title": "页面标题",
    "address": "永久地址",
    "json": "本页 JSON 的永久地址",
    "date": "页面日期",
    "generated_at": "生成时间",
    "data_as_of": "数据截至：所列内容中最新一项形成的时间；没有内容时为空",
    "data": "本页内容，各页的键见下",
}
PAGED: dict[str, str] = {"page": "第几页", "pages": "共几页", "page_size": "每页条数", "total": "共几条"}
BRIEF: dict[str, str] = {"uscc": "统一社会信用代码", "name": "机构名称"}
FIELD: dict[str, str] = {"code": "领域代码", "name": "领域名称"}
INSTITUTION: dict[str, str] = {
    **BRIEF,
    "kind": "机构属性代码",
    "kind_name": "机构属性",
    "status": "状态代码",
    "status_name": "状态",
    "fields": "领域",
    **{f"fields[].{key}": told for key, told in FIELD.items()},
    "address": "地址",
    "area_code": "行政区划代码",
    "registered_on": "成立日期",
    "organ": "管辖机关",
}
RESULT: dict[str, str] = {
    "number": "检查编号",
    "institution": "被检查机构",
    **{f"institution.{key}": told for key, told in BRIEF.items()},
    "organ": "检查机关",
    "kind": "来源代码：draw、key_field、monitoring、campaign 为计划内，lead 为线索核查",
    "kind_name": "来源",
    "item": "计划事项；线索核查为空",
    "item.number": "事项编号",
    "item.title": "事项名称",
    "draw": "抽查编号；不是抽取产生或者证明还没有公开的为空",
    "notice": "通知方式代码",
    "notice_name": "通知方式",
    "ended_on": "检查结束日",
    "result_code": "结果代码",
    "result": "公示用语",
    "published_at": "公示时间",
}
PLAN: dict[str, str] = {
    "number": "计划编号",
    "title": "名称",
    "organ": "机关",
    "year": "年度",
    "version": "版本",
    "state": "状态代码",
    "state_name": "状态",
    "filed_with": "备案机关",
    "receipt_no": "备案文号",
    "in_force_at": "备案确认时间",
    "ended_at": "办结或者被新版本替代的时间",
}
ITEM: dict[str, str] = {
    "number": "事项编号",
    "title": "事项名称",
    "kind": "类别代码",
    "kind_name": "类别",
    "amount": "数量",
    "share": "比例（%）",
    "n": "家数",
    "fields": "领域；空为全部",
    **{f"fields[].{key}": told for key, told in FIELD.items()},
    "area_codes": "区域；空为全部",
    "batches": "批次",
    "months": "计划月份",
    "method": "抽取方法代码",
    "method_name": "抽取方法",
    "notice_name": "是否事先通知",
    "departments": "联合部门",
    "checklists": "检查内容；空为全部",
    "checklists[].id": "检查表编号",
    "checklists[].title": "检查表名称",
    "joined_to": "与哪一事项同次入企",
    "shares": "分层比例",
    "shares[].field": "领域；空为全部",
    "shares[].area_code": "区域；空为全部",
    "shares[].rating": "信用等级；空为全部",
    "shares[].share": "比例（%）",
    "visits_done": "已完成的入企检查",
}
METER: dict[str, str] = {
    "key": "指标代码",
    "label": "指标",
    "done": "已完成家数",
    "total": "应覆盖家数",
    "required_percent": "要求（%）",
    "met": "是否达到",
    "source": "要求的出处",
}
DRAW: dict[str, str] = {
    "number": "抽查编号",
    "title": "名称",
    "organ": "机关",
    "state": "状态代码",
    "state_text": "状态",
    "mode": "模式代码：open 公开，sealed 密封",
    "mode_name": "模式",
    "seq": "本机关第几号承诺",
    "commit_sha256": "承诺值",
    "committed_at": "公布承诺的时间",
    "not_before": "随机来源（熵）最早产生的时间",
    "roster_size": "名录家数",
    "result_sha256": "结果摘要值；公布摘要以前为空",
    "announced_at": "公布结果摘要的时间（密封模式）",
    "published_at": "公开证明的时间",
    "open_by": "最迟公开日期（密封模式）",
    "voided_at": "作废时间",
}
DRAW_WHOLE: dict[str, str] = {
    **DRAW,
    "batch": "批次",
    "method": "抽取方法代码",
    "method_name": "抽取方法",
    "prev_commit": "上一号承诺值",
    "deadline": "熵的截止时间",
    "entropy_text": "熵的编码",
    "drawn_at": "抽取时间",
    "item": "计划事项",
    "item.number": "事项编号",
    "item.title": "事项名称",
    "item.plan": "计划编号",
    "stratified_by": "分层方式",
    "bits": "随机来源合计比特",
    "sources": "随机来源（熵）",
    "sources[].name": "来源名称",
    "sources[].issue": "期号、场次",
    "sources[].fallback_issue": "备用期",
    "sources[].announced_for": "预定产生时间",
    "sources[].values": "号码，按组",
    "sources[].numbers": "号码，按公告写法",
    "sources[].published_at": "实际公布时间",
    "sources[].evidence": "在哪里可以查到",
    "void_reason": "作废理由",
    "strata": "各层核对",
    "strata[].stratum": "层",
    "strata[].registry": "登记家数",
    "strata[].excluded": "事前剔除家数",
    "strata[].roster": "名录家数",
    "strata[].quota": "抽取家数；公开证明以前为空",
    "seed": "种子；公开证明以前为空",
    "salt": "盐；公开证明以前为空",
    "sample_size": "抽中家数；公开证明以前为空",
    "exclusions": "事前剔除；公开证明以前为空",
    "exclusions[].code": "原因代码",
    "exclusions[].reason": "原因",
    "exclusions[].n": "家数",
    "substitutions": "替换；公开证明以前为空",
    "substitutions[].original": "原抽中",
    **{f"substitutions[].original.{key}": told for key, told in BRIEF.items()},
    "substitutions[].substitute": "递补",
    **{f"substitutions[].substitute.{key}": told for key, told in BRIEF.items()},
    "substitutions[].stratum": "层",
    "substitutions[].code": "事由代码",
    "substitutions[].reason": "事由",
    "substitutions[].at": "时间",
    "people": "检查人员人数；公开证明以前为空",
    "people.inspectors": "检查人员",
    "people.leads": "可任组长",
    "people.experts": "专家",
    "files": "现在可以下载的文件",
    "files[].name": "文件名",
    "files[].what": "内容",
    "files[].sha256": "SHA-256",
    "files[].address": "地址",
}
UNIT: dict[str, str] = {
    **BRIEF,
    "stratum": "层",
    "weight": "权重",
    "pi": "入选概率（有理数）",
    "ticket": "签号",
    "rank": "层内次序",
    "substituted": "是否已替换",
    "replaces": "替换了哪一家",
}
STANDING: dict[str, str] = {
    "asked": "查的代码或者名称",
    "place": "in 在名录，excluded 事前剔除，outside 不在名录，several 名称相近的有几家，not_open 证明还没有公开",
    "sentence": "说明",
    "unit": "这一家在抽查中的情况",
    **{f"unit.{key}": told for key, told in UNIT.items()},
    "unit.pi_decimal": "入选概率（小数）",
    "unit.selected": "是否抽中",
    "unit.roster": "这一层名录家数",
    "unit.quota": "这一层抽取家数",
    "candidates": "名称相近的机构",
    **{f"candidates[].{key}": told for key, told in BRIEF.items()},
}


def under(prefix: str, label: str, keys: Mapping[str, str]) -> dict[str, str]:
    """Keys one level deeper, with the container's own name; a list ends in `[]`."""
    return {prefix.removesuffix("[]"): label} | {f"{prefix}.{key}": told for key, told in keys.items()}


CERTIFICATE = {
    "certificate_no": "证书编号",
    "issuer": "发证机关",
    "valid_from": "有效期起",
    "valid_to": "有效期止",
    "state": "所查日期的状态代码",
    "state_name": "所查日期的状态",
    "since": "进入这一状态的日期",
}
SCOPE = {
    "field": "领域代码",
    "field_name": "领域",
    "object": "检测对象",
    "item": "检测项目",
    "standard_no": "依据标准",
    "restriction": "限制说明",
    "certificate_no": "证书编号",
    "site": "场所地址",
    "approved_on": "批准日期",
}
DRAWN = {
    "number": "抽查编号",
    "title": "名称",
    "published_at": "公开证明的时间",
    "selected": "是否抽中",
    "unit_id": "名录中的代码",
}
CHECKED = {"id": "检查表编号", "title": "检查表名称"}
CHECK_ITEM = {
    "id": "检查项编号",
    "text": "检查什么",
    "how": "怎样查",
    "articles": "依据条款",
    "standards": "参照标准",
    "fields": "适用领域；空为全部",
    **{f"fields[].{key}": told for key, told in FIELD.items()},
}
CHECK_GROUP = {
    "id": "检查表编号",
    "title": "名称",
    "valid_from": "有效期起",
    "valid_to": "有效期止",
    **under("items[]", "检查项", CHECK_ITEM),
}
CAP = {"label": "名称", "value": "数值", "unit": "单位", "source": "公布文件", "valid_from": "起"}
CAPS = {
    "organ": "机关；空为默认值",
    "area_code": "行政区划代码",
    "values": "数值",
    **under("values.annual_cap", "年度检查上限", CAP),
    **under("values.min_gap_days", "两次检查最小间隔", CAP),
    **under("values.merge_days", "建议合并的间隔", CAP),
    **under("values.draw_percent", "双随机抽查比例", CAP),
}
EXCEPTION = {
    "number": "入企编号",
    "organ": "检查机关",
    "entered_on": "入企日期",
    "code": "理由代码",
    "reason": "理由",
    "institution": "机构；检查结果公示以前为空",
    **{f"institution.{key}": told for key, told in BRIEF.items()},
}
PROBLEMS = {
    "field": "领域代码",
    "field_name": "领域",
    "problems": "问题数",
    "struck_off": "已销号",
    "in_time": "在期限内办理",
    "overdue": "逾期未改",
}
VERIFIER = {"name": "文件名", "what": "内容", "sha256": "SHA-256", "bytes": "字节数", "address": "地址"}
COUNTERS = {
    "institutions": "登记的机构",
    "plans": "执行中的年度计划",
    "draws": "已公布承诺的抽取",
    "results": "已公示的检查结果",
    "exceptions": "计划以外的入企检查",
}
