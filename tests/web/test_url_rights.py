"""Every URL × (anonymous, owner, superior, subordinate, stranger, wrong role): who gets in is what the table says.

A view names its permission (`accounts.gates`) or is public with a reason. A new URL without a row here fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from hengjian.apps.accounts.models import Avoidance, Posting, Role, Share, User
from hengjian.apps.accounts.rights import permission
from hengjian.apps.clocks.rederiving import rederive_all
from hengjian.apps.clocks.services import start_clock
from hengjian.apps.dossiers.models import DossierPrint
from hengjian.apps.intake import storage
from hengjian.apps.intake.models import Submission
from hengjian.apps.record.models import Event, Verification
from hengjian.apps.record.services import SYSTEM, append_event
from hengjian.apps.registry.models import Certificate, MatchProposal
from tests.apps.calibrations.samples import calibration_things
from tests.apps.cases.after_pages import after_things
from tests.apps.cases.evidence_samples import evidence_things
from tests.apps.cases.pages_world import case_things
from tests.apps.documents.samples import document_things
from tests.apps.draws.samples import draw_things
from tests.apps.factories import LONG_AGO, NOW, TODAY, make_institution, make_tree, make_user
from tests.apps.informants.things import informant_things
from tests.apps.inspections.phones import held_in
from tests.apps.inspections.samples import inspection_things
from tests.apps.leads.samples import lead_things
from tests.apps.measures.samples import draft_measure_of
from tests.apps.oversights.samples import oversight_things
from tests.apps.plans.samples import plan_things
from tests.apps.publications.samples import publication_things
from tests.apps.rectifications.samples import ledger_things
from tests.apps.rulebook.samples import draft_of
from tests.apps.runs.samples import finding, finished
from tests.apps.tips.samples import tip_things
from tests.apps.transfers.samples import transfer_things

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"

IN, NO, GONE, SIGN_IN = "in", "403", "404", "sign-in"
"""In: past the gate and the selector – shown, redirected onwards, refused for its content, or wrong method."""


@dataclass(frozen=True)
class Row:
    """One URL: which thing it names, and what each kind of person gets; lists have no thing and take everybody in."""

    thing: dict[str, str] = field(default_factory=dict)
    method: str = "get"
    superior: str = IN
    others: str = GONE
    subordinate: str = ""
    owner: str = IN
    data: dict[str, str] = field(default_factory=dict)

    @property
    def listing(self) -> bool:
        return not self.thing


LIST = Row(others=IN)
REFUSED = "refused"
"""Shown the thing with the sentence, or 403; nothing is written either way."""
READS = {"subordinate": NO}  # the same, where the station may look and not touch
BUREAU = {"subordinate": IN}  # a station acts in its bureau's name and reads the file of whom it is sent to
OWN = {"superior": REFUSED}  # a superior sees it, but only its own organ may act on it
SUBMITTED = {"action": "submit", "seen_state": "draft"}
JUDGED = {"action": "confirm", "reason": "现场核对", "seen_state": "open"}
PORTAL = (
    "home", "institutions", "institution", "plans", "plan", "checklists", "caps", "detectors", "detector",
    "draws", "draw", "find", "verify",
    "results", "result", "penalties", "penalty", "cases", "case", "exceptions", "rectifications", "guide",
)  # fmt: skip
PUBLIC = {
    "alive", "accounts:sign_in", "accounts:sign_out", "inspections:phone_worker", "inspections:phone_manifest",
    "inspections:phone_authority",
    *(f"portal:{name}" for name in PORTAL), *(f"portal:{name}_json" for name in PORTAL),
    *(
        f"portal:{name}"
        for name in ("send", "send_tip", "send_complaint", "progress", "receipt_file", "receipts", "receipt_keys")
    ),
    *(f"portal:{name}" for name in ("proof", "draw_file", "verifier_file", "verifier_script", "verifier_style")),
}  # fmt: skip
TABLE: dict[str, Row] = {
    **dict.fromkeys(
        (
            "desk:home", "desk:search", "desk:counts", "accounts:account",
            "accounts:organs", "accounts:new_organ", "accounts:people",
            "accounts:new_person", "accounts:experts", "accounts:rights", "accounts:events", "accounts:chain",
            "rulebook:home", "rulebook:articles", "rulebook:instruments", "rulebook:violations", "rulebook:sector",
            "rulebook:clocks", "rulebook:thresholds", "rulebook:checklists", "rulebook:standards", "rulebook:fields",
            "rulebook:detectors", "rulebook:numbering", "rulebook:calculator", "rulebook:benchmarks",
            "registry:list", "registry:new", "registry:certificates",
            "registry:matches", "intake:list", "intake:hand_in", "runs:list", "runs:start", "runs:rank", "alerts:queue",
            "runs:latest_findings",
            "alerts:questions", "alerts:precision",
        ),
        LIST,
    ),
    **dict.fromkeys(
        (
            "leads:list", "leads:search", "leads:backlog", "leads:new", "leads:import", "leads:bodies", "leads:rules",
            "leads:try_rules",
        ),
        LIST,
    ),
    "leads:switch_body": Row({"pk": "outside_body"}, "post", superior=NO, others=NO, subordinate=NO),
    "leads:raise": Row({"kind": "item_kind", "ref": "item"}, superior=REFUSED, **BUREAU),
    "leads:series": Row({"number": "lead_series"}),
    "leads:show": Row({"number": "lead"}),
    "leads:act": Row({"number": "lead", "action": "lead_action"}, "post", **OWN),
    "leads:decide": Row({"number": "lead", "pk": "likeness"}, "post", **OWN),
    "leads:link": Row({"number": "lead"}, "post", **OWN),
    "leads:leave_series": Row({"number": "lead"}, "post", **OWN),
    **dict.fromkeys(("clocks:calendar", "clocks:notices", "clocks:add_notice"), LIST),
    "clocks:check_all": Row(method="post", others=IN),
    "cases:letters": LIST,
    "cases:letter": Row({"number": "ev_letter"}, **BUREAU),
    "cases:act_letter": Row({"number": "ev_letter", "action": "ev_withdraw"}, "post", **OWN, **BUREAU),
    "cases:letter_paper": Row({"number": "ev_letter", "form": "ev_pen17"}, "post", **OWN, **BUREAU),
    "cases:letter_file": Row({"number": "ev_answered", "pk": "ev_answer_file"}, **BUREAU),
    "cases:new_letter": Row({"number": "ev_case"}, **OWN, **BUREAU),
    "cases:adopt": Row({"number": "ev_case"}, **OWN, **BUREAU),
    "cases:add_to_item": Row({"number": "ev_case", "pk": "ev_item", "what": "ev_custody"}, "post", **OWN, **BUREAU),
    "cases:evidence_file": Row({"number": "ev_case", "pk": "ev_file"}, **BUREAU),
    "cases:new_item": Row({"number": "ev_case"}, **OWN, **BUREAU),
    "cases:item": Row({"number": "ev_case", "pk": "ev_item"}, **BUREAU),
    "cases:act_item": Row({"number": "ev_case", "pk": "ev_item", "action": "ev_exclude"}, "post", **OWN, **BUREAU),
    "cases:item_paper": Row({"number": "ev_case", "pk": "ev_item", "form": "ev_pen11"}, "post", **OWN, **BUREAU),
    "cases:new_hold": Row({"number": "ev_case"}, **OWN, **BUREAU),
    "cases:hold": Row({"number": "ev_case", "pk": "ev_hold"}, **BUREAU),
    "cases:act_hold": Row({"number": "ev_case", "pk": "ev_hold", "action": "ev_drop"}, "post", **OWN, **BUREAU),
    "cases:hold_paper": Row(
        {"number": "ev_case", "pk": "ev_hold", "form": "ev_pen11"}, "post", superior=GONE, owner=GONE
    ),
    "cases:new_appraisal": Row({"number": "ev_case"}, **OWN, **BUREAU),
    "cases:appraisal": Row({"number": "ev_case", "pk": "ev_appraisal"}, **BUREAU),
    "cases:act_appraisal": Row(
        {"number": "ev_case", "pk": "ev_appraisal", "action": "ev_send"}, "post", **OWN, **BUREAU
    ),
    "cases:appraisal_paper": Row(
        {"number": "ev_case", "pk": "ev_appraisal", "form": "ev_pen30"}, "post", **OWN, **BUREAU
    ),
    "cases:new_inquiry": Row({"number": "ev_case"}, **OWN, **BUREAU),
    "cases:inquiry": Row({"number": "ev_case", "pk": "ev_inquiry"}, **BUREAU),
    "cases:act_inquiry": Row({"number": "ev_case", "pk": "ev_inquiry", "action": "ev_record"}, "post", **OWN, **BUREAU),
    "cases:inquiry_paper": Row({"number": "ev_case", "pk": "ev_inquiry", "form": "ev_pen13"}, "post", **OWN, **BUREAU),
    "cases:new_request": Row({"number": "ev_case"}, **OWN, **BUREAU),
    "cases:request": Row({"number": "ev_case", "pk": "ev_request"}, **BUREAU),
    "cases:act_request": Row({"number": "ev_case", "pk": "ev_request", "action": "ev_answer"}, "post", **OWN, **BUREAU),
    "cases:request_paper": Row({"number": "ev_case", "pk": "ev_request", "form": "ev_pen15"}, "post", **OWN, **BUREAU),
    "clocks:rederivation": Row({"pk": "rederivation"}, others=IN),
    "clocks:show": Row({"pk": "clock"}),
    "clocks:correct": Row({"pk": "clock"}, "post", **OWN),
    "accounts:verify": Row(method="post", others=IN),
    "registry:find_matches": Row(method="post", others=IN),
    "alerts:ask_many": Row(method="post", others=IN),
    "calibrations:list": LIST,
    "calibrations:accuracy": LIST,
    "calibrations:propose": Row(method="post", others=IN),
    "calibrations:show": Row({"number": "calibration"}, **BUREAU),
    # the sample was never in force: refused to everybody who sees it
    "calibrations:weights": Row({"number": "calibration"}, "post", **OWN, **BUREAU),
    "calibrations:act": Row(
        {"number": "calibration", "action": "calibration_move"}, "post", subordinate=REFUSED,
        data={"submit-reason": "已核对"}, **OWN,
    ),
    "oversights:list": LIST,
    "oversights:series": Row({"number": "lead_series_charted"}),
    "oversights:report": Row({"number": "overseen_case"}, **BUREAU),
    "oversights:join": Row({"number": "overseen_case"}, **BUREAU),
    "oversights:consult": Row({"number": "overseen_case"}, **BUREAU),
    # the sample has left already: refused to everybody who sees the case
    "oversights:leave": Row({"number": "overseen_case", "pk": "team_member"}, "post", **OWN, **READS),
    "oversights:show": Row({"number": "oversight"}, **BUREAU),
    "oversights:act": Row({"number": "oversight", "action": "oversight_move"}, "post", subordinate=REFUSED, **OWN),
    "publications:list": LIST,
    "publications:typical_list": LIST,
    "publications:write": LIST,
    "publications:show": Row({"number": "publication"}, **BUREAU),
    "publications:act": Row({"number": "publication", "action": "publication_move"}, "post", **OWN, **BUREAU),
    "publications:typical": Row({"number": "typical"}, **BUREAU),
    "publications:act_typical": Row({"number": "typical", "action": "typical_move"}, "post", **OWN, **BUREAU),
    "transfers:criminal_list": LIST,
    "transfers:referral_list": LIST,
    "transfers:begin": LIST,
    "transfers:refer": LIST,
    "transfers:criminal": Row({"number": "criminal"}, **BUREAU),
    "transfers:act_criminal": Row({"number": "criminal", "action": "criminal_move"}, "post", **OWN, **BUREAU),
    "transfers:referral": Row({"number": "referral"}, **BUREAU),
    "transfers:act_referral": Row({"number": "referral", "action": "referral_move"}, "post", **OWN, **BUREAU),
    "measures:list": LIST,
    "measures:draft": Row(superior=GONE, others=GONE, owner=GONE),  # it names no source here
    "measures:show": Row({"number": "measure"}, **BUREAU),
    "measures:edit": Row({"number": "measure"}, **BUREAU),
    "measures:act": Row({"number": "measure", "action": "measure_move"}, "post", **OWN, **BUREAU),
    "measures:follow": Row({"number": "measure"}, "post", **OWN, **BUREAU),
    "rulebook:changes": LIST,
    "rulebook:amendments": LIST,
    # only the organ that keeps the rulebook, the nation here, drafts and decides
    "rulebook:amend": Row(superior=NO, others=NO, owner=NO),
    "rulebook:amendment": Row({"number": "amendment"}, others=IN),
    "rulebook:edit_amendment": Row({"number": "amendment"}, superior=NO, others=NO, owner=NO),
    "rulebook:decide_amendment": Row(
        {"number": "amendment", "action": "amendment_move"},
        "post", superior=REFUSED, others=REFUSED, subordinate=REFUSED, owner=REFUSED,
    ),
    "rulebook:entry": Row({"section": "section", "entry_id": "article"}, others=IN),
    "intake:template": Row({"table": "table"}, others=IN),
    "accounts:verification": Row({"pk": "verification"}, others=IN),
    "accounts:cancel_verification": Row({"pk": "verification"}, "post", others=IN),
    "accounts:organ": Row({"pk": "organ"}),
    "accounts:close_organ": Row({"pk": "organ"}),
    "accounts:person": Row({"pk": "person"}),
    "accounts:new_posting": Row({"pk": "person"}),
    "accounts:set_active": Row({"pk": "person"}),
    "accounts:reset_password": Row({"pk": "person"}),
    "accounts:new_avoidance": Row({"pk": "person"}),
    "accounts:end_posting": Row({"pk": "posting"}),
    "accounts:end_avoidance": Row({"pk": "avoidance"}),
    "accounts:share": Row({"kind": "kind", "pk": "institution_pk"}, **OWN, **READS),
    "accounts:end_share": Row({"kind": "kind", "pk": "institution_pk", "share_id": "share"}, "post", **OWN, **READS),
    "accounts:event": Row({"sequence": "event"}),
    "registry:match": Row({"pk": "match"}),
    "registry:edit": Row({"uscc": "uscc"}, **READS),
    "registry:parts": Row({"uscc": "uscc"}, **BUREAU),
    "registry:scope": Row({"uscc": "uscc"}, **BUREAU),
    "registry:people": Row({"uscc": "uscc"}, **BUREAU),
    "registry:instruments": Row({"uscc": "uscc"}, **BUREAU),
    "registry:new_part": Row({"uscc": "uscc", "table": "part_table"}, **READS),
    "registry:edit_part": Row({"uscc": "uscc", "table": "part_table", "pk": "certificate"}, **READS),
    "dossiers:dossier": Row({"uscc": "uscc"}, **BUREAU),
    "dossiers:pdf": Row({"uscc": "uscc"}, **BUREAU),
    "dossiers:order": Row({"uscc": "uscc", "pk": "print"}, superior=GONE),
    "dossiers:fetch": Row({"uscc": "uscc", "pk": "print"}, superior=GONE),
    "intake:show": Row({"number": "submission"}),
    "intake:progress": Row({"number": "submission"}),
    "intake:refused": Row({"number": "submission"}),
    # this submission has no refused rows to download
    "intake:refused_file": Row({"number": "submission", "kind": "csv"}, owner=GONE, superior=GONE),
    "intake:mapping_file": Row({"number": "submission"}),
    "intake:original": Row({"number": "submission"}, "post", **OWN),
    "intake:reread": Row({"number": "submission"}, "post", **OWN),
    "intake:accept": Row({"number": "submission"}, "post", **OWN),
    "intake:withdraw": Row({"number": "submission"}, "post", **OWN),
    "intake:cancel": Row({"number": "submission"}, "post", **OWN),
    "runs:explain": Row({"uscc": "uscc"}),
    "runs:show": Row({"number": "run"}),
    "runs:progress": Row({"number": "run"}),
    "runs:cancel": Row({"number": "run"}, "post", **OWN),
    "runs:restart": Row({"number": "run"}, "post", **OWN),
    "runs:findings": Row({"number": "run"}),
    "runs:download": Row({"number": "run", "name": "file"}, "post"),
    "inspections:list": LIST,
    "inspections:new": LIST,
    "inspections:create": LIST,
    "inspections:create_from_draw": Row({"number": "no_draw"}, "post", owner=GONE, superior=GONE),
    "inspections:scan": Row({"token": "code"}, others=IN),
    "inspections:attachment": Row({"pk": "task_file"}),
    "inspections:institution_code": Row({"uscc": "uscc"}, **BUREAU),
    "inspections:institution_sheet": Row({"uscc": "uscc"}, **BUREAU),
    **{
        f"inspections:{name}": Row({"number": "task"})
        for name in (
            "show", "enter", "start", "checklist", "find", "record", "reports", "result", "notice", "paper", "process",
            "task_code",
        )
    },
    "inspections:notify": Row({"number": "task"}, "post", **OWN),
    "inspections:cancel": Row({"number": "task"}, superior=NO),
    "inspections:officers": Row({"number": "task"}, superior=NO),
    "inspections:attach": Row({"number": "task"}, "post"),
    "inspections:item": Row({"number": "task", "item_id": "task_item"}),
    "inspections:finding": Row({"number": "task", "finding_no": "task_finding"}),
    "inspections:report": Row({"number": "task", "pk": "task_report"}),
    "inspections:sample": Row({"number": "task", "pk": "task_sample"}),
    "inspections:sample_list": Row({"number": "task", "pk": "task_sample"}),
    **dict.fromkeys(("draws:list", "draws:monitors"), LIST),
    "draws:new": Row({"item": "plan_item", "batch": "draw_batch"}, superior=NO, subordinate=NO),
    **dict.fromkeys(("draws:show", "draws:roster", "draws:people", "draws:find"), Row({"number": "draw"})),
    **dict.fromkeys(("draws:settings", "draws:commit", "draws:entropy"), Row({"number": "draw"}, superior=NO)),
    **dict.fromkeys(
        ("draws:exclude", "draws:include", "draws:partners", "draws:keepers", "draws:move"),
        Row({"number": "draw"}, "post", **OWN),
    ),
    "draws:unit": Row({"number": "draw", "uscc": "drawn"}),
    "draws:substitute": Row({"number": "draw", "uscc": "drawn"}, "post", **OWN),
    "draws:recuse": Row({"number": "draw", "uscc": "drawn", "assignment": "assignment"}, "post", **OWN),
    "draws:bundle": Row({"number": "draw"}, "post"),
    "draws:file": Row({"number": "draw", "name": "draw_file"}),
    "cases:list": LIST,
    "cases:spots": LIST,
    "cases:spot_new": Row(others=IN),
    "cases:spot": Row({"number": "after_spot"}, **BUREAU),
    "cases:spot_act": Row({"number": "after_spot", "action": "after_drop"}, "post", **OWN, **BUREAU),
    "cases:owed": Row({"pk": "after_owed"}, **BUREAU),
    "cases:owed_enter": Row({"pk": "after_owed", "what": "after_pay"}, superior=NO, **BUREAU),
    "cases:owed_enter_on": Row(
        {"pk": "after_owed", "what": "after_reverse", "part": "after_payment"}, superior=NO, **BUREAU
    ),
    "cases:after": Row({"number": "case", "what": "after_serve"}, superior=NO, **BUREAU),
    "cases:after_on": Row({"number": "case", "what": "after_refund_done", "pk": "after_refund"}, superior=NO, **BUREAU),
    "cases:service": Row({"number": "case", "pk": "after_service"}, **BUREAU),
    "cases:service_proof": Row({"number": "case", "pk": "after_service", "proof": "after_proof"}, **BUREAU),
    "cases:file": Row({"number": "case"}, **BUREAU),
    "cases:register": LIST,
    "cases:show": Row({"number": "case"}, **BUREAU),
    # only the investigators of the case take it forward
    "cases:act": Row({"number": "case", "action": "case_move"}, superior=REFUSED, subordinate=REFUSED),
    # only an investigator of the case makes its papers
    "cases:party_paper": Row(
        {"number": "case", "pk": "case_party", "form": "case_paper"}, "post", superior=NO, subordinate=NO
    ),
    "cases:enter": Row({"number": "case", "what": "case_entry"}, superior=NO, **BUREAU),
    "cases:enter_on": Row({"number": "case", "what": "case_entry_on", "pk": "case_party"}, superior=NO, **BUREAU),
    "alerts:by_key": Row({"key": "finding_key"}),
    "alerts:show": Row({"number": "alert"}),
    "alerts:judge": Row({"number": "alert"}, "post", data=JUDGED, **OWN),
    "alerts:pictures": Row({"number": "alert"}),
    "alerts:records": Row({"number": "alert"}),
    **dict.fromkeys(("inspections:phone", "inspections:phone_me", "inspections:phone_tasks", "inspections:held"), LIST),
    **dict.fromkeys(
        ("inspections:phone_sync", "inspections:phone_file", "inspections:phone_leave"), Row(method="post", others=IN)
    ),
    "inspections:held_entry": Row({"uuid": "held"}, superior=GONE),
    # what is held here is no photo
    "inspections:held_photo": Row({"uuid": "held"}, owner=GONE, superior=GONE),
    "inspections:decide_held": Row({"uuid": "held"}, "post", superior=GONE),
    **dict.fromkeys(
        (
            "inspections:random_leg", "inspections:random_leg_rows", "rectifications:list", "rectifications:numbers",
            "rectifications:look_backs", "rectifications:new_look_back",
        ),
        LIST,
    ),
    "rectifications:show": Row({"number": "item"}, **BUREAU),
    "rectifications:act": Row({"number": "item", "action": "item_action"}, "post", **OWN, **READS),
    "rectifications:evidence": Row({"number": "answered", "pk": "evidence"}, **BUREAU),
    "rectifications:look_back": Row({"number": "look_back"}),
    "rectifications:act_look_back": Row({"number": "look_back", "action": "look_back_action"}, "post", **OWN),
    "rectifications:look_back_tasks": Row({"number": "look_back"}, "post", **OWN),
    "rectifications:look_back_target": Row({"number": "look_back", "pk": "target"}),
    **dict.fromkeys(("informants:list", "informants:openings"), LIST),
    # whoever sent something is kept by the organ that handles it; a superior sees that it was opened, and not more
    "informants:show": Row({"number": "informant"}, superior=GONE, **BUREAU),
    "informants:file": Row({"number": "informant", "ordinal": "informant_file"}, superior=GONE, **BUREAU),
    **dict.fromkeys(
        ("informants:write", "informants:note_read", "informants:request_opening"),
        Row({"number": "informant"}, "post", superior=GONE, **BUREAU),
    ),
    "informants:opening": Row({"number": "opening"}),
    "informants:open": Row({"number": "opening"}),
    "informants:decide": Row({"number": "opening", "action": "opening_action"}, "post", **OWN),
    **dict.fromkeys(
        (
            "plans:list", "plans:new", "plans:coverage", "plans:covered", "plans:parameters", "plans:new_parameter",
            "plans:due", "plans:looks", "plans:visits", "plans:exceptions", "plans:merges",
        ),
        LIST,
    ),
    "documents:list": LIST,
    "documents:forms": LIST,
    "documents:form": Row({"form_id": "form_id"}, others=IN),
    "documents:of": Row({"kind": "kind", "pk": "institution_pk"}, **BUREAU),
    "documents:new": Row({"kind": "kind", "pk": "institution_pk", "form_id": "form_id"}, **OWN, **BUREAU),
    "documents:make_set": Row({"kind": "kind", "pk": "institution_pk"}, "post", **OWN, **BUREAU),
    "documents:whole": Row({"kind": "kind", "pk": "institution_pk"}, **BUREAU),
    "documents:set": Row({"pk": "document_set"}, **BUREAU),
    "documents:act_on_set": Row({"pk": "document_set", "action": "set_action"}, "post", **OWN, **BUREAU),
    "documents:show": Row({"pk": "document"}, **BUREAU),
    "documents:compare": Row({"pk": "document"}, **BUREAU),
    "documents:new_version": Row({"pk": "document"}, **OWN, **BUREAU),
    "documents:download": Row({"pk": "document", "kind": "file_kind"}, **BUREAU),
    "documents:act": Row({"pk": "document", "action": "document_action"}, "post", **OWN, **BUREAU),
    **dict.fromkeys(
        ("tips:list", "tips:new", "tips:rewards", "complaints:list", "complaints:new"),
        LIST,
    ),
    "tips:show": Row({"number": "tip"}, **BUREAU),
    "tips:act": Row({"number": "tip", "action": "tip_action"}, "post", **OWN, **BUREAU),
    "tips:propose_reward": Row({"number": "closed_tip"}, **BUREAU),
    "tips:reward": Row({"number": "reward"}),
    "tips:reward_act": Row({"number": "reward", "action": "reward_action"}, "post", **OWN),
    "complaints:show": Row({"number": "complaint"}, **BUREAU),
    "complaints:act": Row({"number": "complaint", "action": "complaint_action"}, "post", **OWN, **BUREAU),
    "plans:clear_looks": Row(method="post", others=IN),
    "plans:show": Row({"number": "plan"}, **BUREAU),
    "plans:burden": Row({"number": "plan"}, **BUREAU),
    "plans:move": Row({"number": "plan"}, "post", subordinate=REFUSED, data=SUBMITTED, **OWN),
    "plans:edit": Row({"number": "plan"}, **BUREAU),
    "plans:new_version": Row({"number": "plan"}, **BUREAU),
    "plans:new_item": Row({"number": "plan"}, **BUREAU),
    "plans:item": Row({"number": "plan_item"}, **BUREAU),
    "plans:edit_item": Row({"number": "plan_item"}, **BUREAU),
    "plans:remove_item": Row({"number": "plan_item"}, "post", subordinate=REFUSED, **OWN),
    "plans:look": Row({"uscc": "uscc"}, **BUREAU),
    "plans:ledger": Row({"uscc": "uscc"}, **BUREAU),
    "plans:join": Row({"uscc": "uscc", "number": "visit"}, **BUREAU),
    "plans:visit": Row({"number": "visit"}, **BUREAU),
    "plans:move_visit": Row({"number": "visit"}, "post", subordinate=REFUSED, **OWN),
    "plans:cancel_visit": Row({"number": "visit"}, "post", subordinate=REFUSED, **OWN),
    "plans:merge": Row({"number": "merge"}, **BUREAU),
    "plans:answer_merge": Row({"number": "merge"}, "post", subordinate=REFUSED, data={"action": "decline"}, **OWN),
}  # fmt: skip


def patterns(resolver: Any, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            found.append((f"{prefix}{one.name}", one))
        else:
            found += patterns(one, f"{one.namespace}:" if one.namespace else prefix)
    return found


URLS = dict(patterns(get_resolver()))


def all_roles(organ: Any) -> Any:
    """A person who may do in this organ whatever anybody there may do."""
    user = make_user(organ, Role.LEADER)
    for role in set(Role) - {Role.LEADER, Role.INSTITUTION_USER, Role.EXPERT}:
        Posting.objects.create(user=user, organ=organ, role=role, valid_from=LONG_AGO)
    return user


def wrong_role(organ: Any, code: str) -> Any:
    """Somebody of the same organ whose role does not hold the permission, or None where every role holds it."""
    lacking = [role for role in Role if role not in permission(code).roles]
    return make_user(organ, lacking[-1]) if lacking else None


@pytest.fixture(scope="module")
def made(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """The world, built once: a transaction is held around the module, every test runs in a savepoint of it."""
    home = tmp_path_factory.mktemp("rights")
    places = {"LAKE_ROOT": home / "l", "RUNS_ROOT": home / "r", "UPLOADS_ROOT": home / "u"}
    keys = {"VAULT_FILE": home / "vault.json", "RECEIPT_KEYS_ROOT": home / "receipt-keys"}
    with django_db_blocker.unblock(), override_settings(**places, **keys), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made: dict[str, Any], db: None) -> dict[str, Any]:
    """One thing of each kind, all of them the first county's; nothing that a test did is left in it."""
    return {**made, "owner": User.objects.get(pk=made["owner"].pk)}


