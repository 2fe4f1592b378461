"""Chinese words for what the apps below write into the record outside their procedures."""

from __future__ import annotations

from hengjian.apps.registry.tables import PARTS

VERBS = {
    "alert.take": "筛查产生预警",
    "dossier.print": "打印一企一卷",
    "institution.create": "登记机构",
    "institution.change": "变更机构登记",
    "institution.export": "导出监管对象",
    "match.find": "查找疑似同一主体",
    "registry.load": "导入底数台账",
    "screening_run.download": "下载筛查结果",
    "screening_run.start": "启动筛查",
    "submission.cancel": "取消读取",
    "submission.download": "下载报送原件",
    "submission.receive": "接收报送",
}


def all_verbs() -> dict[str, str]:
    """Single verbs, and `table.create` and `table.change` of every table of the registry."""
    made = dict(VERBS)
    for table, part in PARTS.items():
        made |= {f"{table}.create": f"登记{part.label}", f"{table}.change": f"变更{part.label}"}
    return made
