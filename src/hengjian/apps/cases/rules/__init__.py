"""The rules that stand beside the table of moves, one rule a file; registered as gates when the app starts."""

from __future__ import annotations

from hengjian.apps.cases import gates
from hengjian.apps.cases.rules import (
    conclusion,
    deciders,
    discussion,
    filing,
    hearing,
    listing,
    notice,
    officers,
    outcomes,
    penalties,
    reviews,
    revocation,
)

INVESTIGATORS_ACT = ("conclude", "send_to_review", "notify", "reinvestigate")
DECISIONS = ("decide", "decide_no_penalty")


def register_all() -> None:
    """Register every gate of the core, in the order in which they are asked."""
    gates.register("approve_filing", filing.require_proposal, standing=True)
    gates.register("approve_filing", officers.require_two_able, standing=True)
    for action in INVESTIGATORS_ACT:
        gates.register(action, officers.require_own_case, standing=True)
    for action in ("conclude", "notify"):
        gates.register(action, officers.require_two_able, standing=True)
    gates.register("conclude", conclusion.require_contraventions, standing=True)
    gates.register("send_to_review", reviews.require_right_kind)
    gates.register("pass_review", reviews.require_legal_reviewer, standing=True)
    gates.register("return_review", reviews.require_legal_reviewer, standing=True)
    gates.register("notify", notice.require_every_party)
    gates.register("open_hearing", hearing.require_request, standing=True)
    gates.register("open_hearing", hearing.require_impartial)
    gates.register("arrange_hearing", hearing.require_present, standing=True)
    gates.register("report_hearing", hearing.require_record, standing=True)
    gates.register("report_hearing", hearing.require_present, standing=True)
    gates.register("drop_hearing", hearing.require_present, standing=True)
    for action in ("discuss", *DECISIONS):
        gates.register(action, hearing.require_held, standing=True)
        gates.register(action, notice.require_answers, standing=True)
    gates.register("discuss", notice.require_told_in_time, standing=True)
    gates.register("decide", notice.require_period_over, standing=True)
    for action in DECISIONS:
        gates.register(action, deciders.require_other_person, standing=True)
        gates.register(action, discussion.require_minutes, standing=True)
        gates.register(action, outcomes.require_every_party)
    gates.register("decide", outcomes.require_one_penalty)
    gates.register("decide_no_penalty", outcomes.require_no_penalty)
    gates.register("decide", notice.require_not_heavier)
    gates.register("decide", penalties.require_lawful_sums)
    gates.register("decide", revocation.require_competence)
    gates.register("decide", listing.require_consent)
    gates.register("notify", revocation.require_competence)