def build_world() -> dict[str, Any]:
    """Make them all."""
    tree = make_tree()
    owner = all_roles(tree.county)
    lab, twin = make_institution(tree.county), make_institution(tree.county)
    run = finished(organ=tree.county, user=owner, findings=[finding(lab, reports=["R00001"])])
    alert = lab.alerts.get()
    append_event(now=NOW, actor=SYSTEM, verb="organ.create", thing=tree.county, organ_path=tree.county.path)
    person = make_user(tree.county, Role.OFFICER)
    certificate = Certificate.objects.create(
        institution=lab, certificate_no="269901340001", valid_from=LONG_AGO, valid_to=TODAY, row_key="k"
    )
    submission = Submission.objects.create(
        number="BS-2026-000009", organ=tree.county, submitted_by=owner, sender="甲", file_name="a.csv",
        sha256="0" * 64, size=3, received_at=NOW, state="previewed", preview={"mapping": {"a.csv": {}}},
    )  # fmt: skip
    original = storage.original(submission.sha256)
    original.parent.mkdir(parents=True, exist_ok=True)
    original.write_bytes(b"a,b")
    return {
        "tree": tree,
        "owner": owner,
        "section": "articles",
        "article": "SUP-15",
        "table": "results",
        "part_table": "certificates",
        "csv": "csv",
        "kind": "registry.institution",
        "file": "run.json",
        "verification": Verification.objects.create(requested_by="甲", requested_at=NOW, touched_at=NOW).pk,
        "organ": tree.county.pk,
        "person": person.pk,
        "posting": person.postings.get().pk,
        "avoidance": Avoidance.objects.create(user=person, institution_id=lab.uscc, kind="kin", valid_from=LONG_AGO).pk,
        "institution_pk": lab.pk,
        "share": Share.objects.create(
            thing_kind="registry.institution", thing_id=str(lab.pk), organ=tree.nation, granted_by=owner, granted_at=NOW
        ).pk,
        "event": Event.objects.filter(organ_path=tree.county.path).latest("sequence").sequence,
        "clock": start_clock(
            rule_id="PEN-18", thing=lab, organ=tree.county, start=date(2026, 10, 12), label="甲", actor=SYSTEM, now=NOW
        ).pk,
        **calibration_things(tree.county, owner),
        **oversight_things(tree.county, tree.city, owner),
        "case_paper": "PEN-45",
        **transfer_things(tree.county, lab, owner),
        **publication_things(tree.county, lab, owner),
        "measure": draft_measure_of(tree.county, lab, owner),
        "measure_move": "propose",
        "amendment": draft_of(tree.nation, owner),
        "amendment_move": "propose",
        "rederivation": rederive_all(actor=SYSTEM, now=NOW, today=TODAY).pk,
        "match": MatchProposal.objects.create(first=lab, second=twin, organ=tree.county, score=90, found_at=NOW).pk,
        "uscc": lab.uscc,
        "certificate": certificate.pk,
        "print": DossierPrint.objects.create(
            institution=lab, organ=tree.county, ordered_by=owner, ordered_at=NOW, on=TODAY
        ).pk,
        "submission": submission.number,
        "run": run.number,
        "finding_key": alert.finding_key,
        "alert": alert.number,
        **lead_things(tree, owner),
        **document_things(lab, owner),
        "item_kind": "rectification",
        **informant_things(tree.county, lab, owner),
        **plan_things(tree, lab, owner),
        **draw_things(tree.county, lab, owner),
        **ledger_things(tree, lab),
        **inspection_things(tree.county, lab),
        **tip_things(tree),
        **case_things(tree.county, lab, owner),
        **after_things(tree.county, owner, "AJ-2026-0901"),
        **evidence_things(tree, lab),
        "held": held_in(tree.county),
    }


