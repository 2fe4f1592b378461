"""A county with people of every role, an institution, and what a citizen types who is to stay unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from hengjian.apps.accounts.models import Role, User
from hengjian.apps.portal.sending_forms import new_mark
from hengjian.apps.registry.models import Institution
from tests.apps.factories import Tree, make_institution, make_tree, make_user

NAME, PHONE, ID_NO = "鄂慕容甄", "13912345678", "990121199003071234"
ADDRESS, EMAIL = "青石县西门街道柳条巷77号", "zhen.canary@example.cn"
CANARIES = (NAME, PHONE, ID_NO, ADDRESS, EMAIL, "柳条巷", "139 1234 5678", "1391234")
FILE_NAME = "鄂慕容甄的录像.pdf"
TEXT = (
    f"我叫{NAME}，电话139 1234 5678，身份证{ID_NO}，家住{ADDRESS}。"
    f"2026年10月8日这家机构没有做试验就出了报告 BG-2026-0815，法定代表人知情。联系邮箱 {EMAIL}。"
)
PDF = b"%PDF-1.4\n% canary attachment\n" + b"0" * 4000
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class County:
    """The tree, one person a role, one institution with its user."""

    tree: Tree
    people: dict[str, User]
    lab: Institution

    def client(self, who: str) -> Client:
        """A browser in which that person is signed in."""
        client = Client()
        client.force_login(self.people[who], backend=BACKEND)
        return client


def make_county() -> County:
    tree = make_tree()
    lab = make_institution(tree.county, name="青石县建科检测有限公司", legal_rep="罗某")
    roles = [role for role in Role if role != Role.INSTITUTION_USER]
    people = {str(role): make_user(tree.county, role, name=f"县局{role.label}") for role in roles}
    people["second_chief"] = make_user(tree.county, Role.SECTION_CHIEF, name="县局另一科长")
    people["institution"] = make_user(tree.county, Role.INSTITUTION_USER, institution_id=lab.uscc, name="机构联系人")
    people["stranger"] = make_user(tree.other_county, Role.OFFICER, name="白河县执法人员")
    people["superior"] = make_user(tree.city, Role.SUPERVISOR, name="市局执法监督")
    return County(tree, people, lab)


def mark() -> str:
    """A fresh form's mark, as the page holds it."""
    return new_mark()


def typed(lab: Institution, **more: Any) -> dict[str, Any]:
    """A named report as a browser sends it."""
    return {
        "mark": mark(), "respondent": lab.name, "institution": lab.uscc, "organ": "", "text": TEXT, "kind": "named",
        "name": NAME, "phone": PHONE, "id_no": ID_NO, "address": ADDRESS, "email": EMAIL, "occurred_on": "2026-10-08",
        "reports": "BG-2026-0815",
    } | more  # fmt: skip


def complaint(lab: Institution, **more: Any) -> dict[str, Any]:
    """A complaint as a browser sends it."""
    return {
        "mark": mark(), "respondent": lab.uscc, "institution": "", "organ": "", "claim": "请退还检测费 1200 元",
        "facts": f"我是{NAME}，10 月委托检测房屋甲醛，收了钱没有来。", "amount": "1200.50", "bought_on": "",
        "known_on": "", "client_kind": "person", "name": NAME, "phone": PHONE, "address": ADDRESS, "id_no": ID_NO,
        "email": EMAIL, "report_text": "",
    } | more  # fmt: skip


def send(data: dict[str, Any], where: str = "report") -> Any:
    """Post it as a stranger does."""
    return Client().post(f"/public/send/{where}/", data)
