"""Pages of rewards: the list, proposing one with its calculation, approving, paying against the code."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hengjian.apps.accounts.gates import needs
from hengjian.apps.tips import rewards
from hengjian.apps.tips.forms import REWARD_FORMS, MoveForm, RewardForm
from hengjian.apps.tips.listing import REWARDS, standing
from hengjian.apps.tips.models import Reward
from hengjian.apps.tips.presenting import history_of
from hengjian.apps.tips.procedures import REWARD
from hengjian.apps.tips.selectors import reward_actions_for, rewards_seen_by, tips_seen_by
from hengjian.apps.tips.views import panels_of, put_error
from hengjian.kernel.errors import DomainError, IllegalMove
from hengjian.law.rewarding import major_grounds
from hengjian.ui.parts import Empty

LABELS = {move.action: move.label for move in REWARD.moves} | {"propose": "提出"}


@require_GET
@needs("reward.view")
def show_rewards(request: HttpRequest) -> HttpResponse:
    """Rewards, the latest first."""
    rows = rewards_seen_by(request.user, on=timezone.localdate())
    listing = REWARDS.open(request.GET, path=request.path, rows=rows)
    waiting = rows.filter(state="proposed").count()
    why = Empty("还没有举报奖励", "举报以立案查处办结以后，在举报的页面提出。")
    return render(request, "tips/rewards.html", {"listing": listing, "waiting": waiting, "why_empty": why})


@require_http_methods(["GET", "POST"])
@needs("reward.propose")
def propose(request: HttpRequest, number: str) -> HttpResponse:
    """Propose the reward of a tip; the calculation is shown with its steps before it is approved."""
    today, user = timezone.localdate(), request.user
    tip = get_object_or_404(tips_seen_by(user, on=today), number=number)
    initial = {"case_ref": tip.outcome_ref}
    form = RewardForm(request.POST or None, on=today, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            reward = rewards.propose_reward(
                tip=tip,
                user=user,  # type: ignore[arg-type]
                now=timezone.now(),
                **form.values(),
            )
        except DomainError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{reward.number} 已提出，等局领导审批。")
            return redirect("tips:reward", number=reward.number)
    return render(request, "tips/propose.html", {"form": form, "tip": tip}, status=422 if form.errors else 200)


@require_GET
@needs("reward.view")
def show_reward(request: HttpRequest, number: str) -> HttpResponse:
    """One reward with its calculation; the payer sees no tip."""
    return _page(request, _reward(request, number))


def _reward(request: HttpRequest, number: str) -> Reward:
    found: Reward = get_object_or_404(rewards_seen_by(request.user, on=timezone.localdate()), number=number)
    return found


def _page(
    request: HttpRequest,
    reward: Reward,
    *,
    tried: tuple[str, MoveForm] | None = None,
    status: int = 200,
    code: str = "",
) -> HttpResponse:
    today = timezone.localdate()
    user: Any = request.user
    moves = reward_actions_for(reward, user, on=today)
    ground = next((one.title for one in major_grounds(reward.rule_from) if one.id == reward.major_ground), "")
    context = {
        "reward": reward,
        "tag_kind": standing(reward),
        "ground": ground,
        "steps_text": reward.steps.split("\n"),
        "code": code,
        "tip": tips_seen_by(user, on=today).filter(pk=reward.tip_id).first(),
        "panels": panels_of(
            moves,
            "approve" if reward.state == "proposed" else "pay",
            lambda action: _form(action, reward),
            lambda action: reverse("tips:reward_act", args=[reward.number, action]),
            tried,
        ),
        "facts": [
            ("机关", reward.organ.name),
            ("处罚决定书", reward.case_ref),
            ("重大违法情形", ground),
            ("提出人", reward.proposed_by.name),
            ("审批人", reward.approved_by.name if reward.approved_by else "—"),
            ("财政部门意见", reward.finance_ref or ("须有" if reward.finance_needed else "不需要")),
            ("发放人", reward.paid_by.name if reward.paid_by else "—"),
            ("付款凭证", reward.voucher or "—"),
        ],
        "history": history_of(reward._meta.label_lower, reward.pk, LABELS, {"pay": "good"}),
    }
    return render(request, "tips/reward.html", context, status=status)


def _form(action: str, reward: Reward, data: Any = None) -> MoveForm:
    options: dict[str, Any] = {"prefix": action, "initial": {"seen": rewards.stamp(reward)}}
    if data is not None:
        options["data"] = data
    return REWARD_FORMS[action](thing=reward, on=timezone.localdate(), **options)


@require_POST
@needs("reward.view")
def act_on_reward(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Take one move; after approval the page shows the claim code this once."""
    if action not in REWARD_FORMS:
        raise Http404
    reward = _reward(request, number)
    form = _form(action, reward, data=request.POST)
    if not form.is_valid():
        return _page(request, reward, tried=(action, form), status=422)
    user: Any = request.user
    try:
        done, code = rewards.act_on_reward(
            action,
            rows=rewards_seen_by(user, on=timezone.localdate()),
            pk=reward.pk,
            user=user,
            now=timezone.now(),
            values=form.values(),
            seen=form.cleaned_data["seen"] or None,
        )
    except DomainError as error:
        put_error(form, error)
        status = 409 if isinstance(error, IllegalMove) else 422
        return _page(request, _reward(request, number), tried=(action, form), status=status)
    if code:
        return _page(request, done, code=code)
    messages.success(request, f"{reward.number} 已记录：{LABELS[action]}。")
    return redirect("tips:reward", number=number)