def outcome(user: Any, url: str, method: str, data: dict[str, str] | None = None) -> str:
    client = Client(raise_request_exception=True)
    if user is not None:
        client.force_login(user, backend=BACKEND)
    answer = getattr(client, method)(url, data or {})
    assert answer.status_code != 405, f"the table asks {url} with the wrong method"
    if answer.status_code == 302 and answer["Location"].startswith(reverse("accounts:sign_in")):
        return SIGN_IN
    return str(answer.status_code) if answer.status_code in (403, 404) or answer.status_code >= 500 else IN


def test_the_table_names_every_url_and_no_other():
    assert set(TABLE) | PUBLIC == set(URLS)


@pytest.mark.parametrize("name", sorted(URLS))
def test_every_view_names_its_permission_or_why_it_is_public(name):
    view = URLS[name].callback
    if name in PUBLIC:
        assert view.permission_code == "public"
        assert len(view.public_reason) > 10
    elif view.permission_code != "signed-in":
        assert permission(view.permission_code).label


@pytest.mark.parametrize("name", sorted(TABLE))
def test_who_gets_in_is_what_the_table_says(name, world):
    row, tree, view = TABLE[name], world["tree"], URLS[name].callback
    url = reverse(name, kwargs={key: world[thing] for key, thing in row.thing.items()})
    code = view.permission_code
    others = {
        "owner": row.owner,
        "superior": row.superior,
        "subordinate": row.subordinate or row.others,
        "stranger": row.others,
    }
    people = {
        "owner": world["owner"],
        "superior": all_roles(tree.city),
        "subordinate": all_roles(tree.station),
        "stranger": all_roles(tree.other_county),
    }
    wanted, got = {"anonymous": SIGN_IN}, {"anonymous": outcome(None, url, row.method)}
    if code != "signed-in" and (lacking := wrong_role(tree.county, code)):
        wanted["wrong role"], got["wrong role"] = NO, outcome(lacking, url, row.method)
    # the owner comes last: a write that succeeds must not take the thing away from the others
    for who in ("stranger", "subordinate", "superior", "owner"):
        before = Event.objects.count()
        wanted[who], got[who] = others[who], outcome(people[who], url, row.method, row.data)
        if others[who] == REFUSED:
            assert Event.objects.count() == before
            got[who] = REFUSED if got[who] in (IN, NO) else got[who]
    assert got == wanted


