"""The forms and services of the moves from filing to decision, and of undoing a decision."""

from __future__ import annotations

from hengjian.apps.cases import acts, deciding, filing, hearings, investigating, noticing, reviewing
from hengjian.apps.cases.acts import Act
from hengjian.apps.cases.forms import moves, outcomes

PER_PARTY = "cases/per_party.html"


def register_all() -> None:
    """Offer every move of the core."""
    acts.register(*_FILING, *_INVESTIGATION, *_REVIEW, *_NOTICE, *_DECISION)


_FILING = (
    Act("submit_filing", moves.SubmitFilingForm, filing.submit_filing, "报局领导批准；批准之日起计算办案期限。"),
    Act("propose_refusal", moves.RefusalForm, filing.propose_refusal, "报局领导决定。"),
    Act("approve_filing", moves.OpinionForm, filing.approve_filing, "批准之日为立案之日，九十日办案期限从这一天起算。"),
    Act("send_back_filing", moves.ReasonForm, filing.send_back_filing, "退回报请人补充。"),
    Act("refuse_filing", moves.RefusalForm, filing.refuse_filing, "线索随之办结，答复为不予立案。"),
)
_INVESTIGATION = (
    Act("suspend", moves.SuspendForm, investigating.suspend, "中止期间不计入办案期限。"),
    Act("resume", moves.ReasonForm, investigating.resume, "办案期限继续计算。"),
    Act("terminate", moves.TerminateForm, investigating.terminate, "终止后十五个工作日内结案。"),
    Act("withdraw_case", moves.ReasonForm, investigating.withdraw_case, "撤销立案后，来源线索恢复核查。"),
    Act("transfer_case", moves.TransferForm, investigating.transfer_case, "本机关没有管辖权的，移送有管辖权的机关。"),
    Act("extend", moves.ReasonForm, investigating.extend, "延长三十日；只能延长一次，再延长须集体讨论。"),
    Act(
        "extend_collective",
        moves.ExtendCollectiveForm,
        investigating.extend_collective,
        "由负责人集体讨论确定再延长的合理期限。",
    ),
    Act(
        "change_officers",
        moves.OfficersForm,
        investigating.change_officers,
        "调查过本案的人不能再审批、审核、主持听证。",
    ),
    Act("conclude", moves.ConcludeForm, investigating.conclude, "终结后送交审核。"),
    Act(
        "reinvestigate",
        moves.ReasonForm,
        investigating.reinvestigate,
        "有新的事实、理由或者须变更处罚建议时退回调查；变更后重新告知。",
    ),
)
_REVIEW = (
    Act("send_to_review", moves.ReviewKindForm, reviewing.send_to_review, "收到材料之日起十个工作日内审核完毕。"),
    Act("pass_review", moves.OpinionForm, reviewing.pass_review, "同意事实、证据、定性、处罚和程序。"),
    Act("return_review", moves.OpinionForm, reviewing.return_review, "写明要补充或者纠正什么。"),
    Act("extend_review", moves.ExtendReviewForm, reviewing.extend_review, "延长审核期限。"),
)
_NOTICE = (
    Act("approve_notice", moves.OpinionForm, noticing.approve_notice, "批准后由办案人员告知当事人。"),
    Act(
        "notify",
        outcomes.NotifyForm,
        noticing.notify,
        "对每个当事人分别告知；五个工作日从各自送达之日起算。",
        PER_PARTY,
    ),
    Act(
        "open_hearing",
        moves.OpenHearingForm,
        hearings.open_hearing,
        "收到听证要求三个工作日内确定主持人；听证期间不计入办案期限。",
    ),
    Act("arrange_hearing", moves.ArrangeHearingForm, hearings.arrange_hearing, "确定时间、地点并通知当事人。"),
    Act("report_hearing", moves.ReportHearingForm, hearings.report_hearing, "听证之后须法制审核并集体讨论。"),
    Act("drop_hearing", moves.DropHearingForm, hearings.drop_hearing, "当事人放弃或者无正当理由不到场的。"),
)
_DECISION = (
    Act("discuss", moves.DiscussForm, deciding.discuss, "记录每个参加人的意见和结论。"),
    Act("decide", outcomes.DecideForm, deciding.decide, "对每个当事人分别作出；决定后七个工作日内送达。", PER_PARTY),
    Act("decide_no_penalty", outcomes.NoPenaltyForm, deciding.decide_no_penalty, "对每个当事人分别作出。", PER_PARTY),
    Act("annul", moves.AnnulForm, deciding.annul, "已公开的，三个工作日内撤回并说明理由。"),
    Act("reopen", moves.ReasonForm, deciding.reopen, "重新立案调查，办案期限从今天起算。"),
)
