"""The demonstration's leads and cases: a tip to the closed case, a lead refused, a crime transferred, a new lead.

What is finished happened in the last months; what comes from an alert begins today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hengjian.project import demo_evidence

if TYPE_CHECKING:
    from hengjian.apps.accounts.models import Organ, User
    from hengjian.apps.cases.models import Case
    from hengjian.apps.leads.models import Lead
    from hengjian.apps.registry.models import Institution

COUNTY = "qingtong"
DAYS = 86
"""So many days ago the first hint came in: a case with notice, five working days and payment fits between."""
FINE_FEN = 8_000_000
TIP = (
    "这家机构七月给三批样品出了检验报告，样品当时还在门卫室没有开封，原始记录里的检验时间仪器正在送修。"
    "三份报告由同一个人签发，报告日期都写成七月二十日。"
)
FACTS = "2026 年 7 月，未经检验检测出具检验报告 3 份；样品未开封，仪器同期送修，原始记录系事后编写。"
BODIES = (
    ("青桐县公安局", "public_security"),
    ("青桐县人民检察院", "procuratorate"),
    ("青桐县住房和城乡建设局", "housing"),
    ("澄川市生态环境局", "environment"),
)


@dataclass
class Way:
    """People of the county and the day on which things happen."""

    people: Mapping[str, User]
    organ: Organ
    lab: Institution
    day: date
    base: datetime

    def who(self, role: str, hours: int = 0) -> dict[str, Any]:
        """Person, moment and day for a service."""
        from django.utils import timezone

        now = self.base + timedelta(hours=hours)
        return {"user": self.people[f"{COUNTY}.{role}"], "now": now, "today": timezone.localdate(now)}

    def on(self, days: int) -> Way:
        """Let days pass; a day that is no working day moves to the next one."""
        from hengjian.law.deadlines import published_calendar

        target = self.base + timedelta(days=days)
        while not published_calendar().is_working(target.date()):
            target += timedelta(days=1)
        self.day, self.base = target.date(), target
        return self


def build(*, people: Mapping[str, User], organs: Mapping[str, Organ], now: datetime, today: date) -> int:
    """Make the matters; answers how many cases there are then."""
    from hengjian.apps.cases.models import Case

    county = organs[COUNTY]
    labs = _labs(county)
    _list_bodies(county, people[f"{COUNTY}.section_chief"], now)
    start = (now - timedelta(days=DAYS)).replace(hour=2, minute=0, second=0, microsecond=0)
    case = _tip_to_closed_case(Way(people, county, labs[0], start.date(), start))
    _refused_lead(Way(people, county, labs[1], start.date(), start).on(30))
    _crime(Way(people, county, labs[2 % len(labs)], start.date(), start).on(40), case)
    _from_alert(people, county, now=now, today=today)
    return Case.objects.count()


def _labs(county: Organ) -> list[Institution]:
    """Institutions of the county whose false reports market regulators punish themselves."""
    from hengjian.apps.registry.models import Institution

    ours = ("building_material", "product", "ppe", "fire", "other", "food")
    rows = list(Institution.objects.filter(organ=county, merged_into__isnull=True).order_by("uscc"))
    found = [one for field in ours for one in rows if one.fields and one.fields[0] == field]
    return found or rows


def _list_bodies(county: Organ, chief: User, now: datetime) -> None:
    from hengjian.apps.leads.outside import add_body

    for name, department in BODIES:
        add_body(
            user=chief,
            organ=county,
            name=name,
            department=department,
            area_code=county.area_code,
            address="",
            phone="",
            now=now - timedelta(days=DAYS + 1),
        )


def _tip_to_closed_case(way: Way) -> Case:
    """An anonymous tip, its verification, the case to the fine that was paid, closed."""
    from hengjian.apps.record.services import SYSTEM
    from hengjian.apps.tips.handling import act
    from hengjian.apps.tips.models import Tip
    from hengjian.apps.tips.services import Reported, receive_tip

    about = Reported(respondent_name=way.lab.name, institution=way.lab, occurred_on=date(way.day.year, 7, 20))
    given = way.who("officer")
    tip = receive_tip(
        organ=way.organ, text=TIP, about=about, channel="portal", actor=SYSTEM, now=given["now"], today=given["today"]
    )
    act("accept", rows=Tip.objects.all(), pk=tip.pk, user=given["user"], now=given["now"], values={})
    if tip.lead is None:
        raise ValueError("a first tip has its lead")
    lead = _verified(way.on(1), tip.lead)
    case = _filed(way.on(4), lead)
    case = _investigated(way.on(6), case)
    return _punished(way, case)


def _verified(way: Way, lead: Lead) -> Lead:
    from hengjian.apps.leads.models import Lead
    from hengjian.apps.leads.triaging import settle_triage
    from hengjian.apps.leads.verifying import begin_verification

    chief = way.who("section_chief")
    settle_triage(
        rows=Lead.objects.all(),
        pk=lead.pk,
        user=chief["user"],
        now=chief["now"],
        outcome="own",
        subject="false_report",
        fields=lead.fields,
        reason="机构和检验地都在本县",
    )
    return begin_verification(
        rows=Lead.objects.all(), pk=lead.pk, user=chief["user"], now=chief["now"],
        responsible=way.people[f"{COUNTY}.officer"],
    )  # fmt: skip


def _filed(way: Way, lead: Lead) -> Case:
    from hengjian.apps.cases import filing
    from hengjian.apps.cases.origins import origin_of
    from hengjian.apps.cases.registering import Entry, register_case
    from hengjian.apps.cases.wording import CONDITIONS

    officer = way.who("officer")
    year = way.day.year
    entry = Entry(
        title="涉嫌出具虚假检验检测报告案",
        source_code="report",
        source_on=lead.received_on,
        violation_text="未经检验检测出具报告",
        facts=FACTS,
        place=way.lab.address,
        field=way.lab.fields[0] if way.lab.fields else "",
        occurred_from=date(year, 7, 6),
        occurred_to=date(year, 7, 20),
    )
    origin = origin_of("lead", lead.number, user=officer["user"], on=officer["today"])
    case = register_case(organ=way.organ, entry=entry, origin=origin, institution=way.lab, **officer)
    people = [way.people[f"{COUNTY}.officer"], way.people[f"{COUNTY}.officer2"]]
    filing.submit_filing(
        case=case, conditions=list(CONDITIONS), officers=people, opinion="四项条件均符合，建议立案", **officer
    )
    return filing.approve_filing(case=case, opinion="同意立案", **way.who("leader", 2))


def _investigated(way: Way, case: Case) -> Case:
    from hengjian.apps.cases import contraventions, investigating
    from hengjian.apps.cases.evidence_taking import Taken, register_evidence

    officer = way.who("officer")
    year = way.day.year
    fact = contraventions.Fact(
        violation_id="SUP-15.1",
        title="未经检验检测出具报告 3 份",
        occurred_from=date(year, 7, 6),
        occurred_to=date(year, 7, 20),
        field=case.field,
        fee_fen=240_000,
        units=3,
    )
    party = case.parties.get(order=1)
    one = contraventions.add_contravention(case=case, party=party, fact=fact, **officer)
    low, high = _range(one)
    fine = min(max(FINE_FEN, low), high) if high else FINE_FEN
    contraventions.propose_fine(
        contravention=one, factors=[], amount_fen=fine, deviation="初次违法，配合调查，报告尚未使用", **officer
    )
    entry = Taken(
        kind="documentary",
        name="检验原始记录、收样登记、仪器送修单",
        proves="报告载明的检验时间内样品未开封、仪器送修",
        way="on_site",
        obtained_on=way.day,
        place=way.lab.address or "检验场所",
        pages=12,
        officer_one=way.people[f"{COUNTY}.officer"],
        officer_two=way.people[f"{COUNTY}.officer2"],
        contraventions=[one],
    )
    register_evidence(case=case, entry=entry, files=demo_evidence.copied(year), **officer)
    way.on(7)
    return investigating.conclude(
        case=case,
        report=f"{FACTS}以上事实有原始记录、收样登记、送修单和询问笔录证实。",
        proposal="罚款",
        **way.who("officer"),
    )


def _range(one: Any) -> tuple[int, int]:
    """The lowest and the highest fine that the chosen provision allows, 0 where it says none."""
    found = (one.choice or {}).get("applicable") or [{}]
    spans = found[0].get("range") or {}
    return int(spans.get("low") or 0), int(spans.get("high") or 0)


def _punished(way: Way, case: Case) -> Case:
    from hengjian.apps.cases import deciding, noticing, reviewing
    from hengjian.apps.cases.closing import approve_closing, propose_closing
    from hengjian.apps.cases.models import Obligation
    from hengjian.apps.cases.paying import receive_payment

    fine = sum(one.proposed_fen or 0 for one in case.contraventions.all())
    reviewing.send_to_review(case=case, kind="case", **way.who("officer"))
    reviewing.pass_review(case=case, opinion="事实清楚，证据充分，适用法律正确", **way.on(2).who("legal_reviewer"))
    noticing.approve_notice(case=case, opinion="同意告知", **way.who("leader", 1))
    party = case.parties.get(order=1)
    told = noticing.NoticeEntry(party=party, measures=("fine",), facts=FACTS, fine_fen=fine)
    case = noticing.notify(case=case, notices=[told], **way.who("officer", 2))
    _served(way.on(1), case, "PEN-37")
    deciding.decide(
        case=case,
        outcomes=[
            deciding.OutcomeEntry(
                party=party, outcome="penalty", reasons="当事人没有陈述、申辩", measures=("fine",), fine_fen=fine
            )
        ],
        **way.on(16).who("leader"),
    )
    _served(way.on(1), case, "PEN-45")
    _published(way.on(2), case)
    owed = Obligation.objects.get(case=case)
    receive_payment(
        row=owed,
        purpose="fine",
        way="bank",
        amount_fen=fine,
        on=way.on(6).day,
        voucher="0026117734",
        **way.who("officer"),
    )
    case.refresh_from_db()
    propose_closing(
        case=case, ground="executed", summary="罚款已全部缴纳", arisen_on=way.day, **way.on(2).who("officer")
    )
    return approve_closing(case=case, opinion="同意结案", **way.who("leader", 1))


def _published(way: Way, case: Case) -> None:
    """Within the twenty working days, by another person than the one who prepared it."""
    from hengjian.apps.publications.models import Publication
    from hengjian.apps.publications.services import propose, publish

    for row in Publication.objects.filter(decision__case=case, kind="penalty"):
        publish(row=propose(row=row, **way.who("officer")), **way.who("section_chief", 1))


def _served(way: Way, case: Case, form: str) -> None:
    from hengjian.apps.cases.party_papers import issue_party_paper
    from hengjian.apps.cases.serving import ServiceEntry, serve_document

    case.refresh_from_db()
    officer = way.who("officer", 2)
    paper = issue_party_paper(case=case, party=case.parties.get(order=1), form=form, printing="on_demand", **officer)
    entry = ServiceEntry(
        on=way.day, place=way.lab.address or "经营场所", receiver=way.lab.legal_rep or "负责人", relation="legal_rep",
        told_publication=True,
    )  # fmt: skip
    case.refresh_from_db()
    serve_document(
        case=case,
        document=paper,
        party=case.parties.get(order=1),
        way="hand_over",
        entry=entry,
        **way.who("officer", 3),
    )


def _refused_lead(way: Way) -> None:
    """A letter that verification does not bear out: not filed, with reasons."""
    from hengjian.apps.accounts.rights import actor_for, may
    from hengjian.apps.leads.models import Lead
    from hengjian.apps.leads.services import register_lead
    from hengjian.apps.leads.verifying import approve_not_filing, propose_not_filing

    officer = way.who("officer")
    posting = may(officer["user"], "lead.register", way.organ, on=officer["today"])
    if posting is None:
        raise ValueError("the demonstration's officer registers leads")
    lead = register_lead(
        organ=way.organ, channel="letter", title="反映检验报告签字人不在岗", institution=way.lab,
        text="来信称六月份几份报告的授权签字人当时在外地培训，怀疑代签。", actor=actor_for(officer["user"], posting),
        now=officer["now"], today=officer["today"], user=officer["user"],
    )  # fmt: skip
    lead = _verified(way.on(1), lead)
    officer = way.on(6).who("officer")
    propose_not_filing(
        rows=Lead.objects.all(), pk=lead.pk, user=officer["user"], now=officer["now"], code="no_violation",
        findings="考勤、差旅和电子签名日志显示签字人当日在岗，培训在次周。", reason="没有证据证明存在违法行为",
    )  # fmt: skip
    leader = way.who("leader", 3)
    approve_not_filing(rows=Lead.objects.all(), pk=lead.pk, user=leader["user"], now=leader["now"])


def _crime(way: Way, case: Case) -> None:
    """A suspected crime, approved on the second day and handed over within the hours."""
    from hengjian.apps.transfers import services

    row = services.begin_criminal(
        organ=way.organ,
        institution=way.lab,
        title="涉嫌提供虚假证明文件",
        facts="三年间按委托方要求的数值出具检验报告 46 份，收取费用 13.2 万元。",
        member=way.people[f"{COUNTY}.officer2"],
        gain_fen=13_200_000,
        **way.who("officer"),
    )
    services.report_crime(
        row=row, crime="CL-229", report="违法所得超过追诉标准，建议移送公安机关。", **way.who("officer", 3)
    )
    services.decide_crime(row=row, action="approve", reason="", **way.who("leader", 24))
    services.hand_over(
        row=row,
        body=BODIES[0][0],
        procuratorate=BODIES[1][0],
        papers=["letter", "report", "tests"],
        **way.who("officer", 28),
    )
    services.note_answer(
        row=row,
        action="record_receipt",
        values={"receipt_no": "青公受案〔2026〕118号", "on": (way.base + timedelta(hours=28)).date()},
        **way.who("officer", 30),
    )


def _from_alert(people: Mapping[str, User], county: Organ, *, now: datetime, today: date) -> None:
    """An alert of the county that a person confirms today, made a lead and proposed as a case."""
    from hengjian.apps.alerts.models import Alert
    from hengjian.apps.alerts.services import judge_alert
    from hengjian.apps.leads.raising import raise_lead, source

    alert = Alert.objects.filter(institution__organ=county, state="open").order_by("-score", "pk").first()
    if alert is None:
        return
    judge_alert(
        pk=alert.pk, action="confirm", user=people[f"{COUNTY}.analyst"], on=today, now=now, seen_state="open",
        reason="与原始记录对照属实",
    )  # fmt: skip
    chief = people[f"{COUNTY}.section_chief"]
    found = source("alert", alert.number, user=chief, on=today)
    raise_lead(found=found, title=found.title, text=found.text, user=chief, now=now)