APPS = sorted({name.partition(":")[0] for name in TABLE})
NONSENSE = {
    "q": "\x00'", "on": "2026-02-30", "page": "-1", "size": "x", "sort": "zz", "view": "9", "kind": "😀", "from": "x",
    "organ": "9" * 20, "to": "",
}  # fmt: skip


def rows_of(app: str) -> list[tuple[str, Row]]:
    return [(name, row) for name, row in TABLE.items() if name.startswith(f"{app}:")]


@pytest.mark.parametrize("app", APPS)
def test_a_thing_that_is_not_there_is_a_page_and_never_an_error(app, world):
    for name, row in rows_of(app):
        route = str(URLS[name].pattern)
        missing = {key: 987_654_321 if f"<int:{key}>" in route else "zz-9" for key in row.thing}
        if not missing:
            continue
        try:
            url = reverse(name, kwargs=missing)
        except NoReverseMatch:
            continue  # the address itself admits only what exists
        assert outcome(world["owner"], url, row.method) in {GONE, NO, IN}, name


@pytest.mark.parametrize("app", APPS)
def test_a_nonsense_query_is_answered(app, world):
    for name, row in rows_of(app):
        if row.method == "get":
            url = reverse(name, kwargs={key: world[thing] for key, thing in row.thing.items()})
            assert outcome(world["owner"], url, "get", NONSENSE) in {GONE, IN, row.owner}, name
